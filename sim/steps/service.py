"""Orders become customers, or are cancelled while they wait; the network fails some customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.draws import Luck, pair_addresses
from sim.ledger import Ledger
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NONE, MarketState
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
) -> None:
    """Customers who lose patience cancel; crews work off the orders whose premises may be entered, oldest first."""
    if len(orders):
        cancel(state, scene, orders, record, today, luck)
        done = orders.take(crews.work(orders, today))
        late_weeks = np.maximum(today - done["promised"], 0) / 5.0
        contracts.activate(state, scene, done, late_weeks, news, record, today, terms_luck)
        ours = int((done["operator"] == 0).sum())
        ledger.pay("installation", "customers", ours * scene.world.economics.installation_cost_per_job)
        record.add("install_wait_days", float((today - done["placed"])[done["operator"] == 0].sum()))


def cancel(state: MarketState, scene: Scene, orders: Orders, record: Record, today: int, luck: Luck) -> None:
    """Access refused, or patience lost: faster after a missed date."""
    p = scene.world.installation
    impatient = np.where(today - orders["placed"] > p.cancelling_after_days, p.cancelling_per_day, 0.0)
    impatient = impatient * np.where(today > orders["promised"], p.late_cancelling_factor, 1.0)
    where = pair_addresses(orders["address"], scene.appeal.address[orders["operator"]])
    gone = (orders["refused"] & (orders["ready"] <= today)) | (luck.uniform(where, 0) < impatient)
    if not gone.any():
        return
    lost = orders.take(gone)
    release(state, scene, lost["row"], today)
    record.add("cancelled", int((lost["operator"] == 0).sum()))
    record.event(today, "cancelled", lost["row"], lost["operator"], channel=lost["channel"], value=lost["bill"])


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
    p = scene.world.installation
    hit = rows[state.provider[rows] > NONE]
    disappoint(state, scene, hit, p.fault_satisfaction, today)
    state.unsettled_until[hit] = today + round(scene.world.needs.unsettled_days)
    news.complaint(hit, state.provider[hit])
    schedule_faults(state, scene, rows, today, luck)
    state.stir(hit)
    record.add("faults", int((state.provider[hit] == 0).sum()))


def schedule_faults(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The next fault of each premises, by the quality of its present provider's network."""
    p = scene.world.installation
    quality = np.append(scene.appeal.quality, [0.0, 0.0])[state.provider[rows]]
    rate = scene.calendar.daily(p.fault_rate_per_month) * np.exp(p.fault_quality_slope * quality)
    state.fault_day[rows] = event_days(luck, state.address[rows], 0, rate, today)


def disappoint(state: MarketState, scene: Scene, rows: Array, amount: float | Array, today: int) -> None:
    """Satisfaction changes by an amount (negative: it falls), on top of what is not yet forgiven."""
    idle = today - state.satisfaction_day[rows].astype(np.int64)
    state.satisfaction[rows] = state.satisfaction[rows] * np.exp(-scene.fading.satisfaction * idle) + amount
    state.satisfaction_day[rows] = today


def resize(state: MarketState, scene: Scene, today: int, luck: Luck) -> None:
    """Some tenants grow or shrink by a step; growth makes them look around."""
    rows = np.flatnonzero(state.resizing_day == today)
    if not rows.size:
        return
    p = scene.world.demography
    grows = luck.uniform(state.address[rows], 0) < 0.5
    step = np.where(grows, p.resizing_factor, 1.0 / p.resizing_factor)
    state.usage[rows] *= step
    state.monthly_bill[rows] *= step
    state.unsettled_until[rows[grows]] = today + round(scene.world.needs.unsettled_days)
    schedule_resizing(state, scene, rows, today, luck)
    state.stir(rows[grows])


def schedule_resizing(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The next step of growth of each tenant."""
    rate = scene.calendar.daily(scene.world.demography.resizing_rate_per_month)
    state.resizing_day[rows] = event_days(luck, state.address[rows], 1, rate, today)
