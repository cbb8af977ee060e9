"""`fieldcast sweep`: a design over any parameters, with paired seeds and one baseline, into tables by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.designs import (
    POINTS,
    SAMPLED,
    TRAJECTORIES,
    Dimension,
    Values,
    design_mistakes,
    grid,
    named,
    sampled,
    zipped,
)
from experiments.dimensions import of_book, of_table, of_text
from experiments.job import Job, Planned, loaded_city, work
from experiments.runner import DesignPoint, Plan
from experiments.swept import SweptPoint
from sim.errors import InputError
from sim.parameters import RUN_FIELDS

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal

MOST_MISTAKES = 20
KEPT = ("design", "points", "trajectories", "vary", "table", "sets", "baselines", "scenario", "baseline")
UNTIL = ("until.kpi", "until.half_width")


def run(request: Request) -> int:
    """Carries out `fieldcast sweep`; returns its exit code."""
    if request.options["merge"]:
        from experiments.merge import merged

        return merged(request, results)
    if request.options["dry_run"]:
        from experiments.probe import told

        return told(request, new_plan(request, ""))
    return work(request, new_plan, results)


# ---- the plan ----------------------------------------------------------------------------------------------------


def new_plan(request: Request, version: str) -> Planned:
    """The baseline, then every point of the design, once for each set."""
    from experiments import __version__
    from experiments.stopping import check_rule

    options = request.options
    rows = design_rows(request)
    baseline = DesignPoint(options["baseline"], *request.parameters(options["baseline"], baseline=True))
    swept = swept_points(request, rows)
    city, ref = loaded_city(request)
    points, pairs = with_baselines(baseline, swept, options["baselines"])
    plan = Plan(points, options["replications"], options["seed"], ref, version or __version__, 0, pairs)
    check_points(plan)
    check_rule(options, baseline.parameters.months, city.currency)
    kept = {name: options[name] for name in (*KEPT, *UNTIL)} | {"dimensions": dict(request.dimensions)}
    return Planned(plan, city, kept)


def design_rows(request: Request) -> list[Values]:
    """The values of every point of the design; one point without any where nothing but sets is given."""
    options, seed = request.options, request.options["seed"]
    dimensions, mistakes = dimensions_of(request)
    number = options["trajectories"] if options["design"] == "morris" else options["points"]
    mistakes += design_mistakes(options["design"], dimensions, number)
    mistakes += misplaced(options)
    if options["design"] == "list" and options["table"] and not mistakes:
        return of_table(options["table"])
    if not dimensions and not options["sets"] and not mistakes:
        mistakes.append(
            "sweep has nothing to vary; list values as department.reps=2,4,8, or give vary=, sets= or table="
        )
    if mistakes:
        raise InputError(mistakes)
    if options["design"] in SAMPLED:
        usual = TRAJECTORIES if options["design"] == "morris" else POINTS[options["design"]]
        return sampled(options["design"], dimensions, number or usual, seed)
    return (zipped if options["design"] == "zip" else grid)(dimensions) if dimensions else [{}]


def misplaced(options: dict[str, Any]) -> list[str]:
    """Options that belong to another design."""
    design, found = options["design"], []
    if (design == "list") != bool(options["table"]):
        found.append("design=list and table=FILE.csv go together; give both or neither")
    if options["points"] and design not in POINTS:
        found.append(f"points belongs to design={' and '.join(POINTS)}; design={design} has as many as its values make")
    if options["trajectories"] and design != "morris":
        found.append(f"trajectories belongs to design=morris, not to design={design}")
    return found


def dimensions_of(request: Request) -> tuple[list[Dimension], list[str]]:
    """What is varied, from the words and from the parameter book; mistakes beside it."""
    found: list[Dimension] = []
    mistakes: list[str] = []
    for path, text in request.dimensions.items():
        if path.split(".")[0] in RUN_FIELDS:
            mistakes.append(f"{path}={text}: {path} holds for the whole sweep; give one value")
            continue
        dimension = of_text(path, text)
        found.append(dimension)
        mistakes += value_mistakes(request, dimension)
    if request.options["vary"]:
        _, mapping = request.parameters(request.options["scenario"])
        found += [one for one in of_book(request.options["vary"], mapping) if one.path not in request.dimensions]
    return found, mistakes


def value_mistakes(request: Request, dimension: Dimension) -> list[str]:
    """What is wrong with a dimension's values, or with the ends of its range."""
    found: list[str] = []
    for value in dimension.ends:
        try:
            request.parameters(request.options["scenario"], more={dimension.path: value})
        except InputError as error:
            found += error.messages
    return list(dict.fromkeys(found))[:MOST_MISTAKES]


def swept_points(request: Request, rows: list[Values]) -> list[SweptPoint]:
    """The design's points, for every set of overrides."""
    from experiments.compare import read_sets
    from experiments.compose import at_home

    scenario = request.options["scenario"]
    sets = read_sets(request.options["sets"]) if request.options["sets"] else {scenario: {}}
    folder = request.options["configs"]
    own = str(at_home(folder).resolve()) if folder else None
    found: list[SweptPoint] = []
    for stem, changes in sets.items():
        base = DesignPoint(stem, *request.parameters(scenario, more=changes))
        names = named(rows, stem) if rows != [{}] else [stem]
        found += [SweptPoint(name, base, values, own) for name, values in zip(names, rows, strict=True)]
    return found


def with_baselines(
    baseline: DesignPoint, swept: list[SweptPoint], baselines: str
) -> tuple[tuple[DesignPoint, ...], tuple[int | None, ...]]:
    """The points with the baseline in front, and the baseline of each.

    `baselines=each` runs it anew for every setting of the world, `one` once, with the world as it stands.
    """
    from experiments.compose import SHARED

    fronts: list[DesignPoint] = [baseline]
    place: dict[str, int] = {"{}": 0}
    mine = []
    for point in swept:
        shared = {path: value for path, value in point.values.items() if path.split(".")[0] in SHARED}
        key = str(sorted(shared.items())) if shared and baselines == "each" else "{}"
        if key not in place:
            place[key] = len(fronts)
            fronts.append(SweptPoint(f"{baseline.name}_{len(fronts):04d}", baseline, shared, point.own))
        mine.append(place[key])
    return (*fronts, *swept), (*([None] * len(fronts)), *mine)


def check_points(plan: Plan) -> None:
    """Refuse a design with values that cannot stand together; tells the first of them."""
    mistakes: list[str] = []
    for point in plan.points:
        try:
            _ = point.numbers_digest
        except InputError as error:
            mistakes += error.messages
        if len(mistakes) >= MOST_MISTAKES:
            break
    if mistakes:
        raise InputError(mistakes)


# ---- the results -------------------------------------------------------------------------------------------------


def results(job: Job, journal: Journal) -> str:
    """Writes kpis.parquet; says where the sweep's best and worst points lie."""
    from experiments.sweeptables import spoken, write_kpis

    if not journal.done():
        return "No run was finished, so there are no tables."
    return spoken(job, write_kpis(job))
