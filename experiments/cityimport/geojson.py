"""GeoJSON: points as a table, polygons as rings; what is no such thing is told by feature."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.citytable import Table
from sim.findings import Findings

Array = np.ndarray[Any, Any]

LIMIT = 1_000_000_000  # bytes
CORNERS_LIMIT = 20_000_000
REMEDY = "export it again as a FeatureCollection of points or polygons (RFC 7946)"


class Shape(NamedTuple):
    """One feature: its number in the file, its properties and its rings, the outer one of each part first."""

    number: int
    properties: dict[str, Any]
    parts: list[list[Array]]


def features(path: Path, findings: Findings) -> list[Any] | None:
    """The features of a file; None after a mistake."""
    if path.stat().st_size > LIMIT:
        findings.error(path.name, "is larger than 1 GB", remedy="give a large table as CSV or Parquet")
        return None
    try:
        data = json.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"cannot be read as GeoJSON ({type(error).__name__}: {str(error)[:100]})"
        findings.error(path.name, message.replace("\n", " "), remedy=REMEDY)
        return None
    listed = data.get("features") if isinstance(data, dict) else None
    if not isinstance(listed, list) or not listed:
        findings.error(path.name, "holds no list of features", remedy=REMEDY)
        return None
    return listed


def with_geometry(path: Path, kinds: tuple[str, ...], findings: Findings) -> Iterator[tuple[int, dict[str, Any], Any]]:
    """Number, properties and geometry of every feature of these kinds; the others are found."""
    wrong = 0
    for number, each in enumerate(features(path, findings) or [], 1):
        geometry = each.get("geometry") if isinstance(each, dict) else None
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if kind in kinds and isinstance(geometry, dict):
            properties = each.get("properties")
            yield number, properties if isinstance(properties, dict) else {}, geometry.get("coordinates")
            continue
        wrong += 1
        if wrong <= findings.shown:
            message = f"feature {number} has geometry {str(kind)[:40]!r}, not {' or '.join(kinds)}"
            findings.error(path.name, message, row=number, remedy="leave it out of the file")
    if wrong > findings.shown:
        findings.error(path.name, f"{wrong - findings.shown:,} more features have another geometry", remedy=REMEDY)


def points_table(path: Path, chosen: Callable[[list[str]], list[str]], findings: Findings) -> Table | None:
    """Points with their properties; longitude and latitude become the columns lon and lat, or x and y."""
    before = len(findings.errors)
    rows: list[dict[str, Any]] = []
    for number, properties, coordinates in with_geometry(path, ("Point",), findings):
        if not is_corner(coordinates):
            findings.error(path.name, f"feature {number} has no two plain coordinates", row=number, remedy=REMEDY)
        else:
            first, second = coordinates[:2]
            rows.append({"lon": first, "lat": second, "x": first, "y": second, **properties})
    if len(findings.errors) > before or not rows:
        return None
    header = list(dict.fromkeys(str(name) for row in rows for name in row))
    kept = chosen(header)
    columns = {name: [scalar(row.get(name)) for row in rows] for name in kept}
    if not columns:
        return None
    table = Table(path.name, columns)
    from sim.cityfiles import sane_cells

    return table if sane_cells(table, findings) else None


def scalar(value: Any) -> Any:
    """A property as a cell; a list or group of them is shown as text, and so is a truth."""
    return value if value is None or isinstance(value, str | float) else str(value)


def is_corner(given: Any) -> bool:
    """Two plain numbers, or more of which the first two count."""
    if not isinstance(given, list) or len(given) < 2:
        return False
    return all(
        isinstance(each, int | float) and not isinstance(each, bool) and abs(each) < 1e9 for each in given[:2]
    )  # not-a-number is not below anything


def polygons(path: Path, findings: Findings) -> list[Shape] | None:
    """The polygons of a file; None after a mistake."""
    before = len(findings.errors)
    shapes, corners = [], 0
    for number, properties, coordinates in with_geometry(path, ("Polygon", "MultiPolygon"), findings):
        sound = parts_of(coordinates)
        if sound is None:
            message = f"feature {number} has a ring that is no closed line of plain coordinates"
            findings.error(path.name, message, row=number, remedy=REMEDY)
            continue
        corners += sum(len(ring) for part in sound for ring in part)
        shapes.append(Shape(number, properties, sound))
    if corners > CORNERS_LIMIT:
        findings.error(path.name, f"has {corners:,} corners", remedy="simplify the outlines")
    return shapes if shapes and len(findings.errors) == before else None


def parts_of(coordinates: Any) -> list[list[Array]] | None:
    """The rings of a polygon or of several; None where one of them is none."""
    listed = coordinates if isinstance(coordinates, list) else []
    parts = []
    for part in listed if depth(listed) == 4 else [listed]:
        rings = [ring_of(ring) for ring in part] if isinstance(part, list) else []
        sound = [ring for ring in rings if ring is not None]
        if not sound or len(sound) < len(rings):
            return None
        parts.append(sound)
    return parts or None


def depth(given: Any) -> int:
    """How deep the first things of a list lie, at most five."""
    levels = 0
    while isinstance(given, list) and given and levels < 5:
        given, levels = given[0], levels + 1
    return levels


def ring_of(given: Any) -> Array | None:
    """A ring as corners, closed; None where it is none."""
    if not isinstance(given, list) or len(given) < 3 or not all(is_corner(corner) for corner in given):
        return None
    ring = np.array([corner[:2] for corner in given], float)
    if (ring[0] != ring[-1]).any():
        ring = np.concatenate([ring, ring[:1]])
    return ring if len(ring) >= 4 else None
