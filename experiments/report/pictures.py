"""The pictures of a report in its language: without titles, for the caption in the text says what they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.fans import days_of, draw_fan, fan
from experiments.report.source import Source
from experiments.report.words import Words
from experiments.style import BASELINE, FAINT, HISTORY, INK, SCENARIO, house_style, save_numbers, spread_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PNG_DPI = 300
WIDTH_INCHES, HEIGHT_INCHES = 7.4, 3.1  # the type area of an A4 page
LOSS, GAIN = "#A23B00", "#0060A0"
CHANNELS = ("inbound", "field", "telemarketing")
FANS = {  # name: column, kind of number
    "customers": ("customers", "stock"),
    "cumulative_margin": ("cumulative_margin", "money"),
    "inbound_calls": ("inbound_calls", "count"),
    "gross_adds": ("gross_adds", "count"),
    "awareness": ("awareness", "share"),
    "churn": ("churn_competitor", "count"),
}
FAN_HEAD = ("series", "month", "date", "low_90", "low_50", "median", "high_50", "high_90")
Picture = tuple["Figure", tuple[str, ...], list[Any]]  # with the head and rows of its numbers


def draw_pictures(source: Source, words: Words, folder: Path) -> list[str]:
    """Draws every picture that the tables allow as SVG, PNG and CSV; returns their names."""
    drawn = []
    with house_style():
        for name, draw in PICTURES.items():
            picture = draw(source, words)
            if picture is None:
                continue
            figure, head, rows = picture
            folder.mkdir(parents=True, exist_ok=True)
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "fieldcast"})
            figure.savefig(folder / f"{name}.png", dpi=PNG_DPI, metadata={"Software": "fieldcast"})
            save_numbers(folder, name, head, rows)
            drawn.append(name)
    return drawn


def new_figure(height_inches: float = HEIGHT_INCHES) -> Figure:
    """An empty picture of a page's width."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_INCHES, height_inches), dpi=150, layout="constrained")


# ---- fans --------------------------------------------------------------------------------------------------------


def fans(source: Source, words: Words, name: str) -> Picture:
    """Both sides as fans, and their paired difference beside it."""
    column, kind = FANS[name]
    story, cube = source.story, source.story.cube()
    flows = kind == "count"
    base, here = (story.flow if flows else story.pair)(column)
    figure = new_figure()
    levels, change = figure.subplots(1, 2, width_ratios=[1.5, 1.0])
    days, first = days_of(cube.dates, "money" if kind == "stock" else kind), int(np.argmax(cube.months >= 1))
    ends = [draw_fan(levels, days, fan(base), BASELINE, dashed=True)]
    start = max(first - 1, 0)
    ends.append(draw_fan(levels, days[start:], fan(here)[:, start:], SCENARIO))
    draw_fan(change, days[first:], fan(here - base)[:, first:], SCENARIO)
    mark_decision(levels, cube.dates[0], cube.dates[first], words)
    change.axhline(0, color=INK, linewidth=0.9)
    levels.set_xlim(cube.dates[0], days_of(cube.dates, "stock")[-1])
    change.set_xlim(cube.dates[first], days_of(cube.dates, "stock")[-1])
    if flows:
        levels.set_ylim(bottom=0)
    for axes, signed in ((levels, False), (change, True)):
        number_axis(axes, words, kind, signed)
        calendar(axes, words)
    levels.set_title(words("figure.levels"), size=9)
    change.set_title(words("figure.pairs"), size=9)
    name_lines(levels, ends, [words.scenario(source.baseline), words.scenario(source.scenario)])
    sides = ((source.baseline, base), (source.scenario, here), ("difference", here - base))
    rows = [
        (series, int(cube.months[place]), str(cube.dates[place]), *map(float, bands))
        for series, values in sides
        for place, bands in enumerate(fan(values).T)
    ]
    return figure, FAN_HEAD, rows


def mark_decision(axes: Axes, begin: Any, decision: Any, words: Words) -> None:
    """History on a tinted ground, and a line on the day of the decision."""
    axes.axvline(decision, color=INK, linewidth=1.0, zorder=1)
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "bottom"}
    axes.annotate(words("figure.decision"), (decision, 0.01), xytext=(3, 0), color=INK, size=7.5, **place)
    if begin < decision:
        axes.axvspan(begin, decision, color=HISTORY, linewidth=0, zorder=0)
        axes.annotate(
            words("figure.history"), (decision, 0.01), xytext=(-3, 0), color=FAINT, ha="right", size=7.5, **place
        )


def number_axis(axes: Axes, words: Words, kind: str, signed: bool) -> None:
    """Numbers as the language writes them, in the unit of the picture."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    step = float(np.diff(axes.get_yticks()[:2])[0]) if len(axes.get_yticks()) > 1 else 1.0
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, step, words, kind, signed)))


def tick(value: float, step: float, words: Words, kind: str, signed: bool) -> str:
    """A number on an axis."""
    if kind == "share":
        digits = 0 if step >= 0.0099 else 1 if step >= 0.00099 else 2
        return words.number(100 * value, digits, signed) + " " + (words("unit.points") if signed else "%")
    for size, key in ((1e6, "million"), (1e3, "thousand")):
        if kind == "money" and step * 4 >= size:
            return words.number(value / size, 0 if step >= size else 1, signed) + " " + words(f"figure.{key}")
    return words.number(value, 0 if step >= 1 else 1, signed)


def calendar(axes: Axes, words: Words) -> None:
    """Half-years below the axis, in the language."""
    from matplotlib.dates import MonthLocator, num2date
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_locator(MonthLocator(bymonth=(1, 7)))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda day, _: words.short_month(num2date(day).date()).replace(" ", "\n"))
    )
    axes.tick_params(labelsize=8)


def name_lines(axes: Axes, ends: list[float], names: list[str]) -> None:
    """Each side's name beside the end of its line, inside the picture."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.12 * (high - low))
    heights = spread_labels(ends, gap=0.09 * (high - low))
    right = axes.get_xlim()[1]
    for height, end, name, colour in zip(heights, ends, names, (BASELINE, SCENARIO), strict=True):
        above = end >= max(ends)
        offset, align = ((-4, 7), "bottom") if above else ((-4, -7), "top")
        style: dict[str, Any] = {"size": 8, "weight": "bold", "color": colour, "ha": "right", "va": align}
        axes.annotate(name, (right, height), xytext=offset, textcoords="offset points", **style)


# ---- bars --------------------------------------------------------------------------------------------------------


def sums_after(source: Source, column: str, channel: str = "") -> tuple[float, float]:
    """A flow's sum after the decision on both sides, mean of the pairs; zero for a channel that is not there."""
    cube = source.story.cube(channel)
    if not cube.months.size:
        return 0.0, 0.0
    base, here = source.story.pair(column, channel)
    after = cube.months >= 1
    return float(np.nansum(base[:, after], axis=1).mean()), float(np.nansum(here[:, after], axis=1).mean())


def waterfall(source: Source, words: Words) -> Picture:
    """What the extra customers at the end are made of; the steps add up to the difference."""
    steps = []
    for channel in CHANNELS:
        base, here = sums_after(source, "gross_adds", channel)
        steps.append((words(f"figure.waterfall_{channel}"), here - base))
    for column in ("churn_competitor", "churn_closure"):
        base, here = sums_after(source, column)
        steps.append((words("figure.waterfall_" + column.split("_")[1].replace("competitor", "churn")), base - here))
    total = sum(value for _, value in steps)
    figure = new_figure(2.9)
    axes = figure.subplots()
    level = 0.0
    for place, (_, value) in enumerate([*steps, (words("figure.extra_customers"), total)]):
        bottom = 0.0 if place == len(steps) else level
        colour = INK if place == len(steps) else GAIN if value >= 0 else LOSS
        axes.bar(
            place, value, bottom=bottom, color=colour, width=0.62, hatch="" if value >= 0 else "//", edgecolor="white"
        )
        top = max(bottom, bottom + value)
        label: dict[str, Any] = {"ha": "center", "va": "bottom", "size": 8.5, "color": INK}
        axes.annotate(words.number(value, 0, True), (place, top), xytext=(0, 2), textcoords="offset points", **label)
        level = level + value if place < len(steps) else level
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.set_xticks(
        range(len(steps) + 1), [wrapped(name) for name, _ in steps] + [wrapped(words("figure.extra_customers"))], size=8
    )
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.08 * (high - low))
    number_axis(axes, words, "stock", False)
    return figure, ("step", "customers"), [*steps, (words("figure.extra_customers"), total)]


def wrapped(name: str, width: int = 15) -> str:
    """A label on several short lines."""
    import textwrap

    return textwrap.fill(name, width)


def costs(source: Source, words: Words) -> Picture | None:
    """Cost per acquired customer by channel, counted three ways."""
    ways = {"last_touch": "cac_{}", "influenced": "cac_influenced_{}", "incremental": "cac_incremental_{}"}
    rows = []
    for channel in CHANNELS:
        for way, pattern in ways.items():
            row = source.kpi(pattern.format(channel))
            if row and row["mean"] is not None:
                rows.append((channel, way, row["mean"], row["low"], row["high"]))
    if not rows:
        return None
    channels = list(dict.fromkeys(row[0] for row in rows))
    figure = new_figure(2.9)
    axes = figure.subplots()
    colours = {"last_touch": SCENARIO, "influenced": "#7FB2D9", "incremental": "#E69F00"}
    for place, way in enumerate(ways):
        here = [(channels.index(row[0]), *row[2:]) for row in rows if row[1] == way]
        if not here:
            continue
        at, mean, low, high = (
            np.array([np.nan if cell is None else cell for cell in column], float) for column in zip(*here, strict=True)
        )
        error = np.abs(np.stack([mean - low, high - mean]))
        spot = at + 0.26 * (place - 1)
        axes.bar(
            spot,
            mean,
            0.24,
            color=colours[way],
            label=words(f"figure.{way}"),
            hatch=("", "..", "//")[place],
            edgecolor="white",
        )
        axes.errorbar(spot, mean, np.nan_to_num(error), fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
        for x, value, top in zip(spot, mean, np.fmax(high, mean), strict=True):
            axes.annotate(
                words.rounded(value), (x, top), xytext=(0, 2), textcoords="offset points", ha="center", size=8
            )
    axes.set_xticks(range(len(channels)), [words(f"channel.{name}") for name in channels])
    axes.set_ylabel(words("figure.per_customer", currency=words.currency), size=8.5)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.1)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    number_axis(axes, words, "stock", False)
    return figure, ("channel", "way", "mean", "low", "high"), rows


def funnel(source: Source, words: Words) -> Picture | None:
    """Contacts, orders and new customers of each channel in a mean month."""
    months = source.story.last_month
    rows: list[tuple[str, list[float]]] = []
    for channel in CHANNELS:
        stages = [sums_after(source, column, channel)[1] / months for column in ("contacts", "orders", "gross_adds")]
        if stages[1] > 0:
            rows.append((channel, stages))
    if not rows:
        return None
    figure = new_figure(2.2)
    panels = figure.subplots(1, len(rows), squeeze=False)[0]
    names = [words(f"figure.{name}") for name in ("contacts", "orders", "adds")]
    for axes, (channel, values) in zip(panels, rows, strict=True):
        for place, value in enumerate(values):
            axes.barh(2 - place, value, color=SCENARIO, alpha=1.0 - 0.25 * (2 - place), height=0.7)
            share = "" if not place or not values[place - 1] else f" ({words.share(value / values[place - 1])})"
            spot: dict[str, Any] = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "size": 8}
            axes.annotate(words.rounded(value) + share, (value, 2 - place), **spot)
        axes.set_yticks([2, 1, 0], names if axes is panels[0] else ["", "", ""], size=8.5)
        axes.set_xlim(0, max(values) * 1.35)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        axes.set_title(words(f"channel.{channel}"), size=9)
    return figure, ("channel", "contacts", "orders", "gross_adds"), [(name, *values) for name, values in rows]


# ---- the map -----------------------------------------------------------------------------------------------------


def zone_map(source: Source, words: Words) -> Picture | None:
    """Extra customers by zone at the end of the run."""
    from experiments.figures import has_map
    from experiments.maps import territory_axes
    from experiments.zonemap import zone_cube

    if not has_map(source.story):
        return None
    customers = zone_cube(source.story, "customers", [("month", "=", source.story.last_month)])
    extra = np.nanmean(customers[1] - customers[0], axis=0)
    figure = new_figure(4.6)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    territory_axes(axes, source.city, extra, label=words("figure.extra_customers"), diverging=True)
    rows = [(str(zone), float(value)) for zone, value in zip(source.city.zone_id, extra, strict=True)]
    return figure, ("zone_id", "extra_customers"), rows


def fan_of(name: str) -> Callable[[Source, Words], Picture | None]:
    """The fan chart of one metric as a picture of the table."""
    return lambda source, words: fans(source, words, name)


PICTURES: dict[str, Callable[[Source, Words], Picture | None]] = {
    **{name: fan_of(name) for name in FANS},
    "waterfall": waterfall,
    "costs": costs,
    "funnel": funnel,
    "map": zone_map,
}
