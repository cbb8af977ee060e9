"""What a visit is expected to bring, and what the plots of the test sales show."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.draws import Streams, hash_ids
from sim.market import Market
from sim.plans import Guess
from sim.state import NEVER
from sim.testsale import (
    Prospects,
    Waiting,
    prospects,
    prospects_of,
    ripe,
    sell_on_plots,
    spread,
    work_plots,
    yields,
)
from tests.worlds import market, middle_city, small_city

GUESS, SPANS = Guess(*np.full((4, 4, 4), 0.02), 0.5), (10.0, 252.0)


@cache
def made() -> Market:
    """A market on its first day."""
    return market(middle_city(), numbers={"department.active": True}, warmup=0)


def begun(of: Market, rows=None) -> Prospects:
    """What a visit begins, at all premises or some."""
    rows = np.arange(len(of.state)) if rows is None else rows
    return prospects_of(of.state, of.scene, of.field.rules, rows, of.day)


def chances(of: Market, rows=None) -> tuple[np.ndarray, np.ndarray]:
    """Chance of a signature and bill, of all premises or some."""
    of = begun(of, rows)
    return of.chance, of.bill


def test_nothing_is_sold_to_own_customers_or_empty_premises() -> None:
    chance, bill = chances(made())
    gone = (made().state.provider == 0) | (made().state.provider == -2)
    assert not chance[gone].any() and not bill[gone].any()
    state, today = made().state, made().day
    rests = (today < state.rest_until) & (today > state.unsettled_until) & (state.decision_day == NEVER)
    assert not chance[rests].any()
    free = ~gone & ~rests & (state.order_operator == -1)
    assert (chance[free] > 0).all() and (bill[free] > 0).all()


def test_nobody_signs_more_often_than_the_decision_maker_is_met() -> None:
    chance, _ = chances(made())
    assert (chance <= made().field.rules.decision_maker[made().state.premises]).all()


def test_the_bill_is_the_tariff_times_the_usage() -> None:
    state, rows = made().state, prospects(made().state)
    _, bill = chances(made(), rows)
    tariff = made().scene.appeal.price[0, state.size_class[rows], state.premises[rows]]
    assert bill == pytest.approx(tariff * state.usage[rows], rel=1e-6)


def test_prospects_are_all_tenants_but_our_customers() -> None:
    provider = made().state.provider
    assert (provider[prospects(made().state)] != 0).all()
    assert prospects(made().state).size == ((provider == -1) | (provider > 0)).sum()


def test_the_personal_channel_and_the_urge_of_a_visit_raise_the_chance() -> None:
    def mean(**numbers) -> float:
        of = market(small_city(), numbers={"department.active": True, **numbers}, warmup=0)
        return float(chances(of)[0].mean())

    usual = mean()
    assert mean(**{"world.field.personal_logit": 1.5}) > usual > mean(**{"world.field.personal_logit": 0.0})
    assert mean(**{"world.field.woken_months": 3.0}) > usual > mean(**{"world.field.woken_months": 1.0})


# ---- what ripens -----------------------------------------------------------------------------------------------------


def doors(number: int = 1, **changed) -> Prospects:
    """Doors that are all alike: nothing comes of a visit but what is said."""
    usual = dict.fromkeys(Prospects._fields[:-1], 0.0) | {"bill": 100.0, "lag_days": 1e9, **changed}
    waiting = usual.pop("waiting", Waiting(0.4, 15.0, 126.0))
    return Prospects(**{name: np.full(number, value) for name, value in usual.items()}, waiting=waiting)


def test_only_terms_that_end_date_a_follow_up_and_only_visits_in_time_make_it_count() -> None:
    state, of = made().state, begun(made())
    dated = of.dated > 0
    assert dated.any() and (state.term_months[dated] > 0).all() and (state.provider[dated] > 0).all()
    assert (of.lag_days[dated] >= 5).all() and (of.followup[dated] > 0).all() and not of.followup[~dated].any()
    assert ripe(np.array([0.0, 30.0, 60.0, 90.0]), 60.0).tolist() == [1.0, 0.5, 0.0, 0.0]


def test_at_the_follow_up_only_the_fee_of_the_days_left_speaks_against_leaving() -> None:
    def listens(of: Market) -> np.ndarray:
        rate, months = of.scene.urge.rate_per_day * of.state.inclination, of.scene.world.field.followup_months
        return -np.expm1(-months * of.scene.calendar.per_month * rate)

    of = market(small_city(), numbers={"department.active": True}, warmup=0)
    then = begun(of)
    far = np.flatnonzero((then.dated > 0) & (then.lag_days > 100))
    closing = then.followup[far] / listens(of)[far]
    of.state.contract_end[far] = of.day + round(of.scene.world.field.followup_lead_days)
    assert far.size and closing == pytest.approx(begun(of).close[far], rel=1e-5)
    assert (closing > then.close[far]).any()  # for now the whole fee is due


def test_a_talk_counts_at_once_or_when_it_has_been_thought_over() -> None:
    of = doors(interest=0.5, close=0.4, waiting=Waiting(0.4, 15.0, 126.0))
    within = yields(of, 30.0)
    thought_over = 1.0 - 0.5 * (1.0 - np.exp(-2.0))
    assert within.talks == pytest.approx([0.2 * (0.4 + 0.6 * thought_over)])
    assert yields(of, 1e9).all == pytest.approx([0.2])
    assert yields(of, 0.0).all == pytest.approx([0.2 * 0.4])


def test_a_follow_up_counts_by_the_visits_after_which_it_falls_in_time() -> None:
    of = doors(interest=0.5, close=0.4, dated=0.5, lag_days=20.0, followup=0.1)
    within = yields(of, 80.0)
    assert within.dated == pytest.approx([0.8 * 0.5 * 0.75]) and within.followups == pytest.approx(0.1 * within.dated)
    assert not yields(of, 20.0).followups.any()


def test_later_calls_are_the_sum_over_the_days_of_those_who_still_know_the_visitor() -> None:
    of = doors(call_rate=0.01, call_fading=0.02)
    day = np.arange(0.0, 126.0, 0.01) + 0.005
    by_hand = (0.01 * np.exp(-0.02 * day) * (1.0 - day / 252.0)).sum() * 0.01
    assert yields(of, 252.0).calls == pytest.approx([by_hand], rel=1e-4)


def test_nothing_that_a_test_sale_sees_is_more_than_what_ripens_in_a_year() -> None:
    of = begun(made(), prospects(made().state))
    soon, year = yields(of, 10.0), yields(of, 252.0)
    for early, late in zip(soon, year, strict=True):
        assert (early <= late + 1e-12).all() and early.sum() < late.sum()


# ---- the plots -------------------------------------------------------------------------------------------------------


def worked(of: Prospects, day: float, days: float = 10.0):
    """All doors visited on a day."""
    number = of.bill.size
    return work_plots(of, hash_ids(np.arange(number).astype(str)), np.full(number, day), days, Streams(1)("test"))


def test_plots_have_signed_by_the_end_of_the_test_what_is_expected_by_then() -> None:
    number = 20_000
    many = {"interest": 0.5, "close": 0.4, "dated": 0.5, "lag_days": 4.0, "followup": 0.2}
    of = doors(number, **many, call_rate=0.004, call_fading=0.02)
    seen = work_plots(of, hash_ids(np.arange(number).astype(str)), spread(number, 10.0), 10.0, Streams(1)("test"))
    assert seen.signed.mean() == pytest.approx(yields(of, 10.0).all[0], rel=0.05)


def test_who_is_interested_and_has_not_decided_stays_open() -> None:
    of = doors(5000, interest=1.0, close=0.5, waiting=Waiting(0.0, 1e9, 126.0))
    seen = worked(of, 0.0)
    assert seen.open.mean() > 0.99 and not seen.signed[seen.open].any()
    decided = worked(doors(5000, interest=1.0, close=1.0, waiting=Waiting(1.0, 1.0, 126.0)), 0.0)
    assert decided.signed.all() and not decided.open.any()


def test_a_follow_up_after_the_last_day_is_told_and_not_signed() -> None:
    of = doors(200, dated=1.0, lag_days=6.0, followup=1.0)
    assert worked(of, 4.0).signed.all()
    late = worked(of, 5.0)
    assert late.told.all() and not late.signed.any()


def sold(of: Market, visits: np.ndarray):
    return sell_on_plots(of.state, of.scene, of.field.rules, visits, of.day, of.luck, GUESS, SPANS)


def test_plots_of_every_door_show_and_announce_what_is_expected() -> None:
    of, rows = made(), prospects(made().state)
    begun_there, kind = begun(of, rows), of.state.premises[rows]
    within = yields(begun_there, SPANS[0])
    expected = np.bincount(kind, begun_there.chance + within.calls + within.followups, minlength=4)
    guess = GUESS._replace(close=float(begun_there.chance.sum() / begun_there.interest.sum()))
    plots = np.full(4, 10_000)
    seen = sell_on_plots(of.state, of.scene, of.field.rules, plots, of.day, of.luck, guess, SPANS)
    assert np.abs(seen.deals + seen.coming - expected).max() < 4 * np.sqrt(expected.max())
    assert seen.expected == pytest.approx(0.02 * np.bincount(kind, minlength=4))
    assert seen.dates == pytest.approx(seen.expected) and (seen.dated > 0).any()


def test_sums_and_squares_are_of_the_deals() -> None:
    seen = sold(made(), np.full(4, 10_000))
    some = seen.deals > 0
    assert some.any() and not seen.bills[~some].any()
    assert (seen.squares[some] >= seen.bills[some] ** 2 / seen.deals[some] - 1e-6).all()


def test_without_visits_nothing_is_sold() -> None:
    assert not any(each.any() for each in sold(made(), np.zeros(4, int)))


def test_the_test_sale_leaves_the_market_as_it_is() -> None:
    of = market(small_city(), numbers={"department.active": True}, warmup=0)
    before = {name: values.copy() for name, values in of.state.columns().items()}
    sold(of, np.full(4, 10))
    for name, values in of.state.columns().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
