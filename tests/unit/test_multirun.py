"""Plain Hydra multirun leaves in each job's folder what the command leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from experiments.cli import main
from tests.unit.test_forecast import city as city  # the tiny city as a folder

ROOT = Path(__file__).parent.parent.parent
QUICK = ("months=2", "warmup=1", "replications=1", "engine=serial", "quiet=true")


def hydra(folder, *words):
    call = [sys.executable, "-m", "experiments.forecast", "-m", *QUICK, *words, f"hydra.sweep.dir={folder / 'jobs'}"]
    return subprocess.run(call, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)


def test_every_job_of_a_multirun_leaves_the_tables_of_the_command(city, tmp_path, monkeypatch):
    assert hydra(tmp_path, "department.reps=1,2", f"in_city={city}").returncode == 0
    monkeypatch.setattr("experiments.figures.draw_all", lambda story: [])
    assert main(["forecast", *QUICK, "department.reps=2", f"city={city}", f"out={tmp_path / 'alone'}"]) == 0
    for name in ("monthly", "monthly_by_rep", "runs"):
        file = f"{name}.parquet"
        assert (tmp_path / "jobs/1/results" / file).read_bytes() == (tmp_path / "alone" / file).read_bytes()
        assert (tmp_path / "jobs/0/results" / file).exists()


def test_a_wrong_parameter_fails_the_job(city, tmp_path):
    assert hydra(tmp_path, "department.reps=900", f"in_city={city}").returncode != 0
