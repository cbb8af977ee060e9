"""The answer in numbers: KPIs of scenario beside baseline, and their paired differences with their odds.

Levels: mean and 5-95 % quantiles over the replications. Differences: scenario minus baseline with the same seed, their
mean, the 5-95 % quantiles over the pairs, and the share of pairs in which the scenario is better (a tie counts half).
What is a comparison itself, as the break-even month, has a level in the scenario's row and no difference.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from experiments.cube import working_days
from experiments.kpis import HIGHER, NEITHER, Kpi, Window, cubes_of, kpis, survival_of

LOW, HIGH = 0.05, 0.95
COLUMNS = (
    "kpi",
    "unit",
    "scenario",
    "mean",
    "low",
    "high",
    "difference",
    "difference_low",
    "difference_high",
    "probability_better",
    "window",
    "better",
    "runs",
    "pairs",
    "half_width",
    "variance_reduction",
    "runs_independent",
)
Rows = list[dict[str, Any]]


# ---- the table -------------------------------------------------------------------------------------------------


def summarise(
    folder: Path, baseline: str, scenarios: list[str], currency: str, country: str = "", subdivision: str | None = None
) -> Rows:
    """The rows of summary.csv from the final tables; the country's calendar counts the working days."""
    cubes = cubes_of(folder)
    cube = cubes[""]
    days = working_days(cube.dates, country, subdivision)
    place, survival = cube.scenarios.index(baseline), survival_of(folder, cube)
    rows: Rows = []
    for kpi in kpis(int(cube.months[-1]), currency):
        values = kpi.compute(Window(cubes, kpi.first, kpi.last, place, days, survival))
        if np.isnan(values).all():
            continue  # the market has no such thing, as cost per acquisition of a channel that is off
        for name in dict.fromkeys([baseline, *scenarios]):
            here = values[cube.scenarios.index(name)]
            difference = None
            if kpi.paired:
                here = here if name in scenarios else np.full_like(here, np.nan)
            elif name in scenarios:
                difference = here - values[place]
            rows.append(row_of(kpi, name, here, difference))
    return rows


def row_of(kpi: Kpi, scenario: str, values: np.ndarray, difference: np.ndarray | None) -> dict[str, Any]:
    """One row: level, paired difference, chance of being better."""
    row: dict[str, Any] = {"kpi": kpi.name, "unit": kpi.unit, "scenario": scenario}
    row["mean"], row["low"], row["high"] = spread(values)
    row |= dict.fromkeys(COLUMNS[6:10])
    if difference is not None:
        row["difference"], row["difference_low"], row["difference_high"] = spread(difference)
        row["probability_better"] = chance_better(difference, kpi.better)
    runs = int(np.sum(~np.isnan(values)))
    pairs = runs if kpi.paired else 0 if difference is None else int(np.sum(~np.isnan(difference)))
    row |= {"window": kpi.window, "better": kpi.better, "runs": runs, "pairs": pairs}
    return row | (precision(values, difference) if difference is not None else dict.fromkeys(COLUMNS[-3:]))


def precision(values: np.ndarray, difference: np.ndarray) -> dict[str, float | int | None]:
    """How well the mean difference is known, and what pairing has spared.

    `half_width` is that of the 95 % interval of the mean (Student's t). Independent seeds would have needed
    `runs_independent` runs of each scenario for the same half-width: `variance_reduction` times as many.
    """
    there = np.isfinite(difference)
    pairs = int(there.sum())
    if pairs < 2:
        return dict.fromkeys(COLUMNS[-3:])
    here, gap = values[there], difference[there]
    known = half_width(gap)
    spread_of_pairs = float(np.var(gap, ddof=1))
    apart = float(np.var(here, ddof=1) + np.var(here - gap, ddof=1))
    factor = apart / spread_of_pairs if spread_of_pairs > 0 else None
    runs = int(np.ceil(factor * pairs)) if factor is not None else None
    return {"half_width": known, "variance_reduction": factor, "runs_independent": runs}


def half_width(values: np.ndarray) -> float:
    """Half of the 95 % interval of a mean, by Student's t; infinite for fewer than two values."""
    from scipy.special import stdtrit

    if values.size < 2:
        return float("inf")
    return float(stdtrit(values.size - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(values.size))


def spread(values: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Mean and 5-95 % quantiles of the numbers that are there.

    NEVER has its place among the quantiles, as later than any month, and none in the mean; a quantile that it would
    take has no number.
    """
    there = values[~np.isnan(values)]
    finite = there[np.isfinite(there)]
    if not finite.size:
        return None, None, None
    if finite.size < there.size:
        low, high = np.quantile(there, [LOW, HIGH], method="inverted_cdf")  # takes months as they are, NEVER too
    else:
        low, high = np.quantile(there, [LOW, HIGH])
    return float(finite.mean()), number(low), number(high)


def number(value: float) -> float | None:
    """The value where it is one."""
    return float(value) if np.isfinite(value) else None


def chance_better(difference: np.ndarray, better: str) -> float | None:
    """Share of the pairs in which the scenario is better; a tie counts half."""
    there = difference[~np.isnan(difference)]
    if not there.size or better == NEITHER:
        return None
    gain = there if better == HIGHER else -there
    return float(np.mean(np.where(gain == 0, 0.5, gain > 0)))


def write_summary(rows: Rows, folder: Path) -> None:
    """Writes summary.csv."""
    with (folder / "summary.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: as_text(row[name]) for name in COLUMNS} for row in rows)


def as_text(value: Any) -> Any:
    """A number with ten digits, nothing for what is not there."""
    return f"{value:.10g}" if isinstance(value, float) else ("" if value is None else value)
