"""Contracts begin, are renewed and end."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.opening import term_mix
from sim.state import NEVER
from sim.steps import contracts
from tests.worlds import (
    by_operator,
    column,
    events,
    first_morning,
    market,
    middle_city,
    parameters,
    shipped,
    small_city,
)


@cache
def year() -> Market:
    """A passive year of the middle city, its events recorded."""
    return market(middle_city(), numbers={"record.events": True}, months=12, warmup=0).run()


def renewed(numbers=None, price_factor: float = 1.0) -> tuple[Market, np.ndarray]:
    """A market whose every contract ends today, and its customers."""
    of = first_morning(middle_city(), numbers=numbers)
    of.scene.appeal.price[:] *= price_factor
    rows = np.flatnonzero(of.state.provider >= 0)
    of.state.contract_end[rows], of.state.renewals[rows] = 5, 0
    contracts.run_on(of.state, of.scene, of.record, 5, of.luck("renewals", 5))
    return of, rows


def test_contracts_that_end_begin_anew_today() -> None:
    of, rows = renewed()
    state, spans = of.state, {24: of.calendar.span(24), 12: of.calendar.span(12), 0: of.calendar.span(12)}
    assert (state.contract_start[rows] == 5).all()
    assert (state.renewals[rows] == 1).all()
    for months, days in spans.items():
        assert (state.contract_end[rows[state.term_months[rows] == months]] == 5 + days).all()


def test_a_renewal_is_at_todays_tariff() -> None:
    of, rows = renewed(price_factor=1.2)
    state = of.state
    price = of.scene.appeal.price[state.provider[rows], state.size_class[rows], state.premises[rows]]
    assert state.monthly_bill[rows] == pytest.approx(price * state.usage[rows], rel=1e-5)


def test_who_pays_more_than_before_looks_around() -> None:
    (dearer, rows), (same, _) = renewed(price_factor=1.2), renewed()
    memory = dearer.parameters.world.needs.unsettled_days
    assert (dearer.state.unsettled_until[rows] == 5 + memory).all()
    assert (same.state.unsettled_until[rows] < 0).all()


def test_nothing_ends_before_its_day() -> None:
    of = first_morning(small_city())
    before = of.state.contract_end.copy()
    contracts.run_on(of.state, of.scene, of.record, -5, of.luck("renewals", 0))
    assert (of.state.contract_end == before).all()


def test_terms_at_signing_keep_the_stated_stock() -> None:
    months, until = term_mix(shipped().world.terms)
    flow = np.diff(until, prepend=0.0)
    stock = flow * np.where(months == 0, 12, months)
    assert stock / stock.sum() == pytest.approx([0.7, 0.2, 0.1])
    of, rows = renewed()
    observed = [(of.state.term_months[rows] == term).mean() for term in months]
    assert observed == pytest.approx(flow, abs=0.06)


def test_a_world_of_one_term_signs_nothing_else() -> None:
    numbers = {"world.terms.term_24_share": 1.0, "world.terms.term_12_share": 0.0}
    assert set(renewed(numbers)[0].state.term_months[renewed(numbers)[1]]) == {24}
    assert parameters(numbers).world.terms.term_24_share == 1.0


def test_contracts_in_force_at_the_start_end_within_their_term() -> None:
    of = first_morning(middle_city())
    state, served = of.state, of.state.provider >= 0
    length = state.contract_end.astype(int) - state.contract_start
    for months in (24, 12):
        rows = served & (state.term_months == months)
        assert (length[rows] == of.calendar.span(months)).all()
        assert rows.sum() / served.sum() == pytest.approx({24: 0.7, 12: 0.2}[months], abs=0.05)
    assert (state.contract_start[served] <= 0).all() and (state.contract_end[served] > 0).all()


def test_a_switch_counts_on_its_day_for_both_sides() -> None:
    done = year()
    joined, lost = (
        {(day, who): name for day, who, name in zip(log["day"], log["business_id"], log["operator"], strict=True)}
        for log in (events(done, "activated"), events(done, "churn"))
    )
    assert lost.keys() <= joined.keys()
    assert all(joined[switch] != name for switch, name in lost.items())


def test_events_and_monthly_counts_agree() -> None:
    done = year()
    names = np.array([operator.name for operator in done.operators])
    for event, counted in (("activated", "gross_adds"), ("churn", "churn_competitor")):
        by_name = [int((events(done, event)["operator"] == name).sum()) for name in names]
        assert by_name == by_operator(done, counted).sum(0).tolist()


def test_the_opening_stock_stands_in_the_month_before_the_first() -> None:
    done = market(small_city(), warmup=2)
    table = done.tables()["monthly"]
    assert table["month"].tolist() == [-2]
    assert table["customers"][0] == done.customers
    assert str(table["date"][0]) == "2026-10-01"


def test_won_from_competitors_are_gross_adds_that_had_a_provider() -> None:
    done = year()
    won = column(done, "won_from_competitors")
    assert (won <= column(done, "gross_adds")).all()
    assert won.sum() > 0


def test_new_customers_begin_content_with_a_term_and_a_bill() -> None:
    of = year()
    state = of.state
    joined = (state.provider >= 0) & (state.contract_start > 0) & (state.renewals == 0)
    assert joined.any()
    assert (state.monthly_bill[joined] > 0).all()
    assert np.isin(state.term_months[joined], (24, 12, 0)).all()
    assert (state.contract_end[joined] < NEVER).all()
    assert (state.order_operator[joined] != state.provider[joined]).all()


def test_a_long_standing_market_keeps_its_mix_of_terms() -> None:
    done = market(middle_city(), numbers={"world.retention.notice_share": 0.0}, months=36, warmup=0, check=False).run()
    state = done.state
    terms = state.term_months[state.provider >= 0]
    for months, share in ((24, 0.7), (12, 0.2), (0, 0.1)):
        assert (terms == months).mean() == pytest.approx(share, abs=0.06)
