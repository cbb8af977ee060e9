"""The department's days in sum: sales by size, and customers who leave while they are young."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.fielddays import EARLY_DAYS, FieldDays
from sim.orders import COLUMNS, Orders
from sim.reps import PRODUCTIVE, TRAINING
from sim.state import FIELD, INBOUND, VACANT
from tests.worlds import market

CALENDAR = SimpleNamespace(
    month_of_day=np.repeat([0, 1, 2], 100),
    first_day=np.array([0, 100, 200]),
    days_in_month=np.array([100, 100, 100]),
    number=lambda month: month + 1,
    months=3,
    dates=np.arange("2027-01-01", "2027-10-28", dtype="datetime64[D]"),
)


def orders(*rows: tuple[int, int, int, float]) -> np.ndarray:
    """Orders of (row, operator, channel, bill)."""
    table = np.zeros(len(rows), COLUMNS)
    for place, values in enumerate(rows):
        for name, value in zip(("row", "operator", "channel", "bill"), values, strict=True):
            table[name][place] = value
    return table


def town() -> SimpleNamespace:
    return SimpleNamespace(
        size_class=np.array([0, 1, 3]), address=np.array([7, 8, 9], np.uint64), provider=np.array([0, 0, 0])
    )


TEAM = SimpleNamespace(stage=np.array([PRODUCTIVE, PRODUCTIVE, TRAINING]), effort=np.array([0.9, 1.1, 0.0]))
NOBODY = SimpleNamespace(stage=np.array([TRAINING]), effort=np.zeros(1))


def test_a_day_counts_the_fields_own_orders_by_size():
    days = FieldDays()
    new = orders((0, 0, FIELD, 100.0), (2, 0, FIELD, 900.0), (1, 0, INBOUND, 50.0), (1, 1, FIELD, 70.0))
    days.see(town(), TEAM, new, Orders(), 101)
    table = days.table(CALENDAR)
    assert (table["month"][0], table["workday"][0], table["workdays_left"][0]) == (2, 2, 98)
    assert (table["reps"][0], table["effort"][0], table["bills_signed"][0]) == (2, 1.0, 1000.0)
    assert [int(table[f"orders_{size}"][0]) for size in ("micro", "small", "medium", "large")] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("period", "places"),
    [("day", [(1, 0), (1, 0)]), ("month", [(2, 98), (1, 99)]), ("quarter", [(102, 198), (201, 99)])],
)
def test_days_are_counted_within_the_pay_period(period, places):
    days = FieldDays()
    for today in (101, 200):
        days.see(town(), TEAM, orders(), Orders(), today)
    table = days.table(CALENDAR, period)
    assert list(zip(table["period_day"].tolist(), table["period_days_left"].tolist(), strict=True)) == places


def test_who_goes_to_a_competitor_leaves_early_and_who_closes_or_grows_old_does_not():
    days, state = FieldDays(), town()
    days.see(state, NOBODY, orders(), Orders(orders(*[(row, 0, FIELD, 1.0) for row in range(3)])), 10)
    state.provider[0], state.provider[1] = 1, VACANT
    days.see(state, NOBODY, orders(), Orders(), 11)
    days.see(state, NOBODY, orders(), Orders(), 9 + EARLY_DAYS)
    days.see(state, NOBODY, orders(), Orders(), 10 + EARLY_DAYS)
    state.provider[2] = 1
    days.see(state, NOBODY, orders(), Orders(), 11 + EARLY_DAYS)
    table = days.table(CALENDAR)
    assert table["left_early"].tolist() == [0, 1, 0]
    assert table["young"].tolist() == [0, 1, 1]
    assert table["activated"].tolist() == [3, 0, 0]


def test_days_before_anybody_works_leave_no_row():
    days = FieldDays()
    days.see(town(), NOBODY, orders(), Orders(), 3)
    assert len(days.table(CALENDAR)["month"]) == 0


def test_the_days_of_a_run_add_up_to_its_months():
    done = market(numbers={"department.active": True, "department.reps": 3}, months=4, warmup=0).run()
    days, months = done.tables()["field_by_day"], done.tables()["monthly"]
    for month, sold in zip(months["month"], months["orders_field"], strict=True):
        assert days["orders"][days["month"] == month].sum() == sold
    assert days["orders"].sum() > 0
    sizes = sum(days[f"orders_{size}"] for size in ("micro", "small", "medium", "large"))
    assert (sizes == days["orders"]).all()
