"""The answer in numbers: KPIs of scenario beside baseline, their paired differences, and a verdict with its odds.

Levels: mean and 5-95 % quantiles over the replications. Differences: scenario minus baseline with the same seed, their
mean, the 5-95 % quantiles over the pairs, and the share of pairs in which the scenario is better (a tie counts half).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.cube import Cube

LOW, HIGH = 0.05, 0.95
CHANNELS = ("inbound", "field", "telemarketing")
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
)
Rows = list[dict[str, Any]]
HIGHER, LOWER, NEITHER = "higher", "lower", ""


class Window:
    """The months of a KPI: columns of the monthly tables cut to them."""

    def __init__(self, cubes: dict[str, Cube], first: int, last: int):
        self.cubes, self.first, self.last = cubes, first, last

    def __call__(self, column: str, channel: str = "") -> np.ndarray:
        """A column as (scenario, replication, month of the window); nan for a channel that the market lacks."""
        cube = self.cubes[channel]
        if not cube.months.size:
            return np.full((*self.cubes[""].shape[:2], 1), np.nan)
        return cube.column(column)[:, :, (cube.months >= self.first) & (cube.months <= self.last)]


def cubes_of(folder: Path) -> dict[str, Cube]:
    """The monthly table under no name, and the table of each channel under the channel's."""
    channels = {channel: Cube(folder, "monthly_by_channel", channel=channel) for channel in CHANNELS}
    return {"": Cube(folder)} | channels


def total(values: np.ndarray) -> np.ndarray:
    """The sum over the months that have a number, nan when none has."""
    return np.where(np.isnan(values).all(axis=2), np.nan, np.nansum(values, axis=2))


def mean(values: np.ndarray) -> np.ndarray:
    """The mean over the months that have a number, nan when none has."""
    return ratio(total(values), np.sum(~np.isnan(values), axis=2))


@dataclass(frozen=True)
class Kpi:
    """A number that a run comes down to: its name, unit, months, which way is better, and how it is computed."""

    name: str
    unit: str
    first: int
    last: int
    better: str
    compute: Callable[[Window], np.ndarray]
    shown: bool = False  # in the table on the terminal

    @property
    def window(self) -> str:
        """The months in words."""
        return f"month {self.last}" if self.first == self.last else f"months {self.first}-{self.last}"


def mean_of(column: str, channel: str = "") -> Callable[[Window], np.ndarray]:
    """The mean month of a column."""
    return lambda window: mean(window(column, channel))


def sum_of(column: str) -> Callable[[Window], np.ndarray]:
    """The total of a column."""
    return lambda window: total(window(column))


def ratio_of(above: str, below: str, channel: str = "") -> Callable[[Window], np.ndarray]:
    """Total over total, nothing without a denominator."""
    return lambda window: ratio(total(window(above, channel)), total(window(below, channel)))


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above over below, nan where there is no denominator."""
    return above / np.where(below == 0, np.nan, below)


def churn_rate(window: Window) -> np.ndarray:
    """Customers lost to competitors over customers at the month's opening."""
    opening = window("customers") - window("net_adds")
    return ratio(total(window("churn_competitor")), total(opening))


def kpis(months: int, currency: str) -> list[Kpi]:
    """All KPIs of a run of so many months."""
    whole = [
        *flows(1, months, "", shown=True),
        *levels(months),
        *economics(months, currency),
        *costs_of_channels(months, currency),
    ]
    early = [
        Kpi("inbound_calls_months_3_4", "calls per month", 3, 4, HIGHER, mean_of("inbound_calls"), shown=True),
        Kpi("gross_adds_months_4_6", "customers per month", 4, 6, HIGHER, mean_of("gross_adds"), shown=True),
        Kpi("churn_competitor_months_1_6", "customers per month", 1, 6, LOWER, mean_of("churn_competitor")),
    ]
    return whole + [kpi for kpi in early if kpi.last <= months]


def flows(first: int, last: int, suffix: str, shown: bool) -> list[Kpi]:
    """What happens in a mean month."""

    def flow(column: str, unit: str, better: str, show: bool = False) -> Kpi:
        return Kpi(column + suffix, f"{unit} per month", first, last, better, mean_of(column), shown and show)

    return [
        flow("inbound_calls", "calls", HIGHER, True),
        flow("service_calls", "calls", NEITHER),
        flow("dials", "dials", NEITHER),
        flow("talks", "talks", NEITHER),
        flow("opt_outs", "businesses", LOWER),
        flow("orders", "orders", HIGHER, True),
        *[flow(f"orders_{channel}", "orders", HIGHER) for channel in CHANNELS],
        flow("cancelled", "orders", LOWER),
        flow("gross_adds", "customers", HIGHER, True),
        flow("churn_competitor", "customers", LOWER, True),
        flow("churn_closure", "customers", LOWER),
        flow("net_adds", "customers", HIGHER),
        flow("won_from_competitors", "customers", HIGHER),
        Kpi("inbound_abandoned_share", "share", first, last, LOWER, ratio_of("inbound_abandoned", "inbound_calls")),
        Kpi("inbound_wait_minutes", "minutes", first, last, LOWER, mean_of("inbound_wait_minutes")),
        Kpi("install_wait_days", "days", first, last, LOWER, mean_of("install_wait_days")),
        Kpi("churn_competitor_rate", "share per month", first, last, LOWER, churn_rate, shown),
    ]


def levels(last: int) -> list[Kpi]:
    """What stands at the end of the run."""

    def level(column: str, unit: str, shown: bool = True) -> Kpi:
        return Kpi(column, unit, last, last, HIGHER, mean_of(column), shown)

    return [
        level("customers", "customers"),
        level("market_share", "share"),
        level("awareness", "share"),
        level("awareness_aided", "share", False),
        level("awareness_unaided", "share"),
    ]


def economics(last: int, currency: str) -> list[Kpi]:
    """Money over the run."""
    return [
        Kpi("monthly_revenue", f"{currency} per month", last, last, HIGHER, mean_of("monthly_revenue")),
        Kpi("revenue", currency, 1, last, HIGHER, sum_of("revenue"), True),
        Kpi("cost", currency, 1, last, LOWER, sum_of("cost"), True),
        Kpi("margin", currency, 1, last, HIGHER, sum_of("margin")),
        Kpi("cumulative_margin", currency, last, last, HIGHER, mean_of("cumulative_margin"), True),
    ]


def costs_of_channels(last: int, currency: str) -> list[Kpi]:
    """Gross adds, cost and cost per acquisition of each channel over the run."""
    found = []
    for channel in CHANNELS:
        per_add = ratio_of("cost", "gross_adds", channel)
        found += [
            Kpi(f"gross_adds_{channel}", "customers per month", 1, last, HIGHER, mean_of("gross_adds", channel)),
            Kpi(f"cost_{channel}", f"{currency} per month", 1, last, LOWER, mean_of("cost", channel)),
            Kpi(f"cac_{channel}", f"{currency} per customer", 1, last, LOWER, per_add, True),
        ]
    return found


# ---- the table -------------------------------------------------------------------------------------------------


def summarise(folder: Path, baseline: str, scenarios: list[str], currency: str) -> Rows:
    """The rows of summary.csv from the final tables."""
    cubes = cubes_of(folder)
    cube = cubes[""]
    rows: Rows = []
    for kpi in kpis(int(cube.months[-1]), currency):
        values = kpi.compute(Window(cubes, kpi.first, kpi.last))
        if np.isnan(values).all():
            continue  # the market has no such thing, as cost per acquisition of a channel that is off
        base = values[cube.scenarios.index(baseline)]
        for name in dict.fromkeys([baseline, *scenarios]):
            here = values[cube.scenarios.index(name)]
            rows.append(row_of(kpi, name, here, here - base if name in scenarios else None))
    return rows


def row_of(kpi: Kpi, scenario: str, values: np.ndarray, difference: np.ndarray | None) -> dict[str, Any]:
    """One row: level, paired difference, chance of being better."""
    row: dict[str, Any] = {"kpi": kpi.name, "unit": kpi.unit, "scenario": scenario}
    row["mean"], row["low"], row["high"] = spread(values)
    row |= dict.fromkeys(COLUMNS[6:10])
    if difference is not None:
        row["difference"], row["difference_low"], row["difference_high"] = spread(difference)
        row["probability_better"] = chance_better(difference, kpi.better)
    pairs = 0 if difference is None else int(np.sum(~np.isnan(difference)))
    return row | {"window": kpi.window, "better": kpi.better, "runs": int(np.sum(~np.isnan(values))), "pairs": pairs}


def spread(values: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Mean and 5-95 % quantiles of the numbers that are there."""
    there = values[~np.isnan(values)]
    if not there.size:
        return None, None, None
    low, high = np.quantile(there, [LOW, HIGH])
    return float(there.mean()), float(low), float(high)


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
