"""How many lines a business has, and its bill relative to the typical one of its size class."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.draws import Luck
from sim.quantiles import ndtri
from sim.world import Bills, BySize

Array = np.ndarray[Any, Any]

SMALLEST_SD = 0.05  # of what employees leave unexplained
MOST_LINES = 30_000


def draw_usage(employees: Array, size_class: Array, addresses: Array, luck: Luck, p: Bills) -> tuple[Array, Array]:
    """Lines (int16) and usage factors (float32): jointly lognormal in a class, both growing with employees.

    The factor multiplies the operator's tariff for the size class and premises type; its median in a class is 1.
    """
    size = np.asarray(size_class)
    growth, explained = growth_by_employees(employees, size, p)
    lines_sd = left_over(by_size(p.lines_log_sd)[size], explained)
    usage_sd = left_over(by_size(p.usage_log_sd)[size], explained)
    together = by_size(p.lines_usage_correlation)[size] * by_size(p.lines_log_sd)[size] * by_size(p.usage_log_sd)[size]
    correlation = np.clip((together - explained**2) / (lines_sd * usage_sd), -0.95, 0.95)
    first, second = ndtri(luck.uniform(addresses, 0)), ndtri(luck.uniform(addresses, 1))
    lines = by_size(p.lines_median)[size] * np.exp(growth + lines_sd * first)
    usage = np.exp(growth + usage_sd * (correlation * first + np.sqrt(1.0 - correlation**2) * second))
    return np.clip(np.rint(lines), 1, MOST_LINES).astype(np.int16), usage.astype(np.float32)


def growth_by_employees(employees: Array, size: Array, p: Bills) -> tuple[Array, Array]:
    """Log of lines and usage relative to a business of typical size in its class, and the spread that this explains."""
    relative = np.log(np.maximum(employees, 1) / by_size(p.employees_typical)[size])
    return p.employees_elasticity * relative, p.employees_elasticity * by_size(p.employees_log_sd)[size]


def left_over(total_sd: Array, explained_sd: Array) -> Array:
    """The spread that is left to chance when employees explain their part of it."""
    return np.sqrt(np.maximum(total_sd**2 - explained_sd**2, SMALLEST_SD**2))


def by_size(numbers: BySize) -> Array:
    """The numbers of the size classes in their order."""
    return np.array([numbers.micro, numbers.small, numbers.medium, numbers.large])
