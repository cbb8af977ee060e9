"""Effort against theory: brute force, closed forms, and the shapes that follow from a scheme alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import configs
from sim.compensation import SCHEMES, bind, terms_of
from sim.compensation.effort import ABILITY_MID, DAYS_A_STEP, ability_class, effort_policy, team_policy
from sim.compensation.outlook import ALONE, Outlook, carried, expected_pay, rank_chances, relevant, team_totals, uses
from sim.compensation.programme import EFFORT_STEP, backwards, effort_grid, sales_chances, solve
from sim.compensation.results import imagined
from sim.world import Effort

FOLDER = Path(configs.__file__).parent
SHIPPED = Effort(
    **{name: node["value"] for name, node in yaml.safe_load((FOLDER / "world/effort.yaml").read_text()).items()}
)
INTENSITY, BILL, DAYS = 0.6, 250.0, 20  # twelve contracts of 250 in a month at effort 1
PLAN = INTENSITY * DAYS * BILL


def person(**numbers) -> Effort:
    """Somebody without joy, fear or hurry, unless told otherwise; toil of effort e costs 100 e e on a day."""
    plain = {"usual_pay_per_month": 10_000, "effort_cost_share_per_day": 0.02, "effort_max": 2.0}
    none = {"risk_aversion": 0.0, "impatience_per_week": 0.0, "intrinsic_share_per_contract": 0.0}
    return SHIPPED.model_copy(update={**plain, **none, **numbers})


def shipped(name: str):
    return bind(**yaml.safe_load((FOLDER / "scheme" / f"{name}.yaml").read_text(encoding="utf-8")))


def by_contracts(scheme, left: int, contracts, who: Effort, plan=PLAN, controlled=0.0, **more):
    """Effort with some days left, by contracts so far."""
    policy = effort_policy(scheme, plan, INTENSITY, BILL, DAYS, who, controlled, **more)
    return policy.effort(np.array(left), np.array(contracts))


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


# ---- colleagues, and the next period --------------------------------------------------------------------------------


def test_the_chance_of_a_rank_is_that_of_counting_all_cases():
    """Two colleagues who sell 0, 1 or more, by hand; a tie is won half the time."""
    outlook = Outlook(colleagues=2, colleague_contracts=0.8)
    chances = rank_chances(np.arange(3.0), outlook)
    none, one = np.exp(-0.8), 0.8 * np.exp(-0.8)
    ahead = 1.0 - none - one + 0.5 * one  # of somebody with one sale
    assert chances[:, 1] == pytest.approx([(1 - ahead) ** 2, 2 * ahead * (1 - ahead), ahead**2])
    assert chances.sum(axis=0) == pytest.approx(1.0)


def test_a_prize_counts_with_the_chance_of_its_rank():
    scheme, outlook = (
        bind("tournament", {"base": 100, "prizes": [50, 20]}),
        Outlook(colleagues=2, colleague_contracts=0.8),
    )
    pay = expected_pay(scheme, np.arange(3.0), 10.0, 0.0, outlook)
    chances = rank_chances(np.arange(3.0), outlook)
    assert pay[0] == 100  # whoever sells nothing wins nothing
    assert pay[1:] == pytest.approx((100 + chances[0] * 50 + chances[1] * 20)[1:])


def test_colleagues_of_different_ability_spread_the_race():
    ahead = [
        1 - rank_chances(np.array([20.0]), Outlook(colleagues=1, colleague_contracts=10, colleague_sigma=sigma))[0, 0]
        for sigma in (0.0, 0.4)
    ]
    assert ahead[0] < 0.01 < 0.03 < ahead[1]


def test_one_sale_is_felt_as_the_own_share_of_what_the_team_earns():
    scheme = bind("team_bonus", {"base": 0, "commission_factor": 0.6, "bonus": 0})
    pay = expected_pay(scheme, np.arange(3.0), 100.0, 0.0, Outlook(colleagues=5, colleague_contracts=10.0))
    assert np.diff(pay) == pytest.approx(0.6 * 100 / 6)
    assert pay[0] == pytest.approx(0.6 * 100 * 50 / 6)


def test_a_teams_bonus_counts_with_the_chance_that_colleagues_bring_the_rest():
    outlook = Outlook(colleagues=4, colleague_contracts=9.0, team_plan=400.0)
    pay = expected_pay(
        bind("team_bonus", {"base": 0, "commission_factor": 0, "bonus": 9}), np.arange(60.0), 10.0, 0, outlook
    )
    short = np.ceil(40 - team_totals(outlook))
    assert pay == pytest.approx((np.arange(60.0)[:, None] >= short).mean(axis=1) * 9)


def test_more_winners_move_more_of_the_team():
    """With one prize for six only the leaders try; with three of the same sum also who lies in the middle."""
    outlook = Outlook(colleagues=5, colleague_contracts=12.0, colleague_sigma=0.4)
    one, three = (
        effort_policy(
            bind("tournament", {"base": 0, "prizes": prizes}), 0.0, INTENSITY, BILL, DAYS, person(), 0.0, outlook
        )
        for prizes in ([9000], [3000, 3000, 3000])
    )
    middle, leader = np.array(8), np.array(20)
    assert three.effort(np.array(5), middle) > one.effort(np.array(5), middle)
    assert three.effort(np.array(5), leader) < one.effort(np.array(5), leader)


@pytest.mark.parametrize(
    "name, moved",
    [
        ("commission", ()),
        ("tournament", ("rank",)),
        ("team_bonus", ("team",)),
        ("commission_on_activation", ("stays",)),
        ("clawback", ("stays", "balance")),
        ("draw_recoverable", ("balance",)),
        ("draw_nonrecoverable", ()),
    ],
)
def test_what_moves_a_schemes_pay_is_found_by_asking_it(name, moved):
    assert {field for field, moves in uses(shipped(name))._asdict().items() if moves} == set(moved)


def test_an_outlook_keeps_what_moves_the_pay():
    outlook = Outlook(activated_share=0.9, balance=300.0, colleagues=5, colleague_contracts=9.0)
    assert relevant(shipped("commission"), outlook) == ALONE
    assert relevant(shipped("draw_recoverable"), outlook) == Outlook(balance=300.0)
    assert relevant(shipped("tournament"), outlook) == Outlook(colleagues=5, colleague_contracts=9.0)


def test_what_falls_through_lowers_pay_on_activation_by_its_share():
    bare = bind("commission_on_activation", {"base": 0, "commission_factor": 1.0})
    policy = effort_policy(bare, PLAN, INTENSITY, BILL, DAYS, person(), 0.0, Outlook(activated_share=0.8))
    assert np.abs(policy.table - 0.8 * 0.75).max() <= EFFORT_STEP / 2 + 1e-9


def test_a_clawback_is_felt_as_the_share_that_will_be_lost():
    terms = {"base": 0, "commission_factor": 1.0, "clawback_share": 0.5, "clawback_months": 6}
    outlook = Outlook(activated_share=0.9, left_early_share=0.1)
    policy = effort_policy(bind("clawback", terms), PLAN, INTENSITY, BILL, DAYS, person(), 0.0, outlook)
    # half of the tenth that falls through and of the tenth that leaves: a tenth of the commission
    assert np.abs(policy.table[:, 1:] - 0.9 * 0.75).max() <= EFFORT_STEP / 2 + 1e-9


def test_a_draw_that_is_paid_back_pulls_where_a_lost_one_lets_go():
    """Below the draw a sale earns nothing this month; where the draw is owed, it earns in the next."""
    owed, given = (
        by_contracts(bind(f"draw_{kind}recoverable", {"draw": 2000, "commission_factor": 1.5}), 5, 2, person())
        for kind in ("", "non")
    )
    assert given == 0.0 and owed > 0.3


def test_a_balance_too_high_to_be_earned_back_lets_go():
    scheme = bind("draw_recoverable", {"draw": 2000, "commission_factor": 1.5})
    policies = [
        effort_policy(scheme, PLAN, INTENSITY, BILL, DAYS, person(), 0.0, Outlook(balance=owed)) for owed in (0, 50_000)
    ]
    first, deep = (policy.effort(np.array(5), np.array(4)) for policy in policies)
    assert deep == 0.0 < first


def test_a_plan_that_follows_lowers_the_effort_that_would_raise_it():
    terms = {"base": 0, "commission_factor": 0.75, "growth_factor": 2.0}
    stays = by_contracts(bind("mixed_growing", terms), 5, 14, person())
    follows = [
        by_contracts(bind("ratcheting", {**terms, "up_share": up, "down_share": 0.2}), 5, 14, person())
        for up in (0.0, 0.2, 0.8)
    ]
    assert stays >= follows[0] > follows[1] > follows[2]


def test_a_carried_plan_counts_for_as_long_as_it_lasts():
    """The next period is worth 100 less its plan; half of what is beyond it comes on top, and fades by half."""
    scheme = bind(
        "ratcheting", {"base": 0, "commission_factor": 1, "growth_factor": 1, "up_share": 0.5, "down_share": 0.5}
    )
    usual = np.eye(9)[6]
    found = carried(scheme, np.arange(9.0), 1.0, 4.0, ALONE, usual, 0.8, lambda plan, outlook: 100.0 - plan)
    # at 6 sold the plan rises by 1; a period later half of it is left, which counts 0.8: 1 / (1 - 0.4)
    assert found[6] == pytest.approx(-0.8 / 0.6)
    assert found[4] == pytest.approx(0.0, abs=1e-12) and found[0] == pytest.approx(0.8 * 2 / 0.6)


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
