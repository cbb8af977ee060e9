"""How a representative answers to a pay scheme: the effort that is best for what is left of the month.

An exact dynamic programme, backwards over the working days left and the contracts so far, which knows a scheme only by
asking what more sales would pay. Sales of a day are Poisson with mean `intensity * effort`. Risk aversion is constant
and absolute, with the cost of effort in money inside it (Holmstrom and Milgrom 1987): what was earned so far moves no
choice by itself, linear pay gives the same effort every day, and a lottery is worth -log(mean(exp(-r * money))) / r.
Impatience lets a day's toil weigh more the longer its pay is away. All money is in units of the usual monthly pay, as
of the day of pay-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit

from sim.compensation import Scheme
from sim.compensation.results import imagined
from sim.world import Effort

Array = np.ndarray[Any, Any]

EFFORT_STEP = 0.05  # the grid of effort
CLASS_STEP = 0.25  # of the logarithm of ability
CLASSES = 7
ABILITY_MID = np.exp(CLASS_STEP * (np.arange(CLASSES) - CLASSES // 2))  # 0.47 0.61 0.78 1.00 1.28 1.65 2.12
FINE_STEP = 0.1  # of the logarithm of an intensity or a bill: what is alike shares a policy
DAYS_PER_WEEK = 5.0
DAYS_MAX = 23  # working days of the longest month
REMEMBERED = 1024  # policies kept by a process, some 20 kB each
TAIL = 1e-12  # chance of more sales than are counted, on one day of the highest effort
REACH_SD = 6.0  # a month's sales are followed so many standard deviations beyond the mean at the highest effort
CONTRACTS_MAX = 400
NEUTRAL = 1e-6  # an aversion to risk below this is none


@dataclass(frozen=True, eq=False)
class Policy:
    """The best effort by working days left (today included) and contracts so far, of one person or of a team."""

    table: Array  # (policies, days, contracts)
    row: Array  # policy of each representative; a single 0 where all share one

    def effort(self, days_left: Array, contracts: Array) -> Array:
        """Today's effort; contracts may be fractions (bills signed over the mean bill), read between the neighbours."""
        _, days, states = self.table.shape
        day = np.clip(np.asarray(days_left), 1, days) - 1
        so_far = np.clip(np.asarray(contracts, float), 0.0, states - 1.0)
        below = np.minimum(so_far.astype(np.int64), states - 2)
        part, row = so_far - below, self.row if len(self.row) != 1 else 0
        return (1.0 - part) * self.table[row, day, below] + part * self.table[row, day, below + 1]


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
    credited_at_sale: bool = False,
) -> Policy:
    """The best effort under a scheme for whoever sells `intensity` contracts of the mean bill on a day of effort 1.

    `plan` is in monthly bills. `controlled` is the effort below which a head of sales lets nobody fall.
    `credited_at_sale` is pay that is felt on the day of the sale instead of at the month's end.
    """
    table = _table(scheme, plan, intensity, mean_bill, days, p, controlled, credited_at_sale)
    return Policy(table[None], np.zeros(1, np.int64))


def team_policy(
    scheme: Scheme, plan: Array, intensity: Array, mean_bill: Array, p: Effort, controlled: Array, days: int = DAYS_MAX
) -> Policy:
    """The policies of many representatives, whose like numbers share one; `effort` then takes a number for each.

    Intensity and bill are taken in steps of ten per cent and the plan in whole contracts, so that few are computed.
    """
    bill = _in_steps(np.asarray(mean_bill, float))
    in_contracts = np.rint(np.asarray(plan, float) / np.maximum(mean_bill, 1e-9))
    columns = (in_contracts * bill, _in_steps(np.asarray(intensity, float)), bill, np.round(controlled, 2))
    alike, row = np.unique(np.stack(np.broadcast_arrays(*columns), axis=1), axis=0, return_inverse=True)
    tables = [_table(scheme, *like[:3], days, p, like[3], False) for like in alike.tolist()]
    return Policy(_stacked(tables, days), row.ravel())


def _in_steps(values: Array) -> Array:
    return np.exp(FINE_STEP * np.rint(np.log(np.maximum(values, 1e-4)) / FINE_STEP))


def _stacked(tables: Sequence[Array], days: int) -> Array:
    """Tables of different widths side by side; beyond its own width each goes on as at its end."""
    width = max((table.shape[1] for table in tables), default=2)
    wide = [np.pad(table, ((0, 0), (0, width - table.shape[1])), mode="edge") for table in tables]
    return np.stack(wide) if wide else np.zeros((0, days, width))


@lru_cache(maxsize=REMEMBERED)
def _table(
    scheme: Scheme,
    plan: float,
    intensity: float,
    mean_bill: float,
    days: int,
    p: Effort,
    controlled: float,
    credited_at_sale: bool,
) -> Array:
    grid = effort_grid(controlled, p.effort_max)
    states = _states(intensity * p.effort_max, days, plan / max(mean_bill, 1e-9))
    contracts = np.arange(states, dtype=np.float64)
    pay = scheme.pay(imagined(contracts, mean_bill), np.full(states, plan)) / p.usual_pay_per_month
    chances = sales_chances(intensity * grid)
    later, felt = (np.zeros(states), pay) if credited_at_sale else (pay, np.zeros(states))
    return backwards(later, felt + p.intrinsic_share_per_contract * contracts, chances, grid, days, p)


def effort_grid(controlled: float, effort_max: float) -> Array:
    """The efforts to choose from: the controlled one and the steps above it."""
    floor = min(max(controlled, 0.0), effort_max)
    steps = EFFORT_STEP * np.arange(int(effort_max / EFFORT_STEP + 1e-9) + 1)
    return np.concatenate([[floor], steps[steps > floor + 1e-9]])


def sales_chances(means: Array) -> Array:
    """Chance of 0, 1, 2, ... sales on a day, (effort, sales); the last column holds the tail too."""
    most, term, sure = 0, np.exp(-means.max()), np.exp(-means.max())
    while 1.0 - sure > TAIL and most < CONTRACTS_MAX:
        most += 1
        term *= means.max() / most
        sure += term
    rate = means[:, None] / np.maximum(np.arange(most + 1), 1)
    rate[:, 0] = np.exp(-means)
    chances = np.cumprod(rate, axis=1)
    chances[:, -1] += 1.0 - chances.sum(axis=1)
    return chances


def _states(most_per_day: float, days: int, plan_contracts: float) -> int:
    """Numbers of contracts to follow: what a month can bring, and some way beyond the plan."""
    mean = most_per_day * days
    reach = max(mean + REACH_SD * np.sqrt(mean), 1.5 * plan_contracts) + 5.0
    return int(min(np.ceil(reach), CONTRACTS_MAX)) + 1


def backwards(later: Array, at_once: Array, chances: Array, grid: Array, days: int, p: Effort) -> Array:
    """The best effort, (days left - 1, contracts): from the last day back to the first.

    `later` is what the month's contracts pay at its end, `at_once` what they are worth on the day of their sale; beyond
    the last state both go on as straight lines.
    """
    best, value = np.empty((days, later.size)), later
    most = chances.shape[1] - 1
    for left in range(days):
        weight = (1.0 + p.impatience_per_week) ** (left / DAYS_PER_WEEK)
        toil = 0.5 * weight * p.effort_cost_share_per_day * grid**2
        worth_of = _beyond(value, most) + weight * _beyond(at_once, most)
        choice, worth = _best_of_day(worth_of, chances.T.copy(), toil, p.risk_aversion)
        best[left], value = grid[choice], value + worth
    return best


def _beyond(value: Array, most: int) -> Array:
    """The value of contracts so far, and of `most` more than the last state."""
    return np.concatenate([value, value[-1] + (value[-1] - value[-2]) * np.arange(1, most + 1)])


@njit(cache=True)
def _best_of_day(value, chances, toil, risk_aversion):
    """The effort that is worth most, and what it surely adds, by contracts so far; `chances` is (sales, effort).

    With aversion to risk r, the effort with the least mean of exp(-r * (gain - toil)) is the one worth most.
    """
    sales, efforts = chances.shape
    states = value.size - sales + 1
    choice, worth = np.empty(states, np.int64), np.empty(states)
    averse = risk_aversion >= NEUTRAL
    scale = np.exp(np.minimum(risk_aversion * (toil - toil[0]), 700.0))
    for state in range(states):
        mean = np.zeros(efforts)
        for more in range(sales):
            gain = value[state + more] - value[state]
            taste = np.exp(-risk_aversion * gain) if averse else -gain
            for effort in range(efforts):
                mean[effort] += chances[more, effort] * taste
        regret = mean * scale if averse else mean + toil - toil[0]
        least = regret.argmin()
        sure = -np.log(regret[least]) / risk_aversion if averse else -regret[least]
        choice[state], worth[state] = least, sure - toil[0]
    return choice, worth
