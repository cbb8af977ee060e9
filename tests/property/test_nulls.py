"""What is switched off has no effect: the zero of every mechanism."""

from __future__ import annotations

import numpy as np
import pytest

from sim.state import VACANT
from tests.worlds import (
    SILENT,
    assert_same_tables,
    by_operator,
    column,
    events,
    market,
    middle_city,
)


def test_a_team_of_nobody_is_the_passive_run_bit_for_bit() -> None:
    nobody = market(middle_city(), numbers={"telemarketing.telemarketers": 0, "telemarketing.from_month": 2}).run()
    passive = market(middle_city()).run()
    assert_same_tables(nobody, passive)
    assert column(passive, "dials").sum() == column(passive, "cost_telemarketing").sum() == 0


@pytest.mark.parametrize(
    "decided",
    [
        {"telemarketing.telemarketers": 5},
        {"advertising.budget_factor": 3.0},
        {"events": [{"month": 1, "operator": "largest", "event": "tariff_change", "price_factor": 0.6}]},
    ],
    ids=lambda decided: next(iter(decided)),
)
def test_before_month_one_a_scenario_is_the_passive_run(decided: dict) -> None:
    scenario, passive = market(middle_city(), numbers=decided, months=2).run(), market(middle_city(), months=2).run()
    assert_same_tables(scenario, passive, until_month=0)
    assert column(scenario, "month")[-1] == 2


def test_a_campaign_that_begins_later_changes_nothing_before() -> None:
    late = market(middle_city(), numbers={"telemarketing.telemarketers": 5, "telemarketing.from_month": 3}).run()
    assert_same_tables(late, market(middle_city()).run(), until_month=2)


def test_a_tariff_changed_by_nothing_changes_nothing() -> None:
    event = {"month": 1, "operator": "largest", "event": "tariff_change", "price_factor": 1.0}
    assert_same_tables(market(middle_city(), numbers={"events": [event]}).run(), market(middle_city()).run())


def test_without_shopping_nobody_switches() -> None:
    numbers = {"world.needs.shopping_rate_per_month": 1e-12, "world.needs.no_provider_factor": 1.0}
    done = market(middle_city(), numbers=numbers, months=6).run()
    assert column(done, "market_shopping").sum() == 0
    assert by_operator(done, "gross_adds").sum() == by_operator(done, "churn_competitor").sum() == 0
    assert by_operator(done, "churn_closure").sum() > 0


def test_without_crews_nobody_is_activated() -> None:
    done = market(middle_city(), numbers={"world.installation.capacity_factor": 0.0}, months=4).run()
    assert by_operator(done, "gross_adds").sum() == 0
    assert column(done, "backlog")[-1] > 0


def test_with_refused_access_everywhere_nobody_is_activated() -> None:
    done = market(middle_city(), numbers={"world.installation.access_refused_share": 1.0}, months=4).run()
    assert by_operator(done, "gross_adds").sum() == 0
    assert column(done, "cancelled").sum() > 0


def test_without_talk_and_faults_no_news_stirs_anybody() -> None:
    numbers = {**SILENT, "world.installation.fault_rate_per_month": 0.0}
    assert not market(middle_city(), numbers=numbers, months=4).run().state.news.any()


def test_without_growth_no_tenant_changes_its_usage() -> None:
    done = market(middle_city(), numbers={"world.demography.resizing_rate_per_month": 0.0}, months=4, warmup=0)
    usage, tenants = done.state.usage.copy(), done.state.provider > VACANT
    done.run()
    same = tenants & (done.state.tenancy == 0)
    assert (done.state.usage == usage)[same].all()


def test_without_service_calls_nobody_waits_long() -> None:
    alone = market(middle_city(), numbers={"world.calls.service_calls_per_customer_month": 0.0}, months=6).run()
    assert column(alone, "service_calls").sum() == 0
    assert column(alone, "inbound_abandoned").sum() <= 0.05 * column(alone, "inbound_calls").sum()


def test_without_credit_no_discount_is_paid() -> None:
    done = market(middle_city(), numbers={"world.retention.credit_months": 0.0}, months=6).run()
    assert column(done, "cost_discounts").sum() == 0


def test_without_woken_interest_a_talk_starts_no_search() -> None:
    asleep = {"telemarketing.telemarketers": 5, "world.dialling.woken_months": 0.0, "record.events": True}
    done, passive = market(middle_city(), numbers=asleep).run(), market(middle_city()).run()
    assert len(events(done, "talk")["day"]) > 100
    shopping, usual = column(done, "market_shopping").sum(), column(passive, "market_shopping").sum()
    assert shopping == pytest.approx(usual, rel=0.05)


def test_a_department_without_representatives_leaves_the_market_as_it_was() -> None:
    passive = market(middle_city(), months=8).run().tables()
    nobody = market(middle_city(), numbers={"department.active": True, "department.reps": 0}, months=8).run().tables()
    money = {"cost", "margin", "cumulative_margin", "margin_present_value"}
    money |= {"cost_recruiting", "cost_consultants", "cost_management"}
    for table in ("monthly", "monthly_by_operator", "monthly_by_zone"):
        for name, values in passive[table].items():
            if name not in money:
                np.testing.assert_array_equal(nobody[table][name], values, err_msg=f"{table}.{name}")


def test_before_the_decision_a_department_changes_nothing() -> None:
    active = market(middle_city(), numbers={"department.active": True, "department.reps": 3}, months=2).run().tables()
    passive = market(middle_city(), months=2).run().tables()
    for name, values in passive["monthly"].items():
        np.testing.assert_array_equal(active["monthly"][name][:3], values[:3], err_msg=name)
