"""PRIM: boxes of parameters in which what one looks for is frequent.

A box is peeled from all cases, each time by the thin slice that leaves the share of wanted cases highest; of the
boxes on the way the one with the highest product of coverage and density is taken, and limits that chance explains
are dropped. The next box is sought among the cases outside (Friedman and Fisher 1999; Bryant and Lempert 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

PEEL_SHARE = 0.07  # of a box's cases that one step takes away, at least one case
LEAST_SHARE = 0.05  # of all cases that a box holds
LEAST_CASES = 5
CHANCE = 0.05  # a limit that cases at random would reach as often is none
BOXES = 3


@dataclass(frozen=True)
class Limit:
    """What a box asks of one parameter: numbers between two ends (an end that is not set is infinite), or words."""

    low: float = -np.inf
    high: float = np.inf
    words: tuple[str, ...] = ()

    def holds(self, column: Array) -> Array:
        """Which cases are inside."""
        if self.words:
            return np.isin(column, self.words)
        return np.asarray((column >= self.low) & (column <= self.high))


@dataclass(frozen=True)
class Box:
    """Limits by parameter, and how the box does: cases inside, share of all wanted cases (coverage), share of the
    cases inside that are wanted (density), and by parameter how likely chance makes its limit."""

    limits: Mapping[str, Limit]
    cases: int
    coverage: float
    density: float
    chance: Mapping[str, float]


def inside(limits: Mapping[str, Limit], columns: Mapping[str, Array], cases: int) -> Array:
    """Which cases lie in a box."""
    there = np.ones(cases, bool)
    for path, limit in limits.items():
        there &= limit.holds(columns[path])
    return there


def find_boxes(columns: Mapping[str, Array], wanted: Array, most: int = BOXES) -> list[Box]:
    """Boxes one after the other; `wanted` is 0 to 1 for each case: the share of its runs that are looked for."""
    left, found = np.ones(len(wanted), bool), []
    for _ in range(most):
        if left.sum() < 2 * LEAST_CASES or wanted[left].sum() <= 0:
            break
        limits = best_on_the_way(columns, wanted, left)
        limits = kept_limits(columns, wanted, left, limits)
        there = inside(limits, columns, len(wanted)) & left
        if not limits or wanted[there].mean() <= wanted.mean():
            break
        found.append(described(columns, wanted, left, limits))
        left &= ~there
    return found


def described(columns: Mapping[str, Array], wanted: Array, left: Array, limits: Mapping[str, Limit]) -> Box:
    """A box with its coverage and density among the cases that are left."""
    there = inside(limits, columns, len(wanted)) & left
    chance = {path: by_chance(columns, wanted, left, limits, path) for path in limits}
    return Box(limits, int(there.sum()), float(wanted[there].sum() / wanted.sum()), float(wanted[there].mean()), chance)


def best_on_the_way(columns: Mapping[str, Array], wanted: Array, left: Array) -> dict[str, Limit]:
    """Peel until the box is small; the limits at which coverage times density was highest."""
    least = max(LEAST_CASES, LEAST_SHARE * len(wanted))
    limits: dict[str, Limit] = {}
    best: dict[str, Limit] = {}
    there, most = left.copy(), wanted[left].mean()
    total = wanted[left].sum()
    while True:
        peels = [each for path in columns for each in slices(path, columns[path], there, limits.get(path, Limit()))]
        tried = [(path, limit, there & limit.holds(columns[path])) for path, limit in peels]
        tried = [each for each in tried if least <= each[2].sum() < there.sum()]
        if not tried:
            return best
        gains = [(wanted[after].mean() - wanted[there].mean()) / (there.sum() - after.sum()) for _, _, after in tried]
        path, limit, there = tried[int(np.argmax(gains))]
        limits = {**limits, path: limit}
        quality = wanted[there].mean() * wanted[there].sum() / total
        if quality > most + 1e-12:
            best, most = limits, quality


def slices(path: str, column: Array, there: Array, limit: Limit) -> list[tuple[str, Limit]]:
    """The ways to take a thin slice off a box along one parameter."""
    inner = column[there]
    if inner.dtype == object:
        words = sorted(set(inner.tolist()))
        return [(path, Limit(words=tuple(one for one in words if one != word))) for word in words if len(words) > 1]
    values = np.unique(inner)
    if values.size < 2:
        return []
    low = values[min(np.searchsorted(values, np.quantile(inner, PEEL_SHARE), side="right"), values.size - 1)]
    high = values[max(np.searchsorted(values, np.quantile(inner, 1.0 - PEEL_SHARE), side="left") - 1, 0)]
    return [
        (path, Limit(max(float(low), limit.low), limit.high)),
        (path, Limit(limit.low, min(float(high), limit.high))),
    ]


def kept_limits(columns: Mapping[str, Array], wanted: Array, left: Array, limits: dict[str, Limit]) -> dict[str, Limit]:
    """The limits without those that chance explains, the likeliest one first."""
    while limits:
        chance = {path: by_chance(columns, wanted, left, limits, path) for path in limits}
        worst = max(chance, key=lambda path: chance[path])
        if chance[worst] <= CHANCE:
            break
        limits = {path: limit for path, limit in limits.items() if path != worst}
    return limits


def by_chance(
    columns: Mapping[str, Array], wanted: Array, left: Array, limits: Mapping[str, Limit], path: str
) -> float:
    """How likely as many wanted cases would lie in the box if this limit told nothing (binomial, one-sided)."""
    from scipy.stats import binom

    there = inside(limits, columns, len(wanted)) & left
    without = {other: limit for other, limit in limits.items() if other != path}
    wider = inside(without, columns, len(wanted)) & left
    return float(binom.sf(np.ceil(wanted[there].sum()) - 1, int(there.sum()), float(wanted[wider].mean())))
