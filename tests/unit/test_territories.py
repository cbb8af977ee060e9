"""Patches cover the city once, follow their policy, and stay with their posts when people come and go."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.city import load_city
from sim.territories import (
    LABELS,
    NOBODY,
    address_of_places,
    cut,
    doors_of_people,
    draw_patches,
    tour_of_zones,
    zones_of_people,
)
from tests.worlds import small_city

TINY = small_city()


@cache
def bundled():
    return load_city("melbourne")


def potential(city):
    return np.bincount(city.zone[city.occupied], minlength=city.zone_id.size).astype(float)


def owners(policy: str, posts: int, city, vacant: tuple[int, ...] = ()):
    """Patches, the row of each post, and the row of each zone; row numbers are ten above the posts."""
    patches = draw_patches(policy, posts, potential(city), city)
    row_of_post = np.array([NOBODY if post in vacant else post + 10 for post in range(posts)], dtype=np.int64)
    return patches, row_of_post, zones_of_people(patches, row_of_post, potential(city), city.travel_minutes)


@pytest.mark.parametrize("policy", LABELS)
@pytest.mark.parametrize("posts", [1, 2, 3, 6, 12, 32, 71])
def test_every_zone_has_one_owner_and_every_owner_a_zone(policy, posts):
    patches, _, owner = owners(policy, posts, bundled())
    assert (owner >= 10).all()
    assert set(patches.post_of_zone) | set(patches.shared_post) == set(range(posts))


def test_without_posts_nobody_owns_anything():
    _, _, owner = owners("equal_potential", 0, TINY)
    assert owner.tolist() == [NOBODY] * 4


def test_without_people_nobody_owns_anything():
    _, _, owner = owners("equal_potential", 2, TINY, vacant=(0, 1))
    assert owner.tolist() == [NOBODY] * 4


def test_equal_potential_gives_equal_numbers_of_businesses():
    _, _, owner = owners("equal_potential", 2, TINY)
    assert np.bincount(owner - 10, weights=potential(TINY)).tolist() == [30, 30]
    _, _, owner = owners("equal_potential", 6, bundled())
    load = np.bincount(owner - 10, weights=potential(bundled()))
    assert load.max() / load.min() < 1.2


def test_by_district_keeps_districts_together():
    _, _, owner = owners("by_district", 2, TINY)
    north, south = owner[TINY.district == "North"], owner[TINY.district == "South"]
    assert len(set(north)) == len(set(south)) == 1
    assert north[0] != south[0]


def test_a_small_district_is_never_cut():
    city = bundled()
    _, _, owner = owners("by_district", 6, city)
    for district in set(city.district) - {"Melbourne (CBD)"}:
        assert len(set(owner[city.district == district])) == 1, district


def test_by_premises_keeps_zones_of_one_type_together():
    city = bundled()
    _, _, owner = owners("by_premises", 6, city)
    label = LABELS["by_premises"](city)
    mixed = [row for row in set(owner) if len(set(label[owner == row])) > 1]
    assert len(mixed) <= 1  # whoever serves the types that are too small for a post


def test_a_line_is_cut_into_pieces_of_equal_weight_and_none_is_empty():
    assert cut(np.array([1.0, 1, 1, 1]), 2).tolist() == [0, 0, 1, 1]
    assert cut(np.array([9.0, 1, 1, 1]), 2).tolist() == [0, 1, 1, 1]
    assert cut(np.array([9.0, 1, 1]), 3).tolist() == [0, 1, 2]


def test_a_tour_passes_every_zone_once():
    assert sorted(tour_of_zones(TINY.travel_minutes).tolist()) == [0, 1, 2, 3]


def test_a_vacant_post_disturbs_nobody_else():
    _, _, full = owners("equal_potential", 6, bundled())
    _, _, short = owners("equal_potential", 6, bundled(), vacant=(2,))
    stayed = full != 12
    assert (short[stayed] == full[stayed]).all()
    assert (short[~stayed] != 12).all() and (short >= 0).all()


def test_more_people_than_zones_share_zones_by_building():
    patches, rows, owner = owners("equal_potential", 6, TINY)
    doors = doors_of_people(owner, patches, rows, TINY.zone, TINY.building, TINY.id_hash)
    assert set(doors) == set(rows)
    for place in np.unique(TINY.building[TINY.building >= 0]):
        for zone in range(4):
            assert len(set(doors[(TINY.building == place) & (TINY.zone == zone)])) <= 1


def test_doors_belong_to_the_owner_of_their_zone():
    patches, rows, owner = owners("equal_potential", 3, TINY)
    assert (doors_of_people(owner, patches, rows, TINY.zone, TINY.building, TINY.id_hash) == owner[TINY.zone]).all()


def test_who_has_which_building_does_not_hang_on_the_numbers_of_buildings():
    patches, rows, owner = owners("equal_potential", 6, TINY)
    as_they_are = doors_of_people(owner, patches, rows, TINY.zone, TINY.building, TINY.id_hash)
    renumbered = np.where(TINY.building >= 0, TINY.building.max() - TINY.building, -1)
    other = doors_of_people(owner, patches, rows, TINY.zone, renumbered, TINY.id_hash)
    assert (as_they_are == other).all()
    turned = np.arange(TINY.n)[::-1]
    backwards = doors_of_people(owner, patches, rows, TINY.zone[turned], TINY.building[turned], TINY.id_hash[turned])
    assert (backwards[::-1] == as_they_are).all()


def test_a_building_has_the_lowest_address_of_its_doors():
    building, address = np.array([7, -1, 7, 3]), np.array([40, 5, 20, 30], np.uint64)
    assert address_of_places(building, address).tolist() == [20, 5, 20, 30]
    assert address_of_places(np.full(2, -1), address[:2]).tolist() == [40, 5]
