"""What a representative expects of a period besides the own sales: colleagues, what stays, and what comes after it.

Rivals' and the team's sales enter as an expectation, made when the period opens: a tournament's prize counts with the
chance of each rank, a team's bonus with the chance that colleagues bring the rest. So one more sale is felt as prize
spread times the density of rival scores, and as the own share of what the team earns; neither is written anywhere.
What goes on into the next period (a balance, a plan that follows) counts for what the next period would be worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.compensation.results import Results, imagined
from sim.compensation.scheme import Scheme

Array = np.ndarray[Any, Any]

RIVAL_NODES = 7  # abilities of a rival, equally likely
TEAM_NODES = 9  # totals of the colleagues, equally likely
CARRY_NODES = 6  # balances, or plans, for which the next period is valued
PERIODS_AHEAD_MAX = 12.0  # a plan that never fades is reckoned with for so many periods


@dataclass(frozen=True)
class Outlook:
    """What is expected of the period besides the own sales; alone and with nothing owed unless told otherwise."""

    months: float = 1.0  # length of the period
    activated_share: float = 1.0  # of what is signed that will go into service
    left_early_share: float = 0.0  # of what is signed that will leave within the clawback
    balance: float = 0.0  # owed when the period opens
    colleagues: int = 0
    colleague_contracts: float = 0.0  # that one of them is expected to sign in the period
    colleague_sigma: float = 0.0  # spread (log) of that between them
    team_plan: float = 0.0  # of all, in monthly bills


ALONE = Outlook()


class Uses(NamedTuple):
    """What of an outlook moves a scheme's pay."""

    rank: bool
    team: bool
    stays: bool
    balance: bool


@lru_cache(maxsize=256)
def uses(scheme: Scheme) -> Uses:
    """What moves the pay of a scheme besides the own sales, found by asking it."""
    plan = np.full(4, 1000.0)
    usual = imagined(np.array([0.0, 5.0, 10.0, 30.0]), 100.0)._replace(team_plan=np.array(5000.0))

    def moves(**changed: Any) -> bool:
        other = usual._replace(**changed)
        same = scheme.pay(usual, plan) == scheme.pay(other, plan)
        return not (same.all() and (scheme.next_balance(usual, plan) == scheme.next_balance(other, plan)).all())

    bills = usual.bills_signed
    gone = moves(bills_cancelled=bills) or moves(bills_left_early=bills)
    active = moves(bills_activated=0.5 * bills) or moves(contracts_activated=0.5 * usual.contracts)
    team = moves(team=usual.team + 9000.0) or moves(team_plan=np.array(1.0)) or moves(team_size=np.array(9.0))
    return Uses(moves(rank=usual.rank + 99.0), team, gone or active, moves(balance=bills + 1.0))


def relevant(scheme: Scheme, outlook: Outlook) -> Outlook:
    """The outlook with what moves no pay of this scheme left out, so that those alike share a policy."""
    of, kept = uses(scheme), dict[str, Any](months=outlook.months)
    if of.rank or of.team:
        names = ("colleagues", "colleague_contracts", "colleague_sigma", "team_plan")
        kept |= {name: getattr(outlook, name) for name in names}
    if of.stays:
        kept |= {"activated_share": outlook.activated_share, "left_early_share": outlook.left_early_share}
    if of.balance:
        kept["balance"] = outlook.balance
    return Outlook(**kept)


# ---- this period -----------------------------------------------------------------------------------------------------


def expected_results(contracts: Array, mean_bill: float, outlook: Outlook) -> Results:
    """Results of so many contracts, each of the mean bill, with what is expected to become of them."""
    bills, o = contracts * mean_bill, outlook
    return imagined(contracts, mean_bill)._replace(
        bills_activated=bills * o.activated_share,
        contracts_activated=contracts * o.activated_share,
        bills_cancelled=bills * (1.0 - o.activated_share),
        bills_left_early=bills * o.left_early_share,
        balance=np.full(contracts.size, o.balance),
        team_plan=np.array(o.team_plan),
        team_size=np.array(1.0 + o.colleagues),
        months=np.array(o.months),
    )


def expected_pay(scheme: Scheme, contracts: Array, mean_bill: float, plan: float, outlook: Outlook = ALONE) -> Array:
    """What so many contracts pay, (contracts,), in the mean over what colleagues may sell."""
    results, plans = expected_results(contracts, mean_bill, outlook), np.full(contracts.size, plan)
    of = uses(scheme)
    ranks = rank_chances(contracts, outlook) if of.rank and outlook.colleagues else np.ones((1, contracts.size))
    totals = team_totals(outlook) if of.team and outlook.colleagues else np.zeros(1)
    pay = np.zeros(contracts.size)
    for ahead, chance in enumerate(ranks):
        for total in totals:
            there = results._replace(rank=np.full(contracts.size, 1.0 + ahead), team=results.team + total * mean_bill)
            pay += chance / totals.size * scheme.pay(there, plans)
    return pay


def rank_chances(contracts: Array, outlook: Outlook) -> Array:
    """Chance that 0, 1, 2, ... colleagues are ahead, (colleagues + 1, contracts); of a tie half are."""
    ahead = chance_ahead(contracts, outlook)
    chances = np.zeros((outlook.colleagues + 1, contracts.size))
    chances[0] = 1.0
    for _ in range(outlook.colleagues):  # one colleague after the other, ahead or behind
        chances[1:] = chances[1:] * (1.0 - ahead) + chances[:-1] * ahead
        chances[0] *= 1.0 - ahead
    return chances


def chance_ahead(contracts: Array, outlook: Outlook) -> Array:
    """Chance that one colleague sells more, (contracts,): Poisson, around a mean that differs with ability."""
    means = outlook.colleague_contracts * np.exp(outlook.colleague_sigma * _normal_nodes(RIVAL_NODES))
    most = int(contracts.max()) + 1
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    count = np.arange(most + 1)
    exact = np.exp(count * np.log(np.maximum(means, 1e-12))[:, None] - means[:, None] - logs).mean(axis=0)
    more = np.maximum(1.0 - np.cumsum(exact), 0.0) + 0.5 * exact
    return np.interp(contracts, count, more)


def team_totals(outlook: Outlook) -> Array:
    """Contracts of all colleagues together, TEAM_NODES equally likely numbers: about normal, Poisson's spread."""
    mean = outlook.colleagues * outlook.colleague_contracts
    return np.maximum(mean + np.sqrt(mean) * _normal_nodes(TEAM_NODES), 0.0)


@lru_cache(maxsize=8)
def _normal_nodes(number: int) -> Array:
    """Equally likely values of a standard normal, spread to variance one."""
    from statistics import NormalDist

    nodes = np.array([NormalDist().inv_cdf((i + 0.5) / number) for i in range(number)])
    return nodes / nodes.std()


# ---- the next period -------------------------------------------------------------------------------------------------


def carried(
    scheme: Scheme,
    contracts: Array,
    mean_bill: float,
    plan: float,
    outlook: Outlook,
    chance: Array,
    patience: float,
    worth: Callable[[float, Outlook], float],
) -> Array:
    """What contracts of this period are worth for the next ones, (contracts,), beside no change.

    `worth(plan, outlook)` is what a period is worth when it opens, `chance` how likely each number of contracts is at
    the usual effort, `patience` what a period later counts. A balance is reckoned with for one period. A plan raised
    today fades as the scheme lets it (it follows later results too), so a change of it counts for as many periods as it
    lasts: 1 / (1 - what is left of it a period later x patience).
    """
    results, plans = expected_results(contracts, mean_bill, outlook), np.full(contracts.size, plan)
    found = np.zeros(contracts.size)
    if scheme.carries_balance:
        owed = scheme.next_balance(results, plans)
        found += patience * _along(owed, lambda balance: worth(plan, replace(outlook, balance=balance)))
    if scheme.carries_plan:
        following = scheme.next_plan(results, plans)
        step = max(0.01 * plan, 1e-9)
        left = float(chance @ (scheme.next_plan(results, plans + step) - following)) / step
        lasts = min(1.0 / max(1.0 - left * patience, 1e-9), PERIODS_AHEAD_MAX)
        found += lasts * patience * (_along(following, lambda new: worth(new, outlook)) - worth(plan, outlook))
    return found


def _along(values: Array, worth: Callable[[float], float]) -> Array:
    """The worth of each value, computed at a few and read between them."""
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9:
        return np.full(values.size, worth(low))
    nodes = np.linspace(low, high, CARRY_NODES)
    return np.interp(values, nodes, [worth(float(node)) for node in nodes])
