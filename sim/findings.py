"""What is found when input files are looked through: mistakes, doubts and remarks, each with its place and remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

SHOWN = 5  # rows named for one kind of mistake; the rest is counted


@dataclass(frozen=True)
class Finding:
    """One remark on the input; an ERROR stops, a WARNING and a NOTE do not."""

    level: str
    file: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    remedy: str = ""

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"{'column' if self.row is not None else 'key'} {self.column}")
        value = "" if self.value is None else f" = {short(self.value)}"
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.level} {', '.join(place)}{value}: {self.message}{remedy}"


def short(value: Any, limit: int = 60) -> str:
    """A value as it may stand in a message: quoted, on one line, not too long."""
    text = repr(str(value))
    return text if len(text) <= limit else f"{text[: limit - 4]}...' ({len(str(value)):,} characters)"


class Findings:
    """Collects findings; nothing stops before all of the input was seen."""

    def __init__(self, shown: int = SHOWN) -> None:
        self.all: list[Finding] = []
        self.shown = shown

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.all)

    def error(self, file: str, message: str, **place: Any) -> None:
        """A mistake that stops."""
        self.all.append(Finding("ERROR", file, message, **place))

    def warning(self, file: str, message: str, **place: Any) -> None:
        """A doubt that the user should look at."""
        self.all.append(Finding("WARNING", file, message, **place))

    def note(self, file: str, message: str, **place: Any) -> None:
        """A remark on what follows from the input."""
        self.all.append(Finding("NOTE", file, message, **place))

    def rows(self, table: Any, column: str, bad: np.ndarray, message: str, remedy: str, level: str = "ERROR") -> None:
        """The same mistake in several rows: the first few are named, the others counted."""
        for i in bad[: self.shown].tolist():
            place = {"row": table.row_number(i), "column": column, "value": table.at(column, i), "remedy": remedy}
            self.all.append(Finding(level, table.file, message, **place))
        if bad.size > self.shown:
            more = f"{message} (the same in {bad.size - self.shown:,} more rows)"
            self.all.append(Finding(level, table.file, more, remedy=remedy))

    @property
    def errors(self) -> list[Finding]:
        """Only the mistakes."""
        return [finding for finding in self.all if finding.level == "ERROR"]

    def ordered(self) -> list[Finding]:
        """Errors first, then warnings, then notes."""
        rank = {"ERROR": 0, "WARNING": 1, "NOTE": 2}
        return sorted(self.all, key=lambda finding: rank[finding.level])


def plural(items: Iterable[str], limit: int = 8) -> str:
    """A list of names for a message, cut when long."""
    names = list(items)
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")
