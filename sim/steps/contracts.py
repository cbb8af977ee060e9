"""Contracts begin, run on, are renewed, and end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import meet_all
from sim.draws import Luck, draw
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps.signals import News

Array = np.ndarray[Any, Any]

RAISED = 1.01  # a renewal that makes the bill this much dearer unsettles the customer


def activate(
    state: MarketState,
    scene: Scene,
    done: Orders,
    late_weeks: Array,
    news: News,
    record: Record,
    today: int,
    luck: Luck,
) -> None:
    """The new provider takes over: the switch counts today for both sides, and neighbours hear of it."""
    rows, new = done["row"], done["operator"]
    if not rows.size:
        return
    old = state.provider[rows].astype(np.int64)
    leave(state, scene, rows[old > NONE], record, today, "churn_competitor")
    content = scene.world.installation.late_satisfaction_per_week * late_weeks
    _take_over(luck.key, state.contracts, scene.terms, rows, new, done["bill"], content, today)
    meet_all(state.mind, scene.fading, rows, new, today, 1.0, 0.0, 0.0)
    news.joined(rows, new, old)
    late = late_weeks > 0
    if late.any():
        news.complaint(rows[late], new[late])
    _count_activations(state, scene, done, old, record, today)
    state.stir(rows)


@njit(cache=True)
def _begin_term(key, contracts, terms, row, today):
    u, kind = draw(key, contracts.address[row], 0), 0
    while kind < 2 and u >= terms.until[kind]:
        kind += 1
    contracts.term_months[row] = terms.months[kind]
    contracts.contract_start[row] = today
    contracts.contract_end[row] = min(today + terms.days[kind], NEVER - 1)


@njit(cache=True)
def _take_over(key, contracts, terms, rows, new, bill, content, today):
    """New customers begin their contracts, pleased or not."""
    for i in range(rows.size):
        row = rows[i]
        contracts.provider[row] = new[i]
        contracts.monthly_bill[row] = bill[i]
        contracts.renewals[row] = 0
        contracts.satisfaction[row] = content[i]
        contracts.satisfaction_day[row] = today
        contracts.order_operator[row] = NONE
        _begin_term(key, contracts, terms, row, today)


def _count_activations(state: MarketState, scene: Scene, done: Orders, old: Array, record: Record, today: int) -> None:
    record.add_flow("gross_adds", done["operator"])
    record.event(today, "activated", done["row"], done["operator"], channel=done["channel"], value=done["bill"])
    channel = record.channel
    won, bills = _tally(
        done.table, old, state.zone, record.zone["gross_adds"], channel["gross_adds"], channel["influenced"]
    )
    record.add("won_from_competitors", won)
    record.revenue_change += bills * record.month_left


@njit(cache=True)
def _tally(done, old, zone, by_zone, by_channel, influenced):
    """Count the focal operator's activations; returns how many were won from competitors, and their bills."""
    won, bills = 0, 0.0
    for i in range(done.size):
        if done[i].operator == 0:
            by_zone[zone[done[i].row]] += 1
            by_channel[done[i].channel] += 1
            for c in range(influenced.size):
                influenced[c] += done[i].influenced >> c & 1
            won += old[i] > NONE
            bills += done[i].bill
    return won, bills


def leave(state: MarketState, scene: Scene, rows: Array, record: Record, today: int, how: str) -> None:
    """Customers are lost to a competitor or by closure."""
    provider = state.provider[rows].astype(np.int64)
    record.add_flow(how, provider)
    record.event(
        today, "churn" if how == "churn_competitor" else "closure", rows, provider, value=state.monthly_bill[rows]
    )
    ours = rows[provider == 0]
    if not ours.size:
        return
    if how == "churn_competitor":
        record.add_zone("churn_competitor", state.zone[ours])
    record.revenue_change -= float(state.monthly_bill[ours].sum(dtype=np.float64)) * record.month_left


def run_on(state: MarketState, scene: Scene, record: Record, today: int, luck: Luck) -> None:
    """Contracts that end today are renewed at today's tariff; those whose window opens wake their customers."""
    state.stir(np.flatnonzero(state.contract_end == today + 1 + scene.urge.window_days))  # open from tomorrow
    ended = np.flatnonzero(state.contract_end == today)
    if not ended.size:
        return
    memory = round(scene.world.needs.unsettled_days)
    _renew(luck.key, state.contracts, scene.terms, scene.appeal.price, ended, today, memory)
    state.stir(ended)
    record.event(today, "renewal", ended, state.provider[ended], value=state.monthly_bill[ended])


@njit(cache=True)
def _renew(key, contracts, terms, price, rows, today, memory_days):
    """A new term at today's tariff; who pays more than before looks around."""
    for row in rows:
        if contracts.provider[row] <= NONE:
            continue
        bill = price[contracts.provider[row], contracts.size_class[row], contracts.premises[row]] * contracts.usage[row]
        if bill > RAISED * contracts.monthly_bill[row]:
            contracts.unsettled_until[row] = today + memory_days
        contracts.monthly_bill[row] = bill
        contracts.renewals[row] = min(contracts.renewals[row] + 1, 255)
        _begin_term(key, contracts, terms, row, today)
