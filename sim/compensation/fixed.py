"""Fixed salary: the same money whatever is sold."""

from __future__ import annotations

from sim.compensation.results import Array, Results


def fixed(results: Results, plan: Array, *, salary: float) -> Array:
    """The salary."""
    return salary * results.months + 0.0 * results.bills_signed
