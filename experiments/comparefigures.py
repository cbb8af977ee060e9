"""The pictures of a comparison: paired differences to the first as fans, and the KPI table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.fans import HEAD, Panel, draw_panel, fan_rows, headroom
from experiments.story import PER_MONTH, Story, city_line, note_of, readable_name
from experiments.style import INK, frame, house_style, margins, new_figure, save, save_numbers
from experiments.titles import at_end, percent, thousands
from experiments.verdict import chance, readable

if TYPE_CHECKING:
    from experiments.job import Job
    from experiments.summary import Rows

MOST_PANELS = 9  # others in one picture; those beyond stand in the tables alone
COLUMNS = 3
# metric: (name in the title, subtitle, kind of number, whether it is a flow)
METRICS: dict[str, tuple[str, str, str, bool]] = {
    "inbound_calls": ("inbound calls a month", f"Sales calls to the common number, {PER_MONTH}", "count", True),
    "awareness": ("awareness", "Mean awareness of the operator, at month end", "share", False),
    "gross_adds": ("gross adds a month", f"Activated new customers, {PER_MONTH}", "count", True),
    "churn_competitor": ("customers lost a month", f"Customers lost to competitors, {PER_MONTH}", "count", True),
    "customers": ("customers", "Business customers at month end", "stock", False),
    "cumulative_margin": ("cumulative margin", "Cumulative margin since the decision", "money", False),
}


def draw_all(job: Job, rows: Rows, with_schemes: bool) -> list[Path]:
    """Draws every picture that the tables allow; returns their files."""
    folder, drawn = job.folder / "figures", []
    with house_style():
        for metric in METRICS:
            name = f"difference_{metric}"
            figure, numbers = differences(job, metric)
            save(figure, folder, name)
            save_numbers(folder, name, HEAD, numbers)
            drawn.append(folder / f"{name}.png")
        save(kpi_picture(job, rows), folder, "kpi_table")
        drawn.append(folder / "kpi_table.png")
        if with_schemes:
            from experiments.schemefigures import draw_schemes

            drawn += draw_schemes(job)
    return drawn


def story_of(job: Job, place: int) -> Story:
    """What the panels of one of the others share."""
    points, city = job.plan.points, job.city
    story = Story(job.folder, points[0].name, points[place].name, city.currency, city_line(city), note_of(city))
    story.city, story.warmup = city, points[0].parameters.warmup
    story.country, story.subdivision = city.country, city.subdivision
    return story


def differences(job: Job, metric: str) -> tuple[Any, list[Any]]:
    """One panel for each of the others: its paired difference to the first."""
    noun, subtitle, kind, is_flow = METRICS[metric]
    stories = [story_of(job, place) for place in range(1, len(job.plan.points))]
    shown = stories[:MOST_PANELS]
    lines = -(-len(shown) // COLUMNS)
    figure = new_figure(5.4 if lines == 1 else 2.6 + 2.4 * lines)
    box = margins(figure, stories[0].footer) | {"wspace": 0.08, "hspace": 0.35}
    across = min(len(shown), COLUMNS)
    grid = figure.subplots(lines, across, sharey=True, squeeze=False, gridspec_kw=box)
    numbers: list[Any] = []
    for place, story in enumerate(stories):
        base, here = story.flow(metric) if is_flow else story.pair(metric)
        panel = Panel(readable_name(story.scenario), "", "", None, here - base, kind)
        cube = story.cube()
        numbers += fan_rows(panel, cube.months, cube.dates, story.baseline, story.scenario)
        if place < len(shown):
            draw_panel(grid.flat[place], panel, cube.months, cube.dates)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    headroom(grid.flat[0])
    frame(figure, title_of(stories, metric, noun, kind), f"{subtitle}: minus {stories[0].baseline}", stories[0].footer)
    return figure, numbers


def title_of(stories: list[Story], metric: str, noun: str, kind: str) -> str:
    """Who differs most from the first in the last month, and how sure its sign is."""
    changes = {story.scenario: at_end(story.pair(metric)) for story in stories}
    name = max(changes, key=lambda one: abs(changes[one].difference))
    change, last = changes[name], stories[0].last_month
    if not change.difference:
        return f"Month {last}: {noun} the same for all"
    size = percent(abs(change.difference)).replace("%", "pts") if kind == "share" else thousands(abs(change.difference))
    fewer = "fewer" if kind in ("count", "stock") else "less"
    return f"Month {last}: {readable_name(name)} has {size} {'more' if change.up else fewer} {noun} ({change.odds})"


def kpi_picture(job: Job, rows: Rows) -> Any:
    """The KPI table as a picture: the first's level, and each of the others' difference with its odds."""
    from experiments.kpis import kpis

    names = [point.name for point in job.plan.points][: 1 + 4]
    shown = [kpi.name for kpi in kpis(job.plan.points[0].parameters.months, job.city.currency) if kpi.shown]
    by_key = {(row["kpi"], row["scenario"]): row for row in rows}
    lines = [kpi for kpi in shown if (kpi, names[0]) in by_key and by_key[kpi, names[0]]["mean"] is not None]
    figure = new_figure(1.9 + 0.24 * len(lines))
    story = story_of(job, 1)
    frame(
        figure,
        f"Key figures: {names[0]}, and what the others change",
        "Mean difference, and in how many of the pairs it is for the better",
        story.footer,
    )
    height = figure.get_size_inches()[1]
    edges = np.linspace(0.52, 0.985, len(names))
    for line, kpi in enumerate(["", *lines]):
        y = 1 - (1.0 + 0.24 * line) / height
        for column, text in enumerate(cells(kpi, names, by_key)):
            x, side = (0.06, "left") if column == 0 else (edges[column - 1] if len(edges) else 0.9, "right")
            figure.text(x, y, text, size=8.5, color=INK, va="top", ha=side, weight="bold" if not line else "normal")
    return figure


def cells(kpi: str, names: list[str], by_key: dict[tuple[str, str], Any]) -> list[str]:
    """One line of the KPI table; the head for no KPI."""
    if not kpi:
        return ["", *map(readable_name, names)]
    base = by_key[kpi, names[0]]
    found = [f"{kpi.replace('_', ' ')} ({base['unit']}, {base['window']})", readable(base["mean"], base["unit"])]
    for name in names[1:]:
        row = by_key[kpi, name]
        found.append(f"{readable(row['difference'], row['unit'], True)}  ({chance(row['probability_better'])})")
    return found
