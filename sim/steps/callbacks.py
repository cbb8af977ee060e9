"""After the visit: who was visited thinks it over and rings back, and the department hears who moved in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.conduct import Manners
from sim.credit import tenants_gone
from sim.dates import rows_until
from sim.draws import draw
from sim.held import HeldGround
from sim.record import Record
from sim.reps import PRODUCTIVE, RepTable
from sim.scene import Scene
from sim.state import FIELD, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.field import AFTERTHOUGHTS, CARDS, PROMISES_ON_THE_TELEPHONE, mastery, offer_all

Array = np.ndarray[Any, Any]


def take_calls(
    state: MarketState,
    scene: Scene,
    reps: RepTable,
    ground: HeldGround,
    manners: Manners,
    callers: Array,
    record: Record,
    keys: Array,
    today: int,
) -> Array:
    """Those whom a visit has woken call today, beside other callers; returns those who ring the common number.

    Who was woken weighs the offer against staying. Visited businesses that ring their representative get the offer
    from the one they know: the card is still there, the same person calls, and the representative answers. `keys` are
    the day's, in the order of `FIELD_STREAMS`.
    """
    search_days = scene.urge.search_days
    others, woken, rang = _take_calls(keys, state.held, search_days, reps.held, ground, manners.promise, callers, today)
    if woken:
        record.add("market_woken", woken)
    record.channel["contacts"][FIELD] += rang
    return np.asarray(others)


@njit(cache=True)
def _take_calls(keys, state, search_days, reps, ground, tempted, callers, today):
    """`take_calls` as one kernel; returns who rings the common number, how many were woken, and how many rang their
    representative."""
    woken = thoughts(state, ground, today)
    needs.begin_to_weigh(keys[AFTERTHOUGHTS], state, search_days, woken, today)
    callers = np.concatenate((callers, woken))
    rings = ring(keys[CARDS], keys[PROMISES_ON_THE_TELEPHONE], state, reps, ground, tempted, callers, today)
    others, n = np.empty(callers.size, np.int64), 0
    for i in range(callers.size):
        others[n] = callers[i]
        n += not rings[i]
    return others[:n], woken.size, callers.size - n


@njit(cache=True)
def thoughts(state, ground, today):
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


@njit(cache=True)
def ring(key, promise_key, state, reps, ground, tempted, callers, today):
    """Which of the callers ring their representative (callers,), from whom they get an offer."""
    crm, visit = ground.crm, ground.visit
    rings, rows, n = np.zeros(callers.size, np.bool_), np.empty(callers.size, np.int64), 0
    for i in range(callers.size):
        row = callers[i]
        since = today - crm.visit_day[row]
        if since <= visit.card_days and crm.rep[row] >= 0 and reps.stage[crm.rep[row]] == PRODUCTIVE:
            chance = visit.card_chance * np.exp(-visit.card_fading * since)
            rings[i] = draw(key, state.address[row], 0) < chance
            rows[n] = row
            n += rings[i]
    seller, tempting = np.empty(n), np.empty(n)
    for i in range(n):
        rep = crm.rep[rows[i]]
        seller[i] = mastery(reps, rep)
        tempting[i] = tempted[rep]
    offer_all(promise_key, state, crm, visit, rows[:n], seller, tempting)
    return rings


@njit(cache=True)
def tenants_changed(key, address, reps, ground, closed, opened, openings, today, early_days):
    """What was known of a door's tenant goes with the tenant; some new ones are heard of, in a share and after a delay
    (`openings`)."""
    tenants_gone(reps, ground, closed, today, early_days)
    share, delay_days = openings
    for row in opened:
        if draw(key, address[row], 1) < share:
            ground.crm.opened_day[row] = today + delay_days
