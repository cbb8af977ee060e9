"""The claims study: what active selling does to the passive flow, by mechanism; `python -m experiments.claims`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.claimruns import Job, Row, Run, jobs_of, pairs, run_job
from experiments.claimtables import TABLES, Found
from experiments.studies import carry_out, study_command

COMMAND = study_command(
    "claims",
    "the field's claims beside what the model gives, with the mechanisms switched off one at a time",
    10,
    1,
    "docs/claims",
)


def run_all(tasks: Sequence[tuple[Job, int]], workers: int) -> Iterator[dict[str, Run]]:
    """The runs in the order of the tasks, in processes where there are several workers."""
    from joblib import Parallel, delayed
    from tqdm import tqdm

    results = Parallel(n_jobs=workers, return_as="generator")(delayed(run_job)(*task) for task in tasks)
    return iter(tqdm(results, total=len(tasks), desc="runs", unit="run", disable=not sys.stderr.isatty()))


def write(path: Path, rows: Sequence[Row]) -> None:
    """A small table as CSV; numbers with four figures behind the point."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[shown(row.get(name)) for name in columns] for row in rows])


def shown(value: Any) -> str:
    """A value as it stands in a table."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def show(name: str, rows: Sequence[Row]) -> None:
    """A table on the terminal."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [columns, *([shown(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    print(f"\n{name}")
    for line in cells:
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))


def study(replications: int, workers: int, out: Path) -> None:
    """Run everything, write the tables and print them."""
    tasks = jobs_of(pairs(), replications)
    runs = dict(zip(tasks, run_all(tasks, workers), strict=True))
    found = Found(runs, range(1, replications + 1))
    out.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        rows = table(found)
        write(out / f"{table.__name__}.csv", rows)
        show(table.__name__, rows)


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.claims`."""
    return carry_out(COMMAND, study, words)


if __name__ == "__main__":
    sys.exit(main())
