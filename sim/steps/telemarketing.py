"""Operators call businesses: few listen, fewer are woken, and some forbid further calls."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import fatigue_of, meet
from sim.draws import Luck, draw, pair
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, TELEMARKETING, MarketState
from sim.steps import needs
from sim.steps.needs import chance_of_row, put_offers, rests
from sim.telephone import StaffTable

Array = np.ndarray[Any, Any]

NO_ANSWER, CONNECTED, TALKED, WOKEN = 0, 1, 2, 3


class CallList:
    """One operator's list: every premises once, in an order of luck; the cursor goes round and round."""

    def __init__(self, state: MarketState, operator_address: np.uint64, luck: Luck, consent: Luck | None = None):
        mixed = state.id_hash ^ operator_address
        self.order = np.argsort(luck.uniform(mixed), kind="stable").astype(np.int32)
        self.consent_key = (consent or luck).key
        self.cursor = 0


class Pitch(NamedTuple):
    """What a call does, in the kernel's terms."""

    connect: float
    talk: float
    woken_days: float
    opt_out: float
    opt_out_factor: float
    fatigue: float
    fatigue_factor: float
    annoyance: float
    recall: float
    persuasion: float


def pitch(scene: Scene) -> Pitch:
    """The numbers of a world as a pitch."""
    p, s = scene.world.dialling, scene.world.signals
    return Pitch(
        p.connect_share,
        p.talk_share,
        p.woken_months * scene.calendar.per_month,
        p.opt_out_share,
        p.opt_out_fatigue_factor,
        p.repeat_fatigue,
        p.fatigue_waking_factor,
        p.annoyance_persuasion,
        s.phone_recall_share,
        s.phone_persuasion,
    )


def dial(
    state: MarketState,
    scene: Scene,
    operator: int,
    staff: StaffTable,
    calls: CallList,
    record: Record,
    today: int,
    luck: Luck,
    needs_luck: Luck,
) -> None:
    """One operator's telemarketers work through the list for a day."""
    wanted = round(len(staff) * scene.world.dialling.dials_per_day)
    rows, outcome, forbids, calls.cursor = _dial(
        luck.key,
        calls.order,
        calls.cursor,
        wanted,
        calls.consent_key,
        scene.world.dialling.consent_share,
        pitch(scene),
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.deal,
        state.phone_reach,
        state.opt_out,
        state.zone,
        scene.network[operator],
        operator,
        scene.appeal.address[operator],
        today,
    )
    talked = outcome >= TALKED
    woken = rows[(outcome == WOKEN) & (state.decision_day[rows] == NEVER)]
    needs.consider(state, scene, record, woken, today, needs_luck)
    interested = rows[outcome == WOKEN]
    seat = np.flatnonzero(outcome == WOKEN) * len(staff) // max(rows.size, 1)
    logit = scene.world.calls.agent_skill_logit * staff.skill[seat] + scene.world.choice.telemarketing_logit
    put_offers(state, interested, operator, TELEMARKETING, logit)
    record.event(today, "dial", rows, operator, channel=TELEMARKETING)
    record.event(today, "talk", rows[talked], operator, channel=TELEMARKETING)
    record.event(today, "opt_out", rows[forbids], operator, channel=TELEMARKETING)
    if operator == 0:
        state.touch_day[rows[talked], TELEMARKETING] = today
        record.add("dials", rows.size)
        record.add("talks", int(talked.sum()))
        record.add("opt_outs", int(forbids.sum()))
        record.add_channel("contacts", np.full(int(talked.sum()), TELEMARKETING))


@njit(cache=True)
def _dial(
    key,
    order,
    cursor,
    wanted,
    consent_key,
    consent_share,
    pitch,
    mind,
    fading,
    urge,
    columns,
    deal,
    reach,
    opt_out,
    zone,
    network,
    operator,
    operator_address,
    today,
):
    """Dial down the list; customers, empty premises, refusals, zones without network and, where the law asks for
    consent, who has not given it, are passed over."""
    rows, outcome = np.empty(wanted, np.int64), np.zeros(wanted, np.int8)
    forbids = np.zeros(wanted, np.bool_)
    n, looked, bit = 0, 0, 1 << operator
    while n < wanted and looked < order.size:
        row = order[cursor]
        cursor = (cursor + 1) % order.size
        looked += 1
        if deal.provider[row] == operator or deal.provider[row] < NONE or opt_out[row] & bit or not network[zone[row]]:
            continue
        if columns.order_operator[row] == operator:
            continue
        where = pair(deal.address[row], operator_address)
        if consent_share < 1.0 and draw(consent_key, where, 0) >= consent_share:
            continue
        rows[n] = row
        if draw(key, where, 0) < min(pitch.connect * reach[row], 0.95):
            tired = fatigue_of(mind, fading, row, operator, today)
            outcome[n], forbids[n] = _answered(key, where, pitch, columns, fading, urge, row, tired, today)
            if outcome[n] == CONNECTED:
                meet(mind, fading, row, operator, today, 0.0, pitch.annoyance * tired, pitch.fatigue)
            else:
                meet(
                    mind,
                    fading,
                    row,
                    operator,
                    today,
                    pitch.recall,
                    pitch.persuasion * pitch.fatigue_factor**tired + pitch.annoyance * tired,
                    pitch.fatigue,
                )
            if forbids[n]:
                opt_out[row] |= bit
        n += 1
    return rows[:n], outcome[:n], forbids[:n], cursor


@njit(cache=True)
def _answered(key, where, pitch, columns, fading, urge, row, tired, today):
    """Somebody answers: does the decision-maker talk, is he interested, does he forbid further calls?"""
    result = CONNECTED
    if draw(key, where, 1) < pitch.talk:
        result = TALKED
        if columns.decision_day[row] != NEVER:
            result = WOKEN  # looks around already
        elif columns.order_operator[row] == NONE and not rests(columns, row, today):
            own = chance_of_row(columns, fading, urge, row, today)
            worth = pitch.woken_days * own * pitch.fatigue_factor**tired
            if draw(key, where, 2) < 1.0 - np.exp(-worth):
                result = WOKEN
    refuses = result != WOKEN and draw(key, where, 3) < min(pitch.opt_out * pitch.opt_out_factor**tired, 1.0)
    return result, refuses
