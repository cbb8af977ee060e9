"""The day in three strides does what its steps do one by one."""

from __future__ import annotations

import numpy as np
import pytest

from sim.orders import COLUMNS
from sim.state import NONE
from sim.steps import strides
from tests.worlds import column, market, middle_city

EVERYTHING = {
    "telemarketing.telemarketers": 2,
    "retention.proactive_share": 0.5,
    "retention.agents": 1,
    "retention.renewal_rise_share": 0.03,
    "world.calls.patience_minutes": 0.5,  # so that callers are lost
}


@pytest.mark.parametrize("reps", [0, 3])
def test_strides_and_steps_give_the_same_tables(reps: int) -> None:
    decided = {**EVERYTHING, "department.active": reps > 0, "department.reps": max(reps, 1)}
    strode = market(middle_city(), 4, decided, months=5).run()
    stepped = market(middle_city(), 4, {**decided, "record.events": True}, months=5).run()
    ours, theirs = strode.tables(), stepped.tables()
    assert ours.keys() == theirs.keys() - {"events"}
    for name, table in ours.items():
        for key, values in table.items():
            np.testing.assert_array_equal(values, theirs[name][key], err_msg=f"{name}.{key}")
    for name in ("inbound_abandoned", "churn_closure", "cancelled", "install_wait_days"):
        assert np.nansum(column(strode, name)) > 0, name  # or nothing would have been compared


def test_a_day_without_a_search_or_an_order_still_gives_crews_their_day() -> None:
    quiet = market(middle_city(), 4, months=1, warmup=0)
    quiet.orders.count = 0
    quiet.state.order_operator[:] = NONE
    before, per_day = quiet.crews.budget.copy(), quiet.crews.per_day.copy()
    quiet.step()
    assert np.all(quiet.crews.budget <= np.minimum(before, 0.0) + per_day)
    assert quiet.crews.budget.max() > 0.0


def test_the_table_of_orders_widens_in_the_kernel_as_it_does_outside() -> None:
    table = np.zeros(4, COLUMNS)
    table["row"] = [3, 1, 2, 0]
    assert len(strides.with_room(table, 2, 2)) == 4
    wider = strides.with_room(table, 3, 2)
    assert len(wider) == 8 and wider["row"][:3].tolist() == [3, 1, 2]


def test_news_of_switches_come_before_complaints() -> None:
    late = np.array([False, True, False])
    news = strides.switch_news(np.array([7, 8, 9]), np.array([0, 1, 2]), np.array([-1, 0, 1]), late)
    assert news.tolist() == [[0, 0, 0, 1], [7, 8, 9, 8], [0, 1, 2, 1], [-1, 0, 1, -1]]


@pytest.mark.parametrize("rows", [0, 5, 128, 300, 1000])
def test_customers_are_counted(rows: int) -> None:
    provider = (np.arange(rows) * 7 % 6 - 2).astype(np.int8)
    provider[: rows // 2] = 0
    assert strides.customers_of(provider, 0) == int((provider == 0).sum())
