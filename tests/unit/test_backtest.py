"""Back-tests: scores by hand, forecasts without a model, and a whole test in a tiny city."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from experiments.calibration.backtest import counted_on, held_back
from experiments.calibration.history import History, Series
from experiments.calibration.scores import crps, naive, normal, scored, seasonal, smoothed
from experiments.cli import main
from sim.errors import InputError
from tests.unit.test_forecast import city as city  # the tiny city as a folder

MONTHS = np.arange("2026-01", "2027-01", dtype="datetime64[M]")


def test_crps_of_one_number_is_the_absolute_error():
    assert crps(np.array([[3.0]]), np.array([5.0]))[0] == pytest.approx(2.0)
    assert crps(np.array([[0.0], [2.0]]), np.array([1.0]))[0] == pytest.approx(0.5)  # 1 less half the mean spread of 1


def test_crps_of_a_normal_forecast_is_its_closed_form():
    draws = normal(np.zeros(1), np.ones(1))
    assert crps(draws, np.zeros(1))[0] == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), abs=0.002)


def test_coverage_counts_the_months_inside_and_leaves_out_unknown_ones():
    draws = np.tile(np.linspace(0.0, 100.0, 101)[:, None], (1, 4))
    score = scored(draws, np.array([50.0, 12.0, 99.0, np.nan]))
    assert score.coverage == pytest.approx({50: 1 / 3, 80: 2 / 3, 90: 2 / 3})
    assert score.error == pytest.approx((0 + 38 + 49) / 3)
    assert score.width == pytest.approx(90.0)


def test_forecasts_without_a_model_go_on_as_they_should():
    seen = np.array([10.0, 12.0, 11.0, np.nan, 13.0])
    assert np.median(naive(seen, 2), axis=0) == pytest.approx([13.0, 13.0], abs=0.01)
    assert np.ptp(naive(seen, 2)[:, 1]) == pytest.approx(np.sqrt(2) * np.ptp(naive(seen, 2)[:, 0]))
    assert naive(np.array([1.0, np.nan]), 2) is None and seasonal(seen, 2) is None
    year = np.arange(12.0)
    assert np.median(seasonal(year, 14), axis=0)[[0, 11, 12]] == pytest.approx([0.0, 11.0, 0.0], abs=0.01)
    assert np.median(smoothed(np.full(6, 5.0), 3), axis=0) == pytest.approx([5.0, 5.0, 5.0])


def test_customers_are_counted_on_from_the_last_known_month():
    drawn = np.array([[100.0, 110.0, 120.0, 130.0]])
    values = np.array([90.0, 95.0, np.nan, np.nan])
    assert counted_on("customers", drawn, values, 3).tolist() == [[115.0]]
    assert counted_on("churn", drawn, values, 2).tolist() == [[120.0, 130.0]]


def test_enough_months_must_be_left():
    history = History(MONTHS, (Series("churn", np.ones(12)),), "test")
    assert held_back(None, history) == 4 and held_back(9, history) == 9
    with pytest.raises(InputError, match="hold back 9 or fewer"):
        held_back(10, history)
    late = History(MONTHS, (Series("churn", np.where(np.arange(12) < 9, np.nan, 1.0)),), "test")
    with pytest.raises(InputError, match="no figure"):
        held_back(4, late)


def test_a_back_test_scores_the_model_beside_simple_methods(city, tmp_path, capsys):
    rows = [f"2026-{month:02d},{2 + month % 3},{17 + month % 2}" for month in range(1, 9)]
    (tmp_path / "h.csv").write_text("month,inbound_calls,customers\n" + "\n".join(rows) + "\n")
    words = [f"city={city}", f"history={tmp_path / 'h.csv'}", f"out={tmp_path / 'run'}", "holdout=2", "points=16"]
    more = ["fit=world.needs.shopping_rate_per_month,situation.focal_share", "draws=50", "engine=serial"]
    assert main(["backtest", *words, *more, "quiet=true"]) == 0
    assert "90 % bands hold" in capsys.readouterr().out
    with (tmp_path / "run" / "figures" / "data" / "backtest.csv").open() as file:
        found = list(csv.DictReader(file))
    assert {(row["figure"], row["method"]) for row in found} == {
        (figure, method)
        for figure in ("inbound_calls", "customers")
        for method in ("fieldcast", "naive", "exponential_smoothing")
    }
    assert all(row["months"] == "2" for row in found)
    assert (tmp_path / "run" / "figures" / "backtest.png").exists()
