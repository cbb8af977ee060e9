"""What a city and a world give before any seed: calendar, ties, lifetimes, constants of the standing market; kept for
the next run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.opening import footfall_factor
from sim.parameters import Parameters
from sim.peers import build_peers
from sim.scene import Links
from sim.standstill import Standstill, solve, without_standing
from sim.telephone import OpeningHours, line_answered
from sim.tenants import Lifetimes, lifetimes
from sim.workdays import Workdays, workdays
from sim.world import World

Array = np.ndarray[Any, Any]

SALES_CALLS_PER_CUSTOMER_DAY = 0.0025  # a guess with which the first month's staff is planned
SETTLING_MONTHS = 2  # before the first month that is seen: searches and orders under way fill up
KEPT = 8  # foundations remembered by a process

_foundations: dict[tuple[Any, ...], Foundation] = {}
_ties: dict[tuple[str, str], Links] = {}


@dataclass(frozen=True)
class Foundation:
    """Everything that is the same for all seeds."""

    calendar: Workdays
    links: Links
    lives: Lifetimes
    opening_rate: float
    still: Standstill
    answered: Array  # (o,) of the first month
    footfall_factor: Array
    hours: OpeningHours


def lay(city: Any, parameters: Parameters) -> Foundation:
    """The foundation of a city under some parameters, from memory if it was laid before."""
    when = parameters.calendar.decision_month, parameters.warmup, parameters.months
    key = (
        city.content_hash,
        parameters.world.model_dump_json(),
        *when,
        parameters.call_centre.agents_min,
        parameters.situation.focal_stands,
    )
    if key not in _foundations:
        while len(_foundations) >= KEPT:
            _foundations.pop(next(iter(_foundations)))
        _foundations[key] = _lay(city, parameters)
    return _foundations[key]


def _lay(city: Any, parameters: Parameters) -> Foundation:
    world = parameters.world
    calendar = workdays(
        parameters.calendar.decision_month,
        parameters.warmup + SETTLING_MONTHS,
        parameters.months,
        city.country,
        city.subdivision,
    )
    links, hours = peers_of(city, world), OpeningHours()
    tenants = int(city.occupied.sum())
    share = np.array([spec.share for spec in city.operators])
    answered = np.array(
        [
            line_answered(
                tenants * part,
                tenants * part * SALES_CALLS_PER_CUSTOMER_DAY,
                hours,
                world.calls,
                world.economics,
                calendar.per_month,
                parameters.call_centre.agents_min,
            )
            for part in share / share.sum()
        ]
    )
    factor = footfall_factor(city, world.signals.footfall_exponent)
    still = solve(city, world, calendar, answered, factor, len(links.indices) / max(len(city.zone), 1))
    if not parameters.situation.focal_stands:
        still = without_standing(still, share)
    lives = lifetimes(world.demography, calendar)
    return Foundation(calendar, links, lives, opening_rate(city, world, calendar), still, answered, factor, hours)


def peers_of(city: Any, world: World) -> Links:
    """Peer ties of a city; they depend on the city and the ties' own numbers alone."""
    key = city.content_hash, world.peers.model_dump_json()
    if key not in _ties:
        while len(_ties) >= KEPT:
            _ties.pop(next(iter(_ties)))
        csr = build_peers(city, world.peers)
        _ties[key] = Links(csr.indptr, csr.indices)
    return _ties[key]


def opening_rate(city: Any, world: World, calendar: Workdays) -> float:
    """How fast vacant premises find a tenant: as many openings as closures where the city counts its vacant units."""
    vacant = int((~city.occupied).sum())
    if vacant == 0:
        return 1.0 / (world.demography.vacancy_months * calendar.per_month)
    return calendar.daily(world.demography.closure_rate_per_month) * int(city.occupied.sum()) / vacant


def turnover_per_day(base: Foundation) -> float:
    """Orders a customer and working day in a standing market, about: what crews are planned for at first."""
    return 0.02 / base.calendar.per_month
