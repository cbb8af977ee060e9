"""Sweeps are killed again and again, anywhere, and taken up again: their tables are those of an unbroken one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.reliability.bench import (
    ended,
    forked,
    killed_after,
    read_everything,
    rows_of,
    small_sweep,
    tables,
    workers_of,
)

VICTIMS = {"parent": 0.5, "writer": 0.35, "worker": 0.15}  # shares of the kills
LONGEST = 600.0  # seconds that a run of the small sweep may take on a busy machine
Rows = list[dict[str, Any]]


def kills(number: int = 200, seed: int = 1) -> Rows:
    """So many kills of each kind of process: how many sweeps they fell on, and what was lost, doubled, different."""
    luck, rows = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        read_everything(place)
        began = time.monotonic()
        whole = place / "whole"
        assert os.waitstatus_to_exitcode(os.waitpid(forked(small_sweep(place, f"out={whole}", "workers=1")), 0)[1]) == 0
        seconds = time.monotonic() - began
        for victim, share in VICTIMS.items():
            rows.append(killed_often(victim, max(round(share * number), 1), whole, seconds, luck))
    return rows


def killed_often(victim: str, number: int, whole: Path, seconds: float, luck: random.Random) -> dict[str, Any]:
    """Sweep after sweep is killed and resumed until there were so many kills; each is compared with the whole one."""
    runs = rows_of(whole)[0]
    row = {"killed": victim, "kills": 0, "sweeps": 0, "runs_lost": 0, "rows_doubled": 0, "tables_different": 0}
    while row["kills"] < number:
        folder = whole.with_name("broken")
        shutil.rmtree(folder, ignore_errors=True)
        while not (code := attempt(victim, folder, seconds, luck, row)):
            row["kills"] += victim != "worker"
        assert code == "done", f"{code}:\n{log_of(folder).read_text()[-3000:]}"
        done, doubled = rows_of(folder)
        row["sweeps"] += 1
        row["runs_lost"] += runs - done
        row["rows_doubled"] += doubled
        mine, theirs = tables(folder), tables(whole)
        row["tables_different"] += sum(mine.get(name) != theirs[name] for name in theirs)
    return row


def log_of(folder: Path) -> Path:
    """Where the commands that are killed say what they have to say."""
    return folder.with_name("log.txt")


def attempt(victim: str, folder: Path, seconds: float, luck: random.Random, row: dict[str, Any]) -> str:
    """One start, or resumption: "" when it was killed, "done" when it came to its end."""
    words = (
        ["sweep", f"resume={folder}", "quiet=true"] if folder.exists() else small_sweep(folder.parent, f"out={folder}")
    )
    if victim == "worker":
        return workers_killed(forked([*words, "workers=2"], log=log_of(folder)), folder, luck, row)
    words.append("workers=1")
    if victim == "parent":
        child = forked(words, log=log_of(folder))
        code = killed_after(child, luck.uniform(0.0, seconds))
        return {-signal.SIGKILL: "", 0: "done"}.get(code, f"ended with {code}")
    child = forked(words, dying_writer(luck), log_of(folder))
    until = time.monotonic() + LONGEST
    while (code := ended(child)) is None and time.monotonic() < until:
        time.sleep(0.01)
    return {0: "done", -signal.SIGKILL: ""}.get(LONGEST if code is None else code, f"ended with {code}")


def dying_writer(luck: random.Random) -> Callable[[], None]:
    """Lets a process die in the middle of writing: a run, a table or the manifest."""
    where, when, part = luck.choice(["run", "run", "table", "manifest"]), luck.randrange(1, 12), luck.random()

    def arrange() -> None:
        import experiments.folder
        import experiments.job
        from experiments.journal import Journal
        from experiments.tables import FinalFile

        count = {"left": when}

        def die_now() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def torn(journal: Journal, payload: bytes, append: Any = Journal.append) -> Any:
            count["left"] -= 1
            begin = journal.path.stat().st_size
            finished = append(journal, payload)
            if not count["left"]:
                with journal.path.open("r+b") as file:  # as if the rest had never come to the disk
                    file.truncate(begin + int(part * (journal.path.stat().st_size - begin)))
                die_now()
            return finished

        def half_a_table(file: FinalFile, table: Any, write: Any = FinalFile.write) -> None:
            write(file, table)
            count["left"] -= 1
            if not count["left"]:
                die_now()

        if where == "run":
            Journal.append = torn  # type: ignore[method-assign]
        elif where == "table":
            FinalFile.write = half_a_table  # type: ignore[method-assign]
        else:
            experiments.job.write_manifest = lambda *_: die_now()

    return arrange


def workers_killed(child: int, folder: Path, luck: random.Random, row: dict[str, Any]) -> str:
    """Kills a worker whenever some more runs are in the journal, as long as the sweep goes on; nothing is resumed."""
    journal, seen = folder / "journal.bin", -1
    until = time.monotonic() + LONGEST
    while (code := ended(child)) is None and time.monotonic() < until:
        size = journal.stat().st_size if journal.exists() else 0
        if size > seen and (found := workers_of(child)):
            time.sleep(luck.uniform(0.0, 0.3))
            try:
                os.kill(luck.choice(found), signal.SIGKILL)
                row["kills"] += 1
            except ProcessLookupError:
                pass
            seen = size + 40_000  # let some runs pass
        time.sleep(0.02)
    return "done" if code == 0 else f"ended with {code}"
