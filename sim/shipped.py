"""The configuration as shipped, read by plain YAML, so that a market can be made without any configuration tool."""

from __future__ import annotations

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
    shipped = fresh(_shipped())
    if not own:
        return shipped
    found = _read(own) if (own / "config.yaml").is_file() else {**shipped, "world": {}}
    return {**found, "world": {**shipped["world"], **_parts(own), **found.get("world", {})}}


def fresh(tree: Any) -> Any:
    """A copy of mappings and lists within each other, as files hold them; `copy.deepcopy` takes five times as long."""
    if isinstance(tree, dict):
        return {name: fresh(part) for name, part in tree.items()}
    return [fresh(part) for part in tree] if isinstance(tree, list) else tree


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


def scheme_file(name: str, own: Path | None = None) -> tuple[str, dict[str, Any]] | None:
    """A pay scheme's kind and terms by the name of its file, in a user's folder before the shipped ones."""
    for folder in (own, resources.files("configs")):
        file = folder.joinpath("scheme", f"{name}.yaml") if folder else None
        if file is not None and file.is_file():
            content = load(file) or {}
            return str(content.get("kind", name)), dict(content.get("terms") or {})
    return None


def scheme_names(own: Path | None = None) -> list[str]:
    """Names of the pay schemes at hand."""
    folders = [folder.joinpath("scheme") for folder in (own, resources.files("configs")) if folder]
    files = [file.name for folder in folders if folder.is_dir() for file in folder.iterdir()]
    return sorted({name.removesuffix(".yaml") for name in files if name.endswith(".yaml")})


def shipped_terms(scheme: str) -> dict[str, Any]:
    """The terms with which a pay scheme is shipped; empty for a name that is not."""
    found = scheme_file(scheme)
    return found[1] if found else {}
