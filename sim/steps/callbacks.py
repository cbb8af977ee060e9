"""After the visit: who was visited thinks it over and rings back, and the department hears who moved in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.conduct import Manners
from sim.crm import Crm
from sim.dates import rows_until
from sim.draws import Luck, draw
from sim.held import HeldGround
from sim.record import Record
from sim.reps import PRODUCTIVE, RepTable
from sim.scene import Scene
from sim.state import FIELD, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.field import LEAST_MASTERY, offer_all

Array = np.ndarray[Any, Any]


def think_it_over(
    state: MarketState, scene: Scene, ground: HeldGround, record: Record, today: int, luck: Luck
) -> Array:
    """Businesses that a visit has woken and that call today, to weigh the offer against staying."""
    rows: Array = _thoughts(state.held, ground, today)
    needs.consider(state, scene, record, rows, today, luck)
    return rows


@njit(cache=True)
def _thoughts(state, ground, today):
    """Who thought it over until today and is free to decide; the dates are struck off."""
    diary = ground.afterthoughts
    rows, n = rows_until(diary, today), 0
    for row in rows:
        diary[row] = NEVER
        free = state.decision_day[row] == NEVER and state.order_operator[row] == NONE
        if free and state.provider[row] >= NONE and state.provider[row] != 0:
            rows[n] = row
            n += 1
    return rows[:n]


def answer_own_phones(
    state: MarketState,
    reps: RepTable,
    ground: HeldGround,
    manners: Manners,
    callers: Array,
    record: Record,
    today: int,
    luck: Luck,
    promise_luck: Luck,
) -> Array:
    """Visited businesses that ring their representative get the offer from the one they know; returns which of the
    callers did so (callers,).

    The card is still there, the same person calls, and the representative answers; otherwise the common number rings.
    """
    if not callers.size:
        return np.zeros(0, bool)
    people = reps.stage, reps.ability * reps.skill, manners.promise
    rings: Array = _ring(luck.key, promise_luck.key, state.held, ground, *people, callers, today)
    record.channel["contacts"][FIELD] += int(rings.sum())
    return rings


@njit(cache=True)
def _ring(key, promise_key, state, ground, stage, mastery, tempted, callers, today):
    """Who rings the representative, and what lies on the table afterwards."""
    crm, visit = ground.crm, ground.visit
    rings, rows, n = np.zeros(callers.size, np.bool_), np.empty(callers.size, np.int64), 0
    for i in range(callers.size):
        row = callers[i]
        since = today - crm.visit_day[row]
        if since <= visit.card_days and crm.rep[row] >= 0 and stage[crm.rep[row]] == PRODUCTIVE:
            chance = visit.card_chance * np.exp(-visit.card_fading * since)
            rings[i] = draw(key, state.address[row], 0) < chance
            rows[n] = row
            n += rings[i]
    rep = crm.rep[rows[:n]].astype(np.int64)
    seller = np.log(np.maximum(mastery[rep], LEAST_MASTERY))
    offer_all(promise_key, state, crm, visit, rows[:n], seller, tempted[rep])
    return rings


def hear_of_openings(state: MarketState, scene: Scene, crm: Crm, opened: Array, today: int, luck: Luck) -> None:
    """The department learns of some new tenants, after a few days."""
    p = scene.world.field
    heard = opened[luck.uniform(state.address[opened], 1) < p.new_tenant_known_share]
    crm.opened_day[heard] = today + round(p.new_tenant_delay_days)
