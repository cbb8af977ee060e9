"""Which door next: where doors lie, DOORS policies that value them, and the tour of a day."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.draws import Luck, draw, hash_ids, pair_addresses
from sim.state import NEVER

Array = np.ndarray[Any, Any]

CANDIDATES = 26  # doors planned for a day; what the day is too short for stays for another one
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


@njit(inline="always")
def sweep(bill, idle_days, ahead_days, known):
    """Door by door: those that were not visited for longest come first; what is known of them does not matter."""
    return 1.0 + min(idle_days, 2000) / 2000.0


@njit(inline="always")
def expected_value(bill, idle_days, ahead_days, known):
    """By expected bills: larger businesses first, and those whose contract is known to end within a quarter."""
    chance = 1.0
    if known:
        chance = 3.0 if 0 <= ahead_days <= 63 else 0.4 if ahead_days > 126 else 1.0
    return chance * np.sqrt(bill)


DOORS = ("sweep", "priority", "expected_value")  # by number; `priority` sweeps, after the zones that a strategist named


@njit(inline="always")
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
def doors_in_zone(z, rows, zone):
    """Those of some doors, sorted by zone, that lie in one."""
    first, beyond = 0, rows.size
    while first < beyond:
        middle = (first + beyond) // 2
        if zone[rows[middle]] < z:
            first = middle + 1
        else:
            beyond = middle
    last = first
    while last < rows.size and zone[rows[last]] == z:
        last += 1
    return rows[first:last]


@njit(cache=True)
def worth_of_doors(worth, rows, rules, crm, deal, order_operator, network, zone, usual_price, today):
    """Write down what these doors are worth to the policy today; zero where one may not knock.

    A door is open if it belongs to a business of somebody else, or of nobody, within the network, that did not forbid
    it and was not visited lately. New tenants of whom the department has heard go before.
    """
    provider, size_class, premises = deal.provider, deal.size_class, deal.premises
    visit_day, forbids, opened_day, contract_end = crm.visit_day, crm.forbids, crm.opened_day, crm.contract_end
    address, told_bill, complains = deal.address, crm.bill, crm.complains
    policy, revisit_days = rules.policy, rules.revisit_days
    for row in rows:
        worth[row] = 0.0
        if provider[row] < -1 or provider[row] == 0 or order_operator[row] == 0 or forbids[row]:
            continue
        idle = today - visit_day[row]
        if idle < revisit_days or not network[zone[row]]:
            continue
        bill = told_bill[row] if told_bill[row] > 0.0 else usual_price[size_class[row], premises[row]]
        value = door_value(policy, bill, idle, contract_end[row] - today, contract_end[row] != NEVER)
        if policy == 2 and complains[row]:
            value *= 1.5
        fresh = 0 <= today - opened_day[row] <= NEW_TENANT_DAYS
        value *= 1.0 + TIE * draw(np.uint64(0), address[row], 0)
        worth[row] = value * (4.0 if fresh else 1.0)


@njit(cache=True)
def weigh_by_own_pay(worth, rows, size_class, premises, taste):
    """Doors count more to whom they pay more: the policy's worth of one's own doors times one's taste (4, 4)."""
    for row in rows:
        worth[row] *= taste[size_class[row], premises[row]]


@njit(cache=True)
def next_zone(rows, worth, zone, zones, priority):
    """The zone of a patch (its doors: `rows`) whose doors are worth most to a day; zones with priority go first."""
    total, doors = np.zeros(zones), np.zeros(zones)
    for row in rows:
        if worth[row] > 0.0:
            total[zone[row]] += worth[row]
            doors[zone[row]] += 1.0
    best, most = -1, 0.0
    for z in range(zones):
        if doors[z] > 0.0:
            day = total[z] / doors[z] * min(doors[z], CANDIDATES) * (1000.0 if priority[z] else 1.0)
            if day > most:
                best, most = z, day
    return best


@njit(cache=True)
def doors_of_day(rows, worth, x, y, minutes_per_km):
    """Candidates among the doors of a zone: the most valuable one, and others that are worth much and lie near it."""
    open_rows, value, m = np.empty(rows.size, np.int64), np.empty(rows.size), 0
    for row in rows:
        if worth[row] > 0.0:
            open_rows[m], value[m] = row, worth[row]
            m += 1
    if m == 0:
        return open_rows[:0]
    first = open_rows[np.argmax(value[:m])]
    for i in range(m):
        value[i] /= 1.0 + distance(x, y, first, open_rows[i]) * minutes_per_km / 10.0
    return open_rows[best_first(value[:m], CANDIDATES)]


@njit(cache=True)
def best_first(value, most):
    """The places of the highest values, at most so many, highest first; of equals, the first comes first."""
    place, n = np.empty(most, np.int64), 0
    for i in range(value.size):
        if n == most and value[i] <= value[place[n - 1]]:
            continue
        at = n if n < most else n - 1
        while at > 0 and value[place[at - 1]] < value[i]:
            place[at] = place[at - 1]
            at -= 1
        place[at] = i
        n = min(n + 1, most)
    return place[:n]


@njit(inline="always")
def distance(x, y, a, b):
    """Straight way between two doors, km."""
    return np.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2)


@njit(cache=True)
def tour(x, y, rows):
    """An order of stops: nearest neighbour from the first, improved by 2-opt; as a closed way close to the shortest."""
    n = rows.size
    way = np.empty((n, n))
    for i in range(n):
        way[i, i] = 0.0
        for j in range(i):
            way[i, j] = way[j, i] = distance(x, y, rows[i], rows[j])
    order, left, at = np.empty(n, np.int64), np.ones(n, np.bool_), 0
    for i in range(n):
        order[i] = at
        left[at] = False
        nearest, least = -1, np.inf
        for j in range(n):
            if left[j] and way[at, j] < least:
                nearest, least = j, way[at, j]
        at = nearest
    better = True
    while better:
        better = False
        for i in range(n - 2):
            for j in range(i + 2, n):
                a, b, c, d = order[i], order[i + 1], order[j], order[j + 1 if j + 1 < n else 0]
                if a != d and way[a, c] + way[b, d] < way[a, b] + way[c, d] - 1e-12:
                    low, high = i + 1, j
                    while low < high:  # the way between them is walked the other way round
                        order[low], order[high] = order[high], order[low]
                        low, high = low + 1, high - 1
                    better = True
    return rows[order]
