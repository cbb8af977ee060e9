"""What the focal operator asks of whom: segmentation of the tariff, and factors by size and place."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import PREMISES, SIZES
from sim.errors import InputError
from sim.market import Market
from sim.offers import by_size, by_size_and_place, factors, one_price, usage_of_customers
from sim.parameters import apply, check, defaults
from tests.worlds import assert_same_tables, by_operator, column, market, middle_city, small_city

LINES = np.array([5.0, 10.0, 20.0, 100.0])
PRICE = np.outer([100.0, 300.0, 1000.0, 4000.0], [1.0, 1.0, 1.0, 3.0])
USAGE = np.arange(16.0).reshape(4, 4)
CUT = "offers.price_factors.small.industrial"


def opened(city=None, **numbers) -> Market:
    """A market on the first day of its decision, at work."""
    made = market(city or small_city(), numbers=numbers, months=1, warmup=0)
    made.step()
    return made


def asked(of: Market) -> np.ndarray:
    """The focal operator's prices, (4, 4)."""
    return of.scene.appeal.price[0]


# ---- segmentation ---------------------------------------------------------------------------------------------------


def test_one_price_is_the_same_for_a_line_of_any_size_and_place():
    per_line = one_price(PRICE, USAGE, LINES) / LINES[:, None]
    assert np.ptp(per_line) == pytest.approx(0.0, abs=1e-12)
    two = np.zeros((4, 4))
    two[0, 0], two[1, 3] = 3.0, 1.0  # three micro customers at 100, one small one on an estate at 900: 25 lines
    assert one_price(PRICE, two, LINES)[0, 0] == pytest.approx(5.0 * (300.0 + 900.0) / 25.0)


def test_by_size_is_the_mean_of_the_classs_own_customers():
    two = np.zeros((4, 4))
    two[1, 0], two[1, 3] = 2.0, 1.0
    assert by_size(PRICE, two, LINES)[1].tolist() == pytest.approx([(2 * 300 + 900) / 3] * 4)
    assert by_size(PRICE, two, LINES)[0].tolist() == pytest.approx([150.0] * 4)  # nobody: the mean over places


@pytest.mark.parametrize("rule", [one_price, by_size, by_size_and_place])
def test_segmentation_leaves_what_customers_pay_in_all(rule):
    assert (rule(PRICE, USAGE, LINES) * USAGE).sum() == pytest.approx((PRICE * USAGE).sum())


def test_the_mix_is_that_of_the_customers_or_of_all_tenants_where_there_are_none():
    state = opened().state
    ours, usage = state.provider == 0, usage_of_customers(state)
    assert usage.sum() == pytest.approx(state.usage[ours].sum())
    assert usage[2, 1] == pytest.approx(state.usage[ours & (state.size_class == 2) & (state.premises == 1)].sum())
    state.provider[ours] = 1
    assert usage_of_customers(state).sum() == pytest.approx(state.usage[state.provider != -2].sum())


# ---- in the market --------------------------------------------------------------------------------------------------


def test_neutral_offers_leave_no_trace():
    written = {f"offers.price_factors.{size}.{place}": 1.0 for size in SIZES for place in PREMISES}
    plain = market(middle_city(), months=2, warmup=0, check=False).run()
    spelt = market(middle_city(), numbers=written, months=2, warmup=0, check=False).run()
    assert_same_tables(plain, spelt)


def test_a_factor_moves_the_offers_of_its_cell_alone():
    cut, plain = opened(**{CUT: 0.8}), opened()
    expected = np.ones((4, 4))
    expected[1, 3] = 0.8
    assert asked(cut) / asked(plain) == pytest.approx(expected)
    assert (cut.scene.appeal.price[1:] == plain.scene.appeal.price[1:]).all()
    assert (cut.scene.appeal.usual_price == plain.scene.appeal.usual_price).all()


def test_running_contracts_keep_their_bill():
    cut = market(middle_city(), numbers={CUT: 0.5}, months=1, warmup=0)
    state, bills = cut.state, cut.state.monthly_bill.copy()
    cell = (state.provider == 0) & (state.size_class == 1) & (state.premises == 3)
    waiting = cell & (state.contract_end > cut.day) & (state.resizing_day > cut.day)
    cut.step()
    still = waiting & (state.provider == 0)
    assert still.any() and (state.monthly_bill == bills)[still].all()


def test_nothing_changes_before_the_decision():
    numbers = {"offers.segmentation": "one_price"}
    first, second = (market(numbers=given, months=2, warmup=2).run() for given in (numbers, {}))
    before = column(second, "month") <= 0
    for name, values in second.tables()["monthly"].items():
        np.testing.assert_array_equal(column(first, name)[before], values[before], err_msg=name)
    assert (asked(first) != asked(second)).any()


def test_the_price_level_follows_what_customers_would_pay():
    everywhere = {f"offers.price_factors.{size}.{place}": 0.9 for size in SIZES for place in PREMISES}
    done = market(numbers=everywhere, months=2, warmup=1).run()
    assert by_operator(done, "price_index")[:, 0] == pytest.approx([1, 1, 0.9, 0.9])
    level = opened(**{"offers.segmentation": "one_price"}).operators[0].price_factor
    assert level == 1.0


def test_a_scripted_tariff_change_comes_on_top():
    event = {"month": 1, "operator": "Focal", "event": "tariff_change", "price_factor": 0.9}
    both, plain = opened(**{CUT: 0.8, "events": [event]}), opened()
    assert asked(both)[1, 3] == pytest.approx(0.72 * asked(plain)[1, 3])
    assert asked(both)[0, 0] == pytest.approx(0.9 * asked(plain)[0, 0])


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("offers.segmentation", "by_place", "allowed: by_size_and_place, by_size, one_price"),
        (CUT, 0.1, r"lies outside its bounds, 0.2 to 5"),
        (CUT, "cheap", "is text; give a number"),
        ("offers.price_factors.small.industral", 0.9, "did you mean 'offers.price_factors.small.industrial'"),
        ("offers.price_factors.tiny.industrial", 0.9, "unknown parameter"),
        ("offers.price_factors.small", 0.9, "is a section; set one of its names"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(name, value, says):
    with pytest.raises(InputError, match=says):
        check(apply(defaults(), {name: value}))


def test_a_row_of_factors_may_be_given_at_once():
    given = check(apply(defaults(), {"offers.price_factors.small": {"industrial": 0.9, "street_level": 1.1}}))
    assert factors(given.offers.price_factors)[1].tolist() == [1.1, 1.0, 1.0, 0.9]
