"""The files of a city folder: CSV, XLSX and Parquet tables read alike as columns of text, and YAML read safely."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from sim.errors import nearest
from sim.findings import Findings, plural

Array = np.ndarray[Any, Any]

SUFFIXES = (".csv", ".xlsx", ".parquet")
CELL_LIMIT = 500  # characters; nothing in a city needs more
YAML_LIMIT = 1_000_000  # bytes
TABLE_LIMIT = 2_000_000_000  # bytes
NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


class Table:
    """Columns of trimmed text, whatever the file was."""

    def __init__(
        self, file: str, columns: Mapping[str, Any], rows_left_out: Array | None = None, decimal_comma: bool = True
    ):
        self.file = file
        self.columns = {name: clean(values) for name, values in columns.items()}
        self.size = len(next(iter(self.columns.values()))) if self.columns else 0
        self.decimal_comma = decimal_comma
        self._left_out = np.empty(0, np.int64) if rows_left_out is None else rows_left_out

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def row_number(self, i: int) -> int:
        """The row as a spreadsheet shows it: the header is row 1."""
        number = i + 2
        for left_out in self._left_out:
            number += left_out <= number
        return int(number)

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
    ) -> Array:
        """A column as float64, not-a-number where empty; what is no number or out of bounds is found and left empty."""
        values, empty = self.parsed(column)
        kind = "a whole number" if whole else "a number"
        wrong = np.flatnonzero(np.isnan(values) & ~empty)
        findings.rows(self, column, wrong, f"is not {kind}", "write digits with at most one decimal sign", level)
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high) | (whole & (np.floor(values) != values) & ~np.isnan(values))
        message = f"must be {kind} from {low:,g} to {high:,g}"
        remedy = "correct the value" if level == "ERROR" else "taken as unknown"
        findings.rows(self, column, np.flatnonzero(outside), message, remedy, level)
        if needed:
            findings.rows(self, column, np.flatnonzero(empty), "is empty", "every row needs this value")
        return np.where(outside, np.nan, values)

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
        findings.rows(self, column, np.flatnonzero(wrong[codes]), "is not a date", "write it as YYYY-MM-DD")
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


def find_table(folder: Path, stem: str, findings: Findings) -> Path | None:
    """The one file of that name, in any of the forms."""
    found = [path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").exists()]
    if len(found) > 1:
        findings.error(found[1].name, f"stands beside {found[0].name}", remedy="keep one of the two")
    if found and not inside(found[0], folder, findings):
        return None
    return found[0] if found else None


def inside(path: Path, folder: Path, findings: Findings) -> bool:
    """A file counts only if it lies in the folder itself, for a city must be complete when it is handed on."""
    if not path.is_file():
        findings.error(path.name, "is not a file", remedy="put the table itself here")
    elif not path.resolve().is_relative_to(folder.resolve()):
        findings.error(path.name, "points outside the folder", remedy="copy the file into the folder")
    elif not os.access(path, os.R_OK):
        findings.error(path.name, "may not be read", remedy="give yourself the right to read it")
    else:
        return True
    return False


def read_table(path: Path, findings: Findings) -> Table | None:
    """A table of any of the forms; None after a mistake that leaves nothing to look at."""
    if path.stat().st_size > TABLE_LIMIT:
        findings.error(path.name, "is larger than 2 GB", remedy="leave only the columns that a city needs")
        return None
    reader = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet}[path.suffix]
    table = reader(path, findings)
    if table is not None and not table.size:
        findings.error(path.name, "has no rows", remedy="give at least one row below the header")
        return None
    return table if table is None or sane_cells(table, findings) else None


def sane_cells(table: Table, findings: Findings) -> bool:
    """Huge cells and formulas are refused before anything reads them."""
    before = len(findings.errors)
    for name, values in table.columns.items():
        findings.rows(
            table,
            name,
            np.flatnonzero(lengths(values) > CELL_LIMIT),
            f"is longer than {CELL_LIMIT} characters",
            "shorten it",
        )
        formula = in_numpy(pc.starts_with(values, "="))
        findings.rows(table, name, np.flatnonzero(formula), "is a formula", "put its value in its place")
    return len(findings.errors) == before


def decoded(path: Path, findings: Findings) -> bytes | None:
    """The bytes of a text file as UTF-8 without a byte-order mark."""
    raw = path.read_bytes()
    encoding = "utf-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in raw[:200]:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        findings.error(path.name, f"is not {encoding.upper()} text", row=line, remedy="save it again as 'CSV UTF-8'")
        return None
    return raw.removeprefix(b"\xef\xbb\xbf") if encoding == "utf-8" else text.lstrip("\ufeff").encode()


def read_csv(path: Path, findings: Findings) -> Table | None:
    """A CSV with comma, semicolon or tab; a decimal comma is read where the comma does not separate."""
    from pyarrow import csv

    pa.set_memory_pool(pa.system_memory_pool())  # the default one keeps 20 MB after a small file

    raw = decoded(path, findings)
    if raw is None or not raw.strip():
        if raw is not None:
            findings.error(path.name, "is empty", remedy="give a header and rows")
        return None
    header = raw.split(b"\n", 1)[0]
    delimiter = max(",;\t", key=lambda sign: header.count(sign.encode()))
    left_out: list[int] = []

    def odd_row(row: Any) -> str:
        if row.text.strip(f"{delimiter} \r\n"):
            message = f"has {row.actual_columns} cells, the header {row.expected_columns}"
            findings.error(path.name, message, row=row.number, remedy="count the separators; quote text that holds one")
        left_out.append(row.number)
        return "skip"

    names = [name.strip().strip('"').strip() for name in header.decode().strip("\r").split(delimiter)]
    options = csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=odd_row
    )
    if not unique_header(path.name, names, findings):
        return None
    try:
        columns = csv.read_csv(
            pa.BufferReader(raw),
            read_options=csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=options,
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        findings.error(path.name, f"cannot be read as CSV ({str(error)[:120]})", remedy="save it again as 'CSV UTF-8'")
        return None
    table = {name: columns.column(name) for name in names if name}
    return Table(path.name, table, np.array(sorted(left_out), np.int64), decimal_comma=delimiter != ",")


def unique_header(file: str, names: list[str], findings: Findings) -> bool:
    """A column name may stand once."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        findings.error(
            file, f"the header names {plural(map(repr, twice))} more than once", row=1, remedy="rename or drop one"
        )
    return not twice


def read_parquet(path: Path, findings: Findings) -> Table | None:
    """A Parquet table with columns of any simple type."""
    from pyarrow import parquet

    try:
        columns = parquet.read_table(path)
        return Table(path.name, {name: columns.column(name) for name in columns.column_names})
    except (pa.ArrowException, OSError) as error:
        findings.error(
            path.name, f"cannot be read as Parquet ({str(error)[:120]})", remedy="write it again, with plain columns"
        )
        return None


def read_xlsx(path: Path, findings: Findings) -> Table | None:
    """The first sheet of a workbook; its first row is the header."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > TABLE_LIMIT // 4:
            findings.error(path.name, f"unpacks to {unpacked:,} bytes", remedy="give a large table as CSV or Parquet")
            return None
        sheet = load_workbook(path, read_only=True).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
    except Exception as error:  # a damaged workbook fails in many ways inside the reader
        findings.error(path.name, f"cannot be read as XLSX ({type(error).__name__})", remedy="save it again, or as CSV")
        return None
    names = [str(name or "").strip() for name in rows[0]] if rows else []
    if not unique_header(path.name, [name for name in names if name], findings):
        return None
    filled = [i for i, row in enumerate(rows[1:]) if any(cell not in (None, "") for cell in row)]
    columns = {name: [rows[i + 1][j] for i in filled] for j, name in enumerate(names) if name}
    left_out = np.setdiff1d(np.arange(len(rows) - 1), filled) + 2
    return Table(path.name, columns, left_out)


class SafeLoader(yaml.SafeLoader):
    """YAML without tags and anchors, and no key twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.constructor.ConstructorError(None, None, "an anchor or alias", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for (key_node, _), key in zip(node.value, keys, strict=True):
            if not isinstance(key, str | int) or keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} twice or no plain text", key_node.start_mark
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, findings: Findings) -> Any:
    """Plain mappings, lists, texts and numbers; None after a mistake."""
    if path.stat().st_size > YAML_LIMIT:
        findings.error(path.name, "is larger than 1 MB", remedy="it should hold a page of plain text")
        return None
    try:
        return yaml.load(path.read_bytes(), SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        row = mark.line + 1 if mark else None
        findings.error(
            path.name, f"cannot be read: {problem}", row=row, remedy="plain keys, texts, numbers and lists only"
        )
        return None


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


def content_hash(paths: list[Path]) -> str:
    """A fingerprint of the content of the files, by name."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda each: each.name):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
