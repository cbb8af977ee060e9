"""Who talks to whom: ties of premises drawn by address, the same whatever the order of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint64

from sim.city import City
from sim.cityrows import CITY_SEED
from sim.draws import Streams, bits, draw, hash_ids, pair
from sim.territory import Csr
from sim.world import Peers

Array = np.ndarray[Any, Any]

BUILDING, ZONE, NEIGHBOUR_ZONE, SECTOR = range(4)
TRIES = 64  # members looked at along a ring before another kind of partner is tried


def build_peers(city: City, p: Peers) -> Csr:
    """Undirected ties as rows of neighbours: same building first, then zone, neighbouring zone and sector.

    Every premises picks a few partners, in the order of the addresses. A partner is the next one that is free on the
    ring of the addresses of a group (a building, zone or sector) after a random point: one business more takes over a
    few ties and leaves the rest.
    """
    weights = np.array([p.weight_building, p.weight_zone, p.weight_neighbour_zone, p.weight_sector])
    order = np.argsort(city.id_hash, kind="stable").astype(np.int32)
    group, indptr, members = rings(city, order)
    ties, degree = pick_partners(
        Streams(CITY_SEED)("city.peers").key,
        city.id_hash[order],
        group,
        indptr,
        members,
        city.zone_neighbours.indptr,
        city.zone_neighbours.indices,
        hash_ids(city.zone_id),
        np.cumsum(weights / weights.sum()),
        int(p.picks),
        int(p.ties_max),
    )
    return Csr(*as_rows(ties, degree, order))


def rings(city: City, order: Array) -> tuple[Array, Array, Array]:
    """Groups of every premises (zone, building, sector; numbered through), and their members by address."""
    columns = [city.zone[order], city.building[order] + 1, city.sector[order]]  # building 0: unknown
    sizes = np.array([city.zone_id.size, int(columns[1].max(initial=0)) + 1, len(city.sectors)])
    offsets = np.cumsum(sizes) - sizes
    group = np.stack([column.astype(np.int32) + offset for column, offset in zip(columns, offsets, strict=True)])
    group = group.astype(np.int32)
    group[1, columns[1] == 0] = -1
    indptr = np.concatenate([[0], np.cumsum(np.bincount(group[group >= 0], minlength=sizes.sum()))])
    flat = np.concatenate([np.where(each < 0, sizes.sum(), each) for each in group])  # unknown buildings come last
    rows = np.argsort(flat, kind="stable")[: indptr[-1]] % max(order.size, 1)
    return group, indptr, rows.astype(np.int32)


@njit(cache=True)
def tied(ties, degree, i, j):
    """Whether two premises have a tie already."""
    for d in range(degree[i]):  # noqa: SIM110 (compiled)
        if ties[i, d] == j:
            return True
    return False


@njit(cache=True)
def next_free(ring, members, first, last, point, i, ties, degree):
    """The next member of a group after a point of the ring that can take a tie with i; -1 if none is found soon."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if ring[members[middle]] < point:
            low = middle + 1
        else:
            high = middle
    for step in range(min(last - first, TRIES)):
        place = low + step
        j = members[place if place < last else place - (last - first)]
        if j != i and degree[j] < ties.shape[1] and not tied(ties, degree, i, j):
            return j
    return -1


@njit(cache=True)
def neighbour_of(zone, point, indptr, indices, zone_hash):
    """One of the neighbouring zones, by the smallest hash; the zone itself where it has none."""
    chosen, smallest = zone, uint64(0xFFFFFFFFFFFFFFFF)
    for n in range(indptr[zone], indptr[zone + 1]):
        h = pair(point, zone_hash[indices[n]])
        if h < smallest:
            chosen, smallest = indices[n], h
    return chosen


@njit(cache=True)
def group_for(kind, i, point, group, indptr, indices, zone_hash):
    """The group in which a partner of some kind is looked for; -1 where the building is unknown."""
    if kind == BUILDING:
        return group[1, i]
    if kind == ZONE:
        return group[0, i]
    if kind == NEIGHBOUR_ZONE:
        return neighbour_of(group[0, i], point, indptr, indices, zone_hash)
    return group[2, i]


@njit(cache=True)
def pick_partners(key, ring, group, indptr, members, near_indptr, near, zone_hash, cumulated, picks, ties_max):
    """Ties of every premises and their number; a pick falls back to another kind of partner if the first has nobody."""
    n = ring.size
    ties = np.empty((n, ties_max), np.int32)
    degree = np.zeros(n, np.int16)
    for k in range(picks):
        for i in range(n):
            if degree[i] >= ties_max:
                continue
            kind = np.searchsorted(cumulated, draw(key, ring[i], uint64(2 * k)))
            point = bits(key, ring[i], uint64(2 * k + 1))
            for other in range(4):
                tried = kind if other == 0 else other  # then zone, neighbouring zone, sector
                g = group_for(tried, i, point, group, near_indptr, near, zone_hash)
                j = next_free(ring, members, indptr[g], indptr[g + 1], point, i, ties, degree) if g >= 0 else -1
                if j >= 0:
                    ties[i, degree[i]], ties[j, degree[j]] = j, i
                    degree[i] += 1
                    degree[j] += 1
                    break
    return ties, degree


@njit(cache=True)
def as_rows(ties, degree, order):
    """The table in the order of addresses as rows of sorted neighbours in the order of the city."""
    n = order.size
    indptr = np.zeros(n + 1, np.int32)
    for i in range(n):
        indptr[order[i] + 1] = degree[i]
    for row in range(n):
        indptr[row + 1] += indptr[row]
    indices = np.empty(indptr[n], np.int32)
    for i in range(n):
        start = indptr[order[i]]
        for d in range(degree[i]):
            place, row = start + d, order[ties[i, d]]
            while place > start and indices[place - 1] > row:  # a handful: insertion sort
                indices[place] = indices[place - 1]
                place -= 1
            indices[place] = row
    return indptr, indices
