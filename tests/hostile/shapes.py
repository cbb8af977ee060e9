"""Polygons, points, road graphs, links, networks and months that cannot be."""

from __future__ import annotations

import json
from typing import Any

from tests.hostile.books import LAUGHS, LONG, OUTSIDE
from tests.hostile.ground import (
    NAMES,
    Cases,
    Spoil,
    all_of,
    graph,
    later,
    luck,
    mapped,
    polygons,
    put,
)
from tests.register import quarters

SQUARE = [[17.0, 51.0], [17.1, 51.0], [17.1, 51.2], [17.0, 51.2], [17.0, 51.0]]


def shapes(*geometries: Any, **properties: Any) -> str:
    """A collection of these geometries, with a code each."""
    listed = [
        {"type": "Feature", "properties": {"code": f"Z{i}", **properties}, "geometry": geometry}
        for i, geometry in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed})


def shape(coordinates: Any, kind: str = "Polygon") -> dict[str, Any]:
    """A geometry."""
    return {"type": kind, "coordinates": coordinates}


def dots(text: str | bytes) -> Spoil:
    """The register as this file of points."""
    names = {k: v for k, v in NAMES.items() if k not in ("lon", "lat")}
    return all_of(mapped(businesses={"file": "r.geojson", "columns": names}), put("r.geojson", text))


SHAPES: Cases = {
    "no JSON": (polygons("no shapes"), "cannot be read as GeoJSON"),
    "JSON cut short": (polygons(quarters()[:-40]), "cannot be read as GeoJSON"),
    "JSON in UTF-16 of luck": (polygons(b"\xff\xfe" + luck(999)), "cannot be read as GeoJSON"),
    "lists a hundred thousand deep": (polygons("[" * 100_000), "cannot be read as GeoJSON"),
    "coordinates a thousand deep": (polygons(shapes(shape(json.loads("[" * 900 + "]" * 900)))), "has a ring"),
    "a number of ten thousand digits": (polygons('{"features": [' + "9" * 10_000 + "]}"), "ERROR"),
    "a list for a collection": (polygons("[1, 2]"), "holds no list of features"),
    "one feature for a collection": (polygons('{"type": "Feature"}'), "holds no list of features"),
    "an empty collection": (polygons('{"features": []}'), "holds no list of features"),
    "features that are words": (polygons('{"features": ["a", null, 7]}'), "has geometry 'None'"),
    "no geometry": (polygons(shapes(None)), "has geometry 'None'"),
    "points for polygons": (polygons(shapes(shape([17, 51], "Point"))), "has geometry 'Point'"),
    "a collection of geometries": (polygons(shapes({"type": "GeometryCollection"})), "'GeometryCollection'"),
    "no coordinates": (polygons(shapes({"type": "Polygon"})), "has a ring"),
    "coordinates in words": (polygons(shapes(shape([[["17", "51"]] * 4]))), "has a ring"),
    "coordinates that are truths": (polygons(shapes(shape([[[True, False]] * 4]))), "has a ring"),
    "coordinates that are no numbers": (polygons(shapes(shape([[[float("nan"), 51]] * 4]))), "has a ring"),
    "endless coordinates": (polygons(shapes(shape([[[float("inf"), 51]] * 4]))), "has a ring"),
    "a ring of two corners": (polygons(shapes(shape([SQUARE[:2]]))), "has a ring"),
    "an empty polygon": (polygons(shapes(shape([]))), "has a ring"),
    "an empty ring": (polygons(shapes(shape([[]]))), "has a ring"),
    "a polygon that is a word": (polygons(shapes(shape("17 51"))), "has a ring"),
    "no id": (polygons(shapes(shape([SQUARE]), code=None)), "has no id"),
    "an id that is a group": (polygons(shapes(shape([SQUARE]), code={"a": 1})), "has no id"),
    "an id of ten million letters": (later(lambda: polygons(shapes(shape([SQUARE]), code=LONG))), "has no id"),
    "an id that is a formula": (polygons(shapes(shape([SQUARE]), code="=1+1")), "has no id"),
    "properties that are a list": (
        polygons(shapes(shape([SQUARE])).replace('{"code": "Z0"}', "[1]")),
        "is no property",
    ),
    "one polygon for all": (polygons(shapes(shape([SQUARE]))), "there is one zone only"),
    "polygons elsewhere": (
        all_of(
            mapped(zones={"from": "polygons", "file": "q.geojson", "columns": {"zone_id": "code"}}),
            put("q.geojson", shapes(shape([[[x - 9, y] for x, y in SQUARE]]))),
        ),
        "lies in no polygon",
    ),
    "no JSON for points": (dots("x"), "cannot be read as GeoJSON"),
    "polygons for points": (dots(quarters()), "has geometry 'Polygon'"),
    "points without numbers": (dots(shapes(shape(["a", "b"], "Point"))), "has no two plain coordinates"),
    "points of one number": (dots(shapes(shape([17], "Point"))), "has no two plain coordinates"),
    "points with a long property": (
        later(lambda: dots(shapes(shape([17, 51], "Point"), **{"Reg. no.": LONG, "Staff": 3, "Branch": "x"}))),
        "longer than 500",
    ),
    "points with a formula": (
        dots(shapes(shape([17, 51], "Point"), **{"Reg. no.": "=1", "Staff": 3, "Branch": "x"})),
        "is a formula",
    ),
}

NODE = '<node id="{0}"><data key="x">17.0{0}</data><data key="y">51.1</data></node>'

KEYS = '<key id="x" attr.name="x"/><key id="y" attr.name="y"/>'


def roads(inside: str, head: str = "") -> str:
    """A GraphML file."""
    return f'<?xml version="1.0"?>{head}<graphml>{KEYS}<graph>{inside}</graph></graphml>'


def tables(nodes: str, edges: str) -> Spoil:
    """Ways along these tables."""
    travel = {"from": "graph", "nodes": {"file": "nodes.csv"}, "edges": {"file": "edges.csv"}}
    return all_of(mapped(travel=travel), put("nodes.csv", nodes), put("edges.csv", edges))


GRAPHS: Cases = {
    "no XML": (graph("no graph"), "cannot be read as GraphML"),
    "XML cut short": (graph(roads(NODE.format(1))[:-30]), "cannot be read as GraphML"),
    "a billion laughs in a graph": (graph(roads("&h;", LAUGHS)), "has a document type"),
    "a graph that reads a file": (graph(roads("&h;", OUTSIDE)), "has a document type"),
    "a document type in UTF-16": (graph(roads("&h;", LAUGHS).encode("utf-16")), "has a document type"),
    "an unknown entity": (graph(roads("&h;")), "cannot be read as GraphML"),
    "a graph without streets": (graph(roads(NODE.format(1) + NODE.format(2))), "no street joins two crossings"),
    "streets without crossings": (graph(roads('<edge source="1" target="2"/>')), "no street joins two crossings"),
    "crossings without places": (
        graph(roads('<node id="1"/><node id="2"/><edge source="1" target="2"/>')),
        "no street joins two crossings",
    ),
    "crossings at no number": (
        graph(roads((NODE.format(1) + NODE.format(2)).replace("51.1", "nan") + '<edge source="1" target="2"/>')),
        "no street joins two crossings",
    ),
    "a graph of another form": (
        all_of(mapped(travel={"from": "graph", "file": "g.gml"}), put("g.gml", "graph []")),
        "is no GraphML file",
    ),
    "tables without coordinates": (tables("id\n1\n2\n", "u,v\n1,2\n"), "no column is mapped to 'x'"),
    "tables without ends": (tables("id,x,y\n1,17,51\n2,17,51.1\n", "a,b\n1,2\n"), "none of its columns is known"),
    "tables of words": (tables("id,x,y\n1,a,b\n2,c,d\n", "u,v\n1,2\n"), "no street joins two crossings"),
}


def lists(**files: str) -> Spoil:
    """Given links, networks or months."""
    parts = {
        "links": {"travel": {"from": "links", "file": "links.csv"}},
        "coverage": {"coverage": {"file": "coverage.csv"}},
        "history": {"history": {"file": "history.csv", "dates": "day.month.year"}},
    }
    merged = {key: value for name in files for key, value in parts[name].items()}
    return all_of(mapped(**merged), *(put(f"{name}.csv", text) for name, text in files.items()))


FURTHER: Cases = {
    "links between nothing": (lists(links="zone_a,zone_b,minutes\nX,Y,3\n"), "is unknown"),
    "links without minutes": (lists(links="zone_a,zone_b\nZ1,Z2\n"), "neither 'minutes' nor 'distance_km'"),
    "links that leave zones apart": (lists(links="zone_a,zone_b,minutes\nZ1,Z2,3\n"), "no way leads from"),
    "links in words": (lists(links="zone_a,zone_b,minutes\nZ1,Z2,soon\n"), "is not a number"),
    "a network of nobody": (lists(coverage="operator,zone_id\nNobody,Z1\n"), "is unknown"),
    "a network since never": (lists(coverage="operator,zone_id,since\nRival,Z1,never\n"), "is not a date"),
    "months in words": (lists(history="month,churn\nJanuary,3\n"), "is not a month"),
    "a thirteenth month": (lists(history="month,churn\n13.2025,3\n"), "is not a month"),
    "months without numbers": (lists(history="month,weather\n2025-01,fine\n"), "has months but no numbers"),
    "a month twice": (lists(history="month,churn\n01.2025,3\n1.2025,4\n"), "stands in an earlier row too"),
    "churn in thousands": (lists(history="month,churn\n2025-01,1 234\n"), "leave the marks between thousands out"),
    "months of ten million letters": (later(lambda: lists(history=f"month,churn\n{LONG},3\n")), "ERROR"),
}
