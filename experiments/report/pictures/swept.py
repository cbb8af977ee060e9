"""What a finished sweep says of the answer: the tornado, and the plane of two parameters with its break-even line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.finished import Sweep, means
from experiments.report.pictures.axes import digits_of, number_axis, short_money, wrapped
from experiments.report.pictures.paper import LEGEND_COLUMNS, Paper, Picture, Rows
from experiments.report.words import Words
from experiments.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OUTCOME = "difference_cumulative_margin"
BARS = 12
LOWER, UPPER = "#E69F00", "#0060A0"
TORNADO_HEAD = ("parameter", "low_at", "high_at", "low", "high", "swing", "half_width")
GROUND: dict[str, Any] = {"cmap": "PuOr", "edgecolors": "white", "linewidth": 0.8}


def swings(sweep: Sweep, outcome: str = OUTCOME) -> Rows:
    """How far each parameter moves an outcome from one end of its values to the other, the widest first."""
    from experiments.discover import inputs
    from experiments.indices import swing

    cells = means(sweep.outcome(outcome))
    rows: Rows = []
    for path, column in inputs(sweep, []).items():
        one = None if path == "set" else swing(column, cells)
        if one:
            rows.append((path, *one[:4], one.high - one.low, one.half_width))
    return sorted(rows, key=lambda row: -abs(row[5]))


def shown_value(value: Any, words: Words) -> str:
    """A parameter's value on an axis."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return str(value).lower() if isinstance(value, bool) else str(value)
    number = float(value)
    return words.number(number, digits_of(number))


def tornado(sweep: Sweep, paper: Paper) -> Picture | None:
    """From the lowest to the highest value of each parameter: what that makes of the margin beside the baseline."""
    rows = swings(sweep)
    if not rows:
        return None
    shown = rows[:BARS][::-1]
    middle = float(np.nanmean(means(sweep.outcome(OUTCOME))))
    figure = paper.figure(0.9 + 0.3 * len(shown))
    axes = figure.subplots()
    for place, row in enumerate(shown):
        draw_swing(axes, paper.words, place, row, middle)
    axes.axvline(middle, color=INK, linewidth=0.9)
    axes.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.set_yticks(range(len(shown)), [wrapped(paper.words.parameter(row[0]), 34) for row in shown], size=8)
    axes.margins(x=0.16)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    number_axis(axes, paper.words, "money", signed=True, across=True)
    axes.set_xlabel(paper.words("figure.margin_change", currency=paper.words.currency), size=8)
    return figure, TORNADO_HEAD, rows


def draw_swing(axes: Axes, words: Words, place: int, row: tuple[Any, ...], middle: float) -> None:
    """One bar in two halves, the value of the parameter at each end; the end of the higher value is dark."""
    low, high = row[3] - middle, row[4] - middle
    inner = (low if abs(low) < abs(high) else high) if low * high > 0 else None  # both ends on one side of the mean
    for change, at, colour, hatch in ((low, row[1], LOWER, "////"), (high, row[2], UPPER, "")):
        axes.barh(place, change, left=middle, color=colour, hatch=hatch, edgecolor="white", height=0.62)
        right = (change < 0) if change == inner else change >= 0
        value = middle if change == inner else middle + change
        spot: dict[str, Any] = {"xytext": (3 if right else -3, 0), "ha": "left" if right else "right"}
        axes.annotate(shown_value(at, words), (value, place), textcoords="offset points", va="center", size=7.5, **spot)


# ---- the plane of two parameters ---------------------------------------------------------------------------------


def plane_of(sweep: Sweep) -> tuple[list[str], list[np.ndarray], np.ndarray] | None:
    """The two numbers with a few values each that move the margin most, and the mean margin of each pair of values."""
    from experiments.discover import inputs

    columns = {path: column for path, column in inputs(sweep, []).items() if path in sweep.paths}
    axes = {path: axis for path, column in columns.items() if (axis := axis_of(column)) is not None}
    order = [row[0] for row in swings(sweep) if row[0] in axes]
    chosen = sorted([*order, *(path for path in axes if path not in order)][:2], key=list(axes).index)
    if len(chosen) < 2:
        return None
    margin = means(sweep.outcome(OUTCOME))
    table = np.full([axes[path].size for path in chosen], np.nan)
    for at in np.ndindex(*table.shape):
        here = np.isfinite(margin)
        for path, place in zip(chosen, at, strict=True):
            here &= np.asarray(columns[path], float) == axes[path][place]
        table[at] = margin[here].mean() if here.any() else np.nan
    return (chosen, [axes[path] for path in chosen], table) if np.isfinite(table).any() else None


def axis_of(column: Any) -> np.ndarray | None:
    """The values of a parameter that is a number and takes a few of them; None for any other."""
    try:
        values = np.unique(np.asarray(column, float))
    except (TypeError, ValueError):
        return None
    values = values[np.isfinite(values)]
    return values if 2 <= values.size <= 25 else None


def heat_map(sweep: Sweep, paper: Paper) -> Picture | None:
    """The margin beside the baseline over two parameters, and the line on which the scenario breaks even."""
    found = plane_of(sweep)
    if found is None:
        return None
    (across, up), (x, y), table = found
    words = paper.words
    figure = paper.figure(3.6)
    axes = figure.subplots()
    most = float(np.nanmax(np.abs(table))) or 1.0
    ground = axes.pcolormesh(np.arange(x.size), np.arange(y.size), table.T, vmin=-most, vmax=most, **GROUND)
    draw_cells(axes, words, table, most)
    if np.isfinite(table).all() and table.min() < 0 < table.max():
        line = axes.contour(np.arange(x.size), np.arange(y.size), table.T, levels=[0.0], colors=INK, linewidths=1.8)
        handle = line.legend_elements()[0]
        figure.legend(
            handle,
            [words("figure.break_even_line")],
            loc="outside lower center",
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8,
        )
    axes.set_xticks(range(x.size), [shown_value(value, words) for value in x], size=8)
    axes.set_yticks(range(y.size), [shown_value(value, words) for value in y], size=8)
    axes.set_xlabel(words.parameter(across), size=8.5)
    axes.set_ylabel(wrapped(words.parameter(up), 34), size=8.5)
    axes.grid(False)
    bar = figure.colorbar(ground, ax=axes, aspect=30)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.yaxis.set_major_formatter(lambda value, _: short_money(value, words, True))
    bar.ax.tick_params(labelsize=8)
    bar.set_label(words("figure.margin_change", currency=words.currency), size=8)
    cells = [(float(x[i]), float(y[j]), float(table[i, j])) for i, j in np.ndindex(*table.shape)]
    return figure, (across, up, OUTCOME), cells


def draw_cells(axes: Axes, words: Words, table: np.ndarray, most: float) -> None:
    """The number in each cell; hatching over what does not pay, for prints without colour."""
    from matplotlib.patches import Rectangle

    for i, j in np.ndindex(*table.shape):
        value = float(table[i, j])
        if not np.isfinite(value):
            continue
        if value < 0:
            look: dict[str, Any] = {"fill": False, "hatch": "////", "edgecolor": "#555555", "linewidth": 0}
            axes.add_patch(Rectangle((i - 0.5, j - 0.5), 1, 1, **look))
        if table.size <= 80:
            ink = "white" if abs(value) > 0.65 * most else INK
            box: dict[str, Any] = {"boxstyle": "square,pad=0.15", "facecolor": "white", "alpha": 0.75, "linewidth": 0}
            plain = {"bbox": box, "color": INK} if value < 0 else {"color": ink}
            text = short_money(value, words, True)
            axes.text(i, j, text, ha="center", va="center", size=8, **plain)


SWEPT = {"tornado": tornado, "heat_map": heat_map}
