"""A table of a city's folder: columns of trimmed text, whatever the file was, read as numbers and dates on demand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import nearest
from sim.findings import Findings, plural, short

Array = np.ndarray[Any, Any]
Chosen = Callable[[list[str]], list[str]]  # from the names of a header to those of the columns that are read

NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
CELL_LIMIT = 500  # characters; nothing in a city needs more
COLUMNS_LIMIT = 500
# How numbers are written that are none here, and what to do about each way.
WRITTEN = (
    (r"^-?\d+,\d+$", "a decimal comma? this table separates with commas: write a point, or save it with semicolons"),
    (r"^-?\d{1,3}([ \x{a0}\x{202f}'.,]\d{3})+([.,]\d+)?$", "leave the marks between thousands out"),
    (r"^-?[\d.,]+ ?%$", "write a share as 0.25, not as 25 %"),
    (r"^#(REF|N/A|VALUE|DIV/0|NAME|NUM|NULL)", "the cell holds a spreadsheet's error: correct the formula behind it"),
    (r"^\d+ ?(-|–|to) ?\d+$|^[<>]", "a band? city import draws numbers inside bands (docs/city_import.md)"),
    (r"(?i)^(na|n/a|nan|null|none|-|\?|brak|unknown)$", "leave the cell empty where nothing is known"),
)
DATE_REMEDY = "write it as YYYY-MM-DD (city import reads other forms)"


class Table:
    """Columns of trimmed text, whatever the file was."""

    def __init__(
        self, file: str, columns: Mapping[str, Any], rows_left_out: Array | None = None, decimal_comma: bool = True
    ):
        self.file = file
        self.columns = {name: clean(values) for name, values in columns.items()}
        self.size = len(next(iter(self.columns.values()))) if self.columns else 0
        self.decimal_comma = decimal_comma
        self._row_numbers: Array | None = None
        if rows_left_out is not None and rows_left_out.size:
            self._row_numbers = np.setdiff1d(np.arange(2, self.size + rows_left_out.size + 2), rows_left_out)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def row_number(self, i: int) -> int:
        """The row as a spreadsheet shows it: the header is row 1."""
        return i + 2 if self._row_numbers is None else int(self._row_numbers[i])

    def taken(self, rows: Array, columns: Mapping[str, Any]) -> Table:
        """Columns that were made of these rows, as a table that still tells where they stood."""
        table = Table(self.file, columns, decimal_comma=self.decimal_comma)
        table._row_numbers = (np.arange(2, self.size + 2) if self._row_numbers is None else self._row_numbers)[rows]
        return table

    def at(self, column: str, i: int) -> str:
        """The text of one cell."""
        return self.columns[column][i].as_py() or "" if column in self.columns else ""

    def codes(self, column: str) -> tuple[Array, list[str]]:
        """Numbers of the distinct values in order of appearance, and these values; an empty cell is a value."""
        encoded = self.columns[column].dictionary_encode()
        return in_numpy(encoded.indices).astype(np.int32), encoded.dictionary.to_pylist()

    def bytes(self, column: str) -> Array:
        """A column as fixed-width bytes."""
        return fixed_width(self.columns[column])

    def numbers(
        self,
        column: str,
        findings: Findings,
        low: float,
        high: float,
        *,
        whole: bool = False,
        needed: bool = True,
        level: str = "ERROR",
        remedy: str = "correct the value",
    ) -> Array:
        """A column as float64, not-a-number where empty; what is no number or out of bounds is found and left empty."""
        values, empty = self.parsed(column)
        kind = "a whole number" if whole else "a number"
        wrong = np.flatnonzero(np.isnan(values) & ~empty)
        if wrong.size:
            self.no_numbers(column, wrong, f"is not {kind}", findings, level)
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high) | (whole & (np.floor(values) != values) & ~np.isnan(values))
        message = f"must be {kind} from {low:,g} to {high:,g}"
        remedy = remedy if level == "ERROR" else "taken as unknown"
        findings.rows(self, column, np.flatnonzero(outside), message, remedy, level)
        if needed:
            findings.rows(self, column, np.flatnonzero(empty), "is empty", "every row needs this value")
        return np.where(outside, np.nan, values)

    def no_numbers(self, column: str, wrong: Array, message: str, findings: Findings, level: str) -> None:
        """What is no number is told with the remedy for the way it was written."""
        way = np.zeros(wrong.size, np.int8)
        for number, (pattern, _) in enumerate(WRITTEN, 1):
            matches = in_numpy(pc.match_substring_regex(self.columns[column].take(pa.array(wrong)), pattern))
            way[(way == 0) & matches] = number
        for number in np.unique(way).tolist():
            remedy = WRITTEN[number - 1][1] if number else "write digits with at most one decimal sign"
            findings.rows(self, column, wrong[way == number], message, remedy, level)

    def parsed(self, column: str) -> tuple[Array, Array]:
        """Numbers, not-a-number where the text is none, and where nothing stands."""
        text = self.columns[column]
        if self.decimal_comma:
            text = pc.replace_substring(text, ",", ".")
        good = pc.match_substring_regex(text, NUMBER)
        values = np.full(self.size, np.nan)
        values[in_numpy(good)] = in_numpy(pc.cast(text.filter(good), pa.float64()))
        return values, lengths(text) == 0

    def dates(self, column: str, findings: Findings) -> Array:
        """A column as days, not-a-time where empty."""
        codes, texts = self.codes(column)
        days = np.full(max(len(texts), 1), np.datetime64("NaT"), "datetime64[D]")
        wrong = np.zeros(days.size, bool)
        for i, text in enumerate(texts):  # distinct dates only, a few thousand at most
            try:
                days[i] = np.datetime64(text[:10], "D") if re.match(r"\d{4}-\d\d-\d\d", text) else np.datetime64("NaT")
                wrong[i] = bool(text) and np.isnat(days[i])
            except ValueError:
                wrong[i] = True
        findings.rows(self, column, np.flatnonzero(wrong[codes]), "is not a date", DATE_REMEDY)
        return days[codes]


def clean(values: Any) -> pa.Array:
    """Any sequence as one array of trimmed text, empty where nothing stands."""
    if isinstance(values, pa.ChunkedArray):
        array = values.combine_chunks()
    elif isinstance(values, pa.Array):
        array = values
    else:
        array = pa.array([as_text(value) for value in values], pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.string())
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    text = pc.cast(array, pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(text, "") if text.null_count else text)


def lengths(array: pa.Array) -> Array:
    """Characters of every cell."""
    return in_numpy(pc.utf8_length(array))


def in_numpy(array: pa.Array) -> Array:
    """Numbers or truths without gaps as numpy has them; Arrow's own way would read the whole of pandas first."""
    if pa.types.is_boolean(array.type):
        return np.from_dlpack(pc.cast(array, pa.uint8())).astype(bool)
    return np.from_dlpack(array)


def as_text(value: Any) -> str | None:
    """A cell of a workbook or of Python as text: 5.0 is '5', a day is YYYY-MM-DD."""
    if value is None or isinstance(value, str) or value != value:  # None or not-a-number
        return value if isinstance(value, str) else None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        return "=" + str(getattr(value, "text", None) or "formula")
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)


def fixed_width(array: pa.Array) -> Array:
    """Text as fixed-width bytes without an object for each row."""
    array = pc.cast(array, pa.large_string())
    if not len(array):
        return np.empty(0, "S1")
    array = pa.concat_arrays([array])  # offsets begin at 0
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    size = np.diff(offsets)
    width = max(int(size.max()), 1)
    out = np.zeros(len(array) * width, np.uint8)
    starts = np.arange(len(array)) * width - (offsets[:-1] - offsets[0])
    out[np.repeat(starts, size) + np.arange(data.size)] = data
    return out.view(f"S{width}")


def too_many_columns(file: str, count: int, findings: Findings) -> bool:
    """A table of a city has some ten columns, a register's export some hundred."""
    if count > COLUMNS_LIMIT:
        findings.error(file, f"has {count:,} columns", remedy=f"leave at most {COLUMNS_LIMIT}")
    return count > COLUMNS_LIMIT


def unique_header(file: str, names: list[str], findings: Findings) -> bool:
    """A column name may stand once."""
    times = Counter(names)
    twice = sorted(short(name) for name in times if times[name] > 1 and name)
    if twice:
        findings.error(file, f"the header names {plural(twice)} more than once", row=1, remedy="rename or drop one")
    return not twice


def unknown_columns(table: Table, known: tuple[str, ...], needed: tuple[str, ...], findings: Findings) -> bool:
    """Unknown columns are remarked on, missing ones are mistakes; True when all that is needed is there."""
    strange = [name for name in table.columns if name not in known]
    for name in needed:
        if name not in table:
            hint = nearest(name, strange) if strange else ""
            hint = hint if hint.startswith("did") else ""
            findings.error(
                table.file, f"has no column '{name}'", remedy=hint or f"add it; known columns: {', '.join(known)}"
            )
    if strange:
        findings.note(table.file, f"unknown columns are ignored: {plural(strange)}")
    return all(name in table for name in needed)
