"""Commission on activation: a base and so many monthly bills of what went into service."""

from __future__ import annotations

from sim.compensation.results import Array, Results


def commission_on_activation(results: Results, plan: Array, *, base: float, commission_factor: float) -> Array:
    """Base plus commission on the monthly bills activated in the period, whenever they were signed."""
    return base * results.months + commission_factor * results.bills_activated
