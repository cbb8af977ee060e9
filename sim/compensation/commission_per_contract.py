"""Commission per contract: a base and so much money for each, large or small."""

from __future__ import annotations

from sim.compensation.results import Array, Results


def commission_per_contract(results: Results, plan: Array, *, base: float, money_per_contract: float) -> Array:
    """Base plus the same money for every contract signed, whatever its bill and the plan."""
    return base * results.months + money_per_contract * results.contracts
