"""All money moves here: by account and channel, booked twice, closed every month."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

ACCOUNTS = (
    "revenue",
    "advertising",
    "call_centre",
    "telemarketing",
    "field_fixed",
    "field_variable",
    "recruiting",
    "training",
    "consultants",
    "management",
    "installation",
    "discounts",
    "network",
    "cash",
)
CHANNELS = ("inbound", "field", "telemarketing", "customers")  # the last: what serving customers earns and costs
_ACCOUNT = {name: i for i, name in enumerate(ACCOUNTS)}
_CHANNEL = {name: i for i, name in enumerate(CHANNELS)}
CASH = _ACCOUNT["cash"]


class Ledger:
    """The focal operator's books. Income is booked positive, costs negative, and cash takes the other side: a month
    sums to zero."""

    def __init__(self) -> None:
        self.month = np.zeros((len(ACCOUNTS), len(CHANNELS)))
        self.closed: list[Array] = []

    def earn(self, channel: str, amount: float) -> None:
        """Book revenue."""
        self._book("revenue", channel, amount)

    def pay(self, account: str, channel: str, amount: float) -> None:
        """Book a cost."""
        self._book(account, channel, -amount)

    def _book(self, account: str, channel: str, amount: float) -> None:
        column = _CHANNEL[channel]
        self.month[_ACCOUNT[account], column] += amount
        self.month[CASH, column] -= amount

    def cost(self, account: str) -> float:
        """This month's cost on an account, all channels; zero is a plain 0.0."""
        return float(-self.month[_ACCOUNT[account]].sum()) + 0.0

    def cost_of_channel(self, channel: str) -> float:
        """This month's cost of a channel."""
        column = self.month[:, _CHANNEL[channel]]
        return float(-(column.sum() - column[_ACCOUNT["revenue"]] - column[CASH])) + 0.0

    def revenue(self) -> float:
        """This month's revenue."""
        return float(self.month[_ACCOUNT["revenue"]].sum())

    def close_month(self) -> None:
        """File the month and open the next."""
        self.closed.append(self.month)
        self.month = np.zeros_like(self.month)

    def check(self) -> None:
        """Raise AssertionError when a month does not balance."""
        for month in [*self.closed, self.month]:
            assert abs(month.sum()) <= 1e-6 * max(np.abs(month).sum(), 1.0), "the ledger does not balance"
