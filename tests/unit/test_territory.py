"""Travel between zones and distances inside them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import city_from_tables
from sim.territory import FEW_ZONES, Ways, door_distance_km, minutes_between_doors, plane_km, shortest
from sim.world import Territory
from tests.tiny import META, tiny_city, tiny_operators, tiny_tables


def test_travel_takes_the_shortest_way() -> None:
    minutes = tiny_city().travel_minutes  # NW-NE 10, NW-SW 12, NE-SE 10, SW-SE 14
    assert minutes[0].tolist() == [0, 10, 12, 20]
    assert (minutes == minutes.T).all()


def test_neighbours_are_the_linked_zones() -> None:
    near = tiny_city().zone_neighbours
    assert near.of(0).tolist() == [1, 2]
    assert near.degrees().tolist() == [2, 2, 2, 2]


def test_zones_without_a_way_are_named() -> None:
    ways = Ways({zone: {} for zone in "abcd"}, [("a", "b", {"minutes": 1.0}), ("b", "c", {"minutes": 1.0})])
    assert ways.separate_parts() == [["d"]]
    assert ways.neighbours().of(3).size == 0
    assert ways.minutes[0].tolist() == [0.0, 1.0, 2.0, np.inf]


@pytest.mark.parametrize("zones", [1, 2, 30, FEW_ZONES])
def test_few_zones_and_many_have_the_same_ways(zones: int, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(zones)
    direct = np.where(luck.random((zones, zones)) < 3.0 / zones, luck.uniform(0.1, 30.0, (zones, zones)), np.inf)
    direct = np.minimum(direct, direct.T)
    few = shortest(direct)
    monkeypatch.setattr("sim.territory.FEW_ZONES", 0)
    assert (few.astype(np.float32) == shortest(direct).astype(np.float32)).all()


def test_the_graph_knows_its_zones() -> None:
    city = tiny_city()
    assert city.territory.nodes["SE"]["zone_name"] == "South East"
    assert city.territory.edges["NW", "NE"]["minutes"] == 10


def test_doors_are_nearer_where_buildings_are_denser() -> None:
    distance = door_distance_km(np.array([1.0, 1.0, 4.0]), np.array([100, 400, 0]))
    assert distance == pytest.approx([0.07124, 0.03562, 1.4248])


def test_walking_follows_the_streets() -> None:
    p = Territory(street_detour_factor=1.25, walking_km_per_hour=5.0)
    assert minutes_between_doors(np.array([0.4]), p) == pytest.approx([6.0])


def test_a_degree_of_latitude_is_111_km() -> None:
    x, y = plane_km(np.array([21.0]), np.array([53.0]), 20.0, 52.0)
    assert y == pytest.approx([111.195])
    assert x == pytest.approx([68.46], abs=0.01)


def test_kilometres_become_the_faster_of_walking_and_driving() -> None:
    links = tiny_tables()["links"]
    distances = {"zone_a": links["zone_a"], "zone_b": links["zone_b"], "distance_km": [0.3, 3, 3, 3]}
    speeds = {"walk_km_per_hour": 4.5, "drive_km_per_hour": 30, "parking_minutes": 4}
    city = city_from_tables(META | {"speeds": speeds}, tiny_operators(), tiny_tables() | {"links": distances})
    assert city.territory.edges["NW", "NE"]["minutes"] == pytest.approx(4.0)
    assert city.territory.edges["NW", "SW"]["minutes"] == pytest.approx(10.0)
