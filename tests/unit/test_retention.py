"""The retention desk: who is called, who signs anew, who is woken; and dearer renewals."""

from __future__ import annotations

import numpy as np
import pytest

from sim.decisions import Retention
from sim.market import Market
from sim.scene import NO_LIMIT
from sim.state import NEVER
from sim.steps import contracts, retention
from tests.worlds import assert_same_tables, column, first_morning, market, middle_city, small_city


def called(decided: Retention, numbers=None) -> tuple[Market, np.ndarray]:
    """A market in which all customers' terms end when the desk calls today, and these customers."""
    of = first_morning(middle_city(), numbers=numbers)
    state, today = of.state, 3
    rows = np.flatnonzero((state.provider == 0) & (state.term_months > 0))
    state.contract_end[rows], state.decision_day[rows] = today + of.calendar.span(decided.lead_months), NEVER
    luck = of.luck("retention desk", today), of.luck("woken by retention", today)
    kept = of.waiting, of.diary, of.ledger, of.record
    retention.call_customers(state, of.scene, decided, *kept, NO_LIMIT, today, *luck)
    return of, rows


def talked(of: Market, rows: np.ndarray) -> np.ndarray:
    """Which customers were reached: the talk is remembered."""
    return of.state.contact_day[rows, 0] == 3


def test_the_desk_calls_the_decided_share_of_customers_near_the_end_of_their_term() -> None:
    half, rows = called(Retention(proactive_share=0.5))
    expected = 0.5 * rows.size
    assert abs(half.record.total["retention_calls"] - expected) < 4 * np.sqrt(expected / 2)
    everybody, rows = called(Retention(proactive_share=1.0))
    reached = everybody.scene.world.retention.reached_share
    assert everybody.record.total["retention_calls"] == rows.size
    assert abs(talked(everybody, rows).mean() - reached) < 4 * np.sqrt(reached * (1 - reached) / rows.size)


def test_who_signs_is_bound_for_twelve_more_months_and_gets_the_credit() -> None:
    of, rows = called(Retention(proactive_share=1.0, credit_months=3.0))
    signed = rows[of.state.contract_start[rows] == 3]
    assert 0 < signed.size == of.record.total["retention_renewals"] < rows.size
    assert (of.state.contract_end[signed] == 3 + of.calendar.span(12)).all()
    bills = of.state.monthly_bill[signed].sum(dtype=np.float64)
    assert of.ledger.cost("discounts") == pytest.approx(3.0 * bills, rel=1e-5)
    assert of.ledger.cost("call_centre") == pytest.approx(talked(of, rows).sum() * retention.cost_of_talk(of.scene))


def test_without_a_credit_nobody_signs_and_a_larger_one_wins_more() -> None:
    signed = [
        called(Retention(proactive_share=1.0, credit_months=credit))[0].record.total["retention_renewals"]
        for credit in (0.0, 1.0, 6.0)
    ]
    assert signed[0] == 0 < signed[1] < signed[2]


def test_a_call_wakes_the_sleeping_and_the_same_call_without_waking_does_not() -> None:
    of, rows = called(Retention(proactive_share=1.0, credit_months=0.0))
    woken = rows[of.state.decision_day[rows] != NEVER]
    assert woken.size and talked(of, woken).all()
    assert of.state.offers[woken].any()  # they ask others
    asleep, rows = called(Retention(proactive_share=1.0), {"world.dialling.woken_months": 0.0})
    assert (asleep.state.decision_day[rows] == NEVER).all()


def test_a_desk_that_calls_nobody_changes_nothing() -> None:
    idle = market(small_city(), numbers={"retention.lead_months": 6.0, "retention.credit_months": 3.0}, months=4)
    assert_same_tables(idle.run(), market(small_city(), months=4).run())


def test_calls_begin_with_the_decision() -> None:
    calls = column(market(middle_city(), numbers={"retention.proactive_share": 1.0}, months=3).run(), "retention_calls")
    assert not calls[:-3].any() and calls[-3:].all()


def test_without_the_reactive_offer_nobody_is_saved_after_the_decision() -> None:
    run = market(middle_city(), numbers={"retention.reactive": False}, months=6).run()
    saved = column(run, "saved")
    assert saved[:-6].any() and not saved[-6:].any()


def test_renewals_become_dearer_for_all_who_do_not_negotiate() -> None:
    of = first_morning(middle_city())
    state = of.state
    rows = np.flatnonzero(state.provider >= 0)
    price = of.scene.appeal.price[state.provider[rows], state.size_class[rows], state.premises[rows]]
    state.contract_end[rows], state.unsettled_until[rows] = 5, -9
    state.monthly_bill[rows] = price * state.usage[rows]
    contracts.run_on(state, of.scene, of.record, 5, of.luck("renewals", 5), 0.1)
    factor = state.monthly_bill[rows] / (price * state.usage[rows])
    ours, raised = state.provider[rows] == 0, np.isclose(factor, 1.1)
    assert (raised | np.isclose(factor, 1.0)).all() and not raised[~ours].any()
    negotiating = np.array(list(of.scene.world.terms.negotiating_share.model_dump().values()))
    expected = 1 - negotiating[state.size_class[rows[ours]]].mean()
    assert abs(raised[ours].mean() - expected) < 4 * np.sqrt(0.25 / ours.sum())
    assert (state.unsettled_until[rows[raised]] > 5).all()


# ---- a desk with people of its own ---------------------------------------------------------------------------------


def staffed(calls_per_day: int, days: int = 1, **decided) -> tuple[Market, np.ndarray]:
    """A market in which all customers' terms end when the desk, with time for so many calls, begins to call."""
    of = first_morning(middle_city(), numbers={"world.retention.desk_calls_per_day": calls_per_day})
    state, desk = of.state, Retention(proactive_share=1.0, credit_months=0.0, agents=1, **decided)
    rows = np.flatnonzero((state.provider == 0) & (state.term_months > 0))
    state.contract_end[rows], state.decision_day[rows] = 3 + of.calendar.span(desk.lead_months), NEVER
    for today in range(3, 3 + days):
        luck = of.luck("retention desk", today), of.luck("woken by retention", today)
        kept = of.waiting, of.diary, of.ledger, of.record
        time_left = of.waiting.open_day(of.scene, desk, of.record, today)
        retention.call_customers(state, of.scene, desk, *kept, time_left, today, *luck)
    return of, rows


def test_a_desk_calls_as_many_a_day_as_its_people_can_and_the_others_later() -> None:
    of, rows = staffed(7, days=3)
    assert of.record.total["retention_calls"] == 21
    assert of.waiting.row.size == rows.size - 21
    assert of.ledger.cost("call_centre") == 0.0  # they have their wages


def test_who_has_waited_is_called_before_those_who_come_today() -> None:
    of, _ = staffed(7)
    new = np.flatnonzero((of.state.provider == 0) & (of.state.term_months == 0))[:5]
    of.state.contract_end[new] = 90
    first = of.waiting.row[:7].copy()  # nobody calls these five otherwise
    assert set(of.waiting.take(of.state, new, 90, 7)) == set(first)
    assert set(new) <= set(of.waiting.row)


def test_who_is_not_called_by_the_end_of_the_term_is_missed() -> None:
    lead = 0.5
    of, rows = staffed(7, days=13, lead_months=lead)
    called = of.record.total["retention_calls"]
    assert of.record.total["retention_missed"] == rows.size - called > 0
    assert called == 7 * of.calendar.span(lead)  # those who were there on the days before
    assert not of.waiting.row.size


def test_a_desk_large_enough_calls_whom_one_without_a_limit_calls() -> None:
    of, rows = staffed(100_000)
    free, _ = called(Retention(proactive_share=1.0, credit_months=0.0))
    np.testing.assert_array_equal(of.state.decision_day[rows], free.state.decision_day[rows])
    np.testing.assert_array_equal(of.state.contact_day[rows], free.state.contact_day[rows])


def test_notices_take_the_desks_time_before_calls_do_and_those_without_an_answer_are_missed() -> None:
    of, _ = staffed(7)
    desk = Retention(agents=1)
    of.scene.signing.talks_left[0] = 7 - 5
    assert of.waiting.open_day(of.scene, desk, of.record, 4) == 2
    of.scene.signing.talks_left[0] = 7 - 10
    assert of.waiting.open_day(of.scene, desk, of.record, 5) == 0
    assert of.record.total["retention_missed"] == 3
    assert of.scene.signing.talks_left[0] == 7


def test_a_desk_costs_its_wages_and_one_with_time_for_all_keeps_as_many() -> None:
    plain = market(middle_city(), months=3).run()
    kept = market(middle_city(), numbers={"retention.agents": 1}, months=3).run()
    same = [
        name for name in plain.tables()["monthly"] if "cost" not in name and "margin" not in name and name[:3] != "cac"
    ]
    for name in same:
        np.testing.assert_array_equal(column(plain, name), column(kept, name), err_msg=name)
    wages = kept.parameters.world.economics.agent_cost_per_month
    extra = column(kept, "cost_call_centre") - column(plain, "cost_call_centre")
    np.testing.assert_allclose(extra[-4:], [0.0, wages, wages, wages])
