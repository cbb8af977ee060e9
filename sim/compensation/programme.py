"""The programme of effort: backwards over what is left of a period, the best for each number of contracts so far.

Exact, and blind to who asks: it is given what contracts are worth at the end and on the day of their sale, the chances
of a day's sales, and a person's toil, risk and patience (`sim/compensation/effort.py` says how these hang together).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from sim.world import Effort

Array = np.ndarray[Any, Any]

EFFORT_STEP = 0.05  # the grid of effort
DAYS_PER_WEEK = 5.0
TAIL = 1e-12  # chance of more sales than are counted, on one day of the highest effort
CONTRACTS_MAX = 400
NEUTRAL = 1e-6  # an aversion to risk below this is none
EXPONENT_MAX = 600.0  # beyond it exp() leaves the numbers


def effort_grid(controlled: float, effort_max: float) -> Array:
    """The efforts to choose from: the controlled one and the steps above it."""
    floor = min(max(controlled, 0.0), effort_max)
    steps = EFFORT_STEP * np.arange(int(effort_max / EFFORT_STEP + 1e-9) + 1)
    return np.concatenate([[floor], steps[steps > floor + 1e-9]])


def sales_chances(means: Array) -> Array:
    """Chance of 0, 1, 2, ... sales, (effort, sales), Poisson with these means; the last column holds the tail too."""
    highest = float(means.max())
    most, term = 0, math.exp(-highest)
    sure = term
    while 1.0 - sure > TAIL and most < CONTRACTS_MAX:
        most += 1
        term *= highest / most
        sure += term
    rate = means[:, None] / np.maximum(np.arange(most + 1), 1)
    rate[:, 0] = np.exp(-means)
    chances = np.cumprod(rate, axis=1)
    chances[:, -1] += 1.0 - chances.sum(axis=1)
    return chances


def weight_of(days_away: float, p: Effort) -> float:
    """How much toil weighs that many working days before its pay; 1 on the day of pay-out."""
    return float((1.0 + p.impatience_per_week) ** (days_away / DAYS_PER_WEEK))


def backwards(later: Array, at_once: Array, chances: Array, grid: Array, days: int, p: Effort) -> Array:
    """The best effort, (days left - 1, contracts), where a step is a day."""
    return solve(later, at_once, chances, grid, days, p)[0]


def solve(
    later: Array, at_once: Array, chances: Array, grid: Array, steps: int, p: Effort, days_a_step: int = 1
) -> tuple[Array, Array]:
    """The best effort, (steps left - 1, contracts), and what contracts so far are worth before the first step.

    `later` is what the period's contracts pay at its end, `at_once` what they are worth on the day of their sale, both
    (contracts,); beyond the last both go on as straight lines. A step of several days has one effort, chances of sales
    of all its days, and the weight of its middle.
    """
    away = days_a_step * np.arange(steps) + 0.5 * (days_a_step - 1)
    weight = (1.0 + p.impatience_per_week) ** (away / DAYS_PER_WEEK)
    toil = 0.5 * days_a_step * p.effort_cost_share_per_day * np.outer(weight, grid**2)
    most = chances.shape[1] - 1
    choice, value = _backwards(later, _beyond(at_once, most), weight, toil, chances.T.copy(), p.risk_aversion)
    return grid[choice], value


@njit(cache=True)
def _beyond(value, most):
    """The value of contracts so far, and of `most` more than the last state."""
    states = value.size
    longer = np.empty(states + most)
    longer[:states] = value
    for more in range(1, most + 1):
        longer[states - 1 + more] = value[-1] + (value[-1] - value[-2]) * more
    return longer


@njit(cache=True)
def _backwards(later, at_once, weight, toil, chances, risk_aversion):
    """The effort worth most, (steps, contracts), and the value before the first step; `chances` is (sales, effort).

    With aversion to risk r, the effort with the least mean of exp(-r * (gain - toil)) is the one worth most.
    """
    sales, efforts = chances.shape
    steps, states, averse = weight.size, later.size, risk_aversion >= NEUTRAL
    best, value = np.empty((steps, states), np.int64), later.copy()
    regret = np.empty(efforts)
    for left in range(steps):
        worth = _beyond(value, sales - 1) + weight[left] * at_once
        extra = toil[left] - toil[left, 0]
        scale = np.exp(np.minimum(risk_aversion * extra, EXPONENT_MAX))
        tastes = _tastes(worth, risk_aversion)
        for state in range(states):
            regret[:] = 0.0
            for more in range(sales):
                if not averse:
                    taste = worth[state] - worth[state + more]
                elif tastes.size:
                    taste = tastes[state + more] / tastes[state]
                else:
                    taste = np.exp(-risk_aversion * (worth[state + more] - worth[state]))
                for effort in range(efforts):
                    regret[effort] += chances[more, effort] * taste
            for effort in range(efforts):
                regret[effort] = regret[effort] * scale[effort] if averse else regret[effort] + extra[effort]
            least = regret.argmin()
            sure = -np.log(regret[least]) / risk_aversion if averse else -regret[least]
            best[left, state] = least
            value[state] += sure - toil[left, 0]
    return best, value


@njit(cache=True)
def _tastes(worth, risk_aversion):
    """exp(-r * worth), from the least worth on, once for all; empty where it would leave the numbers."""
    low = worth.min()
    if risk_aversion < NEUTRAL or risk_aversion * (worth.max() - low) > EXPONENT_MAX:
        return np.empty(0)
    return np.exp(-risk_aversion * (worth - low))
