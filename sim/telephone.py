"""The common number: opening hours, the people who answer, how many are needed, and what rivals' lines answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.callprofile import working_day_profile
from sim.draws import Luck
from sim.quantiles import ndtri
from sim.queueing import answered_share
from sim.world import Calls, Economics

Array = np.ndarray[Any, Any]

# spreads skills evenly; hired in pairs of equal distance from the mean, teams are never all good or poor
GOLDEN = 0.6180339887498949


class OpeningHours:
    """The day at the telephone: slots between opening and closing, and the share of calls in each."""

    def __init__(self) -> None:
        start, self.share, _ = working_day_profile()
        self.slot_minutes = float(start[1] - start[0])
        self.minutes = self.slot_minutes * len(start)
        self.edges = np.linspace(0.0, self.minutes, len(start) + 1)
        self.until = np.concatenate([[0.0], np.cumsum(self.share)])
        self.until[-1] = 1.0

    def arrival_minutes(self, uniform: Array) -> Array:
        """Minutes after opening at which calls arrive."""
        return np.interp(uniform, self.until, self.edges)

    def shifts(self, agents: int) -> tuple[Array, Array]:
        """First and last minute of each agent's shift: eight hours, early and late in turn."""
        late = np.arange(agents) % 2 == 1
        length = min(480.0, self.minutes)
        start = np.where(late, self.minutes - length, 0.0)
        return start, start + length

    def agents_by_slot(self, agents: int) -> Array:
        """Agents at work in the middle of each slot."""
        start, end = self.shifts(agents)
        middle = (self.edges[:-1] + self.edges[1:]) / 2
        return ((start[None] <= middle[:, None]) & (middle[:, None] < end[None])).sum(1)


def agents_needed(
    calls_per_day: float, handling_minutes: float, hours: OpeningHours, occupancy_share: float, at_least: int
) -> int:
    """Agents for which an average hour has the planned occupancy; each works eight of the opening hours."""
    erlangs = calls_per_day * handling_minutes / min(480.0, hours.minutes)
    return max(int(np.ceil(erlangs / occupancy_share)), at_least)


def mean_handling(p: Calls, sales_per_day: float, service_per_day: float) -> float:
    """Mean minutes of a call in the mix of sales and service."""
    total = max(sales_per_day + service_per_day, 1e-12)
    return (sales_per_day * p.sales_handling_minutes + service_per_day * p.service_handling_minutes) / total


def line_answered(
    customers: float,
    sales_per_day: float,
    hours: OpeningHours,
    p: Calls,
    economics: Economics,
    per_month: float,
    at_least: int,
) -> float:
    """The short form of a call centre: the share of sales callers answered by a line staffed for its load."""
    service = customers * p.service_calls_per_customer_month / per_month
    calls, handling = sales_per_day + service, mean_handling(p, sales_per_day, service)
    agents = agents_needed(calls, handling, hours, economics.agent_occupancy_share, at_least)
    return answered_share(
        calls,
        handling,
        hours.agents_by_slot(agents),
        p.patience_minutes,
        p.redial_share,
        hours.share,
        hours.slot_minutes,
    )


class StaffTable:
    """What people of one team have; row i is the i-th person hired."""

    def __init__(self, team_address: np.uint64, luck: Luck):
        self.first = float(luck.uniform(np.array([team_address], np.uint64), 0)[0])
        self.skill = np.empty(0)
        self.busy_minutes = np.empty(0)
        self.shift_start, self.shift_end = np.empty(0), np.empty(0)

    def __len__(self) -> int:
        return len(self.skill)

    def resize(self, people: int, hours: OpeningHours) -> None:
        """Hire or let go until there are so many; who comes as number i always has the same skill."""
        number = np.arange(people)
        better = ndtri(np.clip((self.first + GOLDEN * (number // 2)) % 1.0, 0.01, 0.99))
        self.skill = np.where(number % 2 == 0, better, -better)
        busy = np.zeros(people)
        busy[: len(self.busy_minutes)] = self.busy_minutes[:people]
        self.busy_minutes = busy
        self.shift_start, self.shift_end = hours.shifts(people)
