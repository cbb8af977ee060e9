"""Fixed salary: the same money whatever is sold."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def fixed(results: Results, plan: Array, *, salary: float) -> Array:
    """The salary."""
    return np.full(len(results.bills_signed), salary)
