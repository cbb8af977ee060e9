"""Capped commission: a base and a commission that ends somewhere beyond the plan."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def capped_commission(
    results: Results, plan: Array, *, base: float, commission_factor: float, cap_factor: float
) -> Array:
    """Base plus commission on the monthly bills signed up to the cap; what is sold beyond pays nothing."""
    return base * results.months + commission_factor * np.minimum(results.bills_signed, cap_factor * plan)
