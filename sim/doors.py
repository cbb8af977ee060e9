"""Which door next: where doors lie, DOORS policies that value them, and the tour of a day."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.draws import Luck, draw, hash_ids, pair_addresses
from sim.state import NEVER

Array = np.ndarray[Any, Any]

CANDIDATES = 36  # doors planned for a day; what the day is too short for stays for another one
TIE = 1e-6  # doors of equal value go by their addresses, never by the order of the files
NEW_TENANT_DAYS = 60  # working days for which a known new tenant goes before other doors


def door_positions(city: Any, luck: Luck) -> tuple[Array, Array]:
    """Where doors lie (km): a building's own place in its zone, which is a square of the zone's area."""
    where = pair_addresses(hash_ids(city.zone_id)[city.zone], building_addresses(city.building, city.id_hash))
    side = np.sqrt(np.asarray(city.area_km2, np.float64))[city.zone]
    return (
        np.asarray(city.x)[city.zone] + side * (luck.uniform(where, 0) - 0.5),
        np.asarray(city.y)[city.zone] + side * (luck.uniform(where, 1) - 0.5),
    )


def building_addresses(building: Array, id_hash: Array) -> Array:
    """The smallest hash of a building's premises names it, for its number hangs on the order of the files; premises
    of unknown building stand alone."""
    known = building >= 0
    smallest = np.full(int(building.max(initial=-1)) + 1, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(smallest, building[known], id_hash[known])
    return np.where(known, smallest[building] if smallest.size else id_hash, id_hash)


@njit(cache=True)
def sweep(bill, idle_days, ahead_days, known):
    """Door by door: those that were not visited for longest come first; what is known of them does not matter."""
    return 1.0 + min(idle_days, 2000) / 2000.0


@njit(cache=True)
def expected_value(bill, idle_days, ahead_days, known):
    """By expected bills: larger businesses first, and those whose contract is known to end within a quarter."""
    chance = 1.0
    if known:
        chance = 3.0 if 0 <= ahead_days <= 63 else 0.4 if ahead_days > 126 else 1.0
    return chance * np.sqrt(bill)


DOORS = ("sweep", "priority", "expected_value")  # by number; `priority` sweeps, after the zones that a strategist named


@njit(cache=True)
def door_value(policy, bill, idle_days, ahead_days, known):
    """What a policy thinks of a door."""
    if policy == 2:
        return expected_value(bill, idle_days, ahead_days, known)
    return sweep(bill, idle_days, ahead_days, known)


class Rules(NamedTuple):
    """How representatives choose doors and spend their minutes, in the kernels' terms."""

    policy: int
    revisit_days: int
    priority: Array  # (zones,) bool
    working_minutes: float
    paperwork_share: float
    start_minutes: float
    indoor_minutes: float
    refused_minutes: float
    talk_minutes: float
    followup_minutes: float
    waiting_minutes: Array  # (4,) by premises
    decision_maker: Array  # (4,) by premises
    minutes_per_km: float


@njit(cache=True)
def is_open_door(row, rules, crm, deal, order_operator, network, zone, today):
    """Whether a door may be knocked on: a business of somebody else, or of nobody, within reach, not visited lately."""
    if deal.provider[row] < -1 or deal.provider[row] == 0 or order_operator[row] == 0:
        return False
    return network[zone[row]] and not crm.forbids[row] and today - crm.visit_day[row] >= rules.revisit_days


@njit(cache=True)
def value_of(row, rules, crm, deal, usual_price, today):
    """The policy's value of a door; new tenants of whom the department has heard go before."""
    bill = usual_price[deal.size_class[row], deal.premises[row]]
    if crm.bill[row] > 0.0:
        bill = crm.bill[row]
    known = crm.contract_end[row] != NEVER
    value = door_value(rules.policy, bill, today - crm.visit_day[row], crm.contract_end[row] - today, known)
    if rules.policy == 2 and crm.complains[row]:
        value *= 1.5
    fresh = 0 <= today - crm.opened_day[row] <= NEW_TENANT_DAYS
    value *= 1.0 + TIE * draw(np.uint64(0), deal.address[row], 0)
    return value * (4.0 if fresh else 1.0)


@njit(cache=True)
def next_zone(rep, owner, rules, crm, deal, order_operator, network, zone, zone_rows, zone_start, usual_price, today):
    """The zone of a patch whose doors are worth most to a day; zones with priority go before all others."""
    best, most = -1, 0.0
    for z in range(zone_start.size - 1):
        worth, doors = 0.0, 0
        for i in range(zone_start[z], zone_start[z + 1]):
            if owner[zone_rows[i]] == rep and is_open_door(
                zone_rows[i], rules, crm, deal, order_operator, network, zone, today
            ):
                worth += value_of(zone_rows[i], rules, crm, deal, usual_price, today)
                doors += 1
        if doors == 0:
            continue
        total = worth / doors * min(doors, CANDIDATES) * (1000.0 if rules.priority[z] else 1.0)
        if total > most:
            best, most = z, total
    return best


@njit(cache=True)
def doors_of_day(
    rep, owner, z, rules, crm, deal, order_operator, network, zone, zone_rows, zone_start, usual_price, today
):
    """Candidates in a zone: the most valuable door, and others that are worth much and lie near it."""
    n = zone_start[z + 1] - zone_start[z]
    rows, value, m = np.empty(n, np.int64), np.empty(n), 0
    for i in range(zone_start[z], zone_start[z + 1]):
        row = zone_rows[i]
        if owner[row] == rep and is_open_door(row, rules, crm, deal, order_operator, network, zone, today):
            rows[m], value[m] = row, value_of(row, rules, crm, deal, usual_price, today)
            m += 1
    if m == 0:
        return rows[:0]
    first = rows[np.argmax(value[:m])]
    for i in range(m):
        way = distance(crm.x, crm.y, first, rows[i]) * rules.minutes_per_km
        value[i] /= 1.0 + way / 10.0
    order = np.argsort(-value[:m], kind="mergesort")[:CANDIDATES]
    return rows[order]


@njit(cache=True)
def tour(x, y, rows):
    """An order of stops: nearest neighbour from the first, improved by 2-opt; as a closed way close to the shortest."""
    n = rows.size
    order, left = np.empty(n, np.int64), np.ones(n, np.bool_)
    at = 0
    for i in range(n):
        order[i] = at
        left[at] = False
        nearest, least = -1, np.inf
        for j in range(n):
            if left[j]:
                way = (x[rows[j]] - x[rows[at]]) ** 2 + (y[rows[j]] - y[rows[at]]) ** 2
                if way < least:
                    nearest, least = j, way
        at = nearest
    better = True
    rounds = 0
    while better and rounds < 20:
        better = False
        rounds += 1
        for i in range(n - 2):
            for j in range(i + 2, n):
                a, b, c = rows[order[i]], rows[order[i + 1]], rows[order[j]]
                d = rows[order[(j + 1) % n]]
                if a == d:
                    continue
                old, new = distance(x, y, a, b) + distance(x, y, c, d), distance(x, y, a, c) + distance(x, y, b, d)
                if new < old - 1e-12:
                    low, high = i + 1, j
                    while low < high:
                        order[low], order[high] = order[high], order[low]
                        low, high = low + 1, high - 1
                    better = True
    return rows[order]


@njit(cache=True)
def distance(x, y, a, b):
    """Straight way between two doors, km."""
    return np.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2)
