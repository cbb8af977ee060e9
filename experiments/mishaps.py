"""When the disk, the folder or a file lets a command down: what is said, and how finished runs are kept."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.folder import begin_folder, config_of
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.job import Job
    from experiments.journal import Journal

STOPPED = 130


@contextmanager
def runs_kept(job: Job, journal: Journal) -> Iterator[None]:
    """Turns what the system refuses into a message; runs whose folder was deleted are saved beside it."""
    try:
        yield
    except OSError as error:
        runs = len(journal.done())
        if not journal.is_there():
            raise InputError(saved_beside(job, journal)) from None
        raise InputError(
            f"{job.folder}: {refusal(error)}; {runs} finished runs are kept. Put it right, and go on with:\n"
            f"  {job.resume_line}"
        ) from None


def alone_in(folder: Path, command: str, kept: str, deed: Callable[[], int]) -> int:
    """Does a command's work in a folder that no other process uses, and returns its exit code; stopped, or refused
    something by the system, it says how to go on."""
    from filelock import FileLock, Timeout

    line = f"fieldcast {command} {shlex.quote(f'resume={folder}')}"
    try:
        with FileLock(folder / ".lock", timeout=0):
            return deed()
    except Timeout:
        raise InputError(f"{folder} is in use by another process; wait for it, or give another folder") from None
    except OSError as error:
        message = f"{folder}: {refusal(error)}; finished {kept} are kept. Put it right, and go on with:\n  {line}"
        raise InputError(message) from None
    except KeyboardInterrupt:
        print(f"\nstopped; finished {kept} are kept. To go on:\n  {line}", file=sys.stderr)
        return STOPPED


def refusal(error: OSError) -> str:
    """What the system says, with the file it speaks of."""
    said = error.strerror or " ".join(str(error).split())[:300] or type(error).__name__
    return f"{said} ({Path(error.filename).name})" if isinstance(error.filename, str) else said


def saved_beside(job: Job, journal: Journal) -> str:
    """Puts the finished runs of a folder that is gone into one beside it; says what happened."""
    gone = f"{job.folder} was deleted or moved while runs were written into it"
    place = free_place(job.folder)
    try:
        config = config_of(job.plan, job.request.command, job.options, job.shard)
        begin_folder(replace(job.plan, used=None), place, config, job.files)
        with (place / "journal.bin").open("wb") as file:
            shutil.copyfileobj(journal.from_its_start(), file)
    except (OSError, InputError):
        return f"{gone}, and nothing can be written beside it: its runs are lost; begin anew with out="
    line = f"fieldcast {job.request.command} {shlex.quote(f'resume={place}')}"
    return f"{gone}; its {len(journal.done())} finished runs are kept in {place}. To go on:\n  {line}"


def free_place(folder: Path) -> Path:
    """A name beside a folder that nothing has yet."""
    number, place = 1, folder.with_name(f"{folder.name}_saved")
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}_saved{number}")
    return place
