"""Counts of a month, and the events of a run."""

from __future__ import annotations

import numpy as np
import pytest

from sim.observation import ratio
from sim.record import Record
from tests.worlds import by_operator, column, events, first_morning, market, middle_city, small_city

METRICS = """
inbound_calls service_calls inbound_answered inbound_abandoned inbound_wait_minutes dials talks opt_outs visits contacts
followups orders_inbound orders_field orders_telemarketing orders cancelled backlog install_wait_days gross_adds
churn_competitor churn_closure net_adds customers won_from_competitors market_share awareness awareness_aided
awareness_unaided monthly_revenue revenue cost margin cumulative_margin cost_advertising cost_call_centre
cost_telemarketing cost_field_fixed cost_field_variable cost_recruiting cost_training cost_consultants cost_management
cost_installation cost_discounts cac_inbound cac_field cac_telemarketing cac_field_incremental reps reps_productive plan
plan_attainment rep_effort rep_quits saved retention_calls retention_renewals market_shopping market_woken
market_closures market_openings
"""


def test_counts_begin_at_zero_every_month() -> None:
    record = Record(2, 3)
    record.add("dials", 5)
    record.add_flow("gross_adds", np.array([1, 1, 0]))
    record.add_zone("visits", np.array([2]))
    record.add_channel("orders", np.array([0, 2, 2]))
    assert record.total["dials"] == 5
    assert record.flow["gross_adds"].tolist() == [1, 2]
    assert record.zone["visits"].tolist() == [0, 0, 1]
    assert record.channel["orders"].tolist() == [1, 0, 2]
    record.begin_month()
    assert record.total["dials"] == 0
    assert not record.flow["gross_adds"].any()


def test_events_become_a_table_with_names() -> None:
    record = Record(2, 2, events=True)
    record.event(0, "order", np.array([1, 0]), np.array([0, 1]), channel=2, value=np.array([10.0, 20.0]))
    record.event(1, "hire", np.array([-1]), 0)
    dates = np.array(["2027-01-04", "2027-01-05"], "datetime64[D]")
    table = record.events.table(
        dates, np.array([b"B0", b"B1"]), np.array([0, 1]), np.array(["N", "S"]), ["Focal", "Rival"]
    )
    assert table["event"].tolist() == ["order", "order", "hire"]
    assert table["business_id"].tolist() == ["B1", "B0", ""]
    assert table["zone_id"].tolist() == ["S", "N", ""]
    assert table["operator"].tolist() == ["Focal", "Rival", "Focal"]
    assert table["channel"].tolist() == ["telemarketing", "telemarketing", ""]
    assert table["value"][:2].tolist() == [10.0, 20.0]
    assert table["day"].tolist() == [0, 0, 1]


def test_no_events_are_kept_unless_wanted() -> None:
    record = Record(2, 2)
    record.event(0, "order", np.array([1]), 0)
    assert record.events is None
    assert "events" not in market(small_city()).tables()


def test_a_ratio_without_denominator_is_null() -> None:
    assert np.isnan(ratio(1.0, 0.0))
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])) == pytest.approx([0.5, np.nan], nan_ok=True)


def test_the_monthly_table_has_all_its_metrics() -> None:
    names = list(market(small_city()).tables()["monthly"])
    assert names[:2] == ["month", "date"]
    assert set(METRICS.split()) <= set(names)


def test_tables_have_a_row_for_each_month_and_thing() -> None:
    done = market(small_city(), months=3, warmup=2).run()
    sizes = {name: len(table["month"]) for name, table in done.tables().items() if name.startswith("monthly")}
    assert sizes["monthly"] == 6
    assert sizes["monthly_by_operator"] == 12
    assert sizes["monthly_by_channel"] == 18
    assert sizes["monthly_by_zone"] == 24


def test_tables_that_nobody_wants_are_left_out() -> None:
    quiet = market(small_city(), numbers={"record.zones": False, "record.ledger": False})
    assert not {"monthly_by_zone", "ledger"} & set(quiet.tables())


def test_zones_channels_and_operators_add_up_to_the_month() -> None:
    done = market(middle_city(), numbers={"telemarketing.telemarketers": 2}, months=4).run()
    tables = done.tables()
    months = len(column(done, "month"))
    for name in ("customers", "inbound_calls", "gross_adds", "churn_competitor", "won_from_competitors"):
        assert tables["monthly_by_zone"][name].reshape(months, -1).sum(1).tolist() == column(done, name).tolist()
    for name in ("gross_adds", "orders"):
        assert tables["monthly_by_channel"][name].reshape(months, -1).sum(1).tolist() == column(done, name).tolist()
    assert by_operator(done, "customers")[:, 0].tolist() == column(done, "customers").tolist()
    assert by_operator(done, "awareness")[:, 0] == pytest.approx(column(done, "awareness"))


def test_calls_are_answered_or_abandoned_and_each_caller_counts_once() -> None:
    done = market(middle_city(), numbers={"record.events": True}, months=6).run()
    calls = column(done, "inbound_calls")
    assert (calls == column(done, "inbound_answered") + column(done, "inbound_abandoned")).all()
    assert len(events(done, "call")["day"]) == calls.sum()
    assert len(events(done, "consultation")["day"]) == column(done, "inbound_answered").sum()


def test_net_adds_are_adds_less_losses() -> None:
    done = market(middle_city(), months=4).run()
    losses = column(done, "churn_competitor") + column(done, "churn_closure")
    assert (column(done, "net_adds") == column(done, "gross_adds") - losses).all()


def test_awareness_lies_between_nothing_and_everything_and_unaided_below_aided() -> None:
    done = market(middle_city(), months=4).run()
    assert (column(done, "awareness_unaided") <= column(done, "awareness_aided")).all()
    assert (column(done, "awareness") > 0).all() and (column(done, "awareness_aided") <= 1).all()


def test_the_opening_awareness_is_that_of_the_brand() -> None:
    opened = first_morning(middle_city())
    brand = opened.city.operators[0].brand
    assert column(opened, "awareness_unaided")[0] == pytest.approx(brand, abs=0.04)
