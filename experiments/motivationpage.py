"""The tables of docs/motivation.md: the family of pay schemes from its files, and the study's from its CSVs."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path
from typing import Any

from sim.compensation import SCHEMES, terms_of
from sim.compensation.terms import TERMS
from sim.shipped import scheme_file

MARK = re.compile(r"<!-- table (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def rewritten(page: str, folder: Path) -> str:
    """The page with every marked table made anew; `folder` holds the study's tables."""
    return MARK.sub(lambda mark: f"<!-- table {mark[1]} -->\n{table_of(mark[1], folder)}<!-- end -->", page)


def table_of(name: str, folder: Path) -> str:
    """One table in Markdown."""
    if name == "schemes":
        return markdown([("scheme", "what it pays", "terms as shipped"), *(_scheme(scheme) for scheme in SCHEMES)])
    if name == "terms":
        return markdown([("term", "unit", "limits", "meaning"), *(_term(term) for term in TERMS)])
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if not column.endswith(("_low", "_high"))]
    heads = tuple(column.replace("_", " ") for column in columns)
    return markdown([heads, *(tuple(_cell(row, column) for column in columns) for row in rows)])


def markdown(rows: list[tuple[str, ...]]) -> str:
    """Rows as a table, the first as its head."""
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cell(row: dict[str, str], column: str) -> str:
    """A value, with its interval where it has one."""
    value, low, high = (_short(row.get(name, "")) for name in (column, f"{column}_low", f"{column}_high"))
    return f"{value} ({low} .. {high})" if low and high else value


def _short(text: str) -> str:
    """A number with three figures; anything else as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _scheme(name: str) -> tuple[str, ...]:
    """What a scheme's file says of it: its first line, and its terms."""
    text = resources.files("configs").joinpath("scheme", f"{name}.yaml").read_text(encoding="utf-8")
    found = scheme_file(name)
    given = found[1] if found else {}
    terms = ", ".join(f"`{term}` {_listed(given[term])}" for term in terms_of(name))
    return f"`{name}`", text.splitlines()[0].removeprefix("# "), terms


def _term(name: str) -> tuple[str, ...]:
    term = TERMS[name]
    return f"`{name}`", term.unit, f"0 to {term.most:g}" if term.most <= 60 else "0 or more", term.meaning


def _listed(value: Any) -> str:
    if not isinstance(value, list):
        return f"{value:g}"
    return "; ".join(
        ", ".join(f"{key} {number:g}" for key, number in item.items()) if isinstance(item, dict) else f"{item:g}"
        for item in value
    )
