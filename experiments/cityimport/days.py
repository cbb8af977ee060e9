"""Dates and months as the client writes them, turned into YYYY-MM-DD and YYYY-MM."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Places of year, month and day among the three numbers of a date.
ORDER = {"year-month-day": (0, 1, 2), "day.month.year": (2, 1, 0), "month/day/year": (2, 0, 1)}
THREE = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})(?:[ T].*)?")
MONTH_YEAR = re.compile(r"(\d{1,2})[./ -](\d{4})")
YEAR_MONTH = re.compile(r"(\d{4})[./ -]?(\d{1,2})")


def as_day(text: str, form: str) -> str:
    """A date as YYYY-MM-DD; what is none stays as it is, for the reader of cities to tell."""
    found = THREE.fullmatch(text)
    if not found:
        return text
    year, month, day = (found[1 + place] for place in ORDER[form])
    if len(found[1]) == 4:  # a workbook's own date, or one that was written the other way round
        year, month, day = found[1], found[2], found[3]
    return f"{year}-{int(month):02d}-{int(day):02d}" if len(year) == 4 else text


def as_month(text: str, form: str) -> str:
    """A month, or a day in it, as YYYY-MM."""
    if found := MONTH_YEAR.fullmatch(text):
        return f"{found[2]}-{int(found[1]):02d}"
    if found := YEAR_MONTH.fullmatch(text):
        return f"{found[1]}-{int(found[2]):02d}"
    day = as_day(text, form)
    return day[:7] if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else text


def each_distinct(values: Any, turn: Any, form: str) -> Any:
    """A column with every distinct text turned once."""
    encoded = values.dictionary_encode()
    turned = pa.array([turn(text, form) for text in encoded.dictionary.to_pylist()], pa.string())
    return pc.take(turned, encoded.indices)
