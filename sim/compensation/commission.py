"""Commission: a base and so many monthly bills of what was signed."""

from __future__ import annotations

from sim.compensation.results import Array, Results


def commission(results: Results, plan: Array, *, base: float, commission_factor: float) -> Array:
    """Base plus commission on the monthly bills signed, whatever the plan."""
    return base * results.months + commission_factor * results.bills_signed
