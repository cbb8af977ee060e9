"""The bank of simulations as a smooth function of the parameters: a polynomial mean, and chance about it.

Each figure takes the polynomial that best foretells points left out (Allen's PRESS). What the runs leave about it,
chance and what the polynomial misses, is the noise of the synthetic likelihood (Wood 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

DEGREES = (1, 2, 3)
RUNS_PER_TERM = 3  # a degree is tried where there are so many points for each of its terms
SIGNIFICANT = 3.0  # a slope of the noise counts beyond so many of its standard errors
FEW = 24  # figures whose correlations runs in the hundreds tell well enough
SMALLEST_EIGENVALUE = 0.02  # of the noise's correlation: directions that hardly scatter say no more than this
LOG_CHI_MEAN, LOG_CHI_SD = -1.2704, 2.2214  # of the logarithm of a squared standard normal number


def terms(degree: int, parameters: int) -> list[tuple[int, ...]]:
    """Products of parameters up to a degree; the empty one is the constant."""
    return [t for order in range(degree + 1) for t in combinations_with_replacement(range(parameters), order)]


def features(units: Array, degree: int) -> Array:
    """The terms' values (n, terms) at places of the cube, which is stretched to -1 .. 1."""
    z = 2.0 * units.T - 1.0
    found: dict[tuple[int, ...], Array] = {(): np.ones(len(units))}
    for t in terms(degree, len(z))[1:]:
        found[t] = found[t[:-1]] * z[t[-1]]
    return np.stack(list(found.values()), axis=1)


@dataclass(frozen=True)
class Surrogate:
    """Means (n, k) of k figures anywhere in the cube, their noise, and how well both are known."""

    degree: Array  # (k,)
    coefficients: Array  # (terms of the highest degree, k), 0 beyond a figure's own degree
    level: Array  # (k,) logarithm of the noise in the middle
    slope: Array  # (parameters, k) its slopes
    correlation: Array  # (k, k) of the noise
    chart: Callable[[Array], Array]  # from places of the cube to coordinates in which polynomials do well
    known: Array  # (terms, terms) inverse of the features' products
    residuals: Array  # (runs, k) what the runs leave, in units of the noise
    missed: Array  # (k,) share of the noise that more seeds would not average out; not-a-number with one seed a point

    @property
    def highest(self) -> int:
        """The highest degree."""
        return int(self.degree.max())

    def mean(self, units: Array) -> Array:
        """Expected figures (n, k)."""
        return np.asarray(features(self.chart(units), self.highest) @ self.coefficients)

    def noise(self, units: Array) -> Array:
        """Standard deviations (n, k) of one run about its mean, and of the mean's own uncertainty."""
        return self.mean_and_noise(units)[1]

    def mean_and_noise(self, units: Array) -> tuple[Array, Array]:
        """Both at once."""
        units = self.chart(units)
        x = features(units, self.highest)
        own = np.exp(self.level + (2.0 * units - 1.0) @ self.slope)
        spread = np.sqrt(1.0 + ((x @ self.known) * x).sum(1))
        return x @ self.coefficients, own * spread[:, None]

    def jacobian(self, unit: Array, step: float = 0.02) -> Array:
        """Slopes (k, parameters) of the means at one place."""
        shifts = step * np.eye(unit.size)
        up, down = np.clip(unit + shifts, 0.0, 1.0), np.clip(unit - shifts, 0.0, 1.0)
        width = np.diag(up) - np.diag(down)
        return np.asarray(((self.mean(up) - self.mean(down)) / width[:, None]).T)


def as_it_is(units: Array) -> Array:
    """The chart that changes nothing."""
    return units


def fitted(units: Array, values: Array, points: Array, chart: Callable[[Array], Array] = as_it_is) -> Surrogate:
    """The surrogate of runs: places (n, parameters), figures (n, k), and which point each run belongs to (n,)."""
    units = chart(units)
    own = np.unique(points, return_inverse=True)[1]
    count = np.bincount(own)
    at = np.stack([np.bincount(own, weights=column) / count for column in units.T], axis=1)
    means = np.stack([np.bincount(own, weights=column) / count for column in values.T], axis=1)
    tried = [d for d in DEGREES if d == 1 or len(terms(d, units.shape[1])) * RUNS_PER_TERM <= len(at)]
    degree = np.array(tried)[np.argmin([press(features(at, d), means) for d in tried], axis=0)]
    highest = int(degree.max())
    x = features(units, highest)
    coefficients = np.zeros((x.shape[1], values.shape[1]))
    for d in np.unique(degree):
        size = len(terms(int(d), units.shape[1]))
        coefficients[:size, degree == d] = np.linalg.lstsq(x[:, :size], values[:, degree == d], rcond=None)[0]
    left = values - x @ coefficients
    left *= np.sqrt(len(x) / max(len(x) - x.shape[1], 1))
    level, slope = noise_of(units, left)
    residuals = left / np.exp(level + (2.0 * units - 1.0) @ slope)
    known = np.linalg.pinv(x.T @ x)
    return Surrogate(
        *(degree, coefficients, level, slope, np.atleast_2d(rounded(residuals))),
        *(chart, known, residuals, missed_of(left, own)),
    )


def press(x: Array, values: Array) -> Array:
    """Squared errors (k,) when each point is foretold by the others."""
    q = np.linalg.qr(x)[0]
    left = values - q @ (q.T @ values)
    return np.asarray(np.square(left / np.maximum(1.0 - np.square(q).sum(1), 1e-6)[:, None]).sum(0))


def noise_of(units: Array, left: Array) -> tuple[Array, Array]:
    """Logarithm of the noise in the middle (k,) and its slopes (parameters, k), those that stand out from chance."""
    z = np.concatenate([np.ones((len(units), 1)), 2.0 * units - 1.0], axis=1)
    logs = np.log(np.square(left) + 1e-12 * np.square(left).mean(0) + 1e-300) - LOG_CHI_MEAN
    found = np.linalg.lstsq(z, logs, rcond=None)[0]
    error = LOG_CHI_SD * np.sqrt(np.diag(np.linalg.pinv(z.T @ z)))[:, None]
    slope = np.where(np.abs(found) > SIGNIFICANT * error, found, 0.0)[1:] / 2.0
    scaled = left / np.exp((2.0 * units - 1.0) @ slope)
    return np.log(np.sqrt(np.square(scaled).mean(0)) + 1e-9), slope


def rounded(residuals: Array) -> Array:
    """Correlation of the noise, with no direction in which it hardly scatters."""
    raw = np.atleast_2d(np.corrcoef(residuals, rowvar=False))
    if len(raw) > FEW:  # what so many pairs seem to have in common is partly chance
        shrink = min(len(raw) / len(residuals), 1.0)
        raw = (1.0 - shrink) * raw + shrink * np.eye(len(raw))
    values, vectors = np.linalg.eigh(np.nan_to_num(raw))
    whole = (vectors * np.maximum(values, SMALLEST_EIGENVALUE)) @ vectors.T
    size = np.sqrt(np.diag(whole))
    return np.asarray(whole / np.outer(size, size))


def missed_of(left: Array, own: Array) -> Array:
    """Share of the residual variance that runs of one point have in common."""
    count = np.bincount(own)
    if count.max() < 2:
        return np.full(left.shape[1], np.nan)
    means = np.stack([np.bincount(own, weights=column) / count for column in left.T], axis=1)
    inside = np.square(left - means[own]).sum(0) / max((count - 1).sum(), 1)
    return np.asarray(np.clip(1.0 - inside / np.square(left).mean(0), 0.0, 1.0))
