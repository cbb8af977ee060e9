"""Businesses close, and new tenants move into empty premises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.state import LONG_AGO, NEVER, NONE, VACANT
from sim.steps import demography
from tests.worlds import by_operator, column, events, first_morning, market, middle_city, small_city

TODAY = 3


@cache
def two_years() -> Market:
    """Two passive years of the middle city."""
    return market(middle_city(), numbers={"record.events": True}, months=24, warmup=0, check=False).run()


def closed(rows: slice = slice(None)) -> tuple[Market, np.ndarray]:
    """A tiny market a few days old in which some tenants close today."""
    of = first_morning(small_city(), numbers={"telemarketing.telemarketers": 1})
    for _ in range(TODAY):
        of.step()
    leaving = np.flatnonzero(of.state.provider > VACANT)[rows]
    of.state.turnover_day[leaving] = TODAY
    demography.turn_over(of.state, of.scene, of.turnover, of.orders, of.record, TODAY, of.luck)
    return of, leaving


def test_a_closed_business_leaves_nothing_behind() -> None:
    of, rows = closed()
    state = of.state
    assert (state.provider[rows] == VACANT).all()
    for name, blank in (
        ("monthly_bill", 0),
        ("term_months", 0),
        ("opt_out", 0),
        ("offers", 0),
        ("news", 0),
        ("satisfaction", 0),
        ("contract_end", NEVER),
        ("decision_day", NEVER),
        ("order_operator", NONE),
        ("unsettled_until", LONG_AGO),
        ("fault_day", NEVER),
    ):
        assert (getattr(state, name)[rows] == blank).all(), name
    assert not len(of.orders)
    state.check(2)


def test_the_next_tenant_has_its_own_luck_and_a_day_to_come() -> None:
    of, rows = closed(slice(0, 30))
    assert (of.state.tenancy[rows] == 1).all()
    assert (of.state.turnover_day[rows] > TODAY).all()


def test_closures_are_counted_by_operator_and_apart_from_churn() -> None:
    before = first_morning(small_city(), numbers={"telemarketing.telemarketers": 1})
    for _ in range(TODAY):
        before.step()
    customers = np.bincount(before.state.provider[before.state.provider >= 0], minlength=2)
    done = closed()[0].record
    assert done.flow["churn_closure"].tolist() == (customers + before.record.flow["churn_closure"]).tolist()
    assert done.flow["churn_competitor"].tolist() == before.record.flow["churn_competitor"].tolist()


def test_new_tenants_come_without_provider_contract_and_memories() -> None:
    of, rows = closed()
    state = of.state
    demography.choose_tenants(state, of.scene, of.turnover, rows, of.luck)
    state.turnover_day[rows] = 20
    demography.turn_over(state, of.scene, of.turnover, of.orders, of.record, 20, of.luck)
    assert (state.provider[rows] == NONE).all()
    assert (state.employees[rows] > 0).all()
    assert not state.memory[rows].any() and not state.persuasion[rows].any()
    assert (state.turnover_day[rows] > 20).all()
    assert of.record.total["market_openings"] >= rows.size


def test_new_tenants_take_after_a_business_of_the_same_kind_nearby() -> None:
    done = two_years()
    state, city = done.state, done.city
    new = np.flatnonzero((state.tenancy > 0) & (state.provider > VACANT))
    kinds = set(
        zip(city.zone[city.occupied], city.premises_type[city.occupied], city.size_class[city.occupied], strict=True)
    )
    assert set(zip(state.zone[new], state.premises[new], state.size_class[new], strict=True)) <= kinds


def test_openings_make_up_for_closures() -> None:
    closures, openings = column(two_years(), "market_closures").sum(), column(two_years(), "market_openings").sum()
    assert abs(closures - openings) < 4 * np.sqrt(closures + openings)


def test_businesses_close_at_the_closure_rate() -> None:
    done = two_years()
    tenants = done.city.occupied.sum()
    expected = tenants * done.parameters.world.demography.closure_rate_per_month * 24
    assert abs(column(done, "market_closures").sum() - expected) < 4 * np.sqrt(expected)


def test_every_tenant_that_opens_had_empty_premises() -> None:
    log = events(two_years(), "opening", "closure")
    opened = market(middle_city(), months=24, warmup=0, check=False)
    occupied = set(opened.city.premises_id[opened.state.provider > VACANT].astype(str))
    for event, premises in zip(log["event"], log["business_id"], strict=True):
        if event == "opening":
            assert premises not in occupied
            occupied.add(premises)
        else:
            occupied.remove(premises)


def test_without_closures_nobody_leaves() -> None:
    numbers = {"world.demography.closure_rate_per_month": 1e-9}
    done = market(middle_city(), numbers=numbers, months=6, check=False).run()
    assert column(done, "market_closures").sum() == 0
    assert by_operator(done, "churn_closure").sum() == 0


def test_the_same_tenant_moves_in_whatever_the_operators_do() -> None:
    passive = market(middle_city(), months=8, check=False).run().state
    numbers = {"telemarketing.telemarketers": 5}
    active = market(middle_city(), numbers=numbers, months=8, check=False).run().state
    for name in ("address", "turnover_day", "inclination", "usage", "employees", "tenancy"):
        ours, theirs = getattr(passive, name), getattr(active, name)
        assert (ours == theirs).all(), name


def test_vacancies_without_a_count_last_as_long_as_stated() -> None:
    of = first_morning(small_city())
    vacant = int((of.state.provider == VACANT).sum())
    rate = of.parameters.world.demography.closure_rate_per_month
    assert of.turnover.opening_rate == pytest.approx(of.calendar.daily(rate) * 60 / vacant)
