"""All hostile inputs of an import, by what they are."""

from __future__ import annotations

from tests.hostile.books import PARQUETS, WORKBOOKS
from tests.hostile.ground import Cases
from tests.hostile.mappings import MAPPINGS
from tests.hostile.shapes import FURTHER, GRAPHS, SHAPES
from tests.hostile.texts import NUMBERS, PATHS, TEXTS

SECTIONS = {
    "text": TEXTS,
    "number": NUMBERS,
    "path": PATHS,
    "mapping": MAPPINGS,
    "workbook": WORKBOOKS,
    "Parquet": PARQUETS,
    "shape": SHAPES,
    "graph": GRAPHS,
    "table": FURTHER,
}
CASES: Cases = {f"{section}: {name}": case for section, cases in SECTIONS.items() for name, case in cases.items()}
