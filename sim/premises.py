"""Premises without a business: vacant units, and the business that a place takes after (its donor)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.cityoperators import PREMISES
from sim.cityrows import NO_PROVIDER, hash_bytes, numbered, plain_rows, size_class_of
from sim.draws import mix
from sim.findings import Findings, plural

Array = np.ndarray[Any, Any]

DONORS = 512  # businesses that a new tenant may take after: more than any zone and type of the bundled city has
DONORS_OF_VACANT = 4096  # members of a group that a vacant unit may take after: all, in cities of a usual size


class Donors(NamedTuple):
    """Businesses that others take after, by group, each group in the order of its members' places on a circle."""

    start: Array  # (groups + 1,) where each group begins
    row: Array  # int32
    place: Array  # uint64, on a circle of 64-bit numbers: a hash of the id

    def sizes(self) -> Array:
        """Members of each group."""
        return np.diff(self.start)


class CopiedIds:
    """Ids of premises that are copies of others, written out when somebody asks: the second copy is `...~2`."""

    def __init__(self, ids: Array, copies: list[Array]):
        self.ids, self.copies = ids, copies  # rows of `ids` in each copy

    def __len__(self) -> int:
        return sum(rows.size for rows in self.copies)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        written = np.concatenate(list(self._written()))
        return written if dtype is None else written.astype(dtype)

    def __getitem__(self, rows: Any) -> Any:
        return np.asarray(self)[rows]

    def hashes(self) -> Array:
        """The addresses of all ids (n,), one copy after the other."""
        return np.concatenate([hash_bytes(ids) for ids in self._written()])

    def _written(self) -> Iterator[Array]:
        for number, rows in enumerate(self.copies):
            yield np.char.add(self.ids[rows], f"~{number + 1}".encode() if number else b"")


def with_vacant(rows: dict[str, Any], zones: dict[str, Any], findings: Findings) -> dict[str, Any]:
    """The businesses followed by the vacant units, each of which takes after a business of its zone."""
    n = rows["id_hash"].size
    rows = rows | {"size_class": size_class_of(rows["employees"]), "occupied": np.ones(n, bool)}
    by_zone = grouped(rows["zone"], zones["zone_id"].size, rows["id_hash"])
    count = np.where(by_zone.sizes() > 0, zones["vacant"], 0)
    left_out = np.flatnonzero(count < zones["vacant"])
    if left_out.size:
        names = plural(zones["zone_id"][left_out].tolist())
        findings.warning("zones.csv", f"vacant units without any business in the zone are left out: {names}")
    zones["vacant"] = count.astype(np.int32)
    if not count.sum():
        return rows
    ids = numbered(np.char.add(zones["zone_id"], "-vacant"), count)
    address, zone = hash_bytes(ids), np.repeat(np.arange(count.size), count)
    donor = rendezvous(by_zone, zone, address, DONORS_OF_VACANT)
    taken = {name: rows[name][donor] for name in ("premises_type", "sector", "building")}
    vacant = (
        plain_rows(ids, address) | taken | {"zone": zone.astype(np.int16), "provider": np.full(ids.size, NO_PROVIDER)}
    )
    vacant |= {name: np.zeros(ids.size, rows[name].dtype) for name in ("employees", "size_class", "occupied")}
    if np.intersect1d(address, rows["id_hash"]).size:
        findings.error(
            "businesses.csv", "an id has the form ZONE-vacant-001, which names a vacant unit", remedy="rename"
        )
    return {name: joined(rows[name], vacant.get(name)) for name in rows}


def joined(first: Any, second: Any) -> Any:
    """One column below the other, in the type of the first; ids as wide as needed."""
    if second is None:
        return first
    if first.dtype.kind in "SM":
        return np.concatenate([first, second])
    return np.concatenate([first, second.astype(first.dtype)])


def grouped(group: Array, groups: int, id_hash: Array) -> Donors:
    """Rows by group, and within it by their places on the circle."""
    start = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])
    place = places(id_hash)
    order = np.lexsort((place, group))
    return Donors(start, order.astype(np.int32), place[order])


@njit(cache=True)
def places(id_hash):
    """Where ids lie on the circle."""
    out = np.empty(id_hash.size, np.uint64)
    for i in range(id_hash.size):
        out[i] = mix(id_hash[i])
    return out


def buildings_by_zone(rows: dict[str, Any], zones: int) -> Array:
    """Buildings of every zone; premises of unknown building count as one each."""
    known = rows["building"] >= 0
    alone = np.bincount(rows["zone"][~known], minlength=zones)
    key = np.unique(rows["zone"][known].astype(np.int64) << 32 | rows["building"][known])
    return alone + np.bincount(key >> 32, minlength=zones)


def donor_rows(city: Any, rows: Array, addresses: Array) -> Array:
    """Businesses of the same zone and premises type whose sector and size new tenants of these rows take over."""
    group = city.zone[rows].astype(np.int64) * len(PREMISES) + city.premises_type[rows]
    donors: Array = rendezvous(city.donors, group, addresses, DONORS)
    return donors


@njit(cache=True)
def rendezvous(donors, group, address, most):
    """For each address the member of its group with the smallest hash of the pair; -1 in an empty group.

    In a group of more than `most`, of those `most` that follow the address on the circle: one member more changes few
    choices, a large group costs no more than that, and every member is chosen about as often (the standard deviation
    between members is 1 / sqrt(most)).
    """
    out, place, row = np.full(group.size, -1, np.int64), donors.place, donors.row
    for i in range(group.size):
        start, end = donors.start[group[i]], donors.start[group[i] + 1]
        first = start
        if end - start > most:
            first += np.searchsorted(place[start:end], mix(address[i]))
        smallest = np.uint64(0xFFFFFFFFFFFFFFFF)
        for j in range(first, first + min(end - start, most)):
            member = j if j < end else j - (end - start)
            h = mix(address[i] ^ place[member])  # of the pair, as `draws.pair` has it
            if h < smallest:  # one member more changes the choice only where it is the smallest
                smallest = h
                out[i] = row[member]
    return out
