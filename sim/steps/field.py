"""Representatives walk their patches: doors, talks, follow-ups, offers, and what they learn on the way."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import fatigue_of, meet, remembered
from sim.city import SIZES
from sim.conduct import Manners
from sim.crm import Crm, FollowUps
from sim.doors import (
    Rules,
    distance,
    doors_in_zone,
    doors_of_day,
    next_zone,
    tour,
    weigh_by_own_pay,
    worth_of_doors,
)
from sim.draws import Luck, draw, pair
from sim.record import Record
from sim.reps import PRODUCTIVE, RepTable
from sim.scene import Scene
from sim.state import FIELD, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.needs import chance_of_row, rests

Array = np.ndarray[Any, Any]

VISIT, CONTACT, WOKEN, FOLLOWED, LATER = 0, 1, 2, 3, 4  # how a door was reached, and what came of it
LARGE = SIZES.index("large")
FEW = 8  # open doors in a zone below which a representative moves on
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
    )


class Patches(NamedTuple):
    """Where representatives work: owner of each zone, and the rows of each zone."""

    owner: Array  # (n,) row of the representative who owns the door, or -1
    doors: Array  # rows, one representative's after the other's
    start: Array  # (reps + 1,) where each one's doors begin
    current: Array  # (reps,) the zone that is being worked, or -1


def doors_by_rep(owner: Array, reps: int) -> tuple[Array, Array]:
    """Premises of each representative, one after another; those of nobody are left out."""
    order = np.argsort(owner, kind="stable")
    order = order[np.searchsorted(owner[order], 0) :]
    return order, np.concatenate([[0], np.cumsum(np.bincount(owner[order], minlength=reps))])


def walk_the_patches(
    state: MarketState,
    scene: Scene,
    reps: RepTable,
    patches: Patches,
    rules: Rules,
    crm: Crm,
    diary: FollowUps,
    afterthoughts: FollowUps,
    record: Record,
    manners: Manners,
    today: int,
    luck: Luck,
    needs_luck: Luck,
    promise_luck: Luck,
) -> None:
    """All representatives' days at once: appointments first, then doors until the minutes are spent."""
    due = diary.due(today)
    due = due[np.argsort(state.address[due], kind="stable")]
    columns = (crm, state.deal, state.order_operator, scene.network[0], state.zone)
    door, who, kind = _days(
        reps.stage == PRODUCTIVE,
        reps.effort,
        patches,
        rules,
        manners,
        *columns,
        scene.appeal.usual_price,
        scene.appeal.address[0],
        due,
        today,
        luck.key,
    )
    if not door.size:
        return
    usual, large = sellers(reps)
    outcome, told, calls_day = _meet_all(
        luck.key,
        door,
        who,
        kind,
        visit_of(scene),
        rules,
        manners.noted,
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.deal,
        crm,
        state.touch_day,
        scene.appeal.price,
        scene.appeal.address[0],
        today,
    )
    woken = door[(outcome == WOKEN) & (state.decision_day[door] == NEVER)]
    needs.consider(state, scene, record, woken, today, needs_luck)
    offered = outcome == WOKEN
    rows, rep = door[offered], who[offered]
    seller = np.where(state.size_class[rows] == LARGE, large[rep], usual[rep])
    offer(state, scene, rows, seller, promise(state, scene, crm, rows, manners.promise[rep], promise_luck))
    later = outcome == LATER
    afterthoughts.add(door[later], calls_day[later])
    diary.strike(door[kind == FOLLOWED])
    ahead = np.flatnonzero(told)
    dates = np.maximum(
        crm.contract_end[door[ahead]].astype(np.int64) - round(scene.world.field.followup_lead_days), today + 5
    )
    if scene.world.field.followup_months > 0:
        diary.add(door[ahead], dates)
    _count(state, reps, record, door, who, kind, outcome, today)


def sellers(reps: RepTable) -> tuple[Array, Array]:
    """The log of ability times skill of everybody today, with whoever sells along, at usual and at large clients."""
    usual, large = (
        np.log(np.maximum(reps.ability * (reps.skill + more), 0.05)) for more in (reps.lift, reps.lift_large)
    )
    return usual, large


def offer(state: MarketState, scene: Scene, rows: Array, seller: Array, promised: Array | float = 0.0) -> None:
    """The representative's offer lies on the table, with the personal channel's weight (`seller` is the log of ability
    times skill) and what is promised beyond it, in logits."""
    p = scene.world.field
    needs.put_offers(state, rows, 0, FIELD, p.personal_logit + p.skill_logit * seller + promised)


def promise(state: MarketState, scene: Scene, crm: Crm, rows: Array, chance: Array, luck: Luck) -> Array | float:
    """What representatives promise beyond what will be kept, in logits; the department does not know of it."""
    if not chance.any():
        return 0.0
    crm.promised[rows] = luck.uniform(state.address[rows], 0) < chance
    return np.asarray(scene.world.conduct.promise_logit * crm.promised[rows])


@njit(cache=True)
def _days(
    productive,
    effort,
    patches,
    rules,
    manners,
    crm,
    deal,
    order_operator,
    network,
    zone,
    usual_price,
    operator_address,
    due,
    today,
    key,
):
    """Which doors each representative reaches today, and how: (doors, representatives, VISIT or FOLLOWED)."""
    reps = productive.size
    door, who, kind, n = np.empty(reps * 64, np.int64), np.empty(reps * 64, np.int64), np.zeros(reps * 64, np.int64), 0
    worth = np.empty(zone.size)  # of doors, as far as somebody looks at them
    known = (rules, crm, deal, order_operator, network, zone, usual_price, today)
    minds_pay = manners.taste.shape[0] > 0
    for rep in range(reps):
        if not productive[rep] or effort[rep] <= 0.0:
            continue
        left = rules.working_minutes * effort[rep] * (1.0 - manners.desk_share[rep]) - rules.start_minutes
        appointments = 0.5 * left
        for row in due:
            ours = crm.rep[row] == rep or (
                crm.rep[row] >= 0 and not productive[crm.rep[row]] and patches.owner[row] == rep
            )
            if not ours or appointments < rules.followup_minutes or deal.provider[row] < -1 or deal.provider[row] == 0:
                continue
            if order_operator[row] == 0 or crm.forbids[row]:
                continue
            door[n], who[n], kind[n] = row, rep, FOLLOWED
            appointments -= rules.followup_minutes
            left -= rules.followup_minutes
            n += 1
        z, mine = patches.current[rep], patches.doors[patches.start[rep] : patches.start[rep + 1]]
        rows = mine[:0]
        if z >= 0:
            here = doors_in_zone(z, mine, zone)
            worth_of_doors(worth, here, *known)
            if minds_pay:
                weigh_by_own_pay(worth, here, deal.size_class, deal.premises, manners.taste[rep])
            rows = doors_of_day(z, here, worth, zone, crm.x, crm.y, rules.minutes_per_km)
        if rows.size < FEW:
            worth_of_doors(worth, mine, *known)
            if minds_pay:
                weigh_by_own_pay(worth, mine, deal.size_class, deal.premises, manners.taste[rep])
            z = next_zone(mine, worth, zone, rules.priority.size, rules.priority)
            patches.current[rep] = z
            if z < 0:
                continue
            rows = doors_of_day(z, mine, worth, zone, crm.x, crm.y, rules.minutes_per_km)
        rows = tour(crm.x, crm.y, rows)
        for i in range(rows.size):
            row = rows[i]
            if i > 0:
                left -= way_minutes(rules, crm, rows[i - 1], row)
            premises = deal.premises[row]
            met = draw(key, pair(deal.address[row], operator_address), 0) < rules.decision_maker[premises]
            left -= rules.waiting_minutes[premises] + (rules.talk_minutes if met else rules.refused_minutes)
            if left < 0.0 or n >= door.size:
                break
            door[n], who[n], kind[n] = row, rep, VISIT
            n += 1
    return door[:n].copy(), who[:n].copy(), kind[:n].copy()


@njit(cache=True)
def way_minutes(rules, crm, a, b):
    """Minutes from one door to the next: indoors, on foot, or by car with parking where that is faster."""
    km = distance(crm.x, crm.y, a, b)
    if km < 1e-6:
        return rules.indoor_minutes
    walk = km * rules.minutes_per_km
    return rules.indoor_minutes + min(walk, 4.0 + 0.15 * walk)


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
def _meet_all(
    key,
    door,
    who,
    kind,
    visit,
    rules,
    reports,
    mind,
    fading,
    urge,
    columns,
    deal,
    crm,
    touch_day,
    price,
    operator_address,
    today,
):
    """What comes of each visit or appointment: outcome, whether a contract's end became known, and when who thinks it
    over will call."""
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


def _count(
    state: MarketState, reps: RepTable, record: Record, door: Array, who: Array, kind: Array, outcome: Array, today: int
) -> None:
    visits, contacts, followups = _tally(
        kind,
        outcome,
        door,
        who,
        state.zone,
        reps.visits,
        reps.contacts,
        reps.followups,
        reps.visits_ever,
        record.zone["visits"],
    )
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
