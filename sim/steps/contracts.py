"""Contracts begin, run on, are renewed, and end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import meet_all, will_meet
from sim.dates import rows_on
from sim.draws import Luck, draw
from sim.nearby import AHEAD, hint
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps.signals import News

Array = np.ndarray[Any, Any]

RAISED = 1.01  # a renewal that makes the bill this much dearer unsettles the customer


class Switched(NamedTuple):
    """What today's installed orders bring, in their order, and sums."""

    row: Array
    operator: Array
    left: Array  # the provider before, or negative
    bill_before: Array
    late: Array  # bool: served after the promised day
    won: int  # from competitors, by the focal operator
    bills_lost: float  # by the focal operator
    bills_won: float


def note_switches(state: MarketState, done: Array, switched: Switched, news: News, record: Record, today: int) -> None:
    """The switch counts today for both sides, and neighbours hear of it; `done` are the orders installed today."""
    rows, operator, late = switched.row, switched.operator, switched.late
    news.joined(rows, operator, switched.left)
    if late.any():
        news.complaint(rows[late], operator[late])
    record.add("won_from_competitors", switched.won)
    record.add_zone("won_from_competitors", state.zone[rows[(operator == 0) & (switched.left > NONE)]])
    record.revenue_change -= switched.bills_lost * record.month_left
    record.revenue_change += switched.bills_won * record.month_left
    state.stir(rows)
    if record.events is not None:
        leaves = switched.left > NONE
        record.event(today, "churn", rows[leaves], switched.left[leaves], value=switched.bill_before[leaves])
        record.event(today, "activated", rows, operator, channel=done["channel"], value=done["bill"])


@njit(cache=True)
def switch(key, state, scene, done, today, counts):
    """Contracts begin, customers are pleased or not, and both sides count them; returns the fields of `Switched`.

    `counts` are the record's (`SwitchCounts`).
    """
    contracts, terms, zone, n = state.contracts, scene.terms, state.zone, done.size
    late_per_week = scene.upkeep.late_satisfaction_per_week
    rows, operator, left, bill = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n)
    late, won, bills_lost, bills_won = np.empty(n, np.bool_), 0, 0.0, 0.0
    for i in range(n):
        if i + AHEAD < n:
            will_change(contracts, done[i + AHEAD].row)
            will_meet(state.mind, done[i + AHEAD].row)
            hint(zone, done[i + AHEAD].row)
            hint(state.fault_day, done[i + AHEAD].row)
        order = done[i]
        row, old = order.row, contracts.provider[order.row]
        rows[i], operator[i], left[i], late[i] = row, order.operator, old, today > order.promised
        bill[i] = contracts.monthly_bill[row]
        counts.gained[order.operator] += 1
        if old > NONE:
            counts.lost[old] += 1
            counts.lost_to[old, order.channel] += 1
        if old == 0:
            counts.lost_by_zone[zone[row]] += 1
            bills_lost += contracts.monthly_bill[row]
        if order.operator == 0:
            counts.gained_by_zone[zone[row]] += 1
            counts.by_channel[order.channel] += 1
            for c in range(counts.influenced.size):
                counts.influenced[c] += order.influenced >> c & 1
            won += old > NONE
            bills_won += order.bill
        contracts.provider[row] = order.operator
        contracts.monthly_bill[row] = order.bill
        contracts.renewals[row] = 0
        contracts.satisfaction[row] = late_per_week * (max(today - order.promised, 0) / 5.0)
        contracts.satisfaction_day[row] = today
        contracts.order_operator[row] = NONE
        _begin_term(key, contracts, terms, row, today)
    meet_all(state.mind, scene.fading, rows, operator, today, 1.0, 0.0, 0.0)
    return rows, operator, left, bill, late, won, bills_lost, bills_won


@njit(inline="always")
def will_change(contracts, row):
    """Hints of a contract that begins, or begins anew."""
    hint(contracts.provider, row)
    hint(contracts.address, row)
    hint(contracts.size_class, row)
    hint(contracts.premises, row)
    hint(contracts.usage, row)
    hint(contracts.monthly_bill, row)
    hint(contracts.renewals, row)
    hint(contracts.term_months, row)
    hint(contracts.contract_start, row)
    hint(contracts.contract_end, row)
    hint(contracts.satisfaction, row)
    hint(contracts.satisfaction_day, row)
    hint(contracts.unsettled_until, row)
    hint(contracts.order_operator, row)


@njit(cache=True)
def _begin_term(key, contracts, terms, row, today):
    u, kind = draw(key, contracts.address[row], 0), 0
    while kind < 2 and u >= terms.until[kind]:
        kind += 1
    contracts.term_months[row] = terms.months[kind]
    contracts.contract_start[row] = today
    contracts.contract_end[row] = min(today + terms.days[kind], NEVER - 1)


def run_on(state: MarketState, scene: Scene, record: Record, today: int, luck: Luck, rise_share: float = 0.0) -> None:
    """Contracts that end today are renewed at today's tariff; those whose window opens wake their customers.

    The focal operator's become dearer than that by `rise_share`, unless the customer negotiates.
    """
    window, ended = renew(luck.key, state.held, scene.held, today, rise_share)
    state.stir(window)
    state.stir(ended)
    if record.events is not None:
        record.event(today, "renewal", ended, state.provider[ended], value=state.monthly_bill[ended])


@njit(cache=True)
def renew(key, state, scene, today, rise_share):
    """A new term at today's tariff; who pays more than before looks around.

    Returns the rows whose window opens tomorrow, and those whose contract ends today.
    """
    contracts, terms, price, upkeep = state.contracts, scene.terms, scene.appeal.price, scene.upkeep
    window = rows_on(contracts.contract_end, today + 1 + scene.urge.window_days)
    ended = rows_on(contracts.contract_end, today)
    for i in range(ended.size):
        if i + AHEAD < ended.size:
            will_change(contracts, ended[i + AHEAD])
        row = ended[i]
        if contracts.provider[row] <= NONE:
            continue
        size = contracts.size_class[row]
        bill = price[contracts.provider[row], size, contracts.premises[row]] * contracts.usage[row]
        negotiates = draw(key, contracts.address[row], 1) < upkeep.negotiating[size]
        if contracts.provider[row] == 0 and not negotiates:
            bill *= 1.0 + rise_share
        if bill > RAISED * contracts.monthly_bill[row]:
            contracts.unsettled_until[row] = today + upkeep.unsettled_days
        contracts.monthly_bill[row] = bill
        contracts.renewals[row] = min(contracts.renewals[row] + 1, 255)
        _begin_term(key, contracts, terms, row, today)
    return window, ended
