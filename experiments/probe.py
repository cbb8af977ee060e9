"""A dry run: how many runs a plan has, and from one measured run how long they will take and what they will fill."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.job import Planned

TABLES_OVER_JOURNAL = 2.0  # the final tables beside the journal, about as large


def told(request: Request, planned: Planned) -> int:
    """Runs one run twice, the first to compile, and says what the whole would take; nothing is written."""
    from experiments import kernels
    from experiments.runner import keep_city, one_run, read_head, tasks_of

    plan, options = planned.plan, request.options
    keep_city(plan.city, planned.city)
    kernels.tell(options["quiet"])
    [task] = tasks_of(plan, [len(plan) - 1])
    one_run(task)
    begun = time.perf_counter()
    payload = one_run(task)
    seconds, head = time.perf_counter() - begun, read_head(payload)
    if head.status == "failed":
        print(f"the run that was tried failed: {head.error}")
        return 1
    kernels.keep()
    runs = len(plan.positions)
    workers = 1 if options["engine"] == "serial" else options["workers"]
    baselines = sum(one is None for one in plan.pairs) or 1
    points = f"{len(plan.points)} design points ({baselines} of them baseline)"
    print(f"{points} x {plan.replications} replications: {runs} runs")
    print(
        f"time: {spoken_time(seconds * runs / workers)} with {workers} workers ({seconds:.2f} s the run that was tried)"
    )
    print(f"disk: {spoken_size(TABLES_OVER_JOURNAL * len(payload) * runs)} ({len(payload) / 1000:.0f} kB a run)")
    if options["until.kpi"]:
        print("less, where the stopping rule is met sooner")
    return 0


def spoken_time(seconds: float) -> str:
    """A time for a reader."""
    for limit, unit, size in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86_400:.3g} days"


def spoken_size(size: float) -> str:
    """A size for a reader."""
    for limit, unit, one in ((1e6, "kB", 1e3), (1e9, "MB", 1e6)):
        if size < limit:
            return f"{size / one:.3g} {unit}"
    return f"{size / 1e9:.3g} GB"
