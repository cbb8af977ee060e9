"""After the visit: who was visited thinks it over and rings back, and the department hears who moved in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.conduct import Manners
from sim.crm import Crm
from sim.dates import rows_until
from sim.draws import Luck, draw
from sim.record import Record
from sim.reps import PRODUCTIVE, RepTable
from sim.scene import Scene
from sim.state import FIELD, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.field import offer, promise

Array = np.ndarray[Any, Any]


def think_it_over(
    state: MarketState, scene: Scene, afterthoughts: Array, record: Record, today: int, luck: Luck
) -> Array:
    """Businesses that a visit has woken and that call today, to weigh the offer against staying."""
    rows: Array = _thoughts(state.held, afterthoughts, today)
    needs.consider(state, scene, record, rows, today, luck)
    return rows


@njit(cache=True)
def _thoughts(state, diary, today):
    """Who thought it over until today and is free to decide; the dates are struck off."""
    rows, n = rows_until(diary, today), 0
    for row in rows:
        diary[row] = NEVER
        free = state.decision_day[row] == NEVER and state.order_operator[row] == NONE
        if free and state.provider[row] >= NONE and state.provider[row] != 0:
            rows[n] = row
            n += 1
    return rows[:n]


def calls_the_rep(
    state: MarketState, scene: Scene, reps: RepTable, crm: Crm, callers: Array, today: int, luck: Luck
) -> Array:
    """Which of today's callers ring the representative instead of the common number (callers,).

    The card is still there, the same person calls, and the representative answers; otherwise the common number rings.
    """
    if not callers.size:
        return np.zeros(0, bool)
    p = scene.world.field
    rings: Array = _rings(
        luck.key,
        state.address,
        crm.visit_day,
        crm.rep,
        reps.stage,
        callers,
        scene.calendar.span(p.visit_memory_months),
        scene.calendar.daily_fading(p.card_fading_per_month),
        p.card_kept_share * p.same_person_share * p.rep_reached_share,
        today,
    )
    return rings


@njit(cache=True)
def _rings(key, address, visit_day, rep, stage, callers, memory_days, fading, chance, today):
    """The same for arrays: `chance` is that of a visit made today."""
    rings = np.zeros(callers.size, np.bool_)
    for i in range(callers.size):
        row = callers[i]
        since = today - visit_day[row]
        if since <= memory_days and rep[row] >= 0 and stage[rep[row]] == PRODUCTIVE:
            rings[i] = draw(key, address[row], 0) < chance * np.exp(-fading * since)
    return rings


def answer_own_phones(
    state: MarketState,
    scene: Scene,
    reps: RepTable,
    crm: Crm,
    manners: Manners,
    rows: Array,
    record: Record,
    luck: Luck,
) -> None:
    """Visited businesses that ring their representative get the offer from the one they know."""
    if not rows.size:
        return
    rep = crm.rep[rows].astype(np.int64)
    beyond = promise(state, scene, crm, rows, manners.promise[rep], luck)
    offer(state, scene, rows, np.log(np.maximum(reps.ability[rep] * reps.skill[rep], 0.05)), beyond)
    record.add_channel("contacts", np.full(rows.size, FIELD))


def hear_of_openings(state: MarketState, scene: Scene, crm: Crm, opened: Array, today: int, luck: Luck) -> None:
    """The department learns of some new tenants, after a few days."""
    p = scene.world.field
    heard = opened[luck.uniform(state.address[opened], 1) < p.new_tenant_known_share]
    crm.opened_day[heard] = today + round(p.new_tenant_delay_days)
