"""Boxes are found where they were planted, and a finished sweep is read for what it holds."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.cli import main
from experiments.discover import condition, sentences, share_of_runs
from experiments.prim import find_boxes
from experiments.wording import condition_said, input_said
from sim.errors import InputError
from tests.unit.test_forecast import city as city  # the tiny city as a folder

LUCK = np.random.default_rng(7)
CUBE = {name: LUCK.random(400) for name in "abc"} | {"kind": np.array(["x", "y"] * 200, dtype=object)}


@pytest.fixture(scope="module")
def swept(city, tmp_path_factory):
    """A small Sobol design in the tiny city."""
    out = tmp_path_factory.mktemp("runs") / "sobol"
    words = ("design=sobol", "points=4", "telemarketing.telemarketers=interval(1,6)")
    words += ("advertising.budget_factor=interval(0.5,2)", "scenario=telemarketing")
    run = ("months=2", "warmup=1", "replications=2", "engine=serial", "quiet=true")
    assert main(["sweep", f"city={city}", f"out={out}", *words, *run]) == 0
    return out


def test_a_planted_box_is_found():
    wanted = ((CUBE["a"] > 0.6) & (CUBE["b"] < 0.5) & (CUBE["kind"] == "x")).astype(float)
    box = find_boxes(CUBE, wanted, most=1)[0]
    assert box.limits["a"].low == pytest.approx(0.6, abs=0.05) and box.limits["a"].high == np.inf
    assert box.limits["b"].high == pytest.approx(0.5, abs=0.05)
    assert box.limits["kind"].words == ("x",)
    assert "c" not in box.limits
    assert box.coverage > 0.8 and box.density > 0.8


def test_two_planted_corners_make_two_boxes():
    wanted = ((CUBE["a"] > 0.8) | (CUBE["b"] < 0.2)).astype(float)
    boxes = find_boxes(CUBE, wanted)
    assert {path for box in boxes[:2] for path in box.limits} == {"a", "b"}
    assert sum(box.coverage for box in boxes) > 0.85


def test_nothing_is_found_in_noise():
    assert find_boxes(CUBE, (np.random.default_rng(3).random(400) < 0.3).astype(float)) == []


def test_runs_that_failed_count_for_neither_side():
    cells = np.array([[1.0, -1.0], [np.nan, -1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(share_of_runs(cells, "<", 0.0), [0.5, 1.0, np.nan])


def test_a_condition_is_an_outcome_a_sign_and_a_number():
    assert condition("difference_cumulative_margin@24 < -1e3") == ("difference_cumulative_margin@24", "<", -1000.0)
    for text in (None, "customers", "customers=3", "customers<many"):
        with pytest.raises(InputError, match="is no condition"):
            condition(text)


def test_a_box_is_said_with_coverage_and_density():
    wanted = (CUBE["a"] > 0.6).astype(float)
    said = sentences(find_boxes(CUBE, wanted, most=1), "customers@24", ">=", 10.0, wanted, 2)
    assert "2 runs failed" in said[0]
    assert "customers in month 24 are at least 10 where a is at least 0.6" in said[1]
    assert "(density)" in said[1] and "(coverage)" in said[1]


@pytest.mark.parametrize(
    ("name", "sign", "bound", "said"),
    [
        ("difference_cumulative_margin@24", "<", 0, "the decision does not pay back by month 24"),
        ("difference_cumulative_margin", ">=", 0, "the decision pays back within the run"),
        ("difference_customers@12", ">", 50, "the difference in customers to the baseline in month 12 is above 50"),
        ("gross_adds", ">=", 48, "gross adds (customers per month) are at least 48"),
    ],
)
def test_a_condition_is_said_in_words(name, sign, bound, said):
    assert condition_said(name, sign, bound).startswith(said)


def test_limits_are_said_in_words_with_the_parameters_path():
    assert input_said("world.needs.renewal_factor") == "renewal factor (world.needs.renewal_factor)"
    assert input_said("baseline_gross_adds") == "the baseline's gross adds (customers per month)"
    assert input_said("set") == "set"


def test_discover_reads_a_sweep(swept, capsys):
    assert main(["discover", str(swept), "where=cost_telemarketing@2>=12000", "baseline_kpis=customers"]) == 0
    assert "Cost telemarketing in month 2 is at least 12000 in" in capsys.readouterr().out
    assert (swept / "discovery" / "boxes.txt").exists()


def test_sensitivity_reads_a_sweep(swept, tmp_path, capsys):
    assert (
        main(["sensitivity", str(swept), "kpis=cost_telemarketing@2,difference_cost@2", f"out={tmp_path / 'answers'}"])
        == 0
    )
    said = capsys.readouterr().out
    assert "cost_telemarketing@2 (telemarketing), share of the variance" in said
    assert "from the low to the high end: telemarketing.telemarketers +" in said
    rows = (tmp_path / "answers" / "data" / "sobol.csv").read_text().splitlines()
    assert rows[0].startswith("outcome,set,parameter,first") and len(rows) == 5


def test_what_is_no_sweep_is_refused(swept, tmp_path, capsys):
    assert main(["discover", str(tmp_path), "where=customers<1"]) == 2
    assert "is no folder of a sweep" in capsys.readouterr().err
    assert main(["discover", str(swept), "where=custmers<1"]) == 2
    assert "customers" in capsys.readouterr().err
    assert main(["sensitivity", str(swept), "kpis=customers@99"]) == 2
    assert "has no month 99" in capsys.readouterr().err
