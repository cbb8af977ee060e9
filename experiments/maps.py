"""Maps of a city: zones coloured by a number, with a scale, a legend and the names of the districts."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.outlines import Outlines, outlines_of
from experiments.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

    from sim.city import City

SEQUENTIAL, DIVERGING = "YlGnBu", "PuOr_r"  # both readable with any colour vision and in grey
NO_DATA, BORDER, HATCH = "#E9E9E9", "#8A8A8A", "#9A9A9A"
FADED = 0.35  # of the colour stays where a zone cannot be told from chance
NAME_SIZE, NAME_WIDTH = 7.5, 14  # points; letters a line


def territory_axes(
    axes: Axes,
    city: City,
    values_by_zone: Any,
    *,
    label: str,
    limits: tuple[float, float] | None = None,
    diverging: bool = False,
    logarithmic: bool = False,
    percent: bool = False,
    districts: bool = True,
    outlines: Outlines | None = None,
    faded: Any = None,
    faded_label: str = "",
) -> ScalarMappable:
    """Draws the city on the axes, coloured by one number a zone; zones in `faded` are pale and hatched."""
    values = np.asarray(values_by_zone, float)
    outlines = outlines or outlines_of(city)
    pale = np.zeros(values.size, bool) if faded is None else np.asarray(faded, bool)
    painted = paint(axes, outlines, values, pale, colours(values, limits, diverging, logarithmic), diverging)
    frame_city(axes, outlines)
    missing = bool(np.isnan(values).any() or (outlines.zones < 0).any())
    legend(axes, painted, label, percent, missing, faded_label if pale.any() else "")
    scale_bar(axes)
    if districts:
        name_districts(axes, city, outlines)
    return painted


def colours(values: np.ndarray, limits: tuple[float, float] | None, diverging: bool, logarithmic: bool) -> Any:
    """The scale of colours: linear, logarithmic, or even around zero."""
    from matplotlib.colors import LogNorm, Normalize

    known = values[np.isfinite(values) & ((values > 0) | (not logarithmic))]
    low, high = limits or ((float(known.min()), float(known.max())) if known.size else (0.0, 1.0))
    if diverging:
        high = max(abs(low), abs(high)) or 1.0
        return Normalize(-high, high)
    if logarithmic:
        return LogNorm(low, max(high, low * 1.01))
    return Normalize(low, high if high > low else low + 1.0)


def paint(
    axes: Axes, outlines: Outlines, values: np.ndarray, pale: np.ndarray, norm: Any, diverging: bool
) -> ScalarMappable:
    """Fills the shapes; what has no number stays grey, what may be chance is pale and hatched."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PathCollection
    from matplotlib.patches import PathPatch

    painted = ScalarMappable(norm, DIVERGING if diverging else SEQUENTIAL)
    rows, known = np.maximum(outlines.zones, 0), outlines.zones >= 0
    number = np.where(known, values[rows], np.nan)
    faces = np.where(np.isnan(number)[:, None], rgba(NO_DATA), painted.to_rgba(np.nan_to_num(number, nan=norm.vmin)))
    fade = known & pale[rows] & ~np.isnan(number)
    faces[fade, :3] = 1 - FADED * (1 - faces[fade, :3])
    shapes = PathCollection(outlines.shapes, facecolors=faces, edgecolors="white", linewidths=0.5)
    axes.add_collection(shapes, autolim=False)
    if fade.any():
        hatched = [outlines.shapes[i] for i in np.flatnonzero(fade)]
        cover: Any = PathCollection(hatched, facecolors="none", edgecolors=HATCH, linewidths=0.0, hatch="//////")
        axes.add_collection(cover, autolim=False)
    # Pale zones end here. The frame is set by the city's extent, so nobody measures this long line for it.
    axes.add_artist(PathPatch(outlines.edge, facecolor="none", edgecolor=BORDER, linewidth=0.6))
    return painted


def rgba(colour: str) -> np.ndarray:
    """A named colour as numbers."""
    from matplotlib.colors import to_rgba

    return np.array(to_rgba(colour))


def frame_city(axes: Axes, outlines: Outlines) -> None:
    """The same scale in both directions, no axes, a little air around."""
    (left, low), (right, high) = outlines.edge.get_extents().get_points()
    air = 0.02 * max(right - left, high - low)
    strip = 0.09 * (high - low)  # below the city, for the scale bar
    axes.set(xlim=(left - air, right + air), ylim=(low - air - strip, high + air), aspect="equal")
    axes.axis("off")


def legend(axes: Axes, painted: ScalarMappable, label: str, percent: bool, missing: bool, faded_label: str) -> None:
    """A bar of colours with its unit, the grey of what is unknown and the hatching of what may be chance."""
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    figure: Any = axes.figure
    bar = figure.colorbar(painted, cax=axes.inset_axes((0.08, -0.055, 0.84, 0.025)), orientation="horizontal")
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)
    logarithmic = painted.norm.__class__.__name__ == "LogNorm"
    norm: Any = painted.norm
    marked = (1.0, 2.0, 5.0) if logarithmic and norm.vmax < 200 * norm.vmin else (1.0,)
    bar.ax.xaxis.set_major_locator(LogLocator(subs=marked) if logarithmic else MaxNLocator(5))
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: legend_tick(value, percent)))
    bar.ax.xaxis.set_minor_formatter(NullFormatter())
    notes = [Patch(facecolor=NO_DATA, edgecolor="#C8C8C8", label="no data")] if missing else []
    if faded_label:
        notes.append(Patch(facecolor="#F2F2F2", edgecolor=HATCH, linewidth=0.0, hatch="//////", label=faded_label))
    if notes:
        axes.legend(handles=notes, loc="upper center", bbox_to_anchor=(0.5, -0.17), frameon=False, fontsize=8)


def legend_tick(value: float, percent: bool) -> str:
    """A number at the bar of colours."""
    text = f"{100 * value:.3g} %" if percent else f"{value:,.10g}"
    return text.replace(",", " ").replace("-", "\u2212")


def scale_bar(axes: Axes) -> None:
    """A bar of a round length in kilometres, and the direction of north."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    fifth = (right - left) / 5
    power = 10.0 ** math.floor(math.log10(fifth))
    length = max(step * power for step in (1, 2, 5) if step * power <= fifth)
    x, y, tall = left + 0.06 * (right - left), low + 0.02 * (high - low), high - low
    axes.plot([x, x + length], [y, y], color=INK, linewidth=2.2, solid_capstyle="butt")
    axes.text(x + length / 2, y + 0.01 * tall, f"{length:g} km", ha="center", va="bottom", color=INK, size=8.5)
    side, arrow = left + 0.025 * (right - left), {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2}
    axes.annotate("", (side, y + 0.05 * tall), (side, y - 0.012 * tall), arrowprops=arrow)
    axes.text(side, y + 0.052 * tall, "N", ha="center", va="bottom", color=INK, size=8.5)


# ---- names of districts ----------------------------------------------------------------------------------------


def name_districts(axes: Axes, city: City, outlines: Outlines) -> None:
    """The names of the districts in their middles, moved aside where they would meet, the smallest left out."""
    from matplotlib.patheffects import withStroke

    extents = np.array([shape.get_extents().get_points() for shape in outlines.shapes])
    middle, area = extents.mean(axis=1), np.prod(extents[:, 1] - extents[:, 0], axis=1)
    of_shape = np.where(outlines.zones >= 0, city.district[np.maximum(outlines.zones, 0)], "")
    businesses = np.bincount(city.zone[city.occupied], minlength=city.zone_id.size)
    names = {name: float(businesses[city.district == name].sum()) for name in of_shape.tolist() if name}
    wanted = []
    for name in sorted(names, key=lambda each: -names[each]):
        here = of_shape == name
        wanted.append((textwrap.fill(name, NAME_WIDTH), np.average(middle[here], axis=0, weights=area[here])))
    halo = [withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
    for text, (x, y) in placed_names(wanted, points_per_unit(axes), (*axes.get_xlim(), *axes.get_ylim())):
        axes.text(x, y, text, ha="center", va="center", size=NAME_SIZE, color=INK, path_effects=halo, linespacing=0.95)


def points_per_unit(axes: Axes) -> float:
    """Points on paper of one unit of the map."""
    figure: Any = axes.figure
    box, (wide, high) = axes.get_position(), figure.get_size_inches()
    return 72 * min(box.width * wide / np.ptp(axes.get_xlim()), box.height * high / np.ptp(axes.get_ylim()))


def placed_names(
    wanted: list[tuple[str, Any]], scale: float, frame: tuple[float, float, float, float]
) -> list[tuple[str, tuple[float, float]]]:
    """Names with places at which none covers another or leaves the frame; the first ones choose first."""
    boxes: list[tuple[float, float, float, float]] = []
    placed = []
    for text, (x, y) in wanted:
        lines = text.split("\n")
        half_wide = 0.31 * NAME_SIZE * max(map(len, lines)) / scale
        half_high = 0.62 * NAME_SIZE * len(lines) / scale
        x = min(max(x, frame[0] + half_wide), frame[1] - half_wide)
        for aside in (0.0, 0.8, -0.8, 1.6, -1.6, 2.4, -2.4):
            box = x - half_wide, y + aside * half_high - half_high, x + half_wide, y + aside * half_high + half_high
            if frame[2] <= box[1] and box[3] <= frame[3] and not any(overlap(box, other) for other in boxes):
                boxes.append(box)
                placed.append((text, (x, y + aside * half_high)))
                break
    return placed


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, low, right, high) cover each other."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
