"""Plans: the level from guess and plots, the bills of doors, patches, and the ratchet."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import plans
from sim.decisions import Plan
from sim.market import Market
from sim.stages import Estimate
from tests.worlds import market, middle_city

RATCHET = Plan(kind="ratchet", ratchet_rise_share=0.5, ratchet_fall_share=0.2, ratchet_step_share=0.4)


@cache
def active(**numbers) -> Market:
    """A market with a field department, run to its end."""
    decided = {"department.active": True, "department.reps": 3}
    return market(middle_city(), 1, {**decided, **numbers}, months=6, warmup=1).run()


GUESS = plans.Guess(
    test=np.full((4, 4), 0.02),
    soon=np.full((4, 4), 0.03),
    later=np.full((4, 4), 0.01),
    dated=np.full((4, 4), 0.1),
    close=0.5,
)


def estimate(visits, deals, coming=0.0, dated=None) -> Estimate:
    """Test sales as they came out, each visit as the guess has it; bills and errors do not matter here."""
    visits, deals, dates = np.asarray(visits, float), np.asarray(deals, float), 0.1 * np.asarray(visits, float)
    dated = dates if dated is None else np.asarray(dated, float)
    none, waiting = np.full(4, np.nan), np.full(4, coming)
    return Estimate(visits, deals, deals / visits, none, none, none, waiting, 0.02 * visits, dated, dates)


# ---- conversion and bills --------------------------------------------------------------------------------------------


def test_without_test_sales_a_visit_brings_what_is_guessed() -> None:
    assert plans.conversion(None, GUESS, 150.0) == pytest.approx(np.full((4, 4), 0.04))


def test_plots_that_sell_as_guessed_leave_the_guess_as_it_is() -> None:
    seen = plans.conversion(estimate([50] * 4, [1] * 4), GUESS, 160.0)
    assert seen == pytest.approx(np.full((4, 4), 0.04))


def test_plots_of_equal_success_weigh_by_their_visits() -> None:
    # one deal in ten on 40 visits a type, where one in fifty was expected; the guess is worth 160 visits, 3.2 deals:
    # the level of all types is (3.2 + 16) / (3.2 + 3.2) = 3, and that of each (3.2 x 3 + 4) / (3.2 + 0.8) = 3.4
    seen = plans.conversion(estimate([40] * 4, [4] * 4), GUESS, 160.0)
    assert seen == pytest.approx(np.full((4, 4), 3.4 * 0.04))


def test_interest_that_is_still_open_counts_by_its_expected_deals() -> None:
    waiting = plans.conversion(estimate([50] * 4, [0] * 4, coming=1.0), GUESS, 160.0)
    assert waiting == pytest.approx(plans.conversion(estimate([50] * 4, [1] * 4), GUESS, 160.0))


def test_follow_ups_count_as_far_as_the_plots_have_dated_them() -> None:
    twice = plans.conversion(estimate([50] * 4, [1] * 4, dated=[10.0] * 4), GUESS, 1e-9)
    assert twice == pytest.approx(np.full((4, 4), 0.03 + 2 * 0.01), rel=1e-6)


def test_a_type_that_sold_nothing_lies_below_the_others_and_above_zero() -> None:
    seen = plans.conversion(estimate([40] * 4, [4, 4, 4, 0]), GUESS, 160.0)[0]
    assert 0.0 < seen[3] < seen[0] == seen[1] == seen[2]


def test_a_guess_of_no_weight_leaves_the_plots_alone() -> None:
    seen = plans.conversion(estimate([50] * 4, [4, 2, 1, 0]), GUESS, 0.0)[0]
    assert seen == pytest.approx([0.16, 0.08, 0.04, 0.0], abs=1e-6)


def test_a_kind_without_doors_is_guessed_like_all() -> None:
    means = plans.by_kind(np.array([0.1, 0.3, 0.5]), np.array([0, 0, 2]), np.array([1, 1, 3]))
    assert (means[0, 1], means[2, 3], means[3, 3]) == pytest.approx((0.2, 0.5, 0.3))


def test_own_customers_shift_the_bills_of_their_class() -> None:
    made = market(middle_city(), numbers={"department.active": True}, warmup=0)
    state = made.state
    state.usage[(state.provider == 0) & (state.size_class == 0)] = 2.0
    state.usage[(state.provider == 0) & (state.size_class == 1)] = 1.0
    micro = ((state.provider == 0) & (state.size_class == 0)).sum()
    book = plans.bill_book(state, made.scene)
    tariff = made.scene.appeal.price[0]
    known = plans.TYPICAL_CUSTOMERS
    assert book[0] == pytest.approx(tariff[0] * (known + 2 * micro) / (known + micro))
    assert book[1] == pytest.approx(tariff[1])


def test_a_door_is_worth_its_types_conversion_times_its_bill() -> None:
    book = np.arange(16.0).reshape(4, 4)
    conversion = np.repeat([[0.1, 0.2, 0.3, 0.4]], 4, axis=0)
    bills = plans.bills_of_doors(conversion, book, np.array([0, 2]), np.array([1, 3]))
    assert bills == pytest.approx([0.2 * 1, 0.4 * 11])


# ---- patches and the ratchet -----------------------------------------------------------------------------------------


def test_potential_is_relative_to_the_mean_patch() -> None:
    owner = np.array([0, 0, 1, -1])
    seen = plans.potential_of_people(np.array([1.0, 2.0, 1.0, 50.0]), owner, 3)
    assert seen == pytest.approx([1.5, 0.5, 1.0])  # nobody's doors count for none; no patch, no adjustment


def test_the_ratchet_rises_more_after_a_beat_than_it_falls_after_a_miss() -> None:
    moved = plans.ratchet(np.ones(3), np.array([150.0, 50.0, 100.0]), np.full(3, 100.0), RATCHET)
    assert moved == pytest.approx([1.25, 0.9, 1.0])


def test_no_plan_moves_by_more_than_a_step() -> None:
    moved = plans.ratchet(np.full(2, 2.0), np.array([900.0, 0.0]), np.full(2, 100.0), RATCHET)
    assert moved == pytest.approx([2.8, 1.6])


def test_without_a_plan_the_ratchet_stands_still() -> None:
    assert plans.ratchet(np.ones(1), np.array([50.0]), np.zeros(1), RATCHET).tolist() == [1.0]


# ---- in the department -----------------------------------------------------------------------------------------------


def plan_of(made: Market) -> np.ndarray:
    """Plans of the last month, without the ramp."""
    return made.field.reps.plan


def test_a_fixed_plan_is_the_one_decided() -> None:
    made = active(**{"department.plan.kind": "fixed", "department.plan.bills_per_month": 777.0})
    assert made.field.department.plan_bills == 777.0
    assert plan_of(made).max() <= 777.0


def test_a_ratcheting_plan_follows_what_each_sold() -> None:
    usual, moved = active(), active(**{"department.plan.kind": "ratchet"})
    table = moved.tables()["monthly_by_rep"]
    met = (table["month"] == 2) & (table["plan"] > 0)
    up = table["bills_signed"][met] > table["plan"][met]
    assert (plan_of(usual)[: up.size] > 0).any()
    factor = moved.field.reps.plan_factor
    assert (factor != 1.0).any() and ((factor > 0.3) & (factor < 4.0)).all()


def test_plans_by_potential_keep_the_mean_and_differ_by_patch() -> None:
    made = active(**{"department.plan.kind": "potential"})
    decided = plan_of(made)[plan_of(made) > 0]
    assert np.unique(decided).size == decided.size > 1


def plan_level(**numbers) -> float:
    """The plan of a practised representative, as made from the test sales."""
    decided = {"department.active": True, "department.reps": 3, **numbers}
    return market(middle_city(), 1, decided, months=1, warmup=0).run().field.department.plan_bills


def test_what_ripens_after_the_test_sales_raises_the_plan() -> None:
    levels = [plan_level(**{"department.plan.ripening_months": months}) for months in (0.0, 6.0, 12.0, 24.0)]
    assert sorted(levels) == levels and levels[0] < levels[-1]


def test_the_plan_hangs_little_on_the_luck_of_the_plots() -> None:
    levels = [
        market(middle_city(), seed, {"department.active": True, "department.reps": 3}, months=1, warmup=0)
        .run()
        .field.department.plan_bills
        for seed in (1, 2, 3, 4, 5)
    ]
    assert max(levels) < 3.0 * min(levels)
