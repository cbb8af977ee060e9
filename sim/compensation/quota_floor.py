"""Quota floor: a base and a commission on what is sold beyond a part of the plan."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def quota_floor(results: Results, plan: Array, *, base: float, commission_factor: float, floor_share: float) -> Array:
    """Base plus commission on the monthly bills signed beyond the floor; what lies below it pays nothing."""
    return base * results.months + commission_factor * np.maximum(results.bills_signed - floor_share * plan, 0.0)
