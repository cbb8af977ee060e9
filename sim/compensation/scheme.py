"""A pay scheme with its terms: what it pays, and what it carries from one period to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.compensation.results import NONE, Array, Results

Number = float | tuple[Any, ...]  # a term: a number, or a list of them
PERIODS = ("day", "month", "quarter")


@dataclass(frozen=True)
class Member:
    """One of the family: its pay, and where a period leaves its mark on the next, the balance and the plan after it."""

    pay: Callable[..., Array]
    next_balance: Callable[..., Array] | None = None  # (results, plan, *, terms): what is still owed
    next_plan: Callable[..., Array] | None = None  # (results, plan, *, terms): the plan that follows


@dataclass(frozen=True)
class Scheme:
    """A pay scheme with its terms and times; made by bind, which has checked them."""

    name: str  # as it is called: of its file
    terms: tuple[tuple[str, Number], ...]  # pairs, so that a scheme can be the key of a memory
    member: Member  # of the family
    period: str = "month"  # day, month or quarter: results and plan are of a period, salaries by the month
    credited: str = "period_end"  # or sale: when a representative feels what a sale earns
    counts: str = "signature"  # or activation: what a sale is

    def pay(self, results: Results, plan: Array) -> Array:
        """Pay of the period, one amount a representative, in the city's currency."""
        return self.member.pay(self._counted(results), plan, **dict(self.terms))

    def fixed_part(self, results: Results, plan: Array) -> Array:
        """The part that would be paid without any sale; the rest is variable."""
        return self.pay(results.without_sales(), plan)

    @property
    def carries_balance(self) -> bool:
        """Whether something may be owed from one period to the next."""
        return self.member.next_balance is not None

    @property
    def carries_plan(self) -> bool:
        """Whether the scheme itself makes the next plan out of this one's results."""
        return self.member.next_plan is not None

    @property
    def clawback_months(self) -> float:
        """Months in which a customer who leaves counts as `bills_left_early`; 0 where nothing is taken back."""
        months = dict(self.terms).get("clawback_months", 0.0)
        return months if isinstance(months, float) else 0.0

    def next_balance(self, results: Results, plan: Array) -> Array:
        """What is owed after the period, one amount a representative; zeros where the scheme carries none."""
        if self.member.next_balance is None:
            return np.zeros_like(results.bills_signed, dtype=np.float64)
        return self.member.next_balance(self._counted(results), plan, **dict(self.terms))

    def next_plan(self, results: Results, plan: Array) -> Array:
        """The plan of the next period by this one's results; the same plan where the scheme sets none."""
        if self.member.next_plan is None:
            return plan
        return self.member.next_plan(self._counted(results), plan, **dict(self.terms))

    def _counted(self, results: Results) -> Results:
        return results.as_activated() if self.counts == "activation" else results


def after(owed: Array, paid: Array, earned: Array) -> Array:
    """A balance after a period: what was owed and paid out, less what was earned, never below nothing."""
    return np.maximum(owed + paid - earned, NONE)


def follow(plan: Array, sold: Array, up_share: float, down_share: float) -> Array:
    """A plan that follows what was sold: up by a share of what lies beyond it, down by a share of what was missed."""
    beyond = sold - plan
    return plan + np.where(beyond > 0.0, up_share, down_share) * beyond
