"""The search for a department: fronts, constraints, robust choices, and a search that was stopped."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
import pytest

from experiments.cli import main
from experiments.trials import Bound, front, largest_regret, metric, outcome, read_bounds, violations
from sim.errors import InputError
from tests.unit.test_forecast import city as city  # the tiny city as a folder


def test_the_front_holds_whom_no_other_betters():
    points = np.array([[10.0, 5.0], [8.0, 3.0], [7.0, 4.0], [10.0, 5.0], [12.0, 9.0]])
    assert front(points).tolist() == [True, True, False, True, True]


def test_regret_is_the_distance_to_the_best_where_it_is_largest():
    gains = np.array([[10.0, 0.0], [6.0, 6.0], [0.0, 8.0]])
    assert largest_regret(gains).tolist() == [8.0, 4.0, 10.0]


def test_risk_is_how_far_the_worst_fifth_lies_below_the_mean():
    found = outcome({"a": np.arange(10.0)}, [], {"a": {}})
    assert (found.margin, found.risk) == (4.5, 4.0)


def test_constraints_count_in_the_scenario_where_they_are_worst():
    bounds = read_bounds("cost<=100, customers@24>=50")
    assert bounds == [Bound("cost", "<=", 100.0), Bound("customers@24", ">=", 50.0)]
    values = {"a": {"cost": 90.0, "customers@24": 40.0}, "b": {"cost": 120.0, "customers@24": 60.0}}
    found = outcome({"a": np.ones(2), "b": np.ones(2)}, bounds, values)
    assert found.bounds == {"cost": 120.0, "customers@24": 40.0}
    assert violations(found, bounds) == [20.0, 10.0]
    assert Bound("cost", "<", 5.0).broken_by(5.0) > 0 >= Bound("cost", "<=", 5.0).broken_by(5.0)


def test_a_constraint_looks_at_the_mean_or_at_a_month():
    table = pa.table({"month": [0, 1, 2], "cost": [9.0, 1.0, 3.0]})
    assert (metric(table, "cost"), metric(table, "cost@2")) == (2.0, 3.0)
    for name in ("costs", "cost@7"):
        with pytest.raises(InputError, match=name.partition("@")[0]):
            metric(table, name)


def rows_of(folder):
    with (folder / "data" / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_search_that_was_stopped_goes_on_to_the_same_trials(city, tmp_path, capsys):
    pytest.importorskip("optuna")
    words = ["optimise", f"city={city}", "months=2", "warmup=1", "replications=1", "engine=serial", "quiet=true"]
    words += ["telemarketing.telemarketers=interval(1,6)", "advertising.budget_factor=interval(0.5,2)"]
    words += ["scenario=telemarketing", "under=cost_telemarketing@2<=20000"]
    assert main([*words, "trials=4", f"out={tmp_path / 'whole'}"]) == 0
    assert "Robust: telemarketing.telemarketers" in capsys.readouterr().out
    assert main([*words, "trials=2", f"out={tmp_path / 'cut'}"]) == 0
    assert main(["optimise", f"resume={tmp_path / 'cut'}", "seed=3"]) == 2
    assert main(["optimise", f"resume={tmp_path / 'cut'}", "trials=4", "engine=serial", "quiet=true"]) == 0
    whole = rows_of(tmp_path / "whole")
    assert rows_of(tmp_path / "cut") == whole
    assert all((row["fits"] == "true") == (float(row["cost_telemarketing@2"]) <= 20000) for row in whole)
    assert main([*words[:-1], "trials=1", "under=custmers<=3", f"out={tmp_path / 'typo'}"]) == 2
    assert "customers" in capsys.readouterr().err
