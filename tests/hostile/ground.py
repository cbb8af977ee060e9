"""A sound client's folder on which every hostile file is tried, and helpers that spoil one thing in it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.register import as_text, quarters, register, streets
from tests.tiny import META, tiny_operators

Spoil = Callable[[Path], Any]
Cases = dict[str, tuple[Spoil, str]]  # by name: what is spoilt, and what the message must say

N = 80
NAMES = {"business_id": "Reg. no.", "sector": "Branch", "employees": "Staff", "lon": "Long", "lat": "Lat"}
MAPPING: dict[str, Any] = {
    "city": "city.yaml",
    "businesses": {"file": "register.csv", "columns": NAMES},
    "premises_types": {"otherwise": "street_level"},
    "zones": {"from": "points", "businesses_each": 20},
}
POLYGONS = {"from": "polygons", "file": "q.geojson", "columns": {"zone_id": "code"}, "outside": "nearest"}
TABLES = {"from": "graph", "nodes": {"file": "nodes.csv"}, "edges": {"file": "edges.csv"}}
FILES = ("city.yaml", "operators.yaml", "import.yaml", "register.csv", "q.geojson", "nodes.csv", "edges.csv")


def ground(folder: Path) -> Path:
    """The sound folder; its mapping reads all of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = META | {"country": "PL", "subdivision": ""}
    (folder / "city.yaml").write_text(yaml.safe_dump(meta))
    (folder / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}))
    (folder / "register.csv").write_text(as_text(register(N)), "utf-8")
    (folder / "q.geojson").write_text(quarters())
    for name, text in zip(("nodes.csv", "edges.csv"), streets(6, 0.8), strict=True):
        (folder / name).write_text(text)
    (folder / "import.yaml").write_text(yaml.safe_dump(MAPPING | {"zones": POLYGONS, "travel": TABLES}))
    return folder


def put(name: str, content: str | bytes) -> Spoil:
    """Another content for a file."""
    raw = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(raw)


def mapped(**parts: Any) -> Spoil:
    """The plain mapping with other parts; a group is merged, but for zones and travel."""

    def spoil(folder: Path) -> None:
        merged = dict(MAPPING)
        for key, value in parts.items():
            old = MAPPING.get(key)
            whole = key in ("zones", "travel", "city") or not isinstance(value, dict) or not isinstance(old, dict)
            merged[key] = value if whole else {**old, **value}
        (folder / "import.yaml").write_text(yaml.safe_dump(merged, allow_unicode=True), "utf-8")

    return spoil


def luck(size: int) -> bytes:
    """Bytes without sense, the same every time."""
    return random.Random(size).randbytes(size)


def later(make: Callable[[], Spoil]) -> Spoil:
    """What is large is made when it is wanted."""
    return lambda folder: make()(folder)


def all_of(*spoils: Spoil) -> Spoil:
    """Several things at once."""
    return lambda folder: [spoil(folder) for spoil in spoils]


def edited(name: str, old: str, new: str) -> Spoil:
    """One place of a file changed."""

    def spoil(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return spoil


def columns(**changes: Any) -> Spoil:
    """The register with other columns, read by the plain mapping."""
    named = {name.replace("_", " "): values for name, values in changes.items()}
    return all_of(mapped(), put("register.csv", as_text(register(N) | named)))


def first(column: str, value: str) -> Spoil:
    """One cell of the register."""
    cells = [str(cell) for cell in register(N)[column]]
    return all_of(mapped(), put("register.csv", as_text(register(N) | {column: [value, *cells[1:]]})))


def book(rows: list[list[Any]], **parts: bytes) -> bytes:
    """A workbook of one sheet, with some of its parts replaced (`__` is a slash, `_x` an .xml)."""
    from openpyxl import Workbook

    made, out = Workbook(), io.BytesIO()
    sheet: Any = made.active
    for row in rows:
        sheet.append(row)
    made.save(out)
    changed = {name.replace("__", "/").replace("_x", ".xml"): raw for name, raw in parts.items()}
    return archive({**parts_of(out.getvalue()), **changed}) if changed else out.getvalue()


def parts_of(raw: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def archive(parts: dict[str, bytes]) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in parts.items():
            file.writestr(name, raw)
    return out.getvalue()


def register_rows() -> list[list[Any]]:
    """The register as rows of cells, its header first."""
    plain = {
        name: [getattr(cell, "item", lambda c=cell: c)() for cell in values] for name, values in register(N).items()
    }
    return [list(plain), *map(list, zip(*plain.values(), strict=True))]


def xlsx(raw: bytes, **source: Any) -> Spoil:
    """The register as this workbook."""
    return all_of(mapped(businesses={"file": "register.xlsx", **source}), put("register.xlsx", raw))


def parquet(raw: bytes) -> Spoil:
    """The register as these bytes of a Parquet file."""
    return all_of(mapped(businesses={"file": "register.parquet"}), put("register.parquet", raw))


def as_parquet(table: Any) -> bytes:
    """A table of columns as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    out = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), out)
    return out.getvalue()


def polygons(text: str | bytes) -> Spoil:
    """Zones from this file of polygons."""
    return all_of(mapped(zones=POLYGONS), put("q.geojson", text))


def graph(text: str | bytes) -> Spoil:
    """Ways along this GraphML file."""
    return all_of(mapped(travel={"from": "graph", "file": "g.graphml"}), put("g.graphml", text))
