"""Calibration from the command line to its folder, and the forecast that draws from it, in a tiny city."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.calibration.draws import read_posterior
from experiments.calibration.uncertainty import parts_of
from experiments.cli import main
from experiments.folder import plan_of, stored_config
from sim.errors import InputError
from sim.market import Market
from tests.unit.test_forecast import city as city  # the tiny city as a folder

HISTORY = "month,inbound_calls,gross_adds,churn,customers\n2026-04,3,1,0,18\n2026-05,2,0,1,17\n2026-06,4,1,1,17\n"
FIT = "fit=world.needs.shopping_rate_per_month,situation.focal_share"


def words_for(city, folder):
    """A small calibration of the tiny city."""
    (folder / "own months.csv").write_text(HISTORY)
    words = [f"city={city}", f"history={folder / 'own months.csv'}", f"out={folder / 'run'}", FIT, "points=16"]
    return [*words, "draws=50", "engine=serial", "quiet=true", "world.needs.renewal_factor=5", "seed=3"]


@pytest.fixture(scope="module")
def fitted(city, tmp_path_factory):
    """The folder of a small calibration."""
    folder = tmp_path_factory.mktemp("fitted")
    assert main(["calibrate", *words_for(city, folder)]) == 0
    return folder / "run"


def test_a_calibration_leaves_a_sample_a_report_and_pictures(fitted):
    with (fitted / "posterior.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    rates = [float(row["world.needs.shopping_rate_per_month"]) for row in rows]
    assert min(rates) >= 0.01 and max(rates) <= 0.025 and np.std(rates) > 0
    note = json.loads((fitted / "calibration.json").read_text())
    assert (note["decision_month"], note["months"], note["fixed"]) == ("2026-07", 3, {"world.needs.renewal_factor": 5})
    assert "## What to ask for next" in (fitted / "identifiability.md").read_text()
    assert {path.name for path in (fitted / "figures").glob("*.png")} == {"fit.png", "pairs.png", "contraction.png"}


def test_a_calibration_that_was_stopped_goes_on_to_the_same_sample(city, fitted, tmp_path, monkeypatch):
    run, begun = Market.run, []

    def stopped_at_the_tenth(self, *more, **named):
        begun.append(self)
        if len(begun) == 10:
            raise KeyboardInterrupt
        return run(self, *more, **named)

    monkeypatch.setattr(Market, "run", stopped_at_the_tenth)
    assert main(["calibrate", *words_for(city, tmp_path)]) == 130
    assert not (tmp_path / "run" / "posterior.csv").exists()
    assert main(["calibrate", f"resume={tmp_path / 'run'}", "engine=serial", "quiet=true"]) == 0
    assert len(begun) == 10 + 32 - 9  # the nine that were done are not run again
    assert (tmp_path / "run" / "posterior.csv").read_bytes() == (fitted / "posterior.csv").read_bytes()


def test_no_two_runs_of_the_bank_share_a_seed(fitted):
    runs = pq.read_table(fitted / "runs.parquet").to_pandas()
    assert len(runs) == 32 and runs["seed"].is_unique
    assert runs.groupby("scenario")["situation.focal_share"].nunique().eq(1).all()


def test_a_forecast_draws_from_the_posterior_two_runs_a_draw(city, fitted, tmp_path, capsys):
    out = tmp_path / "run"
    words = [f"posterior={fitted}", f"out={out}", "months=2", "replications=6", "engine=serial", "department.reps=1"]
    assert main(["forecast", *words, "record.zones=false"]) == 0
    assert "of the spread in customers" in capsys.readouterr().out
    assert (out / "figures" / "uncertainty.png").exists()
    runs = pq.read_table(out / "runs.parquet").to_pandas()
    share = runs.pivot(index="replication", columns="scenario", values="situation.focal_share")
    drawn = [row["situation.focal_share"] for row in read_posterior(str(fitted)).draws[:3]]
    np.testing.assert_allclose(share["active"], np.repeat(drawn, 2))
    np.testing.assert_allclose(share["active"], share["passive"])
    config = stored_config(out)
    plan = plan_of(out, config)
    assert plan.keys(0)["run_id"] == runs["run_id"][0]
    assert plan.points[0].parameters.world.needs.renewal_factor == 5
    assert plan.points[0].parameters.calendar.decision_month == "2026-07"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("world.needs.shopping_rate_per_month=0.02",), "drawn from the posterior"),
        (("world.needs.renewal_factor=6",), "the calibration had 5"),
        (("replications=200",), "enough for 100"),
        (("city=melbourne",), "calibrate again"),
    ],
)
def test_what_contradicts_the_posterior_is_refused(fitted, tmp_path, capsys, words, told):
    assert main(["forecast", f"posterior={fitted}", f"out={tmp_path / 'run'}", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_a_posterior_is_refused(tmp_path):
    with pytest.raises(InputError, match="finished calibration"):
        read_posterior(str(tmp_path))


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("calendar.decision_month=2026-01", "follows from the history"),
        ("world.needs.shopping_rate_per_month=0.02", "fitted and set"),
        ("weights={calls:1}", "the history has no 'calls'"),
        ("weights={churn:-1}", "from 0"),
        ("fit=world.needs.renewal_factor:1:9", "range"),
        ("points=9", "give points=12 or more"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(city, tmp_path, capsys, word, told):
    (tmp_path / "h.csv").write_text(HISTORY)
    words = [f"city={city}", f"history={tmp_path / 'h.csv'}", f"out={tmp_path / 'run'}", word]
    assert main(["calibrate", *words]) == 2
    assert told in capsys.readouterr().err


def test_chance_and_parameters_are_told_apart():
    draws = np.array([[0.0], [10.0], [20.0], [30.0]])
    pairs = np.stack([draws - 1.0, draws + 1.0], axis=1).reshape(-1, 1)
    parts = parts_of(pairs)
    assert parts.share[0] == pytest.approx(
        np.var([0, 10, 20, 30], ddof=1) / (np.var([0, 10, 20, 30], ddof=1) + 2), abs=0.01
    )
    assert parts.chance.std(ddof=0) == pytest.approx(np.sqrt(2.0))
    assert parts.both.ravel().tolist() == pairs.ravel().tolist()
    alone = parts_of(np.array([[1.0], [3.0], [1.0], [3.0], [1.0], [3.0]]))
    assert alone.share[0] == 0.0 and np.ptp(alone.parameters) == 0.0
    assert parts_of(pairs[:4]) is None
