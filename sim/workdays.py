"""The calendar: one tick is a working day; months differ in length and have public holidays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.later import postponed

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Workdays:
    """The working days of a run, from the first warm-up month to the last month."""

    dates: Array  # (days,) datetime64[D]
    month_of_day: Array  # (days,) int32, 0 is the first warm-up month
    month_start: Array  # (months,) datetime64[D], first day of each calendar month
    days_in_month: Array  # (months,) int64, working days
    first_day: Array  # (months,) int64, number of the first working day
    warmup: int
    per_month: float  # mean working days of a month in this country, over ten years

    @property
    def months(self) -> int:
        """Months of the run, warm-up included."""
        return len(self.month_start)

    @property
    def days(self) -> int:
        """Working days of the run."""
        return len(self.dates)

    def opens_month(self, day: int) -> bool:
        """Whether the day is the first working day of its month."""
        return day == 0 or bool(self.month_of_day[day] != self.month_of_day[day - 1])

    def closes_month(self, day: int) -> bool:
        """Whether the day is the last working day of its month."""
        return day == self.days - 1 or bool(self.month_of_day[day] != self.month_of_day[day + 1])

    def month_left(self, day: int) -> float:
        """The part of the day's month that is still to come, the day itself included."""
        month = int(self.month_of_day[day])
        return (int(self.first_day[month]) + int(self.days_in_month[month]) - day) / int(self.days_in_month[month])

    def number(self, month: int) -> int:
        """The month as users count it: 1 is the first after the decision, warm-up months are 0, -1, ..."""
        return month - self.warmup + 1

    def daily(self, rate_per_month: float) -> float:
        """The daily chance that adds up to a monthly one."""
        return float(-np.expm1(np.log1p(-rate_per_month) / self.per_month))

    def daily_fading(self, share_per_month: float) -> float:
        """The rate per working day at which a stock fades that loses a share in a month."""
        return float(-np.log1p(-share_per_month) / self.per_month)

    def span(self, months: float) -> int:
        """Months as a number of working days, rounded."""
        return round(months * self.per_month)


@lru_cache(maxsize=16)
def workdays(decision_month: str, warmup: int, months: int, country: str, subdivision: str | None) -> Workdays:
    """The working days around a decision month (YYYY-MM) in a country (ISO code; unknown countries have no
    holidays)."""
    first = np.datetime64(decision_month, "M") - warmup
    month_start = first + np.arange(warmup + months)
    free = _holidays(country, subdivision, int(str(first)[:4]), int(str(month_start[-1])[:4]) + 10)
    all_days = np.arange(first.astype("datetime64[D]"), (month_start[-1] + 1).astype("datetime64[D]"))
    dates = all_days[np.is_busday(all_days, holidays=free)]
    month_of_day = (dates.astype("datetime64[M]") - first).astype(np.int32)
    days_in_month = np.bincount(month_of_day, minlength=warmup + months)
    first_day = np.concatenate([[0], np.cumsum(days_in_month)[:-1]])
    decade = np.datetime64(decision_month, "M") + np.array([0, 120])
    begin, end = decade.astype("datetime64[D]")
    per_month = int(np.busday_count(begin, end, holidays=np.array(free, "datetime64[D]"))) / 120
    return Workdays(
        dates, month_of_day, month_start.astype("datetime64[D]"), days_in_month, first_day, warmup, float(per_month)
    )


def _holidays(country: str, subdivision: str | None, first_year: int, last_year: int) -> list[Any]:
    """Public holidays of the city; a country that the library does not know has none."""
    import holidays

    try:
        with postponed(["holidays.countries"], with_parts=True):  # one country, and not the other 250
            days = holidays.country_holidays(
                country, subdiv=subdivision or None, years=range(first_year, last_year + 1)
            )
    except NotImplementedError:
        return []
    return sorted(days)
