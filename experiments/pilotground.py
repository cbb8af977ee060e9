"""The ground of a test sale: what a visit begins at every prospect of a world, and what is believed of it before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.cityoperators import PREMISES

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.testsale import Prospects

Array = np.ndarray[Any, Any]

PRICES = (0.9, 1.0, 1.1)  # that are tried, relative to the list


@dataclass(frozen=True, eq=False)
class Ground:
    """The prospects of a world: for every door its type, size and zone, what a visit begins there, and what comes of it
    in the end."""

    address: Array
    premises: Array
    size: Array
    zone: Array
    of: Prospects
    chance: Array  # of a deal within the months for which what ripens counts in a plan
    at_price: Array  # (prices, doors) the same at other prices
    cost_per_visit: float
    visits_per_day: float  # of a representative
    value_per_bill: float  # what one unit of a monthly bill earns until a deal must have paid back
    cost_per_deal: float

    @property
    def bill(self) -> Array:
        """Monthly bill of a deal at each door."""
        return self.of.bill

    @property
    def required(self) -> float:
        """The conversion at which a visit earns its cost, given the bills of this world's price list."""
        value = self.mean_bill * self.value_per_bill - self.cost_per_deal
        return self.cost_per_visit / value if value > 0.0 else np.inf

    @property
    def mean_bill(self) -> float:
        """Mean monthly bill of a deal."""
        return float((self.chance * self.bill).sum() / max(self.chance.sum(), 1e-12))

    @property
    def mix(self) -> Array:
        """Share of prospects by premises type."""
        counts = np.bincount(self.premises, minlength=len(PREMISES))
        return counts / max(counts.sum(), 1)


def ground_of(parameters: Parameters, city: Any, seed: int, payback_months: int) -> Ground:
    """Open a market and look at what a visit would bring at every door, in expectation."""
    from sim.decisions import Offers
    from sim.fieldforce import FieldForce
    from sim.market import Market
    from sim.offers import begin
    from sim.testsale import prospects, prospects_of, yields

    market = Market(parameters, city, seed)
    state, scene, field = market.state, market.scene, market.field
    assert isinstance(field, FieldForce)
    if parameters.offers != Offers():
        begin(market.operators[0], state, scene, parameters.offers)  # the first month has not been opened yet
    rows = prospects(state)
    rows = rows[scene.network[0][state.zone[rows]]]
    field.expect(state, market.day)
    days, at_price = scene.calendar.span(parameters.department.plan.ripening_months), []
    of = prospects_of(state, scene, field.rules, rows, market.day)
    for factor in PRICES:
        if factor == 1.0:
            at_price.append(yields(of, days).all)
            continue
        price = scene.appeal.price.copy()
        price[0] *= factor
        there = prospects_of(state, scene, field.rules, rows, market.day, price)
        at_price.append(yields(there, days).all)
    p, visits = parameters.world, field.visits_per_day()
    people = p.effort.usual_pay_per_month + p.department.rep_overhead_cost_per_month
    people += p.department.head_cost_per_month / p.department.span_reps
    return Ground(
        state.address[rows].copy(),
        state.premises[rows].astype(np.int64),
        state.size_class[rows].astype(np.int64),
        state.zone[rows].astype(np.int64),
        of,
        yields(of, days).all,
        np.array(at_price),
        people / (visits * scene.calendar.per_month),
        visits,
        payback_months * (1.0 - p.economics.network_cost_share),
        p.economics.installation_cost_per_job,
    )


@dataclass(frozen=True)
class Belief:
    """What whoever evaluates a test sale takes from experience: the world as the parameter book has it."""

    close: float  # part of those interested who sign
    growth: float  # signatures in the end for one that a test sale of this length shows or announces

    @classmethod
    def of(cls, ground: Ground, days: float) -> Belief:
        """The belief of whoever knows this ground."""
        from sim.testsale import yields

        within = yields(ground.of, days)
        shown = float((ground.of.chance + within.calls + within.followups).sum())
        close = float(ground.of.chance.sum() / max(ground.of.interest.sum(), 1e-12))
        return cls(close, float(ground.chance.sum()) / shown if shown > 0.0 else 1.0)
