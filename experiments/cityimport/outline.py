"""Polygons of zones: which point lies in which, how large they are, and the files that a map draws them from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from experiments.cityimport.geojson import Shape

Array = np.ndarray[Any, Any]
Rings = list[list[Array]]  # of one zone: parts, each with its outer ring first


def inside(x: Array, y: Array, rings: Rings) -> Array:
    """Which points lie in a zone: a point is inside when an odd number of its rings hold it."""
    from matplotlib.path import Path as Outline

    points = np.stack([x, y], axis=1)
    odd = np.zeros(x.size, bool)
    for part in rings:
        for ring in part:
            odd ^= Outline(ring).contains_points(points)
    return odd


def placed(x: Array, y: Array, zones: list[Rings]) -> tuple[Array, int]:
    """The zone of every point, -1 where none holds it, the first where several do; and how often several do."""
    zone = np.full(x.size, -1)
    order = np.argsort(x, kind="stable")
    ranked, several = x[order], 0
    for number, rings in enumerate(zones):
        corners = np.concatenate([ring for part in rings for ring in part])
        (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
        rows = order[np.searchsorted(ranked, left) : np.searchsorted(ranked, right, side="right")]
        rows = rows[(y[rows] >= bottom) & (y[rows] <= top)]
        rows = rows[inside(x[rows], y[rows], rings)]
        several += int((zone[rows] >= 0).sum())
        zone[rows[zone[rows] < 0]] = number
    return zone, several


def area_and_middle(rings: Rings) -> tuple[float, float, float]:
    """Square kilometres, holes left out, and the middle of the largest part."""
    areas = []
    for part in rings:
        sizes = [shoelace(ring) for ring in part]
        areas.append(sizes[0][0] - sum(size for size, *_ in sizes[1:]))
    largest = int(np.argmax(areas))
    _, x, y = shoelace(rings[largest][0])
    return max(float(sum(areas)), 0.0), x, y


def shoelace(ring: Array) -> tuple[float, float, float]:
    """Area and centre of gravity of a ring; the mean corner of one without area."""
    near = ring - ring[0]
    (x, y), (u, v) = near[:-1].T, near[1:].T
    cross = x * v - u * y
    twice = float(cross.sum())
    if abs(twice) < 1e-9:
        return 0.0, float(ring[:-1, 0].mean()), float(ring[:-1, 1].mean())
    middle = np.array([((x + u) * cross).sum(), ((y + v) * cross).sum()]) / (3.0 * twice) + ring[0]
    return abs(twice) / 2.0, float(middle[0]), float(middle[1])


def nearest_zone(x: Array, y: Array, zones: list[Rings]) -> Array:
    """The zone whose outline has the nearest corner."""
    from scipy.spatial import cKDTree

    corners = [np.concatenate([ring for part in rings for ring in part]) for rings in zones]
    owner = np.repeat(np.arange(len(zones)), [len(each) for each in corners])
    found: Array = owner[cKDTree(np.concatenate(corners)).query(np.stack([x, y], axis=1))[1]]
    return found


def write_outlines(folder: Path, zone_ids: list[str], shapes: list[tuple[str, Shape]]) -> None:
    """The polygons in degrees, and which zone each belongs to; the same bytes for the same polygons."""
    from experiments.citymake import as_csv

    features = []
    for number, (_, shape) in enumerate(shapes, 1):
        parts = [[np.round(ring, 6).tolist() for ring in part] for part in shape.parts]
        geometry = {"type": "MultiPolygon", "coordinates": parts}
        features.append({"type": "Feature", "properties": {"block_id": str(number)}, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    (folder / "blocks.geojson.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    known = [(number, zone) for number, (zone, _) in enumerate(shapes, 1) if zone in zone_ids]
    columns: dict[str, list[Any]] = {"block_id": [n for n, _ in known], "zone_id": [zone for _, zone in known]}
    (folder / "block_zone.csv").write_bytes(as_csv(columns))
