"""Comparisons from their command line to their folder, in a tiny city; the search for equal cost by pencil."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from experiments.cli import main
from experiments.equalcost import MOST_TRIALS, Search
from experiments.summary import half_width, precision
from tests.unit.test_forecast import city as city  # the tiny city as a folder

QUICK = ("months=6", "warmup=1", "replications=2", "engine=serial", "record.zones=false")


def compare(city, out, *words):
    return main(["compare", f"city={city}", f"out={out}", *QUICK, *words])


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def schemes(city, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "schemes"
    assert compare(city, out, "schemes=fixed,commission", "equal_cost=true", "baseline=passive") == 0
    return out


def test_a_comparison_of_schemes_leaves_its_tables(schemes):
    names = list(dict.fromkeys(pq.read_table(schemes / "monthly.parquet").column("scenario").to_pylist()))
    assert names == ["passive", "fixed", "commission"]
    assert {row["scheme"] for row in table(schemes / "schemes.csv")} == {"fixed", "commission"}
    assert {row["scheme"] for row in table(schemes / "by_decile.csv")} == {"fixed", "commission"}
    assert {row["anchor"] for row in table(schemes / "by_day_of_period.csv")} == {"start", "end"}
    pictures = {path.stem for path in (schemes / "figures").glob("*.png")}
    assert {
        "difference_customers",
        "kpi_table",
        "scheme_measures",
        "attainment",
        "by_day_of_period",
        "by_decile",
    } <= pictures


def test_a_salary_gives_no_discount_whatever_retention_credits(schemes):
    given = [row for row in table(schemes / "schemes.csv") if row["measure"] == "discounts_per_order"]
    credited = pq.read_table(schemes / "monthly.parquet").column("cost_discounts")
    assert sum(credited.to_pylist()) > 0
    assert next((row["scheme"], float(row["mean"])) for row in given) == ("fixed", 0.0)


def test_at_equal_cost_a_rep_month_costs_the_same(schemes):
    income = {row["scheme"]: row for row in table(schemes / "schemes.csv") if row["measure"] == "income_per_rep_month"}
    reps = pq.read_table(schemes / "monthly_by_rep.parquet").to_pandas()
    reps = reps[(reps["stage"] == "productive") & (reps["month"] >= 1)]
    paid = reps.groupby("scenario")["income"].mean()
    assert paid["commission"] == pytest.approx(paid["fixed"], rel=0.02)
    assert income["commission"]["difference"] != ""
    [chosen] = [
        row for row in table(schemes / "equal_cost.csv") if row["chosen"] == "True" and row["scheme"] != "fixed"
    ]
    config = yaml.safe_load((schemes / "config.yaml").read_text())
    terms = config["scenarios"][2]["configuration"]["department"]["scheme"]["terms"]
    assert terms["base"] == pytest.approx(5000 * float(chosen["factor"]))


def test_a_finished_comparison_is_resumed_without_a_search(schemes, capsys):
    before = (schemes / "manifest.json").read_bytes()
    assert main(["compare", f"resume={schemes}"]) == 0
    assert "is finished" in capsys.readouterr().out
    assert (schemes / "manifest.json").read_bytes() == before
    assert main(["compare", f"resume={schemes}", "schemes=fixed,quota_bonus"]) == 2
    assert "schemes = ['fixed', 'quota_bonus']: the folder was begun with" in capsys.readouterr().err


def test_sets_and_scenarios_are_paired_with_the_first(city, tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.comparefigures.draw_all", lambda *_: [])
    file = tmp_path / "sets.yaml"
    file.write_text("few: {department.reps: 1}\nmany: {department: {reps: 3}}\n")
    assert compare(city, tmp_path / "sets", f"sets={file}") == 0
    rows = table(tmp_path / "sets" / "summary.csv")
    assert {row["scenario"] for row in rows} == {"few", "many"}
    assert {row["difference"] for row in rows if row["scenario"] == "few"} == {""}
    assert compare(city, tmp_path / "three", "scenarios=passive,active,telemarketing") == 0
    manifest = json.loads((tmp_path / "three" / "manifest.json").read_text())
    assert manifest["runs"]["done"] == 6
    seeds = pq.read_table(tmp_path / "three" / "runs.parquet").column("seed").to_pylist()
    assert seeds[:2] == seeds[2:4] == seeds[4:]


# ---- equal cost by pencil ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "income",
    [lambda factor: 5000 * factor, lambda factor: 3000 + 1000 * factor**2, lambda factor: 900 * factor**0.4],
)
def test_the_search_finds_the_factor_of_a_rising_income(income):
    search = Search(target=income(1.7))
    assert income(search.run(income)) == pytest.approx(income(1.7), rel=0.01)
    assert len(search.trials) < MOST_TRIALS


def test_the_search_gives_up_where_income_does_not_answer():
    search = Search(target=9000.0)
    search.run(lambda factor: 5000.0)
    assert search.off > 0.4
    assert len(search.trials) <= MOST_TRIALS


def test_a_first_guess_that_fits_is_kept():
    search = Search(target=5000.0, start=1.25)
    assert search.run(lambda factor: 4000 * factor) == 1.25


# ---- precision by pencil -------------------------------------------------------------------------------------------


def test_pairs_spare_as_many_runs_as_the_variances_say():
    base, here = np.array([10.0, 20.0, 30.0]), np.array([12.0, 21.0, 33.0])
    found = precision(here, here - base)
    assert found["variance_reduction"] == pytest.approx((np.var(base, ddof=1) + np.var(here, ddof=1)) / 1.0)
    assert found["runs_independent"] == np.ceil(3 * found["variance_reduction"])
    assert found["half_width"] == pytest.approx(4.302653 * 1.0 / np.sqrt(3), rel=1e-5)


def test_one_pair_has_no_precision():
    assert set(precision(np.array([1.0]), np.array([2.0])).values()) == {None}
    assert half_width(np.array([3.0])) == np.inf
