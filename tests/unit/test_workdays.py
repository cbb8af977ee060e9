"""The calendar: working days, months, holidays, and rates per day."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from sim.workdays import workdays

CALENDAR = workdays("2027-01", 12, 24, "AU", "VIC")


def test_days_add_up_to_months_and_months_to_the_run() -> None:
    assert CALENDAR.months == 36
    assert CALENDAR.days == CALENDAR.days_in_month.sum() == len(CALENDAR.dates)
    assert (np.diff(CALENDAR.month_of_day) >= 0).all()
    assert CALENDAR.days_in_month.min() >= 17 and CALENDAR.days_in_month.max() <= 23


def test_the_run_begins_with_the_first_warm_up_month() -> None:
    assert CALENDAR.month_start[0] == np.datetime64("2026-01-01")
    assert CALENDAR.number(0) == -11
    assert CALENDAR.number(12) == 1


def test_no_working_day_is_a_weekend_or_a_public_holiday() -> None:
    assert np.is_busday(CALENDAR.dates).all()
    for holiday in ("2026-12-25", "2027-01-26", "2027-03-29"):
        assert np.datetime64(holiday) not in CALENDAR.dates


def test_cup_day_is_free_in_melbourne_and_not_in_sydney() -> None:
    cup = np.datetime64("2027-11-02")
    assert cup not in CALENDAR.dates
    assert cup in workdays("2027-01", 0, 12, "AU", "NSW").dates


def test_a_country_that_nobody_knows_works_on_all_weekdays() -> None:
    assert workdays("2027-01", 0, 1, "XX", None).days == 21


def test_every_month_opens_and_closes_once() -> None:
    opens = [CALENDAR.opens_month(day) for day in range(CALENDAR.days)]
    closes = [CALENDAR.closes_month(day) for day in range(CALENDAR.days)]
    assert sum(opens) == sum(closes) == 36
    assert opens[0] and closes[-1]
    assert np.flatnonzero(opens).tolist() == CALENDAR.first_day.tolist()


def test_the_month_runs_from_one_to_its_last_day() -> None:
    first, days = int(CALENDAR.first_day[3]), int(CALENDAR.days_in_month[3])
    assert CALENDAR.month_left(first) == 1.0
    assert CALENDAR.month_left(first + days - 1) == pytest.approx(1 / days)


def test_a_daily_chance_adds_up_to_the_monthly_one() -> None:
    daily = CALENDAR.daily(0.3)
    assert 1 - (1 - daily) ** CALENDAR.per_month == pytest.approx(0.3)


def test_a_stock_fades_by_its_share_in_a_month() -> None:
    assert np.exp(-CALENDAR.daily_fading(0.3) * CALENDAR.per_month) == pytest.approx(0.7)


def test_months_are_turned_into_whole_days() -> None:
    assert 20 < CALENDAR.per_month < 21.5
    assert CALENDAR.span(24) == round(24 * CALENDAR.per_month)


ONE_COUNTRY = """
import sys
from sim.workdays import workdays
workdays("2027-01", 1, 2, "AU", "VIC")
read = [name for name in sys.modules if name.startswith("holidays.countries.")]
import holidays
print(len(read), len(holidays.country_holidays("NZ", years=2027)) > 5, len(holidays.list_supported_countries()) > 50)
"""


def test_the_holidays_of_one_country_are_read_without_the_others_which_can_be_had_later():
    done = subprocess.run([sys.executable, "-c", ONE_COUNTRY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True", "True"]
