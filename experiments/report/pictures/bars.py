"""Bars: what the extra customers are made of, what a customer costs, and how contacts become customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.kpis import CHANNELS
from experiments.report.pictures.axes import HATCHES, above, headroom, number_axis, wrapped
from experiments.report.pictures.paper import Paper, Picture, Rows
from experiments.report.source import Source
from experiments.style import BASELINE, INK, SCENARIO

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSS, GAIN = "#D55E00", "#0060A0"
WAYS = {  # of counting what a customer costs: the KPI, colour
    "last_touch": ("cac_{}", SCENARIO),
    "influenced": ("cac_influenced_{}", "#9CC7E3"),
    "incremental": ("cac_incremental_{}", "#E69F00"),
}
FLOWS = ("contacts", "orders", "gross_adds")


def sums_after(source: Source, column: str, channel: str = "") -> tuple[float, float]:
    """A flow's sum after the decision on both sides, mean of the pairs; zero for a channel that is not there."""
    cube = source.story.cube(channel)
    if not cube.months.size:
        return 0.0, 0.0
    base, here = source.story.pair(column, channel)
    after = cube.months >= 1
    return float(np.nansum(base[:, after], axis=1).mean()), float(np.nansum(here[:, after], axis=1).mean())


# ---- the waterfall -----------------------------------------------------------------------------------------------


def steps_of(source: Source) -> list[tuple[str, float]]:
    """From the baseline's new customers to the scenario's: what each channel adds, and what churn saves or costs."""
    sums = {channel: sums_after(source, "gross_adds", channel) for channel in CHANNELS}
    churn, closure = (sums_after(source, f"churn_{kind}") for kind in ("competitor", "closure"))
    own = [(f"own_{channel}", base) for channel, (base, _) in sums.items() if base > 0 or channel == "inbound"]
    moved = {channel: here - base for channel, (base, here) in sums.items() if here != base}
    # With the field as the only seller that changes, more inbound is what the field has caused.
    first = "caused" if set(moved) <= {"inbound", "field"} and moved.get("field") else "extra"
    extra = [(f"{first if channel == 'inbound' else 'extra'}_{channel}", value) for channel, value in moved.items()]
    kept = churn[0] - churn[1]
    return [*own, *extra, ("saved" if kept >= 0 else "churn", kept), ("closure", closure[0] - closure[1])]


def waterfall(source: Source, paper: Paper) -> Picture:
    """From the passive side to the active one: own inbound, inbound caused, field, telemarketing, churn saved."""
    steps = steps_of(source)
    steps.append(("total", sum(value for _, value in steps)))
    words = paper.words
    figure = paper.figure(2.9)
    axes = figure.subplots()
    level = 0.0
    for place, (name, value) in enumerate(steps):
        bottom = 0.0 if name == "total" else level
        draw_step(axes, place, name, value, bottom)
        signed = not name.startswith(("own", "total"))
        above(axes, words.number(value, 0, signed), (place, max(bottom, bottom + value)), size=8.5)
        level = bottom + value
        if place < len(steps) - 1:
            axes.plot([place + 0.31, place + 0.69], [level, level], color=INK, linewidth=0.7)
    axes.axhline(0, color=INK, linewidth=0.9)
    labels = [wrapped(words(f"figure.waterfall_{name}"), 14) for name, _ in steps]
    axes.set_xticks(range(len(steps)), labels)
    headroom(axes, 0.08)
    number_axis(axes, words, "stock")
    axes.set_ylabel(words("figure.customers_over_run", months=source.story.last_month), size=8)
    return figure, ("step", "customers"), steps


def draw_step(axes: Axes, place: int, name: str, value: float, bottom: float) -> None:
    """One step: grey what the baseline has, dark the sum, hatched what is lost."""
    if name == "total":
        look: dict[str, Any] = {"color": INK, "hatch": ""}
    elif name.startswith("own"):
        look = {"color": BASELINE, "hatch": ""}
    else:
        look = {"color": GAIN, "hatch": ""} if value >= 0 else {"color": LOSS, "hatch": "////"}
    axes.bar(place, value, bottom=bottom, width=0.62, edgecolor="white", **look)


# ---- cost per acquired customer ----------------------------------------------------------------------------------


def costs(source: Source, paper: Paper) -> Picture | None:
    """Cost per acquired customer by channel, counted three ways."""
    rows = cost_rows(source)
    if not rows:
        return None
    channels = list(dict.fromkeys(row[0] for row in rows))
    words = paper.words
    figure = paper.figure(2.9)
    axes = figure.subplots()
    for place, way in enumerate(WAYS):
        here = [(channels.index(row[0]) + 0.26 * (place - 1), *row[2:]) for row in rows if row[1] == way]
        if here:  # a way that nothing is counted by has no place in the legend
            draw_costs(axes, paper, way, HATCHES[place], here)
    axes.set_xticks(range(len(channels)), [words(f"channel.{name}") for name in channels])
    axes.set_ylabel(words("figure.per_customer", currency=words.currency), size=8.5)
    headroom(axes, 0.18)
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=3)
    number_axis(axes, words, "stock")
    return figure, ("channel", "way", "mean", "low", "high"), rows


def cost_rows(source: Source) -> list[tuple[Any, ...]]:
    """Channel, way, mean and interval of every cost per customer that there is."""
    found = []
    for channel in CHANNELS:
        for way, (pattern, _) in WAYS.items():
            row = source.kpi(pattern.format(channel))
            if row and row["mean"] is not None:
                found.append((channel, way, row["mean"], row["low"], row["high"]))
    return found


def draw_costs(axes: Axes, paper: Paper, way: str, hatch: str, rows: list[tuple[Any, ...]]) -> None:
    """The bars of one way of counting, with their intervals and numbers."""
    look: dict[str, Any] = {
        "color": WAYS[way][1],
        "hatch": hatch,
        "label": paper.words(f"figure.{way}"),
        "edgecolor": "white",
    }
    axes.bar([row[0] for row in rows], [row[1] for row in rows], 0.24, **look)
    for at, mean, low, high in rows:
        ends = mean if low is None else low, mean if high is None else high
        axes.plot([at, at], ends, color=INK, linewidth=1.0)
        above(axes, paper.words.rounded(mean), (at, max(mean, ends[1])))


# ---- the funnel --------------------------------------------------------------------------------------------------


def funnel(source: Source, paper: Paper) -> Picture | None:
    """Contacts, orders and new customers of each channel in a mean month."""
    months = source.story.last_month
    flows = {channel: [sums_after(source, flow, channel)[1] / months for flow in FLOWS] for channel in CHANNELS}
    rows: Rows = [(channel, *values) for channel, values in flows.items() if values[1] > 0]
    if not rows:
        return None
    figure = paper.figure(2.1)
    panels = figure.subplots(1, len(rows), squeeze=False)[0]
    names = [paper.words(f"figure.{name}") for name in ("contacts", "orders", "adds")]
    for axes, (channel, *_) in zip(panels, rows, strict=True):
        draw_funnel(axes, paper, flows[channel])
        axes.set_yticks([2, 1, 0], names if axes is panels[0] else ["", "", ""], size=8.5)
        axes.set_title(paper.words(f"channel.{channel}"), size=9)
    return figure, ("channel", *FLOWS), rows


def draw_funnel(axes: Axes, paper: Paper, values: list[float]) -> None:
    """One channel: bars with what of each step becomes the next."""
    for place, value in enumerate(values):
        axes.barh(2 - place, value, color=SCENARIO, alpha=0.5 + 0.25 * place, height=0.7)
        share = "" if not place or not values[place - 1] else f" ({paper.words.share(value / values[place - 1])})"
        spot: dict[str, Any] = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "size": 8}
        axes.annotate(paper.words.rounded(value) + share, (value, 2 - place), **spot)
    axes.set_xlim(0, max(values) * 1.35)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
