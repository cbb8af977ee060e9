"""Ratcheting plan: pay that grows beyond a plan, and a plan that follows what was sold."""

from __future__ import annotations

from sim.compensation.mixed_growing import mixed_growing
from sim.compensation.results import Array, Results
from sim.compensation.scheme import follow


def ratcheting(
    results: Results,
    plan: Array,
    *,
    base: float,
    commission_factor: float,
    growth_factor: float,
    up_share: float,
    down_share: float,
) -> Array:
    """Mixed pay with a growing bonus; what was sold beyond the plan comes back as the next one."""
    return mixed_growing(results, plan, base=base, commission_factor=commission_factor, growth_factor=growth_factor)


def ratcheted_plan(results: Results, plan: Array, *, up_share: float, down_share: float, **_: float) -> Array:
    """The next plan: up by a share of what was sold beyond this one, down by a share of what was missed."""
    return follow(plan, results.bills_signed, up_share, down_share)
