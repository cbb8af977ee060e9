"""People alone: representatives under a pay scheme on endless ground, so that what the scheme does is seen by itself.

They are the model's representatives (toil, risk, patience, spread of ability from `world.effort`) and choose by the
model's programme of effort; only the market is taken away. Sales of a day are Poisson with mean intensity x
ability x effort, all contracts have one bill, nobody comes or goes. Luck is shared between schemes by person and day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sim.compensation import Scheme, bind
from sim.compensation.effort import team_policy
from sim.compensation.results import imagined
from sim.world import Effort

Array = np.ndarray[Any, Any]

MONTH_DAYS = 21
DAYS = {"day": 1, "month": MONTH_DAYS, "quarter": 3 * MONTH_DAYS}


class Ground(NamedTuple):
    """What people sell on, and for how long."""

    intensity: float  # contracts a day of effort 1 and ability 1
    bill: float  # monthly bill of a contract
    people: int = 400
    months: int = 12


@dataclass(frozen=True)
class Course:
    """What people did, day by day and period by period."""

    ability: Array  # (people,)
    effort: Array  # (days, people)
    sold: Array  # (days, people), contracts
    so_far: Array  # (days, people), contracts of the period before the day
    plan: Array  # (periods, people), in contracts
    pay: Array  # (periods, people)
    days_left: Array  # (days,), today included
    period: Array  # (days,)

    @property
    def gap(self) -> Array:
        """Contracts missing to the plan before each day, (days, people)."""
        return self.plan[self.period] - self.so_far


def abilities(people: int, sigma: float) -> Array:
    """Equally likely abilities with mean 1, lowest first."""
    from statistics import NormalDist

    nodes = np.array([NormalDist().inv_cdf((i + 0.5) / people) for i in range(people)])
    ability = np.exp(sigma * nodes)
    return ability / ability.mean()


def follow(scheme: Scheme, plan: float, ground: Ground, p: Effort, controlled: float, seed: int = 1) -> Course:
    """A team's months under a scheme; `plan` is in contracts a month, the same for all when they begin."""
    ability = abilities(ground.people, p.ability_sigma)
    days, long = ground.months * MONTH_DAYS, DAYS[scheme.period]
    luck = np.random.default_rng(seed).random((days, ground.people))
    periods, months = days // long, long / MONTH_DAYS
    goal, owed = np.full(ground.people, plan * months * ground.bill), np.zeros(ground.people)
    effort, sold, so_far = (np.zeros((days, ground.people)) for _ in range(3))
    plans, pay = np.zeros((periods, ground.people)), np.zeros((periods, ground.people))
    bills, floor = np.full(ground.people, ground.bill), np.full(ground.people, controlled)
    for period in range(periods):
        policy = team_policy(scheme, goal, ground.intensity * ability, bills, p, floor, long, balance=owed)
        count = np.zeros(ground.people)
        for day in range(period * long, (period + 1) * long):
            so_far[day] = count
            effort[day] = policy.effort(np.full(ground.people, (period + 1) * long - day), count)
            sold[day] = poisson(luck[day], ground.intensity * ability * effort[day])
            count = count + sold[day]
        results = imagined(count, ground.bill)._replace(balance=owed, months=np.array(months))
        plans[period], pay[period] = goal / ground.bill, scheme.pay(results, goal)
        goal, owed = scheme.next_plan(results, goal), scheme.next_balance(results, goal)
    left = long - np.arange(days) % long
    return Course(ability, effort, sold, so_far, plans, pay, left, np.arange(days) // long)


def poisson(luck: Array, mean: Array) -> Array:
    """Sales of a day from a uniform number each, by inversion."""
    count, chance = np.zeros(mean.size), np.exp(-mean)
    reached = chance.copy()
    while (luck > reached).any() and count.max() < 60:
        more = luck > reached
        count += more
        chance = np.where(more, chance * mean / np.maximum(count, 1.0), chance)
        reached = np.where(more, reached + chance, reached)
    return count


def with_terms(scheme: Scheme, **terms: float) -> Scheme:
    """The scheme with some of its numbers changed."""
    kept = {term: terms.get(term, value) for term, value in scheme.terms}
    return replace(scheme, terms=tuple(kept.items()))


def linear(base: float, factor: float, like: Scheme) -> Scheme:
    """Plain commission with the times of another scheme."""
    terms = {"base": base, "commission_factor": factor}
    return bind("commission", terms, period=like.period, credited=like.credited, counts=like.counts)
