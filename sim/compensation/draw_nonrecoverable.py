"""Draw that is never taken back: a least pay, and commission where it comes to more."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def draw_nonrecoverable(results: Results, plan: Array, *, draw: float, commission_factor: float) -> Array:
    """The draw, or the commission where it is more; every period begins afresh."""
    return np.maximum(draw * results.months, commission_factor * results.bills_signed)
