"""Pictures of a calibration: the months with the fitted model's bands, draws by pairs, and what the data took away."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.identify import Pair, Parameter
from experiments.calibration.posterior import Fit
from experiments.calibration.predictive import Months
from experiments.style import (
    BASELINE,
    INK,
    SCENARIO,
    calendar_axis,
    frame,
    house_style,
    margins,
    new_figure,
    save,
    save_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, Any]

MOST_PANELS = 6
BANDS = ((0.05, 0.95, 0.16), (0.25, 0.75, 0.30))
TITLES = {
    "inbound_calls": "Inbound calls a month",
    "gross_adds": "Gross adds a month",
    "churn": "Customers lost a month",
    "customers": "Customers at month end",
}
Namer = Callable[[str], str]


def draw_fit(fit: Fit, months: Months, folder: Path, footer: str) -> None:
    """The history as dots over the fitted model's bands."""
    shown = [place for place, one in enumerate(fit.history.series) if not one.part][:MOST_PANELS]
    shown = shown or list(range(min(len(fit.history.series), MOST_PANELS)))
    dates = fit.history.months.astype("datetime64[D]") + 14
    rows: list[Any] = []
    with house_style():
        figure = new_figure(3.4 + 2.1 * (len(shown) > 2))
        box = margins(figure, footer) | {"hspace": 0.55, "wspace": 0.2}
        grid = figure.subplots(
            1 + (len(shown) > 2), min(len(shown), 2) if len(shown) < 5 else 3, squeeze=False, gridspec_kw=box
        )
        for place, axes in zip(shown, grid.flat, strict=False):
            rows += draw_series(axes, fit, months, place, dates)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_axis_off()
        off = fit.out_of_reach
        title = (
            "The fitted model gives the months that were seen"
            if not off
            else f"Out of the model's reach: {', '.join(off)}"
        )
        frame(
            figure,
            title,
            "Dots: the history. Bands: 50 and 90 % of what the fitted model gives, chance included",
            footer,
        )
        save(figure, folder, "fit")
    head = ("series", "month", "history", "low_90", "low_50", "median", "high_50", "high_90", "expected")
    save_numbers(folder, "fit", head, rows)


def draw_series(axes: Axes, fit: Fit, months: Months, place: int, dates: Array) -> list[Any]:
    """One figure's panel; gives the numbers behind it."""
    series, drawn = fit.history.series[place], months.drawn[:, place]
    for low, high, alpha in BANDS:
        axes.fill_between(dates, *np.quantile(drawn, [low, high], axis=0), color=SCENARIO, alpha=alpha, linewidth=0)
    axes.plot(dates, np.median(drawn, axis=0), color=SCENARIO, linewidth=1.6)
    axes.plot(dates, series.values, "o", color=INK, markersize=3.5)
    axes.set_title(TITLES.get(series.name, series.name) + (f", {series.part}" if series.part else ""), color=INK)
    calendar_axis(axes, len(dates), labels=7)
    if series.name != "customers":
        axes.set_ylim(bottom=0)
    bands = np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    expected = months.expected[:, place].mean(0)
    return [
        (series.label, str(month), float(series.values[i]), *map(float, bands[:, i]), float(expected[i]))
        for i, month in enumerate(fit.history.months)
    ]


def draw_pairs(fit: Fit, tied: Sequence[Pair], name: Namer, folder: Path, footer: str) -> None:
    """Every parameter against every other, within its prior; flagged pairs are framed."""
    size = len(fit.priors)
    with house_style():
        figure = new_figure(max(4.6, 1.35 * size + 1.6))
        box = margins(figure, footer) | {"hspace": 0.12, "wspace": 0.08, "left": 0.13}
        grid = figure.subplots(size, size, squeeze=False, gridspec_kw=box)
        for row in range(size):
            for column in range(size):
                draw_cell(grid[row, column], fit, row, column, tied, name)
        flagged = sum(bool(one.verdict) for one in tied)
        title = f"{flagged} of {len(tied)} pairs are tied or cannot be told apart"
        title = title if flagged else "The data tell all parameters apart"
        frame(figure, title, "Draws from the posterior; each axis spans the prior; flagged pairs are framed", footer)
        save(figure, folder, "pairs")
    head = ("first", "second", "correlation", "likeness", "verdict")
    save_numbers(folder, "pairs", head, [(p.first, p.second, p.correlation, p.likeness, p.verdict) for p in tied])


def draw_cell(axes: Axes, fit: Fit, row: int, column: int, tied: Sequence[Pair], name: Namer) -> None:
    """One pair's scatter, or one parameter's own histogram on the diagonal."""
    from matplotlib.ticker import MaxNLocator

    across, up = fit.priors.each[column], fit.priors.each[row]
    axes.grid(visible=False)
    axes.tick_params(labelsize=6)
    if column > row:
        axes.set_axis_off()
        return
    values = fit.values
    if row == column:
        axes.hist(values[:, column], bins=25, range=(across.low, across.high), color=SCENARIO, alpha=0.6)
        axes.set_yticks([])
    else:
        axes.plot(values[:, column], values[:, row], ".", color=SCENARIO, markersize=1.5, alpha=0.35, rasterized=True)
        axes.set_ylim(up.low, up.high)
        paths = {across.path, up.path}
        if any({one.first, one.second} == paths and one.verdict for one in tied):
            for side in axes.spines.values():
                side.set(visible=True, color="#B04000", linewidth=1.6)
    axes.set_xlim(across.low, across.high)
    for axis in (axes.xaxis, axes.yaxis):
        if axis is axes.xaxis or row != column:
            axis.set_major_locator(MaxNLocator(3))
    size = len(fit.priors)
    if row == size - 1:
        axes.set_xlabel(textwrap.fill(name(across.path), 18), size=6.5)
    else:
        axes.set_xticklabels([])
    if column == 0:
        axes.set_ylabel(textwrap.fill(name(up.path), 16), size=6.5)
    else:
        axes.set_yticklabels([])


def draw_contraction(found: Sequence[Parameter], name: Namer, folder: Path, footer: str) -> None:
    """Where in its prior each parameter lies now."""
    with house_style():
        figure = new_figure(2.1 + 0.42 * len(found))
        axes = figure.subplots(1, 1, gridspec_kw=margins(figure, footer) | {"left": 0.36, "right": 0.86})
        for place, one in enumerate(reversed(found)):
            low, high = one.prior
            spots = one.places
            axes.plot([0, 1], [place, place], color=BASELINE, linewidth=7, alpha=0.25, solid_capstyle="butt")
            axes.plot([spots[0], spots[2]], [place, place], color=SCENARIO, linewidth=7, solid_capstyle="butt")
            axes.plot([spots[1]], [place], "|", color="white", markersize=9, markeredgewidth=1.6)
            axes.annotate(
                f"{low:.3g}", (0, place), xytext=(-4, 0), textcoords="offset points", ha="right", va="center", size=7
            )
            told = f"{high:.3g}   {one.verdict}"
            axes.annotate(told, (1, place), xytext=(4, 0), textcoords="offset points", va="center", size=7)
        axes.set_yticks(range(len(found)), [f"{name(one.path)}            " for one in reversed(found)])
        axes.set_xticks([])
        axes.set_xlim(0, 1)
        axes.grid(visible=False)
        pinned = sum(one.verdict == "pinned down" for one in found)
        frame(
            figure,
            f"The data pin down {pinned} of {len(found)} parameters",
            "Grey: the prior from end to end. Blue: 90 % of the posterior, with its median",
            footer,
        )
        save(figure, folder, "contraction")
    head = ("parameter", "prior_low", "prior_high", "median", "low_90", "high_90", "contraction", "verdict")
    rows = [(p.path, *p.prior, p.median, p.low, p.high, p.contraction, p.verdict) for p in found]
    save_numbers(folder, "contraction", head, rows)
