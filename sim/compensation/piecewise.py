"""Piecewise pay: any breakpoints, each with a rate from there on, a lump sum when it is reached, or both."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results, reached

Step = tuple[float, bool, float, float]  # from where, whether that is a share of the plan, the rate from there, a lump


def piecewise(results: Results, plan: Array, *, base: float, steps: tuple[Step, ...]) -> Array:
    """Base plus, from each breakpoint on, its rate for every monthly bill signed, and its lump sum once it is reached.

    Below the first breakpoint nothing is paid for a sale. A share of the plan is never reached where no plan is set.
    """
    pay, rate_before = base * results.months + 0.0 * results.bills_signed, 0.0
    for start, of_plan, rate, lump in steps:
        mark = np.where(plan > 0.0, start * plan, np.inf if start > 0.0 else 0.0) if of_plan else np.asarray(start)
        beyond = np.maximum(results.bills_signed - mark, 0.0)
        pay = pay + (rate - rate_before) * beyond + lump * reached(results.bills_signed, mark)
        rate_before = rate
    return pay
