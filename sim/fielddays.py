"""The department's days in sum: effort, sales by size of the customer, and who of those sold to leaves early."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.orders import Orders
from sim.payroll import period_of
from sim.reps import PRODUCTIVE, RepTable
from sim.state import FIELD, VACANT, MarketState
from sim.workdays import Workdays

Array = np.ndarray[Any, Any]

EARLY_DAYS = 126  # working days, six months: whoever leaves for a competitor within them has left early
SIZES = ("micro", "small", "medium", "large")  # size classes in their order
COUNTS = ("orders", *(f"orders_{size}" for size in SIZES), "activated", "young", "left_early")


class FieldDays:
    """One row for each day on which somebody works in the field, or a customer sold by the field is still young."""

    def __init__(self) -> None:
        self.days: list[int] = []
        self.reps: list[int] = []
        self.effort: list[float] = []
        self.bills: list[float] = []
        self.counts: list[tuple[int, ...]] = []
        self.row, self.since = np.empty(0, np.int64), np.empty(0, np.int64)  # customers that are young
        self.tenant = np.empty(0, np.uint64)

    def see(self, state: MarketState, reps: RepTable, new: Array, done: Orders, today: int) -> None:
        """Write the day down; `new` are the orders signed today, `done` those that went into service."""
        if not reps.stage.size and not self.row.size:
            return  # nobody has come yet
        left = self._leave(state, today)
        people, effort, bills, sizes, activated = _sum_up(reps.stage, reps.effort, state.size_class, new, done.table)
        signed = int(sizes.sum())
        if people or signed or activated.size or self.row.size or left:
            self.days.append(today)
            self.reps.append(people)
            self.effort.append(effort / people if people else np.nan)
            self.bills.append(bills)
            self.counts.append((signed, *sizes.tolist(), activated.size, self.row.size, left))
        if activated.size:
            self.row = np.append(self.row, activated)
            self.since = np.append(self.since, np.full(activated.size, today))
            self.tenant = np.append(self.tenant, state.address[activated])

    def _leave(self, state: MarketState, today: int) -> int:
        """Strike whoever is gone or no longer young; returns how many have left for a competitor, or for none."""
        if not self.row.size:
            return 0
        kept, left = _strike(self.row, self.since, self.tenant, state.provider, state.address, today)
        self.row, self.since, self.tenant = self.row[:kept], self.since[:kept], self.tenant[:kept]
        return int(left)

    def table(self, calendar: Workdays, period: str = "month") -> dict[str, Array]:
        """The days as columns; `workday` counts from 1 within the month, `workdays_left` after today; `period_day` and
        `period_days_left` do so within the pay period (day, month or quarter)."""
        day = np.array(self.days, np.int64)
        month = calendar.month_of_day[day]
        workday = day - calendar.first_day[month] + 1
        ends = np.array([period_of(calendar, period, one)[:2] for one in self.days], np.int64).reshape(-1, 2)
        counts = np.array(self.counts, np.int64).reshape(len(day), len(COUNTS))
        return {
            "month": np.array([calendar.number(int(one)) for one in month], np.int64),
            "date": calendar.dates[day],
            "workday": workday,
            "workdays_left": calendar.days_in_month[month] - workday,
            "period_day": day - ends[:, 0] + 1,
            "period_days_left": ends[:, 1] - day,
            "reps": np.array(self.reps, np.int64),
            "effort": np.array(self.effort, np.float64),
            "bills_signed": np.array(self.bills, np.float64),
            **{name: counts[:, place] for place, name in enumerate(COUNTS)},
        }


@njit(cache=True)
def _sum_up(stage, effort, size_class, new, done):
    """Of one day: people in the field, their effort, bills and numbers by size of the contracts they signed, and rows
    that went into service."""
    people, exerted = 0, 0.0
    for rep in range(stage.size):
        if stage[rep] == PRODUCTIVE:
            people += 1
            exerted += effort[rep]
    bills, sizes = 0.0, np.zeros(len(SIZES), np.int64)
    for order in new:
        if order.operator == 0 and order.channel == FIELD:
            bills += order.bill
            sizes[size_class[order.row]] += 1
    rows, n = np.empty(done.size, np.int64), 0
    for order in done:
        if order.operator == 0 and order.channel == FIELD:
            rows[n] = order.row
            n += 1
    return people, exerted, bills, sizes, rows[:n]


@njit(cache=True)
def _strike(row, since, tenant, provider, address, today):
    """Move those who stay young to the front, in place; returns their number, and that of those who left."""
    kept = left = 0
    for place in range(row.size):
        here = row[place]
        if address[here] != tenant[place] or provider[here] == VACANT:
            continue  # closed or moved away
        if provider[here] != 0:
            left += 1
        elif since[place] > today - EARLY_DAYS:
            row[kept], since[kept], tenant[kept] = here, since[place], tenant[place]
            kept += 1
    return kept, left
