"""Equal cost: a term of a scheme is moved until mean income is that of another scheme, by simulation on a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.validation.facts import Facts, RunEntry
from experiments.validation.people_facts import rows_in_post
from experiments.validation.runs import Job, Kept

ROUNDS = 4
CLOSE = 0.01  # of the mean income
TERMS = "department.scheme.terms"


def matched(
    facts: Facts, name: str, jobs: list[Job], reference: list[Job], carry_out: Callable[[list[Job]], list[Kept]]
) -> RunEntry:
    """The design point with its term set; `jobs` and `reference` are runs of it and of the other scheme, seed by seed.

    Commission is linear in the term as long as people sell the same, so each round moves the term by what variable pay
    falls short, and meets the people's answer in the next one.
    """
    run = facts.runs[name]
    assert run.equal_pay is not None
    term = f"{TERMS}.{run.equal_pay.term}"
    wanted, _ = mean_income(carry_out(reference))
    value = shipped_term(run)
    for _ in range(ROUNDS):
        run = run.model_copy(update={"settings": run.settings | {term: value}})
        income, fixed = mean_income(carry_out([job._replace(run=run) for job in jobs]))
        if abs(income / wanted - 1.0) < CLOSE or income <= fixed:
            break
        value = float(round(value * max(wanted - fixed, 0.01 * wanted) / (income - fixed), 6))
    return run


def shipped_term(run: RunEntry) -> float:
    """The value of the term in the scheme's own file."""
    from sim.shipped import shipped_terms

    assert run.equal_pay is not None
    return float(shipped_terms(str(run.settings["department.scheme.name"]))[run.equal_pay.term])


def mean_income(found: list[Kept]) -> tuple[float, float]:
    """Income and its fixed part a person-month of productive people."""
    sums: Any = np.zeros(3)
    for kept in found:
        rows, table = rows_in_post(kept), kept["reps"]
        sums = sums + np.array([table["income"][rows].sum(), table["pay_fixed"][rows].sum(), rows.sum()], float)
    return float(sums[0] / sums[2]), float(sums[1] / sums[2])
