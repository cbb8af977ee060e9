"""Spending by medium becomes presence, and presence becomes awareness."""

from __future__ import annotations

import numpy as np
import pytest

from sim.advertising import spent_in, stock
from sim.decisions import Advertising
from sim.world import Medium
from tests.worlds import assert_same_tables, column, market, middle_city, small_city

RADIO = Medium(cost_per_impression=0.5, reach_share=0.5, impression_recall_share=0.01)
MAIL = {"advertising.media.mail": 20_000.0}


def test_a_mediums_presence_with_a_pencil() -> None:
    # 500 a month buy 1,000 impressions: 20 for each of the 50 whom radio reaches, of which 40 are remembered.
    known = 0.5 * (1 - 0.99**40)
    assert stock(500.0, RADIO, 100, 0.5) == pytest.approx(-np.log(1 - known))
    assert stock(0.0, RADIO, 100, 0.5) == 0.0


def test_a_medium_brings_less_and_less_and_never_more_than_it_reaches() -> None:
    stocks = np.array([stock(spent, RADIO, 100, 0.5) for spent in (0, 500, 1000, 1500, 1e9)])
    steps = np.diff(stocks[:4])
    assert (steps > 0).all() and (np.diff(steps) < 0).all()
    assert stocks[-1] == pytest.approx(-np.log(0.5))


def test_media_are_paid_in_their_months_alone() -> None:
    plan = Advertising.model_validate({"media": {"radio": 300, "mail": 200}, "from_month": 3, "months": 2})
    assert [spent_in(plan, month) for month in (-3, 2, 3, 4, 5)] == [0, 0, 500, 500, 0]


# ---- in a market ---------------------------------------------------------------------------------------------------


def test_a_plan_without_spending_changes_nothing() -> None:
    idle = market(small_city(), numbers={"advertising.from_month": 2, "advertising.months": 1}, months=4)
    assert_same_tables(idle.run(), market(small_city(), months=4).run())


def test_spending_raises_awareness_and_calls_and_is_booked_and_both_end_with_it() -> None:
    plain = market(middle_city(), months=14, check=False).run()
    numbers = {**MAIL, "advertising.from_month": 2, "advertising.months": 6}
    loud = market(middle_city(), numbers=numbers, months=14, check=False).run()
    month = column(plain, "month")
    more = column(loud, "awareness") - column(plain, "awareness")
    during, cost = (month >= 2) & (month < 8), column(loud, "cost_advertising") - column(plain, "cost_advertising")
    np.testing.assert_allclose(cost, np.where(during, 20_000.0, 0.0))
    assert not more[month < 2].any() and (np.diff(more[during]) > 0).all()
    assert 0 < more[-1] < 0.5 * more[month == 7][0]
    assert column(loud, "inbound_calls")[during].sum() > column(plain, "inbound_calls")[during].sum()


def test_media_stand_beside_the_budget() -> None:
    """Without any budget the name lives on residential customers and on what is spent by medium."""
    runs = [
        market(middle_city(), numbers={"advertising.budget_factor": 0.0, **spent}, months=8, check=False).run()
        for spent in ({}, {"advertising.media.online": 5_000.0})
    ]
    silent, online = (column(done, "awareness")[-1] for done in runs)
    assert silent < online
    assert [column(done, "cost_advertising")[-1] for done in runs] == [0.0, 5_000.0]
