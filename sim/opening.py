"""The opening stock: who is there on the first day, with which provider, contract and history."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.draws import Luck, Streams, pair_addresses, tenancy_addresses
from sim.standstill import Standstill
from sim.state import NEVER, NONE, VACANT, MarketState
from sim.tenants import Lifetimes, after, draw_traits, event_days
from sim.workdays import Workdays
from sim.world import Terms, World

Array = np.ndarray[Any, Any]

BLOCK = 1 << 16  # tenants drawn at a time, so that a large market needs little room for what is drawn in between


def footfall_factor(city: Any, exponent: float) -> Array:
    """How strongly brands are present in a zone (zones,), from its pedestrians; mean one over tenants."""
    walkers = np.where(np.isfinite(city.footfall) & (city.footfall > 0), city.footfall, np.nan)
    if np.isnan(walkers).all():
        return np.ones(len(walkers))
    factor = np.nan_to_num(walkers / np.nanmedian(walkers), nan=1.0) ** exponent
    tenants = np.bincount(city.zone[city.occupied], minlength=len(factor))
    return factor / (factor @ tenants / tenants.sum())


def open_market(
    city: Any,
    world: World,
    calendar: Workdays,
    still: Standstill,
    lives: Lifetimes,
    opening_rate: float,
    price: Array,
    factor: Array,
    streams: Streams,
) -> MarketState:
    """All premises on the morning of the first day."""
    state = MarketState.empty(
        len(city.id_hash),
        len(city.operators),
        id_hash=city.id_hash,
        zone=city.zone,
        building=city.building,
        premises=city.premises_type,
    )
    for name in ("sector", "employees", "size_class"):
        getattr(state, name)[:] = getattr(city, name)
    state.address[:] = tenancy_addresses(state.id_hash, state.tenancy)
    tenants = np.flatnonzero(city.occupied)
    for begin in range(0, len(tenants), BLOCK):
        block = tenants[begin : begin + BLOCK]
        draw_traits(state, block, world, factor, streams)
        _draw_lives(state, block, lives, streams("demography"))
        _draw_providers(state, block, city, still, streams("opening stock"))
        served = block[state.provider[block] >= 0]
        draw_contracts(state, served, world.terms, calendar, streams("opening stock"))
        state.monthly_bill[served] = (
            price[state.provider[served], state.size_class[served], state.premises[served]] * state.usage[served]
        )
    vacant = np.flatnonzero(state.provider == VACANT)
    luck = streams("demography")
    state.turnover_day[vacant] = event_days(luck, state.address[vacant], 2, opening_rate, -1)
    _take_over_given(state, city, calendar)
    return state


def _draw_lives(state: MarketState, tenants: Array, lives: Lifetimes, luck: Luck) -> None:
    """Days until tenants close: a population met in the middle of its life."""
    age = lives.standing_age(luck.uniform(state.address[tenants], 0))
    end = lives.age_at_hazard(lives.hazard_until(age) - np.log(luck.uniform(state.address[tenants], 1)))
    state.provider[tenants] = NONE
    state.turnover_day[tenants] = after(-1, end - age)


def _draw_providers(state: MarketState, tenants: Array, city: Any, still: Standstill, luck: Luck) -> None:
    """Providers by the operators' shares among networks present, a few tenants still without one.

    Operators race with exponential times at the addresses of the pairs, so that their order in the file moves nobody.
    """
    address = state.address[tenants]
    share = still.provider_share[state.zone[tenants]]
    time = np.full(share.shape, np.inf)
    for number, operator in enumerate(city.operators):
        where = pair_addresses(address, np.full(address.size, operator.address))
        np.divide(-np.log(luck.uniform(where)), share[:, number], out=time[:, number], where=share[:, number] > 0)
    covered = (share > 0).any(1)
    unserved = (luck.uniform(address, 1) < still.unserved_share) | ~covered
    given = city.provider[tenants]
    drawn = np.where(unserved, NONE, time.argmin(1))
    state.provider[tenants] = np.where(given >= NONE, given, drawn)


def term_mix(p: Terms) -> tuple[Array, Array]:
    """Kinds of terms (24, 12 months, none) and their chances at signing, so that contracts in force have the stated
    shares.

    A contract without a term counts as a review every twelve months, without fee and without a date that wakes the
    customer.
    """
    stock = np.array([p.term_24_share, p.term_12_share, max(1.0 - p.term_24_share - p.term_12_share, 0.0)])
    flow = stock / np.array([24.0, 12.0, 12.0])
    return np.array([24, 12, 0], np.uint8), np.cumsum(flow / flow.sum())


def draw_contracts(state: MarketState, rows: Array, p: Terms, calendar: Workdays, luck: Luck) -> None:
    """Contracts in force: their term by the stock's mix, their age uniform within it."""
    kinds, _ = term_mix(p)
    stock = np.cumsum([p.term_24_share, p.term_12_share])
    kind = np.searchsorted(stock, luck.uniform(state.address[rows], 2))
    state.term_months[rows] = kinds[kind]
    length = np.array([calendar.span(24), calendar.span(12), calendar.span(12)])[kind]
    age = np.floor(luck.uniform(state.address[rows], 3) * length)
    state.contract_start[rows] = -age.astype(np.int16)
    state.contract_end[rows] = (length - age).astype(np.int16)
    state.renewals[rows] = luck.uniform(state.address[rows], 4) < 0.7  # most have been renewed before


def _take_over_given(state: MarketState, city: Any, calendar: Workdays) -> None:
    """What the city's own file says of bills and contract ends goes before what was drawn."""
    served = state.provider >= 0
    known = np.flatnonzero(served & np.isfinite(city.monthly_bill) & (city.monthly_bill > 0))
    state.monthly_bill[known] = city.monthly_bill[known]
    dated = np.flatnonzero(served & ~np.isnat(city.contract_end))
    if dated.size:
        days = np.busday_count(calendar.dates[0].astype("datetime64[D]"), city.contract_end[dated])
        keep = (days > 0) & (days < NEVER)
        state.contract_end[dated[keep]] = days[keep].astype(np.int16)
