"""How effort answers to a scheme: the shapes that follow from it alone, periods, and teams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.compensation import SCHEMES, bind
from sim.compensation.effort import ABILITY_MID, DAYS_A_STEP, ability_class, effort_policy, team_policy
from sim.compensation.programme import EFFORT_STEP, sales_chances
from tests.toil import BILL, DAYS, INTENSITY, PLAN, SHIPPED, by_contracts, person, shipped

# ---- shapes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [2, 5, 10])
def test_a_lump_bonus_gives_an_inverted_u_against_the_gap(left):
    effort = by_contracts(shipped("quota_bonus"), left, range(16), person(), controlled=0.4)
    peak = int(effort.argmax())
    assert 0 < peak < 12  # the plan is twelve contracts
    assert (np.diff(effort[: peak + 1]) >= 0).all() and (np.diff(effort[peak:]) <= 0).all()
    assert effort[0] == effort[12] == 0.4 and effort[peak] > 1.0


def test_a_quarter_of_weeks_gives_the_reference_table_in_shape():
    """13 weeks, 3 left, a bonus at 13 sales: giving up far below, most at six short, resting beyond."""
    # a sale of 1,000 and a toil of 500 e e a week give effort 1; the bonus is about what 13 such sales bring
    scheme = bind("quota_bonus", {"base": 0, "bonus": 12_500})
    policy = effort_policy(scheme, 13.0, 1.0, 1.0, 13, person(effort_cost_share_per_day=0.1), 0.5)
    effort = policy.effort(np.array(3), np.arange(0, 16, 2))
    assert effort == pytest.approx([0.5, 0.5, 0.53, 1.55, 1.93, 1.5, 0.88, 0.5], abs=0.15)


def test_linear_pay_is_flat():
    effort = by_contracts(shipped("commission"), 5, range(20), SHIPPED)
    assert np.ptp(effort) == 0 and effort[0] > 0.5


def test_a_growing_commission_pulls_more_near_the_plan_and_does_not_let_go_beyond_it():
    effort = by_contracts(shipped("mixed_growing"), 5, range(20), SHIPPED)
    assert (np.diff(effort) >= 0).all()
    assert effort[19] > effort[0]


def test_after_a_reached_plan_a_bonus_rests_and_a_growing_commission_does_not():
    after = {name: by_contracts(shipped(name), 8, 14, SHIPPED, controlled=0.4) for name in SCHEMES}
    assert after["quota_bonus"] == after["fixed"] == 0.4
    assert after["mixed_growing"] > after["commission"] > 0.4


def test_a_usual_day_under_the_usual_mixed_scheme_is_about_one():
    early, near = (by_contracts(shipped("mixed_growing"), left, 20 - left, SHIPPED, PLAN) for left in (20, 9))
    assert 0.8 < early < 1.2 and 0.8 < near < 1.2


def test_a_commission_of_zero_moves_like_a_salary():
    nothing = bind("commission", {"base": 6500, "commission_factor": 0})
    salary = effort_policy(shipped("fixed"), PLAN, INTENSITY, BILL, DAYS, SHIPPED, 0.1)
    assert (effort_policy(nothing, PLAN, INTENSITY, BILL, DAYS, SHIPPED, 0.1).table == salary.table).all()


@pytest.mark.parametrize("name", sorted(SCHEMES))
@pytest.mark.parametrize("floor", [0.0, 0.63])
def test_toil_beyond_measure_leaves_the_controlled_effort(name, floor):
    tired = SHIPPED.model_copy(update={"effort_cost_share_per_day": 1e9})
    assert (effort_policy(shipped(name), PLAN, INTENSITY, BILL, DAYS, tired, floor).table == floor).all()


def test_whoever_sells_nothing_at_any_effort_does_not_try():
    assert (effort_policy(shipped("commission"), PLAN, 0.0, BILL, DAYS, SHIPPED, 0.0).table == 0).all()


@settings(deadline=None)
@given(
    name=st.sampled_from(sorted(SCHEMES)),
    intensity=st.floats(0, 3),
    plan=st.floats(0, 20_000),
    floor=st.floats(0, 3),
    cost=st.floats(1e-4, 1),
    risk=st.floats(0, 10),
)
def test_effort_never_leaves_its_bounds(name, intensity, plan, floor, cost, risk):
    p = person(effort_cost_share_per_day=cost, risk_aversion=risk, effort_max=1.7)
    table = effort_policy(shipped(name), plan, intensity, BILL, 5, p, floor).table
    assert (table >= min(floor, 1.7)).all() and (table <= 1.7 + 1e-12).all()


def course(table, intensity: float, grid_step: int = 1):
    """Mean effort and mean sales of each step, first to last, of whoever follows a table of efforts."""
    sold, efforts, sales = np.zeros(table.shape[1]), [], []
    sold[0] = 1.0
    for effort in table[::-1]:
        chances = sales_chances(grid_step * intensity * effort)
        efforts.append(float(sold @ effort))
        sales.append(float(sold @ effort) * intensity * grid_step)
        after = np.zeros_like(sold)
        for state, chance in enumerate(sold):
            top = min(chances.shape[1], sold.size - state)
            after[state : state + top] += chance * chances[state, :top]
            after[-1] += chance * chances[state, top:].sum()
        sold = after
    return np.array(efforts), np.array(sales)


WEEKS = 13  # a quarter, a step a week; one sale a week at effort 1, and linear pay of 1,000 a sale gives effort 1
STEADY = {"effort_cost_share_per_day": 0.1}


def test_a_patient_person_does_not_wait_for_the_end_of_a_bonus_period():
    scheme = bind("quota_bonus", {"base": 0, "bonus": 12_500})
    efforts, _ = course(effort_policy(scheme, 13.0, 1.0, 1.0, WEEKS, person(**STEADY), 0.5).table[0], 1.0)
    assert 0.8 < efforts[-3:].mean() / efforts.mean() < 1.0


@pytest.mark.parametrize("weekly, low, high", [(0.97, 0.95, 1.07), (0.93, 1.1, 1.4), (0.88, 1.2, 1.7)])
def test_impatience_puts_the_work_at_the_end_of_a_bonus_period(weekly, low, high):
    scheme = bind("quota_bonus", {"base": 0, "bonus": 12_500})
    hurried = person(**STEADY, impatience_per_week=weekly**-5 - 1)  # the programme's step is a day, and here a week
    efforts, _ = course(effort_policy(scheme, 13.0, 1.0, 1.0, WEEKS, hurried, 0.5).table[0], 1.0)
    assert low < efforts[-3:].mean() / efforts.mean() < high


@pytest.mark.parametrize("weekly, tilt", [(1.0, 1.0), (0.97, 1.15), (0.93, 1.39), (0.88, 1.71)])
def test_impatience_tilts_even_linear_pay_that_is_felt_at_the_end(weekly, tilt):
    scheme, hurried = bind("commission", {"base": 0, "commission_factor": 1.0}), weekly**-5 - 1
    policy = effort_policy(scheme, 13.0, 1.0, 1000.0, WEEKS, person(**STEADY, impatience_per_week=hurried), 0.0)
    efforts, _ = course(policy.table[0], 1.0)
    # the mean of the last three powers of the discount over the mean of all thirteen
    powers = weekly ** np.arange(13.0)
    assert powers[:3].mean() / powers.mean() == pytest.approx(tilt, abs=0.01)
    assert efforts[-3:].mean() / efforts.mean() == pytest.approx(tilt, abs=0.03)


def test_a_cap_at_the_mean_of_sales_cuts_them():
    uncapped, capped = (
        bind("piecewise", {"base": 0, "steps": [{"from_bills": 0, "rate": 1}, *end]})
        for end in ([], [{"from_bills": 13_000, "rate": 0}])
    )
    sold = [
        course(effort_policy(scheme, 0.0, 1.0, 1000.0, WEEKS, person(**STEADY), 0.0).table[0], 1.0)[1].sum()
        for scheme in (uncapped, capped)
    ]
    assert sold[0] == pytest.approx(13.0, rel=0.01)
    assert 0.77 < sold[1] / sold[0] < 0.87


# ---- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["quota_bonus", "mixed_growing", "capped_commission"])
def test_a_quarter_in_steps_of_days_is_near_the_exact_one(name):
    scheme, days, plan = shipped(name), 60, 3 * PLAN
    exact, coarse = (
        effort_policy(scheme, plan, INTENSITY, BILL, days, SHIPPED, 0.4, days_a_step=long)
        for long in (1, DAYS_A_STEP["quarter"])
    )
    left, sold = np.meshgrid(np.arange(1, days + 1), np.arange(0, 60))
    apart = np.abs(exact.effort(left, sold) - coarse.effort(left, sold))
    assert apart.mean() < 0.02 and np.quantile(apart, 0.95) < 0.1


@pytest.mark.parametrize("period, days", [("day", 1), ("month", 20), ("quarter", 60)])
def test_linear_pay_moves_alike_in_any_period(period, days):
    scheme = bind("commission", {"base": 1000, "commission_factor": 1.0}, period=period)
    team = team_policy(scheme, np.ones(1), np.full(1, 1.0), np.full(1, 150.0), person(), np.zeros(1))
    expected = np.exp(5.0) / 200  # 150 is taken as exp(5), by steps of ten per cent
    assert team.effort(np.array([days]), np.zeros(1)) == pytest.approx(expected, abs=EFFORT_STEP / 2 + 1e-9)


def test_a_daily_quota_asks_for_its_sales_every_day():
    # one sale of three hundred is the day's plan; it brings 100, and effort e brings one with 1 - exp(-0.6 e)
    scheme = bind("quota_bonus", {"base": 0, "bonus": 100}, period="day")
    policy = effort_policy(scheme, BILL, INTENSITY, BILL, 1, person(), 0.0)
    efforts = np.arange(0, 2.001, EFFORT_STEP)
    best = efforts[np.argmax(100 * (1 - np.exp(-INTENSITY * efforts)) - 100 * efforts**2)]
    assert policy.table[0, 0, 0] == pytest.approx(best)


# ---- parts -----------------------------------------------------------------------------------------------------------


def test_ability_falls_into_seven_even_classes():
    assert ability_class(ABILITY_MID).tolist() == list(range(7))
    assert ability_class(np.array([0.0, 0.01, 1.1, 50.0])).tolist() == [0, 0, 3, 6]


def test_the_days_of_a_month_do_not_change_a_day():
    long, short = (
        effort_policy(shipped("mixed_growing"), PLAN, INTENSITY, BILL, days, SHIPPED, 0.4) for days in (23, 15)
    )
    so_far, left = np.arange(20), np.array(15)
    assert long.effort(left, so_far) == pytest.approx(short.effort(left, so_far), abs=EFFORT_STEP)


def test_fractions_of_a_contract_lie_between_their_neighbours():
    one, two, between = by_contracts(shipped("quota_bonus"), 5, [7, 8, 7.25], SHIPPED)
    assert one != two
    assert between == pytest.approx(0.75 * one + 0.25 * two)


def test_what_lies_outside_the_table_is_read_at_its_edge():
    policy = effort_policy(shipped("mixed_growing"), PLAN, INTENSITY, BILL, DAYS, SHIPPED, 0.4)
    assert policy.effort(np.array(99), np.array(0)) == policy.effort(np.array(DAYS), np.array(0))
    assert policy.effort(np.array(3), np.array(1e6)) == policy.table[0, 2, -1]


def test_a_policy_is_computed_once():
    first, again = (
        effort_policy(shipped("fixed"), PLAN, INTENSITY, BILL, DAYS, SHIPPED, 0.2).table.base for _ in range(2)
    )
    assert first is again


# ---- a team ----------------------------------------------------------------------------------------------------------


def test_each_of_a_team_works_by_the_own_policy():
    intensity = np.exp([-0.5, -0.5, 0.3])  # on the steps, so that nothing is rounded
    bill = np.full(3, np.exp(5.5))
    plan, floor = 12 * bill, np.array([0.4, 0.7, 0.4])
    scheme, so_far = shipped("quota_bonus"), np.array([6.0, 0.0, 11.0])
    team = team_policy(scheme, plan, intensity, bill, SHIPPED, floor)
    alone = [effort_policy(scheme, plan[i], intensity[i], bill[i], 23, SHIPPED, floor[i]) for i in range(3)]
    expected = [float(alone[i].effort(np.array(6), so_far[i : i + 1])[0]) for i in range(3)]
    assert team.effort(np.array(6), so_far).tolist() == pytest.approx(expected, abs=1e-9)


def test_those_alike_share_a_policy():
    near = team_policy(
        shipped("fixed"), np.full(9, 3000.0), np.full(9, 0.6), np.full(9, 250.0), SHIPPED, np.full(9, 0.4)
    )
    assert near.table.shape[0] == 1 and near.effort(np.array(4), np.zeros(9)).shape == (9,)


@pytest.mark.parametrize("people", [0, 1, 2])
def test_a_team_of_any_size_gets_one_effort_each(people):
    ones = np.ones(people)
    team = team_policy(shipped("commission"), 3000 * ones, 0.6 * ones, 250 * ones, SHIPPED, 0.4 * ones)
    assert team.effort(np.array(4), ones).shape == (people,)
