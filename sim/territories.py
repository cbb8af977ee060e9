"""Patches: which zones, and which doors in them, belong to which post of the department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.city import PREMISES, City

Array = np.ndarray[Any, Any]

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Patches:
    """The posts of the department and their zones; posts beyond the number of zones share one."""

    posts: int
    post_of_zone: Array  # (zones,) int64, the zone's first post; NOBODY where there are no posts
    shared_zone: Array  # zones of the further posts
    shared_post: Array  # these posts


def draw_patches(policy: str, posts: int, potential: Array, city: City) -> Patches:
    """Give every zone to a post by a policy; each patch is a piece of a tour through the city, so that it hangs
    together."""
    post_of_zone = np.full(potential.size, NOBODY, np.int64)
    shared: list[tuple[int, int]] = []
    if posts:
        weight = np.maximum(potential, 1e-9)  # a zone without businesses belongs to somebody too
        tour = tour_of_zones(city.travel_minutes)
        for zones, its_posts in shares(LABELS[policy](city), posts, weight):
            in_order = tour[np.isin(tour, zones)]
            post_of_zone[in_order] = its_posts[cut(weight[in_order], min(its_posts.size, zones.size))]
            shared += share_out(in_order, weight, its_posts[zones.size :])
    zone, post = np.array(shared, np.int64).reshape(-1, 2).T
    return Patches(posts, post_of_zone, zone, post)


# ---- policies: zones with one label are cut among the same posts -----------------------------------------------------


def one_city(city: City) -> Array:
    """All zones alike."""
    return np.zeros(city.zone_id.size, np.int64)


def by_district(city: City) -> Array:
    """Districts are kept together."""
    return np.unique(city.district, return_inverse=True)[1].astype(np.int64)


def by_premises(city: City) -> Array:
    """Zones are kept together by their most frequent type of premises."""
    rows = np.flatnonzero(city.occupied)
    key = city.zone[rows].astype(np.int64) * len(PREMISES) + city.premises_type[rows]
    mix = np.bincount(key, minlength=city.zone_id.size * len(PREMISES)).reshape(-1, len(PREMISES))
    return mix.argmax(1).astype(np.int64)


LABELS = {"equal_potential": one_city, "by_district": by_district, "by_premises": by_premises}


def shares(label: Array, posts: int, weight: Array) -> list[tuple[Array, Array]]:
    """Groups of zones with their posts: a large group has posts of its own, small ones share the posts that are
    left."""
    total = np.bincount(label, weights=weight)
    seats = np.floor(total * posts / total.sum() + 1e-9).astype(np.int64)
    small = np.flatnonzero(seats == 0)
    left = posts - int(seats.sum())
    if not small.size or not left:
        return with_own_posts(label, deal_out(seats, total, left), total)
    bundle = lightest_first(total[small], left)
    groups = with_own_posts(label, seats, total, small)
    first = int(seats.sum())
    bundles = [small[bundle == each] for each in range(left) if (bundle == each).any()]
    groups += [(np.flatnonzero(np.isin(label, each)), np.array([first + i])) for i, each in enumerate(bundles)]
    return extend(groups, np.arange(first + len(bundles), posts), weight)


def deal_out(seats: Array, total: Array, left: int) -> Array:
    """Give the posts that are left, one after the other, to the group with the most to do for each of its posts."""
    seats = seats.copy()
    for _ in range(left):
        seats[np.argmax(total / np.maximum(seats, 1) * (seats > 0))] += 1
    return seats


def with_own_posts(label: Array, seats: Array, total: Array, apart: Array | None = None) -> list[tuple[Array, Array]]:
    """Groups with posts of their own; small groups without any, unless set apart, go to the group with most room."""
    ends = np.cumsum(seats)
    home = np.arange(seats.size)
    for group in np.flatnonzero((seats == 0) & (total > 0)):
        if apart is None:
            home[group] = np.argmin(np.where(seats > 0, total / np.maximum(seats, 1), np.inf))
    return [
        (np.flatnonzero(home[label] == group), np.arange(ends[group] - seats[group], ends[group]))
        for group in np.flatnonzero(seats)
    ]


def lightest_first(total: Array, bundles: int) -> Array:
    """Spread loads over bundles, the heaviest first, each to the lightest bundle."""
    bundle, load = np.empty(total.size, np.int64), np.zeros(bundles)
    for each in np.argsort(-total, kind="stable"):
        bundle[each] = np.argmin(load)
        load[bundle[each]] += total[each]
    return bundle


def extend(groups: list[tuple[Array, Array]], spare: Array, weight: Array) -> list[tuple[Array, Array]]:
    """Give posts that are still without zones to the groups with the most to do for each post."""
    for post in spare:
        load = [weight[zones].sum() / posts.size for zones, posts in groups]
        most = int(np.argmax(load))
        zones, posts = groups[most]
        groups[most] = (zones, np.append(posts, post))
    return groups


# ---- cutting ---------------------------------------------------------------------------------------------------------


def tour_of_zones(minutes: Array) -> Array:
    """Zones in the order of a tour: always the nearest next, beginning far out, so that neighbours stand together."""
    n = len(minutes)
    order, free = np.empty(n, np.int64), np.ones(n, bool)
    here = int(np.argmax(minutes.sum(1)))
    for i in range(n):
        order[i], free[here] = here, False
        here = int(np.argmin(np.where(free, minutes[here], np.inf)))
    return order


def cut(weight: Array, pieces: int) -> Array:
    """Cut a line of zones into pieces of about equal weight, none of them empty; the piece of each zone."""
    n, step = weight.size, np.arange(pieces)
    until = np.cumsum(weight)
    middle = until - weight / 2
    start = np.searchsorted(middle, step * until[-1] / pieces)
    start = np.maximum.accumulate(start - step) + step
    start = np.minimum(start, n - pieces + step)
    return np.searchsorted(start, np.arange(n), side="right") - 1


def share_out(zones: Array, weight: Array, posts: Array) -> list[tuple[int, int]]:
    """Put further posts into the zones with the most to do for each of their posts."""
    there = np.ones(zones.size)
    pairs = []
    for post in posts:
        most = int(np.argmax(weight[zones] / there))
        there[most] += 1
        pairs.append((int(zones[most]), int(post)))
    return pairs


# ---- people in posts -------------------------------------------------------------------------------------------------


def zones_of_people(patches: Patches, row_of_post: Array, potential: Array, travel_minutes: Array) -> Array:
    """The representative's row for every zone; zones of a vacant post go to colleagues near by, the one with the
    least to do first."""
    owner = np.full(patches.post_of_zone.size, NOBODY, np.int64)
    if not patches.posts or not (row_of_post >= 0).any():
        return owner
    owner = row_of_post[patches.post_of_zone]
    for zone, post in zip(patches.shared_zone, patches.shared_post, strict=True):
        if owner[zone] < 0:
            owner[zone] = row_of_post[post]
    orphans = np.flatnonzero(owner < 0)
    people = np.sort(row_of_post[row_of_post >= 0])
    load = np.array([potential[owner == row].sum() for row in people], np.float64)
    far = distances(people, owner, travel_minutes)
    for zone in orphans[np.argsort(-potential[orphans], kind="stable")]:
        near = np.argsort(far[:, zone], kind="stable")[:3]
        taker = near[np.argmin(load[near])]
        owner[zone] = people[taker]
        load[taker] += potential[zone]
    return owner


def distances(people: Array, owner: Array, travel_minutes: Array) -> Array:
    """Minutes from the nearest zone of each person's patch to every zone, shape (people, zones)."""
    far = np.full((people.size, owner.size), np.inf)
    for i, row in enumerate(people):
        own = np.flatnonzero(owner == row)
        far[i] = travel_minutes[own].min(0) if own.size else 0.0
    return far


def doors_of_people(
    owner: Array, patches: Patches, row_of_post: Array, zone: Array, building: Array, address: Array
) -> Array:
    """The representative's row for every premises; in a shared zone each has some of the buildings (or doors, where
    no buildings are known), dealt out in the order of addresses."""
    row = owner[zone]
    for shared in np.unique(patches.shared_zone):
        here = patches.shared_post[patches.shared_zone == shared]
        people = row_of_post[np.append(patches.post_of_zone[shared], here)]
        people = people[people >= 0]
        if people.size > 1:
            doors = np.flatnonzero(zone == shared)
            place = address_of_places(building[doors], address[doors])
            row[doors] = people[np.unique(place, return_inverse=True)[1] % people.size]
    return row


def address_of_places(building: Array, address: Array) -> Array:
    """For every premises the lowest address in its building, or its own where no building is known, so that the
    numbers of buildings do not matter."""
    place = address.copy()
    known = building >= 0
    _, number = np.unique(building[known], return_inverse=True)
    lowest = np.full(number.max(initial=-1) + 1, np.iinfo(address.dtype).max, address.dtype)
    np.minimum.at(lowest, number, address[known])
    place[known] = lowest[number]
    return place
