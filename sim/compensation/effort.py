"""How a representative answers to a pay scheme: the effort that is best for what is left of the period.

A dynamic programme (`programme.py`), backwards over days left and contracts so far, which knows a scheme only by
asking what more sales would pay. Sales of a day are Poisson with mean `intensity * effort`. Risk aversion is constant
and absolute, with the cost of effort in money inside it (Holmstrom and Milgrom 1987): what was earned so far moves no
choice by itself, linear pay gives the same effort every day, and a lottery is worth -log(mean(exp(-r * money))) / r.
Impatience lets a day's toil weigh more the longer its pay is away. All money is in units of the usual monthly pay, as
of the day of pay-out. Colleagues and the next period enter as `outlook.py` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from sim.compensation.outlook import ALONE, Outlook, carried, expected_pay, relevant
from sim.compensation.programme import CONTRACTS_MAX, effort_grid, sales_chances, solve, weight_of
from sim.compensation.scheme import Scheme
from sim.world import Effort

Array = np.ndarray[Any, Any]

CLASS_STEP = 0.25  # of the logarithm of ability
CLASSES = 7
ABILITY_MID = np.exp(CLASS_STEP * (np.arange(CLASSES) - CLASSES // 2))  # 0.47 0.61 0.78 1.00 1.28 1.65 2.12
FINE_STEP = 0.1  # of the logarithm of an intensity or a bill: what is alike shares a policy
BALANCE_STEP = 0.05  # of the usual monthly pay: balances this near are alike
DAYS_MAX = {"day": 1, "month": 23, "quarter": 69}  # working days of the longest period
DAYS_A_STEP = {"day": 1, "month": 1, "quarter": 3}  # of the programme: within 0.1 of the exact effort
STEPS_AHEAD = 5  # of the programme that values a next period
REMEMBERED = 1024  # policies kept by a process, some 20 kB each
REACH_SD = 6.0  # a period's sales are followed so many standard deviations beyond the mean at the highest effort


@dataclass(frozen=True, eq=False)
class Policy:
    """The best effort by working days left (today included) and contracts so far, of one person or of a team."""

    table: Array  # (policies, steps, contracts)
    row: Array  # policy of each representative; a single 0 where all share one
    days_a_step: int = 1

    def effort(self, days_left: Array | int, contracts: Array) -> Array:
        """Today's effort; contracts may be fractions (bills signed over the mean bill), read between the neighbours."""
        so_far = np.asarray(contracts, np.float64)
        left = np.full(so_far.shape, days_left) if isinstance(days_left, int) else np.asarray(days_left, np.int64)
        shape = so_far.shape
        if left.shape != shape:
            shape = np.broadcast_shapes(left.shape, shape)
            so_far, left = np.broadcast_to(so_far, shape), np.broadcast_to(left, shape)
        return np.asarray(_read(self.table, self.row, self.days_a_step, left.ravel(), so_far.ravel()).reshape(shape))


@njit(cache=True)
def _read(table, row, days_a_step, days_left, contracts):
    """The table's efforts (n,)."""
    effort = np.empty(contracts.size)
    for i in range(contracts.size):
        effort[i] = effort_at(table[row[i] if row.size != 1 else 0], days_a_step, days_left[i], contracts[i])
    return effort


@njit(cache=True)
def effort_at(table, days_a_step, days_left, contracts):
    """The effort of one policy (steps, contracts), between neighbouring numbers of contracts in proportion."""
    steps, states = table.shape
    step = min(max((days_left - 1) // days_a_step, 0), steps - 1)
    so_far = min(max(contracts, 0.0), states - 1.0)
    below = min(int(so_far), states - 2)
    part, of = so_far - below, table[step]
    return (1.0 - part) * of[below] + part * of[below + 1]


def ability_class(ability: Array) -> Array:
    """Class 0 to 6 of an ability, even on a log scale; its value is ABILITY_MID[class]."""
    step = np.rint(np.log(np.maximum(ability, 1e-6)) / CLASS_STEP) + CLASSES // 2
    return np.clip(step, 0, CLASSES - 1).astype(np.int64)


def effort_policy(
    scheme: Scheme,
    plan: float,
    intensity: float,
    mean_bill: float,
    days: int,
    p: Effort,
    controlled: float,
    outlook: Outlook = ALONE,
    days_a_step: int = 1,
) -> Policy:
    """The best effort under a scheme for whoever sells `intensity` contracts of the mean bill on a day of effort 1.

    `plan` is in monthly bills of the period. `controlled` is the effort below which a head of sales lets nobody fall.
    """
    table = _table(scheme, plan, intensity, mean_bill, days, p, controlled, relevant(scheme, outlook), days_a_step)
    return Policy(table[None], np.zeros(1, np.int64), days_a_step)


def team_policy(
    scheme: Scheme,
    plan: Array,
    intensity: Array,
    mean_bill: Array,
    p: Effort,
    controlled: Array,
    days: int | None = None,
    outlook: Outlook = ALONE,
    balance: Array | None = None,
) -> Policy:
    """The policies of many representatives, whose like numbers share one; `effort` then takes a number for each.

    Intensity and bill are taken in steps of ten per cent and the plan in whole contracts, so that few are computed.
    `outlook` is everybody's, `balance` (people,) what each owes; `days` is the length of the scheme's longest period.
    """
    days = days or DAYS_MAX[scheme.period]
    bill = _in_steps(np.asarray(mean_bill, float))
    in_contracts = np.rint(np.asarray(plan, float) / np.maximum(mean_bill, 1e-9))
    step = BALANCE_STEP * p.usual_pay_per_month
    owed = step * np.rint(np.asarray(balance if scheme.carries_balance and balance is not None else 0.0, float) / step)
    columns = (in_contracts * bill, _in_steps(np.asarray(intensity, float)), bill, np.round(controlled, 2), owed)
    alike, row = np.unique(np.stack(np.broadcast_arrays(*columns), axis=1), axis=0, return_inverse=True)
    common, long = relevant(scheme, outlook), min(DAYS_A_STEP[scheme.period], days)
    tables = [
        _table(scheme, *like[:3], days, p, like[3], replace(common, balance=like[4]), long) for like in alike.tolist()
    ]
    return Policy(_stacked(tables, -(-days // long)), row.ravel(), long)


def _in_steps(values: Array) -> Array:
    return np.exp(FINE_STEP * np.rint(np.log(np.maximum(values, 1e-4)) / FINE_STEP))


def _stacked(tables: Sequence[Array], steps: int) -> Array:
    """Tables of different widths side by side; beyond its own width each goes on as at its end."""
    width = max((table.shape[1] for table in tables), default=2)
    wide = np.zeros((len(tables), steps, width))
    for place, table in enumerate(tables):
        own = table.shape[1]
        wide[place, :, :own], wide[place, :, own:] = table, table[:, -1:]
    return wide


@lru_cache(maxsize=REMEMBERED)
def _table(
    scheme: Scheme,
    plan: float,
    intensity: float,
    mean_bill: float,
    days: int,
    p: Effort,
    controlled: float,
    outlook: Outlook,
    days_a_step: int,
) -> Array:
    """The best effort, (steps left - 1, contracts)."""
    grid = effort_grid(controlled, p.effort_max)
    contracts = np.arange(float(_states(intensity * p.effort_max, days, plan / max(mean_bill, 1e-9))))
    joy = p.intrinsic_share_per_contract * contracts

    def solved(plan: float, outlook: Outlook, beyond: Array, long: int, chances: Array) -> tuple[Array, Array]:
        pay = expected_pay(scheme, contracts, mean_bill, plan, outlook) / p.usual_pay_per_month
        felt_later, felt_at_once = (beyond, pay) if scheme.credited == "sale" else (pay + beyond, 0.0 * pay)
        return solve(felt_later, felt_at_once + joy, chances, grid, -(-days // long), p, long)

    beyond = np.zeros(contracts.size)
    if scheme.carries_balance or scheme.carries_plan:
        long = max(days_a_step, -(-days // STEPS_AHEAD))
        ahead = sales_chances(long * intensity * grid)
        usual, patience = _usual_sales(intensity * days, contracts.size), 1.0 / weight_of(days, p)

        def worth(plan: float, outlook: Outlook) -> float:
            return float(solved(plan, outlook, np.zeros(contracts.size), long, ahead)[1][0])

        beyond = carried(scheme, contracts, mean_bill, plan, outlook, usual, patience, worth)
    return solved(plan, outlook, beyond, days_a_step, sales_chances(days_a_step * intensity * grid))[0]


def _usual_sales(mean: float, states: int) -> Array:
    """Chance of each number of contracts in a period of effort 1, the last with the tail."""
    chance = np.zeros(states)
    exact = sales_chances(np.array([mean]))[0][:states]
    chance[: exact.size] = exact
    chance[-1] += 1.0 - chance.sum()
    return chance


def _states(most_per_day: float, days: int, plan_contracts: float) -> int:
    """Numbers of contracts to follow: what a period can bring, and some way beyond the plan."""
    mean = most_per_day * days
    reach = max(mean + REACH_SD * np.sqrt(mean), 1.5 * plan_contracts) + 5.0
    return int(min(np.ceil(reach), CONTRACTS_MAX)) + 1
