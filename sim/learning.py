"""What practice, coaching and rest do to skill, and what the department knows beyond its people."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.workdays import Workdays
from sim.world import Department

Array = np.ndarray[Any, Any]


def learn(skill: Array | float, days: Array | float, coaching: Array | float, p: Department, per_month: float) -> Array:
    """Skill after days of practice: the distance to full productivity shrinks exponentially, faster with coaching."""
    pace = p.learning_months * per_month * (1.0 - p.coaching_effect_share * np.asarray(coaching))
    return 1.0 - (1.0 - skill) * np.exp(-np.asarray(days) / pace)


def forget(skill: Array, start: float, days: float, p: Department, calendar: Workdays) -> Array:
    """Skill after days without a visit: part of what practice brought is lost."""
    gained = np.maximum(skill - start, 0.0)
    return skill - gained * -np.expm1(-calendar.daily_fading(p.forgetting_per_month) * days)


def practised(visits: Array, p: Department) -> Array:
    """How much of a full day of practice the day's visits were."""
    return np.minimum(visits / p.practice_visits_per_day, 1.0)


def starting_skill(with_consultants: bool, p: Department) -> float:
    """Productivity of a newcomer who learned nothing from colleagues."""
    return p.starting_skill_share * (1.0 if with_consultants else p.alone_training_factor)


def newcomer_skill(start: float, knowledge: float, described: bool, p: Department) -> float:
    """Productivity of a newcomer, with what the department passes on."""
    passed = p.described_transfer_share if described else p.hearsay_transfer_share
    return start + (1.0 - start) * passed * knowledge


def share_knowledge(knowledge: float, skill: Array, start: float, p: Department, per_month: float) -> float:
    """What the department knows after one more day with these people; it comes to know what they have learned."""
    if not skill.size:
        return knowledge
    learned = max(float(np.mean((skill - start) / (1.0 - start))), knowledge)
    return knowledge + (learned - knowledge) / max(p.sharing_months * per_month, 1.0)


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
