"""Pay schemes: a table of pure functions from results and plan to pay, and the door where their terms are checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.compensation.commission import commission
from sim.compensation.fixed import fixed
from sim.compensation.mixed_growing import mixed_growing
from sim.compensation.quota_bonus import quota_bonus
from sim.compensation.results import Array, Results
from sim.errors import InputError, nearest
from sim.nodes import number_mistake

__all__ = ["SCHEMES", "Results", "Scheme", "bind", "terms_of"]

SCHEMES: dict[str, Callable[..., Array]] = {
    "fixed": fixed,
    "commission": commission,
    "quota_bonus": quota_bonus,
    "mixed_growing": mixed_growing,
}


@dataclass(frozen=True)
class Scheme:
    """A pay scheme with its terms; made by bind, which has checked them."""

    name: str
    terms: tuple[tuple[str, float], ...]  # pairs, so that a scheme can be the key of a memory

    def pay(self, results: Results, plan: Array) -> Array:
        """Pay of the period, one amount a representative, in the city's currency."""
        return SCHEMES[self.name](results, plan, **dict(self.terms))

    def fixed_part(self, results: Results, plan: Array) -> Array:
        """The part that would be paid without any sale; the rest is variable."""
        return self.pay(results.without_sales(), plan)


def terms_of(name: str) -> tuple[str, ...]:
    """The terms that a scheme takes."""
    signature = inspect.signature(SCHEMES[name])
    return tuple(term for term, is_ in signature.parameters.items() if is_.kind is inspect.Parameter.KEYWORD_ONLY)


def bind(name: str, terms: Mapping[str, Any] | None) -> Scheme:
    """The scheme with these terms, or an InputError with every mistake in them."""
    mistakes = _mistakes(name, terms)
    if mistakes:
        raise InputError(mistakes)
    return Scheme(name, tuple((term, float((terms or {})[term])) for term in terms_of(name)))


def _mistakes(name: Any, terms: Any) -> list[str]:
    if not isinstance(name, str) or name not in SCHEMES:
        return [f"scheme.name = {name} is no pay scheme; {nearest(str(name), SCHEMES)}"]
    terms = {} if terms is None else terms
    if not isinstance(terms, Mapping):
        return [f"scheme.terms = {terms!r} must be a section; write terms: {_form(name)}"]
    unknown = [_unknown(name, str(term)) for term in terms if term not in terms_of(name)]
    missing = [
        f"scheme.terms.{term} is missing; '{name}' takes terms: {_form(name)}"
        for term in terms_of(name)
        if term not in terms
    ]
    wrong = [_wrong(term, terms[term]) for term in terms_of(name) if term in terms]
    return [*unknown, *missing, *(message for message in wrong if message)]


def _unknown(name: str, term: str) -> str:
    owners = [other for other in SCHEMES if term in terms_of(other)]
    belongs = f" ('{term}' is a term of {', '.join(owners)})" if owners else ""
    return f"unknown term 'scheme.terms.{term}' of scheme '{name}'{belongs}; {nearest(term, terms_of(name))}"


def _wrong(term: str, value: Any) -> str:
    problem = number_mistake(value)
    if not problem and value < 0:
        problem = f"= {value} is negative; pay must not fall as sales grow: give 0 or more"
    return f"scheme.terms.{term} {problem}" if problem else ""


def _form(name: str) -> str:
    return "{" + ", ".join(f"{term}: ..." for term in terms_of(name)) + "}"
