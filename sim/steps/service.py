"""Orders become customers, or are cancelled while they wait; the network fails some customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.draws import Luck, date_after, draw, pair
from sim.ledger import Ledger
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps import contracts
from sim.steps.signals import News
from sim.tenants import event_days

Array = np.ndarray[Any, Any]


def install(
    state: MarketState,
    scene: Scene,
    orders: Orders,
    crews: Crews,
    news: News,
    ledger: Ledger,
    record: Record,
    today: int,
    luck: Luck,
    terms_luck: Luck,
) -> tuple[Orders, Orders]:
    """Customers who lose patience cancel; crews work off the orders whose premises may be entered, oldest first.

    Returns the orders lost and those installed.
    """
    lost, done = Orders(), Orders()
    if len(orders):
        lost = cancel(state, scene, orders, record, today, luck)
        done = orders.take(crews.work(orders, today))
        late_weeks = np.maximum(today - done["promised"], 0) / 5.0
        contracts.activate(state, scene, done, late_weeks, news, record, today, terms_luck)
        ours = int((done["operator"] == 0).sum())
        ledger.pay("installation", "customers", ours * scene.world.economics.installation_cost_per_job)
        ledger.pay("discounts", "field", float(done["buyout"].sum()))
        record.add("install_wait_days", float((today - done["placed"])[done["operator"] == 0].sum()))
    return lost, done


def cancel(state: MarketState, scene: Scene, orders: Orders, record: Record, today: int, luck: Luck) -> Orders:
    """Access refused, or patience lost: faster after a missed date."""
    p = scene.world.installation
    gone = _give_up(
        luck.key,
        orders.table,
        scene.appeal.address,
        today,
        p.cancelling_after_days,
        p.cancelling_per_day,
        p.late_cancelling_factor,
    )
    if not gone.any():
        return Orders()
    lost = orders.take(gone)
    release(state, scene, lost["row"], today)
    record.add("cancelled", int((lost["operator"] == 0).sum()))
    record.event(today, "cancelled", lost["row"], lost["operator"], channel=lost["channel"], value=lost["bill"])
    return lost


@njit(cache=True)
def _give_up(key, orders, operator_address, today, after_days, chance, late_factor):
    """Which orders are lost today: access refused once somebody comes, or patience lost, faster after a missed date."""
    gone = np.zeros(orders.size, np.bool_)
    for i in range(orders.size):
        order = orders[i]
        if order.refused and order.ready <= today:
            gone[i] = True
        elif today - order.placed > after_days:
            where = pair(order.address, operator_address[order.operator])
            gone[i] = draw(key, where, 0) < chance * (late_factor if today > order.promised else 1.0)
    return gone


def release(state: MarketState, scene: Scene, rows: Array, today: int) -> None:
    """Businesses whose order is over may look around again."""
    state.order_operator[rows] = NONE
    state.stir(rows)


class Crews:
    """Installers of all operators: crew days a day, planned from the orders of the last three months with a month's
    lag."""

    def __init__(self, orders_per_day: Array, job_days: float, capacity_factor: float, follows: bool):
        self.job_days, self.capacity_factor, self.follows = job_days, capacity_factor, follows
        self.recent = [np.asarray(orders_per_day, np.float64)] * 4  # the last one is not known to planners yet
        self.budget = np.zeros(len(orders_per_day))
        self.plan()

    def plan(self) -> None:
        """Set crew days a day from the three months before the last one."""
        self.per_day = self.capacity_factor * np.mean(self.recent[:3], axis=0) * self.job_days

    def close_month(self, orders_per_day: Array) -> None:
        """Take note of a month's orders and plan the next one; fixed crews stay as they are for the focal operator."""
        self.recent = [*self.recent[1:], np.asarray(orders_per_day, np.float64)]
        before = self.per_day
        self.plan()
        if not self.follows:
            self.per_day[0] = before[0]

    def work(self, orders: Orders, today: int) -> Array:
        """Mark the orders that are installed today; a job that runs over is finished at the cost of tomorrow."""
        return _work_off(orders["operator"], orders["ready"], orders["work"], self.budget, self.per_day, today)


@njit(cache=True)
def _work_off(operator, ready, work, budget, per_day, today):
    done = np.zeros(operator.size, np.bool_)
    for o in range(budget.size):
        budget[o] = min(budget[o], 0.0) + per_day[o]
    for i in range(operator.size):
        if ready[i] <= today and budget[operator[i]] > 0.0:
            budget[operator[i]] -= work[i]
            done[i] = True
    return done


def fail(state: MarketState, scene: Scene, news: News, record: Record, today: int, luck: Luck) -> None:
    """Faults: customers are annoyed, unsettled, and tell their peers."""
    rows = np.flatnonzero(state.fault_day == today)
    if not rows.size:
        return
    memory = round(scene.world.needs.unsettled_days)
    annoyance = scene.world.installation.fault_satisfaction
    hit = _break(
        luck.key,
        state.contracts,
        state.fault_day,
        scene.fault_rates,
        rows,
        annoyance,
        scene.fading.satisfaction,
        today,
        memory,
    )
    news.complaint(hit, state.provider[hit])
    state.stir(hit)


@njit(cache=True)
def _break(key, contracts, fault_day, rates, rows, annoyance, fading, today, memory_days):
    """Customers with a fault are annoyed and unsettled; every premises gets the date of its next one."""
    hit, n = np.empty(rows.size, np.int64), 0
    for row in rows:
        provider = contracts.provider[row]
        if provider > NONE:
            idle = today - contracts.satisfaction_day[row]
            contracts.satisfaction[row] = contracts.satisfaction[row] * np.exp(-fading * idle) + annoyance
            contracts.satisfaction_day[row] = today
            contracts.unsettled_until[row] = today + memory_days
            hit[n] = row
            n += 1
        fault_day[row] = date_after(draw(key, contracts.address[row], 0), rates[provider], today, NEVER)
    return hit[:n].copy()


def schedule_faults(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The first fault of tenants, by the quality of their provider's network."""
    rate = scene.fault_rates[state.provider[rows]]
    state.fault_day[rows] = event_days(luck, state.address[rows], 0, rate, today)


def resize(state: MarketState, scene: Scene, today: int, luck: Luck) -> None:
    """Some tenants grow or shrink by a step; growth makes them look around."""
    rows = np.flatnonzero(state.resizing_day == today)
    if not rows.size:
        return
    p, memory = scene.world.demography, round(scene.world.needs.unsettled_days)
    rate = scene.calendar.daily(p.resizing_rate_per_month)
    _grow_or_shrink(luck.key, state.contracts, state.resizing_day, rows, p.resizing_factor, rate, today, memory)
    state.stir(rows)


@njit(cache=True)
def _grow_or_shrink(key, contracts, resizing_day, rows, factor, rate, today, memory_days):
    for row in rows:
        grows = draw(key, contracts.address[row], 0) < 0.5
        contracts.usage[row] *= factor if grows else 1.0 / factor
        contracts.monthly_bill[row] *= factor if grows else 1.0 / factor
        if grows:
            contracts.unsettled_until[row] = today + memory_days
        resizing_day[row] = date_after(draw(key, contracts.address[row], 1), rate, today, NEVER)


def schedule_resizing(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The next step of growth of each tenant."""
    rate = scene.calendar.daily(scene.world.demography.resizing_rate_per_month)
    state.resizing_day[rows] = event_days(luck, state.address[rows], 1, rate, today)
