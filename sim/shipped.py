"""The configuration as shipped, read by plain YAML, so that a market can be made without any configuration tool."""

from __future__ import annotations

import copy
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML that reads 1e-3 as a number, as Hydra does."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d[\d_]*(\.[\d_]*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def defaults(own: Path | None = None) -> dict[str, Any]:
    """The configuration without a scenario, a fresh copy; files in the folder `own` stand in for the shipped ones."""
    shipped = copy.deepcopy(_shipped())
    if not own:
        return shipped
    found = _read(own) if (own / "config.yaml").is_file() else {**shipped, "world": {}}
    return {**found, "world": {**shipped["world"], **_parts(own), **found.get("world", {})}}


@cache
def _shipped() -> dict[str, Any]:
    folder = resources.files("configs")
    return {**_read(folder), "world": _parts(folder)}


def _read(folder: Traversable | Path) -> dict[str, Any]:
    mapping = load(folder.joinpath("config.yaml")) or {}
    mapping.pop("defaults", None)
    return mapping


def _parts(folder: Traversable | Path) -> dict[str, Any]:
    world = folder.joinpath("world")
    files = [file for file in world.iterdir() if file.name.endswith(".yaml")] if world.is_dir() else []
    return {file.name.removesuffix(".yaml"): load(file) for file in sorted(files, key=lambda file: file.name)}


def load(file: Traversable | Path) -> Any:
    """What a YAML file holds."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader)


def shipped_terms(scheme: str) -> dict[str, Any]:
    """The terms with which a pay scheme is shipped; empty for a name that is not."""
    file = resources.files("configs").joinpath("scheme", f"{scheme}.yaml")
    return dict(load(file)["terms"]) if file.is_file() else {}
