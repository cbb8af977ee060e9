"""Money, booked twice."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ledger import ACCOUNTS, CHANNELS, Ledger
from tests.worlds import column, market, middle_city, small_city


def filled() -> Ledger:
    """A ledger with a little of everything."""
    books = Ledger()
    books.earn("customers", 1000.0)
    books.pay("advertising", "inbound", 300.0)
    books.pay("call_centre", "inbound", 100.0)
    books.pay("call_centre", "customers", 50.0)
    return books


def test_costs_and_revenue_are_told_by_account_and_channel() -> None:
    books = filled()
    assert books.revenue() == 1000.0
    assert books.cost("call_centre") == 150.0
    assert books.cost_of_channel("inbound") == 400.0
    assert books.cost_of_channel("customers") == 50.0
    assert books.cost("telemarketing") == 0.0


def test_every_month_sums_to_zero() -> None:
    books = filled()
    assert books.month.sum() == 0.0
    books.check()
    books.month[0, 0] += 1.0
    with pytest.raises(AssertionError, match="balance"):
        books.check()


def test_closing_a_month_files_it_and_opens_an_empty_one() -> None:
    books = filled()
    books.close_month()
    assert books.revenue() == 0.0
    assert len(books.closed) == 1
    assert books.closed[0].shape == (len(ACCOUNTS), len(CHANNELS))


def test_an_unknown_account_is_refused() -> None:
    with pytest.raises(KeyError):
        Ledger().pay("lunch", "inbound", 1.0)


def test_the_table_adds_up_to_the_monthly_metrics() -> None:
    done = market(middle_city(), numbers={"telemarketing.telemarketers": 2}).run()
    books, months = done.tables()["ledger"], column(done, "month")
    for number, month in enumerate(months):
        here = books["month"] == month
        assert books["amount"][here].sum() == pytest.approx(0.0, abs=1e-6)
        for account in ACCOUNTS[1:-1]:
            amount = -books["amount"][here & (books["account"] == account)].sum()
            assert amount == pytest.approx(column(done, f"cost_{account}")[number])
        revenue = books["amount"][here & (books["account"] == "revenue")].sum()
        assert revenue == pytest.approx(column(done, "revenue")[number])


def test_margin_is_revenue_less_cost_and_accumulates_from_month_one() -> None:
    done = market(small_city(), months=4).run()
    margin = column(done, "revenue") - column(done, "cost")
    assert column(done, "margin") == pytest.approx(margin)
    accumulated = np.cumsum(np.where(column(done, "month") >= 1, margin, 0.0))
    assert column(done, "cumulative_margin") == pytest.approx(accumulated)


def test_costs_are_the_sum_of_their_columns() -> None:
    done = market(small_city(), months=4).run()
    parts = [values for name, values in done.tables()["monthly"].items() if name.startswith("cost_")]
    assert np.sum(parts, axis=0) == pytest.approx(column(done, "cost"))


def test_a_month_without_change_earns_its_bills() -> None:
    still = {
        "world.needs.shopping_rate_per_month": 1e-9,
        "world.demography.closure_rate_per_month": 1e-9,
        "world.demography.resizing_rate_per_month": 0.0,
    }
    done = market(middle_city(), numbers=still, months=2, warmup=0).run()
    assert column(done, "revenue")[1:] == pytest.approx(column(done, "monthly_revenue")[:-1])


def test_advertising_and_wages_are_paid_every_month() -> None:
    done = market(small_city(), numbers={"advertising.budget_factor": 2.0, "call_centre.agents": 5}, warmup=1).run()
    assert column(done, "cost_advertising").tolist() == [0, 1000, 2000, 2000, 2000]
    wage = done.parameters.world.economics.agent_cost_per_month
    assert column(done, "cost_call_centre")[2:].tolist() == pytest.approx([5 * wage] * 3)


def test_joining_in_mid_month_is_billed_for_the_rest_of_it() -> None:
    done = market(middle_city(), months=12, warmup=0).run()
    bills = column(done, "monthly_revenue")
    low, high = np.minimum(bills[1:], bills[:-1]), np.maximum(bills[1:], bills[:-1])
    assert (column(done, "revenue")[1:] > 0.97 * low).all()
    assert (column(done, "revenue")[1:] < 1.03 * high).all()
