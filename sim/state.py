"""The state of the market: numpy columns in which row i is premises i; dates are working-day numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.awareness import Mind
from sim.choice import Deal
from sim.held import COLUMNS, hold_state

Array = np.ndarray[Any, Any]

NEVER = 32767  # a day that does not come
LONG_AGO = -16000  # a day before everything, with room for differences in int16
NONE, VACANT = -1, -2  # provider of a business without one, and of empty premises
CHANNELS = ("inbound", "field", "telemarketing")  # by number, as offers and orders keep them
INBOUND, FIELD, TELEMARKETING = 0, 1, 2


class UrgeColumns(NamedTuple):
    """The columns on which the chance to start looking depends."""

    provider: Array
    decision_day: Array
    order_operator: Array
    contract_start: Array
    contract_end: Array
    term_months: Array
    renewals: Array
    inclination: Array
    news: Array
    news_day: Array
    satisfaction: Array
    satisfaction_day: Array
    unsettled_until: Array
    rest_until: Array
    shopping_limit: Array


class Contracts(NamedTuple):
    """The columns of a contract, and what its bill depends on."""

    address: Array
    provider: Array
    monthly_bill: Array
    term_months: Array
    contract_start: Array
    contract_end: Array
    renewals: Array
    satisfaction: Array
    satisfaction_day: Array
    order_operator: Array
    unsettled_until: Array
    rest_until: Array
    size_class: Array
    premises: Array
    usage: Array


class Rows:
    """Rows noted one after the other, in a buffer that grows."""

    def __init__(self) -> None:
        self.buffer, self.size = np.empty(512, np.int64), 0

    def add(self, rows: Array) -> None:
        """Note some more."""
        size = self.size + len(rows)
        if size > len(self.buffer):
            self.buffer = np.concatenate([self.buffer[: self.size], np.empty(2 * size, np.int64)])
        self.buffer[self.size : size] = rows
        self.size = size

    def take(self) -> Array:
        """All that were noted, which are forgotten with that; to be read before more are noted."""
        size, self.size = self.size, 0
        return self.buffer[:size]


@dataclass
class MarketState:
    """What every premises has; (n,) arrays unless said otherwise, `o` operators; `held` is all of it for kernels."""

    # who it is
    id_hash: Array  # uint64, of the premises
    tenancy: Array  # uint16, running number of the tenant
    address: Array  # uint64, of the tenant: the address of its luck
    zone: Array  # int16
    building: Array  # int32
    premises: Array  # uint8, type
    sector: Array  # uint8
    employees: Array  # int32
    size_class: Array  # uint8
    lines: Array  # int16
    usage: Array  # float32, bill relative to the class's typical bill
    # what it is like
    exposure: Array  # float32, reach of the ambient presence of brands
    price_sensitivity: Array  # float32
    inclination: Array  # float32, to shop, mean 1
    phone_reach: Array  # float32, relative, mean 1
    # what it has
    provider: Array  # int8: operator, NONE or VACANT
    contract_start: Array  # int16
    contract_end: Array  # int16
    term_months: Array  # uint8, 0 without a term
    renewals: Array  # uint8
    monthly_bill: Array  # float32
    satisfaction: Array  # float32, at satisfaction_day; 0 is content
    satisfaction_day: Array  # int16
    # what it knows and feels
    memory: Array  # (n, o) uint16, in awareness.MEMORY_UNIT
    persuasion: Array  # (n, o) int16, in awareness.PERSUASION_UNIT
    fatigue: Array  # (n, o) uint8, in awareness.FATIGUE_UNIT
    contact_day: Array  # (n, o) int16
    opt_out: Array  # uint8, bit o: forbids calls of operator o
    news: Array  # float32, log of the effect on shopping, at news_day
    news_day: Array  # int16
    touch_day: Array  # (n, 3) int16, last contact with the focal operator by channel
    # what it is about to do
    shopping_limit: Array  # uint32, upper bound of today's chance to start looking
    decision_day: Array  # int16, end of the present search
    offers: Array  # uint8, bit o: operator o has an offer on the table
    offer_channel: Array  # (n, o) uint8
    appeal: Array  # (n, o) int8, seller's effect in choice.APPEAL_UNIT
    order_operator: Array  # int8, operator of the open order or NONE
    unsettled_until: Array  # int16
    rest_until: Array  # int16: has decided to stay, and listens to no seller before
    # what awaits it
    turnover_day: Array  # int16: the tenant closes, or the next one opens
    fault_day: Array  # int16
    resizing_day: Array  # int16

    def __post_init__(self) -> None:
        self.mind = Mind(self.exposure, self.memory, self.persuasion, self.fatigue, self.contact_day)
        self.deal = Deal(
            self.address,
            self.provider,
            self.size_class,
            self.premises,
            self.price_sensitivity,
            self.usage,
            self.monthly_bill,
            self.contract_end,
            self.term_months,
            self.satisfaction,
            self.satisfaction_day,
            self.offers,
            self.appeal,
            self.offer_channel,
        )
        self.contracts = Contracts(*(getattr(self, name) for name in Contracts._fields))
        self.stirred = Rows()
        self.urge_columns = UrgeColumns(*(getattr(self, name) for name in UrgeColumns._fields))

    @cached_property
    def held(self) -> Any:
        """All columns for kernels, made when the first one asks."""
        return hold_state(tuple(getattr(self, name) for name in COLUMNS))

    def __len__(self) -> int:
        return len(self.address)

    @classmethod
    def empty(cls, rows: int, operators: int, **shared: Array) -> MarketState:
        """Vacant premises without a history; whoever builds the market fills the columns in place.

        Columns given as `shared` never change and are taken as they are: the city's own.
        """
        columns: dict[str, Array] = dict(shared)
        for field in fields(cls):
            if field.name in shared:
                continue
            dtype, wide = _COLUMNS[field.name]
            shape = (rows,) if wide == 0 else (rows, operators if wide == 1 else wide)
            columns[field.name] = np.full(shape, _START.get(field.name, 0), dtype)
        return cls(**columns)

    def columns(self) -> dict[str, Array]:
        """All columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def business(self, row: int) -> Business:
        """A view onto one row."""
        return Business(self, row)

    def stir(self, rows: Array) -> None:
        """The chance of these businesses to start looking may have risen: their limits are set anew in the evening."""
        self.stirred.add(rows)

    def close_search(self, rows: Array) -> None:
        """The search is over and the table is cleared."""
        self.decision_day[rows] = NEVER
        self.offers[rows] = 0
        self.appeal[rows] = 0

    def check(self, operators: int) -> None:
        """Raise AssertionError when a column holds what it must not."""
        served = self.provider >= 0
        assert self.provider.min() >= VACANT and self.provider.max() < operators, "provider out of bounds"
        assert np.all(self.monthly_bill[served] > 0), "a customer without a bill"
        assert np.all(self.monthly_bill[~served] == 0), "a bill without a provider"
        assert np.all(self.employees[self.provider > VACANT] > 0), "a tenant without employees"
        assert np.all(self.order_operator[self.provider == VACANT] == NONE), "an order for empty premises"
        assert np.all(self.decision_day[self.provider == VACANT] == NEVER), "empty premises that look for an offer"
        for name in ("satisfaction", "news", "usage"):
            assert np.isfinite(getattr(self, name)).all(), f"{name} is not finite"


@dataclass(frozen=True)
class Business:
    """A thin view onto one row of the state: attributes read the columns."""

    state: MarketState
    row: int

    def __getattr__(self, name: str) -> Any:
        column = self.state.columns().get(name)
        if column is None:
            raise AttributeError(f"a business has no '{name}'")
        return column[self.row]

    @property
    def is_vacant(self) -> bool:
        """Whether the premises stand empty."""
        return bool(self.state.provider[self.row] == VACANT)


# dtype, and 0 for (n,), 1 for (n, operators), a number for (n, number)
_COLUMNS: dict[str, tuple[type, int]] = {
    "id_hash": (np.uint64, 0),
    "tenancy": (np.uint16, 0),
    "address": (np.uint64, 0),
    "zone": (np.int16, 0),
    "building": (np.int32, 0),
    "premises": (np.uint8, 0),
    "sector": (np.uint8, 0),
    "employees": (np.int32, 0),
    "size_class": (np.uint8, 0),
    "lines": (np.int16, 0),
    "usage": (np.float32, 0),
    "exposure": (np.float32, 0),
    "price_sensitivity": (np.float32, 0),
    "inclination": (np.float32, 0),
    "phone_reach": (np.float32, 0),
    "provider": (np.int8, 0),
    "contract_start": (np.int16, 0),
    "contract_end": (np.int16, 0),
    "term_months": (np.uint8, 0),
    "renewals": (np.uint8, 0),
    "monthly_bill": (np.float32, 0),
    "satisfaction": (np.float32, 0),
    "satisfaction_day": (np.int16, 0),
    "memory": (np.uint16, 1),
    "persuasion": (np.int16, 1),
    "fatigue": (np.uint8, 1),
    "contact_day": (np.int16, 1),
    "opt_out": (np.uint8, 0),
    "news": (np.float32, 0),
    "news_day": (np.int16, 0),
    "touch_day": (np.int16, 3),
    "shopping_limit": (np.uint32, 0),
    "decision_day": (np.int16, 0),
    "offers": (np.uint8, 0),
    "offer_channel": (np.uint8, 1),
    "appeal": (np.int8, 1),
    "order_operator": (np.int8, 0),
    "unsettled_until": (np.int16, 0),
    "rest_until": (np.int16, 0),
    "turnover_day": (np.int16, 0),
    "fault_day": (np.int16, 0),
    "resizing_day": (np.int16, 0),
}
_START = {
    "provider": VACANT,
    "contract_start": LONG_AGO,
    "contract_end": NEVER,
    "contact_day": LONG_AGO,
    "news_day": LONG_AGO,
    "satisfaction_day": LONG_AGO,
    "touch_day": LONG_AGO,
    "decision_day": NEVER,
    "order_operator": NONE,
    "unsettled_until": LONG_AGO,
    "rest_until": LONG_AGO,
    "turnover_day": NEVER,
    "fault_day": NEVER,
    "resizing_day": NEVER,
}
