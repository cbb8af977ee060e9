"""Businesses close, and new tenants move into premises that stand empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from sim.awareness import forget_all
from sim.city import donor_rows
from sim.dates import rows_on
from sim.draws import Streams, date_after, draw, tenancy_address
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import LONG_AGO, NEVER, NONE, VACANT, MarketState
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
    closed, opened = _who_moves(state.turnover_day, state.provider, today)
    if closed.size:
        close(state, scene, turnover, orders, record, closed, today, streams)
    if opened.size:
        move_in(state, scene, turnover, record, opened, today, streams)
    return closed, opened


@njit(cache=True)
def _who_moves(turnover_day, provider, today):
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
    bills, waiting, soon = _vacate(
        streams("demography").key,
        state.contracts,
        state.id_hash,
        state.tenancy,
        state.turnover_day,
        state.employees,
        state.news,
        state.opt_out,
        state.shopping_limit,
        state.touch_day,
        state.fault_day,
        state.resizing_day,
        state.decision_day,
        state.offers,
        state.appeal,
        record.flow["churn_closure"],
        rows,
        turnover.opening_rate,
        turnover.prepared_until,
        today,
    )
    record.revenue_change -= bills * record.month_left
    record.add("market_closures", rows.size)
    if waiting:
        _withdraw(orders, record, rows, today)
    if soon.size:
        choose_tenants(state, scene, turnover, soon, streams)


def _note_closures(state: MarketState, record: Record, rows: Array, today: int) -> None:
    """Which customers close, and which businesses that nobody served."""
    provider = state.provider[rows]
    customers = rows[provider > NONE]
    record.event(today, "closure", customers, state.provider[customers], value=state.monthly_bill[customers])
    record.event(today, "closure", rows[provider == NONE], -1)


@njit(cache=True)
def _vacate(
    key,
    contracts,
    id_hash,
    tenancy,
    turnover_day,
    employees,
    news,
    opt_out,
    limit,
    touch_day,
    fault_day,
    resizing_day,
    decision_day,
    offers,
    appeal,
    lost,
    rows,
    opening_rate,
    prepared_until,
    today,
):
    """Empty the premises, and draw when they open again, at the next tenant's address.

    Returns the bills that the focal operator loses, the number of orders that nobody waits for any more, and the
    rows that open again before `prepared_until`.
    """
    bills, waiting, soon, n = 0.0, 0, np.empty(rows.size, np.int64), 0
    for row in rows:
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
        employees[row], news[row], opt_out[row], limit[row] = 0, 0.0, 0, 0
        touch_day[row] = LONG_AGO
        fault_day[row], resizing_day[row], decision_day[row] = NEVER, NEVER, NEVER
        offers[row], appeal[row] = 0, 0
        tenancy[row] += 1
        contracts.address[row] = tenancy_address(id_hash[row], tenancy[row])
        turnover_day[row] = date_after(draw(key, contracts.address[row], 2), opening_rate, today, NEVER)
        if turnover_day[row] < prepared_until:
            soon[n] = row
            n += 1
    return bills, waiting, soon[:n]


def _withdraw(orders: Orders, record: Record, rows: Array, today: int) -> None:
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
    lives = turnover.lives
    _live(
        streams("demography").key,
        streams("faults", today).key,
        streams("resizing", today).key,
        state.address,
        state.provider,
        state.mind,
        state.turnover_day,
        state.fault_day,
        state.resizing_day,
        lives.edges,
        lives.rates,
        turnover.begun,
        scene.fault_rates[NONE],
        scene.calendar.daily(scene.world.demography.resizing_rate_per_month),
        rows,
        today,
    )
    state.stir(rows)
    record.add("market_openings", rows.size)
    record.event(today, "opening", rows, -1)


@njit(cache=True)
def _live(
    key,
    faults_key,
    resizing_key,
    address,
    provider,
    mind,
    turnover_day,
    fault_day,
    resizing_day,
    edges,
    rates,
    begun,
    fault_rate,
    resizing_rate,
    rows,
    today,
):
    """New tenants know nobody; they will close at the age at which their cumulative hazard is used up."""
    forget_all(mind, rows, LONG_AGO)
    for row in rows:
        provider[row] = NONE
        hazard = -np.log(draw(key, address[row], 3))
        piece = np.searchsorted(begun, hazard, side="right") - 1
        age = edges[piece] + (hazard - begun[piece]) / rates[piece]
        turnover_day[row] = int(min(today + max(np.ceil(age), 1.0), NEVER))
        fault_day[row] = date_after(draw(faults_key, address[row], 0), fault_rate, today, NEVER)
        resizing_day[row] = date_after(draw(resizing_key, address[row], 1), resizing_rate, today, NEVER)
