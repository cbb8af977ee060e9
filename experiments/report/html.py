"""The report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import Any

TEMPLATE = "report.html.j2"
SPECIAL = re.compile(r"[^A-Za-z0-9 !$'()*+,./:;=?@_~-]+")  # what an address may not hold as it is


def write_html(
    document: dict[str, Any], pictures: Path, look: dict[str, Any], template: Path | None, out: Path
) -> None:
    """Writes the document with its pictures inside; `template` is a folder with a client's own report.html.j2."""
    import jinja2

    house = jinja2.PackageLoader("experiments", "report/templates")
    own = [jinja2.FileSystemLoader(str(template))] if template else []
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*own, house]), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["breakable"] = breakable
    drawn = {path.stem: as_text(path) for path in sorted(pictures.glob("*.svg"))}
    html = environment.get_template(TEMPLATE).render(doc=document, pictures=drawn, look=look)
    out.write_text(html, encoding="utf-8")


def breakable(cell: str) -> Any:
    """A cell whose long dotted names may break after a dot or an underscore."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])(?=[a-z])", r"\1<wbr>", str(escape(cell))))


def as_text(path: Path) -> str:
    """An SVG as an address that holds its text, which is smaller than its bytes in letters."""
    text = " ".join(path.read_text(encoding="utf-8").split())
    return "data:image/svg+xml," + SPECIAL.sub(lambda found: escaped(found[0]), text)


@cache
def escaped(letters: str) -> str:
    """Letters that an address may not hold as they are; the same few come tens of thousands of times."""
    from urllib.parse import quote

    return quote(letters)


def as_data(path: Path, kind: str) -> str:
    """A file as an address that holds its content."""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
