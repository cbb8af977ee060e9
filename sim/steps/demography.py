"""Businesses close, and new tenants move into premises that stand empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from sim.awareness import forget_all
from sim.city import donor_rows
from sim.draws import Streams, draw
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import LONG_AGO, NEVER, NONE, VACANT, MarketState
from sim.steps import contracts, service
from sim.tenants import Lifetimes, draw_traits, event_days, next_tenancy

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
    rows = np.flatnonzero(state.turnover_day == today)
    if not rows.size:
        return rows, rows
    vacant = state.provider[rows] == VACANT
    close(state, scene, turnover, orders, record, rows[~vacant], today, streams)
    move_in(state, scene, turnover, record, rows[vacant], today, streams)
    return rows[~vacant], rows[vacant]


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
    if not rows.size:
        return
    customers = rows[state.provider[rows] > NONE]
    contracts.leave(state, scene, customers, record, today, "churn_closure")
    record.event(today, "closure", rows[state.provider[rows] == NONE], -1)
    if (state.order_operator[rows] != NONE).any():
        _withdraw(orders, record, rows, today)
    record.add("market_closures", rows.size)
    _vacate(
        state.contracts,
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
        rows,
    )
    next_tenancy(state, rows)
    state.turnover_day[rows] = event_days(streams("demography"), state.address[rows], 2, turnover.opening_rate, today)
    soon = state.turnover_day[rows] < turnover.prepared_until
    choose_tenants(state, scene, turnover, rows[soon], streams)


@njit(cache=True)
def _vacate(
    contracts, employees, news, opt_out, limit, touch_day, fault_day, resizing_day, decision_day, offers, appeal, rows
):
    for row in rows:
        contracts.provider[row] = VACANT
        contracts.order_operator[row] = NONE
        contracts.monthly_bill[row] = 0.0
        contracts.contract_start[row], contracts.contract_end[row] = LONG_AGO, NEVER
        contracts.term_months[row], contracts.renewals[row] = 0, 0
        contracts.satisfaction[row], contracts.unsettled_until[row] = 0.0, LONG_AGO
        employees[row], news[row], opt_out[row], limit[row] = 0, 0.0, 0, 0
        touch_day[row] = LONG_AGO
        fault_day[row], resizing_day[row], decision_day[row] = NEVER, NEVER, NEVER
        offers[row], appeal[row] = 0, 0


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
    if not rows.size:
        return
    state.provider[rows] = NONE
    forget_all(state.mind, rows, LONG_AGO)
    lives = turnover.lives
    _live(
        streams("demography").key,
        state.address,
        state.turnover_day,
        lives.edges,
        lives.rates,
        turnover.begun,
        rows,
        today,
    )
    service.schedule_faults(state, scene, rows, today, streams("faults", today))
    service.schedule_resizing(state, scene, rows, today, streams("resizing", today))
    state.stir(rows)
    record.add("market_openings", rows.size)
    record.event(today, "opening", rows, -1)


@njit(cache=True)
def _live(key, address, turnover_day, edges, rates, begun, rows, today):
    """When new tenants will close: the age at which their cumulative hazard is used up."""
    for row in rows:
        hazard = -np.log(draw(key, address[row], 3))
        piece = np.searchsorted(begun, hazard, side="right") - 1
        age = edges[piece] + (hazard - begun[piece]) / rates[piece]
        turnover_day[row] = int(min(today + max(np.ceil(age), 1.0), NEVER))
