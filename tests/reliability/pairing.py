"""What common random numbers spare: runs that independent seeds would need for the difference of two departments."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from experiments.cli import main

ARMS = {"six": 6, "eight": 8, "twelve": 12}


def pairing(seeds: int = 40, workers: int = 2) -> list[dict[str, Any]]:
    """Customers at month 24 with eight and with twelve representatives, each beside six."""
    sets = ",".join(f"{name}:{{department.reps:{reps}}}" for name, reps in ARMS.items())
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        words = [f"sets={{{sets}}}", f"replications={seeds}", f"workers={workers}", f"out={out}", "quiet=true"]
        assert main(["compare", *words]) == 0
        with (out / "summary.csv").open(encoding="utf-8") as file:
            found = {row["scenario"]: row for row in csv.DictReader(file) if row["kpi"] == "customers"}
    return [
        {
            "representatives": f"{ARMS['six']} and {ARMS[name]}",
            "seeds": seeds,
            "difference": round(float(row["difference"]), 1),
            "half_width": round(float(row["half_width"]), 1),
            "times_fewer_runs": round(float(row["variance_reduction"]), 1),
        }
        for name, row in found.items()
        if name != "six"
    ]
