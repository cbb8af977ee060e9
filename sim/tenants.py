"""Who moves in: the traits of a tenant, drawn at its address, and how long businesses and vacancies last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.bills import draw_usage
from sim.draws import Luck, Streams, dates_after
from sim.quantiles import ndtri
from sim.state import NEVER, MarketState
from sim.workdays import Workdays
from sim.world import Demography, World

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Lifetimes:
    """Closing by age: a piecewise constant hazard whose mean over standing businesses is the closure rate."""

    edges: Array  # (3,) age in days at which each piece begins
    rates: Array  # (3,) hazard per working day
    survival: Array  # (3,) chance to reach the edge
    mean_days: float

    def hazard_until(self, age: Array) -> Array:
        """Cumulative hazard up to an age."""
        age = np.asarray(age, np.float64)[..., None]
        ends = np.append(self.edges[1:], np.inf)
        return np.sum(self.rates * np.clip(age - self.edges, 0.0, ends - self.edges), axis=-1)

    def age_at_hazard(self, hazard: Array) -> Array:
        """The inverse of `hazard_until`."""
        begun = self.begun()
        piece = np.searchsorted(begun, hazard, side="right") - 1
        return self.edges[piece] + (hazard - begun[piece]) / self.rates[piece]

    def begun(self) -> Array:
        """Cumulative hazard at each edge."""
        return self.hazard_until(self.edges)

    def standing_age(self, uniform: Array) -> Array:
        """Age of a business met in a standing population: density proportional to survival."""
        mass = self.survival / self.rates
        mass[:-1] -= self.survival[1:] / self.rates[:-1]
        begun = np.concatenate([[0.0], np.cumsum(mass)[:-1]]) / self.mean_days
        piece = np.searchsorted(begun, uniform, side="right") - 1
        inside = (uniform - begun[piece]) * self.mean_days * self.rates[piece] / self.survival[piece]
        return self.edges[piece] - np.log1p(-np.minimum(inside, 1 - 1e-12)) / self.rates[piece]


def lifetimes(p: Demography, calendar: Workdays) -> Lifetimes:
    """Scale the pieces (first year, second and third, later) so that the mean lifetime is one over the closure rate."""
    edges = np.array([0.0, 12.0, 36.0]) * calendar.per_month
    factors = np.array([p.closure_first_year_factor, 1.0, p.closure_later_years_factor])
    wanted = 1.0 / calendar.daily(p.closure_rate_per_month)
    low, high = 1e-8, 1.0
    for _ in range(200):  # bisection: the mean falls as the base rate rises
        base = np.sqrt(low * high)
        survival, mean = _survival_and_mean(edges, factors * base)
        low, high = (base, high) if mean > wanted else (low, base)
    return Lifetimes(edges, factors * base, survival, mean)


def _survival_and_mean(edges: Array, rates: Array) -> tuple[Array, float]:
    survival = np.exp(-np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(edges))]))
    ends = np.append(survival[1:], 0.0)
    return survival, float(np.sum((survival - ends) / rates))


def draw_traits(state: MarketState, rows: Array, world: World, footfall_factor: Array, streams: Streams) -> None:
    """The traits of the tenants of `rows`, at their addresses: the same tenant is the same whenever it moves in."""
    luck, address = streams("tenant"), state.address[rows]
    needs, signals, choice, dialling = world.needs, world.signals, world.choice, world.dialling
    state.inclination[rows] = _lognormal(luck.uniform(address, 0), needs.shopping_inclination_sigma)
    attention = _lognormal(luck.uniform(address, 1), signals.advertising_attention_sigma)
    state.exposure[rows] = attention * footfall_factor[state.zone[rows]]
    by_size = np.array(list(choice.price_sensitivity_factor.model_dump().values()))
    spread = _lognormal(luck.uniform(address, 2), choice.price_sensitivity_sigma)
    state.price_sensitivity[rows] = by_size[state.size_class[rows]] * spread
    state.phone_reach[rows] = _lognormal(luck.uniform(address, 3), dialling.connect_spread)
    lines, usage = draw_usage(state.employees[rows], state.size_class[rows], address, streams("bills"), world.bills)
    state.lines[rows], state.usage[rows] = lines, usage


def _lognormal(uniform: Array, sigma: float) -> Array:
    """Lognormal numbers with mean one."""
    return np.exp(sigma * ndtri(uniform) - 0.5 * sigma**2)


def after(today: int, days: Array) -> Array:
    """Dates some days from today, at least tomorrow; what lies too far ahead never comes."""
    return np.minimum(today + np.maximum(np.ceil(days), 1.0), NEVER).astype(np.int16)


def event_days(luck: Luck, address: Array, k: int, rate_per_day: Array | float, today: int) -> Array:
    """Dates of the next events with a constant daily rate, one for each address."""
    rate = rate_per_day if isinstance(rate_per_day, np.ndarray) else np.full(address.size, rate_per_day)
    return dates_after(luck.key, address, k, rate, today, NEVER)
