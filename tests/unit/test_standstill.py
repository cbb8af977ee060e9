"""The constants of a standing market: shares by zone, presence, brands, the unserved."""

from __future__ import annotations

import numpy as np
import pytest

from sim import standstill
from sim.awareness import UNAIDED
from sim.city import City
from sim.standstill import Standstill, phases, presence_for, provider_shares, reference_tenants
from tests.tiny import tiny_city, tiny_operators
from tests.worlds import first_morning, market, middle_city, shipped, small_city, twin_city


def flows(city: City) -> tuple[np.ndarray, np.ndarray, float, Standstill]:
    """Gains and losses a month for each operator at the solved constants, the unserved, and the constants."""
    base, world = market(city, months=1, warmup=0).base, shipped().world
    share = np.array([spec.share for spec in city.operators])
    network = np.array([spec.network for spec in city.operators]).T
    setting = standstill._Setting.of(
        city,
        world,
        base.calendar,
        reference_tenants(city, world, base.footfall_factor, share.size),
        base.still.provider_share,
        network,
        base.answered,
        base.still.presence,
        len(base.links.indices) / city.n,
    )
    return *setting.flows(base.still.brand, share / share.sum()), base.still


@pytest.mark.parametrize("city", [small_city(), middle_city(), twin_city(3)], ids=["tiny", "middle", "twins"])
def test_gains_equal_losses_for_every_operator(city: City) -> None:
    gain, loss, unserved, still = flows(city)
    assert gain == pytest.approx(loss, rel=1e-3)
    assert unserved == pytest.approx(still.unserved_share, rel=1e-4)
    assert 0.0 < unserved < 0.1


def test_operators_that_are_alike_have_the_same_constants() -> None:
    still = market(twin_city(3), months=1, warmup=0).base.still
    assert still.brand == pytest.approx(np.zeros(3), abs=1e-6)
    assert np.ptp(still.presence) < 1e-12


def test_brand_constants_are_zero_in_the_mean_over_customers() -> None:
    city = middle_city()
    share = np.array([spec.share for spec in city.operators])
    assert share @ market(city, months=1, warmup=0).base.still.brand == pytest.approx(0.0, abs=1e-9)


def test_shares_by_zone_respect_networks_and_add_up_to_the_whole() -> None:
    rows, share = np.array([10, 30, 60]), np.array([0.2, 0.5, 0.3])
    network = np.array([[True, True, False], [True, True, True], [False, True, True]])
    by_zone = provider_shares(rows, share, network)
    assert (by_zone[~network] == 0).all()
    assert by_zone.sum(1) == pytest.approx(np.ones(3))
    assert rows @ by_zone / 100 == pytest.approx(share, abs=1e-6)


def test_presence_makes_as_many_name_the_operator_as_its_brand_says() -> None:
    exposure = np.exp(np.random.default_rng(1).normal(size=100_000) - 0.5)
    brand, share = np.array([0.25, 0.6]), np.array([0.18, 0.4])
    presence = presence_for(brand, share, exposure)
    names = (1 - np.exp(-exposure[:, None] * presence) > UNAIDED).mean(0)
    assert share + (1 - share) * names == pytest.approx(brand, abs=1e-3)


def test_contract_states_are_a_whole_population() -> None:
    mix = phases(shipped().world)
    assert mix.weight.sum() == pytest.approx(1.0)
    assert (mix.weight >= 0).all()
    assert set(mix.factor) == {1.0, shipped().world.needs.renewal_factor}


def test_the_constants_are_the_same_for_every_seed() -> None:
    first, second = (market(small_city(), seed, months=1).base.still for seed in (1, 2))
    assert first.brand.tolist() == second.brand.tolist()


def test_a_smaller_share_at_the_same_price_and_awareness_has_a_weaker_brand() -> None:
    operators = tiny_operators()
    for operator, share in zip(operators, (0.3, 0.7), strict=True):
        operator["share"], operator["brand"] = share, 0.7
    still = market(tiny_city(operators), months=1).base.still
    assert still.brand[0] < still.brand[1]


def test_the_sample_has_the_citys_premises_with_the_smallest_hashes() -> None:
    city = middle_city()
    sample = reference_tenants(city, shipped().world, np.ones(len(city.zone_id)), 4)
    assert len(sample) == standstill.SAMPLE
    limit = np.sort(city.id_hash[city.occupied])[standstill.SAMPLE - 1]
    assert sample.address.max() == limit


def test_the_opening_stock_has_the_operators_shares() -> None:
    opened = first_morning(middle_city())
    provider = opened.state.provider
    share = np.bincount(provider[provider >= 0], minlength=4) / (provider >= 0).sum()
    expected = np.array([spec.share for spec in opened.city.operators])
    assert (np.abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / (provider >= 0).sum())).all()
    unserved = (provider == -1).sum() / (provider >= -1).sum()
    assert unserved == pytest.approx(opened.base.still.unserved_share, abs=0.02)


def test_a_rough_world_has_a_solution_too() -> None:
    rough = {"world.installation.fault_rate_per_month": 0.05, "world.retention.notice_share": 0.9}
    assert np.isfinite(market(numbers=rough, months=1).base.still.brand).all()
