"""What a job under a pay scheme is worth to people of an ability, and how many of them it makes apply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sim.compensation import Scheme
from sim.compensation.outlook import Outlook, expected_pay
from sim.departmentclaims import Department
from sim.world import Effort

Array = np.ndarray[Any, Any]

MONTHS = {"day": 0.0, "month": 1.0, "quarter": 3.0}  # of a pay period; a day has its part of a month
REACH_SD = 6.0  # sales are followed so many standard deviations beyond the mean
NEUTRAL = 1e-6  # an aversion to risk below this is none


class Prospect(NamedTuple):
    """What a representative of ability 1, practised and at usual effort, may expect in this market."""

    contracts_per_day: float
    mean_bill: float
    plan: float  # of a month, in monthly bills
    outlook: Outlook  # colleagues and what stays; months are set by the scheme's period


def outside_wage(ability: Array, p: Department) -> Array:
    """What people of these abilities earn elsewhere in a month, all pay included."""
    return np.asarray(p.outside_wage_per_month * np.asarray(ability, float) ** p.outside_wage_elasticity)


def certain_worth(scheme: Scheme, ability: Array, prospect: Prospect, days_per_month: float, p: Effort) -> Array:
    """The sure monthly pay that people of these abilities, (n,), hold as good as the scheme's uncertain one.

    Sales are Poisson, and aversion to risk is constant and absolute; toil is the usual one here and elsewhere.
    """
    months = months_of(scheme, days_per_month)
    mean = np.maximum(prospect.contracts_per_day * days_per_month * months * np.asarray(ability, float), 1e-12)
    chance = poisson(mean)
    outlook = replace(prospect.outlook, months=months)
    contracts = np.arange(float(chance.shape[1]))
    pay = expected_pay(scheme, contracts, prospect.mean_bill, prospect.plan * months, outlook) / p.usual_pay_per_month
    if p.risk_aversion < NEUTRAL:
        worth = chance @ pay
    else:
        least = float(pay.min())  # so that the exponentials stay within the numbers
        worth = least - np.log(chance @ np.exp(-p.risk_aversion * (pay - least))) / p.risk_aversion
    return np.asarray(worth * p.usual_pay_per_month / months)


def months_of(scheme: Scheme, days_per_month: float) -> float:
    """The length of a scheme's pay period."""
    return MONTHS[scheme.period] or 1.0 / days_per_month


def poisson(mean: Array) -> Array:
    """Chance of 0, 1, 2, ... sales, (people, sales); the last column holds the tail."""
    highest = float(mean.max())
    most = int(np.ceil(highest + REACH_SD * np.sqrt(highest))) + 2
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    chance = np.exp(np.arange(most + 1) * np.log(mean)[:, None] - mean[:, None] - logs)
    chance[:, -1] += np.maximum(1.0 - chance.sum(axis=1), 0.0)
    return np.asarray(chance)


def pull(worth: Array, wage: Array, noise: Array | float, p: Department) -> Array:
    """Applicants of each ability relative to the usual pool: 1 where the job is worth the outside wage; `noise` is what
    applicants err by, as part of that wage."""
    return np.exp(p.attraction_slope * ((worth - wage) / wage + noise))
