"""Registers as workbooks and Parquet: bombs, damage, formulas, entities, columns of odd kinds."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from typing import Any

import pyarrow as pa

from tests.hostile.ground import (
    Cases,
    N,
    archive,
    as_parquet,
    book,
    later,
    luck,
    parquet,
    parts_of,
    register_rows,
    xlsx,
)
from tests.register import register

ROWS = register_rows()

LONG = "x" * 10_000_000

STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl__worksheets__sheet1_x"

SHEET_XML = parts_of(book(ROWS))["xl/worksheets/sheet1.xml"]

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 40}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
)

OUTSIDE = '<!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/hostname">]>'


def faked(workbook: bytes) -> bytes:
    """A workbook whose directory says that its sheet is small, and whose sheet unpacks to gigabytes."""
    parts = parts_of(workbook)
    sheet = parts["xl/worksheets/sheet1.xml"]
    raw = archive({**parts, "xl/worksheets/sheet1.xml": sheet + b" " * 60_000_000})
    size = len(sheet) + 60_000_000
    return raw.replace(struct.pack("<L", size), struct.pack("<L", len(sheet) - 5))


def doubled(workbook: bytes) -> bytes:
    """A workbook with its sheet a second time under the same name."""
    out = io.BytesIO(workbook)
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as file:
        warnings.simplefilter("ignore")
        file.writestr("xl/worksheets/sheet1.xml", SHEET_XML)
    return out.getvalue()


def with_strings(strings: str) -> bytes:
    """The register as a workbook whose texts stand in this table of strings."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for i, row in enumerate(ROWS):
            sheet.write_row(i, 0, row)
    return archive({**parts_of(out.getvalue()), "xl/sharedStrings.xml": strings.encode()})


WORKBOOKS: Cases = {
    "a workbook that is none": (xlsx(b"no zip"), "cannot be read as XLSX"),
    "an empty archive": (xlsx(archive({})), "cannot be read as XLSX"),
    "an archive of something else": (xlsx(archive({"a.txt": b"x"})), "cannot be read as XLSX"),
    "a workbook cut short": (xlsx(book(ROWS)[:-700]), "cannot be read as XLSX"),
    "a formula in a workbook": (
        xlsx(book([*ROWS[:5], ["=1+1", *ROWS[5][1:]], *ROWS[6:]])),
        "= '=1+1': is a formula",
    ),
    "a zip bomb": (
        later(lambda: xlsx(archive({**parts_of(book(ROWS)), "xl/media/x.bin": b"\0" * 300_000_000}))),
        "and unpacks to",
    ),
    "a zip bomb that lies about its size": (later(lambda: xlsx(faked(book(ROWS)))), "ERROR"),
    "two parts of one name": (later(lambda: xlsx(doubled(book(ROWS)))), "holds two parts of one name"),
    "a workbook with a way upwards": (
        xlsx(
            archive({k.replace("xl/worksheets/sheet1.xml", "../../canary"): v for k, v in parts_of(book(ROWS)).items()})
        ),
        "cannot be read as XLSX",
    ),
    "a billion laughs in a sheet": (
        xlsx(book(ROWS, **{SHEET: f"{LAUGHS}<x>&h;</x>".encode()})),
        "ERROR",
    ),
    "a sheet that reads a file": (
        xlsx(
            book(
                ROWS,
                **{
                    SHEET: f"{OUTSIDE}<worksheet><sheetData><row><c t='inlineStr'><is><t>&h;</t></is></c></row>"
                    "</sheetData></worksheet>".encode()
                },
            )
        ),
        "ERROR",
    ),
    "a sheet that is no XML": (xlsx(book(ROWS, **{SHEET: b"<worksheet><row>"})), "cannot be read as XLSX"),
    "a sheet that is not there": (xlsx(book(ROWS), sheet="Premises"), "no sheet 'Premises'"),
    "a row of six hundred cells": (xlsx(book([["Reg. no."] + [None] * 600 + ["Staff"]])), "has a row of"),
    "a cell in no column": (xlsx(book(ROWS, **{SHEET: SHEET_XML.replace(b'r="A2"', b'r="ZZZZ2"')})), "ERROR"),
    "a workbook without a cell": (xlsx(book([])), "ERROR"),
    "a workbook with a header alone": (xlsx(book(ROWS[:1])), "has no rows"),
    "a cell of thirty thousand letters": (
        xlsx(book([*ROWS[:3], ["x" * 30_000, *ROWS[3][1:]]])),
        "is longer than 500 characters",
    ),
    "a string of ten million letters": (
        later(lambda: xlsx(with_strings(f"{STRINGS}><si><t>{LONG}</t></si></sst>"))),
        "ERROR",
    ),
    "strings that are not there": (later(lambda: xlsx(with_strings(f"{STRINGS}/>"))), "cannot be read as XLSX"),
    "a workbook whose sheets are elsewhere": (
        xlsx(archive({k: v for k, v in parts_of(book(ROWS)).items() if "sheet1" not in k})),
        "cannot be read as XLSX",
    ),
}

EMPTY = as_parquet(pa.table({name: pa.array([], pa.string()) for name in register(N)}))
GOOD = as_parquet({name: list(map(str, values)) for name, values in register(N).items()})


def other_column(name: str, values: Any) -> bytes:
    """The register as Parquet with one column of another kind."""
    return as_parquet(pa.table({**{k: list(map(str, v)) for k, v in register(N).items()}, name: values}))


PARQUETS: Cases = {
    "no Parquet": (parquet(b"no table"), "cannot be read as Parquet"),
    "Parquet of luck": (parquet(luck(9000)), "cannot be read as Parquet"),
    "Parquet's letters alone": (parquet(b"PAR1PAR1"), "cannot be read as Parquet"),
    "Parquet cut short": (parquet(GOOD[:-300]), "cannot be read as Parquet"),
    "Parquet without its middle": (parquet(GOOD[:100] + GOOD[-900:]), "ERROR"),
    "Parquet with luck in its foot": (parquet(GOOD[:-500] + luck(492) + GOOD[-8:]), "cannot be read as Parquet"),
    "Parquet with a foot of four gigabytes": (
        parquet(GOOD[:-8] + b"\xff\xff\xff\xffPAR1"),
        "cannot be read as Parquet",
    ),
    "Parquet without rows": (parquet(EMPTY), "no rows"),
    "a column of lists": (parquet(other_column("Staff", [[1, 2]] * N)), "ERROR"),
    "a column of groups": (parquet(other_column("Staff", [{"a": 1}] * N)), "ERROR"),
    "a column of bytes": (parquet(other_column("Branch", pa.array([b"\xff\xfe"] * N))), "ERROR"),
    "a long text that repeats": (parquet(other_column("Branch", ["x" * 100_000] * N)), "longer than 500 characters"),
    "a text of ten million letters": (
        later(lambda: parquet(other_column("Branch", [LONG] + ["x"] * (N - 1)))),
        "longer than 500",
    ),
    "columns of one name": (
        parquet(as_parquet(pa.table([pa.array(["a"]), pa.array(["b"])], names=["Staff", "Staff"]))),
        "ERROR",
    ),
    "no column of ours": (parquet(as_parquet({"a": ["b"]})), "is no column of the file"),
}
