"""The funnel's counts, whom it chooses, and why people leave."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draws import Streams
from sim.recruiting import address_of, choose, fails_probation, first_who_comes, funnel, funnel_cost, quit_chance
from tests.worlds import shipped

P = shipped().world.department
LUCK = Streams(1)("reps")
MANY = address_of(np.arange(2000))


def with_numbers(**numbers):
    return P.model_copy(update=numbers)


def test_a_hundred_candidates_for_three_representatives():
    assert funnel(3, True, P) == (100, 40, 12, 3)


def test_an_unstudied_market_takes_more_candidates_but_no_more_interviews():
    assert funnel(3, False, P) == (150, 40, 12, 3)


def test_nobody_wanted_means_nobody_looked_at():
    assert funnel(0, True, P) == (0, 0, 0, 0)


def test_three_representatives_cost_five_recruiter_days_and_more():
    numbers = with_numbers(recruiter_cost_per_day=500.0, vacancy_cost_per_rep=1000.0, trial_cost_per_candidate=100.0)
    assert funnel_cost(funnel(3, True, numbers), numbers) == pytest.approx(5 * 500 + 3 * 1000 + 12 * 100)


def test_the_same_number_is_the_same_person():
    few, many = choose(address_of(np.array([3])), 1.0, P, LUCK), choose(address_of(np.arange(6)), 1.0, P, LUCK)
    assert few[0] == many[3]


def test_applicants_have_a_mean_ability_of_one():
    assert first_who_comes(MANY, P, LUCK).mean() == pytest.approx(1.0, abs=0.03)
    assert choose(MANY, 0.0, P, LUCK).mean() == pytest.approx(1.0, abs=0.03)


def test_a_better_look_chooses_better_people():
    blind, alone, turnkey = (choose(MANY, factor, P, LUCK).mean() for factor in (0.0, P.alone_validity_factor, 1.0))
    assert blind < alone < turnkey


def test_a_perfect_look_chooses_the_best_of_all():
    perfect = with_numbers(telephone_validity=1.0, office_validity=1.0, trial_validity=1.0)
    assert choose(MANY, 1.0, perfect, LUCK).min() > choose(MANY, 1.0, P, LUCK).min()
    assert np.log(choose(MANY, 1.0, perfect, LUCK)).std() < P.ability_sigma / 2


def test_at_the_outside_wage_the_chance_to_quit_is_the_base_rate():
    chance = quit_chance(np.array([P.outside_wage_per_month]), 0, 6, P)
    assert chance[0] == pytest.approx(P.quit_rate_per_month)


def test_less_income_and_peers_who_left_make_people_quit():
    income = P.outside_wage_per_month * np.array([0.5, 1.0, 1.5])
    chance = quit_chance(income, 0, 6, P) / P.quit_rate_per_month
    assert chance == pytest.approx(np.exp(P.quit_gap_slope * np.array([0.5, 0.0, -0.5])))
    assert quit_chance(income, 2, 6, P) == pytest.approx(quit_chance(income, 0, 6, P) * P.quit_peer_factor**2)


def test_a_large_department_does_not_empty_itself():
    income = np.array([P.outside_wage_per_month])
    assert quit_chance(income, 20, 200, P)[0] < 2 * P.quit_rate_per_month


def test_less_than_the_floor_of_the_plan_fails_the_probation():
    sold, planned = np.array([499.0, 500.0, 0.0]), np.array([1000.0, 1000.0, 0.0])
    assert fails_probation(sold, planned, with_numbers(probation_floor_share=0.5)).tolist() == [True, False, False]
