"""Pay periods: days, months and quarters, what counts in them, and what they pay."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.payroll import period_of
from tests.worlds import column, market, middle_city


@cache
def active(period: str = "month", scheme: str = "commission", **numbers) -> Market:
    """A department paid by the period, without side effects of pay and without leavers, run for seven months."""
    off = {f"department.conduct.{part}": False for part in ("timing", "split", "picking")}
    off |= {"department.people.quits": False, "department.people.dismissal": False}
    decided = {"department.active": True, "department.reps": 3, "department.scheme.name": scheme, **off}
    decided |= {
        "department.scheme.period": period,
        "world.effort.effort_max": 1.0,
        "world.effort.controlled_effort": 1.0,
    }
    return market(
        middle_city(), 1, {**decided, "world.effort.uncontrolled_effort": 1.0, **numbers}, months=7, warmup=1
    ).run()


def paid(made: Market, what: str, months) -> float:
    table = made.tables()["monthly_by_rep"]
    return float(table[what][np.isin(table["month"], months)].sum())


# ---- periods ---------------------------------------------------------------------------------------------------------


def test_a_day_is_a_period_of_its_own() -> None:
    calendar = active().calendar
    period = period_of(calendar, "day", 30)
    assert (period.first, period.last) == (30, 30)
    assert period.months == pytest.approx(1.0 / calendar.days_in_month[calendar.month_of_day[30]])


def test_quarters_are_counted_from_the_decision() -> None:
    calendar = active().calendar
    index = calendar.warmup + 4  # month 5, the second of the second quarter
    period = period_of(calendar, "quarter", int(calendar.first_day[index]))
    assert period.first == calendar.first_day[index - 1] and period.months == 3 and period.months_left == 2
    assert period.last == calendar.first_day[index + 1] + calendar.days_in_month[index + 1] - 1


def test_a_quarter_that_the_run_cuts_short_is_as_long_as_it_lasts() -> None:
    calendar = active().calendar
    assert period_of(calendar, "quarter", calendar.days - 1).months == 1  # month 7 of seven


# ---- pay -------------------------------------------------------------------------------------------------------------


def test_a_commission_pays_the_same_whatever_the_period() -> None:
    month, quarter, day = (active(period) for period in ("month", "quarter", "day"))
    for other in (quarter, day):
        assert column(other, "orders_field").tolist() == column(month, "orders_field").tolist()
        assert paid(other, "income", range(1, 8)) == pytest.approx(paid(month, "income", range(1, 8)), rel=1e-6)


def test_salaries_are_paid_by_the_month_and_commissions_at_the_quarters_end() -> None:
    made = active("quarter")
    assert paid(made, "pay_variable", [1, 2, 4, 5]) == 0.0
    assert paid(made, "pay_variable", [3]) > 0 and paid(made, "pay_variable", [6]) > 0
    assert all(paid(made, "pay_fixed", [month]) > 0 for month in range(2, 8))


def test_a_quarters_bonus_needs_a_quarters_plan() -> None:
    for period in ("month", "quarter"):
        made = active(period, "quota_bonus")
        table = made.tables()["monthly_by_rep"]
        late = table["month"] >= 4
        bonus = dict(made.scheme.terms)["bonus"]
        if period == "month":
            reached = table["attainment"][late] >= 1.0
            assert table["pay_variable"][late] == pytest.approx(bonus * np.nan_to_num(reached))
            continue
        for rep in set(table["rep_id"][table["month"] == 6]):
            rows = (table["rep_id"] == rep) & np.isin(table["month"], [4, 5, 6])
            reached = table["bills_signed"][rows].sum() >= table["plan"][rows].sum()
            # the plan of a month to come is this month's, so a newcomer's ramp may lie between
            if abs(table["bills_signed"][rows].sum() / max(table["plan"][rows].sum(), 1e-9) - 1.0) > 0.1:
                assert table["pay_variable"][rows].sum() == bonus * reached


def test_a_daily_bonus_is_paid_by_the_day() -> None:
    made = active("day", "quota_bonus")
    table, bonus = made.tables()["monthly_by_rep"], dict(made.scheme.terms)["bonus"]
    days = table["pay_variable"] / bonus
    assert days == pytest.approx(np.rint(days)) and days.max() > 1


def test_the_ledger_pays_what_is_earned_in_any_period() -> None:
    for period in ("day", "quarter"):
        made = active(period)
        assert column(made, "cost_field_variable")[-7:].sum() == pytest.approx(paid(made, "pay_variable", range(1, 8)))


# ---- what goes on ----------------------------------------------------------------------------------------------------


def test_an_unearned_draw_is_owed_and_taken_from_later_commission() -> None:
    owing = active(scheme="draw_recoverable")
    assert (owing.field.payroll.balance >= 0).all() and owing.field.payroll.balance.max() > 0
    assert not active().field.payroll.balance.any()


def test_a_scheme_that_sets_the_next_plan_moves_everybodys_own() -> None:
    moved = active(scheme="ratcheting")
    assert (moved.field.reps.plan_factor != 1.0).any()
    assert (active().field.reps.plan_factor == 1.0).all()
