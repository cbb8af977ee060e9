"""Draws from a density known up to a factor: many walkers that stretch towards and away from each other.

Goodman and Weare's affine-invariant ensemble (2010), begun from the prior's own points weighted by the density, so
that no region is overlooked; the same draws for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WALKERS = 120
SETTLING, KEPT, THINNING = 200, 12, 25  # steps before the first draw is kept, draws kept of each walker, steps between
STRETCH = 2.0


def draws(log_density: Callable[[Array], Array], start: Array, number: int, seed: int) -> Array:
    """So many places (number, parameters) from the density; `start` (n, parameters) are places that fill the prior."""
    luck = np.random.default_rng([seed, 7])
    walkers, now = begun(log_density, start, luck)
    kept = []
    for step in range(SETTLING + KEPT * THINNING):
        for half in (slice(None, WALKERS // 2), slice(WALKERS // 2, None)):
            other = walkers[WALKERS // 2 :] if half.start is None else walkers[: WALKERS // 2]
            walkers[half], now[half] = moved(log_density, walkers[half], now[half], other, luck)
        if step >= SETTLING and (step - SETTLING) % THINNING == THINNING - 1:
            kept.append(walkers.copy())
    pool = np.concatenate(kept)
    return np.asarray(pool[luck.choice(len(pool), number, replace=number > len(pool))])


def begun(log_density: Callable[[Array], Array], start: Array, luck: Any) -> tuple[Array, Array]:
    """The first walkers: points of the prior in proportion to the density, moved a little apart."""
    density = log_density(start)
    weight = np.exp(density - density.max())
    best = start[luck.choice(len(start), WALKERS, p=weight / weight.sum())]
    for spread in (0.05, 0.02, 0.005, 0.001, 0.0):
        walkers = best + spread * luck.standard_normal(best.shape)
        now = log_density(walkers)
        out = ~np.isfinite(now)
        walkers[out], now[out] = best[out], log_density(best)[out]
        if np.median(now) > density.max() - 3.0 * start.shape[1]:
            break
    walkers = walkers + 1e-7 * luck.standard_normal(walkers.shape)
    return walkers, np.where(np.isfinite(log_density(walkers)), log_density(walkers), now)


def moved(
    log_density: Callable[[Array], Array], walkers: Array, now: Array, other: Array, luck: Any
) -> tuple[Array, Array]:
    """One half of the walkers after a stretch along lines to members of the other half."""
    number, parameters = walkers.shape
    stretch = np.square((STRETCH - 1.0) * luck.random(number) + 1.0) / STRETCH
    towards = other[luck.integers(len(other), size=number)]
    proposed = towards + stretch[:, None] * (walkers - towards)
    density = log_density(proposed)
    taken = np.log(luck.random(number)) < (parameters - 1) * np.log(stretch) + density - now
    return np.where(taken[:, None], proposed, walkers), np.where(taken, density, now)
