"""The forecast from its command line to its folder, in a tiny city."""

from __future__ import annotations

import csv
import json
import shutil

import pyarrow.parquet as pq
import pytest

from experiments import runner
from experiments.cli import main
from tests.tiny import tiny_folder

QUICK = ("months=2", "warmup=1", "replications=2", "engine=serial", "record.events=true")
TABLES = ("monthly", "monthly_by_operator", "monthly_by_channel", "monthly_by_zone", "ledger", "events", "runs", "plan")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The tiny city as a folder."""
    return tiny_folder(tmp_path_factory.mktemp("tinytown"))


def forecast(city, out, *words):
    return main(["forecast", f"city={city}", f"out={out}", *QUICK, *words])


@pytest.fixture(scope="module")
def whole(city, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert forecast(city, out) == 0
    return out


@pytest.fixture
def no_pictures(monkeypatch):
    """Saves the seconds of drawing where pictures are not looked at."""
    monkeypatch.setattr("experiments.figures.draw_all", lambda story: [])


def table_bytes(folder):
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES if name != "plan"}


def test_a_forecast_leaves_the_files_of_the_contract(whole):
    names = {path.name for path in whole.iterdir()}
    assert {f"{name}.parquet" for name in TABLES} | {"config.yaml", "manifest.json", "summary.csv"} <= names
    manifest = json.loads((whole / "manifest.json").read_text())
    assert manifest["runs"] == {"planned": 4, "done": 4, "failed": 0}
    assert "figures/territory_map.png" in manifest["files"]
    assert pq.read_table(whole / "monthly.parquet").num_rows == 4 * (1 + 1 + 2)


def test_customers_move_by_adds_and_losses_alone(whole):
    for row in csv.DictReader((whole / "figures" / "data" / "customers.csv").open()):
        assert float(row["low_90"]) <= float(row["median"]) <= float(row["high_90"])
    table = pq.read_table(whole / "monthly_by_operator.parquet").to_pandas()
    for _, rows in table.groupby(["scenario", "replication", "operator"]):
        change = rows["gross_adds"] - rows["churn_competitor"] - rows["churn_closure"]
        assert (rows["customers"].diff().dropna() == change[1:]).all()


def test_two_workers_and_a_second_run_leave_the_same_bytes(city, whole, tmp_path, no_pictures):
    words = [word for word in QUICK if not word.startswith("engine")]
    assert main(["forecast", f"city={city}", f"out={tmp_path / 'two'}", *words, "workers=2"]) == 0
    assert table_bytes(tmp_path / "two") == table_bytes(whole)


def test_a_finished_folder_says_so(whole, capsys):
    assert main(["forecast", f"resume={whole}"]) == 0
    assert "is finished, all 4 runs are done" in capsys.readouterr().out


def test_a_stopped_forecast_goes_on_where_it_was(city, whole, tmp_path, no_pictures, monkeypatch, capsys):
    started = []

    def stops_at_the_third(parameters, city, seed):
        started.append(seed)
        if len(started) == 3:
            raise KeyboardInterrupt
        return runner.make_market(parameters, city, seed)

    out = tmp_path / "it stops"
    monkeypatch.setattr(runner.tasks_left, "__defaults__", (stops_at_the_third,))
    assert forecast(city, out) == 130
    assert f"fieldcast forecast 'resume={out}'" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["forecast", f"resume={out}", "workers=1", "quiet=true"]) == 0
    assert len(started) == 3
    assert table_bytes(out) == table_bytes(whole)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("months=3", "months = 3: the folder was begun with 2"),
        ("seed=2", "seed = 2: the folder was begun with 1"),
        ("scenario=passive", "scenario = passive: the folder was begun with active"),
        ("city=melbourne", "city = melbourne: the folder was begun with"),
        ("record.events=false", "record.events = False: the folder was begun with True"),
        ("telemarketing.telemarketers=3", "telemarketing.telemarketers = 3: the folder was begun with"),
    ],
)
def test_a_changed_word_is_refused_by_name(whole, word, message, capsys):
    assert main(["forecast", f"resume={whole}", word]) == 2
    assert message in capsys.readouterr().err


def test_an_edited_configuration_is_refused_by_name(whole, tmp_path, capsys):
    copy = tmp_path / "edited"
    shutil.copytree(whole, copy)
    text = (copy / "config.yaml").read_text()
    (copy / "config.yaml").write_text(text.replace("replications: 2", "replications: 3"))
    assert main(["forecast", f"resume={copy}"]) == 2
    assert "replications is 3, but the folder was begun with 2" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["config.yaml", "plan.parquet"])
def test_a_folder_without_its_plan_cannot_be_resumed(whole, tmp_path, missing, capsys):
    copy = tmp_path / "torn"
    shutil.copytree(whole, copy)
    (copy / missing).unlink()
    assert main(["forecast", f"resume={copy}"]) == 2
    assert f"its {missing} is missing" in capsys.readouterr().err


def test_a_failed_run_makes_the_exit_code_one_and_a_list(city, tmp_path, monkeypatch, capsys):
    def breaks(parameters, city, seed):
        if seed == runner.replication_seed(1, 1) and parameters.department.active:
            raise ZeroDivisionError("no business left")
        return runner.make_market(parameters, city, seed)

    monkeypatch.setattr(runner.tasks_left, "__defaults__", (breaks,))
    assert forecast(city, tmp_path / "out") == 1
    assert "failed: active, replication 1: ZeroDivisionError: no business left" in capsys.readouterr().err
    assert (tmp_path / "out" / "figures" / "customers.png").exists()


def test_the_same_scenario_on_both_sides_makes_no_difference(city, tmp_path, no_pictures, capsys):
    assert forecast(city, tmp_path / "out", "scenario=passive") == 0
    rows = list(csv.DictReader((tmp_path / "out" / "summary.csv").open()))
    assert {row["difference"] for row in rows} <= {"0", ""}
    assert {row["probability_better"] for row in rows} <= {"0.5", ""}
    assert "exactly as it is" in capsys.readouterr().out


def test_a_changed_baseline_name_tells_the_two_sides_apart(city, tmp_path, no_pictures):
    assert forecast(city, tmp_path / "out", "scenario=passive", "telemarketing.telemarketers=2") == 0
    scenarios = pq.read_table(tmp_path / "out" / "runs.parquet").column("scenario").to_pylist()
    assert list(dict.fromkeys(scenarios)) == ["passive", "passive_with_overrides"]
