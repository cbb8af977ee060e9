"""The funnel's counts, whom it chooses, and why people leave."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draws import Streams
from sim.recruiting import (
    Lure,
    address_of,
    attained_share,
    choose,
    fails_probation,
    failures,
    first_who_comes,
    funnel,
    funnel_cost,
    quit_chance,
)
from tests.worlds import shipped

P = shipped().world.department
LUCK = Streams(1)("reps")
MANY = address_of(np.arange(2000))


def with_numbers(**numbers):
    return P.model_copy(update=numbers)


def chosen(address, validity_factor=1.0, p=P, lure=None):
    """Abilities of those chosen."""
    return choose(address, validity_factor, p, LUCK, lure).ability


def lure(factor, elasticity=0.0, noise=0.0):
    """A job worth so many times the outside wage to people of ability 1, growing with ability by a power."""
    return Lure(
        lambda ability: factor * P.outside_wage_per_month * ability**elasticity, noise, Streams(1)("applicants")
    )


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
    few, many = chosen(address_of(np.array([3]))), chosen(address_of(np.arange(6)))
    assert few[0] == many[3]


def test_applicants_have_a_mean_ability_of_one():
    assert first_who_comes(MANY, P, LUCK).ability.mean() == pytest.approx(1.0, abs=0.03)
    assert chosen(MANY, 0.0).mean() == pytest.approx(1.0, abs=0.03)


def test_a_better_look_chooses_better_people():
    blind, alone, turnkey = (chosen(MANY, factor).mean() for factor in (0.0, P.alone_validity_factor, 1.0))
    assert blind < alone < turnkey


def test_a_perfect_look_chooses_the_best_of_all():
    perfect = with_numbers(telephone_validity=1.0, office_validity=1.0, trial_validity=1.0)
    assert chosen(MANY, p=perfect).min() > chosen(MANY).min()
    assert np.log(chosen(MANY, p=perfect)).std() < P.ability_sigma / 2


def test_a_job_worth_the_outside_wage_to_everybody_brings_the_usual_pool():
    usual = lure(1.0, P.outside_wage_elasticity)
    assert (chosen(MANY[:50], lure=usual) == chosen(MANY[:50])).all()
    assert choose(MANY[:50], 1.0, P, LUCK, usual).pull == 1.0


def test_a_better_paid_job_brings_more_applicants_and_a_poor_one_leaves_posts_empty():
    wages = {factor: choose(MANY[:200], 1.0, P, LUCK, lure(factor, P.outside_wage_elasticity)) for factor in (0.0, 1.3)}
    assert wages[0.0].pull == pytest.approx(np.exp(-P.attraction_slope), abs=0.01)
    assert wages[1.3].pull == pytest.approx(np.exp(0.3 * P.attraction_slope), abs=0.03)
    nobody = choose(MANY[:200], 1.0, with_numbers(attraction_slope=5.0), LUCK, lure(0.0))
    assert np.isnan(nobody.ability).any()


def test_pay_that_grows_with_ability_brings_abler_applicants():
    flat, steep = (np.nanmean(chosen(MANY, 0.0, lure=lure(1.0, power))) for power in (0.0, 1.0))
    assert flat < 0.97 and steep > 1.05


def test_who_does_not_know_the_pay_is_sorted_less_by_it():
    known, guessed = (np.nanmean(chosen(MANY, 0.0, lure=lure(1.0, 1.0, noise))) for noise in (0.0, 0.6))
    assert 1.0 < guessed < known


def test_the_recruiter_talks_to_all_who_apply():
    assert funnel(3, True, P, 2.0) == (200, 40, 12, 3)
    assert funnel(3, True, P, 0.1) == (10, 10, 10, 3)


def test_without_a_funnel_the_first_applicant_comes():
    first = first_who_comes(MANY[:50], P, LUCK)
    assert (first_who_comes(MANY[:50], P, LUCK, lure(1.0, P.outside_wage_elasticity)).ability == first.ability).all()


def quitting(income, recent, team, ability=1.0, attained=0.5):
    """Chance to quit of people of some ability, who attained the plan in a part of the months."""
    return quit_chance(income, np.full(len(income), ability), np.full(len(income), attained), recent, team, P)


def test_consistent_attainers_stay_and_the_able_compare_with_more():
    wage = np.array([P.outside_wage_per_month])
    always, never = quitting(wage, 0, 6, attained=1.0), quitting(wage, 0, 6, attained=0.0)
    assert always == pytest.approx(P.quit_attainment_factor * never)
    assert quitting(wage, 0, 6, ability=2.0) > quitting(wage, 0, 6) > quitting(wage, 0, 6, ability=0.5)
    assert quitting(wage * 2.0**P.outside_wage_elasticity, 0, 6, ability=2.0) == pytest.approx(P.quit_rate_per_month)


def test_who_is_new_stands_at_half_of_the_plans_attained():
    assert attained_share(np.array([0.0, 6.0, 0.0]), np.array([0.0, 6.0, 6.0])).tolist() == [0.5, 0.875, 0.125]


def test_certifications_fail_by_their_chance_and_never_where_all_pass():
    fails = failures(MANY, 0.8, Streams(1)("certificates"))
    assert (fails == 0).mean() == pytest.approx(0.8, abs=0.03) and fails.mean() == pytest.approx(0.25, abs=0.04)
    assert not failures(MANY, 1.0, Streams(1)("certificates")).any()


def test_at_the_outside_wage_the_chance_to_quit_is_the_base_rate():
    chance = quitting(np.array([P.outside_wage_per_month]), 0, 6)
    assert chance[0] == pytest.approx(P.quit_rate_per_month)


def test_less_income_and_peers_who_left_make_people_quit():
    income = P.outside_wage_per_month * np.array([0.5, 1.0, 1.5])
    chance = quitting(income, 0, 6) / P.quit_rate_per_month
    assert chance == pytest.approx(np.exp(P.quit_gap_slope * np.array([0.5, 0.0, -0.5])))
    assert quitting(income, 2, 6) == pytest.approx(quitting(income, 0, 6) * P.quit_peer_factor**2)


def test_a_large_department_does_not_empty_itself():
    income = np.array([P.outside_wage_per_month])
    assert quitting(income, 20, 200)[0] < 2 * P.quit_rate_per_month


def test_less_than_the_floor_of_the_plan_fails_the_probation():
    sold, planned = np.array([499.0, 500.0, 0.0]), np.array([1000.0, 1000.0, 0.0])
    assert fails_probation(sold, planned, with_numbers(probation_floor_share=0.5)).tolist() == [True, False, False]
