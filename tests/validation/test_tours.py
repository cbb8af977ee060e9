"""Tours against theory: length by stops and area, and what density does to a day."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import pytest

from sim.doors import tour
from tests.worlds import events, market, middle_city

COMPACT = 200  # zones


def length(points: np.ndarray, order: np.ndarray) -> float:
    """A closed way in km."""
    way = points[order]
    return float(np.hypot(*(way - np.roll(way, 1, axis=0)).T).sum())


@cache
def tours() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stops, area and length of the model's tours over random compact zones."""
    luck = np.random.default_rng(1)
    stops, area = luck.integers(6, 37, COMPACT), np.exp(luck.uniform(np.log(0.05), np.log(10.0), COMPACT))
    lengths = []
    for n, km2 in zip(stops, area, strict=True):
        points = luck.uniform(size=(n, 2)) * np.sqrt(km2)
        lengths.append(length(points, tour(points[:, 0].copy(), points[:, 1].copy(), np.arange(n))))
    return stops, area, np.array(lengths)


def test_the_length_grows_as_the_root_of_stops_times_area() -> None:
    stops, area, lengths = tours()
    slope = np.polyfit(np.log(stops * area), np.log(lengths), 1)[0]
    assert 0.38 <= slope <= 0.55


def test_the_length_grows_with_stops_at_equal_area() -> None:
    stops, area, lengths = tours()
    slope = np.polyfit(np.log(stops), np.log(lengths / np.sqrt(area)), 1)[0]
    assert 0.35 <= slope <= 0.55


def test_the_level_is_that_of_near_optimal_tours() -> None:
    stops, area, lengths = tours()
    theory = 0.7124 * np.sqrt(area * stops) + 0.6 * np.sqrt(area)
    assert np.mean(lengths / theory) == pytest.approx(1.0, abs=0.1)
    assert (np.abs(lengths / theory - 1.0) < 0.5).all()


def test_a_tour_of_seven_is_hardly_longer_than_the_best_one() -> None:
    luck, ratio = np.random.default_rng(2), []
    for _ in range(20):
        points = luck.uniform(size=(7, 2))
        best = min(length(points, np.array([0, *rest])) for rest in permutations(range(1, 7)))
        ratio.append(length(points, tour(points[:, 0].copy(), points[:, 1].copy(), np.arange(7))) / best)
    assert np.mean(ratio) < 1.03 and max(ratio) < 1.25


def visits_per_day(stretch: float, minutes: float = 450.0) -> float:
    """Visits of one representative on a working day in a city whose doors lie further apart by a factor."""
    numbers = {"department.active": True, "department.reps": 2, "record.events": True}
    made = market(middle_city(), 1, {**numbers, "world.field.working_minutes": minutes}, warmup=0, check=False)
    crm = made.field.crm
    made.field.crm = crm._replace(x=crm.x * np.float32(stretch), y=crm.y * np.float32(stretch))
    log = events(made.run(), "visit")
    days = len(set(zip(log["day"].tolist(), log["actor_id"].tolist(), strict=True)))
    return len(log["day"]) / days


def test_visits_a_day_rise_with_density_and_with_the_day() -> None:
    dense, usual, thin = (visits_per_day(stretch) for stretch in (0.2, 1.0, 5.0))
    assert dense > usual > thin > 2.0
    assert visits_per_day(1.0, minutes=400.0) < usual < 25.0
