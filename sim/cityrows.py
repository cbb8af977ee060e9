"""Zones, links, premises and history of a city: tables of text become checked columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.cityoperators import PREMISES, SIZES, matched
from sim.citytable import Table, unknown_columns
from sim.draws import Streams, hash_texts
from sim.findings import Findings
from sim.territory import plane_km

Array = np.ndarray[Any, Any]
Columns = dict[str, Any]

ZONE_COLUMNS = (
    *("zone_id", "name", "district", "x", "y", "lon", "lat", "area_km2", "vacant", "footfall_8_18", "priority"),
    *("blocks", "prospects", *PREMISES),  # statistics for the reader, not used
)
LINK_COLUMNS = ("zone_a", "zone_b", "minutes", "distance_km", "walk_minutes", "drive_minutes")
BUSINESS_COLUMNS = (
    *("business_id", "zone_id", "premises_type", "sector", "employees", "building_id", "floor", "provider"),
    *("monthly_bill", "contract_end", "block_id", "since_2018"),
)
PREMISES_COLUMNS = ("zone_id", "premises_type", "size_class", "count", "sector")
SPEEDS = {"walk_km_per_hour": (1.0, 10.0), "drive_km_per_hour": (5.0, 130.0), "parking_minutes": (0.0, 60.0)}

SIZE_FROM = np.array([1, 10, 50, 250], np.int32)  # first number of employees of a class
SIZE_TO = np.array([10, 50, 250, 2000], np.int32)  # one above the last; a place of business has hardly more than 2000
PARETO_EXPONENT = 1.2  # of employees inside a size class: 1.1 to 1.3 is recommended for firms, an assumption here
CITY_SEED = 0  # draws that belong to a city, not to a run
ROWS_LIMIT = 20_000_000
NO_PROVIDER, NOT_GIVEN = -1, -2


def read_zones(table: Table, findings: Findings) -> Columns | None:
    """Zones with coordinates in km, area, vacant units and footfall."""
    plane = "x" in table or "lon" not in table
    place = ("x", "y") if plane else ("lon", "lat")
    if not unknown_columns(table, ZONE_COLUMNS, ("zone_id", "name", *place, "area_km2"), findings):
        return None
    check_ids(table, "zone_id", table.bytes("zone_id"), findings)
    if table.size > 30_000:
        findings.error(table.file, f"has {table.size:,} zones", remedy="join them to at most 30,000")
    x, y = read_places(table, place, findings)
    if "vacant" not in table:
        message = "no column 'vacant': no premises stand empty at the start, so nobody moves in before somebody closes"
        findings.note(table.file, message)
    return {
        "zone_id": text_column(table, "zone_id"),
        "zone_name": text_column(table, "name"),
        "district": text_column(table, "district"),
        "x": x,
        "y": y,
        "area_km2": table.numbers("area_km2", findings, 1e-4, 1e5),
        "vacant": np.nan_to_num(optional(table, "vacant", findings, 1e6, whole=True)).astype(np.int32),
        "footfall": optional(table, "footfall_8_18", findings, 1e7),
        "priority": optional(table, "priority", findings, 1e6),
    }


def read_places(table: Table, place: tuple[str, str], findings: Findings) -> tuple[Array, Array]:
    """Kilometres east and north, as given or from degrees."""
    if place == ("x", "y"):
        return table.numbers("x", findings, -1000, 1000), table.numbers("y", findings, -1000, 1000)
    lon = table.numbers("lon", findings, -180, 180)
    lat = table.numbers("lat", findings, -85, 85, remedy="are lon and lat exchanged?")
    if np.isnan(lon).any() or np.isnan(lat).any():
        return lon, lat
    x, y = plane_km(lon, lat, float(lon.mean()), float(lat.mean()))
    if max(np.ptp(x), np.ptp(y)) > 500:
        findings.error(table.file, "the zones lie more than 500 km apart", column="lon", remedy="give one city")
    return x, y


def text_column(table: Table, column: str) -> Array:
    """A short column as text; empty where the table has none."""
    return np.array(table.columns[column].to_pylist() if column in table else [""] * table.size, np.str_)


def optional(table: Table, column: str, findings: Findings, high: float, *, whole: bool = False) -> Array:
    """A column of numbers from 0 that may be missing or have gaps."""
    if column not in table:
        return np.full(table.size, np.nan)
    return table.numbers(column, findings, 0, high, whole=whole, needed=False)


def hash_bytes(ids: Array) -> Array:
    """64-bit addresses of fixed-width ids; the same as `hash_ids` gives for their text."""
    return hash_texts(np.frombuffer(ids.tobytes(), np.uint8), ids.dtype.itemsize)


def check_ids(table: Table, column: str, ids: Array, findings: Findings) -> Array:
    """Ids are there, once each; their addresses."""
    findings.rows(table, column, np.flatnonzero(ids == b""), "is empty", "give every row an id")
    address = hash_bytes(ids)
    order = np.argsort(address, kind="stable")
    twice = np.sort(order[1:][address[order][1:] == address[order][:-1]])
    findings.rows(table, column, twice[ids[twice] != b""], "stands in an earlier row too", "give each row its own id")
    return address


def read_links(
    table: Table, zones: list[str], speeds: Any, findings: Findings
) -> list[tuple[str, str, dict[str, float]]]:
    """Neighbouring zones with the minutes between them."""
    if not unknown_columns(table, LINK_COLUMNS, ("zone_a", "zone_b"), findings):
        return []
    if "minutes" not in table and "distance_km" not in table:
        remedy = "give 'minutes', or 'distance_km' with speeds in city.yaml"
        findings.error(table.file, "has neither 'minutes' nor 'distance_km'", remedy=remedy)
        return []
    a, b = (matched(table, column, zones, findings) for column in ("zone_a", "zone_b"))
    distance = optional(table, "distance_km", findings, 1000)
    if "minutes" in table:
        minutes = table.numbers("minutes", findings, 0.01, 1000)
    else:
        findings.rows(table, "distance_km", np.flatnonzero(table.bytes("distance_km") == b""), "is empty", "give it")
        minutes = minutes_of(distance, speeds, findings)
    check_pairs(table, a, b, findings)
    good = np.flatnonzero((a >= 0) & (b >= 0) & (minutes > 0)).tolist()
    return [(zones[a[i]], zones[b[i]], {"minutes": float(minutes[i]), "distance_km": float(distance[i])}) for i in good]


def check_pairs(table: Table, a: Array, b: Array, findings: Findings) -> None:
    """A link joins two zones, and stands once."""
    findings.rows(table, "zone_b", np.flatnonzero((a == b) & (a >= 0)), "links a zone with itself", "drop the row")
    known = np.flatnonzero((a >= 0) & (b >= 0))
    low, high = np.minimum(a, b)[known].astype(np.int64), np.maximum(a, b)[known]
    _, first = np.unique(low * 100_000 + high, return_index=True)
    again = np.delete(known, first)
    findings.rows(table, "zone_b", again, "this pair stands in an earlier row too", "give each pair once")


def minutes_of(distance_km: Array, speeds: Any, findings: Findings) -> Array:
    """Minutes of a link from its length: the faster of walking and of driving with a search for parking."""
    values = {}
    for key, (low, high) in SPEEDS.items():
        value = speeds.get(key) if isinstance(speeds, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            message = "is needed because the links give no minutes"
            remedy = f"write a number from {low:g} to {high:g}"
            findings.error("city.yaml", message, column=f"speeds.{key}", value=str(value), remedy=remedy)
        else:
            values[key] = float(value)
    if len(values) < len(SPEEDS):
        return np.ones(distance_km.size)
    walking = distance_km / values["walk_km_per_hour"] * 60.0
    driving = distance_km / values["drive_km_per_hour"] * 60.0 + values["parking_minutes"]
    return np.maximum(np.minimum(walking, driving), 0.01)


def read_businesses(table: Table, zones: list[str], operators: list[str], findings: Findings) -> Columns | None:
    """One row for each business, in the order of the file."""
    if not unknown_columns(table, BUSINESS_COLUMNS, BUSINESS_COLUMNS[:5], findings):
        return None
    ids = table.bytes("business_id")
    rows = plain_rows(ids, check_ids(table, "business_id", ids, findings))
    sector, sectors = read_sector(table, findings)
    rows |= {
        "zone": matched(table, "zone_id", zones, findings).astype(np.int16),
        "premises_type": matched(table, "premises_type", list(PREMISES), findings).astype(np.uint8),
        "sector": sector,
        "sectors": sectors,
        "employees": np.nan_to_num(table.numbers("employees", findings, 1, 1e6, whole=True)).astype(np.int32),
        "provider": read_provider(table, operators, findings),
        "monthly_bill": optional(table, "monthly_bill", findings, 1e7).astype(np.float32),
    }
    if "building_id" in table:
        rows["building"] = known_buildings(*table.codes("building_id"))
    if "floor" in table:
        table.numbers("floor", findings, -20, 200, whole=True, needed=False, level="WARNING")  # checked, not used yet
    if "contract_end" in table:
        rows["contract_end"] = table.dates("contract_end", findings)
    return rows


def plain_rows(ids: Array, address: Array) -> Columns:
    """Rows of which nothing is known beyond their ids."""
    n = ids.size
    return {
        "premises_id": ids,
        "id_hash": address,
        "building": np.full(n, -1, np.int32),
        "provider": np.full(n, NOT_GIVEN, np.int8),
        "monthly_bill": np.full(n, np.nan, np.float32),
        "contract_end": np.full(n, np.datetime64("NaT"), "datetime64[D]"),
    }


def read_sector(table: Table, findings: Findings) -> tuple[Array, tuple[str, ...]]:
    """Sector codes in alphabetical order of the sectors' names."""
    if "sector" not in table:
        return np.zeros(table.size, np.uint8), ("unknown",)
    codes, texts = table.codes("sector")
    named = [text or "unknown" for text in texts]
    sectors = tuple(sorted(set(named)))
    if len(sectors) > 255:
        remedy = "use at most 255, such as industry divisions"
        findings.error(table.file, f"names {len(sectors)} sectors", column="sector", remedy=remedy)
        return np.zeros(table.size, np.uint8), sectors[:255]
    return np.array([sectors.index(text) for text in named], np.uint8)[codes], sectors


def known_buildings(codes: Array, texts: list[str]) -> Array:
    """Building codes; -1 where the file names none."""
    return np.where(np.array([text != "" for text in texts])[codes], codes, -1).astype(np.int32)


def read_provider(table: Table, operators: list[str], findings: Findings) -> Array:
    """The present provider: an operator's number, none, or not given."""
    if "provider" not in table:
        return np.full(table.size, NOT_GIVEN, np.int8)
    found = matched(table, "provider", operators, findings, also=("none", ""))
    return np.choose(np.clip(-found, 0, 3), [found, found, NO_PROVIDER, NOT_GIVEN]).astype(np.int8)


def read_premises(table: Table, zones: list[str], findings: Findings) -> Columns | None:
    """Counts by zone, premises type and size class become rows; employees are drawn by address."""
    if not unknown_columns(table, PREMISES_COLUMNS, PREMISES_COLUMNS[:4], findings):
        return None
    before = len(findings.errors)
    zone = matched(table, "zone_id", zones, findings)
    kind = matched(table, "premises_type", list(PREMISES), findings)
    size = matched(table, "size_class", list(SIZES), findings)
    count = np.nan_to_num(table.numbers("count", findings, 0, ROWS_LIMIT, whole=True)).astype(np.int64)
    sector, sectors = read_sector(table, findings)
    cell = np.array(
        [
            f"{zones[z]}-{PREMISES[k]}-{SIZES[s]}-{sectors[c]}"
            for z, k, s, c in zip(zone, kind, size, sector, strict=True)
        ]
    )
    check_counts(table, cell, count, findings)
    if len(findings.errors) > before:
        return None
    ids = numbered(cell, count)
    address = hash_bytes(ids)
    row = np.repeat(np.arange(table.size), count)
    return plain_rows(ids, address) | {
        "zone": zone[row].astype(np.int16),
        "premises_type": kind[row].astype(np.uint8),
        "sector": sector[row],
        "sectors": sectors,
        "employees": draw_employees(size[row], Streams(CITY_SEED)("city.employees").uniform(address)),
    }


def check_counts(table: Table, cell: Array, count: Array, findings: Findings) -> None:
    """Every cell of the table stands once, and the whole is of a size that can be simulated."""
    _, first = np.unique(cell, return_index=True)
    again = np.setdiff1d(np.arange(cell.size), first)
    findings.rows(table, "zone_id", again, "this cell stands in an earlier row too", "add the counts up in one row")
    if not 0 < count.sum() <= ROWS_LIMIT:
        remedy = f"from 1 to {ROWS_LIMIT:,}"
        findings.error(table.file, f"counts {count.sum():,} premises", column="count", remedy=remedy)
    message = f"employees are drawn from a power law (exponent {PARETO_EXPONENT}, assumption) inside each size class"
    findings.note(table.file, message)


def numbered(stems: Array, count: Array) -> Array:
    """Ids `STEM-001`, `STEM-002`, ... as bytes, `count` for each stem."""
    total = int(count.sum())
    running = np.arange(total) - np.repeat(np.cumsum(count) - count, count) + 1
    numbers = np.char.zfill(running.astype("S9"), 3)
    return np.char.add(
        np.char.add(np.char.encode(stems, "utf-8")[np.repeat(np.arange(stems.size), count)], b"-"), numbers
    )


def draw_employees(size_class: Array, uniform: Array, exponent: float = PARETO_EXPONENT) -> Array:
    """Employees from a Pareto law cut at the bounds of the size class."""
    low, high = SIZE_FROM[size_class].astype(float), SIZE_TO[size_class].astype(float)
    drawn = low * (1.0 - uniform * (1.0 - (low / high) ** exponent)) ** (-1.0 / exponent)
    return np.minimum(drawn, high - 1.0).astype(np.int32)


def size_class_of(employees: Array) -> Array:
    """Size class of a number of employees."""
    return np.searchsorted(SIZE_FROM[1:], employees, side="right").astype(np.uint8)
