"""The gallery of the docs: every picture as it comes out of finished folders, small, with the line that draws it.

`python -m experiments.report.gallery` makes the runs that it shows (some 50), docs/gallery.md and its pictures;
FORECAST SCHEMES SWEEP after it name finished folders to draw from instead.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path("docs")
SMALL_DPI, COLOURS = 80, 64
RUNS = {
    "forecast": ("forecast", "replications=5"),
    "schemes": ("compare", "schemes=fixed,commission,mixed_growing", "months=12", "replications=2"),
    "sweep": ("sweep", "department.reps=2,4,8,12", "world.field.woken_months=1.5,2,3", "replications=2"),
}
OF_SCHEMES = ("attainment", "effort")
MOVING = "months_share"
HEAD = """# Gallery

Every picture of `fieldcast figures`, drawn from a forecast of the bundled city, a comparison of pay schemes and a sweep
of two parameters; the operators of this city are invented. In print they come as PNG at 300 dots an inch, SVG and PDF,
for a page or for a slide, in English or Polish: [report.md](report.md). This page is made by
`python -m experiments.report.gallery`.
"""


def main(words: list[str]) -> int:
    """Draws the pictures of three folders and writes the page; returns the exit code."""
    if not words:
        with tempfile.TemporaryDirectory() as place:
            return main(made(Path(place)))
    from experiments.finished import open_sweep
    from experiments.report.pictures.catalogue import PICTURES
    from experiments.report.pictures.paper import Paper
    from experiments.report.pictures.swept import SWEPT
    from experiments.report.source import open_source
    from experiments.report.words import Words

    forecast, schemes = (open_source(Path(word)) for word in words[:2])
    sweep = open_sweep(Path(words[2]))
    paper = Paper(Words("en", forecast.city.currency), titled=True)
    folder = DOCS / "gallery"
    folder.mkdir(exist_ok=True)
    names = []
    for name in (*PICTURES, *SWEPT):
        source = None if name in SWEPT else schemes if name in OF_SCHEMES else forecast
        if draw_small(source, sweep, paper, name, folder):
            names.append(name)
    draw_moving(forecast, paper, folder)
    (DOCS / "gallery.md").write_text(page_of(names, paper), encoding="utf-8")
    print(f"{len(names) + 1} pictures in {folder}/, listed in {DOCS / 'gallery.md'}")
    return 0


def made(place: Path) -> list[str]:
    """Runs what the gallery shows; gives the three folders."""
    from experiments.cli import main as fieldcast

    folders = []
    for name, words in RUNS.items():
        folders.append(str(place / name))
        if fieldcast([*words, f"out={place / name}", "quiet=true"]):
            raise SystemExit(f"the gallery lacks its {name}")
    return folders


def draw_small(source: Any, sweep: Any, paper: Any, name: str, folder: Path) -> bool:
    """One picture, small and of few colours; whether the folder allows it."""
    from experiments.report.pictures.catalogue import drawn, finished
    from experiments.report.pictures.paper import settle
    from experiments.style import house_style

    with house_style():
        picture = drawn(source, sweep, paper, name)
        if picture is None:
            return False
        figure = finished(picture, source, paper, name)[0]
        settle(figure)
        (folder / f"{name}.png").write_bytes(small_png(figure))
    return True


def small_png(figure: Any) -> bytes:
    """A picture for a screen."""
    from PIL import Image

    from experiments.report.pictures.paper import as_bytes

    image = Image.open(io.BytesIO(as_bytes(figure, "png", dpi=SMALL_DPI))).convert("RGB")
    found = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(found, format="PNG", optimize=True)
    return found.getvalue()


def draw_moving(source: Any, paper: Any, folder: Path) -> None:
    """The one moving picture of the page."""
    from experiments.report.pictures.catalogue import draw_animations

    draw_animations(source, paper, folder, [MOVING], dpi=SMALL_DPI - 20)


def page_of(names: list[str], paper: Any) -> str:
    """The page: a heading, the picture and what it shows, for each."""
    parts = [HEAD]
    for name in (*names, MOVING):
        kind = "gif" if name == MOVING else "png"
        caption = paper.words(f"caption.{name}")
        parts.append(f"## `{name}`\n\n{caption}\n\n![{caption}](gallery/{name}.{kind})\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
