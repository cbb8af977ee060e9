"""Sweeps from their command line to their folder, in a tiny city: any way of running one leaves the same bytes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments import runner
from experiments.cli import main
from experiments.compose import compose_scenario
from experiments.runner import DesignPoint, digest_of
from experiments.swept import SweptPoint
from sim.errors import InputError
from sim.parameters import numbers
from tests.unit.test_forecast import city as city  # the tiny city as a folder

QUICK = ("months=2", "warmup=1", "replications=2", "engine=serial", "quiet=true")
TABLES = ("monthly", "monthly_by_operator", "monthly_by_channel", "runs", "kpis")


def sweep(city, out, *words):
    return main(["sweep", f"city={city}", f"out={out}", *QUICK, *words])


def table_bytes(folder):
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def whole(city, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert sweep(city, out, "department.reps=1,2", "department.doors=sweep,priority") == 0
    return out


def test_a_sweep_has_one_baseline_a_seed_and_a_column_for_each_parameter(whole):
    runs = pq.read_table(whole / "runs.parquet").to_pandas()
    assert runs["scenario"].nunique() == 5
    assert (runs["scenario"] == "passive").sum() == 2
    assert runs["department.reps"].dropna().tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    assert runs["department.doors"].isna().sum() == 2
    assert not (whole / "monthly_by_zone.parquet").exists()
    kpis = pq.read_table(whole / "kpis.parquet").to_pandas()
    base = kpis[kpis["scenario"] == "passive"].set_index("replication")["cost"]
    for _, row in kpis.iterrows():
        assert row["difference_cost"] == pytest.approx(row["cost"] - base[row["replication"]])


def test_shards_merge_into_the_same_bytes_as_one_run(city, whole, tmp_path, capsys):
    words = ("department.reps=1,2", "department.doors=sweep,priority")
    for part in (1, 2, 3):
        assert sweep(city, tmp_path / f"part{part}", *words, f"shard={part}/3") == 0
    assert main(["sweep", f"resume={tmp_path / 'part1'}"]) == 0
    some = ",".join(str(tmp_path / f"part{part}") for part in (3, 1))
    assert main(["sweep", f"merge={some}", f"out={tmp_path / 'some'}", "quiet=true"]) == 1
    assert "3 of 10 runs are in none of these folders" in capsys.readouterr().err
    assert main(["sweep", f"resume={tmp_path / 'some'}", "engine=serial", "quiet=true"]) == 0
    assert main(["sweep", f"merge={some},{tmp_path / 'part2'}", f"out={tmp_path / 'all'}", "quiet=true"]) == 0
    assert table_bytes(tmp_path / "some") == table_bytes(tmp_path / "all") == table_bytes(whole)


def test_shards_of_two_plans_are_not_merged(city, whole, tmp_path, capsys):
    assert sweep(city, tmp_path / "other", "department.reps=1,2", "seed=2", "shard=1/2") == 0
    assert main(["sweep", f"merge={whole},{tmp_path / 'other'}", f"out={tmp_path / 'out'}"]) == 2
    assert "seed is 2 in" in capsys.readouterr().err


def test_a_stopped_sweep_goes_on_to_the_same_bytes(city, whole, tmp_path, monkeypatch):
    started = []

    def stops_at_the_fourth(parameters, city, seed):
        started.append(seed)
        if len(started) == 4:
            raise KeyboardInterrupt
        return runner.make_market(parameters, city, seed)

    monkeypatch.setattr(runner.tasks_left, "__defaults__", (stops_at_the_fourth,))
    assert sweep(city, tmp_path / "cut", "department.reps=1,2", "department.doors=sweep,priority") == 130
    monkeypatch.undo()
    assert main(["sweep", f"resume={tmp_path / 'cut'}", "department.reps=1,3"]) == 2
    assert main(["sweep", f"resume={tmp_path / 'cut'}", "workers=2", "quiet=true"]) == 0
    assert table_bytes(tmp_path / "cut") == table_bytes(whole)


def test_each_world_may_have_its_own_baseline(city, tmp_path):
    words = ("design=lhs", "points=2", "vary=world.needs.renewal_factor", "department.reps=1,2", "baselines=each")
    assert sweep(city, tmp_path / "out", *words) == 0
    runs = pq.read_table(tmp_path / "out" / "runs.parquet").to_pandas()
    factors = runs.groupby("scenario")["world.needs.renewal_factor"].first()
    assert factors["passive_0001"] == factors["active_0001"]
    assert np.isnan(factors["passive"])


def test_the_rule_stops_at_the_first_look_that_is_good_enough(city, tmp_path):
    words = ("department.reps=1,2", "until.kpi=customers", "replications=12")
    given = [word for word in QUICK if not word.startswith("replications")]
    base = ["sweep", f"city={city}", *given, *words]
    assert main([*base, f"out={tmp_path / 'easy'}", "until.half_width=1000"]) == 0
    assert pq.read_table(tmp_path / "easy" / "runs.parquet").num_rows == 3 * 5
    assert main(["sweep", f"resume={tmp_path / 'easy'}"]) == 0


def test_a_table_gives_its_rows(city, tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("department.reps,department.scheme.name\n1,fixed\n2,commission\n,quota_bonus\n")
    assert sweep(city, tmp_path / "out", "design=list", f"table={table}") == 0
    runs = pq.read_table(tmp_path / "out" / "runs.parquet").to_pandas().drop_duplicates("scenario")
    assert runs["department.scheme.name"].tolist()[1:] == ["fixed", "commission", "quota_bonus"]
    assert runs["run_id"].nunique() == 4


def test_a_dry_run_leaves_nothing(city, tmp_path, capsys):
    assert sweep(city, tmp_path / "out", "department.reps=1,2,3", "dry_run=true") == 0
    said = capsys.readouterr().out
    assert "4 design points (1 of them baseline) x 2 replications: 8 runs" in said
    assert not (tmp_path / "out").exists()


def test_swept_values_name_a_run_as_overrides_do():
    base = DesignPoint("active", compose_scenario("active", None, {}), {})
    values = {"department.reps": 3, "world.field.woken_months": 2}
    straight = compose_scenario("active", None, values)
    assert SweptPoint("x", base, values).parameters == straight
    plain = {key: value for key, value in numbers(straight).items() if key not in runner.NOT_NUMBERS}
    assert SweptPoint("x", base, values).numbers_digest == digest_of(plain)
    with pytest.raises(InputError, match=r"department\.reps = 900"):
        _ = SweptPoint("x", base, {"department.reps": 900}).parameters


class Dies:
    """Builds a market once killing the process that does it, as a failing machine would."""

    def __init__(self, mark: Path, seed: int):
        self.mark, self.seed = mark, seed

    def __call__(self, parameters, city, seed):
        if seed == self.seed and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return runner.make_market(parameters, city, seed)


def test_a_dask_cluster_leaves_the_same_bytes_though_a_worker_is_killed(city, whole, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    dies = Dies(tmp_path / "killed", runner.replication_seed(1, 1))
    monkeypatch.setattr(runner.tasks_left, "__defaults__", (dies,))
    words = [word for word in QUICK if not word.startswith("engine")]
    varied = ("department.reps=1,2", "department.doors=sweep,priority")
    out = tmp_path / "dask"
    assert main(["sweep", f"city={city}", f"out={out}", *words, *varied, "engine=dask", "workers=2"]) == 0
    assert dies.mark.exists()
    assert table_bytes(out) == table_bytes(whole)
