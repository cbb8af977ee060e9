"""The six stages of building a department: their dates, who works on them, and what the test sales tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim import decisions as decided
from sim.city import PREMISES
from sim.workdays import Workdays
from sim.world import ByMode
from sim.world import Department as Claims

Array = np.ndarray[Any, Any]

SIX = ("test_sales", "labour_market", "recruiting", "debugging", "processes", "remote_support")
FAR = 1 << 30  # a day that never comes


@dataclass
class Stage:
    """One stage: first day, day after the last one, people who work on it besides the department's own, cost so
    far."""

    name: str
    begins: int
    ends: int
    people: float = 0.0
    account: str = "consultants"
    cost_per_day: float = 0.0  # of all these people
    cost: float = 0.0

    def runs(self, day: int) -> bool:
        """Whether the stage takes place on this day."""
        return self.begins <= day < self.ends


@dataclass
class Course:
    """The dates of a department."""

    start: int
    hired: int  # the first team is chosen
    productive: int  # and knocks on its first door
    heads: int  # heads of sales take over
    stages: list[Stage]

    def stage(self, name: str, day: int) -> Stage | None:
        """A stage, if it takes place on this day."""
        for stage in self.stages:
            if stage.name == name and stage.runs(day):
                return stage
        return None

    def now(self, day: int) -> Stage | None:
        """The stage that began last and still runs."""
        latest = None
        for stage in self.stages:
            if stage.runs(day) and (latest is None or stage.begins > latest.begins):
                latest = stage
        return latest

    def begin(self, name: str, otherwise: int = FAR) -> int:
        """The first day of a stage, or another day when it does not take place."""
        return next((stage.begins for stage in self.stages if stage.name == name), otherwise)

    def end(self, name: str) -> int:
        """The day after a stage; FAR when it does not take place."""
        return next((stage.ends for stage in self.stages if stage.name == name), FAR)


def by_mode(claim: ByMode, mode: str) -> float:
    """A claim with consultants, or without."""
    return float(getattr(claim, mode))


def plan_course(d: decided.Department, p: Claims, calendar: Workdays, start: int) -> Course:
    """All dates from the first day on.

    The first three stages follow each other as they can, so leaving one out saves its time; the others keep their
    place in the months after the first visit, so that leaving one out moves no other.
    """
    on = d.stages
    days = {
        name: round(by_mode(getattr(p, f"{name}_days"), d.mode)) if getattr(on, name) else 0
        for name in ("test_sales", "labour_market")
    }
    tested, studied = start + days["test_sales"], start + days["labour_market"]
    hired = studied + round(by_mode(p.recruiting_days, d.mode) if on.recruiting else p.unselected_hiring_days)
    trained = hired + (round(by_mode(p.training_days, d.mode)) if on.recruiting else 0)
    productive = max(tested, trained)
    debugged = productive + calendar.span(p.debugging_months)
    described = debugged + calendar.span(by_mode(p.processes_months, d.mode))
    supported = described + calendar.span(p.remote_support_months)
    spans = {
        "test_sales": (start, tested),
        "labour_market": (start, studied),
        "recruiting": (studied, productive),
        "debugging": (productive, debugged),
        "processes": (debugged, described),
        "remote_support": (described, supported if d.mode == "turnkey" else described),
    }
    stages = [Stage(name, *span) for name, span in spans.items() if getattr(on, name) and span[1] > span[0]]
    for stage in stages:
        staff(stage, d, p, calendar.per_month)
    after = max([productive, *(stage.ends for stage in stages)])
    stages.append(Stage("independence", after, FAR))
    heads = described if on.processes else productive + calendar.span(p.head_alone_months)
    return Course(start, hired, productive, heads, stages)


def staff(stage: Stage, d: decided.Department, p: Claims, per_month: float) -> None:
    """Who works on a stage: consultants, or managers of one's own in their place."""
    coaches = float(max(int(np.ceil(d.reps / p.reps_per_consultant)), 1))
    people = {
        "test_sales": by_mode(p.test_sellers, d.mode),
        "debugging": coaches,
        "processes": coaches,
        "remote_support": p.remote_consultant_share * coaches,
    }
    stage.people = people.get(stage.name, 1.0)
    stage.account = "consultants" if d.mode == "turnkey" else "management"
    rate = p.consultant_cost_per_day if d.mode == "turnkey" else p.head_cost_per_month / per_month
    stage.cost_per_day = stage.people * rate


# ---- test sales ------------------------------------------------------------------------------------------------------


class Estimate(NamedTuple):
    """What the test sales tell, by premises type; errors are standard errors of sampling, not-a-number where nothing
    was seen."""

    visits: Array
    deals: Array
    conversion: Array  # deals of a visit
    conversion_error: Array
    bill: Array  # mean monthly bill of a deal
    bill_error: Array
    coming: Array  # deals still expected of those who were interested and have not decided
    expected: Array  # deals and coming ones that an informed guess leads to expect of these visits
    dated: Array  # follow-ups dated by contracts' ends, by how much of them counts in a plan
    dates: Array  # and what an informed guess leads to expect of them


class Outcomes(NamedTuple):
    """What plots have brought, by premises type."""

    deals: Array
    bills: Array  # their summed monthly bills
    squares: Array  # the sum of these bills' squares
    coming: Array  # deals still expected of those who were interested and have not decided
    expected: Array  # deals and coming ones that an informed guess leads to expect
    dated: Array  # follow-ups dated by contracts' ends, by how much of them counts in a plan
    dates: Array  # and what an informed guess leads to expect of them


Plots = Callable[[Array], Outcomes]
"""What plots bring, given visits by premises type."""


def plot_visits(stage: Stage | None, p: Claims) -> Array:
    """Visits on the plots of each premises type."""
    if stage is None:
        return np.zeros(len(PREMISES), np.int64)
    visits = round((stage.ends - stage.begins) * stage.people * p.test_visits_per_day)
    return np.full(len(PREMISES), visits // len(PREMISES), np.int64)


def estimate(visits: Array, plots: Plots) -> Estimate:
    """Conversion and mean bill with their sampling errors, from real outcomes on the plots."""
    deals, bills, squares, *rest = (np.asarray(each, np.float64) for each in plots(visits))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = deals / visits
        bill = bills / deals
        variance = np.maximum(squares / deals - bill**2, 0.0) * deals / (deals - 1.0)
        bill_error = np.where(deals > 1, np.sqrt(variance / deals), np.nan)  # one deal says nothing of the spread
    error = error_of_share(deals, visits)
    return Estimate(visits, deals, share, error, bill, bill_error, *rest)


def error_of_share(deals: Array, visits: Array) -> Array:
    """Standard error of a share with two successes and two failures added (Agresti and Coull 1998), so that it is not
    zero where nothing was sold."""
    share = (deals + 2.0) / (visits + 4.0)
    return np.where(visits > 0, np.sqrt(share * (1.0 - share) / (visits + 4.0)), np.nan)
