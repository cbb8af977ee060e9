"""The mapping file of an import: which of the client's columns is which of ours, and how the rest is found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sim.cityfiles import ENCODINGS, inside
from sim.cityoperators import PREMISES
from sim.cityyaml import read_yaml
from sim.errors import nearest
from sim.findings import Findings

DETOUR = 1.27  # a way along streets relative to the straight one, as in a synthetic city
DateForm = Literal["year-month-day", "day.month.year", "month/day/year"]
Coordinates = Annotated[str, Field(pattern=r"^(lonlat|km|m|EPSG:\d{1,7})$")]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda given: as_texts(given))]


def as_texts(given: Any) -> Any:
    """One word or number, or a list of them, as texts; 47 is '47'."""
    listed = given if isinstance(given, list | tuple) else [given]
    plain = all(isinstance(each, str | int | float) and not isinstance(each, bool) for each in listed)
    return tuple(map(str, listed)) if plain else given


class Section(BaseModel):
    """A part of the mapping; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(Section):
    """A table of the client's: its file and what its columns are called."""

    file: str = Field(min_length=1, max_length=500)
    sheet: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = {}
    values: dict[str, dict[str | int, str]] = {}
    dates: DateForm = "year-month-day"


class Condition(Section):
    """What a row must be like, by the text or the number of one column, or by the tenants of its building."""

    column: str | None = None
    is_: Texts | None = Field(None, alias="is")
    begins: Texts | None = None
    ends: Texts | None = None
    contains: Texts | None = None
    matches: str | None = Field(None, max_length=300)
    at_least: float | None = None
    below: float | None = None
    tenants_at_least: int | None = Field(None, ge=1)


class Rule(Condition):
    """Rows that meet the condition, and all further ones, are of this type."""

    type: Literal["street_level", "business_centre", "shopping_centre", "industrial"]
    and_: tuple[Condition, ...] = Field((), alias="and")


class PremisesTypes(Section):
    """Premises types by rules; the first that fits decides."""

    rules: tuple[Rule, ...] = Field((), max_length=200)
    otherwise: Literal["street_level", "business_centre", "shopping_centre", "industrial"] | None = None


class Businesses(Source):
    """The register of businesses."""

    bands: dict[str | int, tuple[int, int]] = {}
    buildings: Literal["given", "same_point"] = "given"
    leave_out: bool = False


class Zones(Section):
    """Where zones come from."""

    origin: Literal["points", "polygons", "given"] = Field("points", alias="from")
    businesses_each: int = Field(200, ge=20, le=1500)
    coordinates: Coordinates | None = None
    outside: Literal["stop", "nearest", "leave_out"] = "stop"
    file: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = {}


class Travel(Section):
    """Where minutes between zones come from."""

    origin: Literal["distance", "links", "graph"] = Field("distance", alias="from")
    detour_factor: float = Field(DETOUR, ge=1.0, le=5.0)
    share_of_limit: float = Field(0.5, ge=0.1, le=1.0)
    coordinates: Coordinates | None = None
    file: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = {}
    nodes: Source | None = None
    edges: Source | None = None


class Plan(Section):
    """All that a mapping file says."""

    city: dict[str, Any] | str = "city.yaml"
    operators: str = "operators.yaml"
    coordinates: Coordinates = "lonlat"
    businesses: Businesses | None = None
    premises: Source | None = None
    premises_types: PremisesTypes = PremisesTypes()
    zones: Zones = Zones()
    travel: Travel = Travel()
    coverage: Source | None = None
    history: Source | None = None


def read_mapping(path: Path, findings: Findings) -> Plan | None:
    """The mapping file, checked; None after a mistake."""
    if not path.is_file():
        findings.error(str(path), "is not a file", remedy="give a mapping file; fieldcast city template DIR writes one")
        return None
    if not inside(path, path.parent, findings):
        return None
    data = read_yaml(path, findings)
    if findings.errors:
        return None
    if not isinstance(data, Mapping):
        findings.error(path.name, "is not a list of keys", remedy="begin with 'businesses:' (docs/city_import.md)")
        return None
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        for each in error.errors():
            tell(path.name, each, findings)
        return None
    check_together(path.name, plan, findings)
    return None if findings.errors else plan


def tell(file: str, error: Any, findings: Findings) -> None:
    """One mistake of the mapping in plain words, with the nearest known key."""
    where = [str(each) for each in error["loc"] if not str(each).startswith(("dict[", "function-"))]
    place = ".".join(where)
    if error["type"] == "extra_forbidden":
        findings.error(file, "is no key of a mapping", column=place, remedy=nearest(where[-1], keys_at(where[:-1])))
    elif error["type"] == "missing":
        findings.error(file, "is missing", column=place, remedy="give it")
    else:
        message = error["msg"][0].lower() + error["msg"][1:]
        findings.error(file, f"cannot be: {message[:300]}", column=place, value=str(error["input"])[:200])


def keys_at(where: list[str]) -> list[str]:
    """Known keys of a part of the mapping."""
    model: Any = Plan
    for word in where:
        if word.isdigit():
            continue
        field = next((f for n, f in model.model_fields.items() if word in (n, f.alias)), None)
        model = section_in(field.annotation) if field else Plan
    return [field.alias or name for name, field in model.model_fields.items()]


def section_in(annotation: Any) -> Any:
    """The section inside an annotation, such as that of `Source | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((section for each in get_args(annotation) if (section := section_in(each))), None)


def check_together(file: str, plan: Plan, findings: Findings) -> None:
    """What only makes sense together."""
    if (plan.businesses is None) == (plan.premises is None):
        found = "both stand here" if plan.businesses else "neither stands here"
        remedy = "give one: single businesses, or counts of premises"
        findings.error(file, f"businesses or premises: {found}", column="businesses", remedy=remedy)
    if plan.premises and (plan.zones.origin != "given" or not plan.zones.file):
        findings.error(file, "counts of premises need zones", column="zones", remedy="write from: given and a file")
    if plan.zones.origin == "polygons" and not plan.zones.file:
        findings.error(file, "is missing", column="zones.file", remedy="give a GeoJSON file with polygons")
    check_travel(file, plan.travel, findings)
    for place, given in (("zones", plan.zones.coordinates), ("travel", plan.travel.coordinates)):
        if given and given != plan.coordinates and {given, plan.coordinates} & {"km", "m"}:
            remedy = "a plane of one's own goes with no other coordinates"
            findings.error(file, "does not fit the others", column=f"{place}.coordinates", value=given, remedy=remedy)
    for place, encoding in encodings(plan):
        if encoding is not None and encoding.lower() not in ENCODINGS:
            findings.error(file, nearest(encoding, ENCODINGS), column=f"{place}.encoding", value=encoding)
    for i, rule in enumerate(plan.premises_types.rules):
        for each in (rule, *rule.and_):
            check_condition(file, f"premises_types.rules.{i}", each, findings)
    known = {name for given in (plan.businesses,) if given for name in given.values.get("premises_type", {}).values()}
    for word in sorted(known - set(PREMISES)):
        place = "businesses.values.premises_type"
        findings.error(file, f"is no premises type; {nearest(word, PREMISES)}", column=place, value=word)


def check_travel(file: str, travel: Travel, findings: Findings) -> None:
    """A road graph is one GraphML file, or a table of nodes and one of edges; links are a table."""
    tables = travel.nodes is not None and travel.edges is not None
    if travel.origin == "links" and not travel.file:
        remedy = "give a table with two zones and minutes"
        findings.error(file, "is missing", column="travel.file", remedy=remedy)
    if travel.origin == "graph" and bool(travel.file) == tables:
        remedy = "give file: ROADS.graphml, or nodes and edges"
        findings.error(file, "a graph is one file or two tables", column="travel", remedy=remedy)


def check_condition(file: str, place: str, condition: Condition, findings: Findings) -> None:
    """A condition asks something, of a column or of the building's tenants."""
    asked = condition.model_fields_set - {"column", "type", "and_", "and", "tenants_at_least"}
    if condition.column and not asked:
        remedy = "give is, begins, ends, contains, matches, at_least or below"
        findings.error(file, f"asks nothing of column {condition.column}", column=place, remedy=remedy)
    if not condition.column and (asked or condition.tenants_at_least is None):
        findings.error(file, "names no column", column=place, remedy="give column, or tenants_at_least")


def encodings(plan: Plan) -> list[tuple[str, str | None]]:
    """Every place of the mapping that may name an encoding."""
    sections = ("businesses", "premises", "zones", "travel", "coverage", "history")
    found = [(name, getattr(plan, name).encoding) for name in sections if getattr(plan, name) is not None]
    return found + [
        (f"travel.{name}", part.encoding) for name in ("nodes", "edges") if (part := getattr(plan.travel, name))
    ]
