"""Quota bonus: a base and a lump sum for whoever reaches the plan."""

from __future__ import annotations

from sim.compensation.results import Array, Results, reached


def quota_bonus(results: Results, plan: Array, *, base: float, bonus: float) -> Array:
    """Base plus the bonus once the monthly bills signed reach the plan; without a plan there is no bonus."""
    return base * results.months + bonus * reached(results.bills_signed, plan)
