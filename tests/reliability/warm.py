"""Reads modules, kernels and the tiny city as it is imported, so that commands forked from it begin at once."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path

from experiments import load_city, scenario
from sim.market import Market
from tests.tiny import tiny_folder

for name in ("job", "sweep", "sweeptables", "tables", "compare", "cube", "kpis", "economics", "swept"):
    import_module(f"experiments.{name}")

with tempfile.TemporaryDirectory() as folder:
    CITY = load_city(str(tiny_folder(Path(folder))))
    TABLES = Market(scenario("active", months=1, warmup=0), CITY, seed=1).run().tables()
