"""The constants with which the opening shares stand still: brands, presence, the unserved, how long premises stay
empty.

Everything is solved in expectation over a fixed sample of premises, at load and not run by run: gains by switching,
by new tenants and by the sellers of the opening day equal losses by switching and closures for every operator, given
awareness and coverage. Shares come from awareness and coverage first; what these do not explain goes into the brand
constants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit

from sim.atrest import Phases, mean_satisfaction, phases, retention_bonus, spells, surviving_orders
from sim.awareness import UNAIDED
from sim.choice import leave_share
from sim.draws import Streams
from sim.outbound import Talks, talked_into, talked_over, talks_of
from sim.state import MarketState
from sim.tenants import draw_traits
from sim.workdays import Workdays
from sim.world import World

Array = np.ndarray[Any, Any]

SAMPLE = 1000  # premises over which expectations are taken


@dataclass(frozen=True)
class Standstill:
    """What is solved at load."""

    presence: Array  # (o,) ambient stock of each brand
    brand: Array  # (o,) brand constants
    unserved_share: float  # of tenants
    provider_share: Array  # (zones, o) among the served
    joining: Array  # (o,) new customers a month, per tenant
    leaving: Array  # (o,) customers who switch away in a month, per tenant


def provider_shares(zone_rows: Array, share: Array, network: Array) -> Array:
    """Shares by zone (z, o) among the served that respect networks and add up to the operators' shares."""
    weight = np.asarray(share, np.float64).copy()
    wanted = weight / weight.sum()
    for _ in range(200):
        by_zone = network * weight
        by_zone = by_zone / np.maximum(by_zone.sum(1, keepdims=True), 1e-300)
        reached = zone_rows @ by_zone / zone_rows.sum()
        weight *= wanted / np.maximum(reached, 1e-300)
    return by_zone


def presence_for(brand: Array, share: Array, exposure: Array) -> Array:
    """Ambient stock with which a share `brand` of tenants names the operator unaided, its customers among them."""
    outsiders = np.clip((brand - share) / (1.0 - share), 0.005, 0.95)
    return -np.log(1.0 - UNAIDED) / np.quantile(exposure, 1.0 - outsiders)


def reference_tenants(city: Any, world: World, footfall_factor: Array, operators: int) -> MarketState:
    """A sample of the city's tenants, the same whatever the seed: those with the smallest hashes."""
    rows = np.flatnonzero(city.occupied)
    rows = rows[np.argsort(city.id_hash[rows], kind="stable")[:SAMPLE]]
    sample = MarketState.empty(len(rows), operators)
    for name, source in (("zone", city.zone), ("premises", city.premises_type), ("size_class", city.size_class)):
        getattr(sample, name)[:] = source[rows]
    sample.employees[:], sample.address[:] = city.employees[rows], city.id_hash[rows]
    draw_traits(sample, np.arange(len(rows)), world, footfall_factor, Streams(0))
    return sample


def solve(
    city: Any, world: World, calendar: Workdays, answered: Array, footfall_factor: Array, mean_ties: float
) -> Standstill:
    """Solve presence, brand constants and the unserved share for the city's opening shares."""
    operators = city.operators
    share = np.array([o.share for o in operators], np.float64)
    share = share / share.sum()
    network = np.array([o.network for o in operators]).T
    zone_rows = np.bincount(city.zone[city.occupied], minlength=len(city.zone_id))
    by_zone = provider_shares(zone_rows, share, network)
    sample = reference_tenants(city, world, footfall_factor, len(operators))
    presence = presence_for(np.array([o.brand for o in operators]), share, sample.exposure)
    setting = _Setting.of(city, world, calendar, sample, by_zone, network, answered, presence, mean_ties)
    brand = np.zeros(len(operators))
    for _ in range(60):
        gain, loss, unserved = setting.flows(brand, share)
        step = np.log(np.maximum(loss, 1e-12) / np.maximum(gain, 1e-12))
        brand = np.clip(brand + 0.8 * (step - share @ step), -6.0, 6.0)
        if np.abs(step).max() < 1e-4:
            break
    return Standstill(presence, brand, unserved, by_zone, gain, loss - setting.closures(unserved) * share)


def without_standing(still: Standstill, share: Array) -> Standstill:
    """The same with the focal operator's brand constant at its rivals' mean: it has no standing, good or bad."""
    brand = still.brand.copy()
    brand[0] = np.average(brand[1:], weights=share[1:])
    return replace(still, brand=brand)


@dataclass(frozen=True)
class _Setting:
    """The sampled tenants and all that the flows need besides the brand constants."""

    sample: MarketState
    by_zone: Array
    aware: Array  # (n, o) chance that an operator comes to mind
    answered: Array  # (o,) chance that a call is answered
    price: Array  # (n, o) utility of price
    quality: Array  # (o,)
    world: World
    phases: Phases
    spells: Array  # (n,) searches a month of a settled customer
    search_months: Array  # (n,)
    rest_months: float  # after a search
    survive: Array  # (n,) share of orders that are not cancelled
    closing: float  # closures per month, of all tenants
    closing_new: float  # and of young ones
    talks: Talks  # of the opening day's sellers

    @classmethod
    def of(
        cls,
        city: Any,
        world: World,
        calendar: Workdays,
        sample: MarketState,
        by_zone: Array,
        network: Array,
        answered: Array,
        presence: Array,
        mean_ties: float,
    ) -> _Setting:
        operators = city.operators
        shares = np.array([o.share for o in operators])
        discovery = world.needs.discovery_share * np.minimum(len(shares) * shares / shares.sum(), 1.0)
        price_index = np.array([o.price_index for o in operators])
        tariff = np.array([o.tariff for o in operators]) * price_index[:, None, None]
        share = np.array([o.share for o in operators])
        usual = np.tensordot(share / share.sum(), tariff, 1)
        offers = tariff[:, sample.size_class, sample.premises].T
        log_price = np.log(offers / usual[sample.size_class, sample.premises][:, None])
        quality = np.array([o.quality for o in operators])
        days = np.array(list(world.needs.search_days.model_dump().values()))[sample.size_class]
        talks = talks_of(city, world, calendar, sample, answered)
        unknown = np.exp(-sample.exposure[:, None] * presence)
        if talks.active:
            unknown = unknown * (1.0 - talks.memory)
        found = _found(1.0 - unknown, discovery)
        demography = world.demography
        return cls(
            sample,
            by_zone,
            found * network[sample.zone],
            answered,
            world.choice.price_elasticity_logit * sample.price_sensitivity[:, None] * log_price,
            quality - share @ quality / share.sum(),
            world,
            phases(world),
            sample.inclination * spells(world, calendar, mean_ties),
            days / calendar.per_month,
            world.needs.rest_months,
            surviving_orders(world, sample.premises),
            demography.closure_rate_per_month,
            demography.closure_rate_per_month * demography.closure_first_year_factor,
            talks,
        )

    def flows(self, brand: Array, share: Array) -> tuple[Array, Array, float]:
        """Gains and losses a month per tenant, by operator, and the unserved share."""
        choice, p = self.world.choice, self.phases
        standing = brand + choice.quality_logit * self.quality + choice.peers_logit * share
        inertia = np.array(list(choice.inertia_logit.model_dump().values()))[self.sample.size_class]
        settled = choice.satisfaction_logit * mean_satisfaction(self.world)
        credit = retention_bonus(self.world, self.sample.price_sensitivity)
        gain, loss, taken, lasting = _expected_flows(
            self.aware,
            self.answered,
            self.world.needs.calls_max,
            self.world.needs.shortlist_logit,
            self.price,
            standing,
            self.by_zone[self.sample.zone],
            inertia + settled,
            credit,
            self.world.retention.notice_share,
            self.spells,
            self.search_months,
            self.rest_months,
            self.survive,
            p.weight,
            p.months_left,
            p.factor,
            choice.exit_fee_logit_per_month,
            choice.nest_similarity,
            choice.no_provider_logit,
            self.world.needs.no_provider_factor * self.world.needs.shopping_rate_per_month,
            self.closing_new,
            self.talks,
        )
        unserved = self.closing * lasting
        served = 1.0 - unserved
        return served * gain + self.closing * taken, served * loss + self.closures(unserved) * share, unserved

    def closures(self, unserved: float) -> float:
        """Closures a month of tenants with a provider: who has none yet is young and closes more often."""
        return self.closing - self.closing_new * unserved


def _found(awareness: Array, discovery: Array) -> Array:
    return awareness + (1.0 - awareness) * discovery


@njit(cache=True)
def _tables(aware, known, answered, calls_max):
    """Chance of every set of offers on the table (a bit mask): who comes to mind, is called, and answers.

    Whom to call is a ranking by `known` (Plackett and Luce), cut after `calls_max`.
    """
    operators = aware.size
    table = np.zeros(1 << operators)
    for mind in range(1 << operators):
        chance, weight, size = 1.0, 0.0, 0
        for o in range(operators):
            chance *= aware[o] if mind & (1 << o) else 1.0 - aware[o]
            if mind & (1 << o):
                weight += known[o]
                size += 1
        if chance <= 0.0:
            continue
        ranked = np.zeros(1 << operators)  # chance that a set fills the first ranks
        ranked[0] = 1.0
        for called in range(1 << operators):
            if called & ~mind or ranked[called] == 0.0:
                continue
            count, taken = 0, 0.0
            for o in range(operators):
                if called & (1 << o):
                    count += 1
                    taken += known[o]
            if count < min(size, calls_max):
                for o in range(operators):
                    if mind & (1 << o) and not called & (1 << o):
                        ranked[called | (1 << o)] += ranked[called] * known[o] / (weight - taken)
                continue
            for reached in range(called + 1):
                if reached & ~called == 0:
                    share = chance * ranked[called]
                    for o in range(operators):
                        if called & (1 << o):
                            share *= answered[o] if reached & (1 << o) else 1.0 - answered[o]
                    table[reached] += share
    return table


@njit(cache=True)
def _expected_flows(
    aware,
    answered,
    calls_max,
    shortlist,
    price,
    standing,
    provider_share,
    stay_plus,
    credit,
    notice,
    spells,
    search_months,
    rest_months,
    survive,
    weight,
    months_left,
    factor,
    fee,
    similarity,
    none,
    none_rate,
    closing_new,
    talks,
):
    """Means over the sample: gains and losses by switching (o,), first providers (o,) per new tenant, months without
    one."""
    n, operators = aware.shape
    gain, loss, taken, lasting = np.zeros(operators), np.zeros(operators), np.zeros(operators), 0.0
    score, known, offered = np.empty(operators), np.empty(operators), np.empty(operators)
    for row in range(n):
        first, sold = np.zeros(operators), np.zeros(operators)
        for p in range(-1, operators):
            held = provider_share[row, p] if p >= 0 else 1.0
            if held <= 0.0:
                continue
            own_price = price[row, p] if p >= 0 else 0.0
            for o in range(operators):
                liked = standing[o] + talks.goodwill[row, o] + price[row, o]
                score[o] = np.exp((liked - own_price) / similarity)
                known[o] = np.exp(shortlist * liked)
                offered[o] = 0.0 if o == p else aware[row, o]
            if talks.active:
                value = standing + talks.goodwill[row] + price[row] - own_price
                if p < 0:
                    sold = survive[row] * talked_into(talks, row, value, none, none_rate, similarity)
                for k in range(weight.size if p >= 0 else 0):
                    stay = standing[p] + stay_plus[row] + fee * max(months_left[k] - search_months[row], 0.0)
                    rate = spells[row] * factor[k]
                    rate /= 1.0 + rate * rest_months
                    moved = talked_over(talks, row, p, value, stay, credit[row], notice, rate, similarity)
                    moved *= weight[k] * survive[row] * held
                    gain += moved
                    loss[p] += moved.sum()
            table = _tables(offered, known, answered, calls_max)
            for mask in range(1, 1 << operators):
                chance, total = table[mask], 0.0
                if chance <= 0.0:
                    continue
                for o in range(operators):
                    total += score[o] if mask & (1 << o) else 0.0
                value = np.log(total)
                if p < 0:
                    leaving = leave_share(value, none, similarity) * survive[row] * chance / total
                    for o in range(operators):
                        if mask & (1 << o):
                            first[o] += leaving * score[o]
                    continue
                leaving = 0.0
                for k in range(weight.size):
                    stay = standing[p] + stay_plus[row] + fee * max(months_left[k] - search_months[row], 0.0)
                    leave = (1.0 - notice) * leave_share(value, stay, similarity)
                    leave += notice * leave_share(value, stay + credit[row], similarity)
                    rate = spells[row] * factor[k]
                    leaving += weight[k] * leave * rate / (1.0 + rate * search_months[row])
                moved = leaving * survive[row] * chance * held
                loss[p] += moved
                for o in range(operators):
                    if mask & (1 << o):
                        gain[o] += moved * score[o] / total
        rate = none_rate
        rate /= 1.0 + rate * search_months[row]
        adopting = rate * first.sum() + sold.sum()
        lasting += 1.0 / (adopting + closing_new)
        taken += (rate * first + sold) / (adopting + closing_new)
    return gain / n, loss / n, taken / n, lasting / n
