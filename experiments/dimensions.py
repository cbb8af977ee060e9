"""What a sweep varies: values and ranges from the command line, ranges from the parameter book, rows of a table."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from experiments.designs import Dimension, Values
from sim.errors import InputError, nearest
from sim.parameters import known_paths, override_mistake


def of_text(path: str, text: str) -> Dimension:
    """The dimension of `path=text` in Hydra's grammar: 1,2,3, range(1,4), choice(a,b) or interval(0,1)."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parsed = OverridesParser.create().parse_override(f"{path}={text}")
    whole = is_whole(path)
    if parsed.is_interval_sweep():
        interval: Any = parsed.value()
        return Dimension(path, (), float(interval.start), float(interval.end), whole)
    try:
        values = tuple(parsed.sweep_iterator())
    except HydraException:
        raise InputError(f"{path}={text} lists no values; write {path}=1,2,3, range(1,4) or interval(1,4)") from None
    return Dimension(path, tuple(plain(value) for value in values))


def plain(value: Any) -> Any:
    """A value without the quotes of the grammar, and rounded where a range has added up decimals."""
    if isinstance(value, float):
        return round(value, 12)
    return value.text if hasattr(value, "text") else value


def is_whole(path: str) -> bool:
    """Whether a parameter is a whole number."""
    field = known_paths().get(path)
    return field is not None and field.annotation is int


def of_book(patterns: Sequence[str], mapping: Mapping[str, Any]) -> list[Dimension]:
    """The claims that the patterns name, over their ranges in the parameter book."""
    ranges, mistakes = claim_ranges(mapping), []
    found: dict[str, Dimension] = {}
    for pattern in patterns:
        hits = [path for path in ranges if fnmatchcase(path, pattern)]
        if not hits:
            mistakes.append(no_range(pattern, ranges))
        found |= {path: Dimension(path, (), *ranges[path], is_whole(path)) for path in hits}
    if mistakes:
        raise InputError(mistakes)
    return list(found.values())


def claim_ranges(mapping: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Every claim whose range is more than one number."""
    from sim.parameters import book

    rows = [row for row in book(mapping) if row.path.startswith("world.")]
    return {row.path: (float(row.low), float(row.high)) for row in rows if row.low < row.high}


def no_range(pattern: str, ranges: Mapping[str, Any]) -> str:
    """Why a name of `vary` gives nothing."""
    if pattern in known_paths() and not pattern.startswith("world."):
        return f"vary={pattern}: a decision has no range in the parameter book; give one, as {pattern}='interval(2,12)'"
    return f"vary={pattern}: no number of the world with a range has this name; {nearest(pattern, ranges)}"


def of_table(file: str) -> list[Values]:
    """The rows of a CSV file whose columns are parameters; an empty cell leaves the parameter as it is."""
    try:
        with Path(file).expanduser().open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            rows, head = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"table={file} cannot be read; give a CSV file in UTF-8") from None
    mistakes = [f"table={file}, column {path}: {override_mistake(path)}" for path in head if override_mistake(path)]
    mistakes += [] if rows else [f"table={file} has no rows; its first line names parameters, the others give values"]
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            mistakes.append(f"table={file}, line {number}: {len(head)} cells are needed; correct the line")
    if mistakes:
        raise InputError(mistakes)
    return [{path: yaml.safe_load(cell) for path, cell in row.items() if cell.strip()} for row in rows]
