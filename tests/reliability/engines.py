"""The same sweep on every engine, with workers killed meanwhile: the same bytes."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.reliability.bench import ended, forked, rows_of, small_sweep, tables, workers_of

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
LONGEST = 900.0


def engines(only: int = 0) -> list[dict[str, Any]]:
    """Every way to run the sweep (or the first `only`): runs done, workers killed, and whether the bytes are the same;
    an engine that is not installed is left out."""
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
            killed, code = watched(forked(words, log=log), out, kill)
            assert code == 0, f"{out.name} ended with {code}:\n{log.read_text()[-3000:]}"
            first = first or tables(out)
            row = {"engine": engine, "workers": workers, "workers_killed": killed, "exit_code": code}
            row |= {"runs_done": rows_of(out)[0], "same_bytes": tables(out) == first}
            rows.append(row)
            print(row, flush=True)
    return rows


def watched(child: int, out: Path, kill: bool) -> tuple[int, int | None]:
    """Waits for a command; kills one of its workers once, when the first runs are done. Killed workers, exit code."""
    killed, until = 0, time.monotonic() + LONGEST
    while (code := ended(child)) is None and time.monotonic() < until:
        journal = out / "journal.bin"
        if kill and not killed and journal.exists() and journal.stat().st_size > 0:
            for worker in workers_of(child)[-1:]:
                os.kill(worker, signal.SIGKILL)
                killed += 1
        time.sleep(0.02)
    return killed, code
