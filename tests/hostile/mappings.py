"""Mapping files: tags, references, keys that are none, rules and codes that cannot be."""

from __future__ import annotations

from typing import Any

from tests.hostile.ground import (
    NAMES,
    Cases,
    Spoil,
    edited,
    luck,
    mapped,
    put,
)


def yaml_of(text: str | bytes) -> Spoil:
    """This mapping file."""
    return put("import.yaml", text)


def rule(**parts: Any) -> Spoil:
    """The plain mapping with one rule."""
    return mapped(premises_types={"rules": [{"type": "industrial", **parts}], "otherwise": "street_level"})


MAPPINGS: Cases = {
    "a tag that runs a command": (yaml_of("city: !!python/object/apply:os.system ['touch canary']"), "the tag"),
    "a tag of a module": (yaml_of("city: !!python/module:os"), "the tag"),
    "a tag that reads a file": (yaml_of("city: !include /etc/passwd"), "the tag"),
    "a harmless tag": (yaml_of("city: !!str x"), "the tag"),
    "a tag in the city": (put("city.yaml", "name: !!python/object/new:os.system ['touch canary']"), "the tag"),
    "a tag in the operators": (put("operators.yaml", "- !!python/name:os.system x"), "the tag"),
    "a billion laughs": (
        yaml_of("a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in ["ab", "bc", "cd"])),
        "anchor",
    ),
    "a merge": (yaml_of("x: &x {file: a}\nbusinesses: {<<: *x}"), "anchor or alias"),
    "a key twice": (yaml_of("operators: a\noperators: b"), "the key 'operators' twice"),
    "a list": (yaml_of("- 1\n- 2"), "is not a list of keys"),
    "a word": (yaml_of("import"), "is not a list of keys"),
    "nothing": (yaml_of(""), "is not a list of keys"),
    "luck for YAML": (yaml_of(luck(3000)), "ERROR"),
    "brackets without end": (yaml_of("[" * 5000), "cannot be read"),
    "a mapping of a megabyte": (yaml_of("# " + "x" * 1_000_000), "is larger than 200 kB"),
    "a number of a hundred thousand digits": (yaml_of("zones: " + "9" * 100_000), "a number of 100,000 characters"),
    "tabs": (yaml_of("zones:\n\tfrom: points"), "cannot be read"),
    "bytes that are no UTF-8": (yaml_of(b"city: \xff\xfe\xfa"), "cannot be read"),
    "control characters": (yaml_of("city: \x07\x08"), "cannot be read"),
    "a file called folder": (yaml_of("businesses: register.csv"), "key businesses"),
    "an unknown key": (mapped(bussinesses={"file": "x"}), "did you mean 'businesses'?"),
    "an unknown key deep down": (mapped(zones={"from": "points", "each": 3}), "key zones.each"),
    "a list of files": (mapped(businesses={"file": ["a.csv", "b.csv"]}), "key businesses.file"),
    "a column that is none of ours": (mapped(businesses={"columns": NAMES | {"employes": "Staff"}}), "did you mean"),
    "a column that is a number": (mapped(businesses={"columns": {"employees": 7}}), "key businesses.columns.employees"),
    "a column that is not in the file": (mapped(businesses={"columns": NAMES | {"floor": "Flor"}}), "is no column of"),
    "no mapping of what is needed": (mapped(businesses={"columns": {}}), "no column is mapped to 'business_id'"),
    "zones from nowhere": (mapped(zones={"from": "nowhere"}), "key zones.from = 'nowhere'"),
    "too small zones": (mapped(zones={"from": "points", "businesses_each": 1}), "key zones.businesses_each"),
    "zones of a number that is none": (mapped(zones={"businesses_each": float("nan")}), "zones.businesses_each"),
    "polygons without a file": (mapped(zones={"from": "polygons"}), "key zones.file: is missing"),
    "given zones without a column": (mapped(zones={"from": "given"}), "no column is mapped to 'zone_id'"),
    "a band of one number": (mapped(businesses={"bands": {"A": [5]}}), "key businesses.bands.A"),
    "a band of words": (mapped(businesses={"bands": {"A": ["few", "many"]}}), "key businesses.bands.A"),
    "a rule without a test": (rule(column="Branch"), "asks nothing of column Branch"),
    "a rule without a column": (rule(contains="x"), "names no column"),
    "a rule on a column that is not there": (rule(column="Brunch", begins="4"), "did you mean 'Branch'?"),
    "a rule with a broken pattern": (rule(column="Branch", matches="(47"), "is no pattern"),
    "a rule with a pattern of another tongue": (rule(column="Branch", matches="(?<=4)7"), "is no pattern"),
    "a rule with a huge pattern": (rule(column="Branch", matches="((a{99}){99}){99}"), "is no pattern"),
    "a rule for a type that is none": (
        rule(column="Branch", begins="4", type="factory"),
        "premises_types.rules.0.type",
    ),
    "no rule at all": (mapped(premises_types={"otherwise": None}), "nothing tells the premises types"),
    "a word for a type that is none": (
        mapped(businesses={"values": {"premises_type": {"F": "factory"}}}),
        "is no premises type",
    ),
    "coordinates in words": (mapped(coordinates="WGS84"), "key coordinates = 'WGS84'"),
    "coordinates of a formula": (mapped(coordinates="+proj=utm +zone=33 +nadgrids=/etc/passwd"), "key coordinates"),
    "a code that is none": (
        mapped(coordinates="EPSG:999999", businesses={"columns": {**NAMES, "x": "Long", "y": "Lat"}}),
        "ERROR",
    ),
    "a code of a height": (
        mapped(
            coordinates="EPSG:5773",
            businesses={"columns": {k: v for k, v in NAMES.items() if len(k) > 3} | {"x": "Long", "y": "Lat"}},
        ),
        "ERROR",
    ),
    "degrees in a grid of metres": (
        mapped(
            coordinates="EPSG:2180",
            businesses={"columns": {k: v for k, v in NAMES.items() if len(k) > 3} | {"x": "Long", "y": "Lat"}},
        ),
        "ERROR",
    ),
    "streets in degrees beside a plane": (
        mapped(coordinates="km", travel={"from": "graph", "file": "g.graphml", "coordinates": "lonlat"}),
        "does not fit the others",
    ),
    "businesses and counts": (mapped(premises={"file": "c.csv"}), "both stand here"),
    "neither businesses nor counts": (
        lambda folder: (folder / "import.yaml").write_text("zones: {from: points}"),
        "neither stands here",
    ),
    "a graph of nothing": (mapped(travel={"from": "graph"}), "a graph is one file or two tables"),
    "links of nothing": (mapped(travel={"from": "links"}), "key travel.file: is missing"),
    "a country in words": (edited("city.yaml", "country: PL", "country: Poland"), "must be 2 capital letters"),
    "a country that is a no": (edited("city.yaml", "country: PL", "country: NO"), "put it in quotes"),
    "one operator": (put("operators.yaml", "operators: []"), "names 0 operators"),
    "a sheet of a CSV that is a list": (mapped(businesses={"sheet": [1]}), "key businesses.sheet"),
}
