"""Synthetic histories with known parameters, for the docs and tests: `python -m experiments.calibration.fixtures`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.history import FIGURES, History, Series, whole

Array = np.ndarray[Any, Any]

FIRST, MONTHS, SEED = "2025-01", 24, 2025
TRUTH: dict[str, float] = {
    "world.needs.shopping_rate_per_month": 0.0185,
    "world.demography.closure_rate_per_month": 0.0062,
    "situation.focal_share": 0.205,
    "situation.focal_brand": 0.30,
    "situation.advertising_factor": 0.6,
}
README = """# Histories

**Synthetic.** Nothing here was observed: each file is one simulated run of the bundled city, `passive`, with the
parameters below and a seed of its own. They are there to try `fieldcast calibrate` and `fieldcast backtest`, and to see
whether what was put in comes out again. Written by `python -m experiments.calibration.fixtures`.

| file | what |
|---|---|
| `melbourne_synthetic.csv` | {months} months from {first}: calls, gross adds, churn, customers |
| `melbourne_synthetic_zones.csv` | the last 12 of them, gross adds and customers by zone |

| parameter | value |
|---|---|
{rows}

Seed {seed}; everything else as shipped.
"""


def simulated(city: Any, truth: Mapping[str, float], first: str, months: int, seed: int) -> dict[str, dict[str, Array]]:
    """The tables of a passive run that covers these months."""
    from experiments import scenario
    from sim.market import Market

    decision = str(np.datetime64(first, "M") + months)
    fixed: dict[str, Any] = {"calendar.decision_month": decision, "warmup": months, "months": 1}
    fixed |= {"record.reps": False, "record.ledger": False, **truth}
    return Market(scenario("passive", **fixed), city=city, seed=seed).run().tables()


def history_from(tables: Mapping[str, Mapping[str, Array]], source: str) -> History:
    """A run's months up to the decision, as a client would write them down."""
    table = tables["monthly"]
    seen = np.asarray(table["month"]) <= 0
    seen &= np.arange(len(seen)) > 0  # the first row is the opening stock
    figures = {name: np.asarray(table[name], float)[seen] for name in FIGURES if name != "churn"}
    figures["churn"] = np.asarray(table["churn_competitor"], float)[seen] + np.asarray(table["churn_closure"])[seen]
    return whole(np.asarray(table["date"])[seen].astype("datetime64[M]"), {n: figures[n] for n in FIGURES}, source)


def by_zone(tables: Mapping[str, Mapping[str, Array]], months: Array, source: str) -> History:
    """Gross adds and customers by zone in these months."""
    table = tables["monthly_by_zone"]
    when, zone = np.asarray(table["date"]).astype("datetime64[M]"), np.asarray(table["zone_id"]).astype(str)
    series = [
        Series(name, np.asarray(table[name], float)[(zone == one) & np.isin(when, months)], "zone_id", str(one))
        for one in np.unique(zone)
        for name in ("gross_adds", "customers")
    ]
    return History(months, tuple(series), source)


def main() -> int:
    """Entry of `python -m experiments.calibration.fixtures`."""
    import configs
    from sim.city import load_city

    folder = Path(configs.__file__).parent / "history"
    tables = simulated(load_city("melbourne"), TRUTH, FIRST, MONTHS, SEED)
    history = history_from(tables, "melbourne_synthetic.csv")
    folder.mkdir(exist_ok=True)
    (folder / "melbourne_synthetic.csv").write_text(history.as_csv(), encoding="utf-8")
    zones = by_zone(tables, history.months[-12:], "melbourne_synthetic_zones.csv")
    (folder / "melbourne_synthetic_zones.csv").write_text(zones.as_csv(), encoding="utf-8")
    rows = "\n".join(f"| `{path}` | {value:g} |" for path, value in TRUTH.items())
    (folder / "README.md").write_text(README.format(months=MONTHS, first=FIRST, rows=rows, seed=SEED), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
