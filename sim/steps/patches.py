"""The way through a patch: which doors each representative reaches today, appointments first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.doors import distance, doors_in_zone, doors_of_day, next_zone, tour, weigh_by_own_pay, worth_of_doors
from sim.draws import draw, pair

Array = np.ndarray[Any, Any]

VISIT, FOLLOWED = 0, 3  # how a door was reached: a first knock, or an appointment
FEW = 8  # open doors in a zone below which a representative moves on
ROOM = 64  # doors of one representative's day


class Patches(NamedTuple):
    """Where representatives work: owner of each door, and the doors of each representative."""

    owner: Array  # (n,) row of the representative who owns the door, or -1
    doors: Array  # rows, one representative's after the other's, zone by zone
    start: Array  # (reps + 1,) where each one's doors begin
    current: Array  # (reps,) the zone that is being worked, or -1


def doors_by_rep(owner: Array, zone: Array, reps: int) -> tuple[Array, Array]:
    """Premises of each representative, one after another, zone by zone; those of nobody are left out."""
    order = np.lexsort((zone, owner))
    order = order[np.searchsorted(owner[order], 0) :]
    return order, np.concatenate([[0], np.cumsum(np.bincount(owner[order], minlength=reps))])


@njit(cache=True)
def doors_reached(key, state, scene, crm, rules, patches, manners, productive, effort, due, today):
    """Which doors each representative reaches today, and how: (doors, representatives, VISIT or FOLLOWED)."""
    reps = productive.size
    door, who, kind = np.empty(reps * ROOM, np.int64), np.empty(reps * ROOM, np.int64), np.zeros(reps * ROOM, np.int64)
    worth, n = np.empty(state.zone.size), 0  # of doors, as far as somebody looks at them
    for rep in range(reps):
        if not productive[rep] or effort[rep] <= 0.0:
            continue
        left = rules.working_minutes * effort[rep] * (1.0 - manners.desk_share[rep]) - rules.start_minutes
        kept = _appointments(state, crm, patches, productive, rep, due, 0.5 * left, rules.followup_minutes, door[n:])
        left -= kept * rules.followup_minutes
        who[n : n + kept], kind[n : n + kept] = rep, FOLLOWED
        n += kept
        rows = _doors_to_try(state, scene, crm, rules, patches, manners, rep, worth, today)
        knocked = _knock(key, state, scene, crm, rules, rows, left, door[n:])
        who[n : n + knocked], kind[n : n + knocked] = rep, VISIT
        n += knocked
    return door[:n].copy(), who[:n].copy(), kind[:n].copy()


@njit(cache=True)
def _appointments(state, crm, patches, productive, rep, due, minutes, each_minutes, door):
    """Writes down the appointments that one representative keeps, the own ones and those of colleagues who have left
    the field; returns how many."""
    deal, n = state.deal, 0
    for row in due:
        made_by = crm.rep[row]
        ours = made_by == rep or (made_by >= 0 and not productive[made_by] and patches.owner[row] == rep)
        if not ours or minutes < each_minutes or deal.provider[row] < -1 or deal.provider[row] == 0:
            continue
        if state.order_operator[row] == 0 or crm.forbids[row]:
            continue
        door[n] = row
        minutes -= each_minutes
        n += 1
    return n


@njit(cache=True)
def _doors_to_try(state, scene, crm, rules, patches, manners, rep, worth, today):
    """The day's doors in the order of the way: of the zone that is being worked, or of the best one where few doors
    are open there."""
    deal, zone, network = state.deal, state.zone, scene.network[0]
    known = (rules, crm, deal, state.order_operator, network, zone, scene.appeal.usual_price, today)
    mine = patches.doors[patches.start[rep] : patches.start[rep + 1]]
    z, rows = patches.current[rep], mine[:0]
    if z >= 0:
        here = doors_in_zone(z, mine, zone)
        worth_of_doors(worth, here, *known)
        if manners.taste.shape[0] > 0:
            weigh_by_own_pay(worth, here, deal.size_class, deal.premises, manners.taste[rep])
        rows = doors_of_day(here, worth, crm.x, crm.y, rules.minutes_per_km)
    if rows.size < FEW:
        worth_of_doors(worth, mine, *known)
        if manners.taste.shape[0] > 0:
            weigh_by_own_pay(worth, mine, deal.size_class, deal.premises, manners.taste[rep])
        z = next_zone(mine, worth, zone, rules.priority.size, rules.priority)
        patches.current[rep] = z
        if z < 0:
            return mine[:0]
        rows = doors_of_day(doors_in_zone(z, mine, zone), worth, crm.x, crm.y, rules.minutes_per_km)
    return tour(crm.x, crm.y, rows)


@njit(cache=True)
def _knock(key, state, scene, crm, rules, rows, left, door):
    """Writes down the doors that the minutes suffice for; returns how many."""
    deal, operator_address = state.deal, scene.appeal.address[0]
    for i in range(rows.size):
        row = rows[i]
        if i > 0:
            left -= way_minutes(rules, crm, rows[i - 1], row)
        premises = deal.premises[row]
        met = draw(key, pair(deal.address[row], operator_address), 0) < rules.decision_maker[premises]
        left -= rules.waiting_minutes[premises] + (rules.talk_minutes if met else rules.refused_minutes)
        if left < 0.0 or i >= door.size:
            return i
        door[i] = row
    return rows.size


@njit(cache=True)
def way_minutes(rules, crm, a, b):
    """Minutes from one door to the next: indoors, on foot, or by car with parking where that is faster."""
    km = distance(crm.x, crm.y, a, b)
    if km < 1e-6:
        return rules.indoor_minutes
    walk = km * rules.minutes_per_km
    return rules.indoor_minutes + min(walk, 4.0 + 0.15 * walk)
