"""What a client can challenge line by line: every number with its source, the data, and how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.report import events
from experiments.report.blocks import Block, heading, note, table, text
from experiments.report.source import Source
from experiments.report.words import Words

if TYPE_CHECKING:
    from experiments.report.verdict import Answer
    from sim.parameters import BookRow

SHARED = ("months", "warmup", "check", "record")
COLUMNS = ("parameter", "value", "unit", "range", "source", "evidence", "changed", "meaning")
WIDTHS = (2.6, 1.2, 1.3, 1.2, 1.3, 0.9, 1.0, 4.0)
PAY = "department.scheme"
LONGEST = 60  # letters of a value in a table


def differences(base: Mapping[str, Any], here: Mapping[str, Any], words: Words) -> list[list[str]]:
    """Decisions that differ: what is decided, the baseline's value, the scenario's."""
    from experiments.folder import flat

    sides = [
        {path: value for path, value in flat(side).items() if path.split(".")[0] not in ("world", "events", *SHARED)}
        for side in (base, here)
    ]
    paths = dict.fromkeys([*sides[0], *sides[1]])
    begun = [not side.get("department.active") for side in sides] == [True, False]
    # A department that is there on one side alone differs in all that it is decided to be.
    named = {path for path in paths if begun and path.startswith("department.")}
    sides[0] |= dict.fromkeys(named - {"department.active"}, None)
    if all(side.get(f"{PAY}.kind") == side.get(f"{PAY}.name") for side in sides):
        paths.pop(f"{PAY}.kind", None)  # a shipped scheme goes by the name of its kind
    told = events.rows_of(base.get("events") or (), here.get("events") or (), words)
    return told + [
        [decision(path, words), *(shortened(decided(path, side.get(path), words)) for side in sides)]
        for path in paths
        if sides[0].get(path) != sides[1].get(path)
    ]


def decision(path: str, words: Words) -> str:
    """What is decided, in words; a term of a pay scheme by its own name."""
    front, _, term = path.rpartition(".")
    return words.get(f"term.{term}", term) if front == f"{PAY}.terms" else words.parameter(path)


def decided(path: str, value: Any, words: Words) -> str:
    """A decided value as a reader says it; shares in per cent."""
    if path in (f"{PAY}.name", f"{PAY}.kind") and value:
        return words.get(f"scheme.{value}", words.value(value))
    is_share = path.endswith("_share") and isinstance(value, int | float)
    return words.percent(value) if is_share else words.value(value)


def shortened(said: str) -> str:
    """A configured value, not longer than fits into a table."""
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def book_rows(source: Source) -> list[tuple[BookRow, bool]]:
    """Every number of the scenario with whether it differs from what is shipped."""
    from sim.parameters import book, defaults

    shipped = {row.path: row.value for row in book(defaults())}
    rows = book(source.points[source.scenario])
    return [(row, row.path in shipped and row.value != shipped[row.path]) for row in rows]


def register_cells(source: Source, words: Words, plain: bool = False) -> list[list[Any]]:
    """The assumption register: claims about the world as they stand in the book; plain for numbers left as such."""
    found = []
    for row, changed in book_rows(source):
        ends = [words.value(end) for end in (row.low, row.high)]
        span = " – ".join(ends) if ends != ["–", "–"] else "–"
        mark = words("register.yes") if changed else words("register.no")
        number = isinstance(row.value, int | float) and not isinstance(row.value, bool)
        value = row.value if plain and number else shortened(words.value(row.value))
        unit, evidence = words.unit(row.unit, "currency"), words.get(f"evidence.{row.evidence}", row.evidence)
        meaning = words.meaning(row.path, row.meaning)
        found.append([row.path, value, unit, span, row.source or "–", evidence, mark, meaning])
    return found


def chapter(source: Source, words: Words, answer: Answer) -> list[Block]:
    """The assumption register."""
    rows = [row for row in register_cells(source, words) if row[0].startswith(("world.", "department.", "situation."))]
    changed = words("register.yes")
    ours = sum(row[6] == changed for row in rows)
    return [
        text(words("register.intro", count=len(rows), changed=ours)),
        table([words(f"head.{name}") for name in COLUMNS], rows, words=len(COLUMNS), small=True, widths=WIDTHS),
        note(words("register.evidence")),
    ]


def data(source: Source, words: Words, answer: Answer) -> list[Block]:
    """Where data and numbers come from, and under which licences."""
    city = source.city
    facts = [
        [words("data.city"), f"{city.name} ({city.country}), {city.snapshot}"],
        [words("data.source"), str(city.source)],
        [words("data.licence"), str(city.licence)],
        [words("data.attribution"), str(city.attribution or "–")],
    ]
    cited = citations(source)
    blocks = [table([words("head.what"), words("head.value")], facts, words=2), heading(words("data.cited"), 2)]
    rows = [[key, citation, link or "–"] for key, citation, link in cited]
    return [
        *blocks,
        table(
            [words(f"head.{name}") for name in ("source", "citation", "link")],
            rows,
            3,
            small=True,
            widths=(1, 3.4, 1.9),
        ),
    ]


def citations(source: Source) -> list[tuple[str, str, str]]:
    """The sources that the register names, with their citations."""
    from importlib import resources

    from sim.shipped import load

    known = load(resources.files("configs").joinpath("sources.yaml"))
    named = sorted({row.source for row, _ in book_rows(source) if row.source})
    return [(key, known.get(key, {}).get("citation", "–"), known.get(key, {}).get("link", "")) for key in named]


def stamp(source: Source, words: Words, answer: Answer | None = None) -> list[Block]:
    """How to make the same numbers again."""
    manifest = source.manifest
    command = " ".join(shlex.quote(str(word)) for word in manifest.get("command", []))
    facts = [
        [words("stamp.command"), command],
        [words("stamp.seed"), str(source.config["seed"])],
        [words("stamp.version"), f"fieldcast {manifest['version']}"],
        [words("stamp.revision"), str(manifest.get("code_revision") or "–")],
        [words("stamp.city"), str(source.config["city"]["content"])],
        [words("stamp.runs"), f"{manifest['runs']['done']}"],
        [words("stamp.digest"), source.digest()],
    ]
    intro = text(words("stamp.intro"))
    return [intro, table([words("head.what"), words("head.value")], facts, words=2)]
