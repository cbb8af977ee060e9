"""The retention desk calls customers before their term ends: some sign anew, some begin to look around."""

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

    called: float
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
        decided.proactive_share,
        world.retention.reached_share,
        float(np.log1p(-decided.credit_months / 12.0) * world.choice.price_elasticity_logit),
        world.retention.commitment_logit,
        world.dialling.woken_months * scene.calendar.per_month,
        world.signals.phone_recall_share,
        world.signals.phone_persuasion,
    )


def call_customers(
    state: MarketState,
    scene: Scene,
    decided: Retention,
    diary: CallDiary,
    ledger: Ledger,
    record: Record,
    today: int,
    luck: Luck,
    needs_luck: Luck,
) -> None:
    """Customers whose term ends so many months ahead are called, once a term: a talk wakes as any seller's does.

    Who accepts the credit signs for twelve more months; who is woken looks around the whole market.
    """
    ending = rows_on(state.contract_end, today + scene.calendar.span(decided.lead_months))
    rows, outcome = _call(
        luck.key,
        desk(scene, decided),
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.address,
        state.price_sensitivity,
        ending,
        today,
    )
    if not rows.size:
        return
    signed = rows[outcome == SIGNED]
    bills, _ = hold_back(state.deal, state.contract_start, state.renewals, signed, today, scene.signing.held_days)
    state.rest_until[signed] = min(today + scene.urge.rest_days, NEVER)
    state.stir(rows)
    needs.begin_search(state, scene, diary, record, rows[outcome == WOKEN], today, needs_luck)
    ledger.pay("discounts", "customers", bills * decided.credit_months)
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
def _call(key, desk, mind, fading, urge, columns, address, price_sensitivity, ending, today):
    """Whom the desk calls of those whose term comes to its end, and what comes of it."""
    rows, outcome, n = np.empty(ending.size, np.int64), np.zeros(ending.size, np.int8), 0
    for row in ending:
        if columns.provider[row] != 0 or columns.term_months[row] == 0:
            continue
        if columns.decision_day[row] != NEVER or columns.order_operator[row] != NONE:
            continue
        if draw(key, address[row], 0) >= desk.called:
            continue
        rows[n] = row
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
        n += 1
    return rows[:n], outcome[:n]
