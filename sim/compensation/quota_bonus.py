"""Quota bonus: a base and a lump sum for whoever reaches the plan."""

from __future__ import annotations

from sim.compensation.results import Array, Results

ROUNDING = 1e-9  # a plan of three bills of 33.3 is reached by these three, whatever their sum in binary


def quota_bonus(results: Results, plan: Array, *, base: float, bonus: float) -> Array:
    """Base plus the bonus once the monthly bills signed reach the plan; without a plan there is no bonus."""
    reached = (plan > 0.0) & (results.bills_signed >= plan * (1.0 - ROUNDING))
    return base + bonus * reached
