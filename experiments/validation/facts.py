"""The facts of the card as configs/facts.yaml has them: statements, bands, sources, and the runs that they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import InputError, nearest
from sim.shipped import load

FILE = "configs/facts.yaml"
KEPT = (
    "operators",
    "channels",
    "days",
    "tours",
    "bills",
    "lives",
    "dials",
    "visits",
    "diary",
    "reps",
    "reactions",
    "woken",
)


class Entry(BaseModel):
    """A part of the file; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CityEntry(Entry):
    """A city of the card: a bundled one by name, or a synthetic one by preset and figures."""

    name: str | None = None
    preset: str | None = None
    figures: dict[str, Any] = {}


class EqualPay(Entry):
    """A scheme's term that is set by simulation until mean income equals that of another run."""

    run: str
    term: str


class RunEntry(Entry):
    """A design point: one market that is run with every seed; several facts may read it."""

    city: str
    scenario: str = "passive"
    settings: dict[str, Any] = {}  # overrides by dotted name
    months: int = Field(ge=1, le=240)
    warmup: int = Field(6, ge=0, le=120)
    keep: tuple[str, ...] = ()  # tables beyond the monthly one
    seeds: float = Field(1.0, gt=0.0, le=4.0)  # relative to the seeds of the effort
    equal_pay: EqualPay | None = None


class LineEntry(Entry):
    """One number of a fact and its band; an end that is open is null, a line without a band is reported only."""

    says: str
    low: float | None = None
    high: float | None = None
    kind: Literal["hard", "soft", "reported"]
    explanation: str = ""  # why it lies outside, where it does


class FactEntry(Entry):
    """One fact."""

    statement: str
    source: str
    evidence: str
    window: str
    where: str  # city and scenario in words
    runs: dict[str, str]  # the fact's own name of a run: name of the design point
    needs: str = ""  # what the model lacks for it
    lines: dict[str, LineEntry]


class Facts(Entry):
    """The whole file."""

    cities: dict[str, CityEntry]
    runs: dict[str, RunEntry]
    facts: dict[str, FactEntry]


@cache
def shipped_facts() -> Facts:
    """The facts as shipped."""
    return checked(load(resources.files("configs").joinpath("facts.yaml")))


def checked(content: Any) -> Facts:
    """The content of a facts file, or help for all that is wrong in it."""
    try:
        facts = Facts.model_validate(content)
    except ValidationError as error:
        raise InputError([_message(each) for each in error.errors()]) from None
    mistakes = [message for name, run in facts.runs.items() for message in _run_mistakes(name, run, facts)]
    mistakes += [message for name, fact in facts.facts.items() for message in _fact_mistakes(name, fact, facts)]
    if mistakes:
        raise InputError([f"{FILE}: {message}" for message in mistakes])
    return facts


def _run_mistakes(name: str, run: RunEntry, facts: Facts) -> Iterable[str]:
    if run.city not in facts.cities:
        yield f"runs.{name}.city = {run.city!r} is no city of the file; {nearest(run.city, facts.cities)}"
    if run.equal_pay and run.equal_pay.run not in facts.runs:
        near = nearest(run.equal_pay.run, facts.runs)
        yield f"runs.{name}.equal_pay.run = {run.equal_pay.run!r} is no run of the file; {near}"
    for table in run.keep:
        if table not in KEPT:
            yield f"runs.{name}.keep = {table!r} is not kept; {nearest(table, KEPT)}"


def _fact_mistakes(name: str, fact: FactEntry, facts: Facts) -> Iterable[str]:
    for role, run in fact.runs.items():
        if run not in facts.runs:
            yield f"facts.{name}.runs.{role} = {run!r} is no run of the file; {nearest(run, facts.runs)}"
    for label, line in fact.lines.items():
        where = f"facts.{name}.lines.{label}"
        if line.low is not None and line.high is not None and line.low >= line.high:
            yield f"{where}: the band {line.low:g} to {line.high:g} is empty; write the lower end as low"
        if (line.low is None and line.high is None) != (line.kind == "reported"):
            yield f"{where}: a {line.kind} line {'has no' if line.kind == 'reported' else 'needs a'} band"


def _message(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        known: Any = {
            "cities": CityEntry,
            "runs": RunEntry,
            "facts": LineEntry if len(error["loc"]) > 3 else FactEntry,
        }.get(str(error["loc"][0]), Facts)
        return f"{FILE}: unknown name '{where}'; {nearest(str(error['loc'][-1]), known.model_fields)}"
    if error["type"] == "missing":
        return f"{FILE}: {where} is missing; give it"
    return f"{FILE}: {where} = {error['input']!r} cannot be: {error['msg'][0].lower()}{error['msg'][1:]}"


def chosen(facts: Facts, names: Any) -> list[str]:
    """The facts that were asked for, in the order of the file; all of them unless some are named."""
    if names in (None, "all"):
        return list(facts.facts)
    wanted = [name.strip() for name in str(names).strip("[] ").split(",")]
    known = {name.upper(): name for name in facts.facts}
    unknown = [name for name in wanted if name.strip().upper() not in known]
    if unknown:
        listed = ", ".join(facts.facts)
        raise InputError(
            [f"facts = {name} is no fact; {_near(name, list(facts.facts))} (all: {listed})" for name in unknown]
        )
    asked = {known[name.strip().upper()] for name in wanted}
    return [name for name in facts.facts if name in asked]


def _near(name: str, known: list[str]) -> str:
    hint = nearest(name.strip().upper(), known)
    return hint if hint.startswith("did") else "facts are named T and a number, as T3"


def runs_of(facts: Facts, names: Iterable[str]) -> dict[str, RunEntry]:
    """The design points that these facts need, each once; none for a fact that cannot be judged yet."""
    wanted = {run for name in names if not facts.facts[name].needs for run in facts.facts[name].runs.values()}
    return {name: run for name, run in facts.runs.items() if name in wanted}


def seeds_of(runs: Mapping[str, RunEntry], seeds: int) -> dict[str, int]:
    """How many seeds each design point is run with; at least three."""
    return {name: max(3, round(run.seeds * seeds)) for name, run in runs.items()}
