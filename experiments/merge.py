"""Shards of one plan become one folder, as if all of it had been run there."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.folder import begin_folder, edited, flat, plan_of, stored_config
from experiments.job import Job, Results, finish
from experiments.journal import Journal
from experiments.mishaps import runs_kept
from experiments.runner import keep_city
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request


def merged(request: Request, results: Results) -> int:
    """Puts the runs of all folders into a new one and writes its tables; returns the exit code."""
    from experiments.compose import at_home

    started = time.time()
    folders = [at_home(one.strip()) for one in request.options["merge"].split(",") if one.strip()]
    config = common_config(folders)
    plan = plan_of(folders[0], config)
    out = request.out_folder()
    begin_folder(plan, out, config)
    city = plan.city.load()
    keep_city(plan.city, city)
    job = Job(request, plan, out, city, config.get("options", {}))
    with Journal(out / "journal.bin") as journal, runs_kept(job, journal):
        for folder in folders:
            take_over(folder, journal)
        missing = sorted(set(plan.positions) - set(journal.offsets))
        if missing:
            print(
                f"{len(missing)} of {len(plan)} runs are in none of these folders: merge the missing shards too, or "
                f"run them here:\n  {job.resume_line}",
                file=sys.stderr,
            )
            return 1
        return finish(replace(job), journal, results, started)


def common_config(folders: list[Path]) -> dict[str, Any]:
    """The configuration of all folders, which may differ in the shard alone."""
    if not folders:
        raise InputError("merge needs folders, as merge=runs/part1,runs/part2")
    configs = [stored_config(folder) for folder in folders]
    mistakes = [mistake for folder, one in zip(folders, configs, strict=True) for mistake in edited(folder, one)]
    first = flat(configs[0] | {"shard": None})
    for folder, config in zip(folders[1:], configs[1:], strict=True):
        other = flat(config | {"shard": None})
        mistakes += [
            f"merge: {path} is {other.get(path)} in {folder}, but {first.get(path)} in {folders[0]}; merge one plan"
            for path in dict.fromkeys([*first, *other])
            if first.get(path) != other.get(path)
        ]
    if mistakes:
        raise InputError(mistakes[:20])
    return configs[0] | {"shard": None}


def take_over(folder: Path, journal: Journal) -> None:
    """Appends the runs of a shard's journal; a run that is there and done already is left out."""
    theirs = Journal(folder / "journal.bin")
    if not theirs.path.exists():
        raise InputError(f"merge: {folder} has no journal.bin; give folders of shards that have run")
    theirs.scan()
    for position, status in sorted(theirs.status.items()):
        if position not in journal.done() and (status == "done" or position not in journal.offsets):
            journal.append(theirs.payload(position))
