"""Maps of a city: zones coloured by a number, drawn as block polygons where the city has them, else as circles."""

from __future__ import annotations

import csv
import gzip
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.style import INK
from sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

    from sim.city import City

SEQUENTIAL, DIVERGING = "YlGnBu", "PuOr_r"  # both readable with any colour vision and in grey
NO_DATA = "#E9E9E9"
POLYGONS, BLOCK_ZONES = "blocks.geojson.gz", "block_zone.csv"


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
) -> ScalarMappable:
    """Draws the city on the axes, coloured by one number a zone, with scale bar, legend and names of the districts."""
    values = np.asarray(values_by_zone, float)
    shapes, zones = zone_shapes(city)
    painted = paint(axes, shapes, zones, values, colours(values, limits, diverging, logarithmic), diverging)
    frame_city(axes, shapes)
    legend(axes, painted, label, percent, missing=bool(np.isnan(values).any() or (zones < 0).any()))
    scale_bar(axes)
    if districts:
        name_districts(axes, city, shapes, zones)
    return painted


def attribution_line(city: City) -> str:
    """Whose data the map shows."""
    return city.attribution or f"Source: {city.source or 'not stated'}"


def zone_shapes(city: City) -> tuple[list[Any], np.ndarray]:
    """Outlines in kilometres and the zone row of each; -1 for a block that belongs to no zone."""
    from matplotlib.path import Path as Outline

    blocks = block_polygons(city)
    if blocks is None:
        radius = 0.8 * np.sqrt(city.area_km2 / math.pi)  # neighbours hardly touch
        circles = [Outline.circle((city.x[i], city.y[i]), radius[i]) for i in range(city.zone_id.size)]
        return circles, np.arange(city.zone_id.size)
    rings, zones = blocks
    lon0, lat0 = np.concatenate([ring for block in rings for ring in block]).mean(axis=0)
    to_km = np.array([111.195 * math.cos(math.radians(lat0)), 111.195])
    outlines = [
        Outline.make_compound_path(*(Outline((ring - [lon0, lat0]) * to_km, closed=True) for ring in block))
        for block in rings
    ]
    return outlines, zones


def block_polygons(city: City) -> tuple[list[list[np.ndarray]], np.ndarray] | None:
    """Rings of every block in degrees and its zone row; None where the city's folder has no polygons."""
    if city.folder is None or not all((city.folder / name).is_file() for name in (POLYGONS, BLOCK_ZONES)):
        return None
    try:
        return read_blocks(city, city.folder)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError) as error:
        message = f"{POLYGONS} or {BLOCK_ZONES} in {city.folder} cannot be read ({type(error).__name__}: {error})"
        raise InputError(f"{message}; give GeoJSON polygons with block_id, or remove both files") from error


def read_blocks(city: City, folder: Path) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """The polygons and the table that says which zone each block belongs to."""
    with (folder / BLOCK_ZONES).open(encoding="utf-8-sig", newline="") as file:
        zone_of = {row["block_id"]: row["zone_id"] for row in csv.DictReader(file)}
    row_of = {zone: i for i, zone in enumerate(city.zone_id.tolist())}
    features = json.loads(gzip.decompress((folder / POLYGONS).read_bytes()))["features"]
    zones = [row_of.get(zone_of.get(str(each["properties"]["block_id"]), ""), -1) for each in features]
    return [rings_of(each["geometry"]) for each in features], np.array(zones)


def rings_of(geometry: dict[str, Any]) -> list[np.ndarray]:
    """All rings of a polygon or of several."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [np.array(ring, float)[:, :2] for part in parts for ring in part]


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
    axes: Axes, shapes: list[Any], zones: np.ndarray, values: np.ndarray, norm: Any, diverging: bool
) -> ScalarMappable:
    """Fills the shapes; what has no number stays grey."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import PathPatch

    number = np.where(zones >= 0, values[np.maximum(zones, 0)], np.nan)
    blank = np.isnan(number)
    outline = PatchCollection([PathPatch(shape) for shape in shapes])
    outline.set(facecolor="white", edgecolor="#8A8A8A", linewidth=1.1)  # light colours end somewhere on white paper
    grey = PatchCollection([PathPatch(shapes[i]) for i in np.flatnonzero(blank)])
    grey.set(facecolor=NO_DATA, edgecolor="#C8C8C8", linewidth=0.25)
    filled = PatchCollection([PathPatch(shapes[i]) for i in np.flatnonzero(~blank)], norm=norm)
    filled.set(cmap=DIVERGING if diverging else SEQUENTIAL, edgecolor="white", linewidth=0.25)
    filled.set_array(number[~blank])
    for collection in (outline, grey, filled):
        axes.add_collection(collection)
    return filled


def frame_city(axes: Axes, shapes: list[Any]) -> None:
    """The same scale in both directions, no axes, a little air around."""
    corners = np.array([shape.get_extents().get_points() for shape in shapes])
    (left, low), (right, high) = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
    air = 0.02 * max(right - left, high - low)
    strip = 0.09 * (high - low)  # below the city, for the scale bar
    axes.set(xlim=(left - air, right + air), ylim=(low - air - strip, high + air), aspect="equal")
    axes.axis("off")


def legend(axes: Axes, painted: ScalarMappable, label: str, percent: bool, missing: bool) -> None:
    """A bar of colours with its unit, and the grey of what is unknown."""
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter, PercentFormatter

    figure: Any = axes.figure
    bar = figure.colorbar(painted, cax=axes.inset_axes((1.02, 0.2, 0.025, 0.6)))
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)  # type: ignore[operator]
    plain = FuncFormatter(lambda value, _: f"{value:,.10g}".replace(",", " "))
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %") if percent else plain)
    if missing:
        axes.legend(
            handles=[Patch(facecolor=NO_DATA, edgecolor="#C8C8C8", label="no data")],
            loc="upper left",
            bbox_to_anchor=(1.0, 0.16),
            frameon=False,
        )


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


def name_districts(axes: Axes, city: City, shapes: list[Any], zones: np.ndarray) -> None:
    """The names of the districts, each in the middle of its shapes, skipped where they would run into another."""
    from matplotlib.patheffects import withStroke

    extents = np.array([shape.get_extents().get_points() for shape in shapes])
    middle, area = extents.mean(axis=1), np.prod(extents[:, 1] - extents[:, 0], axis=1)
    of_shape = np.where(zones >= 0, city.district[np.maximum(zones, 0)], "")
    placed: list[tuple[float, float, int]] = []
    wide, high = np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())
    for name in sorted({name for name in of_shape.tolist() if name}, key=lambda each: -area[of_shape == each].sum()):
        x, y = np.average(middle[of_shape == name], axis=0, weights=area[of_shape == name])
        clash = any(abs(x - a) < 0.011 * wide * (len(name) + n) / 2 and abs(y - b) < 0.035 * high for a, b, n in placed)
        if not clash:
            placed.append((x, y, len(name)))
            halo = [withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
            axes.text(x, y, name, ha="center", va="center", size=7.5, color=INK, path_effects=halo)
