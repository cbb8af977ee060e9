"""Businesses close, and new tenants move into premises that stand empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from sim.awareness import forget_all, will_meet
from sim.dates import rows_on
from sim.draws import Streams, date_after, draw, tenancy_address
from sim.nearby import AHEAD, hint
from sim.orders import Orders
from sim.premises import donor_rows
from sim.record import Record
from sim.scene import Scene
from sim.state import LONG_AGO, NEVER, NONE, VACANT, MarketState
from sim.steps.contracts import will_change
from sim.tenants import Lifetimes, draw_traits

Array = np.ndarray[Any, Any]


@dataclass
class Turnover:
    """How long tenancies and vacancies last, and who can move in."""

    city: Any
    lives: Lifetimes
    opening_rate: float  # per vacant premises and working day
    footfall_factor: Array
    begun: Array  # (3,) cumulative hazard at the edges of the lifetimes
    prepared_until: int = 0  # the tenants of openings before this day are chosen


def turn_over(
    state: MarketState, scene: Scene, turnover: Turnover, orders: Orders, record: Record, today: int, streams: Streams
) -> tuple[Array, Array]:
    """Today's closures and openings; returns their rows."""
    closed, opened = who_moves(state.turnover_day, state.provider, today)
    if closed.size:
        close(state, scene, turnover, orders, record, closed, today, streams)
    if opened.size:
        move_in(state, scene, turnover, record, opened, today, streams)
    return closed, opened


@njit(cache=True)
def who_moves(turnover_day, provider, today):
    """Tenants whose last day has come, and empty premises whose next tenant moves in."""
    rows = rows_on(turnover_day, today)
    closed, opened, n = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64), 0
    for i in range(rows.size):
        if provider[rows[i]] != VACANT:
            closed[n] = rows[i]
            n += 1
        else:
            opened[i - n] = rows[i]
    return closed[:n], opened[: rows.size - n]


def close(
    state: MarketState,
    scene: Scene,
    turnover: Turnover,
    orders: Orders,
    record: Record,
    rows: Array,
    today: int,
    streams: Streams,
) -> None:
    """Tenants are gone, with their contracts, orders and searches; the next one's luck begins here."""
    if record.events is not None:
        _note_closures(state, record, rows, today)
    bills, waiting, soon = vacate(
        streams("demography").key,
        state.held,
        record.flow["churn_closure"],
        rows,
        turnover.opening_rate,
        turnover.prepared_until,
        today,
    )
    record.revenue_change -= bills * record.month_left
    record.add("market_closures", rows.size)
    if waiting:
        withdraw(orders, record, rows, today)
    if soon.size:
        choose_tenants(state, scene, turnover, soon, streams)


def _note_closures(state: MarketState, record: Record, rows: Array, today: int) -> None:
    """Which customers close, and which businesses that nobody served."""
    provider = state.provider[rows]
    customers = rows[provider > NONE]
    record.event(today, "closure", customers, state.provider[customers], value=state.monthly_bill[customers])
    record.event(today, "closure", rows[provider == NONE], -1)


@njit(cache=True)
def vacate(key, state, lost, rows, opening_rate, prepared_until, today):
    """Empty the premises, and draw when they open again, at the next tenant's address.

    Returns the bills that the focal operator loses, the number of orders that nobody waits for any more, and the
    rows that open again before `prepared_until`.
    """
    contracts, deal = state.contracts, state.deal
    bills, waiting, soon, n = 0.0, 0, np.empty(rows.size, np.int64), 0
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            will_close(state, rows[i + AHEAD])
        row = rows[i]
        provider = contracts.provider[row]
        if provider > NONE:
            lost[provider] += 1
        if provider == 0:
            bills += contracts.monthly_bill[row]
        waiting += contracts.order_operator[row] != NONE
        contracts.provider[row] = VACANT
        contracts.order_operator[row] = NONE
        contracts.monthly_bill[row] = 0.0
        contracts.contract_start[row], contracts.contract_end[row] = LONG_AGO, NEVER
        contracts.term_months[row], contracts.renewals[row] = 0, 0
        contracts.satisfaction[row], contracts.unsettled_until[row], contracts.rest_until[row] = 0.0, LONG_AGO, LONG_AGO
        state.employees[row], state.news[row], state.opt_out[row], state.shopping_limit[row] = 0, 0.0, 0, 0
        state.touch_day[row] = LONG_AGO
        state.fault_day[row], state.resizing_day[row], state.decision_day[row] = NEVER, NEVER, NEVER
        deal.offers[row], deal.appeal[row] = 0, 0
        state.tenancy[row] += 1
        contracts.address[row] = tenancy_address(state.id_hash[row], state.tenancy[row])
        opens = date_after(draw(key, contracts.address[row], 2), opening_rate, today, NEVER)
        state.turnover_day[row] = opens
        if opens < prepared_until:
            soon[n] = row
            n += 1
    return bills, waiting, soon[:n]


@njit(inline="always")
def will_close(state, row):
    """Hints of what a closure ends."""
    will_change(state.contracts, row)
    hint(state.contracts.rest_until, row)
    hint(state.employees, row)
    hint(state.news, row)
    hint(state.opt_out, row)
    hint(state.shopping_limit, row)
    hint(state.touch_day, row)
    hint(state.fault_day, row)
    hint(state.resizing_day, row)
    hint(state.decision_day, row)
    hint(state.deal.offers, row)
    hint(state.deal.appeal, row)
    hint(state.tenancy, row)
    hint(state.id_hash, row)


def withdraw(orders: Orders, record: Record, rows: Array, today: int) -> None:
    """Orders of those who closed."""
    gone = orders.take(np.isin(orders["row"], rows))
    record.add("cancelled", int((gone["operator"] == 0).sum()))
    record.event(today, "cancelled", gone["row"], gone["operator"], channel=gone["channel"], value=gone["bill"])


def prepare_month(state: MarketState, scene: Scene, turnover: Turnover, until: int, streams: Streams) -> None:
    """Who will move in this month: tenants are the same whenever they are drawn, and a month of them costs no more
    than a day's."""
    turnover.prepared_until = until
    choose_tenants(
        state, scene, turnover, np.flatnonzero((state.provider == VACANT) & (state.turnover_day < until)), streams
    )


def choose_tenants(state: MarketState, scene: Scene, turnover: Turnover, rows: Array, streams: Streams) -> None:
    """The next tenant of vacant premises: size and sector of a business of the same kind nearby, and its own traits."""
    if not rows.size:
        return
    city = turnover.city
    donors = donor_rows(city, rows, state.address[rows])
    for name in ("sector", "employees", "size_class"):
        getattr(state, name)[rows] = getattr(city, name)[donors]
    draw_traits(state, rows, scene.world, turnover.footfall_factor, streams)


def move_in(
    state: MarketState, scene: Scene, turnover: Turnover, record: Record, rows: Array, today: int, streams: Streams
) -> None:
    """New tenants have no provider, no contract and no memories."""
    keys = streams("demography").key, streams("faults", today).key, streams("resizing", today).key
    live(keys, state.held, scene.held, turnover.lives.edges, turnover.lives.rates, turnover.begun, rows, today)
    state.stir(rows)
    record.add("market_openings", rows.size)
    record.event(today, "opening", rows, -1)


@njit(cache=True)
def live(keys, state, scene, edges, rates, begun, rows, today):
    """New tenants know nobody; they will close at the age at which their cumulative hazard is used up."""
    key, faults_key, resizing_key = keys
    address, fault_rate, resizing_rate = state.address, scene.fault_rates[NONE], scene.upkeep.resizing_rate
    for row in rows:
        will_meet(state.mind, row)
    forget_all(state.mind, rows, LONG_AGO)
    for row in rows:
        state.provider[row] = NONE
        hazard = -np.log(draw(key, address[row], 3))
        piece = np.searchsorted(begun, hazard, side="right") - 1
        age = edges[piece] + (hazard - begun[piece]) / rates[piece]
        state.turnover_day[row] = int(min(today + max(np.ceil(age), 1.0), NEVER))
        state.fault_day[row] = date_after(draw(faults_key, address[row], 0), fault_rate, today, NEVER)
        state.resizing_day[row] = date_after(draw(resizing_key, address[row], 1), resizing_rate, today, NEVER)
