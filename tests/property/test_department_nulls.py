"""A department of nobody leaves the market as it was, and with its links off it brings nobody to the telephone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from experiments.cli import main
from sim.city import City, city_from_tables, enlarge
from sim.market import Market
from tests.property.test_symmetry import COUNTS, by_name, reordered, three_operators
from tests.tiny import META, tiny_operators, tiny_tables
from tests.worlds import SILENT, assert_same_tables, column, market, middle_city

MONEY = ("cost", "margin", "cumulative_margin", "margin_present_value", "cac_field")
PEOPLE = ("reps", "reps_productive", "plan", "plan_attainment", "rep_effort", "rep_quits")


def active(city: City | None = None, seed: int = 1, reps: int = 3, numbers=None, **run) -> Market:
    """A market with a department, run to its end."""
    decided = {"department.active": True, "department.reps": reps, **(numbers or {})}
    return market(middle_city() if city is None else city, seed, decided, **run).run()


@pytest.fixture(scope="module")
def passive() -> Market:
    """The paired run."""
    return market(middle_city(), months=6).run()


# ---- the zero --------------------------------------------------------------------------------------------------------


def test_a_department_of_nobody_leaves_the_market_as_it_was_bit_for_bit(passive: Market) -> None:
    nobody = active(reps=0, months=6)
    ours, theirs = nobody.tables(), passive.tables()
    for name in ("monthly_by_operator", "monthly_by_zone"):
        for label, values in ours[name].items():
            np.testing.assert_array_equal(values, theirs[name][label], err_msg=f"{name}.{label}")
    for label, values in ours["monthly"].items():
        if label not in (*MONEY, *PEOPLE) and not label.startswith("cost_"):
            np.testing.assert_array_equal(values, theirs["monthly"][label], err_msg=label)
    for label in ("contacts", "orders", "gross_adds"):
        np.testing.assert_array_equal(ours["monthly_by_channel"][label], theirs["monthly_by_channel"][label])


def test_recruiters_and_consultants_of_nobody_still_cost(passive: Market) -> None:
    nobody = active(reps=0, months=6)
    assert column(nobody, "cost").sum() > column(passive, "cost").sum()
    assert column(nobody, "cost_consultants").sum() > 0
    for name in ("cost_field_variable", "cost_training", "cost_advertising", "cost_call_centre", "cost_installation"):
        np.testing.assert_array_equal(column(nobody, name), column(passive, name))


def test_an_inactive_department_is_the_passive_run_in_everything(passive: Market) -> None:
    idle = {"department.active": False, "department.reps": 50, "department.revisit_days": 10}
    assert_same_tables(market(middle_city(), numbers=idle, months=6).run(), passive)


def test_before_the_decision_nothing_differs(passive: Market) -> None:
    tables, theirs = active(months=6).tables(), passive.tables()
    for name in ("monthly", "monthly_by_operator", "monthly_by_channel", "monthly_by_zone", "ledger"):
        before, usual = tables[name]["month"] < 1, theirs[name]["month"] < 1
        for label in tables[name]:
            np.testing.assert_array_equal(tables[name][label][before], theirs[name][label][usual], err_msg=label)


def test_a_department_that_starts_later_changes_nothing_before(passive: Market) -> None:
    late = active(months=6, numbers={"department.start_month": 4})
    for name in ("inbound_calls", "gross_adds", "awareness", "cost"):
        assert column(late, name)[:6].tolist() == column(passive, name)[:6].tolist()
    assert column(late, "cost")[6] != column(passive, "cost")[6]


# ---- links to the telephone ------------------------------------------------------------------------------------------

NOBODY_CALLS = {
    "world.field.visit_recall_share": 0.0,
    "world.field.leaflet_recall_share": 0.0,
    "world.field.visit_persuasion": 0.0,
    "world.field.decided_at_door_share": 1.0,  # no afterthoughts
    "world.field.card_kept_share": 1.0,  # whoever was visited rings the representative
    "world.field.card_fading_per_month": 0.0,
    "world.field.same_person_share": 1.0,
    "world.field.rep_reached_share": 1.0,
    "world.field.visit_memory_months": 100,
    **SILENT,
    "world.signals.van_recall_share": 0.0,
}
LINKS = {
    "afterthoughts and the common number": (
        "decided_at_door_share",
        "card_kept_share",
        "card_fading_per_month",
        "same_person_share",
        "rep_reached_share",
        "visit_memory_months",
    ),
    "awareness": ("visit_recall_share", "leaflet_recall_share", "visit_persuasion"),
}
SEEDS = 10


@cache
def calls(links_on: int, reps: int) -> np.ndarray:
    """Calls to the common number of each seed, with the first links switched on."""
    on = [f"world.field.{name}" for names in list(LINKS.values())[:links_on] for name in names]
    numbers = {name: value for name, value in NOBODY_CALLS.items() if name not in on}
    if reps:
        numbers |= {"department.active": True, "department.reps": reps}
    runs = [market(middle_city(), seed, numbers, months=7, warmup=1, check=False).run() for seed in range(SEEDS)]
    return np.array([column(each, "inbound_calls").sum() for each in runs], float)


def lift(links_on: int) -> np.ndarray:
    """Calls gained by a department, pair by pair."""
    return calls(links_on, 3) - calls(links_on, 0)


def test_with_its_links_off_visits_bring_nobody_to_the_common_number() -> None:
    gained = lift(0)
    assert gained.mean() <= 2.0 * gained.std(ddof=1) / np.sqrt(SEEDS)


def test_each_link_that_is_switched_on_adds_callers() -> None:
    for links_on in range(len(LINKS)):
        more = lift(links_on + 1) - lift(links_on)
        assert more.mean() >= -2.0 * more.std(ddof=1) / np.sqrt(SEEDS), list(LINKS)[links_on]
    assert lift(len(LINKS)).mean() > lift(0).mean()


# ---- order, seeds, workers -------------------------------------------------------------------------------------------


def files(operators=None, zones: bool = False, businesses: bool = False) -> City:
    """A city of five tiny ones, its files in another order if wanted."""
    tables = tiny_tables()
    if zones:
        tables["zones"] = reordered(tables["zones"], [2, 0, 3, 1])
        tables["links"] = reordered(tables["links"], [3, 1, 0, 2])
    if businesses:
        tables["businesses"] = reordered(tables["businesses"], np.random.default_rng(5).permutation(60).tolist())
    return enlarge(city_from_tables(META, operators or three_operators(), tables), 5)


@cache
def usual() -> Market:
    """The market of the files as they are."""
    return active(files(), 3, 2, months=8)


@pytest.mark.parametrize(
    "other",
    [lambda: files(three_operators()[::-1]), lambda: files(zones=True), lambda: files(businesses=True)],
    ids=["operators", "zones", "businesses"],
)
def test_the_order_of_the_files_changes_no_visit(other) -> None:
    shuffled = active(other(), 3, 2, months=8)
    for name in COUNTS:
        assert by_name(shuffled, name) == by_name(usual(), name)
    for name in ("visits", "contacts", "followups", "orders_field", "inbound_calls"):
        assert column(shuffled, name).tolist() == column(usual(), name).tolist()
    for name in ("awareness", "revenue", "cost_field_variable", "plan_attainment"):
        assert column(shuffled, name) == pytest.approx(column(usual(), name), rel=1e-6, nan_ok=True)


def test_the_same_seed_is_the_same_run_and_another_seed_is_not() -> None:
    assert_same_tables(active(files(), 3, 2, months=8), usual())
    assert column(active(files(), 4, 2, months=8), "visits").tolist() != column(usual(), "visits").tolist()


def tiny_folder(folder: Path) -> Path:
    """The tiny city as files."""
    folder.mkdir()
    for name, columns in tiny_tables().items():
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        (folder / f"{name}.csv").write_text("\n".join(lines))
    (folder / "city.yaml").write_text(yaml.safe_dump(META))
    (folder / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}))
    return folder


def test_one_worker_and_two_write_the_same_bytes(tmp_path: Path, capsys) -> None:
    words = ["forecast", "scenario=active", "months=3", "warmup=0", "replications=2", "quiet=true", "department.reps=2"]
    words.append(f"city={tiny_folder(tmp_path / 'tinytown')}")
    for workers in ("1", "2"):
        assert main([*words, f"workers={workers}", f"out={tmp_path / workers}"]) == 0
    one, two = (sorted((tmp_path / workers).glob("*.parquet")) for workers in ("1", "2"))
    assert {path.name for path in one} >= {"monthly.parquet", "monthly_by_rep.parquet", "ledger.parquet"}
    for first, second in zip(one, two, strict=True):
        if first.name != "timings.parquet":
            assert first.read_bytes() == second.read_bytes(), first.name
