"""What each channel brought, three ways: last touch, any touch within 90 days, and what is missing without it.

`fieldcast forecast attribution=true` runs the scenario once more for each channel that it uses, with this channel off
and the same luck.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.counterparts import BOOKED, OFF, without
from experiments.kpis import cubes_of, ratio, total
from experiments.runner import DesignPoint
from experiments.summary import as_text, spread

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.cube import Cube
    from sim.parameters import Parameters

COLUMNS = ("channel", "measure", "unit", "mean", "low", "high", "half_width", "pairs")
Rows = list[dict[str, Any]]


# ---- the runs with one channel off -----------------------------------------------------------------------------


def used(parameters: Parameters) -> list[str]:
    """The channels that a scenario uses."""
    on = {
        "field": parameters.department.active,
        "telemarketing": parameters.telemarketing.telemarketers > 0,
        "advertising": parameters.advertising.budget_factor > 0
        or any(parameters.advertising.media.model_dump().values()),
    }
    return [channel for channel in OFF if on[channel]]


def points_without(request: Request, scenario: DesignPoint) -> tuple[DesignPoint, ...]:
    """The scenario with one of its channels off at a time."""
    name = request.options["scenario"]
    return tuple(
        DesignPoint(without(scenario.name, channel), *request.parameters(name, more=OFF[channel]))
        for channel in used(scenario.parameters)
    )


# ---- the table -------------------------------------------------------------------------------------------------


def attribute(folder: Path, scenario: str, currency: str) -> Rows:
    """The rows of attribution.csv for the channels that were switched off, over the months after the decision."""
    cubes = cubes_of(folder)
    names = cubes[""].scenarios
    rows: Rows = []
    for channel in OFF:
        if without(scenario, channel) in names:
            off = names.index(without(scenario, channel))
            rows += rows_of(channel, three_ways(cubes, channel, names.index(scenario), off), currency)
    return rows


def three_ways(cubes: dict[str, Cube], channel: str, on: int, off: int) -> dict[str, np.ndarray]:
    """What a channel brought and cost, run by run (replications,); nothing to credit advertising with by touch."""
    booked = cubes[BOOKED[channel]]

    def of(cube: Cube, column: str) -> np.ndarray:
        return total(cube.column(column)[:, :, cube.months >= 1])

    whole = cubes[""]
    adds, calls = of(whole, "gross_adds"), of(whole, "inbound_calls")
    cost = of(booked, "cost")
    spent = cost[on] - cost[off]
    found = {"cost": spent, "gross_adds_incremental": adds[on] - adds[off]}
    if channel != "advertising":
        found["gross_adds_last_touch"] = of(booked, "gross_adds")[on]
        found["gross_adds_influenced"] = influenced(booked)[on]
    else:
        found["cost"] = of(whole, "cost_advertising")[on] - of(whole, "cost_advertising")[off]
    found["inbound_calls_own"], found["inbound_calls_caused"] = calls[off], calls[on] - calls[off]
    for way in ("last_touch", "influenced", "incremental"):
        credited = found.get(f"gross_adds_{way}")
        if credited is not None:
            found[f"cac_{way}"] = ratio(found["cost"], np.where(credited > 0, credited, np.nan))
    return found


def influenced(booked: Cube) -> np.ndarray:
    """Gross adds that a channel had touched within 90 days, after the decision."""
    after = booked.months >= 1
    cost, each = booked.column("cost")[:, :, after], booked.column("cac_influenced")[:, :, after]
    return total(np.where(each > 0, ratio(cost, each), 0.0))


def rows_of(channel: str, found: dict[str, np.ndarray], currency: str) -> Rows:
    """Mean, 5-95 % quantiles over the runs, and the half-width of the mean's 90 % interval."""
    rows = []
    for measure, values in found.items():
        mean, low, high = spread(values)
        unit = f"{currency} per customer" if measure.startswith("cac") else currency if measure == "cost" else ""
        unit = unit or ("calls" if measure.startswith("inbound") else "customers")
        row = {"channel": channel, "measure": measure, "unit": unit, "mean": mean, "low": low, "high": high}
        rows.append(row | {"half_width": half_width(values), "pairs": int(np.isfinite(values).sum())})
    return rows


def half_width(values: np.ndarray) -> float | None:
    """Half of the 90 % interval of the mean (Student's t)."""
    from scipy.stats import t

    there = values[np.isfinite(values)]
    if there.size < 2:
        return None
    return float(t.ppf(0.95, there.size - 1) * there.std(ddof=1) / np.sqrt(there.size))


def write_attribution(rows: Rows, folder: Path) -> None:
    """Writes attribution.csv."""
    with (folder / "attribution.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: as_text(row[name]) for name in COLUMNS} for row in rows)
