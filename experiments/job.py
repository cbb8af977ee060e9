"""What every command that runs the model many times has in common: begin or resume a folder, run what is left, finish.

A command gives two functions: one makes its plan, one turns the final tables into results and the words for the
terminal. `work` does the rest, and returns the exit code.
"""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import kernels
from experiments.clusters import check_engine
from experiments.folder import (
    begin_folder,
    begin_numbered,
    city_ref,
    code_revision,
    config_of,
    digests,
    finished_runs,
    resumed_plan,
    write_manifest,
)
from experiments.journal import Journal
from experiments.mishaps import STOPPED, runs_kept
from experiments.moves import out_of_sight
from experiments.progress import Progress
from experiments.runner import CityRef, Plan, carry_out, failures, keep_city, tasks_left

if TYPE_CHECKING:
    from experiments.compose import Request
    from sim.city import City

SHOWN_FAILURES = 10


@dataclass(frozen=True)
class Planned:
    """What a command wants to run: its plan and city, what of its options a resumption must find unchanged, files."""

    plan: Plan
    city: City
    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # name: text, laid into the folder when it appears


@dataclass(frozen=True)
class Job:
    """One command at work in its folder."""

    request: Request
    plan: Plan
    folder: Path
    city: City
    options: Mapping[str, Any]  # of the command, as the folder was begun with
    shard: str | None = None  # as 2/8: this folder holds the second of eight parts of the plan
    files: Mapping[str, str] = field(default_factory=dict)  # that the command laid into the folder

    @property
    def positions(self) -> list[int]:
        """The runs that this folder is to hold."""
        positions = self.plan.positions
        if self.shard is None:
            return positions
        part, parts = map(int, self.shard.split("/"))
        return positions[part - 1 :: parts]

    @property
    def quiet(self) -> bool:
        """Whether only the last lines are wanted."""
        return bool(self.request.options["quiet"])

    @property
    def resume_line(self) -> str:
        """The exact line that takes the runs up again."""
        command = self.request.command
        program = command if command.startswith("python ") else f"fieldcast {command}"
        return f"{program} {shlex.quote(f'resume={self.folder}')}"


NewPlan = Callable[["Request", str], Planned]  # from the request and the product's version
Results = Callable[[Job, Journal], str]  # writes what the command adds to the tables; gives the words for the terminal


def work(request: Request, new_plan: NewPlan, results: Results) -> int:
    """Carry out a command from its request to its folder; returns the exit code."""
    started = time.time()
    job = begun(request, new_plan)
    try:
        with ended_politely(), Journal(job.folder / "journal.bin") as journal, runs_kept(job, journal):
            runs = finished_runs(job.folder)
            if runs and len(journal.done()) >= runs:
                print(f"Nothing to do: {job.folder} is finished, all {runs} runs are done.")
                return 0
            job, all_tried = run_left(job, journal)
            if not all_tried:
                return report_failures(job, journal, resumable=True)
            return finish_part(job, journal, started) if job.shard else finish(job, journal, results, started)
    except KeyboardInterrupt:
        print(f"\nstopped; finished runs are kept. To go on:\n  {job.resume_line}", file=sys.stderr)
        return STOPPED


def begun(request: Request, new_plan: NewPlan) -> Job:
    """The job with its folder; new, or taken up again."""
    from experiments import __version__

    check_engine(request.options["engine"], request.options["engine_address"])
    folder = request.out_folder()
    if request.options["resume"]:
        plan, config = resumed_plan(request, __version__)
        files: Mapping[str, str] = {}
        city, options, shard = plan.city.load(), config.get("options", {}), config.get("shard")
    else:
        planned = new_plan(request, __version__)
        check_points(planned)
        plan, city, options, shard = planned.plan, planned.city, planned.options, request.options["shard"]
        files = planned.files
        config = config_of(plan, request.command, options, shard)
        if request.options["out"]:
            begin_folder(plan, folder, config, files)
        else:
            folder = begin_numbered(plan, folder, config, files)
    keep_city(plan.city, city)
    for remark in dict.fromkeys(remark for point in plan.points for remark in out_of_sight(point.parameters)):
        print(remark, file=sys.stderr)
    return Job(request, plan, folder, city, options, shard, files)


def check_points(planned: Planned) -> None:
    """Refuse events with operators or zones that the city does not have, before anything runs."""
    from sim.errors import InputError
    from sim.reactions import check_events

    mistakes: list[str] = []
    for point in planned.plan.points:
        try:
            check_events(point.parameters, planned.city)
        except InputError as error:
            mistakes += error.messages
    if mistakes:
        raise InputError(list(dict.fromkeys(mistakes)))


def loaded_city(request: Request) -> tuple[City, CityRef]:
    """The city of a request, and where workers find it."""
    from sim.city import load_city

    ref = city_ref(request, "")
    city = load_city(ref.name, [Path(folder) for folder in ref.search])
    return city, city_ref(request, city.content_hash)


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


# ---- the runs --------------------------------------------------------------------------------------------------


def run_left(job: Job, journal: Journal) -> tuple[Job, bool]:
    """Runs what the journal lacks; the job with the replications that were needed, and whether all was tried."""
    if not job.options.get("until.kpi"):
        return job, run_positions(job, journal)
    from experiments.stopping import blocks, precise_enough

    for used in blocks(job.plan.replications):
        job = replace(job, plan=replace(job.plan, used=used))
        if not run_positions(job, journal):
            return job, False
        if precise_enough(job, journal):
            break
    return job, True


def run_positions(job: Job, journal: Journal) -> bool:
    """Runs what the journal lacks of this folder's runs; says whether all of it was tried."""
    options, wanted = job.request.options, set(job.positions)
    tasks = [task for task in tasks_left(job.plan, journal) if task.position in wanted]
    if tasks:
        kernels.tell(job.quiet)
    with Progress(len(wanted), len(wanted) - len(tasks), job.quiet) as progress:
        return carry_out(
            tasks,
            journal,
            engine=options["engine"],
            workers=options["workers"],
            fail_fast=options["fail_fast"],
            tell=progress.tell,
            address=options["engine_address"],
        )


def report_failures(job: Job, journal: Journal, resumable: bool = False) -> int:
    """Lists the runs that failed; the exit code says that there are some."""
    failed = failures(job.plan, journal)
    for keys, error in failed[:SHOWN_FAILURES]:
        print(f"failed: {keys['scenario']}, replication {keys['replication']}: {error}", file=sys.stderr)
    if len(failed) > SHOWN_FAILURES:
        print(f"... and {len(failed) - SHOWN_FAILURES} more", file=sys.stderr)
    if resumable:
        print(f"Stopped at the first failure. To go on:\n  {job.resume_line}", file=sys.stderr)
    elif failed:
        where = job.folder / "timings.parquet"
        print(f"{len(failed)} of {len(job.positions)} runs failed; their tracebacks are in {where}", file=sys.stderr)
    return 1 if failed else 0


# ---- the end ---------------------------------------------------------------------------------------------------


def finish(job: Job, journal: Journal, results: Results, started: float) -> int:
    """Writes tables, results and manifest, says what came out and where it is."""
    from experiments.tables import write_all

    write_all(job.plan, journal, job.folder)
    words = results(job, journal)
    write_manifest(job.folder, manifest(job, journal, started))
    code = report_failures(job, journal)
    print(words)
    print(f"\nResults: {job.folder}/ ({told_files(job.folder)})")
    return code


def finish_part(job: Job, journal: Journal, started: float) -> int:
    """Closes a shard, whose runs become tables when all shards are merged."""
    write_manifest(job.folder, manifest(job, journal, started))
    code = report_failures(job, journal)
    print(f"Shard {job.shard} is in {job.folder}. When all are there:")
    print(f"  fieldcast {job.request.command} merge=DIR,DIR,...")
    return code


def told_files(folder: Path) -> str:
    """The files to look at first."""
    found = [name for name in ("summary.csv", "runs.parquet", "monthly.parquet") if (folder / name).exists()]
    return ", ".join(found) + " and other tables" + (", figures/" if (folder / "figures").is_dir() else "")


def manifest(job: Job, journal: Journal, started: float) -> dict[str, Any]:
    """What a reader of the results may want to know about how they came to be."""
    ended = [journal.finished(position) for position in journal.offsets]
    return {
        "product": "fieldcast",
        "version": job.plan.version,
        "code_revision": code_revision(),
        "command": ["fieldcast", job.request.command, *job.request.words],
        "seed": job.plan.seed,
        "city": job.city.name,
        "city_content": job.city.content_hash,
        "remarks": list(job.city.assumptions),
        "runs": {
            "planned": len(job.positions),
            "done": len(journal.done() & set(job.positions)),
            "failed": sum(status == "failed" for status in journal.status.values()),
        },
        "wall_seconds": round(time.time() - started, 3),
        "cpu_seconds": round(sum(run.cpu_seconds for run in ended) + time.process_time(), 3),
        "files": sorted(str(path.relative_to(job.folder)) for path in job.folder.rglob("*.*") if is_result(path)),
        "digests": digests(job.folder),
    }


def is_result(path: Path) -> bool:
    """Whether a file of the folder is a result and not a tool of the run."""
    return path.is_file() and not path.name.startswith(".") and path.suffix not in (".bin", ".lock")


def whole_pairs(plan: Plan, journal: Journal, point: int) -> int:
    """How many runs of a design point ended well together with the baseline's run of the same seed."""
    done = journal.done()
    first = point * plan.replications
    pairs = [(position, plan.pair_of(position)) for position in range(first, first + plan.replications)]
    return sum(position in done and (pair is None or pair in done) for position, pair in pairs)
