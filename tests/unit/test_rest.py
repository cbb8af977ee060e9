"""Whoever has weighed offers and stayed hears no seller out for a while."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Market
from sim.state import LONG_AGO, NEVER, NONE
from sim.steps.needs import rests
from tests.worlds import column, market, middle_city, small_city


def team(rest_months: float) -> Market:
    """Telemarketers who dial a city over and over."""
    numbers = {"telemarketing.telemarketers": 6, "world.needs.rest_months": rest_months}
    return market(middle_city(), numbers=numbers, months=8).run()


def test_who_stays_rests_and_who_signs_does_not() -> None:
    made = market(middle_city(), months=2).run()
    state, until = made.state, made.scene.urge.rest_days
    resting = state.rest_until > LONG_AGO
    assert resting.any() and (state.rest_until[resting] <= made.day - 1 + until).all()
    signed = (state.order_operator != NONE) & (state.rest_until == made.day - 1 + until)
    assert not signed.any()


def test_a_rest_ends_by_itself_or_by_something_that_unsettles() -> None:
    state = market(small_city(), warmup=0).state
    state.rest_until[0], state.unsettled_until[0] = 50, LONG_AGO
    assert rests.py_func(state.urge_columns, 0, 49) and not rests.py_func(state.urge_columns, 0, 50)
    state.unsettled_until[0] = 45
    assert not rests.py_func(state.urge_columns, 0, 40) and rests.py_func(state.urge_columns, 0, 46)


def test_a_new_tenant_does_not_rest() -> None:
    made = market(small_city(), numbers={"world.demography.closure_rate_per_month": 0.3}, months=4)
    before = made.state.tenancy.copy()
    made.state.rest_until[:] = NEVER - 1
    made.run()
    moved = made.state.tenancy > before
    assert moved.any() and (made.state.rest_until[moved] < NEVER - 1).all()


def test_sellers_find_fewer_open_ears_the_longer_businesses_rest() -> None:
    orders = [column(team(months), "orders_telemarketing").sum() for months in (0.0, 6.0)]
    assert orders[1] < orders[0]


@pytest.mark.parametrize("months", [0.0, 6.0])
def test_without_sellers_a_rest_changes_nothing(months: float) -> None:
    usual = market(small_city()).run()
    other = market(small_city(), numbers={"world.needs.rest_months": months}).run()
    for name in ("inbound_calls", "gross_adds", "customers"):
        np.testing.assert_array_equal(column(other, name), column(usual, name))
