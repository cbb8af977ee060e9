"""How a report looks: the house's colours, or a client's colours and logo from a template folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.errors import InputError, nearest

HOUSE = {"accent": "#0060A0", "ink": "#222222", "logo": "", "logo_file": ""}
KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


def look_of(template: Path | None) -> dict[str, Any]:
    """Colours and logo; `template` may hold look.yaml with `accent`, `ink` and `logo`."""
    import yaml

    if template is None:
        return dict(HOUSE)
    if not template.is_dir():
        raise InputError(
            f"template = {template} is no folder; give a folder with look.yaml, report.html.j2 or report.typ"
        )
    path = template / "look.yaml"
    if not path.exists():
        return dict(HOUSE)
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read: {' '.join(str(error).split())[:120]}") from None
    if not isinstance(given, dict):
        raise InputError(f"{path} must be a section with accent, ink and logo")
    mistakes = [mistake for key, value in given.items() if (mistake := look_mistake(path, template, key, value))]
    if mistakes:
        raise InputError(mistakes)
    look: dict[str, Any] = HOUSE | {key: str(value) for key, value in given.items()}
    if look["logo"]:
        from experiments.report.html import as_data

        file = template / look["logo"]
        look |= {"logo": as_data(file, KINDS[file.suffix.lower()]), "logo_file": str(file)}
    return look


def look_mistake(path: Path, template: Path, key: Any, value: Any) -> str:
    """What is wrong with one line of look.yaml; empty when nothing is."""
    if key not in ("accent", "ink", "logo"):
        return f"{path}: unknown key '{key}'; {nearest(str(key), ('accent', 'ink', 'logo'))}"
    if key != "logo":
        good = isinstance(value, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", value)
        return "" if good else f"{path}: {key} = {value} is no colour; write it as '#0060A0', in quotes"
    file = template / str(value)
    if file.resolve().parent != template.resolve() or file.suffix.lower() not in KINDS:
        return f"{path}: logo = {value} must be a PNG, SVG or JPEG file inside {template}"
    return "" if file.exists() else f"{path}: logo = {value} is not in {template}"
