"""How people are found and how they leave: the funnel, what it costs and whom it chooses; quits and probation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from sim.draws import Luck, hash_ids, pair_addresses
from sim.world import Department

Array = np.ndarray[Any, Any]


class Funnel(NamedTuple):
    """People at each gate of the funnel."""

    candidates: int
    interviews: int  # in the office
    trials: int  # in the trial week
    hires: int


def address_of(numbers: Array) -> Array:
    """Addresses of representatives by their number, the same person in every scenario."""
    return hash_ids(np.array([f"rep-{number}" for number in numbers]))


# ---- the funnel ------------------------------------------------------------------------------------------------------


def funnel(hires: int, studied: bool, p: Department) -> Funnel:
    """How many candidates it takes to choose so many; a market that nobody studied brings the wrong ones first."""
    trials = hires / p.trial_pass_share
    interviews = trials / p.office_pass_share
    candidates = interviews / p.telephone_pass_share * (1.0 if studied else p.unstudied_market_factor)
    return Funnel(*(int(np.ceil(people - 1e-9)) for people in (candidates, interviews, trials, hires)))


def funnel_cost(people: Funnel, p: Department) -> float:
    """Recruiter's days, adverts and trial weeks of one round."""
    recruiter = people.candidates * p.recruiter_days_per_candidate * p.recruiter_cost_per_day
    return recruiter + people.hires * p.vacancy_cost_per_rep + people.trials * p.trial_cost_per_candidate


def choose(address: Array, validity_factor: float, p: Department, luck: Luck) -> Array:
    """Ability of who is chosen for each number: the best by three noisy impressions, each on those left by the one
    before; the mean of applicants is 1."""
    gates = (
        (p.telephone_validity, p.telephone_pass_share),
        (p.office_validity, p.office_pass_share),
        (p.trial_validity, p.trial_pass_share),
    )
    yielded = float(np.prod([share for _, share in gates]))
    left = pool = max(round(1.0 / yielded), 1)
    who = pair_addresses(np.repeat(address, pool), np.tile(np.arange(pool, dtype=np.uint64), address.size))
    talent = ndtri(luck.uniform(who)).reshape(-1, pool)
    present = np.ones(talent.shape, bool)
    for number, (validity, share) in enumerate(gates, start=1):
        left = 1 if number == len(gates) else max(round(left * share), 1)
        noise = ndtri(luck.uniform(who, k=number)).reshape(-1, pool)
        present &= best(impression(talent, noise, validity * validity_factor), present, left)
    return ability_of(talent[present], p)


def first_who_comes(address: Array, p: Department, luck: Luck) -> Array:
    """Ability without any funnel: that of the first applicant."""
    who = pair_addresses(address, np.zeros(address.size, np.uint64))
    return ability_of(ndtri(luck.uniform(who)), p)


def impression(talent: Array, noise: Array, validity: float) -> Array:
    """A score that correlates with talent by `validity`."""
    return validity * talent + np.sqrt(1.0 - validity**2) * noise


def best(score: Array, present: Array, places: int) -> Array:
    """The so many highest scores of each row among those present."""
    score = np.where(present, score, -np.inf)
    order = np.argsort(-score, axis=1, kind="stable")
    chosen = np.zeros(score.shape, bool)
    np.put_along_axis(chosen, order[:, :places], True, axis=1)
    return chosen


def ability_of(talent: Array, p: Department) -> Array:
    """Lognormal ability with mean 1 of a standard normal talent."""
    return np.exp(p.ability_sigma * talent - p.ability_sigma**2 / 2.0)


# ---- leaving ---------------------------------------------------------------------------------------------------------


def quit_chance(income: Array, recent_quits: int, team_size: int, p: Department) -> Array:
    """Chance to quit at the end of a month: less income than elsewhere and peers who went raise it.

    Peers are those of one's own team, at most a span of control, so that a large department does not empty itself.
    """
    gap = (p.outside_wage_per_month - income) / p.outside_wage_per_month
    peers = recent_quits * min(1.0, p.span_reps / max(team_size, 1))
    return np.minimum(p.quit_rate_per_month * np.exp(p.quit_gap_slope * gap) * p.quit_peer_factor**peers, 1.0)


def fails_probation(sold: Array, planned: Array, p: Department) -> Array:
    """Who sold less than the floor of the plans of the probation; without a plan nobody fails."""
    return (planned > 0.0) & (sold < p.probation_floor_share * planned)
