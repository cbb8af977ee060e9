"""What others do in a scenario, event by event, in the report's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.report.words import Words

WHO = ("largest", "rivals")


def rows_of(base: Sequence[Mapping[str, Any]], here: Sequence[Mapping[str, Any]], words: Words) -> list[list[str]]:
    """Events that only one side has: when, and what happens on which side."""
    ours = [(event, [words("event.none"), said(event, words)]) for event in here if event not in base]
    theirs = [(event, [said(event, words), words("event.none")]) for event in base if event not in here]
    return [[when(event, words), *sides] for event, sides in (*theirs, *ours)]


def when(event: Mapping[str, Any], words: Words) -> str:
    """The months of an event."""
    first, over = event["month"], event.get("until_month")
    return words("event.from", month=first) if not over else words("event.between", first=first, last=over - 1)


def said(event: Mapping[str, Any], words: Words) -> str:
    """Who does what."""
    who = words(f"event.{event['operator']}") if event["operator"] in WHO else str(event["operator"])
    kind = event["event"]
    if kind == "tariff_change":
        change = words.percent(abs(float(event.get("price_factor", 1.0)) - 1))
        does = words("event.dearer" if event.get("price_factor", 1.0) > 1 else "event.cheaper", change=change)
    elif kind == "reaction":
        does = words(f"event.reaction_{event.get('reaction', 'passive')}")
    elif kind == "network_built":
        zones = ", ".join(map(str, event.get("zones") or ())) or words("event.whole_city")
        does = words("event.network_built", zones=zones)
    else:
        amount = event.get({"telemarketing": "telemarketers", "field_team": "reps"}.get(kind, "budget_factor"), 0)
        does = words(f"event.{kind}", amount=words.exact(float(amount)))
    return f"{who}: {does}"
