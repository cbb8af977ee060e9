"""What is expected besides the own sales: ranks, the team, what falls through, and the next period."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compensation import bind
from sim.compensation.effort import effort_policy
from sim.compensation.outlook import ALONE, Outlook, carried, expected_pay, rank_chances, relevant, team_totals, uses
from sim.compensation.programme import EFFORT_STEP
from tests.toil import BILL, DAYS, INTENSITY, PLAN, by_contracts, person, shipped


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
