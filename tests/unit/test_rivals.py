"""Searches end in one choice: staying, being held back, or an order."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.state import NEVER, NONE
from sim.steps import rivals
from sim.steps.needs import put_offers
from tests.worlds import column, events, first_morning, market, middle_city, small_city


def decided(numbers=None, provider: int = 1, seed: int = 1) -> Market:
    """The middle city in which every customer of an operator decides today between it and two others."""
    of = first_morning(middle_city(), seed, numbers)
    state = of.state
    rows = np.flatnonzero(state.provider == provider)
    state.contract_start[rows] = -1
    for operator in (0, 2):
        put_offers(state, rows, operator, 0, np.zeros(rows.size))
    state.decision_day[rows] = 0
    rivals.close_sales(state, of.scene, of.orders, of.ledger, of.record, 0, of.luck("rivals", 0))
    return of


@cache
def usual() -> Market:
    """The decisions with shipped numbers."""
    return decided()


def test_every_search_that_ends_today_is_over() -> None:
    state = usual().state
    assert (state.decision_day == NEVER).all()
    assert not state.offers.any()


def test_those_who_left_have_one_order_each_and_keep_their_provider_till_then() -> None:
    of = usual()
    rows = of.orders["row"]
    assert len(np.unique(rows)) == len(rows) > 50
    assert (of.state.provider[rows] == 1).all()
    assert (of.state.order_operator[rows] == of.orders["operator"]).all()
    assert (of.state.order_operator >= 0).sum() == len(rows)


def test_orders_carry_tariff_promise_and_channel() -> None:
    of, p = usual(), usual().parameters.world.installation
    state, orders = of.state, of.orders
    rows, operator = orders["row"], orders["operator"]
    price = of.scene.appeal.price[operator, state.size_class[rows], state.premises[rows]]
    assert orders["bill"] == pytest.approx(price * state.usage[rows], rel=1e-6)
    assert (orders["promised"] == p.promise_days).all()
    assert (orders["channel"] == 0).all()
    assert (orders["ready"] >= 1).all()
    assert orders["work"].mean() == pytest.approx(p.job_days, rel=0.15)
    assert orders["refused"].mean() == pytest.approx(p.access_refused_share, abs=0.06)


def test_without_notice_nobody_is_held_back() -> None:
    of = decided({"world.retention.notice_share": 0.0})
    assert not (of.state.contract_start[of.state.provider == 1] == 0).any()
    assert len(of.orders) > len(usual().orders)


def test_credit_holds_some_back_for_twelve_months() -> None:
    of = decided({"world.retention.notice_share": 0.9})
    state = of.state
    kept = (state.contract_start == 0) & (state.provider == 1)
    assert kept.sum() > 5
    assert (state.contract_end[kept] == of.calendar.span(12)).all()
    assert (state.term_months[kept] == 12).all()
    assert (state.order_operator[kept] == NONE).all()


def test_reactive_offers_save_a_fifth_to_two_fifths_of_those_who_give_notice() -> None:
    left = len(decided({"world.retention.notice_share": 0.0}).orders)
    saved = left - len(decided({"world.retention.notice_share": 1.0}).orders)
    assert 0.15 < saved / left < 0.45


def test_our_own_credits_are_booked_as_discounts() -> None:
    of = decided({"world.retention.notice_share": 0.9}, provider=0)
    state, months = of.state, of.parameters.world.retention.credit_months
    kept = (state.contract_start == 0) & (state.provider == 0)
    assert of.ledger.cost("discounts") == pytest.approx(state.monthly_bill[kept].sum() * months, rel=1e-5)
    assert usual().ledger.cost("discounts") == 0.0


def test_the_queue_of_a_days_orders_does_not_follow_the_rows() -> None:
    addresses = usual().orders["address"]
    assert (addresses[1:] >= addresses[:-1]).all()
    assert not (np.diff(usual().orders["row"]) > 0).all()


def test_influence_reaches_back_ninety_days() -> None:
    of = first_morning(middle_city())
    state = of.state
    rows = np.flatnonzero(state.provider == 1)
    put_offers(state, rows, 0, 0, np.full(rows.size, 3.0))
    state.touch_day[rows[::2], 2] = -rivals.INFLUENCE_DAYS
    state.touch_day[rows[1::2], 2] = -rivals.INFLUENCE_DAYS - 1
    state.decision_day[rows] = 0
    rivals.close_sales(state, of.scene, of.orders, of.ledger, of.record, 0, of.luck("rivals", 0))
    recent = np.isin(of.orders["row"], rows[::2])
    assert set(of.orders["influenced"][recent]) == {0b101}
    assert set(of.orders["influenced"][~recent]) == {0b001}


def test_orders_of_a_run_are_ended_searches() -> None:
    done = market(middle_city(), numbers={"record.events": True}, months=4).run()
    placed = events(done, "order")
    assert column(done, "orders").sum() == (placed["operator"] == "Focal").sum()
    assert column(done, "market_shopping").sum() > len(placed["day"])


def test_nobody_decides_on_a_quiet_day() -> None:
    of = first_morning(small_city())
    rivals.close_sales(of.state, of.scene, of.orders, of.ledger, of.record, 0, of.luck("rivals", 0))
    assert len(of.orders) == 0
