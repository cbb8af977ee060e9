"""Light versions of the heavy proofs: a few kills, a cluster with a dead worker, some runs watched from outside."""

from __future__ import annotations

import signal
import time
from functools import partial
from pathlib import Path

import pytest

from tests.reliability import engines as ways
from tests.reliability import kills as deaths
from tests.reliability import pairing as pairs
from tests.reliability import throughput as many
from tests.reliability.__main__ import main
from tests.reliability.bench import ended, killed_after, last_words, small_sweep, started
from tests.reliability.engines import engines
from tests.reliability.page import PAGE, TABLES, rewritten

LONGEST = 240  # seconds for one command: one that hangs is ended, and says where it stood, before pytest's time is up
with_time = pytest.mark.timeout(3 * LONGEST)


@with_time
def test_killed_and_resumed_sweeps_lose_double_and_change_nothing(monkeypatch):
    monkeypatch.setattr(deaths, "VICTIMS", {"parent": 0.5, "writer": 0.5})  # a worker is killed in the next test
    rows = deaths.kills(number=4, seed=3, longest=LONGEST)
    assert [row["killed"] for row in rows] == ["parent", "writer"]
    assert all(row["kills"] >= 1 and row["sweeps"] >= 1 for row in rows)
    assert sum(row["runs_lost"] + row["rows_doubled"] + row["tables_different"] for row in rows) == 0


@with_time
def test_processes_and_a_dask_cluster_with_a_dead_worker_leave_the_serial_bytes(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(ways, "WAYS", (("serial", 1, False), ("processes", 2, True), ("dask", 2, True)))
    serial, *others = engines(longest=LONGEST)
    assert serial["same_bytes"] and serial["runs_done"] == 16
    for row in others:
        assert row["same_bytes"] and row["workers_killed"] == 1 and row["exit_code"] == 0


def test_a_process_that_ends_by_itself_counts_as_no_kill(tmp_path):
    assert killed_after(started(["--version"], log=tmp_path / "log.txt"), 60.0) == 0
    assert (tmp_path / "log.txt").read_text().startswith("fieldcast ")
    assert killed_after(started(["--version"], partial(time.sleep, 60.0)), 0.05) == -signal.SIGKILL


def test_a_command_that_takes_too_long_is_ended_and_says_where_it_stood(tmp_path):
    command = started(["--version"], partial(time.sleep, 60.0), tmp_path / "log.txt")
    assert ended(command, 0.5) is None and command.exitcode == -signal.SIGKILL
    assert "in told_in" in last_words(tmp_path / "log.txt")


def test_many_runs_are_watched_from_outside(tmp_path, monkeypatch):
    words = tuple(word for word in small_sweep(tmp_path)[1:] if not word.startswith(("replications", "department")))
    monkeypatch.setattr(many, "RUN", ("department.reps=1,2,3,4", *words))
    [row] = many.throughput(runs=5, workers=1, alone=5)
    assert row["runs"] == 5 and row["parent_mb_at_most"] > 50.0 and row["parent_mb_growth"] < 50.0
    assert 0.0 < row["seconds_a_run_together"] < row["wall_seconds"] and row["runner_share_of_cpu"] > 0.0


def test_what_pairing_spares_is_read_from_the_summary(monkeypatch):
    def compared(words):
        folder = Path(next(word for word in words if word.startswith("out=")).removeprefix("out="))
        folder.mkdir()
        head = "kpi,scenario,difference,half_width,variance_reduction"
        rows = ["customers,six,,,", "customers,eight,275.04,40.2,4.31", "gross_adds,eight,1,1,1"]
        (folder / "summary.csv").write_text("\n".join([head, *rows]))
        return 0

    monkeypatch.setattr(pairs, "main", compared)
    [row] = pairs.pairing(seeds=24)
    assert row == {
        "representatives": "6 and 8",
        "seeds": 24,
        "difference": 275.0,
        "half_width": 40.2,
        "times_fewer_runs": 4.3,
    }


def test_the_page_holds_the_tables_that_the_proofs_have_left():
    page = PAGE.read_text("utf-8")
    assert rewritten(page) == page, "run a proof again"
    for path in TABLES.glob("*.csv"):
        assert f"<!-- table {path.stem} -->" in page


def test_the_proofs_are_listed_with_what_they_take(capsys):
    assert main([]) == 2
    said = capsys.readouterr().out
    assert "kills(number: 'int' = 200" in said and "throughput(runs: 'int' = 1000" in said
