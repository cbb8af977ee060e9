"""The people of the field department: chosen, trained, given a post and its patch, practised, and gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim import decisions as decided
from sim import learning, recruiting, territories
from sim.city import City
from sim.compensation.results import reached
from sim.draws import Streams
from sim.reps import LEFT, PRODUCTIVE, TRAINING, RepTable
from sim.stages import FAR, Course, by_mode
from sim.workdays import Workdays
from sim.world import Department as Claims

Array = np.ndarray[Any, Any]
Worth = Callable[[Array], Array]  # the certain worth of the job to people of these abilities

NONE = np.empty(0, np.int64)


class Changes(NamedTuple):
    """Who came and went in a month, as rows of the table."""

    hires: Array
    quits: Array
    dismissals: Array
    promotions: Array  # to head of sales


class Round(NamedTuple):
    """A round of the funnel: posts to fill, people found, and applicants relative to the usual pool."""

    posts: int
    hires: int
    pull: float


NOBODY = Round(0, 0, 1.0)


class Team:
    """Representatives and the posts they hold."""

    def __init__(
        self,
        decisions: decided.Department,
        world: Claims,
        calendar: Workdays,
        city: City,
        streams: Streams,
        course: Course,
    ):
        self.decided, self.world, self.calendar, self.city = decisions, world, calendar, city
        self.streams, self.course = streams, course
        self.reps = RepTable.empty()
        self.knowledge = 0.0  # what the department knows beyond its people, 0 to 1
        self.lessons = learning.lessons(self.world, self.calendar)
        self.described = False  # whether the processes have been written down
        self.future_heads = NONE  # rows chosen to become head
        posts = decisions.reps if decisions.active else 0
        # vacancies: the day on which somebody is chosen, and the post
        self.vacancies: list[tuple[int, int]] = [(course.hired, post) for post in range(posts)]
        self.quit_days: list[int] = []
        self.sought = 0  # posts for which candidates were looked at so far: the next one's number
        self.worth: Worth | None = None  # of the job, where applicants ask for it
        self.potential = np.bincount(city.zone[city.occupied], minlength=city.zone_id.size).astype(np.float64)
        self.patches = territories.draw_patches(decisions.territory_policy, posts, self.potential, city)
        self.row_of_post = np.full(posts, -1, np.int64)
        self._visits_before = np.empty(0, np.int64)
        self._changes: dict[str, list[Array]] = {name: [] for name in Changes._fields}
        self.assign()

    @property
    def employed(self) -> Array:
        """Rows of those in training or in the field."""
        return np.flatnonzero(self.reps.stage != LEFT)

    @property
    def people(self) -> int:
        """How many are in training or in the field."""
        return len(self.reps) - int(np.count_nonzero(self.reps.stage == LEFT))

    @property
    def starting_skill(self) -> float:
        """Productivity of a newcomer who learned nothing from colleagues."""
        well_trained = self.decided.mode == "turnkey" and self.decided.stages.recruiting
        return learning.starting_skill(well_trained, self.world)

    def take_changes(self) -> Changes:
        """Who came and went since the last time this was asked."""
        changes = Changes(*(np.concatenate([NONE, *self._changes[name]]) for name in Changes._fields))
        self._changes = {name: [] for name in Changes._fields}
        return changes

    # ---- coming -----------------------------------------------------------------------------------------------------

    def advertise(self, posts: Array, today: int) -> None:
        """Look for successors; they come after the funnel's time."""
        p, funnel = self.world, self.decided.stages.recruiting
        days = round(by_mode(p.refill_days, self.decided.mode) if funnel else p.unselected_hiring_days)
        self.vacancies += [(today + days, int(post)) for post in posts]

    def hire(self, today: int) -> Round:
        """Those chosen today begin their training; posts for which nobody applied are advertised again."""
        posts = [post for day, post in self.vacancies if day <= today]
        if not posts:
            return NOBODY
        self.vacancies = [each for each in self.vacancies if each[0] > today]
        reps, with_funnel = self.reps, self.decided.stages.recruiting
        address = recruiting.address_of(self.sought + np.arange(len(posts)))
        self.sought += len(posts)
        chosen = self._choose(address)
        found = np.isfinite(chosen.ability)
        self.advertise(np.array(posts)[~found], today)
        rows = reps.add(int(found.sum()))
        training = round(by_mode(self.world.training_days, self.decided.mode)) if with_funnel else 0
        reps.address[rows], reps.ability[rows] = address[found], chosen.ability[found]
        reps.stage[rows], reps.probation[rows], reps.post[rows] = TRAINING, True, np.array(posts)[found]
        reps.hired_day[rows], reps.left_day[rows] = today, FAR
        ready = max(today + training, self.course.productive)
        reps.productive_day[rows] = ready + self._repeats(reps.address[rows]) if with_funnel else ready
        reps.skill[rows], reps.effort[rows] = self.starting_skill, 1.0
        self._visits_before = np.append(self._visits_before, np.zeros(rows.size, np.int64))
        self._changes["hires"].append(rows)
        return Round(len(posts), rows.size, chosen.pull)

    def _choose(self, address: Array) -> recruiting.Chosen:
        """Those whom the funnel chooses, or who come first, of those who apply."""
        p, luck, lure = self.world, self.streams("reps"), None
        if self.worth is not None and self.decided.people.selection:
            noise = 0.0 if self.decided.stages.labour_market else p.unstudied_pay_noise_share
            lure = recruiting.Lure(self.worth, noise, self.streams("applicants"))
        if not self.decided.stages.recruiting:
            return recruiting.first_who_comes(address, p, luck, lure)
        validity = 1.0 if self.decided.mode == "turnkey" else p.alone_validity_factor
        return recruiting.choose(address, validity, p, luck, lure)

    def _repeats(self, address: Array) -> Array:
        """Days that those who fail their certification take to repeat it."""
        if not self.decided.people.certification:
            return np.zeros(address.size, np.int64)
        passes = by_mode(self.world.certificate_pass_share, self.decided.mode)
        fails = recruiting.failures(address, passes, self.streams("certificates"))
        return fails * round(self.world.certificate_repeat_days)

    def certify(self, today: int) -> None:
        """Those whose training is over take their post and patch, with what the department can tell them."""
        reps = self.reps
        if TRAINING not in reps.stage:
            return
        rows = np.flatnonzero((reps.stage == TRAINING) & (reps.productive_day <= today))
        if rows.size:
            reps.stage[rows] = PRODUCTIVE
            reps.skill[rows] = learning.newcomer_skill(self.starting_skill, self.knowledge, self.described, self.world)
            self.row_of_post[reps.post[rows]] = rows
            self.assign()

    def assign(self) -> None:
        """Zones and doors to those who hold a post."""
        city, patches, rows = self.city, *self._cut_for()
        self.patch_of_zone = territories.zones_of_people(patches, rows, self.potential, city.travel_minutes)
        self.patch_of_door = territories.doors_of_people(
            self.patch_of_zone, patches, rows, city.zone, city.building, city.id_hash
        )

    def _cut_for(self) -> tuple[territories.Patches, Array]:
        """The patches that hold today and who has them: those of the posts, or cut anew for the people there are."""
        people = self.row_of_post[self.row_of_post >= 0]
        if self.decided.rebalance == "neighbours" or people.size in (0, self.row_of_post.size):
            return self.patches, self.row_of_post
        return territories.draw_patches(self.decided.territory_policy, people.size, self.potential, self.city), people

    # ---- learning ---------------------------------------------------------------------------------------------------

    def practise(self, coaching: Array) -> None:
        """The day's visits add to skill, a day without any takes from it; the department learns from its people."""
        reps = self.reps
        self.knowledge = _practise(
            reps.stage,
            reps.skill,
            reps.visits_ever,
            self._visits_before,
            coaching,
            self.starting_skill,
            self.decided.people.forgetting,
            self.lessons,
            self.knowledge,
        )

    def talents(self, most: int) -> Array:
        """Rows of the best of those who could lead a team."""
        rows = self.reps.rows(PRODUCTIVE)
        able = rows[self.streams("heads").uniform(self.reps.address[rows]) < self.world.head_inside_share]
        merit = self.reps.ability[able] * self.reps.skill[able]
        return able[np.argsort(-merit, kind="stable")][:most]

    # ---- going ------------------------------------------------------------------------------------------------------

    def judge_month(self, today: int, pay: Array) -> None:
        """At the month's end some quit, and whoever failed the probation is dismissed; `pay` is everybody's income."""
        self._remember(today, np.asarray(pay, np.float64))
        if self.decided.people.quits:
            self._quit(today)
        self._end_probation(today)

    def _remember(self, today: int, pay: Array) -> None:
        """Keep in mind what one usually earns and has sold; a month begun late counts as a whole one."""
        reps, memory = self.reps, self.world.quit_memory_months
        month = int(self.calendar.month_of_day[today])
        days = today + 1 - np.maximum(reps.hired_day, int(self.calendar.first_day[month]))
        whole = pay * self.calendar.days_in_month[month] / np.maximum(days, 1)
        is_first = reps.hired_day >= self.calendar.first_day[month]
        old = np.where(is_first, whole, reps.usual_income)
        reps.usual_income[:] = old + (whole - old) / memory
        reps.sold += reps.bills_signed
        reps.planned += reps.plan
        reps.months_planned += reps.plan > 0.0
        reps.months_attained += reached(reps.bills_signed, reps.plan)

    def _quit(self, today: int) -> None:
        """Some quit, of those in training too."""
        people, p = self.employed, self.world
        since = today - self.calendar.span(p.quit_memory_months)
        recent = sum(day > since for day in self.quit_days)
        reps = self.reps
        attained = recruiting.attained_share(reps.months_attained[people], reps.months_planned[people])
        chance = recruiting.quit_chance(
            reps.usual_income[people], reps.ability[people], attained, recent, people.size, p
        )
        gone = people[self.streams("quits", today).uniform(self.reps.address[people]) < chance]
        self.quit_days += [today] * gone.size
        self.leave(gone, today, "quits")

    def _end_probation(self, today: int) -> None:
        """Whoever has been there long enough stays for good, or goes."""
        reps = self.reps
        long_enough = today + 1 - reps.hired_day >= self.calendar.span(self.world.probation_months)
        rows = np.flatnonzero(reps.probation & long_enough & (reps.stage != LEFT))
        # a plan that nobody reaches condemns nobody: it counts as far as the team as a whole fulfils it
        reached = min(reps.sold.sum() / max(reps.planned.sum(), 1e-9), 1.0)
        failed = recruiting.fails_probation(reps.sold[rows], reached * reps.planned[rows], self.world)
        reps.probation[rows] = False
        if self.decided.people.dismissal:
            self.leave(rows[failed], today, "dismissals")

    def leave(self, rows: Array, today: int, why: str) -> None:
        """People go: colleagues take their patch, some knowledge goes with them, their post is advertised."""
        if not rows.size:
            return
        reps, people = self.reps, self.employed.size
        reps.stage[rows], reps.left_day[rows] = LEFT, today
        self.row_of_post[np.isin(self.row_of_post, rows)] = -1
        self._changes[why].append(rows)
        if why != "promotions":  # heads take what they know along, and their successors were sought before
            self.knowledge = learning.after_leaving(self.knowledge, rows.size, people, self.described, self.world)
            self.advertise(reps.post[np.setdiff1d(rows, self.future_heads)], today)
            self.future_heads = np.setdiff1d(self.future_heads, rows)
        self.assign()

    def dissolve(self, last_day: int) -> None:
        """Everybody goes and nobody comes."""
        people = self.employed
        self.reps.stage[people], self.reps.left_day[people] = LEFT, last_day
        self.vacancies, self.future_heads = [], NONE
        self.row_of_post[:] = -1
        self.assign()


@njit(cache=True)
def _practise(stage, skill, visits_ever, visits_before, coaching, start, forgets, lessons, knowledge):
    """One day of practice of everybody in the field, in place; returns what the department knows after it."""
    people, total = 0, 0.0
    for rep in range(stage.size):
        visits = visits_ever[rep] - visits_before[rep]
        visits_before[rep] = visits_ever[rep]
        if stage[rep] != PRODUCTIVE:
            continue
        if visits > 0:
            days = learning.practised(visits, lessons)
            skill[rep] = learning.learn(skill[rep], days, coaching[rep], lessons)
        elif forgets:
            skill[rep] = learning.forget(skill[rep], start, 1.0, lessons)
        people += 1
        total += (skill[rep] - start) / (1.0 - start)
    return learning.share_knowledge(knowledge, total / people, lessons) if people else knowledge
