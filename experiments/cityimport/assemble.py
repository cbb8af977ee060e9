"""The whole of an import: every part read, held together by the reader of cities, and told where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.cityimport.days import as_day, as_month, each_distinct
from experiments.cityimport.geojson import Shape
from experiments.cityimport.mapping import Plan, Source, read_mapping
from experiments.cityimport.places import Plane
from experiments.cityimport.register import Register, read_register
from experiments.cityimport.sources import Place, spoken
from experiments.cityimport.travel import USUAL_SPEEDS, links_of
from experiments.cityimport.zoning import OURS, has_places, zone_places, zone_table, zones_of
from sim.cityhistory import HISTORY_COLUMNS
from sim.cityrows import PREMISES_COLUMNS
from sim.citytable import Table
from sim.errors import InputError
from sim.findings import Findings

Array = np.ndarray[Any, Any]

COVERAGE_COLUMNS = ("operator", "zone_id", "since")
HOW = {
    "distance": "ways between zones: straight ones times a detour, at usual speeds",
    "graph": "ways between zones: along the road graph, at a share of the speed limits",
    "links": "",
}


class Imported(NamedTuple):
    """What the folder of the city will hold."""

    meta: dict[str, Any]
    operators: Path
    tables: dict[str, Table]
    shapes: list[tuple[str, Shape]]
    read: list[Path]
    notes: list[str]


def imported(mapping: Path, findings: Findings) -> Imported | None:
    """A city from a mapping file; None after a mistake, and all mistakes are found that can be."""
    plan = read_mapping(mapping, findings)
    if plan is None:
        return None
    place = Place(mapping, findings)
    place.read.append(mapping)
    try:
        return put_together(plan, place)
    except InputError as error:  # of the system of coordinates, which concerns all files
        for message in error.messages:
            findings.error(place.mapping, message)
        return None
    finally:
        spoken(findings, place.names)


def put_together(plan: Plan, place: Place) -> Imported | None:
    """The city of a sound mapping; None after a mistake."""
    from sim.city import look_through

    findings = place.findings
    meta = plan.city if isinstance(plan.city, Mapping) else place.text(plan.city, "city")
    operators = place.path(plan.operators, "operators")
    specs = None if operators is None else read_operators_file(operators, findings)
    meta = dict(meta) if isinstance(meta, Mapping) else meta
    built = built_tables(plan, place, meta)
    if built is None:
        return None
    tables, shapes, notes, origins = built
    if isinstance(meta, dict):
        meta = with_origins(meta, origins, plan)
    if operators is not None:
        look_through(meta, specs, tables, findings, doubts=True)
    if findings.errors or operators is None:
        return None
    return Imported(meta, operators, tables, shapes, place.read, notes)


def read_operators_file(path: Path, findings: Findings) -> Any:
    """The operators as their YAML says."""
    from sim.cityyaml import read_yaml

    return read_yaml(path, findings)


Built = tuple[dict[str, Table], list[tuple[str, Shape]], list[str], dict[str, list[str]]]


def built_tables(plan: Plan, place: Place, meta: Any) -> Built | None:
    """All tables of the city; None where so much is wrong that nothing can be held together."""
    plane = Plane(plan.coordinates)
    country = str(meta.get("country", "")) if isinstance(meta, Mapping) else ""
    speeds = meta.get("speeds") if isinstance(meta, Mapping) else None
    origins: dict[str, list[str]] = {"imputed": [], "assumed": []}
    further = further_tables(plan, place)
    if plan.businesses is None:
        found = from_counts(plan, place, plane)
    else:
        found = from_register(plan, place, plane, country, origins)
    if found is None:
        return None
    tables, x, y, shapes, notes = found
    ids = tables["zones"].columns["zone_id"].to_pylist()
    links = links_of(plan.travel, plane, x, y, ids, speeds, place)
    if links is None:
        return None
    if len(ids) < 2:
        remedy = "give more zones, or fewer businesses_each"
        place.findings.error(
            place.mapping, "there is one zone only, a city has two or more", column="zones", remedy=remedy
        )
    tables["links"] = links if isinstance(links, Table) else Table("links.csv", links)
    notes.append(f"{tables['links'].size} links between zones, from {plan.travel.origin}")
    if how := HOW[plan.travel.origin]:
        origins["assumed"].append(how)
    return tables | further, shapes, notes, origins


Found = tuple[dict[str, Table], Array, Array, list[tuple[str, Shape]], list[str]]


def from_register(plan: Plan, place: Place, plane: Plane, country: str, origins: dict[str, list[str]]) -> Found | None:
    """Businesses one by one, with their zones."""
    register = read_register(plan, place, plane, country)
    if register is None:
        return None
    building = register.buildings()
    zoned = zones_of(plan.zones, register, plane, place) if register.keep.any() else None
    kind = register.kinds(building)
    if zoned is None or kind is None:
        return None
    rows = np.flatnonzero(register.keep)
    if not rows.size:
        place.findings.error(register.table.file, "no business is left", remedy="correct the rows named above")
        return None
    columns = register.columns(zoned.of_row, kind, building)
    businesses = register.table.taken(rows, columns)
    tell_origins(register, plan, origins)
    notes = [f"{rows.size:,} businesses of {register.table.size:,} rows in {register.table.file}", zoned.note]
    return {"zones": zoned.table, "businesses": businesses}, zoned.x, zoned.y, zoned.shapes, notes


def tell_origins(register: Register, plan: Plan, origins: dict[str, list[str]]) -> None:
    """What of the businesses was not in the client's files."""
    if register.banded:
        share = register.banded / max(int(register.keep.sum()), 1)
        origins["imputed"].append(f"employees of {share:.0%} of the businesses, drawn inside their bands")
    if plan.premises_types.rules or plan.premises_types.otherwise:
        origins["imputed"].append("premises types, by the rules of the mapping")
    if plan.zones.origin == "points":
        origins["assumed"].append("zones, cut from the places of the businesses")
    if plan.businesses and plan.businesses.buildings == "same_point" and "building_id" not in register.table:
        origins["imputed"].append("buildings: businesses at one point share one")


def from_counts(plan: Plan, place: Place, plane: Plane) -> Found | None:
    """Counts of premises by zone, with the client's table of zones."""
    assert plan.premises is not None
    counts = place.table(plan.premises, "premises", PREMISES_COLUMNS, PREMISES_COLUMNS[:4])
    listed = zone_table(plan.zones, plane, place)
    if counts is None or listed is None:
        return None
    columns: dict[str, Any] = {
        "zone_id": listed.columns["zone_id"],
        "name": listed.columns["zone_id"],
        **listed.columns,
    }
    if not has_places(columns, plane):
        one, other = plane.columns
        place.findings.error(listed.file, f"has no columns {one} and {other}", column=one, remedy="map them")
        return None
    x, y = zone_places(columns, plane)
    if not np.isfinite(x + y).all():
        place.findings.error(listed.file, "some zones have no usable place", column=plane.columns[0], remedy="give it")
        return None
    zones = listed.taken(np.arange(listed.size), {name: columns[name] for name in OURS if name in columns})
    return {"zones": zones, "premises": counts}, x, y, [], [f"{counts.size} counts of premises in {listed.size} zones"]


def further_tables(plan: Plan, place: Place) -> dict[str, Table]:
    """Networks and history, with dates and months in our form."""
    found = {}
    kinds = (("coverage", COVERAGE_COLUMNS, 2, "since", as_day), ("history", HISTORY_COLUMNS, 1, "month", as_month))
    for stem, ours, needed, dated, turn in kinds:
        source: Source | None = getattr(plan, stem)
        table = place.table(source, stem, ours, ours[:needed]) if source else None
        if source is None or table is None:
            continue
        if dated in table:
            table.columns[dated] = each_distinct(table.columns[dated], turn, source.dates)
        found[stem] = table
    return found


def with_origins(meta: dict[str, Any], origins: Mapping[str, list[str]], plan: Plan) -> dict[str, Any]:
    """What city.yaml says, with what the import has drawn or assumed, and speeds where minutes need them."""
    for key, words in origins.items():
        said = meta.get(key) or []
        listed = list(said) if isinstance(said, list) else [said]
        meta[key] = listed + [word for word in words if word not in listed]
    if plan.travel.origin != "links" and not isinstance(meta.get("speeds"), Mapping):
        meta["speeds"] = dict(USUAL_SPEEDS)
        meta["assumed"] = [*meta["assumed"], "speeds of walking and driving"]
    return meta
