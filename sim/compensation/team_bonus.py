"""Team bonus: a base, a share of what the whole team sold, and a lump sum for all when it reaches its plan."""

from __future__ import annotations

from sim.compensation.results import Array, Results, reached


def team_bonus(results: Results, plan: Array, *, base: float, commission_factor: float, bonus: float) -> Array:
    """Base plus commission on the team's monthly bills a head, plus the bonus once the team reaches the team's plan."""
    per_head = results.team / results.team_size
    return base * results.months + commission_factor * per_head + bonus * reached(results.team, results.team_plan)
