"""The main job: a scenario beside the baseline in one city, with paired seeds, as tables, pictures and a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.attribution import attribute, points_without, write_attribution
from experiments.calibration.draws import check_city, prepared
from experiments.calibration.uncertainty import draw_uncertainty
from experiments.folder import OVERRIDDEN
from experiments.job import Job, Planned, loaded_city, whole_pairs, work
from experiments.moves import Moves, moves_between
from experiments.runner import DesignPoint, Plan
from experiments.swept import with_draws
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal
    from experiments.story import Story
    from experiments.summary import Rows


def run(request: Request) -> int:
    """Carries out `fieldcast forecast`; returns its exit code."""
    return work(request, new_plan, results)


def new_plan(request: Request, version: str) -> Planned:
    """Baseline and scenario with the same seeds; one point alone when the two are the same."""
    posterior = prepared(request) if request.options["posterior"] else None
    city, ref = loaded_city(request)
    options = request.options
    baseline = DesignPoint(options["baseline"], *request.parameters(options["baseline"], baseline=True))
    scenario = DesignPoint(options["scenario"], *request.parameters(options["scenario"]))
    points: tuple[DesignPoint, ...] = (baseline, scenario)
    if scenario.name == baseline.name:
        same = scenario.numbers_digest == baseline.numbers_digest
        points = (baseline,) if same else (baseline, replace(scenario, name=scenario.name + OVERRIDDEN))
    if options["attribution"] and len(points) == 1:
        raise InputError(f"attribution=true takes a scenario's channels away; scenario={scenario.name} is the baseline")
    if options["attribution"]:
        points = (*points[:-1], *points_without(request, points[-1]), points[-1])  # the scenario stays the last
    plan = Plan(points, options["replications"], options["seed"], ref, version, baseline=0)
    if posterior is None:
        return Planned(plan, city)
    check_city(posterior, city)
    plan = with_draws(plan, posterior.of_replications(plan.replications))
    return Planned(plan, city, {"posterior": options["posterior"]})


def results(job: Job, journal: Journal) -> str:
    """Summary and pictures from the final tables; gives the words for the terminal."""
    from experiments.figures import draw_all
    from experiments.summary import summarise, write_summary

    plan, city = job.plan, job.city
    if not whole_pairs(plan, journal, len(plan.points) - 1):
        return "No pair of runs was finished, so there is no summary and no picture."
    baseline, scenario = plan.points[0].name, plan.points[-1].name
    rows = summarise(job.folder, baseline, [scenario], city.currency, city.country, city.subdivision)
    write_summary(rows, job.folder)
    credited = attribute(job.folder, scenario, city.currency)
    if credited:
        write_attribution(credited, job.folder)
    moves = moves_between(plan.points[0].parameters, plan.points[-1].parameters, city.operators[0].name)
    story = story_of(job, moves)
    draw_all(story)
    apart = draw_uncertainty(story) if plan.drawn else ""
    return "\n\n".join(part for part in (spoken(job, rows, moves), apart) if part)


def story_of(job: Job, moves: Moves) -> Story:
    """What the pictures share."""
    from experiments.story import Story, city_line, note_of

    plan, city = job.plan, job.city
    story = Story(job.folder, plan.points[0].name, plan.points[-1].name, city.currency, city_line(city), note_of(city))
    story.city, story.warmup, story.moves = city, plan.points[0].parameters.warmup, moves
    story.country, story.subdivision = city.country, city.subdivision
    return story


def spoken(job: Job, rows: Rows, moves: Moves) -> str:
    """The KPI table, the verdict and the remark on assumptions; the table is left out when quiet."""
    from experiments.kpis import kpis
    from experiments.story import note_of
    from experiments.verdict import kpi_table, verdict

    names = job.plan.points[0].name, job.plan.points[-1].name
    parts = [verdict(rows, *names, job.city.currency, moves), note_of(job.city)]
    if not job.quiet:
        shown = {kpi.name for kpi in kpis(job.plan.points[0].parameters.months, job.city.currency) if kpi.shown}
        if moves.only_others:
            shown -= {"break_even_month", "break_even_share"}  # nothing of ours was paid for
        parts.insert(0, kpi_table(rows, shown, *names))
    return "\n\n".join(part for part in parts if part)


if __name__ == "__main__":
    from experiments.multirun import hydra_main

    hydra_main("forecast")
