"""A road graph: from GraphML or from tables of nodes and edges, as OpenStreetMap's tools write them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

from sim.findings import Findings

if TYPE_CHECKING:
    from experiments.cityimport.mapping import Travel
    from experiments.cityimport.sources import Place

Array = np.ndarray[Any, Any]

NODES = ("node", "x", "y")
EDGES = ("from", "to", "length_m", "seconds", "speed")
# What the tools for OpenStreetMap call these: tried where the mapping names nothing.
USUAL = {
    "node": ("node", "osmid", "id", "node_id"),
    "x": ("x", "lon", "longitude"),
    "y": ("y", "lat", "latitude"),
    "from": ("from", "u", "source"),
    "to": ("to", "v", "target"),
    "length_m": ("length_m", "length"),
    "seconds": ("seconds", "travel_time"),
    "speed": ("speed", "speed_kph", "maxspeed"),
}
OWN = {"id": "node", "source": "from", "target": "to"}  # what GraphML itself calls them
GRAPHML_LIMIT = 1_000_000_000  # bytes
PROLOG = 1_000_000  # bytes in which a document type would stand
EDGES_LIMIT = 10_000_000
MILE_KM = 1.609344
REMEDY = "export it again as GraphML with x and y at its nodes and length at its edges"


class Roads(NamedTuple):
    """Crossings and the streets between them; not-a-number where nothing is known."""

    x: Array  # degrees, or as the plane has it
    y: Array
    ends: Array  # (streets, 2) rows of crossings
    length_m: Array
    seconds: Array
    speed_km_per_hour: Array


def read_roads(travel: Travel, place: Place) -> Roads | None:
    """The road graph of a mapping; None after a mistake."""
    if travel.file:
        path = place.path(travel.file, "travel.file")
        if path is None:
            return None
        if path.suffix.lower() != ".graphml":
            remedy = "give GraphML, or nodes and edges as tables"
            place.findings.error(path.name, "is no GraphML file", remedy=remedy)
            return None
        parts = read_graphml(path, place.findings)
    else:
        parts = read_tables(travel, place)
    return None if parts is None else roads_of(*parts, place.findings)


Columns = dict[str, list[str]]


def read_tables(travel: Travel, place: Place) -> tuple[str, Columns, Columns] | None:
    """Nodes and edges of two tables, as columns of text under our names."""
    found: list[Columns] = []
    for key, source, ours, needed in (
        ("nodes", travel.nodes, NODES, NODES),
        ("edges", travel.edges, EDGES, EDGES[:2]),
    ):
        if source is None:
            return None
        usual = [name for column in ours for name in USUAL[column]]
        table = place.table(source, f"travel.{key}", list(dict.fromkeys([*ours, *usual])), [])
        if table is None:
            return None
        columns: Columns = {
            column: next((table.columns[name].to_pylist() for name in USUAL[column] if name in table), [])
            for column in ours
        }
        missing = [column for column in needed if not columns[column]]
        for column in missing:
            remedy = f"write travel: {{{key}: {{columns: {{{column}: THEIR NAME}}}}}}"
            place.findings.error(table.file, f"no column is mapped to '{column}'", column=column, remedy=remedy)
        if missing:
            return None
        found.append(columns)
    return travel.edges.file if travel.edges else "", found[0], found[1]


def read_graphml(path: Path, findings: Findings) -> tuple[str, Columns, Columns] | None:
    """Nodes and edges of a GraphML file; a file with a document type is refused, for it may hold entities."""
    if path.stat().st_size > GRAPHML_LIMIT:
        findings.error(path.name, "is larger than 1 GB", remedy="give the streets of the city alone")
        return None
    with path.open("rb") as file:
        head = file.read(PROLOG).replace(b"\0", b"")  # a wider encoding has them between its letters
    if b"<!" in head.replace(b"<!--", b""):
        findings.error(path.name, "has a document type, which may hold entities", remedy="remove the <!DOCTYPE ...>")
        return None
    try:
        return path.name, *graphml_columns(path)
    except (ElementTree.ParseError, ValueError, LookupError, UnicodeError) as error:
        message = f"cannot be read as GraphML ({str(error)[:100]})"
        findings.error(path.name, " ".join(message.split()), remedy=REMEDY)
        return None


def graphml_columns(path: Path) -> tuple[Columns, Columns]:
    """What every node and edge says, by our names."""
    names: dict[str, str] = {}
    nodes: Columns = {name: [] for name in NODES}
    edges: Columns = {name: [] for name in EDGES}
    steps = ElementTree.iterparse(path, events=("start", "end"))
    root = next(steps)[1]
    for event, element in steps:
        kind = element.tag.rpartition("}")[2]
        if event == "start":
            continue
        if kind == "key":
            names[element.get("id", "")] = element.get("attr.name", "")
        elif kind in ("node", "edge"):
            said = {names.get(each.get("key", ""), ""): each.text or "" for each in element}
            said |= {ours: element.get(name, "") for name, ours in OWN.items()}
            columns = nodes if kind == "node" else edges
            for column, values in columns.items():
                values.append(next((said[name] for name in USUAL[column] if said.get(name)), ""))
            element.clear()
            if len(edges["from"]) > EDGES_LIMIT:
                raise ValueError(f"more than {EDGES_LIMIT:,} edges")
        elif kind == "graph":
            root.clear()
    return nodes, edges


def roads_of(file: str, nodes: Columns, edges: Columns, findings: Findings) -> Roads | None:
    """The graph of these columns; streets whose ends nobody knows are left out and counted."""
    row = {name: i for i, name in enumerate(nodes["node"])}
    ends = np.array([(row.get(a, -1), row.get(b, -1)) for a, b in zip(edges["from"], edges["to"], strict=True)], int)
    ends = ends.reshape(-1, 2)
    x, y = numbers(nodes["x"]), numbers(nodes["y"])
    placed = np.isfinite(x) & np.isfinite(y)
    good = (ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])
    good[good] = placed[ends[good]].all(axis=1)
    if not good.any():
        findings.error(file, "no street joins two crossings with coordinates", remedy=REMEDY)
        return None
    lost = int((~good & (ends[:, 0] != ends[:, 1])).sum())
    if lost:
        message = f"{lost:,} of {len(ends):,} streets lead from or to no crossing with coordinates and are left out"
        findings.warning(file, message, remedy="give all nodes of the edges")
    columns = {name: edges[name] or [""] * len(ends) for name in EDGES[2:]}
    length, seconds = numbers(columns["length_m"])[good], numbers(columns["seconds"])[good]
    return Roads(x, y, ends[good], length, seconds, speeds(columns["speed"])[good])


def numbers(texts: list[str]) -> Array:
    """Texts as numbers from 0, not-a-number where they are none; coordinates may be below 0."""
    out = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        try:
            value = float(text)
        except ValueError:
            continue
        out[i] = value if abs(value) < 1e9 else np.nan
    return out


def speeds(texts: list[str]) -> Array:
    """Speed limits in km/h from texts such as '50', '30 mph' or \"['50', '70']\", of which the first counts."""
    known: dict[str, float] = {}
    for text in set(texts):
        found = re.search(r"\d{1,3}", text[:60])
        value = float(found.group()) if found else np.nan
        value *= MILE_KM if "mph" in text else 1.0
        known[text] = value if 3.0 <= value <= 200.0 else np.nan
    return np.array([known[text] for text in texts])
