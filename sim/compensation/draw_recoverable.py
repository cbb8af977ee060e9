"""Recoverable draw: an advance on commission, and what was advanced and not earned is taken from later commission."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results
from sim.compensation.scheme import after


def draw_recoverable(results: Results, plan: Array, *, draw: float, commission_factor: float) -> Array:
    """The draw, or the commission where it is more once the balance is paid back."""
    return np.maximum(draw * results.months, commission_factor * results.bills_signed - results.balance)


def balance_after_draw(results: Results, plan: Array, *, draw: float, commission_factor: float) -> Array:
    """What was advanced and is not yet earned."""
    return after(results.balance, draw * results.months, commission_factor * results.bills_signed)
