"""Runs the model many times and shows what came out; `load_city` and `scenario` are the way in from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sim.city import load_city as load_city
    from sim.parameters import Parameters


def scenario(name: str, configs: str | None = None, **overrides: Any) -> Parameters:
    """The parameters of a scenario by name; overrides by dotted path, as scenario("passive", **{"months": 12})."""
    from experiments.compose import compose_scenario

    return compose_scenario(name, configs, overrides)


def __getattr__(name: str) -> Any:
    """Load the city reader when it is asked for, so that `fieldcast --help` need not."""
    if name == "load_city":
        from sim.city import load_city

        return load_city
    raise AttributeError(f"module 'experiments' has no attribute '{name}'")
