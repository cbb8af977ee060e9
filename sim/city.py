"""A city: its zones, its premises and its operators, read from a folder and checked whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sim import territory as geography
from sim.citydoctor import examine
from sim.cityfiles import check_stray, content_hash, find_table, inside, read_table
from sim.cityhistory import read_history
from sim.cityoperators import PREMISES, SIZES, OperatorSpec, read_operators
from sim.cityrows import (
    CITY_SEED,
    NO_PROVIDER,
    NOT_GIVEN,
    read_businesses,
    read_links,
    read_premises,
    read_zones,
    size_class_of,
)
from sim.citytable import Table
from sim.cityyaml import read_yaml
from sim.draws import Streams
from sim.errors import InputError, nearest
from sim.findings import SHOWN, Finding, Findings, plural
from sim.premises import CopiedIds, Donors, buildings_by_zone, grouped, with_vacant
from sim.territory import Csr, Ways

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "NOT_GIVEN",
    "NO_PROVIDER",
    "PREMISES",
    "SIZES",
    "City",
    "Finding",
    "OperatorSpec",
    "check_city",
    "city_from_tables",
    "enlarge",
    "load_city",
    "size_class_of",
]

Array = np.ndarray[Any, Any]

META_TEXTS = ("name", "country", "subdivision", "currency", "time_zone", "snapshot", "source", "licence", "attribution")
META_LISTS = ("real", "imputed", "assumed", "absent")
TABLES = ("zones", "links", "businesses", "premises", "coverage", "history")


@dataclass(frozen=True, eq=False)
class City:
    """What is given of a city; row i is premises i in every column, first the businesses, then the vacant units."""

    name: str
    country: str
    subdivision: str
    currency: str
    time_zone: str
    snapshot: str
    source: str
    licence: str
    attribution: str
    real: tuple[str, ...]
    imputed: tuple[str, ...]
    assumed: tuple[str, ...]
    absent: tuple[str, ...]
    folder: Path | None
    content_hash: str
    findings: tuple[Finding, ...] = field(repr=False)

    ways: Ways = field(repr=False)
    zone_id: Array = field(repr=False)
    zone_name: Array = field(repr=False)
    district: Array = field(repr=False)
    x: Array = field(repr=False)  # km east of the city's origin
    y: Array = field(repr=False)  # km north
    area_km2: Array = field(repr=False)
    vacant: Array = field(repr=False)  # units
    footfall: Array = field(repr=False)  # pedestrians on a weekday, 8-18 h; not-a-number where unknown
    priority: Array = field(repr=False)
    travel_minutes: Array = field(repr=False)  # (zones, zones)
    zone_neighbours: Csr = field(repr=False)
    door_distance_km: Array = field(repr=False)  # straight, from one building to the next

    premises_id: Array | CopiedIds = field(repr=False)  # fixed-width bytes
    id_hash: Array = field(repr=False)
    zone: Array = field(repr=False)
    premises_type: Array = field(repr=False)
    sector: Array = field(repr=False)  # of the donor where vacant
    sectors: tuple[str, ...] = field(repr=False)
    employees: Array = field(repr=False)  # 0 where vacant
    size_class: Array = field(repr=False)
    building: Array = field(repr=False)  # -1 where unknown
    occupied: Array = field(repr=False)
    provider: Array = field(repr=False)  # NO_PROVIDER, NOT_GIVEN, or a row of operators
    monthly_bill: Array = field(repr=False)
    contract_end: Array = field(repr=False)
    donors: Donors = field(repr=False)  # businesses by zone * 4 + premises type

    operators: tuple[OperatorSpec, ...]
    history: dict[str, Array] | None = field(repr=False)

    @property
    def n(self) -> int:
        """Premises, occupied or not."""
        return self.id_hash.size

    @property
    def territory(self) -> nx.Graph:
        """The zones and their links as a graph."""
        return self.ways.graph

    @property
    def assumptions(self) -> list[str]:
        """The remarks on assumed input that every output repeats."""
        return [each.message for each in self.findings if each.level == "NOTE" and "assumption" in each.message]


def load_city(name_or_folder: str | Path, search: Sequence[Path] = ()) -> City:
    """A city by name or from a folder; all mistakes at once."""
    city, findings = read_city(find_city(name_or_folder, search))
    if city is None:
        raise InputError([str(finding) for finding in findings.errors])
    return city


def check_city(folder: str | Path, shown: int = SHOWN) -> list[Finding]:
    """All that is to be said of a folder, mistakes first; `shown` rows are named for one kind of mistake."""
    return read_city(Path(folder), doubts=True, shown=shown)[1].ordered()


def find_city(name_or_folder: str | Path, search: Sequence[Path] = ()) -> Path:
    """The folder of a city: a path, or a name looked up in the given folders and then among the built-in cities."""
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    name = str(name_or_folder)
    shelves = [Path(each) / "city" for each in search] + [Path(str(files("configs"))) / "city"]
    if name and folder.name == name:
        for shelf in shelves:
            if (shelf / name).is_dir():
                return shelf / name
    known = sorted({each.name for shelf in shelves if shelf.is_dir() for each in shelf.iterdir() if each.is_dir()})
    remedy = "give a folder with a city.yaml, or a known name"
    raise InputError(f"city = {name!r} is neither a folder nor a known city ({nearest(name, known)}); {remedy}")


def read_city(folder: Path, *, doubts: bool = False, shown: int = SHOWN) -> tuple[City | None, Findings]:
    """A city from its folder, and the findings, with `doubts` on request; no city if one of them is an ERROR."""
    findings = Findings(shown)
    if not folder.is_dir():
        findings.error(str(folder), "is not a folder", remedy="give the folder that holds city.yaml")
        return None, findings
    paths = {stem: path for stem in TABLES if (path := find_table(folder, stem, findings))}
    yamls = {}
    for stem in ("city", "operators"):
        path = folder / f"{stem}.yaml"
        if not path.exists():
            findings.error(path.name, "is missing", remedy="copy the one of the bundled city and adapt it")
        elif inside(path, folder, findings):
            yamls[stem] = read_yaml(path, findings)
            paths[stem] = path
    check_stray(folder, TABLES, findings)
    if findings.errors:  # read on with what is there, to find as much as possible
        yamls = {"city": {}, "operators": None} | yamls
    tables = {stem: read_table(path, findings) for stem, path in paths.items() if stem in TABLES}
    fingerprint = content_hash(list(paths.values()))
    city = build(yamls.get("city"), yamls.get("operators"), tables, folder, fingerprint, findings, doubts)
    return city, findings


def city_from_tables(
    meta: Mapping[str, Any],
    operators: Any,
    tables: Mapping[str, Mapping[str, Sequence[Any]]],
) -> City:
    """A city from columns in memory, with the names of the files: zones, links, businesses or premises, and so on."""
    findings = Findings()
    read = {stem: Table(stem, columns) for stem, columns in tables.items()}
    content = repr(
        (sorted(meta.items(), key=repr), operators, {stem: dict(columns) for stem, columns in sorted(tables.items())})
    )
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    city = build(meta, operators, read, None, fingerprint, findings)
    if city is None:
        raise InputError([str(finding) for finding in findings.errors])
    return city


class Seen(NamedTuple):
    """What the tables of a city say, before anything is derived from it; a part is None after a mistake in it."""

    described: dict[str, Any]
    zones: dict[str, Any]
    rows: dict[str, Any] | None
    ways: Ways
    operators: tuple[OperatorSpec, ...]
    history: dict[str, Array] | None


def look_through(
    meta: Any, operator_data: Any, tables: Mapping[str, Table | None], findings: Findings, doubts: bool = False
) -> Seen | None:
    """All tables read and held against each other; None where not even zones can be read."""
    described = read_meta(meta, findings)
    check_present(tables, findings)
    read = {stem: table for stem, table in tables.items() if table is not None}
    zones = read_zones(read["zones"], findings) if "zones" in read else None
    ids = zones["zone_id"].tolist() if zones else []
    specs: tuple[OperatorSpec, ...] = ()
    if operator_data is not None or not findings.errors:
        specs = read_operators(operator_data, read.get("coverage"), ids, findings)
    history = read_history(read["history"], findings) if "history" in read else None
    if zones is None:
        return None
    speeds = meta.get("speeds") if isinstance(meta, Mapping) else None
    links = read_links(read["links"], ids, speeds, findings) if "links" in read else []
    rows = read_rows(read, ids, [spec.name for spec in specs], findings)
    ways = Ways(geography.zone_nodes(zones), links)
    if "links" in read:
        check_connected(ways, findings)
    if doubts:
        examine(meta, read, zones, rows, specs, links, history, findings)
    return Seen(described, zones, rows, ways, specs, history)


def build(
    meta: Any,
    operator_data: Any,
    tables: Mapping[str, Table | None],
    folder: Path | None,
    fingerprint: str,
    findings: Findings,
    doubts: bool = False,
) -> City | None:
    """The city of checked tables; None after a mistake."""
    seen = look_through(meta, operator_data, tables, findings, doubts)
    if seen is None or seen.rows is None or findings.errors:
        return None
    rows = with_vacant(seen.rows, seen.zones, findings)
    columns = seen.zones | rows | geometry(seen.ways, seen.zones, rows)
    note_rows(columns, findings)
    if findings.errors:
        return None
    return City(
        **seen.described,
        **{name: frozen(column) for name, column in columns.items()},
        folder=folder,
        content_hash=fingerprint,
        findings=tuple(findings.ordered()),
        ways=seen.ways,
        operators=seen.operators,
        history=seen.history,
    )


def read_meta(meta: Any, findings: Findings) -> dict[str, Any]:
    """What city.yaml says of the whole."""
    if not isinstance(meta, Mapping):
        findings.error("city.yaml", "is not a list of keys", remedy="write 'name: ...', 'country: ...' and so on")
        meta = {}
    texts = {key: "" if meta.get(key) is None else str(meta[key]).strip() for key in META_TEXTS}
    check_texts(meta, texts, findings)
    lists = {}
    for key in META_LISTS:
        value = meta.get(key) or []
        lists[key] = tuple(str(each) for each in (value if isinstance(value, list) else [value]))
    unknown = [str(key) for key in meta if key not in (*META_TEXTS, *META_LISTS, "speeds")]
    if unknown:
        findings.note("city.yaml", f"unknown keys are ignored: {plural(unknown)}")
    return texts | lists


def check_texts(meta: Mapping[str, Any], texts: dict[str, str], findings: Findings) -> None:
    """Name, country, currency and time zone are what they should be; the source is named."""
    forms = {"country": (2, "AU or PL"), "currency": (3, "AUD or PLN")}
    if not texts["name"]:
        findings.error("city.yaml", "is missing", column="name", remedy="name the city")
    for key, (length, example) in forms.items():
        value = texts[key]
        if isinstance(meta.get(key), bool):
            findings.error("city.yaml", "YAML reads it as yes or no", column=key, remedy='put it in quotes: "NO"')
        elif len(value) != length or not value.isascii() or not value.isalpha() or not value.isupper():
            message = f"must be {length} capital letters such as {example}"
            findings.error("city.yaml", message, column=key, value=value, remedy="use the ISO code")
    for key in ("source", "licence"):
        if not texts[key]:
            findings.warning("city.yaml", "is missing", column=key, remedy="say where the data come from")
    try:
        ZoneInfo(texts["time_zone"] or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = "use a name such as Europe/Warsaw"
        findings.warning("city.yaml", "is unknown", column="time_zone", value=texts["time_zone"], remedy=remedy)


def check_present(tables: Mapping[str, Table | None], findings: Findings) -> None:
    """Zones, links, and either businesses or counts of premises."""
    for stem, what in (("zones", "a row for each zone"), ("links", "a row for each pair of neighbouring zones")):
        if stem not in tables:
            findings.error(f"{stem}.csv", "is missing", remedy=f"give {what} (CSV, XLSX or Parquet)")
    if ("businesses" in tables) == ("premises" in tables):
        both = "stands beside premises" if "businesses" in tables else "is missing, and so is premises.csv"
        findings.error("businesses.csv", both, remedy="give one of them: single businesses, or counts of premises")


def read_rows(
    tables: Mapping[str, Table], zones: list[str], operators: list[str], findings: Findings
) -> dict[str, Any] | None:
    """The businesses, one by one or from counts."""
    if "businesses" in tables:
        return read_businesses(tables["businesses"], zones, operators, findings)
    return read_premises(tables["premises"], zones, findings) if "premises" in tables else None


def check_connected(ways: Ways, findings: Findings) -> None:
    """Every zone can be reached from every other."""
    for part in ways.separate_parts():
        message = f"no way leads from the other zones to {plural(part)}"
        findings.error("links.csv", message, remedy="add a link that joins them to a neighbour")


def geometry(ways: Ways, zones: dict[str, Any], rows: dict[str, Any]) -> dict[str, Any]:
    """What follows from where zones and premises lie."""
    z = zones["zone_id"].size
    tenants = np.flatnonzero(rows["occupied"])
    group = rows["zone"][tenants].astype(np.int64) * len(PREMISES) + rows["premises_type"][tenants]
    donors = grouped(group, z * len(PREMISES), rows["id_hash"][tenants])
    return {
        "travel_minutes": ways.minutes,
        "zone_neighbours": ways.neighbours(),
        "door_distance_km": geography.door_distance_km(zones["area_km2"], buildings_by_zone(rows, z)),
        "donors": donors._replace(row=tenants[donors.row].astype(np.int32)),  # vacant units may stand in between
    }


def note_rows(columns: dict[str, Any], findings: Findings) -> None:
    """Remarks on what the rows leave open."""
    tenants = np.bincount(columns["zone"][columns["occupied"]], minlength=columns["zone_id"].size)
    if (empty := columns["zone_id"][tenants == 0]).size:
        findings.note("zones.csv", f"{empty.size} zones have no business: {plural(empty.tolist())}")
    if (columns["building"] < 0).all():
        findings.note("businesses.csv", "no buildings are named: peers are found in the zone instead")
    given = (columns["provider"][columns["occupied"]] != NOT_GIVEN).mean()
    if given:
        findings.note(
            "businesses.csv", f"the provider of {given:.1%} of businesses is given; the others are drawn by share"
        )


def frozen(column: Any, name: str = "") -> Any:
    """An array that nobody changes by mistake; an optional column that says nothing takes no room."""
    if isinstance(column, np.ndarray):
        if name in OPTIONAL_COLUMNS and column.size and (column == column[0]).all() | (column != column).all():
            column = np.broadcast_to(column[:1].copy(), column.shape)
        column.flags.writeable = False
    return column


def enlarge(city: City, times: float) -> City:
    """A city of the same zones with `times` as many premises: copies with ids `...~2` in buildings of their own."""
    if times <= 0:
        raise InputError(f"times = {times} must be above 0")
    rank = np.argsort(np.argsort(Streams(CITY_SEED)("city.enlarge").uniform(city.id_hash)))
    whole = int(times)
    part = np.flatnonzero(rank < round((times - whole) * city.n))
    group = city.zone.astype(np.int64) * len(PREMISES) + city.premises_type
    let = np.isin(group, group[city.occupied if whole else part[city.occupied[part]]])
    copies = [np.flatnonzero(let)] * whole + [part[let[part]]]  # a vacant unit without a donor could never be let
    row = np.concatenate(copies)
    rows = {name: getattr(city, name)[row] for name in ROW_COLUMNS}
    rows["premises_id"] = CopiedIds(np.asarray(city.premises_id), copies)
    rows["id_hash"] = rows["premises_id"].hashes()
    step = int(city.building.max(initial=0)) + 1
    first = np.repeat(np.arange(len(copies), dtype=np.int32) * step, [each.size for each in copies])
    rows["building"] = np.where(rows["building"] >= 0, rows["building"] + first, -1).astype(np.int32)
    vacant = np.bincount(rows["zone"][~rows["occupied"]], minlength=city.zone_id.size).astype(np.int32)
    zones = {"zone_id": city.zone_id, "area_km2": city.area_km2, "vacant": vacant}
    fingerprint = hashlib.sha256(f"{city.content_hash} x {times!r}".encode()).hexdigest()
    columns = {"vacant": vacant} | rows | geometry(city.ways, zones, rows)
    return replace(city, content_hash=fingerprint, **{name: frozen(column, name) for name, column in columns.items()})


OPTIONAL_COLUMNS = ("monthly_bill", "contract_end")
ROW_COLUMNS = (
    *("zone", "premises_type", "sector", "employees", "size_class", "building"),
    *("occupied", "provider", "monthly_bill", "contract_end"),
)
