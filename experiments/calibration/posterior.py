"""The posterior: how well every place of the prior explains the history, by the surrogate's synthetic likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.sampler import draws as sampled
from experiments.calibration.statistics import Statistic, computed, roots, scatter, statistics_of
from experiments.calibration.surrogate import Surrogate, fitted

if TYPE_CHECKING:
    from experiments.calibration.history import History
    from experiments.calibration.priors import Priors

Array = np.ndarray[Any, Any]

START_POINTS = 20_000
MOST_STATISTICS = 24  # more are first put together, one form for each parameter and figure (score compression)
RARE = 0.995  # a history that scatters more than this share of the runs is taken to be noisier than the model
FAR = 3.0  # standard deviations between the history and the nearest that the model can do


@dataclass(frozen=True)
class Bank:
    """The simulations of a calibration."""

    units: Array  # (runs, parameters)
    point: Array  # (runs,) which place of the cube
    root: Array  # (runs, series, months) square roots of the history's figures, as the runs have them
    others: Mapping[str, Array] = field(default_factory=dict)  # (runs,) figures that a client could be asked for

    def without(self, point: int) -> Bank:
        """The bank without one of its points."""
        keep = self.point != point
        others = {name: values[keep] for name, values in self.others.items()}
        return Bank(self.units[keep], self.point[keep], self.root[keep], others)


@dataclass(frozen=True)
class Fit:
    """A history explained: the surrogate at its statistics, and draws from the posterior."""

    history: History
    priors: Priors
    statistics: Sequence[Statistic]
    surrogate: Surrogate
    observed: Array  # (k,)
    inflation: Array  # (k,) factor on the noise where the client's months scatter more than the model's
    weight: Array  # (k,) of each figure in the likelihood
    units: Array  # (draws, parameters)

    @property
    def values(self) -> Array:
        """The draws (n, parameters) in the parameters' own units."""
        return self.priors.values(self.units)

    def standardised(self, units: Array) -> Array:
        """How far (n, k) the history lies from what is expected at places of the cube, in units of the noise."""
        return np.asarray((self.observed - self.surrogate.mean(units)) / (self.surrogate.noise(units) * self.inflation))

    @property
    def nearest(self) -> Array:
        """Of each statistic (k,), how far the history lies from the best draws, in units of the noise."""
        return np.asarray(np.median(self.standardised(self.units), axis=0))

    @property
    def out_of_reach(self) -> list[str]:
        """Statistics that no place of the prior explains together with the others."""
        far = np.abs(self.nearest)
        return [one.label for one, off in zip(self.statistics, far, strict=True) if off > FAR]


def fit(
    history: History,
    priors: Priors,
    bank: Bank,
    days: Array,
    weights: Mapping[str, float] | None = None,
    number: int = 1000,
    seed: int = 1,
) -> Fit:
    """The posterior of a history, given the bank; `days` are the working days of its months."""
    statistics = [one for one in statistics_of(history) if weight_of(history, one, weights) > 0]
    observed_root = np.stack([roots(one.name, one.values, days) for one in history.series])
    figures = computed(statistics, bank.root)
    surrogate = fitted(bank.units, figures, bank.point, priors.chart)
    observed = computed(statistics, observed_root)
    inflation = np.array([inflated(history, one.series, observed_root, bank.root) for one in statistics])
    weight = np.array([weight_of(history, one, weights) for one in statistics])
    empty = Fit(history, priors, statistics, surrogate, observed, inflation, weight, np.empty((0, len(priors))))
    density = density_of(empty, MOST_STATISTICS)
    units = sampled(density, priors.points(START_POINTS, seed), number, seed)
    return Fit(history, priors, statistics, surrogate, observed, inflation, weight, units)


def weight_of(history: History, statistic: Statistic, weights: Mapping[str, float] | None) -> float:
    """What a statistic counts for; 1 unless the user says otherwise."""
    return float((weights or {}).get(history.series[statistic.series].name, 1.0))


def inflated(history: History, place: int, observed: Array, bank: Array) -> float:
    """How much more a series' months scatter than the model's, where that is no accident; 1 otherwise."""
    mine = float(scatter(history.series[place], observed[place]))
    usual = scatter(history.series[place], bank[:, place])
    if not np.isfinite(mine) or mine <= np.quantile(usual, RARE):
        return 1.0
    return float(np.sqrt(mine / np.median(usual)))


def density_of(fit: Fit, most: int) -> Any:
    """Logarithm of prior times likelihood at places (n, parameters) of the cube."""
    inverse = np.linalg.inv(fit.surrogate.correlation)
    forms = compressing(fit, inverse) if len(fit.observed) > most else None
    root = np.sqrt(fit.weight)

    def density(units: Array) -> Array:
        found = np.full(len(units), -np.inf)
        inside = fit.priors.allowed(units)
        if not inside.any():
            return found
        places = units[inside]
        mean, noise = fit.surrogate.mean_and_noise(places)
        off = (fit.observed - mean) / (noise * fit.inflation) * root
        if forms is not None:
            scores = off @ forms
            found[inside] = -0.5 * np.square(scores).sum(1)
            return found
        found[inside] = -0.5 * ((off @ inverse) * off).sum(1) - np.log(noise) @ fit.weight
        return found

    return density


def compressing(fit: Fit, inverse: Array) -> Array:
    """Forms (k, parameters) of many statistics that keep what they say of the parameters (Heavens et al. 2000)."""
    middle = np.full((1, len(fit.priors)), 0.5)
    slopes = fit.surrogate.jacobian(middle[0]) / fit.surrogate.noise(middle)[0][:, None]
    forms = inverse @ slopes
    spread = forms.T @ fit.surrogate.correlation @ forms
    return np.asarray(
        forms @ np.linalg.inv(np.linalg.cholesky(spread + 1e-9 * np.trace(spread) * np.eye(len(spread)))).T
    )
