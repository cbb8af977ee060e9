"""The best effort by dynamic programme: brute force over small cases, and closed forms."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from sim.compensation import bind, terms_of
from sim.compensation.effort import effort_policy
from sim.compensation.programme import EFFORT_STEP, backwards, effort_grid, sales_chances, solve
from sim.compensation.results import imagined
from sim.world import Effort
from tests.toil import BILL, DAYS, INTENSITY, PLAN, by_contracts, person, shipped

# ---- brute force -----------------------------------------------------------------------------------------------------


def best_of_all_plans(pay, joy, chances, grid, days, p: Effort):
    """The best of all ways to choose an effort by day and sales so far, each tried on each course of sales."""
    most = chances.shape[1] - 1
    places = [(day, sold) for day in range(days) for sold in range(day * most + 1)]
    courses = list(product(range(most + 1), repeat=days))
    best, best_worth = None, -np.inf
    for plan in product(range(len(grid)), repeat=len(places)):
        choice = dict(zip(places, plan, strict=True))
        worth = sum(_felt(course, choice, pay, joy, chances, grid, days, p) for course in courses)
        if worth > best_worth + 1e-15:
            best, best_worth = choice, worth
    return {place: grid[effort] for place, effort in best.items()}


def _felt(course, choice, pay, joy, chances, grid, days, p):
    sold, chance, money = 0, 1.0, 0.0
    for day, sales in enumerate(course):
        weight = (1.0 + p.impatience_per_week) ** ((days - 1 - day) / 5.0)
        effort = choice[day, sold]
        chance *= chances[effort, sales]
        money += weight * (joy[sold + sales] - joy[sold] - 0.5 * p.effort_cost_share_per_day * grid[effort] ** 2)
        sold += sales
    money += pay[sold]
    r = p.risk_aversion
    return chance * (money if r == 0.0 else -np.exp(-r * money))


@pytest.mark.parametrize("risk_aversion", [0.0, 3.0])
@pytest.mark.parametrize("impatience", [0.0, 0.5])
@pytest.mark.parametrize("scheme", ["commission", "quota_bonus", "mixed_growing", "capped_commission", "quota_floor"])
def test_effort_is_the_best_of_all_that_could_be_chosen(scheme, impatience, risk_aversion):
    terms = {"base": 0.2, "commission_factor": 0.05, "growth_factor": 3.0, "bonus": 0.4}
    if scheme in ("capped_commission", "quota_floor"):
        terms |= {"commission_factor": 0.15, "cap_factor": 1.0, "floor_share": 0.5}
    p = person(risk_aversion=risk_aversion, impatience_per_week=impatience, effort_cost_share_per_day=0.13)
    grid, days, sold = np.array([0.0, 1.0]), 3, np.arange(8.0)
    chances = np.array([[0.85, 0.1, 0.05], [0.3, 0.45, 0.25]])
    chosen = bind(scheme, {term: terms[term] for term in terms_of(scheme)})
    pay, joy = chosen.pay(imagined(sold, 1.0), np.full(8, 3.0)), 0.007 * sold
    table = backwards(pay, joy, chances, grid, days, p)
    brute = best_of_all_plans(pay, joy, chances, grid, days, p)
    assert {(day, so_far): table[days - 1 - day, so_far] for day, so_far in brute} == brute
    assert scheme == "commission" or 0 < sum(brute.values()) < len(brute)  # neither always nor never


# ---- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("at_sale", [False, True])
def test_linear_pay_gives_the_closed_form_every_day(factor, at_sale):
    credited = "sale" if at_sale else "period_end"
    scheme = bind("commission", {"base": 1000, "commission_factor": factor}, credited=credited)
    policy = effort_policy(scheme, PLAN, INTENSITY, BILL, DAYS, person(), 0.0)
    # intensity * bill * factor / c, with c = 2 % of 10,000 = 200: 0.6 * 250 * 1 / 200 = 0.75
    assert np.abs(policy.table - INTENSITY * BILL * factor / 200).max() <= EFFORT_STEP / 2 + 1e-9


def test_aversion_to_risk_lowers_linear_effort_by_its_closed_form():
    # a Poisson lottery of b a sale is surely worth (1 - exp(-r b)) / r a sale: Holmstrom and Milgrom's case in jumps
    scheme, r = bind("commission", {"base": 0, "commission_factor": 4.0}), 8.0
    policy = effort_policy(scheme, PLAN, INTENSITY, BILL, DAYS, person(risk_aversion=r, effort_max=3.0), 0.0)
    expected = INTENSITY * (1 - np.exp(-r * 0.1)) / r / 0.02
    assert np.abs(policy.table - expected).max() <= EFFORT_STEP / 2 + 1e-9
    assert expected < INTENSITY * 0.1 / 0.02


def test_impatience_tilts_pay_of_the_months_end_but_not_pay_felt_at_the_sale():
    scheme, hurried = bind("commission", {"base": 0, "commission_factor": 1.5}), person(impatience_per_week=0.1)
    first, last = (by_contracts(scheme, left, 5, hurried) for left in (20, 1))
    assert last == pytest.approx(1.125, abs=EFFORT_STEP)
    assert first == pytest.approx(1.125 / 1.1 ** (19 / 5), abs=EFFORT_STEP)
    felt = [by_contracts(replace(scheme, credited="sale"), left, 5, hurried) for left in (20, 1)]
    assert felt[0] == felt[1] == last


def test_the_joy_of_a_contract_works_under_a_salary():
    # 0.6 * 0.01 / 0.02 = 0.3
    assert by_contracts(shipped("fixed"), 10, 3, person(intrinsic_share_per_contract=0.01)) == pytest.approx(0.3)


def best_linear_share(risk_aversion: float, toil: float, spread: float, shares) -> float:
    """The share of a sale's value, 1, that leaves most to both: effort by the programme, sales normal around it."""
    p = person(risk_aversion=risk_aversion, effort_cost_share_per_day=toil)
    grid, sold = np.linspace(0.0, 2.0, 401), np.arange(0.0, 61.0)
    chances = np.exp(-0.5 * ((sold - 30.0 - grid[:, None]) / spread) ** 2)
    chances /= chances.sum(axis=1, keepdims=True)
    surplus = []
    for share in shares:
        effort, value = solve(share * np.arange(3.0), np.zeros(3), chances, grid, 1, p)
        surplus.append(30.0 + effort[0, 0] - share * (30.0 + effort[0, 0]) + value[0])
    return float(shares[int(np.argmax(surplus))])


@pytest.mark.parametrize(
    "risk_aversion, toil, spread", [(0.1, 1.0, 2.0), (0.4, 1.0, 2.0), (0.1, 2.0, 2.0), (0.1, 1.0, 4.0)]
)
def test_the_best_linear_share_is_that_of_theory(risk_aversion, toil, spread):
    # Holmstrom and Milgrom 1987, with a sale worth 1: b = 1 / (1 + r c s^2)
    shares = np.arange(0.02, 1.0, 0.02)
    expected = 1.0 / (1.0 + risk_aversion * toil * spread**2)
    assert best_linear_share(risk_aversion, toil, spread, shares) == pytest.approx(expected, abs=0.021)


# ---- parts -----------------------------------------------------------------------------------------------------------


def test_the_chances_of_a_days_sales_are_poisson():
    from scipy.stats import poisson

    means = np.array([0.0, 0.3, 1.4])
    chances = sales_chances(means)
    expected = poisson.pmf(np.arange(chances.shape[1]), means[:, None])
    assert chances == pytest.approx(expected, abs=1e-11)
    assert chances.sum(axis=1) == pytest.approx(1.0, abs=1e-15)


def test_the_grid_begins_at_the_controlled_effort():
    assert effort_grid(0.13, 0.25).tolist() == pytest.approx([0.13, 0.15, 0.2, 0.25])
    assert effort_grid(9.0, 0.25).tolist() == [0.25]
    assert effort_grid(0.0, 0.1).tolist() == pytest.approx([0.0, 0.05, 0.1])
