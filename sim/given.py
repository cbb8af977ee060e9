"""What a market is given: parameters from whatever form they come in, and the pay scheme that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim import parameters as checking
from sim.compensation import Scheme, bind
from sim.parameters import Parameters
from sim.shipped import scheme_file


def scheme_of(parameters: Parameters) -> Scheme:
    """The pay scheme: as it was resolved from its file, or of the shipped file of its name."""
    given = parameters.department.scheme
    kind, terms = given.kind or given.name, given.terms
    found = scheme_file(given.name)
    if found and kind in (given.name, found[0]):
        kind, terms = found[0], found[1] | terms
    times = {"period": given.period, "credited": given.credited, "counts": given.counts}
    return bind(kind, terms, name=given.name, **times)


def resolve(parameters: Parameters | Mapping[str, Any] | None, overrides: Mapping[str, Any]) -> Parameters:
    """Parameters from whatever was given, with overrides on top; raises InputError with all mistakes."""
    if isinstance(parameters, Parameters) and not overrides:
        return parameters
    base = checking.defaults()
    mapping: Mapping[str, Any] = base
    if isinstance(parameters, Parameters):
        mapping, _ = checking.settle(parameters.model_dump(), base)
    elif parameters is not None:
        mapping = parameters
    return checking.check(checking.apply(mapping, overrides) if overrides else mapping)
