"""The files of a city folder: CSV, XLSX and Parquet tables, read alike as columns of text."""

from __future__ import annotations

import csv
import hashlib
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.citybooks import read_parquet, read_xlsx
from sim.citytable import CELL_LIMIT, COLUMNS_LIMIT, Chosen, Table, in_numpy, lengths, too_many_columns, unique_header
from sim.errors import nearest
from sim.findings import Findings

SUFFIXES = (".csv", ".xlsx", ".parquet")
TABLE_LIMIT = 2_000_000_000  # bytes
HEADER_LIMIT = 100_000  # bytes
# Encodings that a register's export may have, and the letters by which one is told from the other.
ENCODINGS = ("utf-8", "utf-16", "cp1250", "cp1252", "iso-8859-2", "iso-8859-1", "iso-8859-15", "cp1251", "cp852")
LETTERS = {"cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻřěšščžťďňůáíé", "cp1252": "äöüÄÖÜßéèêàâçñåøæÉÅØ", "iso-8859-2": "ąśźĄŚŹľšťž"}
QUOTES = "close every quote, shorten what is long, and save it again as 'CSV UTF-8'"


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


def read_table(
    path: Path,
    findings: Findings,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    chosen: Chosen | None = None,
) -> Table | None:
    """A table of any of the forms; None after a mistake that leaves nothing to look at.

    `chosen` tells from the header which columns count; without it all do.
    """
    if path.stat().st_size > TABLE_LIMIT:
        findings.error(path.name, "is larger than 2 GB", remedy="leave only the columns that a city needs")
        return None
    if path.suffix.lower() == ".xlsx":
        table = read_xlsx(path, findings, sheet, chosen)
    elif path.suffix.lower() == ".parquet":
        table = read_parquet(path, findings, chosen)
    else:
        table = read_csv(path, findings, encoding, chosen)
    if table is not None and not table.size:
        findings.error(path.name, "has no rows", remedy="give at least one row below the header")
        return None
    return table if table is None or sane_cells(table, findings) else None


def sane_cells(table: Table, findings: Findings) -> bool:
    """Huge cells and formulas are refused before anything reads them."""
    before = len(findings.errors)
    for name, values in table.columns.items():
        huge = np.flatnonzero(lengths(values) > CELL_LIMIT)
        findings.rows(table, name, huge, f"is longer than {CELL_LIMIT} characters", "shorten it")
        formula = np.flatnonzero(in_numpy(pc.starts_with(values, "=")))
        findings.rows(table, name, formula, "is a formula", "put its value in its place")
    return len(findings.errors) == before


def decoded(path: Path, findings: Findings, encoding: str | None = None) -> bytes | None:
    """The bytes of a text file as UTF-8 without a byte-order mark."""
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif encoding is None and b"\0" in raw[:200]:
        encoding = "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    encoding = encoding or "utf-8"
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, UnicodeError) as error:
        line = raw[: getattr(error, "start", 0)].count(b"\n") + 1
        remedy = "save it again as 'CSV UTF-8'" + guessed_encoding(raw)
        findings.error(path.name, f"is not {encoding.upper()} text", row=line, remedy=remedy)
        return None
    return raw.removeprefix(b"\xef\xbb\xbf") if encoding == "utf-8" else text.lstrip("\ufeff").encode()


def guessed_encoding(raw: bytes) -> str:
    """What the text probably is, by the letters that it would have then."""
    sample = raw[:2_000_000]
    hits = {}
    for encoding, letters in LETTERS.items():
        strange = [sign for sign in sample.decode(encoding, "replace") if sign > "\x7f"]
        hits[encoding] = sum(sign in letters for sign in strange) / max(len(strange), 1)
    best = max(hits, key=hits.__getitem__)
    return f"; it looks like {best}, which city import reads (encoding: {best})" if hits[best] > 0.5 else ""


def read_csv(path: Path, findings: Findings, encoding: str | None = None, chosen: Chosen | None = None) -> Table | None:
    """A CSV with comma, semicolon or tab; a decimal comma is read where the comma does not separate."""
    from pyarrow import csv as arrow

    pa.set_memory_pool(pa.system_memory_pool())  # the default one keeps 20 MB after a small file

    raw = decoded(path, findings, encoding)
    if raw is None or not raw.strip():
        if raw is not None:
            findings.error(path.name, "is empty", remedy="give a header and rows")
        return None
    head = header_of(path.name, raw, findings)
    if head is None:
        return None
    names, delimiter = head
    odd = OddRows(path.name, delimiter, findings)
    options = arrow.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=odd
    )
    kept = [name for name in names if name] if chosen is None else chosen(names)
    if chosen is not None and not kept:
        return None
    types = dict.fromkeys(kept, pa.string())
    try:
        columns = arrow.read_csv(
            pa.BufferReader(raw),
            read_options=arrow.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=options,
            convert_options=arrow.ConvertOptions(
                column_types=types, include_columns=kept, quoted_strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        reason = " ".join(str(error).split())[:120]
        findings.error(path.name, f"cannot be read as CSV ({reason})", remedy=QUOTES)
        return None
    odd.tell_rest()
    table = {name: columns.column(name) for name in kept}
    return Table(path.name, table, np.array(sorted(odd.rows), np.int64), decimal_comma=delimiter != ",")


def header_of(file: str, raw: bytes, findings: Findings) -> tuple[list[str], str] | None:
    """Names of the columns and what separates them; None where the first row is no header."""
    line = raw[: HEADER_LIMIT + 1].split(b"\n", 1)[0].decode("utf-8", "ignore").strip("\r")
    if len(line) >= HEADER_LIMIT:
        message = f"its first row is longer than {HEADER_LIMIT:,} characters"
        findings.error(file, message, row=1, remedy=f"give a header of at most {COLUMNS_LIMIT} names")
        return None
    bare = re.sub('"[^"]*"', "", line)
    delimiter = max(",;\t", key=bare.count)
    if too_many_columns(file, bare.count(delimiter) + 1, findings):
        return None
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        cells = line.split(delimiter)
    names = [name.strip().strip('"').strip() for name in cells]
    return (names, delimiter) if unique_header(file, names, findings) else None


class OddRows:
    """Rows of a CSV with too many or too few cells: left out, and told unless they are empty."""

    def __init__(self, file: str, delimiter: str, findings: Findings):
        self.file, self.delimiter, self.findings = file, delimiter, findings
        self.rows: list[int] = []
        self.told = 0

    def __call__(self, row: Any) -> str:
        if row.text.strip(f"{self.delimiter} \r\n"):
            self.told += 1
            if self.told <= self.findings.shown:
                message = f"has {row.actual_columns} cells, the header {row.expected_columns}"
                self.findings.error(self.file, message, row=row.number, remedy=CELLS)
        self.rows.append(row.number)
        return "skip"

    def tell_rest(self) -> None:
        """How many more rows there are."""
        if self.told > self.findings.shown:
            more = self.told - self.findings.shown
            self.findings.error(self.file, f"{more:,} more rows have not as many cells as the header", remedy=CELLS)


CELLS = "count the separators; quote text that holds one"


def check_stray(folder: Path, stems: tuple[str, ...], findings: Findings) -> None:
    """A file whose name is nearly one that counts is probably meant to count."""
    known = [f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES]
    known += ["city.yaml", "operators.yaml"]
    ignored = ("README.md", "block_zone.csv", "blocks.geojson.gz")
    for path in sorted(folder.iterdir()):
        if path.name not in known and path.name not in ignored:
            hint = nearest(path.name, known)
            if hint.startswith("did") and path.is_file():
                findings.warning(path.name, f"is not read; {hint}", remedy="rename it if it should count")


def content_hash(paths: list[Path]) -> str:
    """A fingerprint of the content of the files, by name."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda each: each.name):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
