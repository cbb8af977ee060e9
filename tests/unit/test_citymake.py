"""A synthetic city: its figures come out, its bytes repeat, it is read without an error, and mistakes are helped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.citymake import write_city
from experiments.cli import main
from sim.city import check_city, load_city
from sim.citymake import apportioned, city_tables, district_places, fitted, make_city, neighbouring
from sim.cityplan import city_plan, preset_names
from sim.errors import InputError

SMALL = {"businesses": 600, "districts": 3}


def mistakes(preset: str = "domain_default", **changes) -> str:
    with pytest.raises(InputError) as caught:
        city_plan(preset, changes)
    return "\n".join(caught.value.messages)


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_gives_a_city_without_an_error(preset: str, tmp_path: Path) -> None:
    folder = write_city(city_plan(preset, SMALL), 1, tmp_path / preset)
    assert [finding.level for finding in check_city(folder)] == ["NOTE"]
    assert load_city(folder).occupied.sum() == 600


def test_the_default_of_the_card_is_that_of_the_domain_sheet() -> None:
    city = make_city(city_plan("domain_default"))
    assert (int(city.occupied.sum()), city.zone_id.size, np.unique(city.district).size) == (5000, 48, 12)
    assert city.area_km2.sum() == pytest.approx(60, rel=0.01)
    assert [each.share for each in city.operators] == [0.18, 0.42, 0.28, 0.12]
    assert city.operators[0].brand == 0.25
    kinds = np.bincount(city.premises_type[city.occupied], minlength=4)
    assert kinds.tolist() == [2000, 1400, 600, 1000]


def test_a_density_stands_for_an_area() -> None:
    plan = city_plan("small_town", {"businesses": 800, "density_per_km2": 160})
    assert plan.area_km2 == 5.0 and make_city(plan).area_km2.sum() == pytest.approx(5.0, rel=0.01)
    assert "say the same thing twice" in mistakes(density_per_km2=100, area_km2=3)
    assert "give a density that leaves" in mistakes(density_per_km2=0.01)


def test_size_classes_have_the_shares_that_were_asked_for() -> None:
    city = make_city(city_plan("polish_regional_capital", {"businesses": 4000}))
    sizes = np.bincount(city.size_class[city.occupied], minlength=4) / 4000
    assert sizes == pytest.approx([0.955, 0.034, 0.009, 0.002], abs=0.001)


def test_the_folder_and_the_memory_hold_the_same_city(tmp_path: Path) -> None:
    plan = city_plan("domain_default", SMALL)
    read, made = load_city(write_city(plan, 4, tmp_path / "made")), make_city(plan, 4)
    for name in ("premises_id", "zone", "premises_type", "employees", "building", "x", "area_km2", "vacant"):
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name), err_msg=name)
    assert read.travel_minutes == pytest.approx(made.travel_minutes)


def test_one_seed_gives_the_same_bytes_and_another_one_does_not(tmp_path: Path) -> None:
    plan = city_plan("small_town", SMALL)
    first, again, other = (write_city(plan, seed, tmp_path / name) for seed, name in ((1, "a"), (1, "b"), (2, "c")))
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    assert (first / "businesses.csv").read_bytes() != (other / "businesses.csv").read_bytes()


def test_the_city_says_that_nothing_of_it_is_real() -> None:
    city = make_city(city_plan("small_town", SMALL))
    assert city.real == city.imputed == ()
    assert "no real place" in city.attribution
    assert any("operators" in each for each in city.assumed)
    assert city.assumptions


@pytest.mark.parametrize("layout", ["ring", "grid"])
@pytest.mark.parametrize("districts", [1, 2, 5, 7, 8, 20])
def test_any_number_of_districts_hangs_together(layout: str, districts: int) -> None:
    plan = city_plan("domain_default", {"businesses": 2000, "districts": districts, "layout": layout})
    city = make_city(plan)  # a city in parts is refused
    assert np.unique(city.district).size == districts
    assert np.isfinite(city.travel_minutes).all()


def test_neighbours_on_a_ring_are_a_spacing_apart() -> None:
    x, y, spacing = district_places(city_plan("domain_default", {"districts": 7}))
    assert np.hypot(x[1:], y[1:]) == pytest.approx(np.full(6, spacing))
    pairs = neighbouring(x, y, spacing, list(range(7)))
    assert len(pairs) == 12 and sum(0 in pair for pair in pairs) == 6


def test_a_larger_city_keeps_the_density_and_a_population_gives_businesses() -> None:
    usual, twice = city_plan("regional_capital"), city_plan("regional_capital", {"population": 600_000})
    assert twice.size == 2 * usual.size == 27_000
    assert twice.area_km2 == pytest.approx(2 * usual.area_km2)
    assert city_plan("regional_capital", {"businesses": 900, "area_km2": 5}).area_km2 == 5


def test_largest_remainders_sum_to_the_total() -> None:
    assert apportioned(np.array([0.5, 0.3, 0.2]), 7).tolist() == [4, 2, 1]
    assert apportioned(np.array([1.0, 1.0, 1.0]), 10).sum() == 10


def test_fitting_meets_both_sums() -> None:
    table = fitted(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([6.0, 4.0]), np.array([7.0, 3.0]))
    assert table.sum(axis=1) == pytest.approx([6, 4]) and table.sum(axis=0) == pytest.approx([7, 3])


def test_employees_lie_in_their_class() -> None:
    employees = np.array(city_tables(city_plan("domain_default"), 1)["businesses"]["employees"])
    assert employees.min() >= 1 and employees.max() < 2000
    assert [int((employees >= low).sum()) for low in (10, 50, 250)] == [550, 115, 15]


def test_mistakes_are_told_all_at_once_with_what_is_allowed() -> None:
    told = mistakes(layout="star", businesses=20, sizes={"micr": 0.9})
    assert "layout = 'star'" in told and "'ring' or 'grid'" in told
    assert "businesses = 20" in told and "did you mean 'micro'?" in told
    assert "did you mean 'small_town'?" in mistakes("smal_town")
    assert "percentages" in mistakes(sizes={"micro": 89, "small": 8.7, "medium": 2.0, "large": 0.3})
    assert "negative" in mistakes(premises={"industrial": -0.1, "street_level": 0.7})
    assert "districts = 200" in mistakes(businesses=500, districts=200)


def test_the_command_makes_a_city_that_can_be_shown(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "made city"
    words = ["city", "make", f"out={folder}", "preset=small_town", "businesses=600", "seed=5"]
    assert main(words) == 0
    assert "600 businesses" in capsys.readouterr().out
    assert "preset=small_town seed=5 businesses=600" in (folder / "README.md").read_text("utf-8")
    assert main(["city", "show", str(folder), f"out={tmp_path / 'shown'}", "quiet=true"]) == 0
    assert (tmp_path / "shown" / "figures" / "city_map.png").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["city", "make"], "out=DIR"),
        (["city", "make", "out={tmp}/x", "preset=town"], "no preset"),
        (["city", "check", "{tmp}", "businesses=100"], "belongs to city make"),
    ],
)
def test_the_command_helps(words: list[str], told: str, tmp_path: Path, capsys) -> None:
    assert main([word.format(tmp=tmp_path) for word in words]) == 2
    assert told in capsys.readouterr().err
