"""The model: a city's telecom B2B market, day by day. `Market` is the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.market import Market as Market


def __getattr__(name: str) -> Any:
    """Load the market when it is asked for: who only reads parameters need not wait for it."""
    if name == "Market":
        from sim.market import Market

        return Market
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
