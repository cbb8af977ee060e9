"""What a history comes down to: a level and a trend of every figure, on a scale on which chance is the same everywhere.

Counts scatter in proportion to their square root, so levels and trends are those of the square root (Anscombe 1948).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.history import STOCKS

if TYPE_CHECKING:
    from experiments.calibration.history import History, Series

Array = np.ndarray[Any, Any]

MONTH_DAYS = 21.0  # working days of the month that flows are counted for
ANSCOMBE = 0.375
FEWEST_FOR_TREND = 6
FEWEST_FOR_SCATTER = 6
TREND_MONTHS = 12.0  # a trend is the change over so many months


@dataclass(frozen=True)
class Statistic:
    """A linear form of a series' roots: `weights` over the months."""

    series: int
    kind: str  # level or trend
    label: str
    weights: Array


def roots(name: str, values: Array, days: Array) -> Array:
    """Square roots of figures (..., months), flows as if every month had the same number of working days."""
    if name in STOCKS:
        return np.asarray(np.sqrt(np.maximum(values, 0.0)))
    return np.asarray(np.sqrt((np.maximum(values, 0.0) + ANSCOMBE) * MONTH_DAYS / days))


def figures(name: str, root: Array, days: Array) -> Array:
    """Figures whose square roots these are."""
    if name in STOCKS:
        return np.asarray(np.square(np.maximum(root, 0.0)))
    return np.asarray(np.maximum(np.square(np.maximum(root, 0.0)) * days / MONTH_DAYS - ANSCOMBE, 0.0))


def statistics_of(history: History) -> list[Statistic]:
    """Level and, where there are months enough, trend of every series; of a zone or channel the level alone."""
    found = []
    for place, one in enumerate(history.series):
        known = np.isfinite(one.values)
        found.append(Statistic(place, "level", f"{one.label} level", known / known.sum()))
        if known.sum() >= FEWEST_FOR_TREND and not one.part:
            month = np.arange(known.size) - np.flatnonzero(known).mean()
            slope = np.where(known, month, 0.0)
            found.append(Statistic(place, "trend", f"{one.label} trend", TREND_MONTHS * slope / (slope @ slope)))
    return found


def computed(statistics: Sequence[Statistic], root: Array) -> Array:
    """The statistics (..., k) of roots (..., series, months); months that the history lacks do not count."""
    return np.stack([np.nan_to_num(root[..., one.series, :]) @ one.weights for one in statistics], axis=-1)


def scatter(series: Series, root: Array) -> Array:
    """How far the months (..., months) lie about their own line, as a variance; not-a-number for few months."""
    known = np.flatnonzero(np.isfinite(series.values))
    if known.size < FEWEST_FOR_SCATTER:
        return np.full(root.shape[:-1], np.nan)
    line = np.stack([np.ones(known.size), known - known.mean()], axis=1)
    there = root[..., known]
    left = there - there @ line @ np.linalg.pinv(line.T @ line) @ line.T
    return np.asarray((left**2).sum(-1) / (known.size - 2))
