"""In any configuration: what is switched off, or paid for with nothing, brings nothing, and pay is what was booked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.compensation import Results
from sim.market import Market
from sim.shipped import shipped_terms
from tests.property.test_accounts import WORLDS, assert_accounts, city
from tests.worlds import assert_same_tables, by_operator, column, market

SEEDS = st.integers(0, 2**32)
SHARES = st.floats(0.05, 0.95)
DEPARTMENTS = st.fixed_dictionaries(
    {
        "department.reps": st.integers(1, 4),
        "department.mode": st.sampled_from(["turnkey", "alone"]),
        "department.doors": st.sampled_from(["sweep", "priority", "expected_value"]),
        "department.territory_policy": st.sampled_from(["equal_potential", "by_district", "by_premises"]),
        "department.revisit_days": st.integers(10, 60),
        "department.buyout_share": st.sampled_from([0.0, 0.5]),
        "world.field.decided_at_door_share": st.floats(0.0, 1.0),
        "world.department.recruiting_days.turnkey": st.sampled_from([2, 9]),
    }
)
PAID = ("commission", "commission_per_contract", "quota_bonus", "mixed_growing", "capped_commission", "quota_floor")


def run(share: float, seed: int, *numbers: dict[str, Any], **run: Any) -> Market:
    """A tiny market with these numbers, checked every day."""
    merged: dict[str, Any] = {}
    for each in numbers:
        merged |= each
    return market(city(share), seed, merged, **run).run()


def active(department: dict[str, Any], scheme: str = "mixed_growing", **terms: float) -> dict[str, Any]:
    """Decisions for a department that is paid by a scheme."""
    paid = {"name": scheme, "terms": shipped_terms(scheme) | terms}
    return {**department, "department.active": True, **{f"department.scheme.{key}": each for key, each in paid.items()}}


@settings(max_examples=6)
@given(world=WORLDS, department=DEPARTMENTS, share=SHARES, seed=SEEDS)
def test_a_department_of_nobody_changes_no_customer(world, department, share: float, seed: int) -> None:
    nobody = active({**department, "department.reps": 0})
    ours, passive = run(share, seed, world, nobody, months=5), run(share, seed, world, months=5)
    for name in ("customers", "gross_adds", "churn_competitor", "churn_closure", "awareness"):
        np.testing.assert_array_equal(by_operator(ours, name), by_operator(passive, name), err_msg=name)
    for name in ("inbound_calls", "orders", "cancelled", "dials", "market_shopping", "revenue"):
        np.testing.assert_array_equal(column(ours, name), column(passive, name), err_msg=name)


@settings(max_examples=6)
@given(world=WORLDS, department=DEPARTMENTS, share=SHARES, seed=SEEDS)
def test_toil_without_end_and_without_control_sells_nothing(world, department, share: float, seed: int) -> None:
    unwilling = {
        "world.effort.effort_cost_share_per_day": 1e6,
        "world.effort.intrinsic_share_per_contract": 0.0,
        "world.effort.controlled_effort": 0.0,
        "world.effort.uncontrolled_effort": 0.0,
    }
    done = run(share, seed, world, active(department), unwilling, months=5)
    assert column(done, "visits").sum() == column(done, "orders_field").sum() == 0
    assert column(done, "reps_productive").sum() > 0


@settings(max_examples=8)
@given(share=SHARES, seed=SEEDS, closing=st.sampled_from([0.004, 0.03]))
def test_with_all_channels_off_shares_drift_by_closures_alone(share: float, seed: int, closing: float) -> None:
    asleep = {
        "world.needs.shopping_rate_per_month": 1e-12,
        "world.needs.no_provider_factor": 1.0,
        "world.demography.closure_rate_per_month": closing,
    }
    done = run(share, seed, asleep, months=5)
    assert by_operator(done, "gross_adds").sum() == by_operator(done, "churn_competitor").sum() == 0
    lost = by_operator(done, "churn_closure")
    customers = by_operator(done, "customers")
    np.testing.assert_array_equal(np.diff(customers, axis=0), -lost[1:])


@settings(max_examples=8)
@given(world=WORLDS, department=DEPARTMENTS, share=SHARES, seed=SEEDS)
def test_every_customer_and_every_coin_is_accounted_for_with_a_department(
    world, department, share: float, seed: int
) -> None:
    done = run(share, seed, world, active(department), months=5)
    assert_accounts(done)
    assert all(abs(month.sum()) < 1e-6 for month in done.ledger.closed)
    assert by_operator(done, "market_share").sum(1) == pytest.approx(np.ones(8))


@settings(max_examples=10)
@given(scheme=st.sampled_from(PAID), department=DEPARTMENTS, share=SHARES, seed=SEEDS)
def test_pay_is_the_scheme_applied_to_booked_sales(scheme: str, department, share: float, seed: int) -> None:
    done = run(share, seed, active(department, scheme), {"world.needs.shopping_rate_per_month": 0.1}, months=5)
    table = done.tables()["monthly_by_rep"]
    sold = table["bills_signed"].astype(float)
    none = np.zeros(sold.size)
    results = Results(table["orders"].astype(float), sold, sold, none, sold, none + 1.0, none)
    plan = table["plan"].astype(float)
    fixed = done.scheme.pay(results.without_sales(), plan)
    paid = table["stage"] == "productive"
    expected = (done.scheme.pay(results, plan) - fixed)[paid]
    assert table["pay_variable"][paid] == pytest.approx(expected)
    ledger = done.tables()["ledger"]
    booked = -ledger["amount"][ledger["account"] == "field_variable"].sum()
    assert booked == pytest.approx(table["pay_variable"].sum())


@settings(max_examples=6)
@given(department=DEPARTMENTS, share=SHARES, seed=SEEDS, base=st.sampled_from([3000.0, 6500.0]))
def test_commission_of_nothing_is_a_salary_bit_for_bit(department, share: float, seed: int, base: float) -> None:
    salary = active(department, "fixed", salary=base)
    commission = active(department, "commission", base=base, commission_factor=0.0)
    assert_same_tables(run(share, seed, salary, months=5), run(share, seed, commission, months=5))
