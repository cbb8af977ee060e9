"""Zones of an import: given by the client, drawn by polygons, or cut from the points of the businesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from experiments.cityimport.clusters import clustered, ground_km2
from experiments.cityimport.geojson import Shape, polygons
from experiments.cityimport.outline import area_and_middle, nearest_zone, placed
from experiments.cityimport.places import Plane, in_degrees
from sim.citytable import Table
from sim.errors import nearest
from sim.findings import Findings

if TYPE_CHECKING:
    from experiments.cityimport.mapping import Zones
    from experiments.cityimport.register import Register
    from experiments.cityimport.sources import Place

Array = np.ndarray[Any, Any]

OURS = ("zone_id", "name", "district", "x", "y", "lon", "lat", "area_km2", "vacant", "footfall_8_18", "priority")
KEPT = ("vacant", "footfall_8_18", "priority")
ID_CHARACTERS = 60


class Zoned(NamedTuple):
    """The zones, the zone of every business, and the outlines that a map may draw."""

    table: Table
    of_row: Any  # zone ids of the register's rows, as text
    x: Array
    y: Array
    shapes: list[tuple[str, Shape]]
    note: str


def zones_of(zones: Zones, register: Register, plane: Plane, place: Place) -> Zoned | None:
    """The zones, by the way that the mapping names; None after a mistake."""
    if zones.origin == "given":
        return given(zones, register, plane, place)
    if not np.isfinite(register.first[register.keep]).any():
        one, other = plane.columns
        remedy = f"map the columns {one} and {other}, or write zones: {{from: given}}"
        place.findings.error(register.table.file, "no business has coordinates", column=one, remedy=remedy)
        return None
    if zones.origin == "polygons":
        return from_polygons(zones, register, plane, place)
    return from_points(zones, register, plane)


def from_points(zones: Zones, register: Register, plane: Plane) -> Zoned:
    """Zones of about as many businesses as wanted, named after the district that most of them name."""
    rows = np.flatnonzero(register.keep)
    x, y = plane.km(register.first[rows], register.second[rows])
    label = clustered(x, y, zones.businesses_each)
    count = int(label.max()) + 1
    size = np.bincount(label, minlength=count)
    middle_x, middle_y = (np.bincount(label, each, minlength=count) / size for each in (x, y))
    digits = len(str(count))
    ids = [f"Z{i + 1:0{digits}d}" for i in range(count)]
    district = main_district(register, rows, label, count)
    numbers: dict[str, int] = {}
    names = []
    for each in district:
        numbers[each] = numbers.get(each, 0) + 1
        names.append(f"{each} {numbers[each]:02d}" if each else f"Zone {numbers[each]}")
    of_row = np.full(register.table.size, "", f"U{digits + 1}")
    of_row[rows] = np.array(ids)[label]
    columns = {"zone_id": ids, "name": names, "district": district, **places(middle_x, middle_y, plane)}
    columns["area_km2"] = rounded(ground_km2(x, y, label, count))
    note = f"{count} zones of {size.min()} to {size.max()} businesses, cut from their places"
    zone_ids = pa.array(of_row.tolist(), pa.string())
    return Zoned(Table("zones.csv", columns), zone_ids, middle_x, middle_y, [], note)


def main_district(register: Register, rows: Array, label: Array, count: int) -> list[str]:
    """The district that most businesses of a zone name; empty where none does."""
    if "district" not in register.table:
        return [""] * count
    codes, texts = register.table.codes("district")
    kinds, times = np.unique(label * len(texts) + codes[rows], return_counts=True)
    best = [""] * count
    for place in np.argsort(times, kind="stable").tolist():
        zone, code = divmod(int(kinds[place]), len(texts))
        if texts[code]:
            best[zone] = texts[code]
    return best


def places(x: Array, y: Array, plane: Plane) -> dict[str, list[float]]:
    """Columns of places, in degrees where they are known."""
    if plane.origin is None:
        return {"x": np.round(x, 3).tolist(), "y": np.round(y, 3).tolist()}
    lon, lat = plane.degrees_of(x, y)
    return {"lon": np.round(lon, 6).tolist(), "lat": np.round(lat, 6).tolist()}


def rounded(area_km2: Array) -> list[float]:
    """Areas to a hundred square metres."""
    return np.maximum(np.round(area_km2, 4), 1e-4).tolist()


# ---- polygons --------------------------------------------------------------------------------------------------


def from_polygons(zones: Zones, register: Register, plane: Plane, place: Place) -> Zoned | None:
    """Zones from outlines; features with one id are one zone."""
    path = place.path(zones.file or "", "zones.file")
    found = None if path is None else polygons(path, place.findings)
    if path is None or found is None:
        return None
    told = property_names(zones, found, place)
    if told is None:
        return None
    groups = grouped(found, told, path.name, place.findings)
    if groups is None:
        return None
    drawn = zones.coordinates or plane.coordinates
    turned = [(zone, degrees_of_shape(shape, drawn)) for zone, shapes in groups.items() for shape in shapes]
    rings: dict[str, Any] = {zone: [] for zone in groups}
    for zone, shape in turned:
        rings[zone] += [[np.stack(plane.km(*ring.T), axis=1) for ring in part] for part in shape.parts]
    ids = list(rings)
    if not all(np.isfinite(ring).all() for parts in rings.values() for part in parts for ring in part):
        remedy = "check coordinates, or zones: {coordinates: ...}, in the mapping"
        place.findings.error(path.name, f"has corners outside the ground of {drawn}", remedy=remedy)
        return None
    of_row = inside_zones(zones, register, plane, list(rings.values()), path.name, place.findings)
    sizes = [area_and_middle(parts) for parts in rings.values()]
    x, y = middles(register, of_row, plane, np.array([each[1:] for each in sizes]))
    columns: dict[str, Any] = {"zone_id": ids}
    for name in ("name", "district", *KEPT):
        values = [next((text for each in groups[zone] if (text := told_text(each, told, name))), "") for zone in ids]
        if name == "name":
            values = [value or zone for value, zone in zip(values, ids, strict=True)]
        if name in ("name", "district") or any(values):
            columns[name] = values
    columns |= {**places(x, y, plane), "area_km2": rounded(np.array([each[0] for each in sizes]))}
    names = pa.array([ids[zone] if zone >= 0 else "" for zone in of_row.tolist()], pa.string())
    shapes = turned if plane.degrees else []
    note = f"{len(ids)} zones from the polygons of {path.name}"
    return Zoned(Table(path.name, columns), names, x, y, shapes, note)


def property_names(zones: Zones, shapes: list[Shape], place: Place) -> dict[str, str] | None:
    """Which property of the polygons is which column of ours."""
    header = list(dict.fromkeys(str(name) for shape in shapes for name in shape.properties))
    told = {name: name for name in OURS if name in header}
    for name, theirs in zones.columns.items():
        key = {"column": f"zones.columns.{name}", "value": theirs}
        if name not in OURS:
            place.findings.error(place.mapping, "is no column of ours", remedy=nearest(name, OURS), **key)
        elif theirs not in header:
            place.findings.error(place.mapping, "is no property of the polygons", remedy=nearest(theirs, header), **key)
        told[name] = theirs
    if "zone_id" not in told:
        remedy = f"write zones: {{columns: {{zone_id: THEIR NAME}}}}; {nearest('zone_id', header)}"
        place.findings.error(place.mapping, "no property of the polygons is the id", column="zones", remedy=remedy)
    return None if place.findings.errors else told


def told_text(shape: Shape, told: dict[str, str], name: str) -> str:
    """A property of a polygon as trimmed text of a bearable length."""
    value = shape.properties.get(told.get(name, ""))
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return " ".join(text.split())[:200]


def grouped(shapes: list[Shape], told: dict[str, str], file: str, findings: Findings) -> dict[str, list[Shape]] | None:
    """Polygons by zone id; every one has an id that a file can hold."""
    groups: dict[str, list[Shape]] = {}
    for shape in shapes:
        zone = told_text(shape, told, "zone_id")
        if not zone or len(zone) > ID_CHARACTERS or zone.startswith("="):
            message = f"feature {shape.number} has no id of 1 to {ID_CHARACTERS} characters"
            remedy = "give every polygon its id"
            findings.error(file, message, row=shape.number, column=told["zone_id"], value=zone, remedy=remedy)
        groups.setdefault(zone, []).append(shape)
    return None if findings.errors else groups


def degrees_of_shape(shape: Shape, coordinates: str) -> Shape:
    """A polygon with its corners in degrees, where they can be."""
    if not coordinates.startswith("EPSG"):
        return shape
    parts = [
        [np.stack(in_degrees(ring[:, 0], ring[:, 1], coordinates), axis=1) for ring in part] for part in shape.parts
    ]
    return shape._replace(parts=parts)


def inside_zones(
    zones: Zones, register: Register, plane: Plane, rings: list[Any], file: str, findings: Findings
) -> Array:
    """The zone of every business; those outside all of them stop, are left out, or go to the nearest."""
    rows = np.flatnonzero(register.keep)
    x, y = plane.km(register.first[rows], register.second[rows])
    zone, several = placed(x, y, rings)
    of_row = np.full(register.table.size, -1)
    of_row[rows] = zone
    if several:
        message = f"polygons overlap: {several:,} times a business lies in a further one; the first one counts"
        findings.warning(file, message, remedy="are some of them parts of others?")
    out = rows[zone < 0]
    if not out.size:
        return of_row
    column = plane.columns[0]
    if zones.outside == "nearest":
        of_row[out] = nearest_zone(x[zone < 0], y[zone < 0], rings)
        findings.warning(file, f"{out.size:,} businesses outside all polygons went to the nearest one")
    else:
        level = "WARNING" if zones.outside == "leave_out" else "ERROR"
        remedy = "correct the place, or write zones: {outside: nearest} or {outside: leave_out}"
        findings.rows(register.table, column, out, "lies in no polygon", remedy, level)
        register.keep[out] = False
    return of_row


def middles(register: Register, of_row: Array, plane: Plane, usual: Array) -> tuple[Array, Array]:
    """The middle of every zone's businesses, or of its ground where it has none."""
    rows = np.flatnonzero(register.keep & (of_row >= 0) & np.isfinite(register.first))
    count = np.bincount(of_row[rows], minlength=len(usual))
    found = []
    for values, ground in zip(plane.km(register.first[rows], register.second[rows]), usual.T, strict=True):
        sums = np.bincount(of_row[rows], values, minlength=len(usual))
        found.append(np.where(count > 0, sums / np.maximum(count, 1), ground))
    return found[0], found[1]


# ---- given -----------------------------------------------------------------------------------------------------


def given(zones: Zones, register: Register, plane: Plane, place: Place) -> Zoned | None:
    """Zones that the register names; a table of zones tells the rest, and the businesses' places what it leaves out."""
    table = register.table
    if "zone_id" not in table:
        remedy = "map businesses: {columns: {zone_id: THEIR NAME}}, or write zones: {from: points}"
        place.findings.error(table.file, "no column is mapped to 'zone_id'", column="zone_id", remedy=remedy)
        return None
    codes, texts = table.codes("zone_id")
    register.refuse("zone_id", np.flatnonzero(np.array([not text for text in texts])[codes]), "is empty", "give it")
    listed = zone_table(zones, plane, place)
    if zones.file and listed is None:
        return None
    columns: dict[str, Any] = {} if listed is None else dict(listed.columns)
    ids = columns["zone_id"].to_pylist() if listed is not None else sorted({text for text in texts if text})
    row_of = {zone: i for i, zone in enumerate(ids)}
    of_text = np.array([row_of.get(text, -1) for text in texts])
    unknown = np.flatnonzero(of_text[codes] < 0)
    register.refuse("zone_id", unknown, "is no zone of the table of zones", "add the zone, or correct the row")
    of_row = np.where(register.keep, of_text[codes], -1)
    columns = {"zone_id": ids, "name": columns.get("name", ids), **{k: v for k, v in columns.items() if k != "zone_id"}}
    if not has_places(columns, plane):
        if not np.isfinite(register.first[register.keep]).any() or not len(ids):
            one, other = plane.columns
            remedy = f"map {one} and {other} of the zones, or of the businesses"
            place.findings.error(place.mapping, "nothing tells where the zones lie", column="zones", remedy=remedy)
            return None
        x, y = middles(register, of_row, plane, np.full((len(ids), 2), np.nan))
        columns |= places(x, y, plane)
    else:
        x, y = zone_places(columns, plane)
    if "area_km2" not in columns and np.isfinite(register.first).any():
        rows = np.flatnonzero(register.keep & (of_row >= 0) & np.isfinite(register.first))
        u, v = plane.km(register.first[rows], register.second[rows])
        columns["area_km2"] = rounded(ground_km2(u, v, of_row[rows], len(ids)))
    made = Table("zones.csv", columns) if listed is None else listed.taken(np.arange(listed.size), columns)
    return Zoned(made, table.columns["zone_id"], x, y, [], f"{len(ids)} zones as given")


def zone_table(zones: Zones, plane: Plane, place: Place) -> Any:
    """The client's table of zones, with our names."""
    from experiments.cityimport.mapping import Source

    if not zones.file:
        return None
    source = Source(file=zones.file, sheet=zones.sheet, encoding=zones.encoding, columns=zones.columns)
    return place.table(source, "zones", OURS, ("zone_id",))


def has_places(columns: dict[str, Any], plane: Plane) -> bool:
    """Whether a table of zones tells where they lie, in a way that fits the other files."""
    return {"x", "y"} <= columns.keys() or (plane.degrees and {"lon", "lat"} <= columns.keys())


def zone_places(columns: dict[str, Any], plane: Plane) -> tuple[Array, Array]:
    """Places of the zones of a table in kilometres; columns in a grid's metres become degrees."""
    if plane.degrees and {"lon", "lat"} <= columns.keys():
        first, second = (as_numbers(columns[name]) for name in ("lon", "lat"))
    else:
        first, second = (as_numbers(columns[name]) for name in ("x", "y"))
        if plane.coordinates == "lonlat":
            return first, second  # kilometres beside businesses in degrees
    if plane.coordinates.startswith("EPSG"):
        if "lon" not in columns:
            first, second = in_degrees(first, second, plane.coordinates)
        columns.pop("x", None), columns.pop("y", None)
        columns |= {"lon": np.round(first, 6).tolist(), "lat": np.round(second, 6).tolist()}
    plane.settle(first, second)
    x, y = plane.km(first, second)
    if plane.coordinates == "m":
        columns |= {"x": np.round(x, 3).tolist(), "y": np.round(y, 3).tolist()}
    return x, y


def as_numbers(values: Any) -> Array:
    """A column of text as numbers, not-a-number where it is none."""
    from experiments.cityimport.roads import numbers

    return numbers([text.replace(",", ".") for text in values.to_pylist()])
