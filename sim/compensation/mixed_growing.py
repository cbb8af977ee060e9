"""Mixed pay with a growing bonus: a base and a commission that grows beyond the plan."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def mixed_growing(
    results: Results, plan: Array, *, base: float, commission_factor: float, growth_factor: float
) -> Array:
    """Base plus commission on the monthly bills signed; beyond the plan the commission grows by the factor."""
    sold = results.bills_signed
    within = np.minimum(sold, plan)
    return base * results.months + commission_factor * (within + growth_factor * (sold - within))
