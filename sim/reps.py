"""Field representatives as a table: one row a person, in the order of hiring; whoever leaves keeps the row."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.held import REPS, HeldReps, hold_reps

Array = np.ndarray[Any, Any]

TRAINING, PRODUCTIVE, LEFT = 0, 1, 2
STAGES = ("training", "productive", "left")


@dataclass
class RepTable:
    """What representatives are, do and earn; counts and money of the current month."""

    address: Array  # uint64, of the rep's number: the address of its luck
    stage: Array  # int8
    probation: Array  # bool
    hired_day: Array  # int64
    productive_day: Array  # int64, first day in the field
    left_day: Array  # int64
    ability: Array  # float64, mean 1 among applicants
    skill: Array  # float64, 0 to 1: practice towards the ceiling
    lift: Array  # float64, of skill, today, by somebody who sells along
    lift_large: Array  # float64, the same at large clients
    effort: Array  # float64, today's, 1 is a usual day
    visits_ever: Array  # int64
    post: Array  # int64, of the department, and so the patch
    usual_income: Array  # float64, a month's, averaged over the last months
    sold: Array  # float64, monthly bills signed since hired
    planned: Array  # float64, plans since hired
    months_planned: Array  # float64, months with a plan since hired
    months_attained: Array  # float64, of these, in which it was attained
    plan_factor: Array  # float64, of a plan that follows what was sold before, 1 at first
    # the month
    plan: Array  # float64, monthly bills to sell
    visits: Array  # int64
    contacts: Array  # int64, visits that met the decision-maker
    followups: Array  # int64
    contracts: Array  # int64, signed
    bills_signed: Array  # float64, monthly bills of these
    contracts_activated: Array  # float64
    bills_activated: Array  # float64
    bills_cancelled: Array  # float64
    bills_left_early: Array  # float64, of customers once sold by the person who left soon
    discounts: Array  # float64, money given for early signatures
    effort_sum: Array  # float64, over days worked
    days_worked: Array  # int64
    pay_fixed: Array  # float64
    pay_variable: Array  # float64

    @classmethod
    def empty(cls) -> RepTable:
        """Nobody yet."""
        return cls(**{field.name: np.empty(0, _DTYPES.get(field.name, np.float64)) for field in fields(cls)})

    def __len__(self) -> int:
        return len(self.address)

    def add(self, people: int) -> Array:
        """Append rows without a history; returns their numbers."""
        first = len(self)
        for field in fields(self):
            old = getattr(self, field.name)
            setattr(self, field.name, np.concatenate([old, np.full(people, _STARTS.get(field.name, 0), old.dtype)]))
        return np.arange(first, first + people)

    @property
    def held(self) -> HeldReps:
        """The columns for kernels; a new reference when they are new ones, as when somebody comes."""
        if getattr(self, "_of_columns", None) is not self.address:
            self._of_columns = self.address
            self._held = hold_reps(tuple([getattr(self, name) for name in REPS]))
        return self._held

    def rows(self, stage: int) -> Array:
        """Rows of those in a stage."""
        return np.flatnonzero(self.stage == stage)

    def begin_month(self) -> None:
        """Set the month's counts and pay to zero."""
        for name in _MONTHLY:
            getattr(self, name)[:] = 0


_DTYPES: dict[str, type] = {
    "address": np.uint64,
    "stage": np.int8,
    "probation": np.bool_,
    "hired_day": np.int64,
    "productive_day": np.int64,
    "left_day": np.int64,
    "visits_ever": np.int64,
    "post": np.int64,
    "visits": np.int64,
    "contacts": np.int64,
    "followups": np.int64,
    "contracts": np.int64,
    "days_worked": np.int64,
}
_STARTS = {"plan_factor": 1}
_MONTHLY = (
    "visits",
    "contacts",
    "followups",
    "contracts",
    "bills_signed",
    "contracts_activated",
    "bills_activated",
    "bills_cancelled",
    "bills_left_early",
    "discounts",
    "effort_sum",
    "days_worked",
    "pay_fixed",
    "pay_variable",
)
