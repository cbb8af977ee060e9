"""What one more sale would pay, asked of schemes by their functions alone."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compensation import bind
from sim.compensation.outlook import Outlook
from sim.incentives import Standing, chances_of, expected_gain, expected_loss, expected_pay

COMMISSION = bind("commission", {"base": 5000, "commission_factor": 0.5})
BONUS = bind("quota_bonus", {"base": 5500, "bonus": 2000})
FIXED = bind("fixed", {"salary": 6500})


def standing(bills: float = 0.0, plan: float = 1000.0, ahead: float = 0.0, bill: float = 100.0) -> Standing:
    """One representative."""
    return Standing(*(np.array([each]) for each in (bills / bill, bills, plan, ahead, bill)))


def test_chances_are_poisson_and_sum_to_one() -> None:
    chance = chances_of(np.array([0.0, 2.0]))
    assert chance.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert chance[0, 0] == 1.0
    assert chance[1, :3] == pytest.approx(np.exp(-2.0) * np.array([1.0, 2.0, 2.0]))


def test_a_salary_pays_nothing_for_a_sale() -> None:
    assert expected_gain(FIXED, standing(ahead=5.0), 300.0) == pytest.approx([0.0])


def test_a_commission_pays_its_share_wherever_one_stands() -> None:
    for at in (standing(), standing(bills=5000.0), standing(ahead=12.0)):
        assert expected_gain(COMMISSION, at, 300.0) == pytest.approx([150.0])


def test_the_last_sale_before_the_quota_brings_the_bonus() -> None:
    assert expected_gain(BONUS, standing(bills=900.0), 100.0) == pytest.approx([2000.0])
    assert expected_gain(BONUS, standing(bills=500.0), 100.0) == pytest.approx([0.0])
    assert expected_gain(BONUS, standing(bills=1000.0), 100.0) == pytest.approx([0.0])


def test_with_sales_to_come_a_sale_is_worth_the_chance_that_it_decides() -> None:
    # 900 so far: without this one the bonus comes unless no further contract does
    assert expected_gain(BONUS, standing(bills=900.0, ahead=1.0), 100.0) == pytest.approx([2000.0 * np.exp(-1.0)])


def test_pay_is_the_mean_over_what_may_still_come() -> None:
    assert expected_pay(COMMISSION, standing(bills=200.0, ahead=3.0)) == pytest.approx([5000 + 0.5 * 500])


def test_pay_on_signature_takes_nothing_back() -> None:
    assert expected_loss(COMMISSION, standing(bills=500.0, ahead=2.0), 100.0) == pytest.approx([0.0])


def test_what_is_clawed_back_is_lost_with_an_early_leaver() -> None:
    terms = {"base": 5000, "commission_factor": 0.5, "clawback_share": 0.8, "clawback_months": 6}
    scheme = bind("clawback", terms)
    assert expected_loss(scheme, standing(bills=500.0), 100.0) == pytest.approx([0.8 * 50.0])
    assert expected_gain(scheme, standing(bills=500.0), 100.0) == pytest.approx([50.0])


def test_a_prize_counts_by_the_chance_of_overtaking_colleagues() -> None:
    prize = bind("tournament", {"base": 4000, "prizes": [1000]})
    even = Outlook(colleagues=2, colleague_contracts=5.0, colleague_sigma=0.4)
    near, far = (expected_gain(prize, standing(bills=bills, ahead=1.0), 100.0, even)[0] for bills in (400.0, 3000.0))
    assert near > far >= 0.0
    assert expected_gain(prize, standing(bills=400.0, ahead=1.0), 100.0) == pytest.approx(
        [0.0]
    )  # alone, nobody is ahead


def test_a_debt_takes_the_first_of_what_a_sale_pays() -> None:
    draw = bind("draw_recoverable", {"draw": 0.0, "commission_factor": 0.5})
    at = standing(bills=0.0)._replace(owed=np.array([40.0]))
    assert expected_gain(draw, at, 100.0) == pytest.approx([50.0 - 40.0])
