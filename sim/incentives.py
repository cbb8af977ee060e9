"""What one more sale would pay: a representative's expected pay with it and without, asked of the scheme alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.compensation import Results, Scheme
from sim.compensation import outlook as outlooks
from sim.compensation.outlook import ALONE, Outlook
from sim.compensation.results import NONE

Array = np.ndarray[Any, Any]

REACH_SD = 5.0  # sales to come are followed so many standard deviations beyond their mean


class Standing(NamedTuple):
    """Where representatives stand in a period, and what they expect of the rest of it; (n,) arrays."""

    contracts: Array  # so far
    bills: Array  # monthly bills so far
    plan: Array  # of the period, in monthly bills
    ahead: Array  # contracts that the rest of the period is expected to bring
    bill: Array  # mean monthly bill of these
    owed: Array = NONE  # of a draw, or taken back and not yet repaid

    def rows(self, which: Array) -> Standing:
        """The standing of some, in that order, one entry for every number given."""
        return Standing(*[column[which] if column.ndim else column for column in self])


def expected_gain(
    scheme: Scheme, at: Standing, bills: Array | float, outlook: Outlook = ALONE, who: Array | None = None
) -> Array:
    """What a contract of these monthly bills would add to everybody's pay of the period, in expectation (n,).

    Where many contracts are weighed, `who` names the person of each. Where ranks or the team's sales count, colleagues
    enter as they do in the choice of effort.
    """
    of, months = outlooks.uses(scheme), outlook.months
    if outlook.colleagues and (of.rank or of.team):
        there = at if who is None else at.rows(who)
        return gain_among_colleagues(scheme, there, np.broadcast_to(bills, there.bills.shape), outlook)
    chance = chances_of(at.ahead)
    people, cases = chance.shape
    who = np.arange(people) if who is None else who
    columns, added = _columns(at, people), _column(bills, len(who))
    both = np.concatenate([chance, chance[who]])  # everybody without, then each case with the contract
    pay = _mean_pay(scheme, _with_and_without(columns, who, added, cases), both, months)
    return np.asarray(pay[people:] - pay[who])


def _columns(at: Standing, people: int) -> tuple[Array, ...]:
    """Contracts, bills, mean bill, debt and plan of everybody, as kernels want them."""
    return tuple([_column(column, people) for column in (at.contracts, at.bills, at.bill, at.owed, at.plan)])


def _column(values: Array | float, people: int) -> Array:
    """One number for each of so many."""
    column = np.asarray(values, np.float64)
    return column if column.ndim else np.full(people, column)


def expected_loss(scheme: Scheme, at: Standing, bills: Array | float, outlook: Outlook = ALONE) -> Array:
    """What the early end of a contract of these monthly bills would take from everybody's pay, in expectation (n,)."""
    months, chance = outlook.months, chances_of(at.ahead)
    without = expected_pay(scheme, at, lost=bills, months=months, chance=chance)
    return expected_pay(scheme, at, months=months, chance=chance) - without


def gain_among_colleagues(scheme: Scheme, at: Standing, bills: Array, outlook: Outlook) -> Array:
    """The same in mean bills: what colleagues may sell is averaged for every number of them."""
    chance = chances_of(at.ahead)
    before = at.bills / np.maximum(at.bill, 1e-9)
    after = before + bills / np.maximum(at.bill, 1e-9)
    gain, more = np.empty(len(bills)), np.arange(chance.shape[1])
    alike, person = np.unique(np.stack([at.plan, at.bill], axis=1), axis=0, return_inverse=True)
    grid = np.arange(np.ceil(after.max(initial=0.0)) + chance.shape[1] + 1.0)
    for number, (plan, bill) in enumerate(alike.tolist()):
        pay = outlooks.expected_pay(scheme, grid, bill, plan, outlook)
        for row in np.flatnonzero(person.ravel() == number):
            worth = np.interp(after[row] + more, grid, pay) - np.interp(before[row] + more, grid, pay)
            gain[row] = worth @ chance[row]
    return gain


def expected_pay(
    scheme: Scheme,
    at: Standing,
    lost: Array | float = 0.0,
    months: float = 1.0,
    chance: Array | None = None,
) -> Array:
    """Pay of the period, averaged over what the rest of it may bring: contracts of the mean bill, Poisson in number
    (`chance` are the chances of those ahead, where they are known already)."""
    chance = chances_of(at.ahead) if chance is None else chance
    people, cases = chance.shape
    none = np.zeros(people)
    return _mean_pay(scheme, _cases(_columns(at, people), (none, none, _column(lost, people)), cases), chance, months)


def _mean_pay(scheme: Scheme, laid_out: tuple[Array, ...], chance: Array, months: float) -> Array:
    """The pay of cases laid out (n * cases,), averaged over their chances (n, cases)."""
    contracts, bills, lost, owed, plan = laid_out
    pay = scheme.pay(imagined(contracts, bills, lost, owed, months), plan)
    return np.asarray((pay.reshape(chance.shape) * chance).sum(axis=1))


@njit(cache=True)
def _cases(columns, further, cases):
    """Everybody's results with 0, 1, 2, ... contracts more of the mean bill, person by person (n * cases,).

    `further` are contracts and bills beside those of today, and bills lost."""
    (contracts, bills, bill, owed, plan), (more_contracts, more_bills, lost) = columns, further
    n = contracts.size * cases
    count, sold, away, debt, mark = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(contracts.size):
        signed, earned = contracts[i] + more_contracts[i], bills[i] + more_bills[i]
        for more in range(cases):
            at = i * cases + more
            count[at], sold[at] = signed + more, earned + more * bill[i]
            away[at], debt[at], mark[at] = lost[i], owed[i], plan[i]
    return count, sold, away, debt, mark


@njit(cache=True)
def _with_and_without(columns, who, added, cases):
    """The same without a further contract, of everybody, and then with one more of the bill `added`, of `who`."""
    contracts, bills, bill, owed, plan = columns
    people = contracts.size
    of = np.concatenate((np.arange(people), who))
    none = np.zeros(of.size)
    more, worth = none.copy(), none.copy()
    more[people:], worth[people:] = 1.0, added
    return _cases((contracts[of], bills[of], bill[of], owed[of], plan[of]), (more, worth, none), cases)


def imagined(contracts: Array, bills: Array, lost: Array, owed: Array, months: float) -> Results:
    """Results as a representative pictures them: what is signed goes into service, and so much of it is lost again."""
    none = np.zeros(len(contracts))
    early = {"contracts_activated": contracts, "bills_left_early": lost, "months": np.array(months)}
    return Results(contracts, bills, bills, none, bills, none + 1.0, owed, **early)


def chances_of(mean: Array) -> Array:
    """Chance of 0, 1, 2, ... further contracts for everybody (n, cases); the last column holds the tail too."""
    mean = np.maximum(np.asarray(mean, np.float64), 0.0)
    most = float(mean.max(initial=0.0))
    return np.asarray(_poisson(mean, int(np.ceil(most + REACH_SD * np.sqrt(most))) + 3))


@njit(cache=True)
def _poisson(mean, cases):
    chance = np.empty((mean.size, cases))
    for i in range(mean.size):
        chance[i, 0], below = np.exp(-mean[i]), 0.0
        for k in range(1, cases):
            below += chance[i, k - 1]
            chance[i, k] = chance[i, k - 1] * (mean[i] / k)
        chance[i, -1] = 1.0 - below
    return chance
