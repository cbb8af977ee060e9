"""`fieldcast sensitivity DIR`: what moves an outcome in a finished sweep: Morris, Sobol, and a tornado."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.designs import TRAJECTORIES, trajectories
from experiments.discover import inputs
from experiments.finished import Sweep, means, open_sweep, split
from experiments.indices import elementary_effects, sobol_indices, swing
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

Array = np.ndarray[Any, Any]

USUAL = ("difference_cumulative_margin", "difference_customers")
HEADS = {
    "morris": ("outcome", "set", "parameter", "effect", "half_width", "spread", "trajectories"),
    "sobol": ("outcome", "set", "parameter", "first", "first_half_width", "total", "total_half_width", "samples"),
    "tornado": ("outcome", "set", "parameter", "low_at", "high_at", "low", "high", "swing", "half_width"),
}
SHOWN = 12  # bars of a picture
Rows = list[tuple[Any, ...]]


def run(request: Request) -> int:
    """Compute what the design allows, say it, and write it down; returns the exit code."""
    from experiments.compose import at_home
    from experiments.style import save_numbers

    sweep = open_sweep(Path(at_home(request.path[0])))
    outcomes = split(request.options["kpis"]) or [
        name for name in USUAL if name.removeprefix("difference_") in sweep.kpis
    ]
    folder = request.out_folder() if "out" in request.given else sweep.folder / "sensitivity"
    tables: dict[str, Rows] = {name: [] for name in HEADS}
    said = []
    for outcome in outcomes:
        cells = means(sweep.outcome(outcome))
        for stem in dict.fromkeys(sweep.stems):
            mine = np.array([each == stem for each in sweep.stems])
            for name, rows in answers(sweep, cells, mine, (outcome, stem)).items():
                tables[name] += rows
                if rows:
                    said.append(sentence(name, rows))
                    draw(name, rows, folder)
    if not said:
        raise InputError(f"{sweep.folder} varies nothing that moves an outcome; look at runs.parquet for failures")
    for name, rows in tables.items():
        if rows:
            save_numbers(folder, name, HEADS[name], rows)
    if sweep.failed:
        said.append(f"{sweep.failed} runs failed: trajectories and base samples without any good run are left out.")
    (folder / "sensitivity.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
    print("\n".join(said))
    print(f"\nSensitivity: {folder}/ (sensitivity.txt, data/*.csv, pictures)")
    return 0


def answers(sweep: Sweep, cells: Array, mine: Array, keys: tuple[str, str]) -> dict[str, Rows]:
    """Rows of each table for one outcome and set, the largest first."""
    design, outcome = sweep.options["design"], cells[mine]
    columns = {path: column[mine] for path, column in inputs(sweep, []).items() if path != "set"}
    found: dict[str, Rows] = {"morris": [], "sobol": [], "tornado": []}
    if design == "morris":
        cube = trajectories(len(sweep.paths), sweep.options["trajectories"] or TRAJECTORIES, sweep.seed)
        effects = elementary_effects(cube[: len(outcome)], outcome)
        if effects:
            each = zip(sweep.paths, effects.size, effects.half_width, effects.spread, strict=True)
            found["morris"] = [(*keys, *map(plain, effect), effects.used) for effect in each]
    if design == "sobol":
        indices = sobol_indices(outcome, len(sweep.paths))
        if indices:
            shares = zip(sweep.paths, *indices[:4], strict=True)
            found["sobol"] = [(*keys, *map(plain, share), indices.used) for share in shares]
    for path, column in columns.items():
        one = swing(column, outcome)
        if one:
            found["tornado"].append((*keys, path, *one[:4], one.high - one.low, one.half_width))
    return {name: largest_first(rows, {"morris": 3, "sobol": 5, "tornado": 7}[name]) for name, rows in found.items()}


def largest_first(rows: Rows, column: int) -> Rows:
    """Rows by the size of a number, those without one last."""
    return sorted(rows, key=lambda row: -abs(row[column]) if np.isfinite(row[column]) else 0.0)


def plain(value: Any) -> Any:
    """A plain number of a numpy one."""
    return float(value) if isinstance(value, float | np.floating) else value


def sentence(name: str, rows: Rows) -> str:
    """The first few of a table in words."""
    what = f"{rows[0][0]} ({rows[0][1]})"
    if name == "morris":
        told = [
            f"{row[2]} {row[3]:.4g} ± {row[4]:.2g}{' (with interactions)' if row[5] > row[3] else ''}" for row in rows
        ]
        return f"{what}, mean size of an elementary effect over the whole range: {', '.join(told[:4])}."
    if name == "sobol":
        told = [f"{row[2]} {row[5]:.0%} ± {row[6]:.0%}, alone {row[3]:.0%} ± {row[4]:.0%}" for row in rows]
        return f"{what}, share of the variance that goes with a parameter: {'; '.join(told[:4])}."
    told = [f"{row[2]} {row[7]:+.4g} ± {row[8]:.2g} (from {at(row[3])} to {at(row[4])})" for row in rows]
    return f"{what}, from the low to the high end: {', '.join(told[:4])}."


def at(value: Any) -> str:
    """Where an end lies."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def draw(name: str, rows: Rows, folder: Path) -> None:
    """Bars with intervals, the largest on top."""
    from experiments.style import INK, SCENARIO, frame, house_style, margins, new_figure, save

    value, width = {"morris": (3, 4), "sobol": (5, 6), "tornado": (7, 8)}[name]
    titles = {
        "morris": "Mean size of an elementary effect over the whole range",
        "sobol": "Share of the variance, interactions included (bars), alone (dots)",
        "tornado": "Change from the low to the high end of each range",
    }
    shown = rows[:SHOWN][::-1]
    footer = f"{len(rows)} parameters, {len(shown)} shown; lines: 95 % intervals."
    with house_style():
        figure = new_figure(2.2 + 0.32 * len(shown))
        box = margins(figure, footer) | {"left": 0.34}
        axes = figure.subplots(1, 1, gridspec_kw=box)
        places = np.arange(len(shown))
        errors = np.nan_to_num([abs(row[width]) for row in shown])
        axes.barh(places, [row[value] for row in shown], xerr=errors, color=SCENARIO, ecolor=INK, height=0.62)
        if name == "sobol":
            axes.plot([row[3] for row in shown], places, "o", color=INK, markersize=4)
        axes.set_yticks(places, [row[2] for row in shown])
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        frame(figure, f"{shown[-1][2]} moves {rows[0][0]} most", f"{titles[name]}, {rows[0][1]}", footer)
        save(figure, folder, f"{name}_{rows[0][0].replace('@', '_at_')}_{rows[0][1]}")
