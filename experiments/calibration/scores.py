"""How good forecasts were: coverage of their bands, error and CRPS, beside what needs no model.

The continuous ranked probability score is the distance between forecast and truth over all thresholds, in the figure's
own unit; of a single number it is the absolute error (Gneiting and Raftery 2007). Lower is better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LEVELS = (50, 80, 90)
SEASON = 12
SAMPLE = 400  # of a normal forecast, at even quantiles
ALPHAS = np.linspace(0.02, 1.0, 50)


@dataclass(frozen=True)
class Score:
    """The scores of one forecast of some months."""

    error: float  # mean absolute error of the median
    crps: float
    coverage: dict[int, float]  # by level
    width: float  # of the 90 % band


def crps(draws: Array, truth: Array) -> Array:
    """The score (months,) of draws (n, months)."""
    ordered = np.sort(draws, axis=0)
    n = len(ordered)
    weight = (2.0 * np.arange(1, n + 1) - n - 1.0)[:, None]
    return np.asarray(np.abs(ordered - truth).mean(0) - (weight * ordered).sum(0) / n**2)


def scored(draws: Array, truth: Array) -> Score:
    """The scores of draws (n, months); months without a truth do not count."""
    known = np.isfinite(truth)
    draws, truth = draws[:, known], truth[known]
    coverage = {}
    for level in LEVELS:
        low, high = np.quantile(draws, [0.5 - level / 200, 0.5 + level / 200], axis=0)
        coverage[level] = float(((truth >= low) & (truth <= high)).mean())
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    error = float(np.abs(np.median(draws, axis=0) - truth).mean())
    return Score(error, float(crps(draws, truth).mean()), coverage, float((high - low).mean()))


# ---- without a model ---------------------------------------------------------------------------------------------


def normal(mean: Array, sd: Array) -> Array:
    """A normal forecast (SAMPLE, months) as draws at even quantiles."""
    from scipy.special import ndtri

    return np.asarray(mean + np.multiply.outer(ndtri((np.arange(SAMPLE) + 0.5) / SAMPLE), sd))


def naive(seen: Array, months: int) -> Array | None:
    """The last month goes on; the spread of month-to-month changes grows with the root of the distance."""
    known = seen[np.isfinite(seen)]
    if known.size < 3:
        return None
    return normal(np.full(months, known[-1]), np.diff(known).std() * np.sqrt(np.arange(1, months + 1)))


def seasonal(seen: Array, months: int) -> Array | None:
    """As a year before; the spread is that of changes from year to year, or for short histories from month to month."""
    if seen.size < SEASON or not np.isfinite(seen[-SEASON:]).all():
        return None
    yearly = seen[SEASON:] - seen[:-SEASON]
    yearly = yearly[np.isfinite(yearly)]
    changes = yearly if yearly.size >= 3 else np.diff(seen[np.isfinite(seen)])
    sd = np.sqrt(np.square(changes).mean())
    return normal(np.resize(seen[-SEASON:], months), np.full(months, sd))


def smoothed(seen: Array, months: int) -> Array | None:
    """Simple exponential smoothing, its weight that of the least squared error (Hyndman et al. 2008, ETS(A,N,N))."""
    known = seen[np.isfinite(seen)]
    if known.size < 4:
        return None
    level = np.full(ALPHAS.size, known[:3].mean())
    squares = np.zeros(ALPHAS.size)
    for value in known:
        squares += np.square(value - level)
        level += ALPHAS * (value - level)
    best = int(np.argmin(squares))
    sd = np.sqrt(squares[best] / known.size * (1.0 + np.arange(months) * ALPHAS[best] ** 2))
    return normal(np.full(months, level[best]), sd)


WITHOUT_MODEL: dict[str, Callable[[Array, int], Array | None]] = {
    "naive": naive,
    "seasonal_naive": seasonal,
    "exponential_smoothing": smoothed,
}
