"""How pictures look: colours that everyone can tell apart, one layout, and files that are the same byte for byte."""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# From the palette of Okabe and Ito; the scenario is drawn solid and dark, the baseline dashed and grey, so that the
# two differ on a black-and-white print as well.
SCENARIO, BASELINE, INK, FAINT = "#0060A0", "#7A7A7A", "#222222", "#666666"
HISTORY = "#F3F1EC"
DPI = 200
PACKING: dict[str, int] = {"compress_level": 4}  # a tenth larger than the most that can be had, in half the time
WIDTH_INCHES, HEIGHT_INCHES = 10.0, 5.4
SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # nothing stands between axes and title, so nobody measures the tick labels for its place
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "svg.hashsalt": "fieldcast",
    "path.simplify": True,
    "hatch.linewidth": 0.5,
}


@contextmanager
def house_style() -> Iterator[None]:
    """The settings of all pictures, for the time of drawing."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def new_figure(height_inches: float = HEIGHT_INCHES) -> Figure:
    """An empty picture of the house's size."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_INCHES, height_inches), dpi=DPI)


def frame(figure: Figure, title: str, subtitle: str, footer: str) -> None:
    """Puts the take-away on top, what is shown below it, and where it comes from at the foot."""
    height = figure.get_size_inches()[1]
    size = min(14.0, 14.0 * 78 / max(len(title), 1))
    figure.text(0.06, 1 - 0.22 / height, title, size=size, weight="bold", color=INK, va="top")
    figure.text(0.06, 1 - 0.54 / height, subtitle, size=10, color=FAINT, va="top")
    lines = "\n".join(line for part in footer.split("\n") for line in textwrap.wrap(part, 185))
    figure.text(0.06, 0.12 / height, lines, size=7, color=FAINT, va="bottom", linespacing=1.35)


def margins(figure: Figure, footer: str, right: float = 0.97) -> dict[str, float]:
    """Where the axes may stand, given the lines of the footer."""
    height = figure.get_size_inches()[1]
    lines = sum(len(textwrap.wrap(part, 185)) for part in footer.split("\n"))
    return {"left": 0.075, "right": right, "top": 1 - 1.15 / height, "bottom": (0.62 + 0.145 * lines) / height}


def calendar_axis(axes: Axes, months: int, labels: int) -> None:
    """Calendar months below the axis, at most so many of them, the year once a year."""
    from matplotlib.dates import DateFormatter, MonthLocator, num2date

    step = next((step for step in (1, 2, 3, 6, 12) if months / step <= labels), 12)
    axes.xaxis.set_major_locator(MonthLocator(bymonth=range(1, 13, step)))
    axes.xaxis.set_minor_locator(MonthLocator(bymonth=range(1, 13, max(1, step // 3))))
    plain = DateFormatter("%b")

    def label(day: float, position: float = 0) -> str:
        date = num2date(day)
        if day >= max(axes.get_xlim()) - 1:
            return ""  # it would run into the next panel
        return f"{plain(day)}\n{date.year}" if date.month == 1 or position == 0 else plain(day)

    axes.xaxis.set_major_formatter(label)


def save(figure: Figure, folder: Path, name: str) -> None:
    """Writes the picture as PNG and SVG, without a date in it."""
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": "fieldcast"}, pil_kwargs=PACKING)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "fieldcast"})


def save_numbers(folder: Path, name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Writes the numbers behind a picture as CSV beside it."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    with (folder / "data" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([[cell_text(cell) for cell in row] for row in rows])


def cell_text(cell: Any) -> Any:
    """A number with ten digits, nothing for what is none."""
    if not isinstance(cell, float):
        return cell
    return f"{cell:.10g}" if cell == cell else ""


def grouped(value: float) -> str:
    """A count for a reader, blanks between thousands, which no language takes for a decimal mark."""
    return f"{value:,.0f}".replace(",", " ")


def spread_labels(positions: Sequence[float], gap: float) -> list[float]:
    """The positions moved apart until labels there do not overlap, their order and middle kept."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = [positions[index] for index in order]
    for lower in range(len(moved) - 1):
        moved[lower + 1] = max(moved[lower + 1], moved[lower] + gap)
    shift = (sum(moved) - sum(positions)) / max(len(moved), 1)
    return [moved[order.index(index)] - shift for index in range(len(positions))]
