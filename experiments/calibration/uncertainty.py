"""What of a forecast's spread comes from parameters that the history leaves open, and what from chance.

Every two replications share a draw of the parameters. What they differ by is chance; what their means scatter by beyond
that is the parameters (a random-effects analysis of variance, month by month).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.draws import SEEDS_PER_DRAW

if TYPE_CHECKING:
    from experiments.story import Story

Array = np.ndarray[Any, Any]

FEWEST_DRAWS = 3
COLUMNS = ("parameters alone", "chance alone", "both together")
HEAD = ("figure", "source", "month", "date", "low_90", "low_50", "median", "high_50", "high_90", "parameter_share")


@dataclass(frozen=True)
class Parts:
    """Runs (n, months) as if only the parameters varied, as if only chance did, and as they are."""

    parameters: Array
    chance: Array
    both: Array
    share: Array  # (months,) of the variance that is the parameters'


def parts_of(values: Array) -> Parts | None:
    """The parts of runs (replications, months); None for too few draws."""
    whole = values[: len(values) // SEEDS_PER_DRAW * SEEDS_PER_DRAW]
    pairs = whole.reshape(-1, SEEDS_PER_DRAW, values.shape[1])
    pairs = pairs[np.isfinite(pairs).all((1, 2))]
    if len(pairs) < FEWEST_DRAWS:
        return None
    mean, middle = pairs.mean(1), pairs.mean((0, 1))
    within = pairs.var(1, ddof=1).mean(0)
    scatter = mean.var(0, ddof=1)
    between = np.maximum(scatter - within / SEEDS_PER_DRAW, 0.0)
    shrink = np.sqrt(np.divide(between, scatter, out=np.zeros_like(scatter), where=scatter > 0))
    stretch = np.sqrt(SEEDS_PER_DRAW / (SEEDS_PER_DRAW - 1))
    chance = middle + stretch * (pairs - mean[:, None]).reshape(-1, values.shape[1])
    total = between + within
    share = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    return Parts(middle + shrink * (mean - middle), chance, pairs.reshape(chance.shape), share)


def figures_of(story: Story) -> dict[str, tuple[str, str, Array]]:
    """What is shown: title, kind and runs (replications, months)."""
    from experiments.story import PER_MONTH

    _, name = story.names
    base, here = story.pair("cumulative_margin")
    return {
        "customers": (f"{name}: customers", "stock", story.pair("customers")[1]),
        "inbound_calls": (f"{name}: inbound calls {PER_MONTH}", "count", story.flow("inbound_calls")[1]),
        "margin_difference": (f"Cumulative margin, scenario minus baseline, {story.currency}", "money", here - base),
    }


def draw_uncertainty(story: Story) -> str:
    """Draws the parts side by side; says in words where the spread comes from, or nothing for too few draws."""
    from experiments.style import frame, house_style, margins, new_figure, save, save_numbers

    found = {key: (title, kind, parts_of(values)) for key, (title, kind, values) in figures_of(story).items()}
    if any(parts is None for _, _, parts in found.values()):
        return ""
    rows: list[Any] = []
    folder = story.folder / "figures"
    with house_style():
        figure = new_figure(8.2)
        box = margins(figure, story.footer) | {"hspace": 0.62, "wspace": 0.1}
        grid = figure.subplots(len(found), 3, sharey="row", gridspec_kw=box)
        for line, (key, (title, kind, parts)) in zip(grid, found.items(), strict=True):
            rows += draw_line(line, story, key, title, kind, parts)
        said = spoken(found)
        frame(
            figure,
            said,
            "Median, 50 and 90 % of the runs; every two runs share a draw from the posterior",
            story.footer,
        )
        save(figure, folder, "uncertainty")
    save_numbers(folder, "uncertainty", HEAD, rows)
    return said + "."


def draw_line(line: Any, story: Story, key: str, title: str, kind: str, parts: Any) -> list[Any]:
    """One figure's three panels; gives the numbers behind them."""
    from experiments.fans import Panel, days_of, draw_fan, fan, finish_axes
    from experiments.style import SCENARIO

    cube = story.cube()
    panel = Panel(title, "", "", None if key == "margin_difference" else np.zeros((0, 0)), parts.both, kind)
    top = 1.08 * float(max(fan(values)[-1].max() for values in (parts.parameters, parts.chance, parts.both)))
    rows: list[Any] = []
    for axes, source, values in zip(line, COLUMNS, (parts.parameters, parts.chance, parts.both), strict=True):
        bands = fan(values)
        draw_fan(axes, days_of(cube.dates, kind), bands, SCENARIO)
        finish_axes(axes, panel, cube.dates)
        axes.set_title(f"{title}\n{source}" if axes is line[0] else source, size=8.5)
        if kind == "count":
            axes.set_ylim(0, top)
        axes.axvline(cube.dates[int(np.argmax(cube.months >= 1))], color="#222222", linewidth=0.8)
        for place, (month, date) in enumerate(zip(cube.months, cube.dates, strict=True)):
            numbers = [float(band) for band in bands[:, place]]
            rows.append((key, source, int(month), str(date), *numbers, float(parts.share[place])))
    return rows


def spoken(found: dict[str, tuple[str, str, Any]]) -> str:
    """Where the spread comes from at the end, in words."""
    customers, margin = (found[key][2].share[-1] for key in ("customers", "margin_difference"))
    return (
        f"What the history leaves open makes {customers:.0%} of the spread in customers, "
        f"{margin:.0%} of that in the margin gained"
    ).replace("%", " %")
