"""How long customers stay, by the channel that won them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cohorts import Cohorts, present_value
from sim.orders import COLUMNS
from sim.state import MarketState
from tests.worlds import column, market, middle_city


def customers(rows: int) -> MarketState:
    """Customers of the focal operator who pay 100 each."""
    state = MarketState.empty(rows, 2)
    state.provider[:], state.monthly_bill[:], state.address[:] = 0, 100.0, np.arange(rows, dtype=np.uint64)
    return state


def orders(*rows: int, channel: int = 1, operator: int = 0) -> np.ndarray:
    """Installed orders."""
    done = np.zeros(len(rows), COLUMNS)
    done["row"], done["address"], done["channel"], done["operator"] = rows, rows, channel, operator
    return done


def counted(cohorts: Cohorts, channel: str, name: str) -> list[float]:
    """A column of the table for one origin, by age."""
    table = cohorts.table(0.1)
    return table[name][table["channel"] == channel].tolist()


def test_customers_are_followed_month_by_month_until_they_leave() -> None:
    state, cohorts = customers(10), Cohorts()
    state.provider[6:] = 1
    cohorts.begin(state, 0)
    cohorts.join(orders(6, 7))
    state.provider[6:8] = 0
    cohorts.close_month(state, 0)
    state.provider[[0, 6]] = 1
    cohorts.close_month(state, 1)
    cohorts.close_month(state, 2)
    assert counted(cohorts, "opening", "customers") == [6, 6, 5]
    assert counted(cohorts, "opening", "lost") == [0, 1, 0]
    assert counted(cohorts, "field", "customers") == [2, 2, 1]
    assert counted(cohorts, "field", "lost") == [0, 1, 0]
    assert counted(cohorts, "field", "bills") == [200, 100, 100]


def test_a_new_tenant_is_not_the_old_customer() -> None:
    state, cohorts = customers(2), Cohorts()
    cohorts.begin(state, 0)
    state.address[0] += np.uint64(7)
    cohorts.close_month(state, 0)
    assert counted(cohorts, "opening", "lost") == [1]


def test_who_leaves_and_comes_back_is_lost_and_a_new_customer() -> None:
    state, cohorts = customers(2), Cohorts()
    cohorts.begin(state, 0)
    cohorts.close_month(state, 0)
    cohorts.join(orders(1, channel=2))
    cohorts.close_month(state, 1)
    assert counted(cohorts, "opening", "lost") == [0, 1]
    assert counted(cohorts, "telemarketing", "customers") == [1]


def test_customers_of_others_are_not_followed() -> None:
    state, cohorts = customers(3), Cohorts()
    cohorts.begin(state, 0)
    cohorts.join(orders(1, operator=1))
    cohorts.close_month(state, 0)
    assert set(cohorts.table(0.1)["channel"]) == {"opening"}


def test_money_a_year_later_is_worth_a_tenth_less() -> None:
    assert present_value(0.1, 12) == pytest.approx(1 / 1.1)
    assert present_value(0.1, 0) == 1.0


def test_losses_of_all_origins_are_the_churn_of_the_run() -> None:
    done = market(middle_city(), numbers={"telemarketing.telemarketers": 2}, months=6, warmup=3, check=False).run()
    table = done.tables()["survival"]
    left = sum(column(done, name)[1:].sum() for name in ("churn_competitor", "churn_closure"))
    assert table["lost"].sum() == left
    newest = table["age_months"] == 0
    won = column(done, "gross_adds")[1:].sum()
    assert table["customers"][newest & (table["channel"] != "opening")].sum() == won
    assert table["customers"][newest & (table["channel"] == "opening")].sum() == column(done, "customers")[0]


def test_the_present_value_of_the_margin_begins_with_the_decision() -> None:
    done = market(months=3, warmup=2).run()
    month, margin = column(done, "month"), column(done, "margin")
    value = column(done, "margin_present_value")
    assert (value[month < 1] == 0).all()
    assert value[month >= 1] == pytest.approx(margin[month >= 1] * 1.1 ** (-month[month >= 1] / 12))
