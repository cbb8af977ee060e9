"""The chapters on what the answer hangs on and on what it rests: the sweep and the validation card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.blocks import Block, note, picture, table, text
from experiments.report.source import Source
from experiments.report.words import Words

if TYPE_CHECKING:
    from experiments.report.verdict import Answer

SHOWN = 15  # parameters of a sweep
CARD_WIDTHS = (2.2, 2.8, 1.7, 2.1, 1.6)


def sensitivity(source: Source, words: Words, answer: Answer) -> list[Block]:
    """How far each parameter of the sweep moves the margin beside the baseline, and where it breaks even."""
    from experiments.report.pictures.swept import plane_of, shown_value, swings

    sweep = source.beside.sweep
    rows = swings(sweep) if sweep else []
    if sweep is None or not rows:
        return []
    first = words("sensitivity.first", name=words.parameter(rows[0][0]), swing=words.money(rows[0][5], True))
    cells = [
        [
            words.parameter(path),
            *(shown_value(value, words) for value in ends),
            *(words.rounded(value, True) for value in (low, high, swing)),
            f"± {words.rounded(half_width)}" if np.isfinite(half_width) else "–",
        ]
        for path, *ends, low, high, swing, half_width in rows[:SHOWN]
    ]
    names = ("parameter", "from", "to", "margin_from", "margin_to", "difference", "half_width")
    head = [words(f"head.{name}", currency=words.currency) for name in names]
    blocks = [
        text(words("sensitivity.intro", points=len(sweep.swept))),
        text(first),
        picture("tornado", words("caption.tornado")),
    ]
    if plane_of(sweep):
        blocks.append(picture("heat_map", words("caption.heat_map")))
    return [*blocks, table(head, cells), note(words("sensitivity.note"))]


def validation(source: Source, words: Words, answer: Answer) -> list[Block]:
    """Known regularities of real markets beside what the model gives."""
    lines = source.beside.card
    if not lines:
        return []
    judged: dict[str, int] = {}
    for line in lines:
        judged[line["verdict"]] = judged.get(line["verdict"], 0) + 1
    counts = {name: judged.get(name, 0) for name in ("inside", "overlaps", "outside")}
    head = [words(f"head.{name}") for name in ("fact", "statement", "band", "found", "verdict")]
    return [
        text(words("validation.intro")),
        text(words("validation.tally", **counts)),
        table(head, card_rows(lines, words), words=5, small=True, widths=CARD_WIDTHS),
    ]


def card_rows(lines: list[dict[str, str]], words: Words) -> list[list[str]]:
    """The card's lines; a fact's statement stands at the first of them."""
    rows = [card_row(line, words) for line in lines]
    for place in range(len(rows) - 1, 0, -1):
        if rows[place][1] == rows[place - 1][1]:
            rows[place][1] = ""
    return rows


def card_row(line: dict[str, str], words: Words) -> list[str]:
    """One line of the card, its numbers rounded for a reader."""
    found = f"{rounded(line, 'mean', words)} ({span(line, 'low', 'high', words)})"
    verdict = words.get(f"judged.{line['verdict'].replace(' ', '_')}", line["verdict"])
    label = f"{line['fact']} {line['line']}" if line.get("line") else line["fact"]
    statement = words.get(f"fact.{line['fact']}", line["statement"])
    return [label, statement, span(line, "band_low", "band_high", words), found, verdict]


def span(line: dict[str, Any], first: str, last: str, words: Words) -> str:
    """From where to where, or the one end that there is."""
    low, high = rounded(line, first, words), rounded(line, last, words)
    if "–" not in (low, high):
        return words.span(low, high)
    if low == high:
        return "–"
    return words("at_most", high=high) if low == "–" else words("at_least", low=low)


def rounded(line: dict[str, Any], name: str, words: Words) -> str:
    """A number of the card, a dash where there is none."""
    try:
        return words.rounded(float(line.get(name) or "nan"))
    except ValueError:
        return "–"
