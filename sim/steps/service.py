"""Orders become customers, or are cancelled while they wait; the network fails some customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.dates import rows_on
from sim.draws import Luck, date_after, draw, pair
from sim.ledger import Ledger
from sim.nearby import AHEAD, hint
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps import contracts
from sim.steps.signals import News
from sim.tenants import event_days

Array = np.ndarray[Any, Any]


WAITS, LOST, INSTALLED = 0, 1, 2  # what a day brings an open order


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
    if not orders.count:
        crews.rest()
        return Orders(orders.table), Orders(orders.table)
    lost, done, switched, ours, waited_days, buyouts = serve(
        luck.key,
        terms_luck.key,
        state.held,
        scene.held,
        orders.table,
        crews.budget,
        crews.per_day,
        crews.vain_share,
        record.switches,
        today,
    )
    orders.count -= len(lost) + len(done)
    if len(lost):
        _note_lost(state, lost, record, today)
    if len(done):
        contracts.note_switches(state, done, contracts.Switched(*switched), news, record, today)
        ledger.pay("installation", "customers", ours * scene.world.economics.installation_cost_per_job)
        ledger.pay("discounts", "field", buyouts)
        record.add("install_wait_days", waited_days)
    return Orders(lost), Orders(done)


def _note_lost(state: MarketState, lost: Array, record: Record, today: int) -> None:
    """Businesses whose order is over may look around again."""
    rows = lost["row"]
    state.stir(rows)
    record.add("cancelled", int((lost["operator"] == 0).sum()))
    record.event(today, "cancelled", rows, lost["operator"], channel=lost["channel"], value=lost["bill"])


@njit(cache=True)
def serve(key, terms_key, state, scene, orders, budget, per_day, vain_share, counts, today):
    """Sort out the open orders, let go of those that are lost, and switch those that are installed.

    Returns both, what the switches say (`contracts.Switched`), and of the focal operator's new customers the number,
    the days waited and the fees taken over.
    """
    address, upkeep = scene.appeal.address, scene.upkeep
    lost, done, ours, waited_days, buyouts = _sort_out(key, orders, address, budget, per_day, vain_share, upkeep, today)
    for i in range(lost.size):
        state.order_operator[lost[i].row] = NONE
    switched = contracts.switch(terms_key, state, scene, done, today, counts)
    fault_day, rates = state.fault_day, scene.fault_rates
    for i in range(done.size):
        row = done[i].row
        fault_day[row] = date_after(draw(key, state.address[row], 0), rates[done[i].operator], today, NEVER)
    return lost, done, switched, ours, waited_days, buyouts


@njit(cache=True)
def fates(key, orders, operator_address, budget, per_day, vain_share, upkeep, today):
    """What today brings each open order, (orders,): it waits, is lost, or is installed.

    It is lost when access is refused once somebody comes, or when patience is, faster after a missed date. A crew that
    finds nobody comes again some days later. A job that runs over is finished at the cost of tomorrow: `budget` is what
    crews have left, and changes.
    """
    fate = np.zeros(orders.size, np.int8)
    for o in range(budget.size):
        budget[o] = min(budget[o], 0.0) + per_day[o]
    for i in range(orders.size):
        order = orders[i]
        if order.refused and order.ready <= today:
            fate[i] = LOST
            continue
        where = pair(order.address, operator_address[order.operator])
        if today - order.placed > upkeep.cancelling_after_days:
            late = upkeep.late_cancelling_factor if today > order.promised else 1.0
            if draw(key, where, 0) < upkeep.cancelling_chance * late:
                fate[i] = LOST
                continue
        if order.ready <= today and budget[order.operator] > 0.0:
            if draw(key, where, 1) < vain_share[order.operator]:
                budget[order.operator] -= upkeep.vain_trip_days
                order.ready = today + upkeep.vain_trip_delay_days
                continue
            budget[order.operator] -= order.work
            fate[i] = INSTALLED
    return fate


@njit(cache=True)
def _sort_out(key, orders, operator_address, budget, per_day, vain_share, upkeep, today):
    """Take out what is lost and what is installed; those that wait close ranks.

    Returns both, and of the installed ones the number, the days waited by and the fees taken over for the focal
    operator's customers.
    """
    fate = fates(key, orders, operator_address, budget, per_day, vain_share, upkeep, today)
    lost = np.empty((fate == LOST).sum(), orders.dtype)
    done = np.empty((fate == INSTALLED).sum(), orders.dtype)
    n_lost, n_done, waiting, ours, waited_days, buyouts = 0, 0, 0, 0, 0.0, 0.0
    for i in range(fate.size):
        if fate[i] == LOST:
            lost[n_lost] = orders[i]
            n_lost += 1
        elif fate[i] == INSTALLED:
            done[n_done] = orders[i]
            n_done += 1
            buyouts += orders[i].buyout
            if orders[i].operator == 0:
                ours += 1
                waited_days += today - orders[i].placed
        else:
            orders[waiting] = orders[i]
            waiting += 1
    return lost, done, ours, waited_days, buyouts


class Crews:
    """Installers of all operators: crew days a day, planned from the orders of the last three months with a month's
    lag."""

    def __init__(
        self, orders_per_day: Array, job_days: float, capacity_factor: float, follows: bool, vain_share: float = 0.0
    ):
        self.job_days, self.capacity_factor, self.follows = job_days, capacity_factor, follows
        self.vain_share = np.full(len(orders_per_day), vain_share)
        self.recent = [np.asarray(orders_per_day, np.float64)] * 4  # the last one is not known to planners yet
        self.budget = np.zeros(len(orders_per_day))
        self.plan()

    def meet_sales(self, vain_share: float) -> None:
        """From now on the focal operator's sales and crews agree dates and access beforehand."""
        self.vain_share[0] = vain_share

    def rest(self) -> None:
        """A day on which nobody waits: jobs that ran over are made up for."""
        self.budget = np.minimum(self.budget, 0.0) + self.per_day

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


def fail(state: MarketState, scene: Scene, news: News, record: Record, today: int, luck: Luck) -> None:
    """Faults: customers are annoyed, unsettled, and tell their peers."""
    hit, provider = strike(luck.key, state.held, scene.held, today)
    news.complaint(hit, provider)
    state.stir(hit)


@njit(cache=True)
def strike(key, state, scene, today):
    """Customers with a fault today are annoyed and unsettled; every premises gets the date of its next one.

    Returns the rows and providers of these customers.
    """
    contracts, fault_day, rates, upkeep = state.contracts, state.fault_day, scene.fault_rates, scene.upkeep
    fading = scene.fading.satisfaction
    rows = rows_on(fault_day, today)
    hit, whose, n = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64), 0
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            will_suffer(contracts, rows[i + AHEAD])
        row = rows[i]
        provider = contracts.provider[row]
        if provider > NONE:
            idle = today - contracts.satisfaction_day[row]
            contracts.satisfaction[row] = (
                contracts.satisfaction[row] * np.exp(-fading * idle) + upkeep.fault_satisfaction
            )
            contracts.satisfaction_day[row] = today
            contracts.unsettled_until[row] = today + upkeep.unsettled_days
            hit[n], whose[n] = row, provider
            n += 1
        fault_day[row] = date_after(draw(key, contracts.address[row], 0), rates[provider], today, NEVER)
    return hit[:n], whose[:n]


@njit(inline="always")
def will_suffer(contracts, row):
    """Hints of whom a fault hits."""
    hint(contracts.provider, row)
    hint(contracts.satisfaction, row)
    hint(contracts.satisfaction_day, row)
    hint(contracts.unsettled_until, row)
    hint(contracts.address, row)


def schedule_faults(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The next fault of tenants, by the quality of the network that serves them now."""
    rate = scene.fault_rates[state.provider[rows]]
    state.fault_day[rows] = event_days(luck, state.address[rows], 0, rate, today)


def resize(state: MarketState, scene: Scene, today: int, luck: Luck) -> None:
    """Some tenants grow or shrink by a step; growth makes them look around."""
    state.stir(grow_or_shrink(luck.key, state.held, scene.held, today))


@njit(cache=True)
def grow_or_shrink(key, state, scene, today):
    contracts, resizing_day, upkeep = state.contracts, state.resizing_day, scene.upkeep
    factor, rows = upkeep.resizing_factor, rows_on(resizing_day, today)
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            hint(contracts.address, rows[i + AHEAD])
            hint(contracts.usage, rows[i + AHEAD])
            hint(contracts.monthly_bill, rows[i + AHEAD])
            hint(contracts.unsettled_until, rows[i + AHEAD])
        row = rows[i]
        grows = draw(key, contracts.address[row], 0) < 0.5
        contracts.usage[row] *= factor if grows else 1.0 / factor
        contracts.monthly_bill[row] *= factor if grows else 1.0 / factor
        if grows:
            contracts.unsettled_until[row] = today + upkeep.unsettled_days
        resizing_day[row] = date_after(draw(key, contracts.address[row], 1), upkeep.resizing_rate, today, NEVER)
    return rows


def schedule_resizing(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """The next step of growth of each tenant."""
    rate = scene.upkeep.resizing_rate
    state.resizing_day[rows] = event_days(luck, state.address[rows], 1, rate, today)
