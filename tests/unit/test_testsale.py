"""What a visit is expected to bring, and what the plots of the test sales show."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.state import NEVER
from sim.testsale import deal_chances, expected_per_visit, prospects, sell_on_plots
from tests.worlds import market, middle_city, small_city


@cache
def made() -> Market:
    """A market on its first day."""
    return market(middle_city(), numbers={"department.active": True}, warmup=0)


def chances(of: Market, rows=None) -> tuple[np.ndarray, np.ndarray]:
    """Chance of a signature and bill, of all premises or some."""
    rows = np.arange(len(of.state)) if rows is None else rows
    return deal_chances(of.state, of.scene, of.field.rules, rows, of.day)


def test_nothing_is_sold_to_own_customers_or_empty_premises() -> None:
    chance, bill = chances(made())
    gone = (made().state.provider == 0) | (made().state.provider == -2)
    assert not chance[gone].any() and not bill[gone].any()
    state, today = made().state, made().day
    rests = (today < state.rest_until) & (today > state.unsettled_until) & (state.decision_day == NEVER)
    assert not chance[rests].any()
    free = ~gone & ~rests & (state.order_operator == -1)
    assert (chance[free] > 0).all() and (bill[free] > 0).all()


def test_nobody_signs_more_often_than_the_decision_maker_is_met() -> None:
    chance, _ = chances(made())
    assert (chance <= made().field.rules.decision_maker[made().state.premises]).all()


def test_the_bill_is_the_tariff_times_the_usage() -> None:
    state, rows = made().state, prospects(made().state)
    _, bill = chances(made(), rows)
    tariff = made().scene.appeal.price[0, state.size_class[rows], state.premises[rows]]
    assert bill == pytest.approx(tariff * state.usage[rows], rel=1e-6)


def test_prospects_are_all_tenants_but_our_customers() -> None:
    provider = made().state.provider
    assert (provider[prospects(made().state)] != 0).all()
    assert prospects(made().state).size == ((provider == -1) | (provider > 0)).sum()


def test_a_visit_is_expected_to_bring_the_mean_of_all_prospects() -> None:
    chance, bill = chances(made(), prospects(made().state))
    per_visit, mean_bill = expected_per_visit(made().state, made().scene, made().field.rules, made().day)
    assert per_visit == pytest.approx(chance.mean())
    assert mean_bill == pytest.approx((chance * bill).sum() / chance.sum())


def test_the_personal_channel_and_the_urge_of_a_visit_raise_the_chance() -> None:
    def mean(**numbers) -> float:
        of = market(small_city(), numbers={"department.active": True, **numbers}, warmup=0)
        return float(chances(of)[0].mean())

    usual = mean()
    assert mean(**{"world.field.personal_logit": 1.5}) > usual > mean(**{"world.field.personal_logit": 0.0})
    assert mean(**{"world.field.woken_months": 3.0}) > usual > mean(**{"world.field.woken_months": 1.0})


def test_plots_sell_about_what_is_expected() -> None:
    of, plots = made(), np.full(4, 10_000)  # every door of every type
    expected = np.zeros(4)
    chance, _ = chances(of)
    np.add.at(expected, of.state.premises, chance)
    sold, _, _ = sell_on_plots(of.state, of.scene, of.field.rules, plots, of.day, of.luck)
    assert np.abs(sold - expected).max() < 4 * np.sqrt(expected.max())


def test_sums_and_squares_are_of_the_deals() -> None:
    of = made()
    deals, bills, squares = sell_on_plots(of.state, of.scene, of.field.rules, np.full(4, 10_000), of.day, of.luck)
    some = deals > 0
    assert some.any() and not bills[~some].any()
    assert (squares[some] >= bills[some] ** 2 / deals[some] - 1e-6).all()


def test_without_visits_nothing_is_sold() -> None:
    of = made()
    assert not sell_on_plots(of.state, of.scene, of.field.rules, np.zeros(4, int), of.day, of.luck)[0].any()


def test_the_test_sale_leaves_the_market_as_it_is() -> None:
    of = market(small_city(), numbers={"department.active": True}, warmup=0)
    before = {name: values.copy() for name, values in of.state.columns().items()}
    sell_on_plots(of.state, of.scene, of.field.rules, np.full(4, 10), of.day, of.luck)
    for name, values in of.state.columns().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
