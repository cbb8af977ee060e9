"""Pay schemes: a table of pure functions from results and plan to pay, and the door where their terms are checked."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.compensation import terms as checking
from sim.compensation.capped_commission import capped_commission
from sim.compensation.clawback import balance_after_clawback, clawback
from sim.compensation.commission import commission
from sim.compensation.commission_on_activation import commission_on_activation
from sim.compensation.commission_per_contract import commission_per_contract
from sim.compensation.draw_nonrecoverable import draw_nonrecoverable
from sim.compensation.draw_recoverable import balance_after_draw, draw_recoverable
from sim.compensation.fixed import fixed
from sim.compensation.legacy import legacy, legacy_plan
from sim.compensation.mixed_growing import mixed_growing
from sim.compensation.piecewise import piecewise
from sim.compensation.quota_bonus import quota_bonus
from sim.compensation.quota_floor import quota_floor
from sim.compensation.ratcheting import ratcheted_plan, ratcheting
from sim.compensation.results import Results
from sim.compensation.scheme import PERIODS, Member, Scheme
from sim.compensation.team_bonus import team_bonus
from sim.compensation.tournament import tournament
from sim.errors import InputError, nearest

__all__ = ["PERIODS", "SCHEMES", "Results", "Scheme", "bind", "scaled", "terms_of", "written"]

SCHEMES: dict[str, Member] = {
    "fixed": Member(fixed),
    "commission": Member(commission),
    "commission_per_contract": Member(commission_per_contract),
    "commission_on_activation": Member(commission_on_activation),
    "quota_bonus": Member(quota_bonus),
    "capped_commission": Member(capped_commission),
    "quota_floor": Member(quota_floor),
    "mixed_growing": Member(mixed_growing),
    "draw_recoverable": Member(draw_recoverable, next_balance=balance_after_draw),
    "draw_nonrecoverable": Member(draw_nonrecoverable),
    "tournament": Member(tournament),
    "team_bonus": Member(team_bonus),
    "clawback": Member(clawback, next_balance=balance_after_clawback),
    "ratcheting": Member(ratcheting, next_plan=ratcheted_plan),
    "legacy": Member(legacy, next_plan=legacy_plan),
    "piecewise": Member(piecewise),
}
TIMES = ("period", "credited", "counts")


def terms_of(kind: str) -> tuple[str, ...]:
    """The terms that a member of the family takes."""
    signature = inspect.signature(SCHEMES[kind].pay)
    return tuple(term for term, is_ in signature.parameters.items() if is_.kind is inspect.Parameter.KEYWORD_ONLY)


def bind(kind: str, terms: Mapping[str, Any] | None, *, name: str | None = None, **times: str) -> Scheme:
    """The scheme of a kind with these terms, or an InputError with every mistake in them.

    `name` is what it is called where that is not its kind; `times` are period, credited and counts.
    """
    mistakes = _mistakes(kind, terms)
    if mistakes:
        raise InputError(mistakes)
    given = terms or {}
    kept = tuple((term, checking.settled(term, given[term])) for term in terms_of(kind))
    return Scheme(name or kind, kept, SCHEMES[kind], **times)


def scaled(scheme: Scheme, factor: float) -> Scheme:
    """The scheme with all its money a factor as high: salaries, rates, bonuses and prizes, not what shapes them."""
    return replace(scheme, terms=tuple((term, checking.scaled(term, value, factor)) for term, value in scheme.terms))


def written(scheme: Scheme) -> dict[str, Any]:
    """The terms of a scheme as they are written in a file; bind reads them back."""
    return {term: checking.shown(term, value) for term, value in scheme.terms}


def _mistakes(kind: Any, terms: Any) -> list[str]:
    if not isinstance(kind, str) or kind not in SCHEMES:
        return [f"scheme.kind = {kind} is no pay scheme; {_known(str(kind))}"]
    terms = {} if terms is None else terms
    if not isinstance(terms, Mapping):
        return [f"scheme.terms = {terms!r} must be a section; write terms: {_form(kind)}"]
    unknown = [_unknown(kind, str(term)) for term in terms if term not in terms_of(kind)]
    missing = [
        f"scheme.terms.{term} is missing; '{kind}' takes terms: {_form(kind)}"
        for term in terms_of(kind)
        if term not in terms
    ]
    wrong = [told for term in terms_of(kind) if term in terms for told in checking.mistakes_of(term, terms[term])]
    return [*unknown, *missing, *wrong]


def _known(kind: str) -> str:
    hint = nearest(kind, SCHEMES)
    return hint if not hint.startswith("known") else "known: " + ", ".join(sorted(SCHEMES))


def _unknown(kind: str, term: str) -> str:
    owners = [other for other in SCHEMES if term in terms_of(other)]
    belongs = f" ('{term}' is a term of {', '.join(owners)})" if owners else ""
    return f"unknown term 'scheme.terms.{term}' of scheme '{kind}'{belongs}; {nearest(term, terms_of(kind))}"


def _form(kind: str) -> str:
    return (
        "{"
        + ", ".join(
            f"{term}: {'[...]' if checking.TERMS[term].unit.startswith('list') else '...'}" for term in terms_of(kind)
        )
        + "}"
    )
