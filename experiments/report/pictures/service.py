"""What the customers feel: how long they wait for installation and on the telephone, and how long they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.economics import AT_RISK, OLD, Survival
from experiments.kpis import CHANNELS
from experiments.report.pictures.axes import line_look, number_axis, wrapped
from experiments.report.pictures.fans import Sides, draw_levels, fan_rows, head_of, legend_of_sides
from experiments.report.pictures.paper import LEGEND_COLUMNS, Paper, Picture, Rows
from experiments.report.source import Source

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SURVIVAL_HEAD = ("scenario", "channel", "age_months", "still_there", "low_90", "high_90", "runs")
FEWEST_RUNS = 0.5  # of the runs must watch an age, else the curve ends


def panels(source: Source, paper: Paper, wanted: dict[str, tuple[Sides, str]], height_inches: float = 2.7) -> Picture:
    """Several metrics side by side, both sides of each as fans."""
    figure = paper.figure(height_inches)
    rows: Rows = []
    for axes, (name, (sides, kind)) in zip(figure.subplots(1, len(wanted)), wanted.items(), strict=True):
        draw_levels(axes, source, paper, sides, kind, named=False)
        axes.set_ylim(0, None)
        axes.set_title(wrapped(paper.words(f"figure.{name}"), 66 // len(wanted)), size=8.5)
        rows += fan_rows(source, paper, name, sides)
    legend_of_sides(figure, source, paper)
    return figure, head_of(paper.levels), rows


def backlog(source: Source, paper: Paper) -> Picture:
    """Orders that wait for installation, and how long the installed ones had waited."""
    story = source.story
    waited = story.pair("install_wait_days")
    return panels(source, paper, {"backlog": (story.pair("backlog"), "stock"), "waited": (waited, "days")})


def call_centre(source: Source, paper: Paper) -> Picture:
    """The load of the common number: calls, sales callers who gave up, and their wait."""
    story = source.story
    calls, service = story.flow("inbound_calls"), story.flow("service_calls")
    lost, sales = story.pair("inbound_abandoned"), story.pair("inbound_calls")
    both = tuple(mine + theirs for mine, theirs in zip(calls, service, strict=True))
    given_up = tuple(side / np.maximum(whole, 1) for side, whole in zip(lost, sales, strict=True))
    wanted: dict[str, Any] = {
        "all_calls": (both, "count"),
        "given_up": (given_up, "share"),
        "wait": (story.pair("inbound_wait_minutes"), "minutes"),
    }
    return panels(source, paper, wanted)


# ---- cohorts -----------------------------------------------------------------------------------------------------


def still_there(counts: dict[str, np.ndarray], place: int) -> np.ndarray:
    """Kaplan and Meier's share of one scenario's customers by age, as (run, age); nan once too few are watched."""
    customers, lost = counts["customers"][place], counts["lost"][place]
    watched = np.cumprod(customers >= AT_RISK, axis=1).astype(bool)
    stays = 1.0 - np.divide(lost, customers, out=np.zeros_like(lost), where=customers > 0)
    return np.where(watched, np.cumprod(stays, axis=1), np.nan)


def survival(source: Source, paper: Paper) -> Picture | None:
    """How long customers stay, by the channel that won them, beside those there were at the opening."""
    if not (source.folder / "survival.parquet").exists():
        return None
    cube = source.story.cube()
    table = Survival(source.folder, cube.scenarios, cube.shape[1])
    rows: Rows = []
    for name in (source.baseline, source.scenario):
        for channel in (OLD, *CHANNELS):
            rows += cohort_rows(name, channel, still_there(table.of(channel), cube.scenarios.index(name)))
    if not rows:
        return None
    figure = paper.figure(2.9)
    grid = figure.subplots(1, 2, sharey=True)
    for axes, name in zip(grid, (source.baseline, source.scenario), strict=True):
        draw_cohorts(axes, paper, [row for row in rows if row[0] == name])
        axes.set_title(paper.words.scenario(name), size=9)
    shown = [artist for axes in grid for artist in zip(*axes.get_legend_handles_labels(), strict=True)]
    by_label = {label: handle for handle, label in shown}
    figure.legend(
        by_label.values(), by_label, loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False, fontsize=8
    )
    return figure, SURVIVAL_HEAD, rows


def cohort_rows(scenario: str, channel: str, alive: np.ndarray) -> Rows:
    """Mean and nine tenths of the runs by age, as long as half of the runs watch it."""
    rows: Rows = []
    for age in range(alive.shape[1]):
        there = alive[~np.isnan(alive[:, age]), age]
        if there.size < max(1.0, FEWEST_RUNS * len(alive)):
            break
        low, high = np.quantile(there, [0.05, 0.95])
        rows.append((scenario, channel, age + 1, float(there.mean()), float(low), float(high), int(there.size)))
    return [(scenario, channel, 0, 1.0, 1.0, 1.0, rows[0][-1]), *rows] if rows else []


def draw_cohorts(axes: Axes, paper: Paper, rows: Rows) -> None:
    """The curves of one scenario with their bands."""
    for place, channel in enumerate((*CHANNELS, OLD)):
        mine = [row for row in rows if row[1] == channel]
        if not mine:
            continue
        age, mean, low, high = (np.array([row[column] for row in mine]) for column in (2, 3, 4, 5))
        look = line_look(place)
        axes.fill_between(age, low, high, color=look["color"], alpha=0.13, linewidth=0)
        axes.plot(age, mean, label=paper.words(f"channel.{channel}"), **look)
    axes.set_ylim(min([0.5, *(row[4] for row in rows)]) - 0.02, 1.005)
    axes.margins(x=0.01)
    axes.locator_params(axis="x", integer=True)
    number_axis(axes, paper.words, "share")
    axes.set_xlabel(paper.words("figure.age_months"), size=8)
