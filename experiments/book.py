"""`fieldcast parameters`: the parameter book, every number with its unit, range, evidence, source and meaning."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from typing import Any

from experiments.compose import Request
from sim.parameters import BookRow, book

HEADER = tuple(field.name for field in fields(BookRow))


def run(request: Request) -> int:
    """Print the book of a scenario; with out=FOLDER, write it there."""
    _, mapping = request.parameters(request.options["scenario"])
    form = request.options["format"]
    text = FORMATS[form](book(mapping))
    if "out" not in request.given:
        sys.stdout.write(text)
        return 0
    folder = request.out_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"parameters.{SUFFIXES[form]}"
    target.write_text(text, encoding="utf-8")
    print(f"The parameter book is {target}")
    return 0


def _cells(row: BookRow) -> list[str]:
    return ["" if cell is None or cell == () else _shown(cell) for cell in astuple(row)]


def _shown(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, list | tuple):
        return "; ".join(map(str, cell))
    return str(cell)


def as_csv(rows: Sequence[BookRow]) -> str:
    """The book as a table for a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *map(_cells, rows)])
    return out.getvalue()


def as_markdown(rows: Sequence[BookRow]) -> str:
    """The book as a table for a document."""
    lines = [HEADER, ("---",) * len(HEADER), *(tuple(cell.replace("|", "\\|") for cell in _cells(row)) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def as_table(rows: Sequence[BookRow]) -> str:
    """The book for the terminal: a line of numbers and, below it, what the number means."""
    width = max(60, shutil.get_terminal_size((110, 24)).columns)
    sections: dict[str, list[BookRow]] = {}
    for row in rows:
        sections.setdefault(row.path.rpartition(".")[0], []).append(row)
    blocks = []
    for head, inside in sections.items():
        blocks += [f"\n{head or 'top level'}\n", *(_block(row, width) for row in inside)]
    return "".join(blocks).lstrip("\n")


def _block(row: BookRow, width: int) -> str:
    path, value, unit, low, high, evidence, source, meaning = _cells(row)
    value = value or ("none" if isinstance(row.value, list | tuple) else "")
    limits = f"[{low}, {high}]" if low or high else ""
    # Decisions carry their kind where claims carry their evidence.
    origin = f"{evidence}: {source}" if source else evidence
    line = f"  {path.rpartition('.')[2]:<34} {value:<10} {limits:<16} {unit:<24} {origin}".rstrip()
    return line + "\n" + textwrap.fill(meaning, width, initial_indent="      ", subsequent_indent="      ") + "\n"


FORMATS: dict[str, Callable[[Sequence[BookRow]], str]] = {"table": as_table, "csv": as_csv, "md": as_markdown}
SUFFIXES = {"table": "txt", "csv": "csv", "md": "md"}
