"""What one more sale would pay: a representative's expected pay with it and without, asked of the scheme alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compensation import Results, Scheme

Array = np.ndarray[Any, Any]

REACH_SD = 5.0  # sales to come are followed so many standard deviations beyond their mean


class Standing(NamedTuple):
    """Where representatives stand in a period, and what they expect of the rest of it; (n,) arrays."""

    contracts: Array  # so far
    bills: Array  # monthly bills so far
    plan: Array  # of the period, in monthly bills
    ahead: Array  # contracts that the rest of the period is expected to bring
    bill: Array  # mean monthly bill of these

    def rows(self, which: Array) -> Standing:
        """The standing of some, in that order, one entry for every number given."""
        return Standing(*(np.asarray(column)[which] for column in self))


def expected_gain(scheme: Scheme, at: Standing, bills: Array | float, contracts: float = 1.0) -> Array:
    """What a contract of these monthly bills would add to everybody's pay of the period, in expectation (n,)."""
    return expected_pay(scheme, at, bills, contracts) - expected_pay(scheme, at)


def expected_loss(scheme: Scheme, at: Standing, bills: Array | float) -> Array:
    """What the early end of a contract of these monthly bills would take from everybody's pay, in expectation (n,)."""
    return expected_pay(scheme, at) - expected_pay(scheme, at, lost=bills)


def expected_pay(
    scheme: Scheme, at: Standing, bills: Array | float = 0.0, contracts: float = 0.0, lost: Array | float = 0.0
) -> Array:
    """Pay of the period, averaged over what the rest of it may bring: contracts of the mean bill, Poisson in number."""
    chance = chances_of(at.ahead)
    people, cases = chance.shape
    more = np.arange(cases)
    count = (at.contracts + contracts)[:, None] + more
    sold = (at.bills + bills)[:, None] + more * at.bill[:, None]
    gone = np.broadcast_to(np.asarray(lost, np.float64), (people,))
    plan, away = (np.repeat(each, cases) for each in (at.plan, gone))
    pay = scheme.pay(imagined(count.ravel(), sold.ravel(), away), plan)
    return np.asarray((pay.reshape(people, cases) * chance).sum(axis=1))


def imagined(contracts: Array, bills: Array, lost: Array) -> Results:
    """Results as a representative pictures them: what is signed goes into service, and so much of it is lost again."""
    none = np.zeros(len(contracts))
    early = {"contracts_activated": contracts, "bills_left_early": lost}
    return Results(contracts, bills, bills, none, bills, none + 1.0, none, **early)


def chances_of(mean: Array) -> Array:
    """Chance of 0, 1, 2, ... further contracts for everybody (n, cases); the last column holds the tail too."""
    mean = np.maximum(np.asarray(mean, np.float64), 0.0)
    most = float(mean.max(initial=0.0))
    cases = int(np.ceil(most + REACH_SD * np.sqrt(most))) + 3
    rate = mean[:, None] / np.maximum(np.arange(cases), 1)
    rate[:, 0] = np.exp(-mean)
    chance = np.cumprod(rate, axis=1)
    chance[:, -1] += 1.0 - chance.sum(axis=1)
    return chance
