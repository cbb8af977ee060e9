"""Who moves in, and how long businesses last."""

from __future__ import annotations

import numpy as np
import pytest

from sim.bills import draw_usage
from sim.draws import Streams, tenancy_addresses
from sim.state import NEVER, NONE, MarketState
from sim.tenants import after, draw_traits, event_days, lifetimes
from sim.workdays import workdays
from tests.worlds import first_morning, middle_city, parameters, shipped

CALENDAR = workdays("2027-01", 12, 24, "AU", "VIC")
DEMOGRAPHY = shipped().world.demography
LIVES = lifetimes(DEMOGRAPHY, CALENDAR)
UNIFORM = (np.arange(200_000) + 0.5) / 200_000
TRAITS = ("inclination", "exposure", "price_sensitivity", "phone_reach", "lines", "usage")


def tenants(n: int = 4000, size_class: int = 0, world=None) -> MarketState:
    """Tenants of one size in one zone, with their traits drawn."""
    state = MarketState.empty(n, 2)
    state.id_hash[:] = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state.address[:], state.employees[:], state.size_class[:] = state.id_hash, 3, size_class
    state.provider[:] = NONE
    draw_traits(state, np.arange(n), world or shipped().world, np.ones(1), Streams(5))
    return state


def test_the_mean_lifetime_is_one_over_the_closure_rate() -> None:
    wanted = 1 / CALENDAR.daily(DEMOGRAPHY.closure_rate_per_month)
    age = np.linspace(0.0, 60 * wanted, 2_000_001)
    by_integration = np.trapezoid(np.exp(-LIVES.hazard_until(age)), age)
    by_sampling = LIVES.age_at_hazard(-np.log(UNIFORM)).mean()
    assert LIVES.mean_days == pytest.approx(wanted, rel=1e-6)
    assert by_integration == pytest.approx(wanted, rel=1e-4)
    assert by_sampling == pytest.approx(wanted, rel=1e-3)


def test_young_businesses_close_more_often() -> None:
    year = 12 * CALENDAR.per_month
    first, later = LIVES.hazard_until([year])[0], LIVES.hazard_until([5 * year])[0] - LIVES.hazard_until([4 * year])[0]
    factors = DEMOGRAPHY.closure_first_year_factor / DEMOGRAPHY.closure_later_years_factor
    assert first / later == pytest.approx(factors)


def test_age_and_hazard_are_inverse_to_each_other() -> None:
    age = np.array([0.0, 10.0, 250.0, 251.0, 749.0, 751.0, 5000.0])
    assert LIVES.age_at_hazard(LIVES.hazard_until(age)) == pytest.approx(age)


def test_ages_of_a_standing_population_follow_survival() -> None:
    age = LIVES.standing_age(UNIFORM)
    edges = np.array([0.0, 100.0, 250.0, 500.0, 750.0, 1500.0, 4000.0])
    fine = np.linspace(edges[:-1], edges[1:], 2001)
    expected = np.trapezoid(np.exp(-LIVES.hazard_until(fine)), fine, axis=0) / LIVES.mean_days
    observed = np.histogram(age, edges)[0] / age.size
    assert observed == pytest.approx(expected, abs=2e-4)


def test_a_standing_population_loses_its_closure_rate_every_day() -> None:
    age = LIVES.standing_age(UNIFORM)
    hazard = np.select([age < LIVES.edges[1], age < LIVES.edges[2]], LIVES.rates[:2], LIVES.rates[2])
    assert hazard.mean() == pytest.approx(CALENDAR.daily(DEMOGRAPHY.closure_rate_per_month), rel=1e-3)


def test_the_opening_stock_closes_at_the_closure_rate() -> None:
    state = first_morning(middle_city()).state
    days = state.turnover_day[state.provider >= NONE].astype(int)
    year = 12 * CALENDAR.per_month
    expected = 1 - (1 - DEMOGRAPHY.closure_rate_per_month) ** 12
    share = (days < year).mean()
    assert abs(share - expected) < 4 * np.sqrt(expected / days.size)


def test_traits_have_mean_one_and_their_spread() -> None:
    state, world = tenants(40_000), shipped().world
    for name, sigma in (
        ("inclination", world.needs.shopping_inclination_sigma),
        ("exposure", world.signals.advertising_attention_sigma),
        ("phone_reach", world.dialling.connect_spread),
    ):
        values = getattr(state, name).astype(float)
        assert np.log(values).std() == pytest.approx(sigma, rel=0.03)
        assert values.mean() == pytest.approx(1.0, abs=5 * np.sqrt(np.expm1(sigma**2) / values.size))


def test_large_businesses_mind_the_price_less() -> None:
    factor = shipped().world.choice.price_sensitivity_factor
    means = [tenants(size_class=size).price_sensitivity.mean() for size in range(4)]
    assert means == pytest.approx([factor.micro, factor.small, factor.medium, factor.large], rel=0.03)


def test_tenants_without_spread_are_all_alike() -> None:
    world = parameters({"world.needs.shopping_inclination_sigma": 0.0}).world
    assert (tenants(100, world=world).inclination == 1.0).all()


def test_the_same_tenant_is_the_same_whenever_and_beside_whomever_it_moves_in() -> None:
    together, alone = tenants(200), tenants(200)
    draw_traits(alone, np.array([150, 3]), shipped().world, np.ones(1), Streams(5))
    for name in TRAITS:
        assert getattr(alone, name).tolist() == getattr(together, name).tolist()


def test_the_next_tenant_of_premises_is_another_one() -> None:
    state = tenants(1000)
    before = {name: getattr(state, name).copy() for name in (*TRAITS, "address")}
    state.tenancy[::2] += 1
    state.address[::2] = tenancy_addresses(state.id_hash[::2], state.tenancy[::2])
    draw_traits(state, np.arange(1000), shipped().world, np.ones(1), Streams(5))
    assert (state.address[::2] != before["address"][::2]).all()
    assert (state.address[1::2] == before["address"][1::2]).all()
    assert abs(np.corrcoef(state.inclination[::2], before["inclination"][::2])[0, 1]) < 0.2
    assert (state.inclination[1::2] == before["inclination"][1::2]).all()


def test_usage_is_that_of_the_bills() -> None:
    state = tenants(50)
    lines, usage = draw_usage(
        state.employees, state.size_class, state.address, Streams(5)("bills"), shipped().world.bills
    )
    assert state.lines.tolist() == lines.tolist()
    assert state.usage == pytest.approx(usage)


def test_dates_lie_ahead_and_what_is_too_far_never_comes() -> None:
    assert after(10, np.array([0.0, 0.2, 1.0, 3.4, 1e9])).tolist() == [11, 11, 11, 14, NEVER]
    days = event_days(Streams(1)("faults"), np.arange(1, 2000, dtype=np.uint64), 0, 0.05, 10)
    assert days.min() >= 11
    assert (days - 10).mean() == pytest.approx(20.5, rel=0.1)
