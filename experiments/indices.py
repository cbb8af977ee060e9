"""Sensitivity of an outcome to what a design varied: elementary effects, Sobol indices, and the swing of a tornado.

Pure functions of arrays. Morris (1991) with the mean of absolute effects of Campolongo and others (2007); first and
total order indices by Saltelli (2010) and Jansen (1999) with bootstrapped intervals, both as SALib computes them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from experiments.designs import LEVELS, problem

Array = np.ndarray[Any, Any]

RESAMPLES = 400
END_SHARE = 0.2  # of a range, at either end, that a tornado looks at
Z95 = 1.96


class Effects(NamedTuple):
    """Elementary effects (dimensions,): mean of their size with its half-width, and their spread."""

    size: Array
    half_width: Array
    spread: Array
    used: int  # trajectories without a failure


class Indices(NamedTuple):
    """Sobol indices (dimensions,) with the half-widths of their 95 % intervals."""

    first: Array
    first_half_width: Array
    total: Array
    total_half_width: Array
    used: int  # base samples without a failure


class Swing(NamedTuple):
    """Means at the low and the high end of a parameter, and the half-width of their difference."""

    low_at: Any
    high_at: Any
    low: float
    high: float
    half_width: float


def whole_blocks(outcome: Array, rows: int) -> Array:
    """Numbers of the blocks of so many rows in which nothing is missing."""
    blocks = np.isfinite(outcome[: len(outcome) // rows * rows]).reshape(-1, rows)
    return np.flatnonzero(blocks.all(1))


def elementary_effects(cube: Array, outcome: Array, seed: int = 0) -> Effects | None:
    """From trajectories (rows, dimensions) in the unit cube and what came out (rows,); None with less than two."""
    from SALib.analyze import morris

    dimensions = cube.shape[1]
    keep = whole_blocks(outcome, dimensions + 1)
    if keep.size < 2:
        return None
    rows = (keep[:, None] * (dimensions + 1) + np.arange(dimensions + 1)).ravel()
    found = morris.analyze(
        problem(dimensions), cube[rows], outcome[rows], num_resamples=RESAMPLES, num_levels=LEVELS, seed=seed
    )
    size, half_width, spread = (np.asarray(found[name], float) for name in ("mu_star", "mu_star_conf", "sigma"))
    return Effects(size, half_width, spread, keep.size)


def sobol_indices(outcome: Array, dimensions: int, seed: int = 0) -> Indices | None:
    """From the outcomes of a design of Saltelli's in its order; None with less than two whole base samples, or when
    nothing varies."""
    from SALib.analyze import sobol

    keep = whole_blocks(outcome, dimensions + 2)
    rows = (keep[:, None] * (dimensions + 2) + np.arange(dimensions + 2)).ravel()
    if keep.size < 2 or np.ptp(outcome[rows]) == 0.0:
        return None
    found = sobol.analyze(
        problem(dimensions), outcome[rows], calc_second_order=False, num_resamples=RESAMPLES, seed=seed
    )
    first, first_conf, total, total_conf = (
        np.asarray(found[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf")
    )
    return Indices(first, first_conf, total, total_conf, keep.size)


def swing(column: Array, outcome: Array) -> Swing | None:
    """The outcome where a parameter is lowest and highest, whatever the others are; of words, the two extremes."""
    there = np.isfinite(outcome)
    column, outcome = column[there], outcome[there]
    if column.size == 0 or len(set(column.tolist())) < 2:
        return None
    if column.dtype == object:
        by_word = sorted((float(outcome[column == word].mean()), word) for word in sorted(set(column.tolist())))
        low_at, high_at = by_word[0][1], by_word[-1][1]
        low, high = column == low_at, column == high_at
    else:
        span = END_SHARE * np.ptp(column)
        low, high = column <= column.min() + span, column >= column.max() - span
        low_at, high_at = float(column[low].mean()), float(column[high].mean())
    error = np.sqrt(sum(np.var(outcome[end], ddof=1) / end.sum() if end.sum() > 1 else np.nan for end in (low, high)))
    return Swing(low_at, high_at, float(outcome[low].mean()), float(outcome[high].mean()), float(Z95 * error))
