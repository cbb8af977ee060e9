"""Outlines of a city's zones in kilometres: block polygons joined to zones where the city has them, else circles."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sim.city import City

POLYGONS, BLOCK_ZONES = "blocks.geojson.gz", "block_zone.csv"
Point = tuple[float, float]
Edge = tuple[Point, Point]
Ring = list[Point]
DIGITS = 6  # of a degree: a tenth of a metre; corners that blocks share are the same to that digit


@dataclass(frozen=True)
class Outlines:
    """What a map draws: one shape a zone, with its zone row (-1: ground of no zone), and the edge of the city."""

    shapes: list[Any]
    zones: np.ndarray
    edge: Any


def outlines_of(city: City) -> Outlines:
    """The shapes of a city, made once for all panels of a picture."""
    from matplotlib.path import Path as Outline

    blocks = block_polygons(city)
    if blocks is None:
        return circles(city)
    rings, zones = blocks
    corners = np.concatenate([np.array(ring) for block in rings for ring in block])
    middle = corners.mean(axis=0)
    scale = np.array([111.195 * math.cos(math.radians(middle[1])), 111.195])

    def shape(inside: list[Ring]) -> Any:
        parts = [(np.array(ring) - middle) * scale for ring in joined(inside)]
        return Outline.make_compound_path(*(Outline(part, closed=True) for part in parts))

    rows = np.unique(zones)
    of_zone = [[ring for place in np.flatnonzero(zones == row) for ring in rings[place]] for row in rows]
    return Outlines([shape(inside) for inside in of_zone], rows, shape([ring for inside in of_zone for ring in inside]))


def circles(city: City) -> Outlines:
    """A circle of about the zone's area for each zone, so that neighbours hardly touch."""
    from matplotlib.path import Path as Outline

    radius = 0.8 * np.sqrt(city.area_km2 / math.pi)
    shapes = [Outline.circle((city.x[i], city.y[i]), radius[i]) for i in range(city.zone_id.size)]
    return Outlines(shapes, np.arange(city.zone_id.size), Outline.make_compound_path(*shapes))


# ---- joining ---------------------------------------------------------------------------------------------------


def joined(rings: list[Ring]) -> list[Ring]:
    """The rings without the edges at which two of them meet: outer rings to the left, holes to the right.

    What is inside depends on the remaining edges alone, so any way of walking them gives the same shape.
    """
    edges = Counter(edge for ring in rings for edge in pairwise(ring) if edge[0] != edge[1])
    onward: dict[Point, list[Point]] = defaultdict(list)
    for (begin, end), times in edges.items():
        onward[begin] += [end] * max(times - edges.get((end, begin), 0), 0)
    found = []
    for begin in list(onward):
        while onward[begin]:
            found.append(walk(begin, onward))
    return found


def walk(begin: Point, onward: dict[Point, list[Point]]) -> Ring:
    """One closed walk, its edges used up."""
    ring = [begin]
    while len(ring) == 1 or ring[-1] != begin:
        ring.append(onward[ring[-1]].pop())
    return ring


# ---- the polygons of a city's folder ---------------------------------------------------------------------------


def block_polygons(city: City) -> tuple[list[list[Ring]], np.ndarray] | None:
    """Rings of every block in degrees and its zone row; None where the city's folder has no polygons."""
    if city.folder is None or not all((city.folder / name).is_file() for name in (POLYGONS, BLOCK_ZONES)):
        return None
    try:
        return read_blocks(city, city.folder)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError) as error:
        message = f"{POLYGONS} or {BLOCK_ZONES} in {city.folder} cannot be read ({type(error).__name__}: {error})"
        raise InputError(f"{message}; give GeoJSON polygons with block_id, or remove both files") from error


def read_blocks(city: City, folder: Path) -> tuple[list[list[Ring]], np.ndarray]:
    """The polygons and the table that says which zone each block belongs to."""
    with (folder / BLOCK_ZONES).open(encoding="utf-8-sig", newline="") as file:
        zone_of = {row["block_id"]: row["zone_id"] for row in csv.DictReader(file)}
    row_of = {zone: i for i, zone in enumerate(city.zone_id.tolist())}
    features = json.loads(gzip.decompress((folder / POLYGONS).read_bytes()))["features"]
    zones = [row_of.get(zone_of.get(str(each["properties"]["block_id"]), ""), -1) for each in features]
    return [rings_of(each["geometry"]) for each in features], np.array(zones)


def rings_of(geometry: dict[str, Any]) -> list[Ring]:
    """All rings of a polygon or of several, closed, outer ones to the left and holes to the right."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [turned(ring, left=place == 0) for part in parts for place, ring in enumerate(part)]


def turned(ring: list[list[float]], left: bool) -> Ring:
    """The ring, closed, running to the left or to the right."""
    points = [(round(float(corner[0]), DIGITS), round(float(corner[1]), DIGITS)) for corner in ring]
    if points[0] != points[-1]:
        points.append(points[0])
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
    return points if (area > 0) == left else points[::-1]
