"""Workbooks and Parquet files of a city's folder, read within limits, so that none of them can fill the memory."""

from __future__ import annotations

import zipfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sim.citytable import CELL_LIMIT, COLUMNS_LIMIT, Chosen, Table, lengths, too_many_columns, unique_header
from sim.errors import nearest
from sim.findings import Findings, plural

UNPACKED_LIMIT = 500_000_000  # bytes
RATIO_LIMIT = 150  # times the packed size; a workbook of real cells unpacks to five to thirty times
SMALL = 20_000_000  # bytes that may be packed as tightly as they like
SHEET_ROWS = 1_048_576  # of a workbook
ROWS_LIMIT = 20_000_000
AS_CSV = "save it again, or as CSV"


def read_xlsx(path: Path, findings: Findings, sheet: str | None = None, chosen: Chosen | None = None) -> Table | None:
    """One sheet of a workbook, the first unless named; its first row is the header."""
    if not sound_archive(path, findings):
        return None
    try:
        rows = sheet_rows(path, sheet)
    except InputTooLarge as error:
        findings.error(path.name, str(error), remedy="give a large table as CSV or Parquet")
        return None
    except Exception as error:  # a damaged workbook fails in many ways inside the reader
        hint = str(error) if isinstance(error, UnknownSheet) else AS_CSV
        findings.error(path.name, f"cannot be read as XLSX ({type(error).__name__})", remedy=hint)
        return None
    names = [str(name if name is not None else "").strip() for name in rows[0]] if rows else []
    if not unique_header(path.name, [name for name in names if name], findings):
        return None
    filled = [i for i, row in enumerate(rows[1:]) if any(cell not in (None, "") for cell in row)]
    turned = list(zip_longest(*(rows[i + 1] for i in filled)))
    empty = (None,) * len(filled)
    kept = set(names if chosen is None else chosen(names)) - {""}
    columns = {name: turned[j] if j < len(turned) else empty for j, name in enumerate(names) if name in kept}
    if chosen is not None and not columns:
        return None
    left_out = np.setdiff1d(np.arange(len(rows) - 1), filled) + 2
    return Table(path.name, columns, left_out)


class InputTooLarge(ValueError):
    """More than a city's table can have."""


class UnknownSheet(ValueError):
    """The workbook has no sheet of that name."""


def sound_archive(path: Path, findings: Findings) -> bool:
    """The workbook is an archive that unpacks to something of a plausible size."""
    try:
        with zipfile.ZipFile(path) as archive:
            items = archive.infolist()
            unpacked, names = sum(item.file_size for item in items), {item.filename for item in items}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        findings.error(path.name, f"cannot be read as XLSX ({type(error).__name__})", remedy=AS_CSV)
        return False
    packed = max(path.stat().st_size, 1)
    if unpacked > UNPACKED_LIMIT or (unpacked > SMALL and unpacked > RATIO_LIMIT * packed):
        message = f"holds {packed:,} bytes and unpacks to {unpacked:,}"
        findings.error(path.name, message, remedy="give a large table as CSV or Parquet")
    elif len(names) < len(items):
        findings.error(path.name, "holds two parts of one name", remedy=AS_CSV)
    else:
        return True
    return False


def sheet_rows(path: Path, name: str | None) -> list[tuple[Any, ...]]:
    """The cells of a sheet row by row, formulas as their text; stops where no honest sheet goes on."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, keep_links=False)
    try:
        if name is not None and name not in book.sheetnames:
            raise UnknownSheet(f"no sheet {name!r}; {nearest(name, book.sheetnames)}")
        sheet: Any = book[name] if name is not None else book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be anything
        rows: list[tuple[Any, ...]] = []
        width = COLUMNS_LIMIT + 50
        for row in sheet.iter_rows(values_only=True):
            if len(row) > width:
                raise InputTooLarge(f"has a row of {len(row):,} cells")
            if len(rows) >= SHEET_ROWS:
                raise InputTooLarge(f"has more than {SHEET_ROWS:,} rows")
            rows.append(row)
        while rows and not any(cell not in (None, "") for cell in rows[-1]):
            rows.pop()
        return rows
    finally:
        book.close()


def read_parquet(path: Path, findings: Findings, chosen: Chosen | None = None) -> Table | None:
    """A Parquet table with columns of any simple type."""
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            about, names = file.metadata, file.schema_arrow.names
            texts = [about.schema.column(i).path for i in range(about.num_columns) if is_text(about, i)]
        if about.num_rows > ROWS_LIMIT:
            findings.error(path.name, f"has {about.num_rows:,} rows", remedy=f"at most {ROWS_LIMIT:,}")
            return None
        if too_many_columns(path.name, about.num_columns, findings) or not unique_header(path.name, names, findings):
            return None
        with parquet.ParquetFile(path, read_dictionary=texts) as file:  # a long text that repeats is held once
            kept = None if chosen is None else chosen(names)
            if kept == []:
                return None
            read = file.read(columns=kept)
        for name in read.column_names:
            read.column(name).validate(full=True)  # text that is no UTF-8 would break whoever reads it
        long = [name for name in read.column_names if longest(read.column(name)) > CELL_LIMIT]
        if long:
            findings.error(
                path.name, f"has texts longer than {CELL_LIMIT} characters in {plural(long)}", remedy="shorten them"
            )
            return None
        return Table(path.name, {name: read.column(name) for name in read.column_names})
    except (pa.ArrowException, OSError, ValueError, NotImplementedError, MemoryError) as error:
        message = f"cannot be read as Parquet ({type(error).__name__}: {str(error)[:100]})"
        findings.error(path.name, message.replace("\n", " "), remedy="write it again, with plain columns")
        return None


def is_text(about: Any, column: int) -> bool:
    """Whether a column of a Parquet file holds bytes or text at its top level."""
    schema = about.schema.column(column)
    return schema.physical_type == "BYTE_ARRAY" and "." not in schema.path


def longest(values: Any) -> int:
    """Characters of the longest text of a column; 0 where it holds none."""
    most = 0
    for chunk in values.chunks:
        texts = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
            most = max(most, int(lengths(texts.drop_null()).max(initial=0)))
    return most
