"""The field sales department: the six stages in which it is built, who looks after its people, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim import decisions as decided
from sim import learning, recruiting
from sim.city import City
from sim.draws import Streams
from sim.errors import InputError, nearest
from sim.ledger import Ledger
from sim.reps import LEFT, PRODUCTIVE, RepTable
from sim.stages import FAR, Course, Estimate, Plots, Stage, by_mode, estimate, plan_course, plot_visits
from sim.team import Changes, Round, Team
from sim.territories import Patches
from sim.workdays import Workdays
from sim.world import Department as Claims

Array = np.ndarray[Any, Any]


class Step(NamedTuple):
    """A line of the timeline: first day, day after the last one, people who work on it, cost so far."""

    stage: str
    begins: int
    ends: int
    people: float
    cost: float


class Department:
    """The focal operator's field department; without `active` it costs nothing and does nothing."""

    def __init__(
        self,
        decisions: decided.Department,
        world: Claims,
        calendar: Workdays,
        city: City,
        streams: Streams,
        first_day_of_month_1: int,
    ):
        self.decided, self.world, self.calendar = decisions, world, calendar
        self.priority = priority_of(decisions, city)  # (zones,) bool
        first = first_day_of(decisions.start_month, calendar, first_day_of_month_1)
        close = decisions.close_month
        self.close_day = FAR if close is None else first_day_of(close, calendar, first_day_of_month_1)
        self.course: Course = plan_course(decisions, world, calendar, first if decisions.active else FAR)
        self.stage = self.course.stages[0]
        self.team = Team(decisions, world, calendar, city, streams, self.course)
        self.control, self.coaching = np.empty(0), np.empty(0)  # of each row, 0 to 1
        self.competence = np.empty(0)  # of each head, 1 is a practised one
        self.head_rows: list[int] = []  # of each head the former row, or -1 if hired outside
        self.estimate: Estimate | None = None
        self.plan_bills = 0.0  # monthly bills that a practised representative is to sell in a month
        self._due: dict[str, float] = {}

    # ---- reading it -------------------------------------------------------------------------------------------------

    @property
    def reps(self) -> RepTable:
        """The representatives, one row a person, in the order of hiring."""
        return self.team.reps

    @property
    def patch_of_zone(self) -> Array:
        """The row of the representative who owns each zone, or -1; where several share it, one of them."""
        return self.team.patch_of_zone

    @property
    def patch_of_door(self) -> Array:
        """The row of the representative who owns each premises, or -1; differs from the zone's only where more
        representatives than zones share some."""
        return self.team.patch_of_door

    @property
    def patches(self) -> Patches:
        """Posts and their zones."""
        return self.team.patches

    @property
    def row_of_post(self) -> Array:
        """The row of the representative who holds each post, or -1."""
        return self.team.row_of_post

    @property
    def heads(self) -> int:
        """Heads of sales on duty."""
        return len(self.head_rows)

    @property
    def heads_needed(self) -> int:
        """Heads of sales decided on, or one for every span of control."""
        return self.decided.heads or int(np.ceil(self.decided.reps / self.world.span_reps))

    @property
    def knowledge_lost_share(self) -> float:
        """Part of a leaver's knowledge that goes with the leaver, as things stand."""
        p = self.world
        return p.knowledge_lost_described_share if self.team.described else p.knowledge_lost_share

    def exists(self, day: int) -> bool:
        """Whether the department is being built or works on this day."""
        return self.course.start <= day < self.close_day

    def stage_today(self, day: int) -> str:
        """The stage that began last and still runs; none, planned or closed where there is no department."""
        if not self.decided.active:
            return "none"
        if not self.exists(day):
            return "planned" if day < self.course.start else "closed"
        stage = self.course.now(day)
        return stage.name if stage else "hiring"

    def timeline(self) -> list[Step]:
        """The stages that come within the run, with their dates, people and cost so far."""
        last = min(self.close_day, self.calendar.days)
        return [
            Step(stage.name, stage.begins, min(stage.ends, last), stage.people, stage.cost)
            for stage in self.course.stages
            if stage.begins < last
        ]

    # ---- the day ----------------------------------------------------------------------------------------------------

    def open_day(self, today: int) -> None:
        """What happens in the department this morning: stages, newcomers, certificates, heads; and the day's cost."""
        if today == self.close_day and self.course.start < today:
            self._close(today)
        if not self.exists(today):
            return
        self.stage = self.course.now(today) or self.stage
        self.team.described = self.team.described or today >= self.course.end("processes")
        self._pay_for_hires(self.team.hire(today))
        self.team.certify(today)
        self._appoint(today)
        people = self.team.people
        self._supervise(today, people)
        self._pay_day(today, people)

    def after_day(self, today: int) -> None:
        """Practice adds to skill, a day without visits takes from it; today's visits are read from visits_ever."""
        if len(self.reps) and self.exists(today):
            self.team.practise(self.coaching)

    def _appoint(self, today: int) -> None:
        """Heads are sought inside the team when the processes are described, so that their successors learn meanwhile;
        then they take over, and those still missing are hired."""
        team, course = self.team, self.course
        if today == course.begin("processes", course.heads):
            team.future_heads = team.talents(self.heads_needed)
            team.advertise(team.reps.post[team.future_heads], today)
        if today == course.heads:
            inside = team.future_heads
            team.leave(inside, today, "promotions")
            outside = max(self.heads_needed - inside.size, 0)
            self.head_rows = [*inside.tolist(), *[-1] * outside]
            theory = by_mode(self.world.head_theory_share, self.decided.mode) if self.decided.stages.processes else 0.0
            self.competence = np.array([learning.new_head(row >= 0, theory, self.world) for row in self.head_rows])
            self._spend("recruiting", outside * self.world.head_hiring_cost)

    def _supervise(self, today: int, people: int) -> None:
        """Who is looked after how well today, with so many people in post."""
        p, course, turnkey = self.world, self.course, self.decided.mode == "turnkey"
        site = course.stage("debugging", today) or (course.stage("processes", today) if turnkey else None)
        remote = course.stage("remote_support", today) is not None
        heads, quality = self._leadership(turnkey, remote)
        level = learning.supervise(
            people=people,
            heads=heads,
            quality=quality,
            on_site=int(site.people) if site else 0,
            coach=1.0 if turnkey else p.alone_coaching_share,
            remote=remote,
            p=p,
        )
        self._accompany(today)
        here = self.reps.stage != LEFT
        self.control, self.coaching = here * level.control, here * level.coaching

    def _leadership(self, turnkey: bool, mentored: bool) -> tuple[float, float]:
        """Heads by competence, and what their coaching is worth; they learn from day to day."""
        if not self.decided.people.leadership:
            trained = turnkey and self.decided.stages.processes
            return self.heads, 1.0 if trained else self.world.untrained_head_factor
        if not self.heads:
            return 0.0, 0.0
        self.competence = learning.lead(self.competence, mentored, self.world, self.calendar.per_month)
        able = float(self.competence.sum())
        return able, able / self.competence.size

    def _accompany(self, today: int) -> None:
        """In the debugging, whoever sells along goes each day with others of those in their first month."""
        reps, p = self.reps, self.world
        reps.lift[:], reps.lift_large[:] = 0.0, 0.0
        stage = self.course.stage("debugging", today)
        if stage is None or not self.decided.people.companions:
            return
        first_month = today < reps.productive_day + self.calendar.span(p.debugging_months)
        new = np.flatnonzero((reps.stage == PRODUCTIVE) & first_month)
        rows = learning.accompanied(new, int(stage.people), today)
        gap = np.maximum(by_mode(p.companion_skill, self.decided.mode) - reps.skill[rows], 0.0)
        reps.lift[rows], reps.lift_large[rows] = p.companion_share * gap, p.companion_large_share * gap

    def meets_crews(self, today: int) -> bool:
        """Whether sales and technical service meet: from the debugging on, or without consultants once the processes
        are being described; as long as there is anybody to meet."""
        begins = self.course.begin("debugging" if self.decided.mode == "turnkey" else "processes")
        return begins <= today < self.close_day and self.team.people > 0

    def _close(self, today: int) -> None:
        """Everybody goes, and nothing more is paid."""
        self.team.dissolve(today - 1)
        self.head_rows, self.competence = [], np.empty(0)
        self.control, self.coaching = np.zeros(len(self.reps)), np.zeros(len(self.reps))

    # ---- the plan ---------------------------------------------------------------------------------------------------

    def test_sale_due(self, today: int) -> bool:
        """Whether the plots of the test sales are to be evaluated this evening."""
        return self.exists(today) and self.estimate is None and today + 1 == self.course.end("test_sales")

    def sell_on_plots(self, plots: Plots) -> Estimate:
        """Evaluate the test sales by what the market does: `plots` takes visits by premises type and returns what they
        brought."""
        stage = next((each for each in self.course.stages if each.name == "test_sales"), None)
        self.estimate = estimate(plot_visits(stage, self.world), plots)
        return self.estimate

    def plan_per_rep(self, expected_bills: Callable[[Estimate | None], float]) -> float:
        """Set the monthly plan of a representative from what is expected, given the test sales or None."""
        bills = float(expected_bills(self.estimate))
        self.plan_bills = bills if bills > 0.0 else 0.0
        return self.plan_bills

    def open_month(self, today: int) -> None:
        """Give everybody the month's plan: the part of the month for which they are in the field; may be said again
        when somebody comes."""
        reps, calendar = self.reps, self.calendar
        if not self.exists(today) or not len(reps):
            return
        month = int(calendar.month_of_day[today])
        first, days = int(calendar.first_day[month]), int(calendar.days_in_month[month])
        there = np.clip(first + days - reps.productive_day, 0, days) / days
        reps.plan[:] = np.where(reps.stage == LEFT, 0.0, self.plan_bills * there)

    # ---- money and the month ----------------------------------------------------------------------------------------

    def close_month(self, today: int, ledger: Ledger, pay: Array) -> Changes:
        """Pay what the department cost, and let people go who quit or fail; `pay` is everybody's income this month."""
        for account, amount in self._due.items():
            ledger.pay(account, "field", amount)
        self._due = {}
        if self.exists(today) and len(self.reps):
            self.team.judge_month(today, pay)
        return self.team.take_changes()

    def _pay_for_hires(self, found: Round) -> None:
        """One round of the funnel, and the training of those it chose."""
        p, stages = self.world, self.decided.stages
        if found.posts and stages.recruiting:
            looked_at = recruiting.funnel(found.posts, stages.labour_market, p, found.pull)
            self._spend("recruiting", recruiting.funnel_cost(looked_at, p))
            self._spend("training", found.hires * p.training_cost_per_rep)
        elif found.posts:
            self._spend("recruiting", found.posts * p.vacancy_cost_per_rep)

    def _pay_day(self, today: int, people: int) -> None:
        """The day's consultants, recruiter, heads, and what so many representatives cost besides their pay."""
        p = self.world
        part = 1.0 / int(self.calendar.days_in_month[self.calendar.month_of_day[today]])
        for stage in self.course.stages:
            if stage.runs(today):
                self._spend(stage.account, stage.cost_per_day, stage)
        self._spend("recruiting", p.recruiter_standing_share * p.recruiter_cost_per_day)
        self._spend("management", self.heads * p.head_cost_per_month * part)
        self._spend("field_fixed", people * p.rep_overhead_cost_per_month * part)

    def _spend(self, account: str, amount: float, stage: Stage | None = None) -> None:
        """Owe an amount until the month closes, and count it to the stage that causes it, or to the one that runs."""
        self._due[account] = self._due.get(account, 0.0) + amount
        (stage or self.stage).cost += amount


# ---- at the door -----------------------------------------------------------------------------------------------------


def priority_of(d: decided.Department, city: City) -> Array:
    """Zones that come first, as booleans; raises InputError about everything that does not fit this city or itself."""
    known = city.zone_id.tolist()
    mistakes = [
        f"department.priority_zones: '{zone}' is no zone of this city; {nearest(zone, known)}"
        for zone in d.priority_zones
        if zone not in known
    ]
    if d.close_month is not None and d.close_month <= d.start_month:
        mistakes.append(
            f"department.close_month = {d.close_month} does not come after department.start_month = {d.start_month}; "
            "give a later month, or null for a department that stays"
        )
    if mistakes:
        raise InputError(mistakes)
    return np.isin(city.zone_id, np.array(d.priority_zones, dtype=np.str_))


def first_day_of(month: int, calendar: Workdays, first_day_of_month_1: int) -> int:
    """The first working day of a month counted from the decision; FAR beyond the run."""
    index = int(calendar.month_of_day[first_day_of_month_1]) + month - 1
    return int(calendar.first_day[index]) if index < calendar.months else FAR
