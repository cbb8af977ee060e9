"""Contracts begin, run on, are renewed, and end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import meet_all
from sim.dates import rows_on
from sim.draws import Luck, draw
from sim.record import Record
from sim.scene import Scene, by_class
from sim.state import NEVER, NONE, MarketState
from sim.steps.signals import News

Array = np.ndarray[Any, Any]

RAISED = 1.01  # a renewal that makes the bill this much dearer unsettles the customer


def activate(state: MarketState, scene: Scene, done: Array, news: News, record: Record, today: int, luck: Luck) -> None:
    """The new provider takes over: the switch counts today for both sides, and neighbours hear of it.

    `done` are the orders installed today.
    """
    if record.events is not None:
        _note_switches(state, done, record, today)
    rows, operator, left, late, won, bills_lost, bills_won = _switch(
        luck.key,
        state.contracts,
        scene.terms,
        state.mind,
        scene.fading,
        state.zone,
        done,
        today,
        scene.world.installation.late_satisfaction_per_week,
        record.flow["gross_adds"],
        record.flow["churn_competitor"],
        record.zone["gross_adds"],
        record.zone["churn_competitor"],
        record.channel["gross_adds"],
        record.channel["influenced"],
        record.lost_to,
    )
    news.joined(rows, operator, left)
    if late.any():
        news.complaint(rows[late], operator[late])
    record.add("won_from_competitors", won)
    record.revenue_change -= bills_lost * record.month_left
    record.revenue_change += bills_won * record.month_left
    state.stir(rows)


def _note_switches(state: MarketState, done: Array, record: Record, today: int) -> None:
    """Who leaves whom today, and who joins whom."""
    leaving = done["row"][state.provider[done["row"]] > NONE]
    record.event(today, "churn", leaving, state.provider[leaving], value=state.monthly_bill[leaving])
    record.event(today, "activated", done["row"], done["operator"], channel=done["channel"], value=done["bill"])


@njit(cache=True)
def _switch(
    key,
    contracts,
    terms,
    mind,
    fading,
    zone,
    done,
    today,
    late_per_week,
    gained,
    lost,
    gained_by_zone,
    lost_by_zone,
    by_channel,
    influenced,
    lost_to,
):
    """Contracts begin, customers are pleased or not, and both sides count them; zones and channels are the focal
    operator's.

    Returns rows, the new and the old providers, who was served late, the number won from competitors, and the bills
    that the focal operator lost and won.
    """
    n = done.size
    rows, operator, left = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    late, won, bills_lost, bills_won = np.empty(n, np.bool_), 0, 0.0, 0.0
    for i in range(n):
        order = done[i]
        row, old = order.row, contracts.provider[order.row]
        rows[i], operator[i], left[i], late[i] = row, order.operator, old, today > order.promised
        gained[order.operator] += 1
        if old > NONE:
            lost[old] += 1
            lost_to[old, order.channel] += 1
        if old == 0:
            lost_by_zone[zone[row]] += 1
            bills_lost += contracts.monthly_bill[row]
        if order.operator == 0:
            gained_by_zone[zone[row]] += 1
            by_channel[order.channel] += 1
            for c in range(influenced.size):
                influenced[c] += order.influenced >> c & 1
            won += old > NONE
            bills_won += order.bill
        contracts.provider[row] = order.operator
        contracts.monthly_bill[row] = order.bill
        contracts.renewals[row] = 0
        contracts.satisfaction[row] = late_per_week * (max(today - order.promised, 0) / 5.0)
        contracts.satisfaction_day[row] = today
        contracts.order_operator[row] = NONE
        _begin_term(key, contracts, terms, row, today)
    meet_all(mind, fading, rows, operator, today, 1.0, 0.0, 0.0)
    return rows, operator, left, late, won, bills_lost, bills_won


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
    window, ended = _renew(
        luck.key,
        state.contracts,
        scene.terms,
        scene.appeal.price,
        today,
        scene.urge.window_days,
        round(scene.world.needs.unsettled_days),
        rise_share,
        by_class(scene.world.terms.negotiating_share),
    )
    state.stir(window)
    state.stir(ended)
    if record.events is not None:
        record.event(today, "renewal", ended, state.provider[ended], value=state.monthly_bill[ended])


@njit(cache=True)
def _renew(key, contracts, terms, price, today, window_days, memory_days, rise_share, negotiating):
    """A new term at today's tariff; who pays more than before looks around.

    Returns the rows whose window opens tomorrow, and those whose contract ends today.
    """
    window = rows_on(contracts.contract_end, today + 1 + window_days)
    ended = rows_on(contracts.contract_end, today)
    for row in ended:
        if contracts.provider[row] <= NONE:
            continue
        bill = price[contracts.provider[row], contracts.size_class[row], contracts.premises[row]] * contracts.usage[row]
        negotiates = draw(key, contracts.address[row], 1) < negotiating[contracts.size_class[row]]
        if contracts.provider[row] == 0 and not negotiates:
            bill *= 1.0 + rise_share
        if bill > RAISED * contracts.monthly_bill[row]:
            contracts.unsettled_until[row] = today + memory_days
        contracts.monthly_bill[row] = bill
        contracts.renewals[row] = min(contracts.renewals[row] + 1, 255)
        _begin_term(key, contracts, terms, row, today)
    return window, ended
