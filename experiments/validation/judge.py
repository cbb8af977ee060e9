"""From numbers by seed to a mean with its interval and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from experiments.validation.facts import LineEntry

Array = np.ndarray[Any, Any]
Case = Mapping[str, Mapping[str, Mapping[str, Array]]]  # run by the fact's name: table: column, of one seed
Numbers = dict[str, Any]  # of one seed: numbers or arrays by name
Stack = Mapping[str, Array]  # of several seeds: the same with seeds along the first axis

LEVEL = 0.95  # one-sided: intervals hold the middle 90 %
INSIDE, OVERLAPS, OUTSIDE = "inside", "overlaps", "outside"
NOT_JUDGED, NOT_AVAILABLE, REPORTED = "not judged", "not available", "reported"


class Computed(NamedTuple):
    """How a fact is computed: numbers of each seed from its tables, then the fact's lines from the seeds together."""

    measure: Callable[[Case], Numbers]
    lines: Callable[[Stack], dict[str, float]]


class Estimate(NamedTuple):
    """A line's value over all seeds, and the interval of it."""

    mean: float
    low: float
    high: float


def stacked(numbers: Sequence[Numbers]) -> dict[str, Array]:
    """Numbers of several seeds as arrays, seeds along the first axis."""
    return {name: np.stack([np.asarray(each[name], float) for each in numbers]) for name in numbers[0]}


def estimates(how: Computed, numbers: Sequence[Numbers]) -> dict[str, Estimate]:
    """Every line over all seeds, with its 90 % interval by the jackknife over seeds.

    A seed's runs stay together, so that contrasts are paired. The jackknife leaves out one seed at a time (Efron and
    Stein 1981); Student's t with seeds - 1 degrees of freedom. One seed gives no interval.
    """
    whole = how.lines(stacked(numbers))
    n = len(numbers)
    if n < 2:
        return {name: Estimate(value, np.nan, np.nan) for name, value in whole.items()}
    left = [how.lines(stacked([*numbers[:i], *numbers[i + 1 :]])) for i in range(n)]
    return {name: _jackknife(value, np.array([each[name] for each in left])) for name, value in whole.items()}


def _jackknife(whole: float, left: Array) -> Estimate:
    from scipy.special import stdtrit

    n = left.size
    if not np.isfinite(whole) or not np.isfinite(left).all():
        return Estimate(float(whole), np.nan, np.nan)
    error = np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2))
    reach = float(stdtrit(n - 1, LEVEL) * error)
    return Estimate(float(whole), whole - reach, whole + reach)


def verdict(found: Estimate, line: LineEntry) -> str:
    """Inside: the whole interval lies in the band; overlaps: part of it; outside: none of it."""
    if line.kind == REPORTED:
        return REPORTED
    if not np.isfinite(found.mean):
        return NOT_JUDGED
    low = -np.inf if line.low is None else line.low
    high = np.inf if line.high is None else line.high
    least, most = (found.low, found.high) if np.isfinite(found.low) else (found.mean, found.mean)
    if low <= least and most <= high:
        return INSIDE
    return OVERLAPS if least <= high and most >= low else OUTSIDE
