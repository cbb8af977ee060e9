"""The runner: paired seeds, names of runs, failures as data, and nothing finished lost."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.folder import begin_folder, begin_numbered
from experiments.journal import Journal
from experiments.runner import (
    CityRef,
    DesignPoint,
    Plan,
    carry_out,
    failures,
    replication_seed,
    run_id,
    tasks_left,
)
from experiments.tables import write_all
from sim.errors import InputError


class CoinMarket:
    """A market of three coins: small enough to follow, random enough to tell seeds apart."""

    def __init__(self, parameters: dict[str, Any], city: object, seed: int):
        self.parameters, self.seed = parameters, seed

    def run(self) -> None:
        if self.parameters.get("breaks_at") == self.seed:
            raise ValueError("the market\nran out of businesses")
        if self.parameters.get("kills_its_worker_at") == self.seed:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.parameters.get("kills_its_worker_once_at") == self.seed and not Path(self.parameters["mark"]).exists():
            Path(self.parameters["mark"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.parameters.get("stops_at") == self.seed:
            raise KeyboardInterrupt

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        adds = np.random.default_rng(self.seed).binomial(20, self.parameters["chance"], 3)
        dates = np.array(["2026-12-01", "2027-01-01", "2027-02-01"], dtype="datetime64[D]")
        return {"monthly": {"month": np.array([0, 1, 2]), "date": dates, "gross_adds": adds}}


class NoCity(CityRef):
    """A city without files."""

    def load(self) -> object:
        return object()


def build(parameters: dict[str, Any], city: object, seed: int) -> CoinMarket:
    return CoinMarket(parameters, city, seed)


def plan_of(replications: int = 3, **trouble: float | str) -> Plan:
    points = []
    for name, chance in (("passive", 0.3), ("telemarketing", 0.5)):
        numbers = {"chance": chance} | (trouble if name == "telemarketing" else {})
        point = DesignPoint(name, numbers, {})
        point.__dict__["numbers_digest"] = str(chance)
        points.append(point)
    return Plan(tuple(points), replications, 1, NoCity("tiny", "c0ffee"), "0.1.0", baseline=0)


def run_plan(plan: Plan, folder: Path, engine: str = "serial", workers: int = 1, **options: object) -> Journal:
    folder.mkdir(exist_ok=True)
    journal = Journal(folder / "journal.bin")
    with journal:
        tasks = [replace(task, build=build) for task in tasks_left(plan, journal)]
        carry_out(tasks, journal, engine=engine, workers=workers, **options)
    return journal


def final_bytes(folder: Path, plan: Plan) -> dict[str, bytes]:
    with Journal(folder / "journal.bin") as journal:
        write_all(plan, journal, folder)
    return {name: (folder / f"{name}.parquet").read_bytes() for name in ("monthly", "runs")}


def test_replications_are_paired_and_more_of_them_change_nothing():
    plan, longer = plan_of(3), plan_of(5)
    assert [plan.seed_of(p) for p in (0, 1, 2)] == [plan.seed_of(p) for p in (3, 4, 5)]
    assert plan.keys(1) == longer.keys(1)
    assert plan.pair_of(4) == 1
    assert plan.pair_of(1) is None
    assert 0 <= replication_seed(2**63 - 1, 7) < 2**63


def test_a_run_is_named_by_what_changes_its_numbers():
    name = run_id("numbers", "city", "0.1.0", 5)
    assert len(name) == 20
    assert int(name, 16) >= 0
    others = [("other", "city", "0.1.0", 5), ("numbers", "x", "0.1.0", 5), ("numbers", "city", "0.2.0", 5)]
    assert len({name, run_id("numbers", "city", "0.1.0", 6), *[run_id(*other) for other in others]}) == 5


def test_a_failed_run_is_a_row_and_the_others_go_on(tmp_path):
    plan = plan_of(breaks_at=replication_seed(1, 1))
    journal = run_plan(plan, tmp_path)
    assert len(journal.done()) == 5
    [(keys, error)] = failures(plan, journal)
    assert (keys["scenario"], keys["replication"]) == ("telemarketing", 1)
    assert error == "ValueError: the market ran out of businesses"
    final_bytes(tmp_path, plan)
    assert pq.read_table(tmp_path / "runs.parquet").column("status").to_pylist().count("failed") == 1
    assert "Traceback" in pq.read_table(tmp_path / "timings.parquet").column("traceback").to_pylist()[4]


def test_fail_fast_stops_at_the_first_failure(tmp_path):
    journal = run_plan(plan_of(breaks_at=replication_seed(1, 0)), tmp_path, fail_fast=True)
    assert len(journal.status) == 4


def test_what_is_finished_survives_an_interruption_and_is_not_run_again(tmp_path):
    whole = plan_of()
    expected = (run_plan(whole, tmp_path / "whole"), final_bytes(tmp_path / "whole", whole))[1]
    with pytest.raises(KeyboardInterrupt):
        run_plan(plan_of(stops_at=replication_seed(1, 1)), tmp_path / "cut")
    with Journal(tmp_path / "cut" / "journal.bin") as journal:
        assert journal.done() == {0, 1, 2, 3}
        assert [task.position for task in tasks_left(whole, journal)] == [4, 5]
    run_plan(whole, tmp_path / "cut")
    assert final_bytes(tmp_path / "cut", whole) == expected


def test_two_workers_and_one_leave_the_same_bytes_and_a_killed_worker_costs_one_run(tmp_path):
    plan = plan_of()
    run_plan(plan, tmp_path / "one")
    run_plan(plan, tmp_path / "two", engine="processes", workers=2)
    assert final_bytes(tmp_path / "one", plan) == final_bytes(tmp_path / "two", plan)

    deadly = plan_of(kills_its_worker_at=replication_seed(1, 1))
    journal = run_plan(deadly, tmp_path / "deadly", engine="processes", workers=2)
    assert len(journal.done()) == 5
    [(keys, error)] = failures(deadly, journal)
    assert (keys["scenario"], keys["replication"]) == ("telemarketing", 1)
    assert "killed 3 times" in error


def test_a_worker_that_dies_once_costs_nothing_and_the_rest_goes_on_in_parallel(tmp_path):
    once = {"kills_its_worker_once_at": replication_seed(1, 0), "mark": str(tmp_path / "mark")}
    plan = plan_of(10, **once)
    journal = run_plan(plan, tmp_path / "once", engine="processes", workers=2)
    assert (tmp_path / "mark").exists() and len(journal.done()) == 20
    run_plan(plan, tmp_path / "again")
    assert final_bytes(tmp_path / "once", plan) == final_bytes(tmp_path / "again", plan)


def test_the_folder_appears_with_its_plan_and_configuration(tmp_path):
    begin_folder(plan_of(), tmp_path / "out", {"command": "forecast"})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["config.yaml", "plan.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_commands_that_start_at_once_never_share_a_folder(tmp_path):
    places = [begin_numbered(plan_of(), tmp_path / "out", {"command": "forecast"}) for _ in range(3)]
    assert [place.name for place in places] == ["out", "out_2", "out_3"]
    with pytest.raises(InputError, match="give another folder with out="):
        begin_folder(plan_of(), tmp_path / "out", {})
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="give another folder with out="):
        begin_numbered(plan_of(), tmp_path / "file" / "out", {})


def test_a_place_that_cannot_be_written_is_told_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="give another folder with out="):
        begin_folder(plan_of(), tmp_path / "file" / "out", {})
