"""A comparison in words: a table of differences to the first, a verdict on each of the others, who is ahead most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.moves import moves_between
from experiments.verdict import aligned, chance, odds, readable, rounded, says_something, verdict

if TYPE_CHECKING:
    from experiments.job import Job
    from experiments.summary import Rows

TABLE_MEASURES = (
    "orders_per_rep_month",
    "income_per_rep_month",
    "pay_per_contract",
    "effort",
    "attainment_median",
    "share_over_plan",
    "last_week_over_mean",
    "first_week_over_mean",
    "orders_micro_share",
    "discounts_per_order",
    "early_churn_per_month",
    "quits_per_rep_year",
    "ability_of_stayers",
    "revenue",
    "margin",
)


AROUND_ONE = ("factor", "usual days", "usual person")


def spoken(job: Job, rows: Rows, measures: Rows) -> str:
    """What `compare` says at the end."""
    from experiments.kpis import kpis
    from experiments.story import note_of

    points, currency = job.plan.points, job.city.currency
    names = [point.name for point in points]
    parts = [verdict_on(job, rows, place) for place in range(1, len(names))]
    parts += [ahead(job, "cumulative_margin", "margin after the run"), spared(rows, names)]
    parts += [about_schemes(measures, job.options["schemes"])] if measures else []
    parts.append(note_of(job.city))
    if not job.quiet:
        shown = {kpi.name for kpi in kpis(points[0].parameters.months, currency) if kpi.shown}
        tables = [difference_table([row for row in rows if row["kpi"] in shown], names)]
        if measures:
            chosen = [row for row in measures if row["kpi"] in TABLE_MEASURES]
            tables.append(difference_table(chosen, list(job.options["schemes"])))
        parts = tables + parts
    return "\n\n".join(part for part in parts if part)


def verdict_on(job: Job, rows: Rows, place: int) -> str:
    """The sentences on one of the others beside the first."""
    first, point = job.plan.points[0], job.plan.points[place]
    moves = moves_between(first.parameters, point.parameters, job.city.operators[0].name)
    return verdict(rows, first.name, point.name, job.city.currency, moves)


def difference_table(rows: Rows, names: list[str]) -> str:
    """KPIs by line: the first's level, then each of the others' difference and in how many pairs it is better."""
    by_key = {(row["kpi"], row["scenario"]): row for row in rows}
    head = ["KPI", "unit", "window", names[0]]
    for name in names[1:]:
        head += [name, "90 % of pairs", "better in"]
    lines = [head]
    for kpi in dict.fromkeys(row["kpi"] for row in rows):
        there = [by_key.get((kpi, name)) for name in names]
        base, others = there[0], [row for row in there[1:] if row]
        if base is None or not any(row["difference"] is not None and says_something(row, base) for row in others):
            continue
        line = [kpi, base["unit"], base["window"], shown(base["mean"], base["unit"])]
        for row in others:
            unit, ends = row["unit"], (row["difference_low"], row["difference_high"])
            between = " to ".join(shown(end, unit, True) for end in ends)
            line += [shown(row["difference"], unit, True), between, chance(row["probability_better"])]
        lines.append(line)
    return aligned(lines)


def shown(value: float | None, unit: str, signed: bool = False) -> str:
    """A number of a table; what lies around 1 has two digits after the point."""
    if value is not None and unit in AROUND_ONE:
        return rounded(value, 2, signed)
    return readable(value, unit, signed)


def ahead(job: Job, column: str, words: str) -> str:
    """In how many seeds each one has most of something; nothing is said of two, for their odds are in the verdict."""
    from experiments.cube import Cube

    cube = Cube(job.folder)
    if len(cube.scenarios) < 3:
        return ""
    values = cube.column(column)[:, :, -1]
    values = values[:, ~np.isnan(values).any(axis=0)]
    if not values.shape[1]:
        return ""
    best = np.bincount(values.argmax(axis=0), minlength=len(cube.scenarios))
    order = np.argsort(-best, kind="stable")
    told = [f"{cube.scenarios[place]} in {best[place]}" for place in order if best[place]]
    return f"The highest {words}, seed by seed: {', '.join(told)} of {values.shape[1]}."


def spared(rows: Rows, names: list[str]) -> str:
    """How many runs the pairing has spared, for the customers at the end."""
    found = [
        row for row in rows if row["kpi"] == "customers" and row["scenario"] in names[1:] and row["runs_independent"]
    ]
    if not found:
        return ""
    row = min(found, key=lambda row: row["variance_reduction"])
    return (
        f"Paired seeds: for the difference in customers ({row['scenario']}), independent seeds would have needed "
        f"{row['runs_independent']} runs a side instead of {row['pairs']} "
        f"({row['variance_reduction']:.1f} times as many)."
    )


def about_schemes(measures: Rows, schemes: list[str]) -> str:
    """One sentence a scheme: contracts and cost of a contract beside the first scheme's."""
    by_key = {(row["kpi"], row["scenario"]): row for row in measures}
    sentences = []
    for name in schemes[1:]:
        sold, paid = by_key["orders_per_rep_month", name], by_key["pay_per_contract", name]
        if sold["difference"] is None or paid["difference"] is None:
            continue
        direction = "more" if sold["difference"] >= 0 else "fewer"
        share = abs(sold["difference"]) / max(sold["mean"] - sold["difference"], 1e-9)
        sentences.append(
            f"Under {name} a representative signs {share:.0%} {direction} contracts a month than under {schemes[0]} "
            f"({direction} {odds(sold, sold['difference'] >= 0)}), and a contract costs "
            f"{readable(paid['mean'], 'money')} of pay ({readable(paid['difference'], 'money', True)})."
        )
    return " ".join(sentences)
