"""True in any market: every customer is accounted for, shares sum to one, the books balance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market import Market
from tests.tiny import tiny_city, tiny_operators
from tests.worlds import assert_same_tables, by_operator, column, market, middle_city

WORLDS = st.fixed_dictionaries(
    {
        "world.needs.shopping_rate_per_month": st.sampled_from([0.01, 0.1]),
        "world.needs.calls_max": st.integers(1, 4),
        "world.choice.nest_similarity": st.floats(0.4, 1.0),
        "world.retention.notice_share": st.floats(0.0, 1.0),
        "world.demography.closure_rate_per_month": st.sampled_from([0.004, 0.03]),
        "world.installation.capacity_factor": st.sampled_from([0.3, 1.3]),
        "world.installation.access_refused_share": st.floats(0.0, 0.5),
        "telemarketing.telemarketers": st.integers(0, 2),
        "call_centre.agents": st.integers(0, 3),
        "crews.capacity": st.sampled_from(["follows", "fixed"]),
    }
)
SHARES = st.floats(0.05, 0.95)


def city(share: float) -> Any:
    """The tiny city, shared otherwise."""
    operators = tiny_operators()
    operators[0]["share"], operators[1]["share"] = share, 1 - share
    return tiny_city(operators)


def assert_accounts(done: Market) -> None:
    """Customers are those of the month before with the adds and without the losses, operator by operator."""
    customers = by_operator(done, "customers")
    flow = by_operator(done, "gross_adds") - by_operator(done, "churn_competitor") - by_operator(done, "churn_closure")
    assert (np.diff(customers, axis=0) == flow[1:]).all()
    assert not flow[0].any()
    served = done.state.provider[done.state.provider >= 0]
    assert customers[-1].tolist() == np.bincount(served, minlength=customers.shape[1]).tolist()


@settings(max_examples=12)
@given(numbers=WORLDS, share=SHARES, seed=st.integers(0, 2**32))
def test_every_customer_is_accounted_for_in_any_world(numbers: dict[str, Any], share: float, seed: int) -> None:
    done = market(city(share), seed, numbers).run()  # checks state and books every day
    assert_accounts(done)
    assert by_operator(done, "market_share").sum(1) == pytest.approx(np.ones(6))
    assert all(abs(month.sum()) < 1e-6 for month in done.ledger.closed)
    assert (column(done, "orders") >= 0).all() and (column(done, "backlog") >= 0).all()


@pytest.mark.parametrize(
    "numbers",
    [{}, {"telemarketing.telemarketers": 5}, {"department.active": True, "department.reps": 3}],
    ids=["passive", "telemarketing", "department"],
)
def test_every_customer_is_accounted_for_in_the_middle_city(numbers: dict[str, Any]) -> None:
    done = market(middle_city(), numbers=numbers, months=12, warmup=6).run()
    assert_accounts(done)
    assert len(column(done, "month")) == 19
    flows = by_operator(done, "gross_adds").sum() - column(done, "won_from_competitors").sum()
    assert flows > 0


@settings(max_examples=4)
@given(numbers=WORLDS, seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_market_bit_for_bit(numbers: dict[str, Any], seed: int) -> None:
    first, second = (market(city(0.4), seed, numbers).run() for _ in range(2))
    assert_same_tables(first, second)
    for name, values in first.state.columns().items():
        np.testing.assert_array_equal(values, second.state.columns()[name], err_msg=name)


def test_another_seed_gives_another_market() -> None:
    first, second = market(middle_city(), 1).run(), market(middle_city(), 2).run()
    assert (column(first, "gross_adds") != column(second, "gross_adds")).any()


def test_watching_and_checking_change_nothing() -> None:
    watched = market(middle_city(), numbers={"record.events": True})
    blind = market(middle_city(), numbers={"record.zones": False, "record.ledger": False}, check=False)
    watched.run()
    blind.run()
    for name, values in blind.tables()["monthly"].items():
        np.testing.assert_array_equal(values, column(watched, name), err_msg=name)


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    shorter, longer = market(middle_city(), months=2).run(), market(middle_city(), months=4).run()
    for name, values in shorter.tables()["monthly"].items():
        np.testing.assert_array_equal(values, column(longer, name)[: len(values)], err_msg=name)
