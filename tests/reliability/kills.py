"""Sweeps are killed again and again, anywhere, and taken up again: their tables are those of an unbroken one."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.reliability.bench import (
    ended,
    killed_after,
    last_words,
    rows_of,
    small_sweep,
    started,
    tables,
    workers_of,
)

VICTIMS = {"parent": 0.5, "writer": 0.35, "worker": 0.15}  # shares of the kills
Rows = list[dict[str, Any]]


def kills(number: int = 200, seed: int = 1, longest: int = 600) -> Rows:
    """So many kills of each kind of process: how many sweeps they fell on, and what was lost, doubled, different;
    `longest` seconds are what one start of the small sweep may take on a busy machine."""
    luck, rows = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        whole, log = Path(folder) / "whole", Path(folder) / "log.txt"
        words = small_sweep(Path(folder), f"out={whole}", "workers=1")
        assert ended(started(["--version"]), longest) == 0  # so that the clock measures the sweep alone
        began = time.monotonic()
        assert ended(started(words, log=log), longest) == 0, last_words(log)
        proof = Proof(whole, log, time.monotonic() - began, longest, luck)
        for victim, share in VICTIMS.items():
            rows.append(killed_often(victim, max(round(share * number), 1), proof))
    return rows


@dataclass(frozen=True)
class Proof:
    """What the kills share: the unbroken sweep, how long it took, and the luck that says when to kill."""

    whole: Path
    log: Path
    seconds: float
    longest: float
    luck: random.Random

    @property
    def folder(self) -> Path:
        """Where the sweep that is killed works."""
        return self.whole.with_name("broken")


def killed_often(victim: str, number: int, proof: Proof) -> dict[str, Any]:
    """Sweep after sweep is killed and resumed until there were so many kills; each is compared with the whole one."""
    runs = rows_of(proof.whole)[0]
    row = {"killed": victim, "kills": 0, "sweeps": 0, "runs_lost": 0, "rows_doubled": 0, "tables_different": 0}
    while row["kills"] < number:
        shutil.rmtree(proof.folder, ignore_errors=True)
        while not (code := ATTEMPTS[victim](proof, row)):
            row["kills"] += 1
        assert code == "done", f"{code}:\n{last_words(proof.log)}"
        done, doubled = rows_of(proof.folder)
        row["sweeps"] += 1
        row["runs_lost"] += runs - done
        row["rows_doubled"] += doubled
        mine, theirs = tables(proof.folder), tables(proof.whole)
        row["tables_different"] += sum(mine.get(name) != theirs[name] for name in theirs)
    return row


def words_of(proof: Proof, workers: int) -> list[str]:
    """The words that begin the sweep, or take it up again."""
    folder = proof.folder
    again = ["sweep", f"resume={folder}", "quiet=true"]
    return [*(again if folder.exists() else small_sweep(folder.parent, f"out={folder}")), f"workers={workers}"]


def said(code: int | None) -> str:
    """How an attempt ended: "" when it was killed, "done" when it came to its end."""
    return {-signal.SIGKILL: "", 0: "done", None: "took too long"}.get(code, f"ended with {code}")


def parent_killed(proof: Proof, _row: dict[str, Any]) -> str:
    """One start, or resumption, killed at any moment of the time that it takes."""
    return said(killed_after(started(words_of(proof, 1), log=proof.log), proof.luck.uniform(0.0, proof.seconds)))


def writer_killed(proof: Proof, _row: dict[str, Any]) -> str:
    """One start, or resumption, that dies while it writes."""
    return said(ended(started(words_of(proof, 1), dying_writer(proof.luck), proof.log), proof.longest))


def workers_killed(proof: Proof, row: dict[str, Any]) -> str:
    """Kills a worker whenever some more runs are in the journal, as long as the sweep goes on; nothing is resumed."""
    command, journal = started(words_of(proof, 2), log=proof.log), proof.folder / "journal.bin"
    wanted = 0  # bytes in the journal before the next kill

    def kill_one() -> None:
        nonlocal wanted
        size = journal.stat().st_size if journal.exists() else 0
        if size >= wanted and (found := workers_of(command.pid)):
            time.sleep(proof.luck.uniform(0.0, 0.3))
            with suppress(ProcessLookupError):
                os.kill(proof.luck.choice(found), signal.SIGKILL)
                row["kills"] += 1
            wanted = size + 40_000  # let some runs pass

    return said(ended(command, proof.longest, kill_one)) or "the command was killed with its worker"


ATTEMPTS: dict[str, Callable[[Proof, dict[str, Any]], str]] = {
    "parent": parent_killed,
    "writer": writer_killed,
    "worker": workers_killed,
}


def dying_writer(luck: random.Random) -> DyingWriter:
    """Where and when the next writer dies."""
    return DyingWriter(luck.choice(["run", "run", "table", "manifest"]), luck.randrange(1, 12), luck.random())


@dataclass(frozen=True)
class DyingWriter:
    """Lets the process in which it is called die in the middle of writing: a run, a table or the manifest."""

    where: str
    when: int
    part: float

    def __call__(self) -> None:
        """Put death in the place of the write."""
        import experiments.job
        from experiments.journal import Journal
        from experiments.tables import FinalFile

        left = count(self.when - 1, -1)

        def torn(journal: Journal, payload: bytes, append: Any = Journal.append) -> Any:
            begin = journal.path.stat().st_size
            finished = append(journal, payload)
            if not next(left):
                with journal.path.open("r+b") as file:  # as if the rest had never come to the disk
                    file.truncate(begin + int(self.part * (journal.path.stat().st_size - begin)))
                die_now()
            return finished

        def half_a_table(file: FinalFile, table: Any, write: Any = FinalFile.write) -> None:
            write(file, table)
            if not next(left):
                die_now()

        if self.where == "run":
            Journal.append = torn  # type: ignore[method-assign]
        elif self.where == "table":
            FinalFile.write = half_a_table  # type: ignore[method-assign]
        else:
            experiments.job.write_manifest = lambda *_: die_now()


def die_now() -> None:
    """The end of this process, without a last word."""
    os.kill(os.getpid(), signal.SIGKILL)
