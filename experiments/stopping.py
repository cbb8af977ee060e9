"""The stopping rule: blocks of replications until the difference in one KPI is known well enough at every point."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.job import Job
    from experiments.journal import Journal

BLOCK = 5  # replications between two looks; looks fall on fixed numbers, so that an interruption changes nothing


def check_rule(options: dict[str, Any], months: int, currency: str) -> None:
    """Refuse half a rule, and a KPI that has no difference."""
    from experiments.kpis import kpis

    kpi, width = options["until.kpi"], options["until.half_width"]
    if not kpi and width is None:
        return
    mistakes = []
    if not kpi or width is None:
        mistakes.append("until.kpi and until.half_width go together, as until.kpi=customers until.half_width=10")
    known = [one.name for one in kpis(months, currency) if not one.paired]
    if kpi and kpi not in known:
        mistakes.append(f"until.kpi = {kpi} is no KPI with a difference; {nearest(kpi, known)}")
    if options.get("shard"):
        mistakes.append("until and shard exclude each other: a part of the runs cannot tell when all are enough")
    if mistakes:
        raise InputError(mistakes)


def blocks(replications: int) -> Iterator[int]:
    """After how many replications to look."""
    yield from range(BLOCK, replications, BLOCK)
    yield replications


def precise_enough(job: Job, journal: Journal) -> bool:
    """Whether the half-width of every design point's mean difference is what was asked for."""
    from experiments.summary import summarise
    from experiments.tables import extra_columns, write_finals, write_plan

    names = [point.name for point in job.plan.points]
    first = names[job.plan.baseline or 0]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_plan(job.plan, folder)
        tables = ("monthly", "monthly_by_channel")
        wanted = {name: extra for name, extra in extra_columns(journal).items() if name in tables}
        write_finals(wanted, job.plan, journal, folder)
        if not (folder / "monthly.parquet").exists():
            return False
        others = [name for name in names if name != first]
        rows = summarise(folder, first, others, job.city.currency, job.city.country, job.city.subdivision)
    found = {
        row["scenario"]: row for row in rows if row["kpi"] == job.options["until.kpi"] and row["scenario"] in others
    }
    target = job.options["until.half_width"]
    widths = [found[name]["half_width"] if name in found else None for name in others]
    if not job.quiet:
        known = [width for width in widths if width is not None]
        worst = f"{max(known):.4g}" if len(known) == len(widths) and known else "unknown"
        print(f"{job.plan.used} replications: half-width of {job.options['until.kpi']} {worst}, wanted {target:g}")
    return all(width is not None and width <= target for width in widths)
