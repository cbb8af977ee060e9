"""What a sweep comes down to: one row a run with its parameters and KPIs, and a few lines for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.schema import KEYS

if TYPE_CHECKING:
    from experiments.job import Job

SPOKEN = ("customers", "gross_adds", "cumulative_margin")
SHOWN_VALUES = 6


def write_kpis(job: Job) -> dict[str, np.ndarray]:
    """Writes kpis.parquet, one row a run: keys, parameters that vary, KPIs, and their differences to the baseline.

    Returns the KPIs as (point, replication).
    """
    from experiments.cube import working_days
    from experiments.kpis import Window, cubes_of, kpis
    from experiments.tables import plan_rows, write_rows

    plan, cubes = job.plan, cubes_of(job.folder)
    cube = cubes[""]
    days = working_days(cube.dates, job.city.country, job.city.subdivision)
    place = cube.scenarios.index(plan.points[plan.baseline or 0].name)
    rows, kinds = plan_rows(plan)
    rows.pop("seed")
    points, replications = np.divmod(np.array(plan.positions), plan.replications)
    pairs = np.array(
        [plan.baseline or 0 if one is None else one for one in plan.pairs or [plan.baseline] * len(plan.points)]
    )
    found: dict[str, np.ndarray] = {}
    columns = KEYS | kinds
    for kpi in kpis(int(cube.months[-1]), job.city.currency):
        if kpi.paired:
            continue  # it is against the one baseline; the differences below are against each point's own
        values = kpi.compute(Window(cubes, kpi.first, kpi.last, place, days))
        if np.isnan(values).all():
            continue
        found[kpi.name] = values
        for name, cells in ((kpi.name, values), (f"difference_{kpi.name}", values - values[pairs])):
            columns[name] = "number"
            rows[name] = [float(cell) if np.isfinite(cell) else None for cell in cells[points, replications]]
    write_rows(job.folder / "kpis.parquet", columns, rows)
    return found


def spoken(job: Job, kpis: dict[str, np.ndarray]) -> str:
    """The lowest and the highest point by a few KPIs, and where the tables are."""
    plan = job.plan
    used = plan.replications if plan.used is None else plan.used
    lines = [f"{len(plan.points)} design points x {used} replications."]
    swept = [place for place, point in enumerate(plan.points) if point.values or place != (plan.baseline or 0)]
    for name in SPOKEN:
        if name not in kpis or not swept:
            continue
        means = np.array([mean(kpis[name][place]) for place in swept])
        if np.isnan(means).all():
            continue
        low, high = swept[int(np.nanargmin(means))], swept[int(np.nanargmax(means))]
        lines.append(f"{name}: from {told(means.min(), plan, low)} to {told(means.max(), plan, high)}")
    lines.append("kpis.parquet holds every run with its parameters, KPIs and differences to the baseline.")
    return "\n".join(lines)


def mean(values: np.ndarray) -> float:
    """The mean of what is there."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else float("nan")


def told(value: float, plan: Any, place: int) -> str:
    """A mean with the point that has it."""
    point = plan.points[place]
    values = [f"{path.rpartition('.')[2]} {short(one)}" for path, one in list(point.values.items())[:SHOWN_VALUES]]
    more = ", ..." if len(point.values) > SHOWN_VALUES else ""
    return f"{value:,.0f}".replace(",", " ") + f" ({point.name}{': ' if values else ''}{', '.join(values)}{more})"


def short(value: Any) -> str:
    """A value without false digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
