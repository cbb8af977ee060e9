"""The retention desk calls customers before their term ends, as far as its people have time: some sign anew, some begin
to look around."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import meet
from sim.dates import rows_on
from sim.decisions import Retention
from sim.draws import Luck, draw
from sim.ledger import Ledger
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.needs import CallDiary, chance_of_row
from sim.steps.rivals import hold_back

Array = np.ndarray[Any, Any]

MISSED, TALKED, SIGNED, WOKEN = 0, 1, 2, 3
SHIFT_MINUTES = 480.0


class Desk(NamedTuple):
    """Whom the desk calls and what its call does, in the kernel's terms."""

    reached: float
    credit_logit: float  # of the offer, at a price sensitivity of one; 0: there is none
    commitment_logit: float
    woken_days: float
    recall: float
    persuasion: float


def desk(scene: Scene, decided: Retention) -> Desk:
    """The desk as decided."""
    world = scene.world
    return Desk(
        world.retention.reached_share,
        float(
            np.log1p(-decided.credit_months / 12.0) * world.choice.price_elasticity_logit * scene.appeal.attention[0]
        ),
        world.retention.commitment_logit,
        world.dialling.woken_months * scene.calendar.per_month,
        world.signals.phone_recall_share,
        world.signals.phone_persuasion,
    )


class WaitingCalls:
    """Customers who are to be called before their term ends, the longest waiting first, where the desk counts its
    people."""

    def __init__(self) -> None:
        self.row, self.end = np.empty(0, np.int64), np.empty(0, np.int64)  # working day on which the term ends

    def open_day(self, scene: Scene, decided: Retention, record: Record, today: int) -> int:
        """A desk with people of its own has so much time today; returns the calls for which yesterday's notices leave
        some.

        Notices of yesterday that nobody could answer are missed, and so is whoever was not called by the term's end.
        """
        capacity, left = round(decided.agents * scene.world.retention.desk_calls_per_day), scene.signing.talks_left
        notices = capacity - int(left[0]) if left[0] <= capacity else 0  # no limit before the first day
        left[0] = capacity
        over = self.end <= today
        record.add("retention_missed", max(notices - capacity, 0) + int(over.sum()))
        self.row, self.end = self.row[~over], self.end[~over]
        return max(capacity - notices, 0)

    def take(self, state: MarketState, new: Array, end: int, time_left: int) -> Array:
        """Who is called today, of those who have waited and of `new`; who cannot be called now waits."""
        new = new[np.argsort(state.address[new])]  # whose turn it is, is luck, not rows
        row, ends = np.concatenate([self.row, new]), np.concatenate([self.end, np.full(new.size, end)])
        there = (state.provider[row] == 0) & (state.contract_end[row] == ends)
        row, ends = row[there], ends[there]
        free = np.flatnonzero((state.decision_day[row] == NEVER) & (state.order_operator[row] == NONE))[:time_left]
        called = row[free]
        self.row, self.end = np.delete(row, free), np.delete(ends, free)
        return called


def call_customers(
    state: MarketState,
    scene: Scene,
    decided: Retention,
    waiting: WaitingCalls,
    diary: CallDiary,
    ledger: Ledger,
    record: Record,
    time_left: int,
    today: int,
    luck: Luck,
    needs_luck: Luck,
) -> None:
    """Customers whose term ends so many months ahead are called, once a term: a talk wakes as any seller's does.

    Who accepts the credit signs for twelve more months; who is woken looks around the whole market. A desk with
    people of its own calls as many as they have time for, and the others on later days.
    """
    end = today + scene.calendar.span(decided.lead_months)
    rows = _to_call(
        luck.key, decided.proactive_share, state.urge_columns, state.address, rows_on(state.contract_end, end)
    )
    if decided.agents:
        rows = waiting.take(state, rows, end, time_left)
    if not rows.size:
        return
    outcome = _call(
        luck.key,
        desk(scene, decided),
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.address,
        state.price_sensitivity,
        rows,
        today,
    )
    signed = rows[outcome == SIGNED]
    bills, _ = hold_back(state.deal, state.contract_start, state.renewals, signed, today, scene.signing.held_days)
    state.rest_until[signed] = min(today + scene.urge.rest_days, NEVER)
    state.stir(rows)
    needs.begin_search(state, scene, diary, record, rows[outcome == WOKEN], today, needs_luck)
    ledger.pay("discounts", "customers", bills * decided.credit_months)
    if not decided.agents:
        ledger.pay("call_centre", "customers", int((outcome > MISSED).sum()) * cost_of_talk(scene))
    record.add("retention_calls", rows.size)
    record.add("retention_renewals", signed.size)
    record.event(today, "retention_call", rows, 0, value=outcome.astype(np.float64))
    record.event(today, "renewal", signed, 0, value=state.monthly_bill[signed])


def cost_of_talk(scene: Scene) -> float:
    """Wages of one talk of the length of a sales call."""
    p = scene.world.economics
    minutes = scene.calendar.per_month * SHIFT_MINUTES * p.agent_occupancy_share
    return scene.world.calls.sales_handling_minutes * p.agent_cost_per_month / minutes


@njit(cache=True)
def _to_call(key, called, columns, address, ending):
    """Whom the desk means to call of those whose term comes to its end."""
    rows, n = np.empty(ending.size, np.int64), 0
    for row in ending:
        if columns.provider[row] != 0 or columns.term_months[row] == 0:
            continue
        if columns.decision_day[row] != NEVER or columns.order_operator[row] != NONE:
            continue
        if draw(key, address[row], 0) < called:
            rows[n] = row
            n += 1
    return rows[:n]


@njit(cache=True)
def _call(key, desk, mind, fading, urge, columns, address, price_sensitivity, rows, today):
    """What comes of today's calls."""
    outcome = np.zeros(rows.size, np.int8)
    for n in range(rows.size):
        row = rows[n]
        if draw(key, address[row], 1) < desk.reached:
            outcome[n] = TALKED
            gain = desk.credit_logit * price_sensitivity[row]
            if gain > 0.0 and draw(key, address[row], 2) < 1.0 / (1.0 + np.exp(desk.commitment_logit - gain)):
                outcome[n] = SIGNED
            elif draw(key, address[row], 3) < 1.0 - np.exp(
                -desk.woken_days * chance_of_row(columns, fading, urge, row, today)
            ):
                outcome[n] = WOKEN
            meet(mind, fading, row, 0, today, desk.recall, desk.persuasion, 0.0)
    return outcome
