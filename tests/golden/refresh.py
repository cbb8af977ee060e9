"""Write the summary of the small run anew: `python -m tests.golden.refresh`; its diff goes with what explains it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sim.market import Market
from tests.worlds import by_operator, market, middle_city

FILE = Path(__file__).parent / "small_run.json"
DECIDED = {"telemarketing.telemarketers": 1, "advertising.budget_factor": 1.5}
FLOWS = ("customers", "gross_adds", "churn_competitor", "churn_closure", "awareness")


def small_run() -> Market:
    """Half a year of the middle city with a campaign."""
    return market(middle_city(), seed=20_27, numbers=DECIDED, months=4, warmup=2).run()


def summary() -> dict[str, list[Any]]:
    """Monthly metrics and flows by operator, as plain lists; metrics without a number are left out."""
    done = small_run()
    table = {f"monthly.{name}": values for name, values in done.tables()["monthly"].items() if name != "date"}
    for name in FLOWS:
        values = by_operator(done, name)
        table |= {f"{name}.{operator.name}": values[:, operator.number] for operator in done.operators}
    return {name: plain(values) for name, values in table.items() if np.isfinite(values.astype(float)).all()}


def plain(values: Any) -> list[Any]:
    """Counts as whole numbers, the rest as floats."""
    return [int(value) if values.dtype.kind in "iu" else float(value) for value in values]


if __name__ == "__main__":
    FILE.write_text(json.dumps(summary(), indent=1) + "\n", encoding="utf-8")
