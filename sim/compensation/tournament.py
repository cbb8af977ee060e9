"""Tournament: a base, and prizes for those who sold most in the team."""

from __future__ import annotations

import numpy as np

from sim.compensation.results import Array, Results


def tournament(results: Results, plan: Array, *, base: float, prizes: tuple[float, ...]) -> Array:
    """Base plus the prize of the person's rank; whoever sold nothing wins nothing."""
    places = np.array([*prizes, 0.0])
    place = np.minimum(results.rank, len(prizes) + 1.0).astype(np.int64) - 1
    return base * results.months + places[place] * (results.bills_signed > 0.0)
