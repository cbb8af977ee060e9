"""Parameters of a run: the world, the decisions and the run itself, checked from a plain mapping."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from sim import nodes
from sim.decisions import Decisions
from sim.errors import InputError
from sim.shipped import defaults as defaults
from sim.shipped import fresh
from sim.world import World


class Record(BaseModel):
    """Which tables a run keeps beside the monthly ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zones: bool = Field(True, description="monthly_by_zone: one row per zone and month.")
    reps: bool = Field(True, description="monthly_by_rep: one row per field representative and month.")
    ledger: bool = Field(True, description="ledger: one row per account, channel and month.")
    events: bool = Field(False, description="events: one row per event, large.")


class Parameters(Decisions):
    """Everything that a run of the market needs besides the city and the seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    world: World
    months: int = Field(24, ge=1, le=240, description="Months simulated after the decision.")
    warmup: int = Field(12, ge=0, le=120, description="Months of history before the decision.")
    check: bool = Field(False, description="Verify state and books after every day.")
    record: Record = Record()


RUN_FIELDS = ("months", "warmup", "check", "record")
Found = dict[str, str]  # path -> the one message about it


# ---- the tree of names ----------------------------------------------------------------------------------------------


def _section(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _item(annotation: Any) -> type[BaseModel] | None:
    """The model of a list's items, when the field is a list of models."""
    return next((_section(arg) for arg in typing.get_args(annotation) if _section(arg)), None)


def _is_claim(path: str) -> bool:
    return path.startswith("world.")


@cache
def known_paths() -> dict[str, FieldInfo]:
    """Every name of a configuration, sections and numbers, by its dotted path."""
    return dict(_walk(Parameters, ""))


def _walk(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield prefix + name, field
        section, item = _section(field.annotation), _item(field.annotation)
        if section:
            yield from _walk(section, f"{prefix}{name}.")
        if item:
            yield from _walk(item, f"{prefix}{name}[].")


def unknown(path: str) -> str:
    """The message about a name that nothing in the configuration has."""
    return f"unknown parameter '{path}'; {nodes.closest(path, known_paths())}"


# ---- checking -------------------------------------------------------------------------------------------------------


def check(mapping: Mapping[str, Any]) -> Parameters:
    """Typed parameters from a plain mapping, or an InputError with every mistake in it."""
    found: Found = {}
    plain = _plain(Parameters, mapping, "", found)
    try:
        parameters = Parameters.model_validate(plain)
    except ValidationError as error:
        for detail in error.errors():
            path = _dotted(detail["loc"])
            if not any(path == known or path.startswith((known + ".", known + "[")) for known in found):
                found[path] = _bound_message(path, detail)
    if found:
        raise InputError([line for message in found.values() for line in message.split("\n")])
    return parameters


def _plain(model: type[BaseModel], given: Any, prefix: str, found: Found) -> dict[str, Any]:
    """The mapping with every claim reduced to its number; mistakes go to `found` and their keys are left out."""
    if not isinstance(given, Mapping):
        name = prefix.rstrip(".") or "the configuration"
        found[prefix.rstrip(".")] = f"{name} = {given!r} must be a section with {', '.join(model.model_fields)}"
        return {}
    for key in given:
        if key not in model.model_fields:
            found[f"{prefix}{key}"] = (
                unknown(f"{prefix}{key}") if "[" not in prefix else _unknown_in(model, prefix, key)
            )
    plain = {}
    for name, field in model.model_fields.items():
        if name in given:
            plain[name] = _reduced(field.annotation, given[name], prefix + name, found)
        elif field.is_required():
            found[prefix + name] = _missing(prefix + name, field)
    return plain


def _reduced(annotation: Any, value: Any, path: str, found: Found) -> Any:
    section, item = _section(annotation), _item(annotation)
    if section:
        return _plain(section, value, path + ".", found)
    if item and not isinstance(value, list | tuple):
        found[path] = f"{path} = {value!r} must be a list, as {path}=[{{{next(iter(item.model_fields))}: ..., ...}}]"
    elif item:
        return [_plain(item, one, f"{path}[{number}].", found) for number, one in enumerate(value)]
    if _is_claim(path):
        mistakes = nodes.node_mistakes(path, value)
        if mistakes:
            found[path] = "\n".join(mistakes)
        return value.get("value") if isinstance(value, Mapping) else value
    problem = _type_mistake(annotation, value)
    if problem:
        found[path] = f"{path} {problem}"
    return value


def _type_mistake(annotation: Any, value: Any) -> str:
    """What pydantic would let pass or convert: text and booleans for numbers, numbers for booleans."""
    if annotation in (int, float):
        return nodes.number_mistake(value, whole=annotation is int)
    if annotation is bool and not isinstance(value, bool):
        return f"= {value!r} must be true or false"
    if annotation is str and not isinstance(value, str):
        return f"= {value!r} must be text; put it in quotes"
    return ""


def _missing(path: str, field: FieldInfo) -> str:
    if _section(field.annotation):
        return f"{path} is missing; the section comes from configs/{path.replace('.', '/')}.yaml"
    if _is_claim(path):
        part = path.split(".")[1]
        return f"{path} is missing; add it to configs/world/{part}.yaml as {nodes.FORM}"
    return f"{path} is missing: {field.description or 'one of ' + nodes.allowed(field)}"


def _unknown_in(model: type[BaseModel], prefix: str, key: str) -> str:
    return f"unknown key '{prefix}{key}'; {nodes.closest(str(key), model.model_fields)}"


def _dotted(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")


def _bound_message(path: str, detail: Any) -> str:
    """What pydantic found, in the words of the field."""
    field = known_paths().get(re.sub(r"\[\d+\]", "[]", path))
    value = "..." if isinstance(detail["input"], Mapping) else detail["input"]
    if field is None:
        return f"{path} = {value}: {detail['msg'].removeprefix('Value error, ')}"
    if nodes.choices(field):
        return f"{path} = {value} is no choice; allowed: {nodes.allowed(field)}"
    if detail["type"].startswith(("greater_than", "less_than")):
        return f"{path} = {value} lies outside its bounds, {nodes.allowed(field)}"
    return f"{path} = {value} is not what is needed: {field.description or detail['msg']}"


# ---- overrides ------------------------------------------------------------------------------------------------------


def apply(mapping: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with overrides put in by dotted path; a bare value of a claim goes back into its node."""
    result, mistakes = try_apply(mapping, changes)
    if mistakes:
        raise InputError(mistakes)
    return result


def try_apply(mapping: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """As apply, with the mistakes beside the mapping, so that they can be told together with others."""
    result = fresh(dict(mapping))
    patches: dict[str, Any] = {}
    mistakes: list[str] = []
    for path, value in changes.items():
        _collect(path, value, patches, mistakes)
    for path, value in sorted(patches.items(), key=lambda patch: patch[0].count(".")):
        _put(result, path, value, mistakes)  # a whole mapping before single names in it
    return result, mistakes


def override_mistake(path: str) -> str:
    """Why no override can have this name; empty when one can."""
    owner, _, key = path.rpartition(".")
    if path in known_paths() or _is_open(owner) or (_is_leaf_claim(owner) and key in nodes.KEYS):
        return ""
    return _unknown_override(path, owner)


def _collect(path: str, value: Any, patches: dict[str, Any], mistakes: list[str]) -> None:
    """Spread a section's values over its names, and gather the keys of one claim into one patch."""
    field = known_paths().get(path)
    if field is None:
        owner, _, key = path.rpartition(".")
        if _is_open(owner):
            patches[path] = value
        elif _is_leaf_claim(owner) and key in nodes.KEYS:
            patches[owner] = {**_as_patch(patches.get(owner)), key: value}
        else:
            mistakes.append(_unknown_override(path, owner))
    elif _section(field.annotation):
        if not isinstance(value, Mapping):
            mistakes.append(f"{path} = {value!r} is a section; set one of its names, such as {_first_inside(path)}=...")
            return
        for key, inner in value.items():
            _collect(f"{path}.{key}", inner, patches, mistakes)
    elif _is_claim(path) and path in patches:
        patches[path] = {**_as_patch(patches[path]), **_as_patch(value)}
    else:
        patches[path] = value


def _is_open(path: str) -> bool:
    """Whether a name holds a mapping of free names, such as the terms of a pay scheme."""
    field = known_paths().get(path)
    return field is not None and typing.get_origin(field.annotation) is dict


def _is_leaf_claim(path: str) -> bool:
    field = known_paths().get(path)
    return field is not None and _is_claim(path) and not _section(field.annotation)


def _as_patch(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def _unknown_override(path: str, owner: str) -> str:
    if _is_leaf_claim(owner):
        return f"unknown key '{path}'; {nodes.closest(path.rpartition('.')[2], nodes.KEYS)}"
    listed = path.split(".")[0]
    if listed in known_paths() and _item(known_paths()[listed].annotation):
        return f"'{path}' reaches into a list; give the whole list, as '{listed}=[{{month: 7, ...}}]'"
    return unknown(path)


def _first_inside(path: str) -> str:
    return next(name for name in known_paths() if name.startswith(path + "."))


def _put(result: dict[str, Any], path: str, value: Any, mistakes: list[str]) -> None:
    *parents, name = path.split(".")
    section = result
    for parent in parents:
        if not isinstance(section.get(parent), dict):
            section[parent] = {}
        section = section[parent]
    before = section.get(name)
    if not _is_claim(path) or not isinstance(before, Mapping):
        section[name] = value
        return
    patch = _as_patch(value) if value is not None else {"value": None}
    if nodes.widened(before.get("range"), patch.get("range")) and "source" not in patch:
        mistakes.append(_needs_source(path, before, patch))
    section[name] = {**before, **patch}


def _needs_source(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return (
        f"{path}.range = {list(after['range'])} reaches beyond {list(before['range'])} ({before.get('source')}); "
        f"give the source of the wider range too, as {path}.source=..."
    )


def settle(mapping: Mapping[str, Any], base: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The mapping with the bare claims of its files back in the nodes of `base`, and what is wrong with them."""
    result = fresh(dict(mapping))
    mistakes: list[str] = []
    _settle(result.get("world"), base.get("world"), "world", mistakes)
    return result, mistakes


def _settle(section: Any, base: Any, path: str, mistakes: list[str]) -> None:
    if not isinstance(section, dict) or not isinstance(base, Mapping):
        return
    for name, before in base.items():
        inner = f"{path}.{name}"
        if not _is_leaf_claim(inner):
            _settle(section.get(name), before, inner, mistakes)
        elif name in section and isinstance(before, Mapping):
            section[name] = _settled(inner, section[name], before, mistakes)


def _settled(path: str, claim: Any, before: Mapping[str, Any], mistakes: list[str]) -> Any:
    if not isinstance(claim, Mapping):
        return {**before, "value": claim}
    if nodes.widened(before.get("range"), claim.get("range")) and claim.get("source") == before.get("source"):
        mistakes.append(_needs_source(path, before, claim))
    return claim


# ---- the numbers -----------------------------------------------------------------------------------------------------


def numbers(parameters: Parameters) -> dict[str, Any]:
    """Plain numbers and words of all that changes results, for a run's identity."""
    return parameters.model_dump(mode="json", exclude={"check", "record"})


# ---- the parameter book ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BookRow:
    """One line of the parameter book."""

    path: str
    value: Any
    unit: str
    low: Any
    high: Any
    evidence: str
    source: str
    meaning: str


def book(mapping: Mapping[str, Any]) -> list[BookRow]:
    """Every claim with its range and source, every decision and run field with its bounds."""
    shown = check(mapping).model_dump()
    return [
        _book_row(path, field, mapping, shown)
        for path, field in _walk(Parameters, "")
        if not _section(field.annotation)
    ]


def _book_row(path: str, field: FieldInfo, mapping: Mapping[str, Any], shown: Mapping[str, Any]) -> BookRow:
    if _is_claim(path):
        node = _at(mapping, path)
        low, high = node["range"]
        return BookRow(
            path, node["value"], nodes.unit(path), low, high, node["evidence"], node["source"], node.get("meaning", "")
        )
    low, high = nodes.bounds(field)
    item = _item(field.annotation)
    meaning = field.description or (item.__doc__ if item else "") or ""
    words = f"{meaning} One of {nodes.allowed(field)}.".strip() if nodes.choices(field) else meaning
    kind = "run" if path.split(".")[0] in RUN_FIELDS else "decision"
    value = "" if "[]" in path else _at(shown, path)
    return BookRow(path, value, nodes.unit(path), low, high, kind, "", words)


def _at(mapping: Any, path: str) -> Any:
    for name in path.split("."):
        mapping = mapping[name]
    return mapping
