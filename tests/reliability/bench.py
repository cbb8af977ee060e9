"""What the proofs share: a small sweep, a command in a process of its own, the processes below it, tables as bytes."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pyarrow.parquet as pq

from experiments.cli import main
from tests.tiny import tiny_folder

SWEEP = ("department.reps=1,2,3", "months=1", "warmup=0", "replications=4", "record.zones=true", "quiet=true")
EXEMPT = "timings.parquet"  # seconds differ from run to run
WORKERS = ("popen_loky", "spawn_main", "ray::", "default_worker")


def small_sweep(place: Path, *words: str) -> list[str]:
    """The words of a sweep of sixteen runs of the tiny city, whose folder is made in `place`."""
    city = place / "tinytown"
    if not city.exists():
        city.mkdir(parents=True)
        tiny_folder(city)
    return ["sweep", f"city={city}", *SWEEP, *words]


def tables(folder: Path) -> dict[str, bytes]:
    """The final tables of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet")) if path.name != EXEMPT}


def rows_of(folder: Path) -> tuple[int, int]:
    """How many of a folder's runs are done, and how many rows of its monthly table stand there twice."""
    status = pq.read_table(folder / "runs.parquet", columns=["status"]).column(0).to_pylist()
    monthly = pq.read_table(folder / "monthly.parquet", columns=["run_id", "month"])
    keys = list(zip(monthly.column(0).to_pylist(), monthly.column(1).to_pylist(), strict=True))
    return status.count("done"), len(keys) - len(set(keys))


@cache
def clean_processes() -> ForkServerContext:
    """Where commands are started from: a process that has read everything and has no pool, thread or lock of ours.

    Forked from this one, a command would inherit what it has used by then: joblib's pool without the threads that serve
    it, in which no run ever ends.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.warm"])
    return context


def started(words: list[str], before: Callable[[], None] | None = None, log: Path | None = None) -> BaseProcess:
    """`fieldcast` with these words in a process of its own, which has everything read already.

    `before` is called there first (it is pickled); what the command says goes to the end of `log`.
    """
    process = clean_processes().Process(target=told_in, args=(log, words, before))
    process.start()
    return process


def told_in(log: Path | None, words: list[str], before: Callable[[], None] | None) -> None:
    """Carries out a command in a process group of its own, and leaves at once with its exit code."""
    code = 99
    try:
        os.setpgid(0, 0)
        said = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1)
        faulthandler.register(signal.SIGUSR1, sys.stderr)
        if before is not None:
            before()
        code = main(words)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended(command: BaseProcess, within: float, meanwhile: Callable[[], None] = lambda: None) -> int | None:
    """The exit code of a command, minus the signal that killed it; nothing, and its end, if it takes longer.

    Every few moments `meanwhile` is called.
    """
    until = time.monotonic() + within
    try:
        while command.exitcode is None and time.monotonic() < until:
            meanwhile()
            command.join(0.02)
        return command.exitcode
    finally:
        if command.exitcode is None:
            end_family(command)


def end_family(command: BaseProcess) -> None:
    """Kills a command and all processes below it, once it has said where it stands."""
    assert command.pid
    with suppress(ProcessLookupError):
        os.kill(command.pid, signal.SIGUSR1)
        time.sleep(0.5)
    for number in [command.pid, *family(command.pid)]:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    command.join()


def killed_after(command: BaseProcess, seconds: float) -> int | None:
    """Kills a command after some seconds; how it ended, which may have been before."""
    command.join(seconds)
    command.kill()
    command.join()
    return command.exitcode


def last_words(log: Path) -> str:
    """The end of what commands said, for the message of a proof that fails."""
    return log.read_text(encoding="utf-8", errors="replace")[-3000:] if log.exists() else "(it said nothing)"


def family(parent: int) -> list[int]:
    """All processes below one."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    left = [parent]
    while left:
        children = below.get(left.pop(), [])
        found += children
        left += children
    return found


def workers_of(parent: int) -> list[int]:
    """The worker processes below one."""
    found = []
    for number in family(parent):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes().decode().replace("\0", " ")
        except OSError:
            continue
        if any(mark in words for mark in WORKERS) and "resource_tracker" not in words:
            found.append(number)
    return found
