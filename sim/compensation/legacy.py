"""Legacy plan: a floor below which nothing is paid, a cap above, and a plan that follows what was sold."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results
from sim.compensation.scheme import follow


def legacy(
    results: Results,
    plan: Array,
    *,
    base: float,
    commission_factor: float,
    floor_share: float,
    cap_factor: float,
    up_share: float,
    down_share: float,
) -> Array:
    """Base plus commission on the monthly bills signed between the floor and the cap."""
    paid_for = np.clip(results.bills_signed, floor_share * plan, cap_factor * plan) - floor_share * plan
    return base * results.months + commission_factor * paid_for


def legacy_plan(results: Results, plan: Array, *, up_share: float, down_share: float, **_: float) -> Array:
    """The next plan: up by a share of what was sold beyond this one, down by a share of what was missed."""
    return follow(plan, results.bills_signed, up_share, down_share)
