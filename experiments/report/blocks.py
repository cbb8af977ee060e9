"""What a report is made of: blocks that a page, a PDF and a browser can all show, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]


def heading(text: str, level: int = 1, name: str = "", page: bool = False, lying: bool = False) -> Block:
    """A heading; level 1 opens a chapter, `name` is its address in the document, `page` a new page in print.

    A chapter that is `lying` is printed on pages that lie.
    """
    return {"kind": "heading", "text": text, "level": level, "name": name, "page": page, "lying": lying}


def contents() -> Block:
    """The place of the list of chapters in print; a browser has it on top."""
    return {"kind": "contents"}


def text(words: str, lead: bool = False) -> Block:
    """A paragraph; a lead is set larger."""
    return {"kind": "text", "text": words, "lead": lead}


def note(words: str) -> Block:
    """A remark that belongs to what stands above it."""
    return {"kind": "note", "text": words}


def points(items: Sequence[str]) -> Block:
    """A list."""
    return {"kind": "points", "items": list(items)}


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: int = 1,
    small: bool = False,
    widths: Sequence[float] = (),
) -> Block:
    """A table whose first columns, so many of them, are words; the others are numbers and stand to the right.

    `widths` shares the whole width of a page among the columns; without them each is as wide as what it holds.
    """
    look = {"words": words, "small": small, "widths": list(widths)}
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows], **look}


def picture(name: str, caption: str) -> Block:
    """A picture by the name of its file, with what it shows in words."""
    return {"kind": "picture", "name": name, "caption": caption}


def cards(items: Sequence[tuple[str, str, str]]) -> Block:
    """The few numbers that matter: what, how much, and its interval."""
    return {
        "kind": "cards",
        "items": [{"what": what, "value": value, "range": spread} for what, value, spread in items],
    }
