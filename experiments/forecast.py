"""The main job: a scenario beside the baseline in one city, with paired seeds, as tables, pictures and a verdict."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.folder import (
    OVERRIDDEN,
    begin_folder,
    city_ref,
    code_revision,
    config_of,
    is_finished,
    resumed_plan,
    write_manifest,
)
from experiments.journal import Journal
from experiments.moves import Moves, moves_between, out_of_sight
from experiments.progress import Progress
from experiments.runner import DesignPoint, Plan, carry_out, failures, keep_city, relabelled, tasks_left

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.summary import Rows
    from sim.city import City

STOPPED = 130
SHOWN_FAILURES = 10


def run(request: Request) -> int:
    """Carries out `fieldcast forecast`; returns its exit code."""
    started = time.time()
    plan, folder, city = prepared(request)
    try:
        with ended_politely(), Journal(folder / "journal.bin") as journal:
            if is_finished(folder, plan) and len(journal.done()) == len(plan):
                print(f"Nothing to do: {folder} is finished, all {len(plan)} runs are done.")
                return 0
            if not run_left(request, plan, journal):
                return report_failures(plan, journal, folder, resumable=True)
            return finish(request, plan, journal, folder, city, started)
    except KeyboardInterrupt:
        print(f"\nstopped; finished runs are kept. To go on:\n  {resume_line(folder)}", file=sys.stderr)
        return STOPPED


@contextmanager
def ended_politely() -> Iterator[None]:
    """Takes a request to end from outside as Ctrl-C, where this thread may do so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def resume_line(folder: Path) -> str:
    """The exact line that takes the runs up again."""
    return f"fieldcast forecast {shlex.quote(f'resume={folder}')}"


# ---- the plan --------------------------------------------------------------------------------------------------


def prepared(request: Request) -> tuple[Plan, Path, City]:
    """The plan, its folder and its city; new, or taken up again."""
    from experiments import __version__

    folder = request.out_folder()
    if request.options["resume"]:
        plan, _ = resumed_plan(request, __version__)
        city = plan.city.load()
    else:
        plan, city = new_plan(request, __version__)
        begin_folder(plan, folder, config_of(plan, request.command))
    keep_city(plan.city, city)
    for remark in dict.fromkeys(remark for point in plan.points for remark in out_of_sight(point.parameters)):
        print(remark, file=sys.stderr)
    return plan, folder, city


def new_plan(request: Request, version: str) -> tuple[Plan, City]:
    """Baseline and scenario with the same seeds; one point alone when the two are the same."""
    from sim.city import load_city

    ref = city_ref(request, "")
    city = load_city(ref.name, [Path(folder) for folder in ref.search])
    options = request.options
    baseline = DesignPoint(options["baseline"], *request.parameters(options["baseline"], baseline=True))
    scenario = DesignPoint(options["scenario"], *request.parameters(options["scenario"]))
    points: tuple[DesignPoint, ...] = (baseline, scenario)
    if scenario.name == baseline.name:
        same = scenario.numbers_digest == baseline.numbers_digest
        points = (baseline,) if same else (baseline, relabelled(scenario, scenario.name + OVERRIDDEN))
    ref = city_ref(request, city.content_hash)
    return Plan(points, options["replications"], options["seed"], ref, version, baseline=0), city


# ---- the runs --------------------------------------------------------------------------------------------------


def run_left(request: Request, plan: Plan, journal: Journal) -> bool:
    """Runs what the journal lacks; says whether all of it was tried."""
    options = request.options
    tasks = tasks_left(plan, journal)
    with Progress(len(plan), len(plan) - len(tasks), options["quiet"]) as progress:
        return carry_out(
            tasks,
            journal,
            engine=options["engine"],
            workers=options["workers"],
            fail_fast=options["fail_fast"],
            tell=progress.tell,
        )


def report_failures(plan: Plan, journal: Journal, folder: Path, resumable: bool = False) -> int:
    """Lists the runs that failed; the exit code says that there are some."""
    failed = failures(plan, journal)
    for keys, error in failed[:SHOWN_FAILURES]:
        print(f"failed: {keys['scenario']}, replication {keys['replication']}: {error}", file=sys.stderr)
    if len(failed) > SHOWN_FAILURES:
        print(f"... and {len(failed) - SHOWN_FAILURES} more", file=sys.stderr)
    if resumable:
        print(f"Stopped at the first failure. To go on:\n  {resume_line(folder)}", file=sys.stderr)
    elif failed:
        where = folder / "timings.parquet"
        print(f"{len(failed)} of {len(plan)} runs failed; their tracebacks are in {where}", file=sys.stderr)
    return 1 if failed else 0


# ---- the results -----------------------------------------------------------------------------------------------


def finish(request: Request, plan: Plan, journal: Journal, folder: Path, city: City, started: float) -> int:
    """Writes tables, summary, pictures and manifest, says what came out and where it is."""
    from experiments.tables import write_all

    write_all(plan, journal, folder)
    rows = results(plan, folder, city) if compared(plan, journal) else []
    write_manifest(folder, manifest(request, plan, journal, folder, city, started))
    code = report_failures(plan, journal, folder)
    print(spoken_results(request, plan, rows, city))
    print(f"\nResults: {folder}/ (summary.csv, monthly.parquet and other tables, figures/)")
    return code


def compared(plan: Plan, journal: Journal) -> bool:
    """Whether at least one pair of runs is whole."""
    done = journal.done()
    return any(position in done and (plan.pair_of(position) or 0) in done for position in scenario_positions(plan))


def scenario_positions(plan: Plan) -> range:
    """The runs of the scenario, which is the baseline itself when the two are the same."""
    return range((len(plan.points) - 1) * plan.replications, len(plan))


def results(plan: Plan, folder: Path, city: City) -> Rows:
    """Summary and pictures from the final tables."""
    from experiments.figures import draw_all
    from experiments.story import Story
    from experiments.summary import summarise, write_summary

    baseline, scenario = plan.points[0].name, plan.points[-1].name
    rows = summarise(folder, baseline, [scenario], city.currency, city.country, city.subdivision)
    write_summary(rows, folder)
    story = Story(folder, baseline, scenario, city.currency, city_line(city), note_of(city), city)
    story.warmup, story.moves = plan.points[0].parameters.warmup, moves_of(plan, city)
    story.country, story.subdivision = city.country, city.subdivision
    draw_all(story)
    return rows


def moves_of(plan: Plan, city: City) -> Moves:
    """What the scenario of a plan has otherwise than its baseline."""
    return moves_between(plan.points[0].parameters, plan.points[-1].parameters, city.operators[0].name)


def city_line(city: City) -> str:
    """The city and where its data come from."""
    source = (city.attribution or f"Source: {city.source}, {city.licence}").rstrip(".")
    return f"{city.name} ({city.country}), {city.snapshot}. {source}."


def note_of(city: City) -> str:
    """The remark that every output on a city with assumed operators carries."""
    return " ".join(city.assumptions)


def manifest(
    request: Request, plan: Plan, journal: Journal, folder: Path, city: City, started: float
) -> dict[str, Any]:
    """What a reader of the results may want to know about how they came to be."""
    ended = [journal.finished(position) for position in journal.offsets]
    return {
        "product": "fieldcast",
        "version": plan.version,
        "code_revision": code_revision(),
        "command": ["fieldcast", request.command, *request.words],
        "seed": plan.seed,
        "city": city.name,
        "city_content": city.content_hash,
        "remarks": list(city.assumptions),
        "runs": {
            "planned": len(plan),
            "done": len(journal.done()),
            "failed": sum(status == "failed" for status in journal.status.values()),
        },
        "wall_seconds": round(time.time() - started, 3),
        "cpu_seconds": round(sum(run.cpu_seconds for run in ended) + time.process_time(), 3),
        "files": sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*") if is_result(path)),
    }


def is_result(path: Path) -> bool:
    """Whether a file of the folder is a result and not a tool of the run."""
    return path.is_file() and not path.name.startswith(".") and path.suffix not in (".bin", ".lock")


def spoken_results(request: Request, plan: Plan, rows: Rows, city: City) -> str:
    """The KPI table, the verdict and the remark on assumptions; the table is left out when quiet."""
    from experiments.kpis import kpis
    from experiments.verdict import kpi_table, verdict

    if not rows:
        return "No pair of runs was finished, so there is no summary and no picture."
    names = plan.points[0].name, plan.points[-1].name
    moves = moves_of(plan, city)
    parts = [verdict(rows, *names, city.currency, moves), note_of(city)]
    if not request.options["quiet"]:
        shown = {kpi.name for kpi in kpis(plan.points[0].parameters.months, city.currency) if kpi.shown}
        if moves.only_others:
            shown -= {"break_even_month", "break_even_share"}  # nothing of ours was paid for
        parts.insert(0, kpi_table(rows, shown, *names))
    return "\n\n".join(part for part in parts if part)
