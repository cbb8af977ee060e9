"""Pay periods: what counts in a day, a month or a quarter, what is still owed, and the pay that follows from it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compensation import Results, Scheme
from sim.reps import PRODUCTIVE, RepTable
from sim.workdays import Workdays

Array = np.ndarray[Any, Any]

COUNTED = (
    "contracts",
    "bills_signed",
    "bills_activated",
    "bills_cancelled",
    "contracts_activated",
    "bills_left_early",
    "plan",
)
QUARTER_MONTHS = 3


class Period(NamedTuple):
    """A pay period: first and last day, its length in months, and its months from the present one on."""

    first: int
    last: int
    months: float
    months_left: int


def period_of(calendar: Workdays, kind: str, today: int) -> Period:
    """The day, month or quarter that holds a day; quarters are counted from the decision."""
    month = int(calendar.month_of_day[today])
    if kind == "day":
        return Period(today, today, 1.0 / int(calendar.days_in_month[month]), 1)
    begun = (calendar.number(month) - 1) % QUARTER_MONTHS if kind == "quarter" else 0
    first = max(month - begun, 0)
    last = min(month + (QUARTER_MONTHS - 1 - begun if kind == "quarter" else 0), calendar.months - 1)
    end = int(calendar.first_day[last] + calendar.days_in_month[last]) - 1
    return Period(int(calendar.first_day[first]), end, float(last - first + 1), last - month + 1)


class Payroll:
    """What everybody has done in the period, beside the table's columns of the month; and what is owed."""

    def __init__(self, scheme: Scheme, calendar: Workdays, reps: RepTable):
        self.scheme, self.calendar, self.reps = scheme, calendar, reps
        # what a period has besides the month's columns: earlier months of a quarter, less earlier days of the month
        self.before = {name: np.zeros(0) for name in COUNTED}
        self.balance = np.zeros(0)
        self._asked: tuple[int, Period] = (0, period_of(calendar, scheme.period, 0))  # the day last asked for

    def period(self, today: int) -> Period:
        """The pay period of a day."""
        if self._asked[0] != today:
            self._asked = today, period_of(self.calendar, self.scheme.period, today)
        return self._asked[1]

    def _hire(self) -> None:
        """Room for those who came since."""
        missing = len(self.reps) - len(self.balance)
        if missing:
            self.balance = np.append(self.balance, np.zeros(missing))
            self.before = {name: np.append(values, np.zeros(missing)) for name, values in self.before.items()}

    def earlier(self, name: str) -> Array:
        """What counts in the period beside the month's own column, of everybody."""
        self._hire()
        return self.before[name]

    def so_far(self, name: str) -> Array:
        """A count or sum of the period, of everybody."""
        return self.earlier(name) + getattr(self.reps, name)

    def plan(self, today: int) -> Array:
        """Everybody's plan of the period, in monthly bills: of the months that are over, and this month's for each of
        those to come; of a day, the part of the month's."""
        self._hire()
        reps, period = self.reps, self.period(today)
        if self.scheme.period == "day":
            return reps.plan / self._days_there(today)
        return self.before["plan"] + reps.plan * period.months_left

    def _days_there(self, today: int) -> Array:
        """Days of the month for which everybody has a plan, at least one."""
        month = int(self.calendar.month_of_day[today])
        first, days = int(self.calendar.first_day[month]), int(self.calendar.days_in_month[month])
        return np.clip(first + days - self.reps.productive_day, 1, days)

    def results(self, today: int) -> Results:
        """The period's results so far, as a pay scheme sees them."""
        reps, bills, plan = self.reps, self.so_far("bills_signed"), self.plan(today)
        here = reps.left_day >= self.period(today).first
        rank = 1.0 + np.argsort(np.argsort(np.where(here, -bills, np.inf), kind="stable"), kind="stable")
        return Results(
            self.so_far("contracts"),
            bills,
            self.so_far("bills_activated"),
            self.so_far("bills_cancelled"),
            np.full(len(reps), bills[here].sum()),
            rank,
            self.balance,
            contracts_activated=self.so_far("contracts_activated"),
            bills_left_early=self.so_far("bills_left_early"),
            team_plan=np.array(plan[here].sum()),
            team_size=np.array(max(float((reps.stage == PRODUCTIVE).sum()), 1.0)),
            months=np.array(self.period(today).months),
        )

    # ---- paying -----------------------------------------------------------------------------------------------------

    def accrue(self, today: int) -> None:
        """The fixed part of a month (or a day) is paid for the days in post."""
        period = self.period(today)
        month = int(self.calendar.month_of_day[today])
        daily = self.scheme.period == "day"
        first = today if daily else int(self.calendar.first_day[month])
        days = 1 if daily else int(self.calendar.days_in_month[month])
        results, plan = self.results(today), self.plan(today)
        whole = self.scheme.fixed_part(results, plan)
        part = 1.0 if daily else 1.0 / period.months
        self.reps.pay_fixed += part * whole * self._presence(first, today, days)

    def _presence(self, first: int, today: int, days: int) -> Array:
        """The part of some days, up to today, for which everybody was in post."""
        from_day, to_day = np.maximum(self.reps.hired_day, first), np.minimum(self.reps.left_day, today + 1)
        return np.clip(to_day - from_day, 0, days) / days

    def settle(self, today: int) -> Array:
        """The variable part is paid where the period ends today, and the next one begins; the factor on everybody's
        next plan where the scheme sets it, else 1."""
        period = self.period(today)
        results, plan = self.results(today), self.plan(today)
        month = int(self.calendar.first_day[self.calendar.month_of_day[today]])
        begun = min(period.first, month)  # who leaves is paid for what is signed until the month's end
        here = self._presence(begun, today, today + 1 - begun) > 0
        pay, fixed = self.scheme.pay(results, plan), self.scheme.fixed_part(results, plan)
        self.reps.pay_variable += np.where(here, pay - fixed, 0.0)
        self.balance = np.where(here, self.scheme.next_balance(results, plan), self.balance)
        following = self.scheme.next_plan(results, plan) if self.scheme.carries_plan else plan
        for name in COUNTED:
            self.before[name] = -getattr(self.reps, name).astype(np.float64)
        return np.divide(following, plan, out=np.ones(len(plan)), where=plan > 0)

    def close_month(self) -> None:
        """The month's columns are about to begin anew: what they hold goes on in the period."""
        self._hire()
        for name in COUNTED:
            self.before[name] = self.before[name] + getattr(self.reps, name)
