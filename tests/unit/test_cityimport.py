"""An import: every form, every way to zones, minutes, employees and premises types, and what the folder then says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments.cityimport.assemble import imported
from experiments.cityimport.bands import band_of, bands_of, drawn
from experiments.cityimport.clusters import clustered, ground_km2
from experiments.cityimport.days import as_day, as_month
from experiments.cityimport.neighbours import neighbour_pairs
from experiments.cityimport.outline import area_and_middle, placed
from experiments.cityimport.roads import speeds
from experiments.cityimport.write import write_folder
from experiments.cli import main
from sim.city import City, check_city, load_city
from sim.findings import Findings
from tests.register import as_text, collection, quarters, register, square, streets
from tests.tiny import META, tiny_operators

N = 300
META_TEXT = {key: str(value) if key != "snapshot" else value for key, value in META.items()}
POLISH = META_TEXT | {"country": "PL", "subdivision": ""}
PLAIN: dict[str, Any] = {
    "city": POLISH,
    "businesses": {
        "file": "register.csv",
        "columns": {
            "business_id": "Reg. no.",
            "sector": "Branch",
            "employees": "Staff",
            "building_id": "House",
            "district": "Quarter",
            "lon": "Long",
            "lat": "Lat",
        },
    },
    "premises_types": {"otherwise": "street_level"},
    "zones": {"from": "points", "businesses_each": 50},
}


def written(folder: Path, mapping: dict[str, Any], columns: dict[str, Any] | None = None, **files: str) -> Path:
    """A folder with a register, operators, further files and a mapping; the mapping's path."""
    folder.mkdir(exist_ok=True)
    (folder / "register.csv").write_text(as_text(columns or register(N)), "utf-8")
    (folder / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}))
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    (folder / "import.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), "utf-8")
    return folder / "import.yaml"


def changed(mapping: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A mapping with other parts; a part that is a group is merged."""
    merged = {
        key: (mapping.get(key, {}) | value) if isinstance(value, dict) and key != "zones" else value
        for key, value in parts.items()
    }
    return mapping | merged


def told(mapping: Path) -> list[str]:
    """The findings of an import."""
    findings = Findings()
    imported(mapping, findings)
    return [str(each) for each in findings.ordered()]


def city_of(mapping: Path) -> City:
    """The imported city, read again from its folder, which has no mistake."""
    findings = Findings()
    made = imported(mapping, findings)
    assert made is not None, [str(each) for each in findings]
    folder = mapping.parent / "made"
    write_folder(made, folder)
    assert not [str(each) for each in check_city(folder) if each.level == "ERROR"]
    return load_city(folder)


# ---- forms and columns -----------------------------------------------------------------------------------------


def test_the_template_is_imported_with_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["city", "template", str(tmp_path / "t")]) == 0
    assert main(["city", "import", str(tmp_path / "t/import/import.yaml"), f"out={tmp_path / 'city'}"]) == 0
    assert "1,500 businesses of 1,500 rows" in capsys.readouterr().out
    city = load_city(tmp_path / "city")
    assert city.occupied.sum() == 1500 and city.history is not None
    assert {city.operators[0].name, city.operators[1].name} == {"Our company", "Other"}
    assert main(["city", "check", str(tmp_path / "t/city")]) == 0


@pytest.mark.parametrize("form", ["xlsx", "parquet", "geojson"])
def test_every_form_gives_the_same_city(form: str, tmp_path: Path) -> None:
    plain = city_of(written(tmp_path / "csv", PLAIN))
    columns = register(N)
    frame, folder = pd.DataFrame(columns), tmp_path / form
    mapping = changed(PLAIN, businesses={"file": f"register.{form}"})
    path = written(folder, mapping)
    if form == "geojson":
        features = [
            {
                "type": "Feature",
                "properties": {k: v for k, v in row.items() if k not in ("Long", "Lat")},
                "geometry": {"type": "Point", "coordinates": [row["Long"], row["Lat"]]},
            }
            for row in frame.to_dict("records")
        ]
        (folder / "register.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        names = {k: v for k, v in PLAIN["businesses"]["columns"].items() if k not in ("lon", "lat")}
        path = written(folder, changed(PLAIN, businesses={"file": "register.geojson", "columns": names}))
    elif form == "xlsx":
        frame.to_excel(folder / "register.xlsx", index=False)
    else:
        frame.to_parquet(folder / "register.parquet")
    other = city_of(path)
    assert (plain.premises_id == other.premises_id).all() and (plain.zone == other.zone).all()
    assert (plain.employees == other.employees).all()
    assert plain.travel_minutes == pytest.approx(other.travel_minutes)


def test_encodings_words_and_dates_of_the_client_are_read(tmp_path: Path) -> None:
    columns = register(N) | {"Umowa do": ["31.12.2027"] * N, "Opłata": ["1250,5"] * N}
    columns["Telecom"] = ["Nasza spółka"] * N
    mapping = changed(PLAIN, businesses={"encoding": "cp1250", "dates": "day.month.year"})
    mapping["businesses"]["columns"] = PLAIN["businesses"]["columns"] | {
        "contract_end": "Umowa do",
        "monthly_bill": "Opłata",
        "provider": "Telecom",
    }
    mapping["businesses"]["values"] = {"provider": {"Nasza spółka": "Focal"}}
    path = written(tmp_path, mapping)
    (tmp_path / "register.csv").write_bytes(as_text(columns).encode("cp1250"))
    city = city_of(path)
    assert (city.provider[city.occupied] == 0).all()
    assert city.contract_end[0] == np.datetime64("2027-12-31") and city.monthly_bill[0] == pytest.approx(1250.5)


def test_a_wrong_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"employees": "Stafff"}
    messages = told(written(tmp_path, changed(PLAIN, businesses={"columns": names})))
    assert "import.yaml, key businesses.columns.employees = 'Stafff'" in messages[0]
    assert "did you mean 'Staff'?" in messages[0]


def test_a_row_that_cannot_be_used_stops_or_is_left_out(tmp_path: Path) -> None:
    columns = register(N)
    columns["Staff"][4], columns["Reg. no."][7] = "many", columns["Reg. no."][6]
    path = written(tmp_path, PLAIN, columns)
    messages = "\n".join(told(path))
    assert "ERROR register.csv, row 6, column Staff (our employees) = 'many'" in messages
    assert "row 9, column Reg. no. (our business_id)" in messages and "leave_out: true" in messages
    city = city_of(written(tmp_path, changed(PLAIN, businesses={"leave_out": True}), columns))
    assert city.occupied.sum() == N - 2


def test_rows_keep_their_numbers_after_others_were_left_out(tmp_path: Path) -> None:
    columns = register(N) | {"Net": ["Focal"] * (N - 1) + ["Foocal"]}
    columns["Staff"][4] = "many"
    names = PLAIN["businesses"]["columns"] | {"provider": "Net"}
    messages = told(written(tmp_path, changed(PLAIN, businesses={"leave_out": True, "columns": names}), columns))
    assert f"ERROR register.csv, row {N + 1}, column Net (our provider) = 'Foocal'" in "\n".join(messages)


def test_nothing_is_written_after_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = register(N)
    columns["Staff"][4] = "many"
    path = written(tmp_path / "in", PLAIN, columns)
    assert main(["city", "import", str(path), f"out={tmp_path / 'out'}"]) == 2
    said = capsys.readouterr().out
    assert "nothing is written" in said and "why it matters: employees decide the size class" in said
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_the_findings_are_written_where_asked(tmp_path: Path) -> None:
    columns = register(N) | {"Staff": ["many"] * N}
    path = written(tmp_path / "in", PLAIN, columns)
    assert main(["city", "import", str(path), f"out={tmp_path / 'out'}", f"findings={tmp_path / 'told'}"]) == 2
    assert (tmp_path / "told/findings.csv").read_text("utf-8").count("Staff (our employees)") == N
    assert not (tmp_path / "out").exists()


# ---- coordinates -----------------------------------------------------------------------------------------------


def test_a_grid_of_metres_gives_the_same_city_as_degrees(tmp_path: Path) -> None:
    pyproj = pytest.importorskip("pyproj")
    columns = register(N)
    plain = city_of(written(tmp_path / "degrees", PLAIN, columns))
    x, y = pyproj.Transformer.from_crs(4326, 2180, always_xy=True).transform(columns["Long"], columns["Lat"])
    names = {k: v for k, v in PLAIN["businesses"]["columns"].items() if k not in ("lon", "lat")}
    mapping = changed(PLAIN, coordinates="EPSG:2180", businesses={"columns": names | {"x": "Long", "y": "Lat"}})
    other = city_of(written(tmp_path / "metres", mapping, columns | {"Long": x, "Lat": y}))
    assert (plain.zone == other.zone).all()
    assert plain.travel_minutes == pytest.approx(other.travel_minutes, rel=1e-3)


def test_polygons_in_degrees_hold_businesses_in_metres(tmp_path: Path) -> None:
    pyproj = pytest.importorskip("pyproj")
    columns = register(N)
    zones = {"from": "polygons", "file": "q.geojson", "columns": {"zone_id": "code"}, "outside": "nearest"}
    plain = city_of(written(tmp_path / "degrees", changed(PLAIN, zones=zones), columns, q__geojson=quarters()))
    x, y = pyproj.Transformer.from_crs(4326, 2180, always_xy=True).transform(columns["Long"], columns["Lat"])
    names = {k: v for k, v in PLAIN["businesses"]["columns"].items() if k not in ("lon", "lat")}
    mapping = changed(PLAIN, coordinates="EPSG:2180", businesses={"columns": names | {"x": "Long", "y": "Lat"}})
    mapping["zones"] = zones | {"coordinates": "lonlat"}
    path = written(tmp_path / "metres", mapping, columns | {"Long": x, "Lat": y}, q__geojson=quarters())
    assert (plain.zone == city_of(path).zone).all()


def test_a_zone_without_a_place_is_told(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"zone_id": "Quarter"}
    mapping = changed(PLAIN, zones={"from": "given", "file": "z.csv"}, businesses={"columns": names})
    ids = ["Old Town", "Station", "Riverside", "Mills", "Empty"]
    bare = "zone_id,area_km2\n" + "".join(f"{each},1\n" for each in ids)
    assert any("no usable place for Empty" in each for each in told(written(tmp_path, mapping, z__csv=bare)))
    words = "zone_id,area_km2,lon,lat\n" + "".join(f"{each},1,here,there\n" for each in ids)
    assert any("no usable place for Old Town" in each for each in told(written(tmp_path, mapping, z__csv=words)))


def test_swapped_coordinates_stop(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"lon": "Lat", "lat": "Long"}
    messages = told(written(tmp_path, changed(PLAIN, businesses={"columns": names})))
    assert any("exchange lon and lat in the mapping" in each for each in messages)


def test_metres_taken_for_degrees_are_told(tmp_path: Path) -> None:
    columns = register(N) | {"Long": [360000.0 + i for i in range(N)], "Lat": [350000.0] * N}
    assert any("write coordinates: EPSG:CODE" in each for each in told(written(tmp_path, PLAIN, columns)))


def test_a_code_that_is_none_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pyproj")
    names = {k: v for k, v in PLAIN["businesses"]["columns"].items() if k not in ("lon", "lat")}
    names |= {"x": "Long", "y": "Lat"}
    mapping = changed(PLAIN, coordinates="EPSG:999999", businesses={"columns": names})
    assert any("is no usable system of coordinates" in each for each in told(written(tmp_path, mapping)))


# ---- zones -----------------------------------------------------------------------------------------------------


def test_zones_cut_from_points_are_of_the_wanted_size_and_cut_no_address() -> None:
    luck = np.random.default_rng(3)
    house = luck.integers(0, 900, 4000)
    x, y = luck.normal(0, 2, 900)[house], luck.normal(0, 1, 900)[house]
    zone = clustered(x, y, 200)
    sizes = np.bincount(zone)
    assert sizes.size == 20 and sizes.min() > 130 and sizes.max() < 270
    assert all(np.unique(zone[house == number]).size <= 1 for number in range(900))


def test_one_address_is_one_zone() -> None:
    assert clustered(np.zeros(500), np.zeros(500), 50).max() == 0


def test_a_wide_gap_draws_the_cut() -> None:
    x = np.concatenate([np.linspace(0, 1, 110), np.linspace(5, 6, 90)])
    assert np.unique(clustered(x, np.zeros(200), 100)[:110]).size == 1


def test_area_is_that_of_the_hull_with_a_margin() -> None:
    x, y = np.array([0, 1, 1, 0, 5, 6, 9.0]), np.array([0, 0, 1, 1, 0, 0, 9.0])
    area = ground_km2(x, y, np.array([0, 0, 0, 0, 1, 1, 2]), 3, margin_km=0.05)
    round_km2 = np.pi * 0.05**2
    assert area == pytest.approx([1 + 4 * 0.05 + round_km2, 2 * 0.05 + round_km2, round_km2])


def test_zones_take_their_names_from_the_district(tmp_path: Path) -> None:
    city = city_of(written(tmp_path, PLAIN))
    assert city.zone_id.size == 6 and any(name.startswith("Old Town") for name in city.zone_name.tolist())


def test_polygons_hold_their_points_holes_left_out(tmp_path: Path) -> None:
    mapping = changed(
        PLAIN,
        zones={"from": "polygons", "file": "q.geojson", "columns": {"zone_id": "code", "name": "title"}},
    )
    inner, outer = square(-0.9, -0.9, 0.9, 0.9), square(-9, -9, 9, 9)
    shapes = collection({"OT": [inner], "AR": [outer, inner[::-1]]})
    city = city_of(written(tmp_path, mapping, q__geojson=shapes))
    columns = register(N)
    within = (np.abs((columns["Long"] - 17.03) * 70) < 0.9) & (np.abs((columns["Lat"] - 51.11) * 111.195) < 0.9)
    assert city.zone_id.tolist() == ["OT", "AR"]
    assert (city.zone[:N] == np.where(within, 0, 1)).all()
    assert city.area_km2 == pytest.approx([1.8**2, 18**2 - 1.8**2], rel=0.01)
    assert (tmp_path / "made" / "blocks.geojson.gz").exists()


def test_points_outside_all_polygons_stop_or_go_to_the_nearest(tmp_path: Path) -> None:
    shape = json.loads(quarters())
    shape["features"] = shape["features"][:2]
    west, east = (
        [[[17.0, 51.0], [17.03, 51.0], [17.03, 51.12], [17.0, 51.12]]],
        [[[17.03, 51.1], [17.04, 51.1], [17.04, 51.11]]],
    )
    for feature, rings in zip(shape["features"], (west, east), strict=True):
        feature["geometry"]["coordinates"] = rings
    zones = {"from": "polygons", "file": "q.geojson", "columns": {"zone_id": "code"}}
    path = written(tmp_path, changed(PLAIN, zones=zones), q__geojson=json.dumps(shape))
    assert any("lies in no polygon" in each for each in told(path))
    near = written(tmp_path, changed(PLAIN, zones=zones | {"outside": "nearest"}), q__geojson=json.dumps(shape))
    assert city_of(near).occupied.sum() == N


def test_given_zones_take_place_and_area_from_the_businesses(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"zone_id": "Quarter"}
    mapping = changed(PLAIN, zones={"from": "given"}, businesses={"columns": names})
    city = city_of(written(tmp_path, mapping))
    assert city.zone_id.tolist() == ["Mills", "Old Town", "Riverside", "Station"] and (city.area_km2 > 0.1).all()


def test_a_table_of_zones_is_read_and_an_unknown_zone_told(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"zone_id": "Quarter"}
    zones = {"from": "given", "file": "z.csv", "columns": {"zone_id": "Code", "area_km2": "Area", "vacant": "Empty"}}
    mapping = changed(PLAIN, zones=zones, businesses={"columns": names})
    table = "Code,Area,Empty,lon,lat\nOld Town,2,5,17.03,51.11\nStation,1,0,17.05,51.12\nRiverside,1,0,17.02,51.13\n"
    assert any("is no zone of the table of zones" in each for each in told(written(tmp_path, mapping, z__csv=table)))
    city = city_of(written(tmp_path, mapping, z__csv=table + "Mills,1,3,17.04,51.09\n"))
    assert city.vacant.tolist() == [5, 0, 0, 3] and city.area_km2.tolist() == [2, 1, 1, 1]


def test_counts_of_premises_are_imported(tmp_path: Path) -> None:
    mapping = {
        "city": POLISH,
        "coordinates": "km",
        "premises": {"file": "c.csv", "columns": {"count": "How many"}},
        "zones": {"from": "given", "file": "z.csv"},
    }
    zones = "zone_id,name,x,y,area_km2\nA,Apple,0,0,1\nB,Bush,2,0,1\n"
    counts = "zone_id,premises_type,size_class,How many\nA,street_level,micro,30\nB,industrial,medium,4\n"
    city = city_of(written(tmp_path, mapping, z__csv=zones, c__csv=counts))
    assert city.occupied.sum() == 34 and city.territory.number_of_edges() == 1


# ---- employees, premises types, dates --------------------------------------------------------------------------

BANDS = {
    "5": (5, 5), "5,0": (5, 5), "10-49": (10, 49), "10 – 49": (10, 49), "10 to 49 employees": (10, 49),
    "od 10 do 49 osób": (10, 49), "0-9": (0, 9), "<10": (0, 9), "up to 9": (0, 9), "do 9": (0, 9),
    "250+": (250, 2500), ">= 250": (250, 2500), "more than 249": (250, 2500), "250 i więcej": (250, 2500),
    "1 000-4 999": (1000, 4999), "B2": (10, 49),
}  # fmt: skip


@pytest.mark.parametrize("text", BANDS)
def test_bands_are_understood(text: str) -> None:
    assert band_of(text, {"B2": (10, 49)}) == BANDS[text]


def test_what_is_no_band_is_none() -> None:
    low, high = bands_of(["many", "", "49-10", "-3", "5.5", "0", "9" * 400, "1e3"], {})
    assert not low.any() and not high.any()


def test_employees_lie_inside_their_bands_and_are_mostly_few() -> None:
    address = np.arange(1, 20_001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    found = drawn(np.full(20_000, 10), np.full(20_000, 49), address)
    assert found.min() == 10 and found.max() == 49 and 14 < found.mean() < 22
    assert (drawn(np.full(5, 7), np.full(5, 7), address[:5]) == 7).all()


def test_the_first_rule_that_fits_decides(tmp_path: Path) -> None:
    columns = register(N) | {"Kind": ["", "shopping_centre"] * (N // 2), "Area": ["100", "5000"] * (N // 2)}
    columns["Staff"] = ["1-9"] * N
    columns["House"] = ["H1"] * 8 + [f"H{i}" for i in range(2, N - 6)]
    rules = [
        {"column": "Branch", "begins": 25, "type": "industrial"},
        {"tenants_at_least": 8, "type": "business_centre"},
        {
            "column": "Branch",
            "matches": r"^4[79]\.",
            "and": [{"column": "Area", "at_least": 1000}],
            "type": "industrial",
        },
    ]
    mapping = changed(PLAIN, premises_types={"rules": rules})
    city = city_of(written(tmp_path, mapping, columns))
    branch, kind = columns["Branch"], city.premises_type[:N]
    assert (kind[branch == "25.11"] == 3).all()
    assert (kind[:8][branch[:8] != "25.11"] == 1).all()
    large = np.array([branch[i][:2] in ("47", "49") and i % 2 for i in range(N)], bool)
    assert (kind[8:][large[8:]] == 3).all()
    names = PLAIN["businesses"]["columns"] | {"premises_type": "Kind"}
    stated = city_of(written(tmp_path / "b", changed(mapping, businesses={"columns": names}), columns))
    assert (stated.premises_type[1:N:2] == 2).all()


def test_a_type_that_no_rule_gives_is_told(tmp_path: Path) -> None:
    mapping = changed(PLAIN) | {"premises_types": {"rules": [{"column": "Branch", "begins": 25, "type": "industrial"}]}}
    assert any("no rule gives it a premises type" in each for each in told(written(tmp_path, mapping)))


def test_dates_and_months_of_the_client() -> None:
    assert as_day("3.1.2027", "day.month.year") == "2027-01-03"
    assert as_day("1/31/2027", "month/day/year") == "2027-01-31"
    assert as_day("2027-01-03 00:00:00", "day.month.year") == "2027-01-03"
    assert as_day("soon", "day.month.year") == "soon" and as_day("3.1.27", "day.month.year") == "3.1.27"
    assert [as_month(text, "day.month.year") for text in ("1.2027", "2027-1", "31.01.2027", "202701")] == [
        "2027-01"
    ] * 4


# ---- ways ------------------------------------------------------------------------------------------------------


def test_neighbours_hang_together_and_have_nobody_between() -> None:
    x = np.array([0, 1, 2, 0, 1, 2, 50, 51.0])
    y = np.array([0, 0, 0, 1, 1, 1, 0, 0.0])
    pairs = {tuple(pair) for pair in neighbour_pairs(x, y).tolist()}
    assert {(0, 1), (1, 2), (0, 3), (6, 7)} <= pairs and (0, 2) not in pairs
    assert any(max(pair) >= 6 > min(pair) for pair in pairs)
    assert neighbour_pairs(np.zeros(30), np.zeros(30)).shape[0] >= 29
    assert neighbour_pairs(np.zeros(1), np.zeros(1)).shape == (0, 2)


def test_minutes_from_distance_and_speeds(tmp_path: Path) -> None:
    mapping = changed(
        PLAIN, city=POLISH | {"speeds": {"walk_km_per_hour": 6, "drive_km_per_hour": 30, "parking_minutes": 5}}
    )
    city = city_of(written(tmp_path, mapping))
    a, b, about = next(iter(city.territory.edges(data=True)))
    row = {zone: i for i, zone in enumerate(city.zone_id.tolist())}
    km = 1.27 * np.hypot(city.x[row[a]] - city.x[row[b]], city.y[row[a]] - city.y[row[b]])
    assert about["minutes"] == pytest.approx(min(km * 10, km * 2 + 5), rel=0.01)


def graphml(nodes: str, edges: str) -> str:
    """The tables of nodes and edges as GraphML."""
    keys = [("n0", "node", "x"), ("n1", "node", "y"), ("e0", "edge", "length"), ("e1", "edge", "maxspeed")]
    lines = [f'<key id="{key}" for="{kind}" attr.name="{name}" attr.type="string"/>' for key, kind, name in keys]
    for row in nodes.splitlines()[1:]:
        number, x, y = row.split(",")
        lines.append(f'<node id="{number}"><data key="n0">{x}</data><data key="n1">{y}</data></node>')
    for row in edges.splitlines()[1:]:
        a, b, length, speed, _ = row.split(",")
        data = f'<data key="e0">{length}</data><data key="e1">{speed}</data>'
        lines.append(f'<edge source="{a}" target="{b}">{data}</edge>')
    body = "\n".join([*lines[:4], '<graph edgedefault="directed">', *lines[4:], "</graph>"])
    return f'<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">{body}</graphml>'


def test_tables_of_streets_and_graphml_give_the_same_minutes(tmp_path: Path) -> None:
    nodes, edges = streets()
    tables = {"from": "graph", "nodes": {"file": "n.csv"}, "edges": {"file": "e.csv"}}
    first = city_of(written(tmp_path / "a", changed(PLAIN, travel=tables), n__csv=nodes, e__csv=edges))
    file = {"from": "graph", "file": "g.graphml"}
    second = city_of(written(tmp_path / "b", changed(PLAIN, travel=file), g__graphml=graphml(nodes, edges)))
    assert first.travel_minutes == pytest.approx(second.travel_minutes)
    straight = city_of(written(tmp_path / "c", PLAIN))
    apart = first.travel_minutes[np.triu_indices(6, 1)] / straight.travel_minutes[np.triu_indices(6, 1)]
    assert (apart > 0.6).all() and (apart < 2.0).all()


def test_a_way_along_streets_by_hand(tmp_path: Path) -> None:
    zones = "zone_id,name,x,y,area_km2\nA,A,0,0,1\nB,B,3,0,1\n"
    counts = "zone_id,premises_type,size_class,count\nA,street_level,micro,30\nB,street_level,micro,30\n"
    mapping = {
        "city": POLISH | {"speeds": {"walk_km_per_hour": 4, "drive_km_per_hour": 20, "parking_minutes": 3}},
        "coordinates": "km",
        "premises": {"file": "c.csv"},
        "zones": {"from": "given", "file": "z.csv"},
        "travel": {"from": "graph", "nodes": {"file": "n.csv"}, "edges": {"file": "e.csv"}, "share_of_limit": 0.5},
    }
    nodes = "id,x,y\n1,0,0\n2,0,2\n3,3,2\n4,3,0\n"
    edges = "u,v,length,maxspeed\n1,2,2000,50\n2,3,3000,30 mph\n3,4,2000,none\n"
    city = city_of(written(tmp_path, mapping, z__csv=zones, c__csv=counts, n__csv=nodes, e__csv=edges))
    minutes = 2 / 25 * 60 + 3 / (30 * 1.609344 / 2) * 60 + 2 / 20 * 60 + 3
    assert city.territory.edges["A", "B"]["minutes"] == pytest.approx(minutes, abs=0.01)


def test_pairs_without_a_way_take_the_straight_one_and_are_told(tmp_path: Path) -> None:
    nodes, edges = streets(4, 0.05)
    travel = {"from": "graph", "nodes": {"file": "n.csv"}, "edges": {"file": "e.csv"}}
    cut = "\n".join(line for i, line in enumerate(edges.splitlines()) if i < 2 or i > 12) + "\n"
    messages = told(written(tmp_path, changed(PLAIN, travel=travel), n__csv=nodes, e__csv=cut))
    assert any("km from the nearest street" in each or "no way leads" in each for each in messages) or not messages


def test_links_of_the_client_are_read(tmp_path: Path) -> None:
    names = PLAIN["businesses"]["columns"] | {"zone_id": "Quarter"}
    travel = {"from": "links", "file": "l.csv", "columns": {"zone_a": "From", "zone_b": "To", "minutes": "Min"}}
    mapping = changed(PLAIN, zones={"from": "given"}, businesses={"columns": names}, travel=travel)
    table = "From;To;Min\nMills;Old Town;7,5\nOld Town;Station;6\nStation;Riverside;9\n"
    city = city_of(written(tmp_path, mapping, l__csv=table))
    assert city.territory.edges["Mills", "Old Town"]["minutes"] == 7.5
    short = written(tmp_path, mapping, l__csv=table.replace("Station;Riverside;9\n", ""))
    assert any("no way leads from the other zones to Riverside" in each for each in told(short))


def test_speed_limits_as_they_are_tagged() -> None:
    found = speeds(["50", "30 mph", "['50', '70']", "PL:urban", "", "999"])
    assert found[:3] == pytest.approx([50, 30 * 1.609344, 50]) and np.isnan(found[3:]).all()


# ---- polygons by hand ------------------------------------------------------------------------------------------

SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0.0]])
HOLE = np.array([[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.5, 0.5], [0.5, 0.5]])


def test_area_and_middle_of_a_polygon_with_a_hole() -> None:
    assert area_and_middle([[SQUARE, HOLE]]) == pytest.approx((3.0, 1.0, 1.0))
    assert area_and_middle([[SQUARE], [SQUARE + 5]]) == pytest.approx((8.0, 1.0, 1.0))


def test_points_in_holes_are_outside_and_overlaps_are_counted() -> None:
    x, y = np.array([0.2, 1.0, 3.0]), np.array([0.2, 1.0, 3.0])
    zone, several = placed(x, y, [[[SQUARE, HOLE]], [[SQUARE]]])
    assert zone.tolist() == [0, 1, -1] and several == 1


# ---- what the folder says --------------------------------------------------------------------------------------


def test_the_folder_says_what_was_drawn_and_assumed(tmp_path: Path) -> None:
    city = city_of(written(tmp_path, PLAIN))
    assert any("drawn inside their bands" in each for each in city.imputed)
    assert any("cut from the places" in each for each in city.assumed)
    about = (tmp_path / "made" / "README.md").read_text("utf-8")
    assert "register.csv" in about and "SHA-256" in about


def test_two_imports_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (written(tmp_path / name, PLAIN) for name in "ab")
    city_of(first), city_of(second)
    for path in (tmp_path / "a" / "made").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "made" / path.name).read_bytes()
