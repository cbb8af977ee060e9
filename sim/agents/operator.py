"""An operator: its offers and budgets today, and what it has on the telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.member import Member
from sim.competitors import Plan

if TYPE_CHECKING:
    from sim.market import Market

Array = np.ndarray[Any, Any]

NOT_YET = -10_000


class Operator(Member):
    """A competitor in the city; number 0 is the focal one. The columns of the market hold what it has won."""

    def __init__(self, market: Market, number: int, spec: Any):
        super().__init__(market)
        self.number, self.spec, self.name = number, spec, spec.name
        self.price_factor = 1.0  # present prices relative to the opening tariff
        self.budget_factor = 1.0  # advertising relative to the opening budget
        self.telemarketers = int(spec.telemarketers)
        # In the field; the focal operator has a department instead.
        self.reps = 0 if number == 0 else int(spec.reps)
        self.policy = str(spec.reaction)
        self.plans: list[Plan] = []  # people who will begin or end their work
        self.answers_until = NOT_YET  # the month in which its last answer in kind ends

    @property
    def is_focal(self) -> bool:
        """Whether this is the operator on whose behalf the run is made."""
        return self.number == 0

    @property
    def price_index(self) -> float:
        """Level of all prices; 1 is the city's tariff table."""
        return float(self.spec.price_index) * self.price_factor

    @property
    def customers(self) -> int:
        """Businesses served today."""
        return int(np.count_nonzero(self.model.state.provider == self.number))

    @property
    def market_share(self) -> float:
        """Share of served premises."""
        return self.customers / max(int((self.model.state.provider >= 0).sum()), 1)
