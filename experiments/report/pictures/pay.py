"""What pay does to people: how far plans are reached, and how hard they work on the days of the pay period."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.report.pictures.axes import line_look, number_axis
from experiments.report.pictures.paper import LEGEND_COLUMNS, Paper, Picture, Rows
from experiments.report.source import Source
from experiments.style import INK

BINS = np.arange(0.0, 2.51, 0.1)
MOST_LINES = 6  # scenarios in one picture
DAYS_SHOWN = 20  # working days before the end of the period
FEWEST_DAYS = 5  # of representatives, below which a day has no mean


def staffed(source: Source, table: str, columns: list[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Columns of a table of the department after the decision, and the scenarios that have one, in plan order."""
    found = source.table(table, ["scenario", "month", *columns])
    if not found:
        return {}, []
    after = found["month"] >= 1
    found = {name: values[after] for name, values in found.items()}
    there = set(found["scenario"].tolist())
    return found, [name for name in source.points if name in there][:MOST_LINES]


def attainment(source: Source, paper: Paper) -> Picture | None:
    """How often a month of a productive representative reaches which part of its plan, by scheme."""
    found, names = staffed(source, "monthly_by_rep", ["stage", "attainment"])
    rows: Rows = []
    for name in names:
        values = found["attainment"][(found["scenario"] == name) & (found["stage"] == "productive")].astype(float)
        values = values[np.isfinite(values)]
        counts, _ = np.histogram(np.minimum(values, BINS[-1] - 1e-9), BINS)
        shares = counts / max(values.size, 1)
        over = float(np.mean(values >= 1.0)) if values.size else float("nan")
        rows += [(name, float(low), float(share), over) for low, share in zip(BINS, shares, strict=False)]
    if not rows:
        return None
    figure = paper.figure(2.7)
    axes = figure.subplots()
    for place, name in enumerate(names):
        mine = [row for row in rows if row[0] == name]
        label = paper.words("figure.over_plan", name=paper.words.scenario(name), share=paper.words.share(mine[0][3]))
        stairs: Any = [row[2] for row in mine]
        axes.stairs(stairs, BINS, label=label, fill=False, **line_look(place))
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.margins(x=0)
    figure.legend(loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False, fontsize=8)
    number_axis(axes, paper.words, "share")
    number_axis(axes, paper.words, "share", across=True)
    axes.set_xlabel(paper.words("figure.attainment"), size=8)
    axes.set_ylabel(paper.words("figure.rep_months"), size=8)
    return figure, ("scenario", "attainment_from", "share_of_rep_months", "share_over_plan"), rows


def effort(source: Source, paper: Paper) -> Picture | None:
    """Effort and orders of a representative by the working day, counted from the end of the pay period."""
    found, names = staffed(source, "field_by_day", ["period_days_left", "reps", "effort", "orders"])
    rows = [row for name in names for row in day_rows(found, name)]
    if not rows:
        return None
    figure = paper.figure(2.7)
    for column, axes in enumerate(figure.subplots(1, 2), 2):
        for place, name in enumerate(names):
            mine = [row for row in rows if row[0] == name]
            label = paper.words.scenario(name)
            axes.plot([row[1] for row in mine], [row[column] for row in mine], label=label, **line_look(place))
        axes.margins(x=0.02, y=0.25)
        number_axis(axes, paper.words, "ratio")
        number_axis(axes, paper.words, "count", across=True)
        axes.set_xlabel(paper.words("figure.days_before_end"), size=8)
        axes.set_title(paper.words("figure.effort" if column == 2 else "figure.orders_a_day"), size=8.5)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=LEGEND_COLUMNS, frameon=False, fontsize=8
    )
    return figure, ("scenario", "workday_before_end", "effort", "orders_per_rep_day", "rep_days"), rows


def day_rows(found: dict[str, np.ndarray], name: str) -> Rows:
    """Means by the days that are left of the period, over the days of all representatives at work."""
    here = (found["scenario"] == name) & (found["reps"] > 0)
    left, reps = found["period_days_left"][here].astype(int), found["reps"][here].astype(float)
    effort, orders = found["effort"][here].astype(float), found["orders"][here].astype(float)
    rows: Rows = []
    for day in range(DAYS_SHOWN, -1, -1):
        mine = (left == day) & np.isfinite(effort)
        people = float(reps[mine].sum())
        if people >= FEWEST_DAYS:
            means = float((effort[mine] * reps[mine]).sum() / people), float(orders[mine].sum() / people)
            rows.append((name, -day, *means, int(people)))
    return rows
