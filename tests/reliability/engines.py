"""The same sweep on every engine, with workers killed meanwhile: the same bytes."""

from __future__ import annotations

import os
import signal
import tempfile
from importlib.util import find_spec
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.reliability.bench import ended, last_words, rows_of, small_sweep, started, tables, workers_of

WAYS = (  # engine, workers, whether one is killed
    ("serial", 1, False),
    ("processes", 1, False),
    ("processes", 2, False),
    ("processes", 4, False),
    ("processes", 2, True),
    ("dask", 2, False),
    ("dask", 2, True),
    ("ray", 2, False),
    ("ray", 2, True),
)
NEEDS = {"dask": "distributed", "ray": "ray"}


def engines(only: int = 0, longest: int = 900) -> list[dict[str, Any]]:
    """Every way to run the sweep (or the first `only`): runs done, workers killed, and whether the bytes are the same;
    an engine that is not installed is left out, and none may take longer than `longest` seconds."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        first: dict[str, bytes] = {}
        for engine, workers, kill in WAYS[: only or None]:
            if engine in NEEDS and find_spec(NEEDS[engine]) is None:
                print(f"{engine} is not installed: left out")
                continue
            out = Path(folder) / f"{engine}{workers}{kill}"
            log = out.with_suffix(".log")
            words = small_sweep(Path(folder), f"out={out}", f"engine={engine}", f"workers={workers}")
            killed, code = watched(started(words, log=log), out, kill, longest)
            assert code == 0, f"{out.name} ended with {code}:\n{last_words(log)}"
            first = first or tables(out)
            row = {"engine": engine, "workers": workers, "workers_killed": killed, "exit_code": code}
            row |= {"runs_done": rows_of(out)[0], "same_bytes": tables(out) == first}
            rows.append(row)
            print(row, flush=True)
    return rows


def watched(command: BaseProcess, out: Path, kill: bool, longest: float) -> tuple[int, int | None]:
    """Waits for a command; kills one of its workers once, when the first runs are done. Killed workers, exit code."""
    killed, journal = 0, out / "journal.bin"

    def kill_one() -> None:
        nonlocal killed
        if kill and not killed and journal.exists() and journal.stat().st_size > 0:
            for worker in workers_of(command.pid)[-1:]:
                os.kill(worker, signal.SIGKILL)
                killed += 1

    code = ended(command, longest, kill_one)
    return killed, code
