"""The report as a PDF, set by Typst from the same blocks."""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

TEMPLATE = "report.typ"


def write_pdf(document: dict[str, Any], pictures: Path, look: dict[str, Any], template: Path | None, out: Path) -> None:
    """Writes the document as PDF; `template` is a folder with a client's own report.typ."""
    import typst

    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        for path in sorted(pictures.glob("*.svg")):
            shutil.copy(path, room / path.name)
        drawn = [path.stem for path in sorted(pictures.glob("*.svg"))]
        logo = ""
        if look.get("logo_file"):
            logo = f"logo{Path(look['logo_file']).suffix}"
            shutil.copy(look["logo_file"], room / logo)
        plain = {**document, "pictures": drawn, "accent": look["accent"], "logo": logo}
        (room / "document.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        own = template / TEMPLATE if template else None
        text = own.read_text(encoding="utf-8") if own and own.exists() else house_template()
        (room / TEMPLATE).write_text(text, encoding="utf-8")
        fonts: Any = {"font_paths": [str(font_folder())], "ignore_system_fonts": True}  # the same on every machine
        out.write_bytes(typst.compile(str(room / TEMPLATE), root=str(room), **fonts))


def house_template() -> str:
    """The template that travels with the product."""
    return resources.files("experiments.report").joinpath("templates", TEMPLATE).read_text(encoding="utf-8")


def font_folder() -> Path:
    """Where matplotlib keeps DejaVu Sans, which has all letters that are needed."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"
