"""What a job is worth to people of an ability."""

from __future__ import annotations

import numpy as np
import pytest

from sim.attraction import Prospect, certain_worth, outside_wage, poisson
from sim.compensation import bind
from sim.compensation.outlook import ALONE
from tests.worlds import shipped

WORLD = shipped().world
ABILITY = np.array([0.5, 1.0, 2.0])
DAYS = 21.0
PROSPECT = Prospect(0.5, 100.0, 1000.0, ALONE)  # ten contracts and a half a month


def worth(kind: str, period: str = "month", aversion: float = 2.0, **terms: float) -> np.ndarray:
    effort = WORLD.effort.model_copy(update={"risk_aversion": aversion})
    return certain_worth(bind(kind, terms, period=period), ABILITY, PROSPECT, DAYS, effort)


def test_a_salary_is_worth_itself():
    for period in ("day", "month", "quarter"):
        assert worth("fixed", period, salary=6000.0) == pytest.approx(np.full(3, 6000.0))


def test_a_commission_is_worth_its_mean_to_who_does_not_mind_risk():
    means = 1000.0 + 2.0 * 100.0 * 0.5 * DAYS * ABILITY
    assert worth("commission", aversion=0.0, base=1000.0, commission_factor=2.0) == pytest.approx(means)


def test_aversion_to_risk_takes_the_poisson_premium_off_a_commission():
    # -log E exp(-r a N) / r = mean x (1 - exp(-r a)) / r for Poisson N; money in units of the usual pay
    usual, r = WORLD.effort.usual_pay_per_month, 2.0
    premium = (1.0 - np.exp(-r * 200.0 / usual)) / r * usual
    expected = 1000.0 + 0.5 * DAYS * ABILITY * premium
    for period in ("month", "quarter"):
        found = worth("commission", period, r, base=1000.0, commission_factor=2.0)
        assert found == pytest.approx(expected, rel=1e-6)


def test_chances_of_sales_add_up_to_one():
    chance = poisson(np.array([0.0, 3.0, 20.0]) + 1e-12)
    assert chance.sum(axis=1) == pytest.approx(np.ones(3))
    assert chance[1] @ np.arange(chance.shape[1]) == pytest.approx(3.0)


def test_the_able_earn_more_elsewhere_too():
    claims = WORLD.department.model_copy(update={"outside_wage_elasticity": 0.5, "outside_wage_per_month": 1000.0})
    assert outside_wage(np.array([0.25, 1.0, 4.0]), claims) == pytest.approx([500.0, 1000.0, 2000.0])
