"""The committed card agrees with the facts file: every line with its band, and every miss with its explanation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.validation.card import band, sentence
from experiments.validation.facts import shipped_facts
from experiments.validation.judge import INSIDE, NOT_AVAILABLE, NOT_JUDGED, OUTSIDE, OVERLAPS, REPORTED

PAGE = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")
FACTS = shipped_facts().facts
VERDICTS = {INSIDE, OVERLAPS, OUTSIDE, NOT_JUDGED, NOT_AVAILABLE, REPORTED}


def section(name: str) -> str:
    """The part of the page that speaks of a fact."""
    return PAGE.split(f"## {name}. ")[1].split("\n## ")[0]


def cells(name: str) -> list[list[str]]:
    """The rows of a fact's table, without its head."""
    rows = [line.strip("| ").split(" | ") for line in section(name).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def test_the_page_has_every_fact_once_in_order() -> None:
    assert re.findall(r"^## (T\d+)\. ", PAGE, re.MULTILINE) == list(FACTS)


def test_the_page_names_the_command_that_makes_it() -> None:
    assert "`fieldcast validate" in PAGE


@pytest.mark.parametrize("name", FACTS)
def test_every_line_stands_with_its_band_and_kind(name: str) -> None:
    fact = FACTS[name]
    assert fact.statement in section(name) and fact.source in section(name) and sentence(fact.window) in section(name)
    shown = [(row[0], row[1], row[-1]) for row in cells(name)]
    assert shown == [(sentence(line.says, ""), band(line), line.kind) for line in fact.lines.values()]
    assert {row[-2] for row in cells(name)} <= VERDICTS


@pytest.mark.parametrize("name", FACTS)
def test_every_line_outside_its_band_is_explained(name: str) -> None:
    for row, line in zip(cells(name), FACTS[name].lines.values(), strict=True):
        if row[-2] == OUTSIDE:
            assert line.explanation and line.explanation in section(name)


def test_what_is_not_available_says_what_it_needs() -> None:
    for name, fact in FACTS.items():
        assert (NOT_AVAILABLE in section(name)) == bool(fact.needs)
        assert not fact.needs or f"needs {fact.needs}" in section(name)
