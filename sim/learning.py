"""What practice, coaching and rest do to skill, and what the department knows beyond its people."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.workdays import Workdays
from sim.world import Department

Array = np.ndarray[Any, Any]


class Lessons(NamedTuple):
    """How skill comes and goes, per working day, in the kernels' terms."""

    pace_days: float  # in which the distance to full productivity shrinks to 1/e, without coaching
    coaching_effect: float  # part of the pace that full coaching takes off
    forgetting: float  # rate of a day without a visit
    visits_per_day: float  # of a full day of practice
    sharing_days: float


def lessons(p: Department, calendar: Workdays) -> Lessons:
    """The lessons of a world."""
    return Lessons(
        p.learning_months * calendar.per_month,
        p.coaching_effect_share,
        calendar.daily_fading(p.forgetting_per_month),
        float(p.practice_visits_per_day),
        max(p.sharing_months * calendar.per_month, 1.0),
    )


@njit(cache=True)
def learn(skill, days, coaching, of):
    """Skill after days of practice: the distance to full productivity shrinks exponentially, faster with coaching.

    Numbers or arrays; `of` are the Lessons.
    """
    pace = of.pace_days * (1.0 - of.coaching_effect * coaching)
    return 1.0 - (1.0 - skill) * np.exp(-days / pace)


@njit(cache=True)
def forget(skill, start, days, of):
    """Skill after days without a visit: part of what practice brought is lost."""
    return skill - np.maximum(skill - start, 0.0) * -np.expm1(-of.forgetting * days)


@njit(cache=True)
def practised(visits, of):
    """How much of a full day of practice the day's visits were."""
    return min(visits / of.visits_per_day, 1.0)


def starting_skill(with_consultants: bool, p: Department) -> float:
    """Productivity of a newcomer who learned nothing from colleagues."""
    return p.starting_skill_share * (1.0 if with_consultants else p.alone_training_factor)


def newcomer_skill(start: float, knowledge: float, described: bool, p: Department) -> float:
    """Productivity of a newcomer, with what the department passes on."""
    passed = p.described_transfer_share if described else p.hearsay_transfer_share
    return start + (1.0 - start) * passed * knowledge


@njit(cache=True)
def share_knowledge(knowledge, learned, of):
    """What the department knows after one more day with people who have learned so much, in the mean; what it knows
    already is not lost."""
    return knowledge + (max(learned, knowledge) - knowledge) / of.sharing_days


def after_leaving(knowledge: float, leavers: int, people: int, described: bool, p: Department) -> float:
    """What the department knows once these have gone out of so many."""
    if not people:
        return knowledge
    lost = p.knowledge_lost_described_share if described else p.knowledge_lost_share
    return knowledge * (1.0 - lost * leavers / people)


def accompanied(rows: Array, companions: int, day: int) -> Array:
    """With whom so many companions sell along on a day: everybody's turn comes."""
    if not rows.size:
        return rows
    first = day * companions % rows.size
    return np.asarray(rows[(first + np.arange(min(companions, rows.size))) % rows.size])


def new_head(inside: bool, theory_share: float, p: Department) -> float:
    """Competence at the hand-over, after theory and accompanied practice have closed part of the gap."""
    start = p.head_inside_competence if inside else p.head_outside_competence
    return start + (1.0 - start) * theory_share


def lead(competence: Array, mentored: bool, p: Department, per_month: float) -> Array:
    """Competence of heads after one more day in the post, faster with a mentor."""
    pace = p.head_learning_months * per_month * (1.0 - p.head_mentoring_share * mentored)
    return 1.0 - (1.0 - competence) * np.exp(-1.0 / pace)


class Supervision(NamedTuple):
    """How well everybody is looked after today, 0 to 1."""

    control: float  # share of a full span of control that somebody watches
    coaching: float


def supervise(
    people: int, heads: float, quality: float, on_site: int, coach: float, remote: bool, p: Department
) -> Supervision:
    """Control and coaching by heads (`heads` counts them by competence, `quality` is what their coaching is worth),
    consultants on site (or managers who stand in: `coach` below 1) and daily calls; the director keeps half an eye on
    all."""
    people = max(people, 1)
    by_heads = min(heads * p.span_reps / people, 1.0)
    by_site = min(on_site * p.reps_per_consultant / people, 1.0)
    by_calls = p.remote_coaching_share if remote else 0.0
    control = max(by_heads + by_site + by_calls, p.director_control_share)
    coaching = by_heads * quality + by_site * coach + by_calls
    return Supervision(min(control, 1.0), min(coaching, 1.0))
