"""A claim about the world: one number with its range, evidence, source and meaning; and what a good one looks like."""

from __future__ import annotations

import difflib
import math
import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo

KEYS = ("value", "range", "evidence", "source", "meaning")
EVIDENCE = {
    "C": "checked in the source",
    "Cw": "checked, weak source",
    "M": "general knowledge of the field",
    "M-": "general knowledge, low confidence",
    "D": "derived or computed",
    "A": "assumption",
    "S": "source document of the project",
}
FORM = '{value: 0.65, range: [0.5, 0.8], evidence: A, source: engineering-prior, meaning: "..."}'
UNITS = {
    "share": "share, 0 to 1",
    "factor": "factor",
    "elasticity": "elasticity",
    "logit": "logit",
    "days": "days",
    "months": "months",
    "month": "month",
    "minutes": "minutes",
    "km": "km",
    "cost": "currency",
    "sigma": "spread of the logarithm",
    "cv": "coefficient of variation",
    "exponent": "exponent",
    "slope": "slope",
}
NEVER_NEGATIVE = ("factor", "days", "months", "minutes", "km")


def unit(path: str) -> str:
    """The unit that ends a name; a number in a sub-group (search_days.micro) takes it from the group's name."""
    for name in reversed(path.split(".")):
        stem, _, per = name.partition("_per_")
        known = UNITS.get(stem.rsplit("_", 1)[-1], "")
        if per:
            return f"{known} per {per.replace('_', ' ')}".strip()
        if known:
            return known
    return ""


def number_mistake(value: Any, whole: bool = False) -> str:
    """Why a value cannot stand where a number is needed; empty when it can."""
    if value is None:
        return "is empty; give a number"
    if isinstance(value, bool):
        return f"= {str(value).lower()} is not a number; give a number"
    if isinstance(value, str):
        return f"= '{value}' is text; give a number, without quotes"
    if not isinstance(value, int | float):
        return f"= {value!r} is not a number; give one number"
    if not math.isfinite(value):
        return f"= {value} is not finite; give a number"
    if whole and value != int(value):
        return f"= {value} must be a whole number"
    return ""


def node_mistakes(path: str, node: Any) -> list[str]:
    """Everything that is wrong with one claim, told as help."""
    if not isinstance(node, Mapping):
        problem = number_mistake(node) or f"= {node} stands bare"
        return [f"{path} {problem}; a claim about the world is written {FORM}"]
    return [*_key_mistakes(path, node), *_word_mistakes(path, node), *_range_mistakes(path, node)]


def _key_mistakes(path: str, node: Mapping[str, Any]) -> list[str]:
    unknown = [f"unknown key '{path}.{key}'; {closest(str(key), KEYS)}" for key in node if key not in KEYS]
    return unknown + [
        f"{path} has no '{key}'; write {FORM}" for key in ("value", "range", "evidence") if key not in node
    ]


def _word_mistakes(path: str, node: Mapping[str, Any]) -> list[str]:
    found = []
    label = node.get("evidence")
    if "evidence" in node and label not in EVIDENCE:
        allowed = ", ".join(f"{key} ({words})" for key, words in EVIDENCE.items())
        found.append(f"{path}.evidence = {label} is no evidence label; allowed: {allowed}")
    if not isinstance(node.get("source"), str) or not node["source"].strip():
        found.append(
            f"{path} has no source; name a key of configs/sources.yaml, or engineering-prior for an assumption"
        )
    if "meaning" in node and not isinstance(node["meaning"], str):
        found.append(f"{path}.meaning must be a line of text")
    return found


def _range_mistakes(path: str, node: Mapping[str, Any]) -> list[str]:
    found = []
    value, limits = node.get("value"), node.get("range")
    problem = number_mistake(value) if "value" in node else ""
    if problem:
        found.append(f"{path} {problem}")
    if "range" not in node:
        return found
    if not isinstance(limits, list | tuple) or len(limits) != 2 or any(number_mistake(limit) for limit in limits):
        return [*found, f"{path}.range = {limits} must be two numbers, [low, high]"]
    low, high = limits
    if low > high:
        return [*found, f"{path}.range = [{low}, {high}] is upside down; write [{high}, {low}]"]
    return (
        found + _unit_mistakes(path, low, high) + _outside(path, node, low, high, bool(problem) or "value" not in node)
    )


def _unit_mistakes(path: str, low: float, high: float) -> list[str]:
    named = unit(path)
    if named.startswith("share") and "per" not in named and not 0 <= low <= high <= 1:
        return [f"{path}.range = [{low}, {high}] leaves 0 to 1, and the number is a share"]
    if low < 0 and named.split(" ")[0].rstrip(",") in NEVER_NEGATIVE:
        return [f"{path}.range = [{low}, {high}] goes below 0, and the number counts {named}"]
    return []


def _outside(path: str, node: Mapping[str, Any], low: float, high: float, unreadable: bool) -> list[str]:
    if unreadable or low <= node["value"] <= high:
        return []
    return [
        f"{path} = {node['value']} lies outside its range [{low}, {high}] ({node.get('source')}); "
        "if you mean it, widen the range in configs/world and give the source"
    ]


def widened(before: Any, after: Any) -> bool:
    """True when a range that was given well now reaches further."""
    try:
        return bool(after[0] < before[0] or after[1] > before[1])
    except (TypeError, KeyError, IndexError):
        return False


def closest(name: str, known: Iterable[str]) -> str:
    """The nearest known name, by the whole path or by its last word; else what is known beside it."""
    # The section that holds the name is no help to whoever mistook what is in it.
    known = [path for path in known if path != name.rpartition(".")[0]]
    for cutoff, left, right in ((0.75, name, {path: path for path in known}), (0.7, *_last_words(name, known))):
        close = difflib.get_close_matches(left, right, n=1, cutoff=cutoff)
        if close:
            return f"did you mean '{right[close[0]]}'?"
    return f"known: {_beside(name, known)}"


def _last_words(name: str, known: list[str]) -> tuple[str, dict[str, str]]:
    return name.rsplit(".", 1)[-1], {path.rsplit(".", 1)[-1]: path for path in reversed(known)}


def _beside(name: str, known: list[str]) -> str:
    parent = name
    while parent:
        parent = parent.rpartition(".")[0]
        beside = [path for path in known if path.rpartition(".")[0] == parent]
        if beside:
            return ", ".join(re.sub(r"^.*\.", "", path) for path in beside) + (f" (in {parent})" if parent else "")
    return ", ".join(known)


def bounds(field: FieldInfo) -> tuple[Any, Any]:
    """The lowest and the highest value that a decision may take; None where it is open."""
    low = high = None
    for mark in field.metadata:
        low = getattr(mark, "ge", getattr(mark, "gt", low))
        high = getattr(mark, "le", getattr(mark, "lt", high))
    return low, high


def choices(field: FieldInfo) -> tuple[Any, ...]:
    """The words that a decision may take, where it is a choice."""
    return typing.get_args(field.annotation) if typing.get_origin(field.annotation) is typing.Literal else ()


def allowed(field: FieldInfo) -> str:
    """The values that a decision may take, in words; empty when any will do."""
    low, high = bounds(field)
    if choices(field):
        return ", ".join(map(str, choices(field)))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"{low} or more" if low is not None else f"at most {high}" if high is not None else ""
