"""What a picture is drawn on: language, size for a page or a slide, levels of the fans, and the files it becomes."""

from __future__ import annotations

import io
import re
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.report.words import Words
from experiments.style import FAINT, INK, PACKING, save_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DPI = 300
WIDTH_INCHES, HEIGHT_INCHES = 7.4, 3.1  # the type area of an A4 page
SLIDE_INCHES = 13.333, 7.5  # a slide of 16 : 9
SIZES = ("page", "slide")
FORMATS = ("png", "svg", "pdf")
LEVELS = (50, 90)  # per cent of the runs inside each band
TITLE_LETTERS, FOOT_LETTERS = 88, 190  # a line
FOOT_LINE_INCHES, LEGEND_LINE_INCHES = 0.1, 0.2
LEGEND_COLUMNS = 3  # of every legend below a picture
Rows = list[tuple[Any, ...]]
Picture = tuple["Figure", tuple[str, ...], Rows]  # with the head and rows of its numbers


@dataclass(frozen=True)
class Paper:
    """What pictures are drawn on; a titled one says in itself what it shows and where it comes from."""

    words: Words
    size: str = "page"
    levels: tuple[int, ...] = LEVELS
    titled: bool = False

    @property
    def scale(self) -> float:
        """How much larger than drawn a picture is saved: a slide is blown up, letters and lines too."""
        return SLIDE_INCHES[0] / WIDTH_INCHES if self.size == "slide" else 1.0

    def figure(self, height_inches: float = HEIGHT_INCHES) -> Figure:
        """An empty picture of a page's width, or with the shape of a slide."""
        from matplotlib.figure import Figure

        height = SLIDE_INCHES[1] / self.scale if self.size == "slide" else height_inches + 0.75 * self.titled
        return Figure(figsize=(WIDTH_INCHES, height), dpi=150, layout="constrained")


def entitle(figure: Figure, title: str, foot: str) -> None:
    """Puts what is shown above the picture, and where it comes from below."""
    height = figure.get_size_inches()[1]
    lines = [one for line in foot.split("\n") for one in textwrap.wrap(line, FOOT_LETTERS)]
    words = textwrap.wrap(title, TITLE_LETTERS)
    below, on_top = (0.1 + FOOT_LINE_INCHES * len(lines)) / height, (0.1 + 0.17 * len(words)) / height
    figure.text(0.01, 1 - 0.08 / height, "\n".join(words), size=9.5, weight="bold", color=INK, va="top")
    figure.text(0.01, 0.06 / height, "\n".join(lines), size=5.6, color=FAINT, va="bottom", linespacing=1.25)
    layout: Any = figure.get_layout_engine()
    legends = sum(-(-len(legend.get_texts()) // LEGEND_COLUMNS) for legend in figure.legends)
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0.0, below, 1.0, 1 - below - on_top))
    below += LEGEND_LINE_INCHES * legends / height  # a legend that is anchored takes no room by itself
    layout.set(rect=(0.0, below, 1.0, 1 - below - on_top))


# ---- files -------------------------------------------------------------------------------------------------------


def save_picture(picture: Picture, paper: Paper, folder: Path, name: str, formats: Sequence[str]) -> None:
    """Writes a picture in each format and its numbers as CSV; the same picture gives the same bytes."""
    figure, head, rows = picture
    folder.mkdir(parents=True, exist_ok=True)
    settle(figure)
    for kind in formats:
        (folder / f"{name}.{kind}").write_bytes(WRITERS[kind](figure, paper.scale))
    save_numbers(folder, name, head, rows)


def settle(figure: Figure) -> None:
    """Lays a picture out once, so that it is not laid out anew for every format."""
    layout: Any = figure.get_layout_engine()
    layout.execute(figure)
    figure.set_layout_engine("none")


def as_png(figure: Figure, scale: float) -> bytes:
    """A picture in dots."""
    packing: Any = PACKING | {"dpi": (PNG_DPI, PNG_DPI)}
    return as_bytes(figure, "png", dpi=PNG_DPI * scale, metadata={"Software": "fieldcast"}, pil_kwargs=packing)


def as_svg(figure: Figure, scale: float) -> bytes:
    """A picture in lines for a browser, its outer size blown up."""
    text = as_bytes(figure, "svg", metadata={"Date": None, "Creator": "fieldcast"}).decode()
    head, mark, rest = text.partition("viewBox")
    sized = re.sub(r'(width|height)="([\d.]+)pt"', lambda found: blown_up(found, scale), head)
    return f"{sized}{mark}{rest}".encode()


def blown_up(found: re.Match[str], scale: float) -> str:
    """A length of the outer frame in points, scaled."""
    return f'{found[1]}="{float(found[2]) * scale:.10g}pt"'


def as_pdf(figure: Figure, scale: float) -> bytes:
    """A picture in lines for print, with letters that can be searched; scaled by setting it into a larger page."""
    nothing = {"Creator": "fieldcast", "Producer": None, "CreationDate": None}
    plain = as_bytes(figure, "pdf", metadata=nothing)
    return plain if scale == 1.0 else on_a_page(plain, *SLIDE_INCHES)


def as_bytes(figure: Figure, kind: str, **how: Any) -> bytes:
    """The bytes of a picture; drawn once, where savefig draws it twice to lay it out."""
    found = io.BytesIO()
    drawn_at = figure.dpi
    if kind == "png":
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figure.set_dpi(how.pop("dpi"))
        FigureCanvasAgg(figure).print_png(found, **how)
    elif kind == "svg":
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        FigureCanvasSVG(figure).print_svg(found, **how)
    else:
        from matplotlib.backends.backend_pdf import FigureCanvasPdf

        FigureCanvasPdf(figure).print_pdf(found, **how)
    figure.set_dpi(drawn_at)
    return found.getvalue()


def on_a_page(pdf: bytes, width_inches: float, height_inches: float) -> bytes:
    """A PDF blown up to a page of this size."""
    import typst

    page = f"#set page(width: {width_inches}in, height: {height_inches}in, margin: 0pt)\n"
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        (room / "picture.pdf").write_bytes(pdf)
        (room / "page.typ").write_text(
            f'#set document(date: none)\n{page}#image("picture.pdf", width: 100%)', encoding="utf-8"
        )
        return bytes(typst.compile(str(room / "page.typ"), root=str(room)))


WRITERS = {"png": as_png, "svg": as_svg, "pdf": as_pdf}
