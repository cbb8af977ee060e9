"""What the proofs share: a small sweep, a command in a process of its own, the processes below it, tables as bytes."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
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


def read_everything(place: Path) -> None:
    """Reads modules, kernels and the city's foundation, so that processes forked from this one begin at once."""
    import experiments.job
    import experiments.sweep
    import experiments.sweeptables
    import experiments.tables  # noqa: F401
    from experiments import load_city, scenario
    from sim.market import Market

    small_sweep(place)
    market = Market(scenario("active", months=1, warmup=0), load_city(str(place / "tinytown")), seed=1).run()
    assert market.tables()


def tables(folder: Path) -> dict[str, bytes]:
    """The final tables of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet")) if path.name != EXEMPT}


def rows_of(folder: Path) -> tuple[int, int]:
    """How many of a folder's runs are done, and how many rows of its monthly table stand there twice."""
    status = pq.read_table(folder / "runs.parquet", columns=["status"]).column(0).to_pylist()
    monthly = pq.read_table(folder / "monthly.parquet", columns=["run_id", "month"])
    keys = list(zip(monthly.column(0).to_pylist(), monthly.column(1).to_pylist(), strict=True))
    return status.count("done"), len(keys) - len(set(keys))


def forked(words: list[str], before: Callable[[], None] = lambda: None, log: Path | None = None) -> int:
    """Starts `fieldcast` with these words in a process of its own, which has everything read already; its number.

    What it says goes to the end of `log`.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        os.setpgid(0, 0)
        said = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1)
        before()
        code = main(words)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(child: int) -> int | None:
    """The exit code of a process, minus the signal that killed it; None while it runs."""
    done, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def killed_after(child: int, seconds: float) -> int:
    """Kills a process after some seconds; how it ended, which may have been before."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (code := ended(child)) is not None:
            return code
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


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
