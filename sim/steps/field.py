"""Representatives walk their patches: doors, talks, follow-ups, offers, and what they learn on the way."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import fatigue_of, meet, remembered
from sim.city import SIZES
from sim.conduct import Manners
from sim.dates import rows_until
from sim.draws import draw, pair
from sim.held import HeldGround
from sim.record import Record
from sim.reps import PRODUCTIVE, RepTable
from sim.scene import Scene
from sim.state import FIELD, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.needs import chance_of_row, rests
from sim.steps.patches import FOLLOWED, VISIT, Patches, doors_reached

Array = np.ndarray[Any, Any]

FIELD_STREAMS = (
    *("field", "woken by a visit", "promises", "cards", "afterthoughts", "promises on the telephone"),
    "openings heard of",
)
FIELDWORK, WOKEN_BY_A_VISIT, PROMISES, CARDS, AFTERTHOUGHTS, PROMISES_ON_THE_TELEPHONE, OPENINGS = range(7)
CONTACT, WOKEN, LATER = 1, 2, 4  # what came of a door
LARGE = SIZES.index("large")
LEAST_MASTERY = 0.05  # ability times skill of the poorest seller
COMPLAINT = -0.05  # satisfaction below which a business complains of its provider


class Visit(NamedTuple):
    """What a visit does, in the kernels' terms."""

    recall: float
    leaflet: float
    persuasion: float
    fatigue: float
    fatigue_factor: float
    annoyance: float
    refusal: float
    woken_days: float
    at_door: float
    afterthought_days: float
    followup_days: float
    revealed: float
    personal_logit: float
    skill_logit: float
    promise_logit: float
    lead_days: int  # of an appointment before the end of a contract
    card_days: int  # for which a visit is remembered
    card_fading: float
    card_chance: float  # to ring the representative on the day of the visit


def visit_of(scene: Scene) -> Visit:
    """The numbers of a world as a visit."""
    p = scene.world.field
    return Visit(
        p.visit_recall_share,
        p.leaflet_recall_share,
        p.visit_persuasion,
        p.visit_fatigue,
        scene.world.dialling.fatigue_waking_factor,
        scene.world.dialling.annoyance_persuasion,
        p.refusal_share,
        p.woken_months * scene.calendar.per_month,
        p.decided_at_door_share,
        p.afterthought_days,
        p.followup_months * scene.calendar.per_month,
        p.revealed_share,
        p.personal_logit,
        p.skill_logit,
        scene.world.conduct.promise_logit,
        round(p.followup_lead_days),
        scene.calendar.span(p.visit_memory_months),
        scene.calendar.daily_fading(p.card_fading_per_month),
        p.card_kept_share * p.same_person_share * p.rep_reached_share,
    )


def walk_the_patches(
    state: MarketState,
    scene: Scene,
    reps: RepTable,
    patches: Patches,
    ground: HeldGround,
    record: Record,
    manners: Manners,
    keys: Array,
    today: int,
) -> None:
    """All representatives' days at once: appointments first, then doors until the minutes are spent; `keys` are the
    day's, in the order of `FIELD_STREAMS`."""
    door, who, kind, outcome, woken, visits, contacts, followups = _walk(
        keys,
        state.held,
        scene.held,
        reps.held,
        patches,
        ground,
        manners,
        record.zone["visits"],
        today,
    )
    record.add("market_woken", woken)
    record.add("visits", visits)
    record.add("contacts", contacts)
    record.add("followups", followups)
    record.channel["contacts"][FIELD] += contacts
    if record.events is not None:
        visited, contact, followed = kind == VISIT, outcome >= CONTACT, kind == FOLLOWED
        record.event(today, "visit", door[visited], 0, actor=who[visited], channel=FIELD)
        record.event(today, "contact", door[contact], 0, actor=who[contact], channel=FIELD)
        record.event(today, "followup", door[followed], 0, actor=who[followed], channel=FIELD)


@njit(cache=True)
def _walk(keys, state, scene, reps, patches, ground, manners, by_zone, today):
    """Find the doors of the day, meet, offer, and write down dates; returns doors, representatives, kinds, outcomes,
    how many were woken, and the sums of visits, contacts and follow-ups."""
    key = keys[FIELDWORK]
    crm, rules, visit, diary, afterthoughts = (
        ground.crm,
        ground.rules,
        ground.visit,
        ground.appointments,
        ground.afterthoughts,
    )
    due = rows_until(diary, today)
    due = due[np.argsort(state.address[due], kind="mergesort")]
    door, who, kind = doors_reached(
        key, state, scene, crm, rules, patches, manners, reps.stage == PRODUCTIVE, reps.effort, due, today
    )
    outcome, told, calls_day = _meet_all(key, state, scene, crm, rules, manners.noted, visit, door, who, kind, today)
    woken, n = np.empty(door.size, np.int64), 0
    for i in range(door.size):
        if outcome[i] == WOKEN and state.decision_day[door[i]] == NEVER:
            woken[n] = door[i]
            n += 1
    needs.begin_to_weigh(keys[WOKEN_BY_A_VISIT], state, scene.urge.search_days, woken[:n], today)
    _offer_woken(keys[PROMISES], state, reps, crm, manners, visit, door, who, outcome)
    _note_dates(crm, visit, diary, afterthoughts, door, kind, outcome, told, calls_day, today)
    counts = reps.visits, reps.contacts, reps.followups, reps.visits_ever
    sums = _tally(kind, outcome, door, who, state.zone, *counts, by_zone)
    return door, who, kind, outcome, n, *sums


@njit(cache=True)
def _offer_woken(key, state, reps, crm, manners, visit, door, who, outcome):
    """Whoever is woken gets an offer."""
    rows, rep, n = np.empty(door.size, np.int64), np.empty(door.size, np.int64), 0
    for i in range(door.size):
        rows[n], rep[n] = door[i], who[i]
        n += outcome[i] == WOKEN
    seller = np.empty(n)
    for i in range(n):
        seller[i] = mastery_at_the_door(reps, rep[i], state.size_class[rows[i]] == LARGE)
    offer_all(key, state, crm, visit, rows[:n], seller, manners.promise[rep[:n]])


@njit(cache=True)
def mastery_at_the_door(reps, rep, large):
    """`mastery` with whoever sells along, who helps most at large clients."""
    return mastery(reps, rep, reps.lift_large[rep] if large else reps.lift[rep])


@njit(cache=True)
def mastery(reps, rep, along=0.0):
    """The log of a representative's ability times skill, with what somebody `along` adds to the skill."""
    return np.log(max(reps.ability[rep] * (reps.skill[rep] + along), LEAST_MASTERY))


@njit(cache=True)
def offer_all(key, state, crm, visit, rows, seller, tempted):
    """The representatives' offers lie on the table, with the personal channel's weight (`seller` is the log of ability
    times skill) and what is promised beyond it, with a chance of `tempted`; the department does not know of it."""
    logit, promising = visit.personal_logit + visit.skill_logit * seller, np.any(tempted > 0.0)
    for i in range(rows.size if promising else 0):
        crm.promised[rows[i]] = draw(key, state.address[rows[i]], 0) < tempted[i]
        logit[i] += visit.promise_logit * crm.promised[rows[i]]
    needs.put_on_table(state, rows, 0, FIELD, logit)


@njit(cache=True)
def _note_dates(crm, visit, diary, afterthoughts, door, kind, outcome, told, calls_day, today):
    """Who thinks it over rings on a day; appointments kept are struck off, and new ones made ahead of a contract's end
    that became known."""
    for i in range(door.size):
        if outcome[i] == LATER:
            afterthoughts[door[i]] = min(calls_day[i], NEVER)
        if kind[i] == FOLLOWED:
            diary[door[i]] = NEVER
    if visit.followup_days > 0.0:
        for i in range(door.size):
            if told[i]:
                ahead = max(np.int64(crm.contract_end[door[i]]) - visit.lead_days, today + 5)
                diary[door[i]] = min(ahead, NEVER)


@njit(cache=True)
def best_rival_offer(price, deal, row):
    """The lowest monthly bill that a rival has put on the table, nan without one."""
    best = np.nan
    for o in range(1, price.shape[0]):
        if deal.offers[row] & (1 << o):
            bill = price[o, deal.size_class[row], deal.premises[row]] * deal.usage[row]
            best = bill if np.isnan(best) else min(best, bill)
    return best


@njit(cache=True)
def _meet_all(key, state, scene, crm, rules, reports, visit, door, who, kind, today):
    """What comes of each visit or appointment: outcome, whether a contract's end became known, and when who thinks it
    over will call."""
    mind, columns, deal, fading, urge = state.mind, state.urge_columns, state.deal, scene.fading, scene.urge
    price, operator_address, touch_day = scene.appeal.price, scene.appeal.address[0], state.touch_day
    outcome, told = np.zeros(door.size, np.int64), np.zeros(door.size, np.bool_)
    calls_day = np.zeros(door.size, np.int64)
    for i in range(door.size):
        row, where = door[i], pair(deal.address[door[i]], operator_address)
        crm.visit_day[row], crm.rep[row] = today, who[i]
        touch_day[row, 1] = today
        tired = fatigue_of(mind, fading, row, 0, today)
        if kind[i] != FOLLOWED and draw(key, where, 0) >= rules.decision_maker[deal.premises[row]]:
            meet(mind, fading, row, 0, today, visit.leaflet, 0.0, 0.0)
            continue
        outcome[i] = CONTACT
        weight = visit.fatigue_factor**tired
        own = chance_of_row(columns, fading, urge, row, today)
        worth = visit.woken_days * own
        if kind[i] == FOLLOWED:
            worth = visit.followup_days * urge.rate_per_day * columns.inclination[row]
        looks_around = columns.decision_day[row] != NEVER
        free = columns.order_operator[row] == NONE and (kind[i] == FOLLOWED or not rests(columns, row, today))
        if looks_around:
            outcome[i] = WOKEN
        elif free and draw(key, where, 2) < 1.0 - np.exp(-worth * weight):
            thinks = kind[i] != FOLLOWED and draw(key, where, 4) >= visit.at_door
            outcome[i] = LATER if thinks else WOKEN
            calls_day[i] = today + max(np.ceil(-visit.afterthought_days * np.log(draw(key, where, 5))), 1.0)
        meet(
            mind,
            fading,
            row,
            0,
            today,
            visit.recall,
            visit.persuasion * weight + visit.annoyance * tired,
            visit.fatigue,
        )
        if draw(key, where, 1) < visit.revealed * reports[who[i]]:  # what nobody writes down is not known
            crm.known_day[row], crm.provider[row], crm.bill[row] = today, deal.provider[row], deal.monthly_bill[row]
            content = remembered(deal.satisfaction[row], today - deal.satisfaction_day[row], 0.0, fading.satisfaction)
            crm.complains[row] = content < COMPLAINT
            crm.rival_offer[row] = best_rival_offer(price, deal, row)
            if deal.provider[row] >= 0 and columns.term_months[row] > 0:
                crm.contract_end[row] = columns.contract_end[row]
                told[i] = kind[i] != FOLLOWED and columns.contract_end[row] - today > 5
        if outcome[i] == CONTACT and draw(key, where, 3) < visit.refusal:
            crm.forbids[row] = True
    return outcome, told, calls_day


@njit(cache=True)
def _tally(kind, outcome, door, who, zone, visits, contacts, followups, visits_ever, by_zone):
    """Count each representative's day; returns the sums of visits, contacts and follow-ups."""
    visited, met, followed = 0, 0, 0
    for i in range(door.size):
        rep = who[i]
        visits_ever[rep] += 1
        if kind[i] == VISIT:
            visits[rep] += 1
            by_zone[zone[door[i]]] += 1
            visited += 1
        elif kind[i] == FOLLOWED:
            followups[rep] += 1
            followed += 1
        if outcome[i] >= CONTACT:
            contacts[rep] += 1
            met += 1
    return visited, met, followed
