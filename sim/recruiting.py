"""How people are found and how they leave: the funnel, what it costs and whom it chooses; quits and probation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim import attraction
from sim.draws import Luck, hash_ids, pair_addresses
from sim.quantiles import ndtri
from sim.world import Department

Array = np.ndarray[Any, Any]

BLOCKS = 3  # of potential candidates for a post, each as large as the usual pool


class Chosen(NamedTuple):
    """Whom a round of the funnel chose for each post."""

    ability: Array  # not-a-number where nobody applied
    pull: float  # applicants relative to the usual pool


class Lure(NamedTuple):
    """What makes potential candidates apply."""

    worth: Callable[[Array], Array]  # the certain worth of the job, by ability
    noise_share: float  # of what they believe it is worth
    luck: Luck


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


def funnel(hires: int, studied: bool, p: Department, pull: float = 1.0) -> Funnel:
    """How many candidates are looked at to choose so many; a market that nobody studied brings the wrong ones first.

    All who apply (`pull`, relative to the usual pool) are talked to; the office and the trial week have the usual
    places.
    """
    usual = hires / p.trial_pass_share / p.office_pass_share / p.telephone_pass_share
    interviews = min(hires / p.trial_pass_share / p.office_pass_share, usual * pull)
    trials = min(hires / p.trial_pass_share, usual * pull)
    candidates = usual * pull * (1.0 if studied else p.unstudied_market_factor)
    return Funnel(*(int(np.ceil(people - 1e-9)) for people in (candidates, interviews, trials, hires)))


def funnel_cost(people: Funnel, p: Department) -> float:
    """Recruiter's days, adverts and trial weeks of one round."""
    recruiter = people.candidates * p.recruiter_days_per_candidate * p.recruiter_cost_per_day
    return recruiter + people.hires * p.vacancy_cost_per_rep + people.trials * p.trial_cost_per_candidate


def choose(address: Array, validity_factor: float, p: Department, luck: Luck, lure: Lure | None = None) -> Chosen:
    """Who is chosen for each number: the best by three noisy impressions, each on those left by the one before; the
    mean of potential candidates is 1, of whom those apply whom the pay lures, or one whole pool."""
    gates = (
        (p.telephone_validity, p.telephone_pass_share),
        (p.office_validity, p.office_pass_share),
        (p.trial_validity, p.trial_pass_share),
    )
    left = pool = max(round(1.0 / float(np.prod([share for _, share in gates]))), 1)
    who, talent = candidates(address, pool if lure is None else BLOCKS * pool, luck)
    present = applicants(who, talent, pool, lure, p)
    applied = float(present.sum()) / max(address.size * pool, 1)
    for number, (validity, share) in enumerate(gates, start=1):
        left = 1 if number == len(gates) else max(round(left * share), 1)
        noise = ndtri(luck.uniform(who, k=number)).reshape(talent.shape)
        present &= best(impression(talent, noise, validity * validity_factor), present, left)
    return Chosen(ability_of(the_one(talent, present), p), applied)


def first_who_comes(address: Array, p: Department, luck: Luck, lure: Lure | None = None) -> Chosen:
    """Without any funnel: the first applicant for each number."""
    pool = max(round(1.0 / (p.telephone_pass_share * p.office_pass_share * p.trial_pass_share)), 1)
    who, talent = candidates(address, 1 if lure is None else BLOCKS * pool, luck)
    present = applicants(who, talent, pool, lure, p)
    return Chosen(ability_of(the_one(talent, present), p), 1.0)


def candidates(address: Array, number: int, luck: Luck) -> tuple[Array, Array]:
    """Addresses, flat, and talents, (numbers, candidates), of those who might apply."""
    who = pair_addresses(np.repeat(address, number), np.tile(np.arange(number, dtype=np.uint64), address.size))
    return who, ndtri(luck.uniform(who)).reshape(-1, number)


def applicants(who: Array, talent: Array, pool: int, lure: Lure | None, p: Department) -> Array:
    """Who applies, as booleans in the shape of the talents: of the first block as many as the pull, of the second what
    it has beyond one block, and so on; everybody where nothing is said of pay."""
    if lure is None:
        return np.ones(talent.shape, bool)
    ability = ability_of(talent, p)
    worth = lure.worth(ability.ravel()).reshape(talent.shape)
    noise = lure.noise_share * ndtri(lure.luck.uniform(who, k=1)).reshape(talent.shape) if lure.noise_share else 0.0
    pull = attraction.pull(worth, attraction.outside_wage(ability, p), noise, p)
    block = np.arange(talent.shape[1]) // pool
    return np.asarray(lure.luck.uniform(who).reshape(talent.shape) < pull - block)


def the_one(talent: Array, present: Array) -> Array:
    """The talent of the first who is present for each number, not-a-number where nobody is."""
    first = np.argmax(present, axis=1)[:, None]
    there = np.take_along_axis(present, first, axis=1)
    return np.asarray(np.where(there, np.take_along_axis(talent, first, axis=1), np.nan)[:, 0])


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


def failures(address: Array, pass_share: float, luck: Luck) -> Array:
    """How often each fails the certification before passing it."""
    if pass_share >= 1.0:
        return np.zeros(address.size, np.int64)
    return (np.log(1.0 - luck.uniform(address)) / np.log(1.0 - pass_share)).astype(np.int64)


def attained_share(attained: Array, planned: Array) -> Array:
    """Part of the months in which the plan was attained, a month each way added: who is new stands at a half."""
    return np.asarray((attained + 1.0) / (planned + 2.0))


def quit_chance(
    income: Array, ability: Array, attained: Array, recent_quits: int, team_size: int, p: Department
) -> Array:
    """Chance to quit at the end of a month: less income than people of one's ability have elsewhere and peers who went
    raise it; plans attained (`attained`, part of the months) lower it.

    Peers are those of one's own team, at most a span of control, so that a large department does not empty itself.
    """
    wage = attraction.outside_wage(ability, p)
    gap = (wage - income) / wage
    peers = recent_quits * min(1.0, p.span_reps / max(team_size, 1))
    stays = p.quit_attainment_factor ** (attained - 0.5)
    return np.minimum(p.quit_rate_per_month * np.exp(p.quit_gap_slope * gap) * stays * p.quit_peer_factor**peers, 1.0)


def fails_probation(sold: Array, planned: Array, p: Department) -> Array:
    """Who sold less than the floor of the plans of the probation; without a plan nobody fails."""
    return (planned > 0.0) & (sold < p.probation_floor_share * planned)
