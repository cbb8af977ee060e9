"""What the fitted model gives month by month: the surrogate's months at posterior draws, with a run's own chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.calibration.posterior import Bank, Fit
from experiments.calibration.statistics import figures
from experiments.calibration.surrogate import fitted

Array = np.ndarray[Any, Any]

DRAWS = 400


@dataclass(frozen=True)
class Months:
    """Figures (draws, series, months): expected ones alone, and with chance."""

    expected: Array
    drawn: Array


def months_of(fit: Fit, bank: Bank, days: Array, seed: int) -> Months:
    """Every series of the history, as posterior draws would have it; chance is what some run of the bank left over."""
    luck = np.random.default_rng([seed, 23])
    shape = bank.root.shape[1:]
    surrogate = fitted(bank.units, bank.root.reshape(len(bank.units), -1), bank.point, fit.priors.chart)
    units = fit.units[luck.choice(len(fit.units), DRAWS)]
    mean, noise = surrogate.mean_and_noise(units)
    chance = surrogate.residuals[luck.choice(len(bank.units), DRAWS)] * noise
    expected, drawn = mean.reshape(DRAWS, *shape), (mean + chance).reshape(DRAWS, *shape)
    names = [one.name for one in fit.history.series]
    return Months(in_figures(names, expected, days), in_figures(names, drawn, days))


def in_figures(names: list[str], root: Array, days: Array) -> Array:
    """Roots (draws, series, months) as figures."""
    return np.stack([figures(name, root[:, place], days) for place, name in enumerate(names)], axis=1)
