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
YOUNG = np.dtype([("row", np.int64), ("since", np.int64), ("tenant", np.uint64)])  # since: first day of service


class FieldDays:
    """One row for each day on which somebody works in the field, or a customer sold by the field is still young."""

    def __init__(self) -> None:
        self.days: list[int] = []
        self.reps: list[int] = []
        self.effort: list[float] = []
        self.bills: list[float] = []
        self.counts: list[tuple[int, ...]] = []
        self.young, self.size = np.empty(64, YOUNG), 0  # customers that are young, in a table that grows

    def see(self, state: MarketState, reps: RepTable, new: Array, done: Orders, today: int) -> None:
        """Write the day down; `new` are the orders signed today, `done` those that went into service."""
        if not reps.stage.size and not self.size:
            return  # nobody has come yet
        self._room_for(len(done))
        columns = state.size_class, state.provider, state.address
        people, effort, bills, sizes, activated, young, left = _see(
            reps.stage, reps.effort, *columns, new, done.table, self.young, self.size, today
        )
        if people or any(sizes) or activated or young or left:
            self.days.append(today)
            self.reps.append(people)
            self.effort.append(effort / people if people else np.nan)
            self.bills.append(bills)
            self.counts.append((sum(sizes), *sizes, activated, young, left))
        self.size = young + activated

    def _room_for(self, more: int) -> None:
        """Room for so many more young customers: the table doubles when it is full."""
        if self.size + more > len(self.young):
            wider = np.empty(2 * (self.size + more), YOUNG)
            wider[: self.size] = self.young[: self.size]
            self.young = wider

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
def _see(stage, effort, size_class, provider, address, new, done, young, size, today):
    """Of one day: people in the field, their effort, bills and numbers by size of the contracts they signed, how many
    went into service, how many were young before, and how many of these have left. The young are kept in place."""
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
    kept, left = strike(young[:size], provider, address, today)
    activated = 0
    for order in done:
        if order.operator == 0 and order.channel == FIELD:
            one = young[kept + activated]
            one.row, one.since, one.tenant = order.row, today, address[order.row]
            activated += 1
    return people, exerted, bills, (sizes[0], sizes[1], sizes[2], sizes[3]), activated, kept, left


@njit(cache=True)
def strike(young, provider, address, today):
    """Move those who stay young to the front, in place; returns their number, and that of those who left for a
    competitor, or for none."""
    kept = left = 0
    for place in range(young.size):
        one = young[place]
        if address[one.row] != one.tenant or provider[one.row] == VACANT:
            continue  # closed or moved away
        if provider[one.row] != 0:
            left += 1
        elif one.since > today - EARLY_DAYS:
            young[kept].row, young[kept].since, young[kept].tenant = one.row, one.since, one.tenant
            kept += 1
    return kept, left
