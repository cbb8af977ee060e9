"""What the benchmark found, told: benchmark.json, the tables for the terminal, as CSV and for docs/performance.md."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

NANO, MB = 1e-9, 1e6
# What is to be known, with unit, meaning and goal; benchmark.json holds all but what stands in BESIDE.
FIGURES: dict[str, tuple[str, str, str]] = {
    "ratio_to_twin_10k": ("times", "cost of the twin over the product's, whole run of 10 000 businesses", ""),
    "ratio_to_twin_100k": ("times", "the same for 100 000 businesses", ">= 500"),
    "ns_per_business_day": ("ns", "population part of a day of the largest passive city", "<= its limit"),
    "ns_per_business_day_limit": ("ns", "five times a triad's time for the bytes that a day must look at", ""),
    "growth_exponent": ("", "of the cost of a run from the smaller to the largest passive city", "<= 1.05"),
    "bytes_per_business": ("bytes", "growth of resident memory by premises, between the same", "<= 120"),
    "seconds_default_city": ("s", "a passive run of the default city, one core, after start-up", "<= 0.25"),
    "seconds_million": ("s", "a passive run of the largest city after it is built, one core", "<= 12"),
    "seconds_help": ("s", "fieldcast --help", "<= 0.5"),
    "seconds_first_run": ("s", "from the start of fieldcast forecast to its first finished run", "<= 3"),
    "ns_per_business_day_with_events": ("ns", "an ordinary day of that city, whatever happens in it included", ""),
    "base_mb": ("MB", "resident memory with the smaller passive city", "<= 300"),
    "bytes_per_business_building": ("bytes", "growth of the most memory that was ever resident", "<= 240"),
}
BESIDE = ("ns_per_business_day_with_events", "base_mb", "bytes_per_business_building")


@dataclass
class Found:
    """Everything that was measured."""

    figures: dict[str, float | None]
    rows: list[Row] = field(default_factory=list)
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)


LEAST_SHARE = 0.01
HEAD = ("what", "businesses", "premises", "days", "build_s", "run_s", "ns_per_business_day", "resident_mb", "most_mb")


def cost(row: Row) -> float:
    """Seconds of a business and day."""
    return float(row["ran"] / row["days"] / row["businesses"])


def line_of(row: Row) -> tuple[Any, ...]:
    """A case as a line of the table."""
    sizes = row["what"], row["businesses"], row["premises"], row["days"]
    return *sizes, row["built"], row["ran"], cost(row) / NANO, row["resident"] / MB, row["most"] / MB


def step_lines(shares: dict[str, dict[str, float]]) -> list[tuple[Any, ...]]:
    """Steps that take something, by the share of the run; what takes less, or is the day's own, is all else."""
    most = {step: max(of.get(step, 0.0) for of in shares.values()) for steps in shares.values() for step in steps}
    named = sorted((step for step in most if most[step] >= LEAST_SHARE), key=lambda step: -most[step])
    lines = [(step, *(of.get(step, 0.0) for of in shares.values())) for step in named]
    rest = [sum(share for step, share in of.items() if step not in named) for of in shares.values()]
    return [("share of the run", *shares), *lines, ("all else", *rest)]


def as_text(found: Found) -> str:
    """The tables for the terminal."""
    parts = [
        [HEAD, *map(line_of, found.rows)],
        [
            ("figure", "value", "unit", "goal"),
            *((n, v, FIGURES[n][0], FIGURES[n][2]) for n, v in found.figures.items()),
        ],
        step_lines(found.shares),
        [("condition", ""), *found.conditions.items()],
    ]
    return "\n\n".join(aligned([[shown(cell) for cell in row] for row in part]) for part in parts)


def aligned(rows: list[list[str]]) -> str:
    """Rows in columns, the first one to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def shown(cell: Any) -> str:
    """A number for a reader."""
    if cell is None:
        return "not measured"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def write(found: Found, folder: Path) -> None:
    """benchmark.json and the tables as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    contract = {name: value for name, value in found.figures.items() if name not in BESIDE}
    (folder / "benchmark.json").write_text(json.dumps(contract, indent=2) + "\n", encoding="utf-8")
    table(folder / "benchmark.csv", [HEAD, *map(line_of, found.rows)])
    goals = [(name, value, *FIGURES[name]) for name, value in found.figures.items()]
    table(folder / "figures.csv", [("figure", "value", "unit", "meaning", "goal"), *goals])
    table(folder / "steps.csv", step_lines(found.shares))
    table(folder / "conditions.csv", [("condition", "value"), *found.conditions.items()])


def table(path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Rows as CSV, the first as its head."""
    from experiments.style import cell_text

    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([[cell_text(cell) for cell in row] for row in rows])
