"""Clawback: a commission that is taken back when the customer leaves early."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results
from sim.compensation.scheme import after


def clawback(
    results: Results,
    plan: Array,
    *,
    base: float,
    commission_factor: float,
    clawback_share: float,
    clawback_months: float,
) -> Array:
    """Base plus commission on the monthly bills signed, less a share of it for orders that fell through and for
    customers who left within the months; the base stays, and what is not covered waits for later commission."""
    earned = commission_factor * (results.bills_signed - clawback_share * _lost(results)) - results.balance
    return base * results.months + np.maximum(earned, 0.0)


def balance_after_clawback(
    results: Results,
    plan: Array,
    *,
    base: float,
    commission_factor: float,
    clawback_share: float,
    clawback_months: float,
) -> Array:
    """What is still to be taken back."""
    taken = commission_factor * clawback_share * _lost(results)
    return after(results.balance, taken, commission_factor * results.bills_signed)


def _lost(results: Results) -> Array:
    return results.bills_cancelled + results.bills_left_early
