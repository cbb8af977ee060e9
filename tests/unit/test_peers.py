"""Who talks to whom: number of ties, order of rows, one business more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.city import City, load_city
from sim.peers import build_peers
from sim.territory import Csr
from sim.world import Peers
from tests.tiny import tiny_city, tiny_tables

P = Peers(weight_building=0.55, weight_zone=0.25, weight_neighbour_zone=0.1, weight_sector=0.1, picks=3, ties_max=12)


@pytest.fixture(scope="module")
def melbourne() -> City:
    """The bundled city."""
    return load_city("melbourne")


@pytest.fixture(scope="module")
def ties(melbourne: City) -> Csr:
    """Its ties."""
    return build_peers(melbourne, P)


def by_id(city: City, peers: Csr) -> set[tuple[bytes, bytes]]:
    """Ties as pairs of ids."""
    first = np.repeat(city.premises_id, peers.degrees())
    return set(zip(first.tolist(), city.premises_id[peers.indices].tolist(), strict=True))


def test_every_premises_has_3_to_12_ties_and_about_6(ties: Csr) -> None:
    degrees = ties.degrees()
    assert degrees.min() >= 3
    assert degrees.max() <= 12
    assert degrees.mean() == pytest.approx(6.0, abs=0.3)


def test_ties_hold_both_ways_and_nobody_is_his_own_peer() -> None:
    city = tiny_city()
    pairs = by_id(city, build_peers(city, P))
    assert all((b, a) in pairs and a != b for a, b in pairs)
    assert len(pairs) == build_peers(city, P).indices.size


def test_the_building_comes_before_the_zone_and_the_zone_before_the_city(melbourne: City, ties: Csr) -> None:
    first = np.repeat(np.arange(melbourne.n), ties.degrees())
    building = melbourne.building[first] == melbourne.building[ties.indices]
    zone = melbourne.zone[first] == melbourne.zone[ties.indices]
    assert building.mean() > 0.4
    assert 0.7 < zone.mean() < 0.95


def test_the_order_of_rows_changes_no_tie() -> None:
    city = tiny_city()
    businesses = {name: values[::-1] for name, values in tiny_tables()["businesses"].items()}
    zones = {name: values[::-1] for name, values in tiny_tables()["zones"].items()}
    turned = tiny_city(businesses=businesses, zones=zones)
    assert by_id(city, build_peers(city, P)) == by_id(turned, build_peers(turned, P))


def test_one_business_more_changes_few_ties(melbourne: City, ties: Csr) -> None:
    keep = np.delete(np.arange(melbourne.n), 7000)
    names = ("premises_id", "id_hash", "building", "zone", "sector")
    fewer = replace(melbourne, **{name: getattr(melbourne, name)[keep] for name in names})
    before, after = by_id(melbourne, ties), by_id(fewer, build_peers(fewer, P))
    lost = sum(melbourne.premises_id[7000] in pair for pair in before)
    assert len(before ^ after) <= lost + 60  # of some 116,000


def test_without_weight_on_buildings_ties_spread_over_the_zone(melbourne: City) -> None:
    peers = build_peers(melbourne, P.model_copy(update={"weight_building": 0.0}))
    first = np.repeat(np.arange(melbourne.n), peers.degrees())
    assert (melbourne.building[first] == melbourne.building[peers.indices]).mean() < 0.15


def test_unknown_buildings_leave_the_zone() -> None:
    businesses = tiny_tables()["businesses"]
    del businesses["building_id"]
    city = tiny_city(businesses=businesses)
    assert build_peers(city, P).degrees().min() >= 3
