"""Fan charts in the report's language: both sides month by month, and what the decision changes pair by pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.fans import days_of
from experiments.kpis import CHANNELS
from experiments.report.pictures.axes import calendar, headroom, mark_decision, name_lines, number_axis, wrapped
from experiments.report.pictures.paper import LEGEND_COLUMNS, Paper, Picture, Rows
from experiments.report.source import Source
from experiments.style import BASELINE, INK, SCENARIO

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Sides = tuple[np.ndarray, np.ndarray]
FANS = {  # name: column, kind of number
    "customers": ("customers", "stock"),
    "cumulative_margin": ("cumulative_margin", "money"),
    "inbound_calls": ("inbound_calls", "count"),
    "gross_adds": ("gross_adds", "count"),
    "awareness": ("awareness", "share"),
    "churn": ("churn_competitor", "count"),
    "revenue": ("monthly_revenue", "revenue"),
}
AT_MONTH_END = ("stock", "money", "share", "revenue")
STRONGEST, FAINTEST = 0.30, 0.16  # ink of the narrowest and of the widest band


def quantiles(levels: tuple[int, ...]) -> list[float]:
    """The edges of the bands from the lowest to the highest, the median between them."""
    low = sorted((100 - level) / 200 for level in levels)
    return [*low, 0.5, *(1 - edge for edge in reversed(low))]


def bands(values: np.ndarray, levels: tuple[int, ...]) -> np.ndarray:
    """The edges by month, as (edge, month); nan for a month in which no run has a number."""
    result = np.full((2 * len(levels) + 1, values.shape[1]), np.nan)
    gaps = np.isnan(values)
    there = ~gaps.all(axis=0)
    if len(values) and there.any():
        edges = np.nanquantile if gaps.any() else np.quantile  # the same numbers, but nan costs a loop over the months
        result[:, there] = edges(values[:, there], quantiles(levels), axis=0)
    return result


def head_of(levels: tuple[int, ...]) -> tuple[str, ...]:
    """The head of a fan's numbers."""
    ordered = sorted(levels)
    low, high = [f"low_{level}" for level in reversed(ordered)], [f"high_{level}" for level in ordered]
    return ("figure", "series", "month", "date", *low, "median", *high)


def draw_fan(axes: Axes, days: np.ndarray, edges: np.ndarray, colour: str, dashed: bool = False) -> float:
    """Draws bands and median; returns where the median ends."""
    levels = len(edges) // 2
    for place in range(levels):
        ink = FAINTEST + (STRONGEST - FAINTEST) * (place / (levels - 1) if levels > 1 else 0.5)
        axes.fill_between(days, edges[place], edges[-1 - place], color=colour, alpha=ink, linewidth=0)
    look: Any = {"linestyle": (0, (4, 1.6)) if dashed else "-", "marker": "o" if len(days) == 1 else ""}
    axes.plot(days, edges[levels], color=colour, linewidth=2.0, **look)
    return float(edges[levels][-1])


def sides_of(source: Source, column: str, kind: str, channel: str = "") -> Sides:
    """Both sides of a column; a flow as if all months had the same working days."""
    story = source.story
    return (story.flow if kind == "count" else story.pair)(column, channel)


def fan_rows(source: Source, paper: Paper, figure: str, sides: Sides) -> Rows:
    """The numbers behind both fans and their difference."""
    cube = source.story.cube()
    three = ((source.baseline, sides[0]), (source.scenario, sides[1]), ("difference", sides[1] - sides[0]))
    return [
        (figure, series, int(cube.months[place]), str(cube.dates[place]), *map(float, edges))
        for series, values in three
        for place, edges in enumerate(bands(values, paper.levels).T)
    ]


def days_for(source: Source, kind: str) -> np.ndarray:
    """Where on the calendar each month's number stands."""
    return days_of(source.story.cube().dates, "stock" if kind in AT_MONTH_END else "count")


def draw_levels(axes: Axes, source: Source, paper: Paper, sides: Sides, kind: str, named: bool = True) -> None:
    """Both sides as fans, the scenario from the decision on."""
    cube, days = source.story.cube(), days_for(source, kind)
    first = int(np.argmax(cube.months >= 1))
    start = max(first - 1, 0)  # joined to the last month of history
    ends = [draw_fan(axes, days, bands(sides[0], paper.levels), BASELINE, dashed=True)]
    ends.append(draw_fan(axes, days[start:], bands(sides[1], paper.levels)[:, start:], SCENARIO))
    mark_decision(axes, cube.dates[0], cube.dates[first], paper.words, spoken=named)
    axes.set_xlim(cube.dates[0], days_of(cube.dates, "stock")[-1])
    if kind == "count":
        axes.set_ylim(bottom=0)
    if named:
        headroom(axes, 0.08)
    number_axis(axes, paper.words, "money" if kind == "revenue" else kind)
    calendar(axes, paper.words, narrow=not named)
    if named and np.isfinite(ends).all():
        names = [paper.words.scenario(name) for name in (source.baseline, source.scenario)]
        name_lines(axes, ends, names, [BASELINE, SCENARIO])


def draw_difference(
    axes: Axes, source: Source, paper: Paper, change: np.ndarray, kind: str, narrow: bool = False
) -> None:
    """What the decision changes, pair by pair, around a line at zero."""
    cube, days = source.story.cube(), days_for(source, kind)
    first = int(np.argmax(cube.months >= 1))
    draw_fan(axes, days[first:], bands(change, paper.levels)[:, first:], SCENARIO)
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.set_xlim(cube.dates[first], days_of(cube.dates, "stock")[-1])
    number_axis(axes, paper.words, "money" if kind == "revenue" else kind, signed=True)
    calendar(axes, paper.words, narrow=narrow)


# ---- the pictures ------------------------------------------------------------------------------------------------


def fan(source: Source, paper: Paper, name: str) -> Picture:
    """Both sides as fans, and their paired difference beside it."""
    column, kind = FANS[name]
    sides = sides_of(source, column, kind)
    figure = paper.figure()
    levels, change = figure.subplots(1, 2, width_ratios=[1.5, 1.0])
    draw_levels(levels, source, paper, sides, kind)
    draw_difference(change, source, paper, sides[1] - sides[0], kind)
    name_panels(levels, change, paper)
    return figure, head_of(paper.levels), fan_rows(source, paper, name, sides)


def name_panels(levels: Axes, change: Axes, paper: Paper) -> None:
    """What the two panels of a fan chart show."""
    levels.set_title(paper.words("figure.levels"), size=9)
    change.set_title(wrapped(paper.words("figure.pairs"), 38), size=9)


def fan_of(name: str) -> Callable[[Source, Paper], Picture]:
    """The fan chart of one metric as a picture of the table."""
    return lambda source, paper: fan(source, paper, name)


def cumulative_margin(source: Source, paper: Paper) -> Picture:
    """The margin since the decision, and below the difference in which month how many pairs break even."""
    from experiments.titles import break_even_months

    sides = sides_of(source, "cumulative_margin", "money")
    found = break_even_months(source.story)
    figure = paper.figure(3.6)
    grid: Any = [["l", "d"], ["l", "b"]] if np.isfinite(found).any() else [["l", "d"]]
    axes = figure.subplot_mosaic(grid, width_ratios=[1.5, 1], height_ratios=[2, 1][: len(grid)])
    draw_levels(axes["l"], source, paper, sides, "money")
    draw_difference(axes["d"], source, paper, sides[1] - sides[0], "money")
    name_panels(axes["l"], axes["d"], paper)
    never = paper.words("figure.break_even", never=int(np.sum(~np.isfinite(found))), pairs=found.size)
    if "b" in axes:
        draw_break_even(axes["b"], source, paper, found, axes["d"].get_xlim())
        axes["b"].set_title(wrapped(never, 42), size=7.5)
        axes["d"].tick_params(labelbottom=False)
    else:
        axes["d"].set_xlabel(wrapped(never, 42), size=7.5)
    rows = fan_rows(source, paper, "cumulative_margin", sides)
    return figure, head_of(paper.levels), [*rows, *break_even_rows(source, paper, found)]


def counts_by_month(source: Source, found: np.ndarray) -> list[int]:
    """How many pairs are ahead for good from each month after the decision on."""
    months = source.story.cube().months
    return [int(np.sum(found == month)) for month in months[months >= 1]]


def draw_break_even(axes: Axes, source: Source, paper: Paper, found: np.ndarray, limits: Any) -> None:
    """A bar for each month from which pairs are ahead for good."""
    cube, counts = source.story.cube(), counts_by_month(source, found)
    axes.bar(days_of(cube.dates[cube.months >= 1], "count"), counts, width=22, color=SCENARIO)
    axes.set_xlim(limits)
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    number_axis(axes, paper.words, "count")
    calendar(axes, paper.words)


def break_even_rows(source: Source, paper: Paper, found: np.ndarray) -> Rows:
    """The share of the pairs by the month from which they are ahead for good, the last one that of the others."""
    cube, after = source.story.cube(), source.story.cube().months >= 1
    blank = ("",) * len(paper.levels)
    whens = [*zip(cube.months[after].tolist(), map(str, cube.dates[after]), strict=True), ("", "")]
    counts = [*counts_by_month(source, found), int(np.sum(~np.isfinite(found)))]
    shares = [count / max(found.size, 1) for count in counts]
    return [
        ("cumulative_margin", "break_even_share", *when, *blank, share, *blank)
        for when, share in zip(whens, shares, strict=True)
    ]


def gross_adds_by_channel(source: Source, paper: Paper) -> Picture:
    """New customers by the channel of their order, all panels to one scale."""
    names = [name for name in CHANNELS if any(np.nansum(side) > 0 for side in channel_sides(source, name))]
    figure = paper.figure(2.9)
    grid = figure.subplots(1, 1 + len(names), sharey=True, squeeze=False)[0]
    rows: Rows = []
    for axes, channel in zip(grid, ["", *names], strict=True):
        sides = sides_of(source, "gross_adds", "count", channel)
        draw_levels(axes, source, paper, sides, "count", named=False)
        axes.set_title(paper.words(f"channel.{channel or 'all'}"), size=9)
        rows += fan_rows(source, paper, f"gross_adds {channel or 'all'}", sides)
    grid[0].set_ylim(0, None)
    legend_of_sides(figure, source, paper)
    return figure, head_of(paper.levels), rows


def channel_sides(source: Source, channel: str) -> Sides:
    """Gross adds of a channel, nothing where the market lacks it."""
    there = source.story.cube(channel).months.size
    return sides_of(source, "gross_adds", "count", channel) if there else (np.zeros((1, 1)), np.zeros((1, 1)))


def legend_of_sides(figure: Any, source: Source, paper: Paper) -> None:
    """What dashed and solid lines are, below the panels."""
    from matplotlib.lines import Line2D

    looks: tuple[tuple[str, str, Any], ...] = (
        (source.baseline, BASELINE, (0, (4, 1.6))),
        (source.scenario, SCENARIO, "-"),
    )
    lines = [
        Line2D([], [], color=colour, linewidth=2, linestyle=dash, label=paper.words.scenario(name))
        for name, colour, dash in looks
    ]
    figure.legend(handles=lines, loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False, fontsize=8)


def differences(source: Source, paper: Paper) -> Picture:
    """The paired difference of every main metric, side by side."""
    figure = paper.figure(4.6)
    names = ("inbound_calls", "gross_adds", "churn", "customers", "awareness", "cumulative_margin")
    rows: Rows = []
    for axes, name in zip(figure.subplots(2, 3).flat, names, strict=True):
        column, kind = FANS[name]
        sides = sides_of(source, column, kind)
        draw_difference(axes, source, paper, sides[1] - sides[0], kind)
        headroom(axes, 0.05)
        axes.set_title(wrapped(paper.words(f"figure.difference_{name}", currency=paper.words.currency), 28), size=8.5)
        rows += [row for row in fan_rows(source, paper, name, sides) if row[1] == "difference"]
    return figure, head_of(paper.levels), rows
