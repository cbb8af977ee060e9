"""Many runs of the default city: what two cores make of them, what the runner costs, whether its memory grows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from experiments import kernels

POINTS = 5  # four sizes of department and the baseline
RUN = ("department.reps=2,4,6,8", "quiet=true")


def throughput(runs: int = 1000, workers: int = 2, alone: int = 0) -> list[dict[str, Any]]:
    """So many runs in `workers` processes, and some (`alone`, a tenth) one after the other, for their own time."""
    with tempfile.TemporaryDirectory() as folder:
        if not kernels.at_hand():  # the runs that are alone are not to compile
            carried_out(Path(folder) / "first", POINTS, 1)
        alone = alone or max(runs // 10, 2 * POINTS)
        single = carried_out(Path(folder) / "alone", alone, 1)
        many = carried_out(Path(folder) / "many", runs, workers)
    own = single["run_seconds"] / single["runs"]
    return [
        {
            "runs": many["runs"],
            "workers": workers,
            "wall_seconds": round(many["wall"], 1),
            "seconds_a_run_alone": round(own, 3),
            "seconds_a_run_together": round(many["run_seconds"] / many["runs"], 3),
            "parallel_efficiency": round(many["runs"] * own / (workers * many["wall"]), 3),
            "runner_share_of_wall": round(workers * many["wall"] / many["run_seconds"] - 1, 4),
            "runner_share_of_cpu": round(many["parent_cpu"] / many["run_cpu"], 4),
            "parent_mb_after_a_tenth": round(many["early_mb"], 1),
            "parent_mb_at_most": round(many["most_mb"], 1),
            "parent_mb_growth": round(many["most_mb"] - many["early_mb"], 1),
        }
    ]


def carried_out(out: Path, runs: int, workers: int) -> dict[str, float]:
    """One sweep in a process of its own, watched from outside."""
    words = ["sweep", f"out={out}", f"replications={-(-runs // POINTS)}", f"workers={workers}", *RUN]
    began, seen = time.monotonic(), []
    child = subprocess.Popen([sys.executable, "-m", "experiments", *words], stdout=subprocess.DEVNULL)
    journal = out / "journal.bin"
    while child.poll() is None:
        size = journal.stat().st_size if journal.exists() else 0
        seen.append((size, resident_mb(child.pid), cpu_seconds(child.pid)))
        time.sleep(0.2)
    assert child.returncode == 0, f"the sweep ended with {child.returncode}"
    wall = time.monotonic() - began
    last = seen[-1][0]
    during = [mb for size, mb, _ in seen if 0.1 * last <= size < last] or [mb for _, mb, _ in seen]
    timings = pq.read_table(out / "timings.parquet", columns=["seconds"]).column(0).to_pylist()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    parent = max(cpu for _, _, cpu in seen)
    return {
        "runs": len(timings),
        "wall": wall,
        "run_seconds": sum(timings),
        "run_cpu": manifest["cpu_seconds"] - parent,
        "parent_cpu": parent,
        "early_mb": during[0],
        "most_mb": max(during),
    }


def resident_mb(number: int) -> float:
    """Resident memory of a process."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024 / 1e6
    except (OSError, IndexError):
        return 0.0


def cpu_seconds(number: int) -> float:
    """Processor time of a process, its children aside."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
    except OSError:
        return 0.0
