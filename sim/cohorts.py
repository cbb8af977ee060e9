"""How long customers stay, by the channel that won them: counts by age, for survival and lifetime value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.state import CHANNELS, MarketState

Array = np.ndarray[Any, Any]

ORIGINS = (*CHANNELS, "opening")  # the last: customers there were when the watching began
MONTHS_PER_YEAR = 12


class Cohorts:
    """The focal operator's customers with the month that brought them, followed until they leave.

    Who leaves and comes back is lost and a new customer. Age 0 is the month of the activation.
    """

    def __init__(self) -> None:
        self.row, self.address = np.empty(0, np.int32), np.empty(0, np.uint64)
        self.origin, self.since = np.empty(0, np.int8), np.empty(0, np.int16)
        self.joined: list[tuple[Array, Array, Array]] = []  # of this month: row, address, origin
        self.installed: list[Array] = []  # orders of this month, of all operators
        self.counts: list[Array] = []  # of each month: (customers, lost, bills) by origin and age
        self.watching = False

    def begin(self, state: MarketState, month: int) -> None:
        """Follow those who are customers now; they are of age 0 in the month that follows."""
        self.watching = True
        rows = np.flatnonzero(state.provider == 0).astype(np.int32)
        self.joined.append((rows, state.address[rows], np.full(rows.size, len(CHANNELS), np.int8)))
        self._take_up(month)

    def join(self, done: Array) -> None:
        """Follow those of today's installed orders who are customers of the focal operator from today on."""
        if self.watching and len(done):
            self.installed.append(done)

    def close_month(self, state: MarketState, month: int) -> None:
        """Count who was there, who is lost, and what the others pay; the lost are followed no longer."""
        if not self.watching:
            return
        before = self.row.size
        self._take_up(month)
        who = self.row, self.address, self.origin, self.since
        kept, counts = _follow(*who, before, state.provider, state.address, state.monthly_bill, month)
        self.counts.append(counts)
        self.row, self.address = self.row[:kept], self.address[:kept]
        self.origin, self.since = self.origin[:kept], self.since[:kept]

    def _take_up(self, month: int) -> None:
        """This month's newcomers join those who are followed."""
        if self.installed:
            names = ("row", "address", "channel", "operator")
            row, address, origin, operator = (np.concatenate([done[name] for done in self.installed]) for name in names)
            ours = operator == 0
            self.joined.append((row[ours].astype(np.int32), address[ours], origin[ours].astype(np.int8)))
            self.installed.clear()
        if self.joined:
            row, address, origin = (np.concatenate(parts) for parts in zip(*self.joined, strict=True))
            self.row, self.address = np.concatenate([self.row, row]), np.concatenate([self.address, address])
            self.origin = np.concatenate([self.origin, origin])
            self.since = np.concatenate([self.since, np.full(row.size, month, np.int16)])
            self.joined.clear()

    def table(self, discount_rate_per_year: float) -> dict[str, Array]:
        """One row for each origin and age that anybody reached."""
        whole = np.zeros((3, len(ORIGINS), max((month.shape[2] for month in self.counts), default=0)))
        for month in self.counts:
            whole[:, :, : month.shape[2]] += month
        origin, age = np.nonzero(whole[0] > 0)
        return {
            "channel": np.array(ORIGINS, dtype=object)[origin],
            "age_months": age,
            "customers": whole[0, origin, age].astype(np.int64),
            "lost": whole[1, origin, age].astype(np.int64),
            "bills": whole[2, origin, age],
            "discount_factor": present_value(discount_rate_per_year, age),
        }


def present_value(rate_per_year: float, months: Array | float) -> Any:
    """What money due in so many months is worth today."""
    return (1.0 + rate_per_year) ** (-np.asarray(months, np.float64) / MONTHS_PER_YEAR)


@njit(cache=True)
def _follow(row, address, origin, since, before, provider, tenant, bill, month):
    """Count everybody by origin and age, as (customers, lost, bills), and move those who stay to the front, in place;
    whoever stands among the newcomers (from `before` on) too had left. Returns the number of those who stay."""
    back = np.zeros(provider.size, np.bool_)
    for i in range(before, row.size):
        back[row[i]] = True
    oldest = month - since.min() if row.size else 0
    counts, kept = np.zeros((3, len(ORIGINS), oldest + 1)), 0
    for i in range(row.size):
        here, from_where, age = row[i], origin[i], month - since[i]
        counts[0, from_where, age] += 1.0
        if provider[here] == 0 and tenant[here] == address[i] and not (i < before and back[here]):
            counts[2, from_where, age] += bill[here]
            row[kept], address[kept], origin[kept], since[kept] = here, address[i], from_where, since[i]
            kept += 1
        else:
            counts[1, from_where, age] += 1.0
    return kept, counts
