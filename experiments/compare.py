"""Scenarios, pay schemes or sets of overrides side by side with the same luck: differences, odds, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.job import Job, Planned, loaded_city, whole_pairs, work
from experiments.runner import DesignPoint, Plan
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal
    from experiments.summary import Rows

WAYS = ("scenarios", "schemes", "sets")
HOW = (
    "scenarios=passive,active or schemes=fixed,commission or sets='{few:{department.reps:3},many:{department.reps:12}}'"
)


def run(request: Request) -> int:
    """Carries out `fieldcast compare`; returns its exit code."""
    return work(request, new_plan, results)


# ---- the plan ----------------------------------------------------------------------------------------------------


def new_plan(request: Request, version: str) -> Planned:
    """One design point for each thing that is compared; the first is what the others are compared with."""
    given = [way for way in WAYS if request.options[way]]
    if len(given) != 1:
        raise InputError(f"compare needs one of {', '.join(WAYS)}{' and not several' if given else ''}, as {HOW}")
    from experiments.stopping import check_rule

    points = points_of(request, given[0])
    city, ref = loaded_city(request)
    plan = Plan(points, request.options["replications"], request.options["seed"], ref, version, baseline=0)
    check_rule(request.options, points[0].parameters.months, city.currency)
    rule = ("until.kpi", "until.half_width")
    kept = {name: request.options[name] for name in (*WAYS, "equal_cost", "baseline", "scenario", *rule)}
    if not request.options["equal_cost"]:
        return Planned(plan, city, kept)
    return at_equal_cost(request, plan, city, kept)


def at_equal_cost(request: Request, plan: Plan, city: Any, kept: dict[str, Any]) -> Planned:
    """The plan with scaled schemes, and the table of what was tried to find their factors."""
    from experiments import kernels
    from experiments.equalcost import EqualCost
    from experiments.runner import keep_city

    if not request.options["schemes"]:
        raise InputError("equal_cost=true scales pay schemes; give schemes=first,second, or leave it out")
    request.out_folder()  # a folder that cannot be is refused before the search, not after it
    keep_city(plan.city, city)
    kernels.tell(request.options["quiet"])
    search = EqualCost(plan, request)
    points = search.points(first=1 if request.options["baseline"] else 0)
    return Planned(replace(plan, points=points), city, kept, {"equal_cost.csv": search.csv()})


def points_of(request: Request, way: str) -> tuple[DesignPoint, ...]:
    """The design points; all mistakes are told at once."""
    mistakes: list[str] = []
    points = []
    for name, scenario, more in wanted(request, way):
        try:
            points.append(DesignPoint(name, *request.parameters(scenario, more=more)))
        except InputError as error:
            mistakes += error.messages
    if way == "schemes" and any(not point.parameters.department.active for point in points[-1:]):
        mistakes.append(
            f"scenario={request.options['scenario']} has no department to be paid; give one, as scenario=active"
        )
    names = [point.name for point in points]
    mistakes += [f"{name} is compared twice; give each name once" for name in set(names) if names.count(name) > 1]
    if not mistakes and len(points) < 2:
        mistakes.append(f"compare needs two or more, as {HOW}; or baseline=passive beside the one")
    if mistakes:
        raise InputError(list(dict.fromkeys(mistakes)))
    return tuple(points)


def wanted(request: Request, way: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Name, scenario and overrides of each thing to compare; a baseline stands in front."""
    scenario = request.options["scenario"]
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    if request.options["baseline"]:
        found.append((request.options["baseline"], request.options["baseline"], {}))
    if way == "scenarios":
        return found + [(name, name, {}) for name in request.options["scenarios"]]
    if way == "schemes":
        decided = [path for path in request.overrides if path.startswith("department.scheme.") and is_scheme(path)]
        if decided:
            raise InputError(
                f"{', '.join(decided)} would hold for every scheme; put terms into files of configs=FOLDER"
            )
        return found + [(name, scenario, {"department.scheme.name": name}) for name in request.options["schemes"]]
    return found + [(name, scenario, changes) for name, changes in read_sets(request.options["sets"]).items()]


def is_scheme(path: str) -> bool:
    """Whether a path says which scheme, or its terms; period and the like may hold for all."""
    return path.split(".")[2] in ("name", "kind", "terms")


def read_sets(given: Any) -> dict[str, dict[str, Any]]:
    """Overrides by the name of their set, from the command line or a YAML file."""
    import yaml

    from experiments.compose import at_home
    from sim.shipped import load

    found = given
    if isinstance(given, str):
        try:
            found = load(Path(at_home(given)))
        except (OSError, UnicodeDecodeError):
            raise InputError(f"sets={given} cannot be read; give a YAML file, or {HOW.split(' or ')[2]}") from None
        except yaml.YAMLError as error:
            raise InputError(f"sets={given}: {str(error).splitlines()[0]}; correct the YAML") from None
    mistakes = [] if isinstance(found, Mapping) and found else [f"sets={given} must hold names with parameters"]
    if not mistakes:
        wrong = [name for name, changes in found.items() if not isinstance(changes, Mapping | None)]
        mistakes = [
            f"sets: {name} must hold parameters with values, as {name}: {{department.reps: 3}}" for name in wrong
        ]
    if mistakes:
        raise InputError(mistakes)
    return {str(name): dict(changes or {}) for name, changes in found.items()}


# ---- the results -------------------------------------------------------------------------------------------------


def results(job: Job, journal: Journal) -> str:
    """Summary, tables on schemes and pictures from the final tables; gives the words for the terminal."""
    from experiments.comparefigures import draw_all
    from experiments.comparison import spoken
    from experiments.summary import summarise, write_summary

    plan, city = job.plan, job.city
    names = [point.name for point in plan.points]
    if not any(whole_pairs(plan, journal, place) for place in range(1, len(names))):
        return "No pair of runs was finished, so there is no summary and no picture."
    rows = summarise(job.folder, names[0], names[1:], city.currency, city.country, city.subdivision)
    write_summary(rows, job.folder)
    measures = scheme_results(job)
    draw_all(job, rows, bool(measures))
    return spoken(job, rows, measures)


def scheme_results(job: Job) -> Rows:
    """The tables on pay schemes, where departments with representatives are compared; returns the measures."""
    from experiments.schemetables import People, write_tables

    schemes: Sequence[str] = job.options.get("schemes") or ()
    if not schemes or not (job.folder / "field_by_day.parquet").exists():
        return []
    return write_tables(People(job.folder, schemes), job.city.currency)
