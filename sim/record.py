"""What is seen: counts of the month, monthly tables, events."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np

from sim.held import HeldCounts, hold_counts
from sim.state import CHANNELS

Array = np.ndarray[Any, Any]

FLOWS = ("gross_adds", "churn_competitor", "churn_closure")
ZONE_COUNTS = ("visits", "inbound_calls", "gross_adds", "churn_competitor", "won_from_competitors")
CHANNEL_COUNTS = ("contacts", "orders", "gross_adds", "influenced")


SUMS = (
    *("market_closures", "market_openings", "market_shopping", "inbound_calls", "service_calls", "inbound_answered"),
    *("inbound_abandoned", "wait_minutes", "sales_minutes", "service_minutes", "saved", "cancelled"),
    *("install_wait_days", "won_from_competitors"),
)
CLOSURES, OPENINGS, SHOPPING, CALLS, SERVICE_CALLS, ANSWERED = range(6)
ABANDONED, WAIT_MINUTES, SALES_MINUTES, SERVICE_MINUTES, SAVED, CANCELLED, WAIT_DAYS, WON = range(6, len(SUMS))


class SwitchCounts(NamedTuple):
    """What installed orders are counted in; zones and channels are the focal operator's."""

    gained: Array  # (o,)
    lost: Array  # (o,)
    gained_by_zone: Array
    lost_by_zone: Array
    by_channel: Array
    influenced: Array  # by channel
    lost_to: Array  # (o, channels)


class Record:
    """Counts since the month began, and the events of the run if they are wanted."""

    def __init__(self, operators: int, zones: int, events: bool = False):
        self.operators, self.zones = operators, zones
        self.events: EventLog | None = EventLog() if events else None
        self._of_month: Array | None = None
        self.month_left = 1.0  # the part of the month that is still to come, today included
        self.begin_month()

    def begin_month(self) -> None:
        """Set all counts to zero."""
        self.total: dict[str, float] = defaultdict(float)
        self.sums = np.zeros(len(SUMS))  # what kernels add to `total`
        self.flow = {name: np.zeros(self.operators, np.int64) for name in FLOWS}
        self.zone = {name: np.zeros(self.zones, np.int64) for name in ZONE_COUNTS}
        self.channel = {name: np.zeros(len(CHANNELS), np.int64) for name in CHANNEL_COUNTS}
        self.revenue_change = 0.0  # billed for part of the month: adds and losses, pro rata
        self.orders_by_operator = np.zeros(self.operators, np.int64)
        self.lost_to = np.zeros((self.operators, len(CHANNELS)), np.int64)  # to others, by the winner's channel
        self.asked = np.zeros(self.operators, np.int64)  # sales calls to each operator's number

    @property
    def held(self) -> HeldCounts:
        """The counts for kernels; a new reference when the arrays are new ones, with the month or put back."""
        if self._of_month is not self.sums:
            self._of_month, zone, channel = self.sums, self.zone, self.channel
            of_customers = self.flow["churn_closure"], self.asked, self.orders_by_operator, channel["orders"]
            of_calls = channel["contacts"], zone["inbound_calls"], zone["won_from_competitors"]
            self._held = hold_counts((self.sums, *of_customers, *of_calls, self.switches))
        return self._held

    def sum_up(self) -> None:
        """Bring what kernels have counted into `total`."""
        for name, amount in zip(SUMS, self.sums.tolist(), strict=True):
            self.total[name] += amount
        self.sums[:] = 0.0

    @property
    def switches(self) -> SwitchCounts:
        """The counts of installed orders, for kernels."""
        flow, zone, channel = self.flow, self.zone, self.channel
        gained, lost = flow["gross_adds"], flow["churn_competitor"]
        by_zone = zone["gross_adds"], zone["churn_competitor"]
        return SwitchCounts(gained, lost, *by_zone, channel["gross_adds"], channel["influenced"], self.lost_to)

    def add(self, name: str, amount: float) -> None:
        """Add to a count or sum of the month."""
        self.total[name] += amount

    def add_flow(self, name: str, operators: Array) -> None:
        """Add one customer to a flow for each operator given."""
        self.flow[name] += np.bincount(operators, minlength=self.operators)

    def add_zone(self, name: str, zones: Array) -> None:
        """Add one to a focal count for each zone given."""
        self.zone[name] += np.bincount(zones, minlength=self.zones)

    def add_channel(self, name: str, channels: Array) -> None:
        """Add one to a focal count for each channel given."""
        self.channel[name] += np.bincount(channels, minlength=len(CHANNELS))

    def event(
        self,
        today: int,
        name: str,
        rows: Array,
        operator: Array | int = 0,
        actor: Array | int = -1,
        channel: Array | int = -1,
        value: Array | float = np.nan,
    ) -> None:
        """Note events, one for each row (-1: no business), if they are recorded."""
        if self.events is not None and len(rows):
            self.events.add(today, name, rows, operator, actor, channel, value)


class EventLog:
    """Events as blocks of columns."""

    def __init__(self) -> None:
        self.blocks: list[tuple[int, str, Array, Array, Array, Array, Array]] = []

    def add(self, today: int, name: str, rows: Array, operator: Any, actor: Any, channel: Any, value: Any) -> None:
        """Append a block."""
        rows = np.array(rows, np.int64)  # a copy: it may be a view of a table that lives on
        wide = [np.broadcast_to(np.asarray(x), rows.shape).copy() for x in (operator, actor, channel, value)]
        self.blocks.append((today, name, rows, wide[0], wide[1], wide[2], wide[3]))

    def table(
        self, dates: Array, premises_id: Array, zone: Array, zone_id: Array, operators: list[str]
    ) -> dict[str, Array]:
        """The events of the run, in order."""
        sizes = [len(block[2]) for block in self.blocks]
        rows = _join([block[2] for block in self.blocks], np.int64)
        day = np.repeat(np.array([block[0] for block in self.blocks], np.int64), sizes)
        operator = _join([block[3] for block in self.blocks], np.int64)
        channel = _join([block[5] for block in self.blocks], np.int64)
        names = np.array([*operators, ""], dtype=object)
        ids = np.append(np.asarray(premises_id).astype(str).astype(object), "")
        zones = np.append(np.asarray(zone_id).astype(str).astype(object), "")
        return {
            "day": day,
            "date": dates[day] if len(day) else np.empty(0, "datetime64[D]"),
            "event": np.repeat(np.array([block[1] for block in self.blocks], dtype=object), sizes),
            "business_id": ids[rows],
            "zone_id": zones[np.append(zone, -1)[rows]],
            "operator": names[operator],
            "actor_id": _join([block[4] for block in self.blocks], np.int64),
            "channel": np.array([*CHANNELS, ""], dtype=object)[channel],
            "value": _join([block[6] for block in self.blocks], np.float64),
        }


def _join(parts: list[Array], dtype: type) -> Array:
    return np.concatenate([part.astype(dtype) for part in parts]) if parts else np.empty(0, dtype)
