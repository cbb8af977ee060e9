"""Pay schemes at equal cost: one factor on all money terms of each, found by simulation on the seeds of the comparison.

The cost of a scheme is the mean income of a productive rep-month over all its runs after the decision. What a factor
does to effort, quits and sales is in it, for every trial is simulated.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.journal import tables_of
from experiments.runner import DesignPoint, Plan, payloads_of
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

TOLERANCE = 0.02  # of the first scheme's income
AIM = 0.01  # the search goes on until it is as near as this
MOST_TRIALS = 10
FURTHEST = 20.0  # no factor beyond this, or below its inverse
LONGEST_STEP = 3.0  # from one factor to the next, as a ratio
FEW = 4  # seeds with which the search begins; it ends with all
COLUMNS = ("scheme", "seeds", "trial", "factor", "income_per_rep_month", "income_of_first", "off_share", "chosen")


@dataclass
class Search:
    """The search for one scheme's factor: where it starts, and what incomes the trials gave."""

    target: float
    start: float = 1.0
    trials: list[tuple[float, float]] = field(default_factory=list)
    aim: float = AIM

    def run(self, income_of: Callable[[float], float]) -> float:
        """Try factors until one is near enough, or no new one is left; returns the best of them."""
        factor = self.start
        while 1.0 / FURTHEST <= factor <= FURTHEST and factor not in dict(self.trials):
            self.trials.append((factor, income_of(factor)))
            if self.off <= self.aim or len(self.trials) == MOST_TRIALS:
                break
            factor = self.next_factor()
        return self.best[0]

    def next_factor(self) -> float:
        """Secant on the logarithms; the middle, where that leaves what is known to be too little and too much."""
        factor, income = self.trials[-1]
        slope = self._slope()
        step = np.clip(np.log(self.target / income) / slope, -np.log(LONGEST_STEP), np.log(LONGEST_STEP))
        proposal = float(factor * np.exp(step))
        low = max((one for one, found in self.trials if found < self.target), default=0.0)
        high = min((one for one, found in self.trials if found > self.target), default=np.inf)
        if low < proposal < high or not 0.0 < low < high < np.inf:
            return proposal
        return float(np.sqrt(low * high))

    def _slope(self) -> float:
        """By how many per cent income rises with one per cent more of pay, from the last two trials."""
        if len(self.trials) < 2:
            return 1.0
        (before, income_before), (factor, income) = self.trials[-2:]
        slope = float(np.log(income / income_before) / np.log(factor / before))
        return slope if 0.2 < slope < 5.0 else 1.0

    @property
    def best(self) -> tuple[float, float]:
        """The trial that came nearest."""
        return min(self.trials, key=lambda trial: abs(trial[1] / self.target - 1.0))

    @property
    def off(self) -> float:
        """How far the best trial is from the target, as a share of it."""
        return abs(self.best[1] / self.target - 1.0)


@dataclass
class EqualCost:
    """The searches of a comparison; what was tried stands in `rows`."""

    plan: Plan
    request: Request
    rows: list[dict[str, Any]] = field(default_factory=list)

    def points(self, first: int) -> tuple[DesignPoint, ...]:
        """The plan's design points at equal cost; `first` is the place of the first scheme, which keeps its terms."""
        before, reference, others = self.plan.points[:first], self.plan.points[first], self.plan.points[first + 1 :]
        whole = self.plan.replications
        targets = {seeds: self._income(reference, seeds) for seeds in sorted({min(FEW, whole), whole})}
        self._note(reference, whole, [(1.0, targets[whole])], targets[whole])
        return (*before, reference, *[self._equalised(point, targets, reference) for point in others])

    def _equalised(self, point: DesignPoint, targets: dict[int, float], first: DesignPoint) -> DesignPoint:
        factor = 1.0
        for seeds, target in targets.items():
            search = Search(target, factor)
            factor = search.run(lambda one, seeds=seeds: self._income(with_factor(point, one), seeds))  # type: ignore[misc]
            self._note(point, seeds, search.trials, target, factor if seeds == self.plan.replications else None)
        if search.off > TOLERANCE:
            raise InputError(
                f"equal_cost: no factor on the pay of {point.name} brings a rep-month within {TOLERANCE:.0%} of "
                f"{first.name} ({target:.0f}); the nearest is {factor:.3g}, with {search.best[1]:.0f}; give other "
                "terms, more replications, or leave equal_cost out"
            )
        return with_factor(point, factor)

    def _note(
        self, point: DesignPoint, seeds: int, trials: Sequence[tuple[float, float]], target: float, chosen: Any = None
    ) -> None:
        for number, (factor, income) in enumerate(trials, start=1):
            values = (point.name, seeds, number, factor, income, target, income / target - 1.0, factor == chosen)
            self.rows.append(dict(zip(COLUMNS, values, strict=True)))
        if not self.request.options["quiet"]:
            factor, income = trials[-1]
            print(f"equal cost: {point.name} x {factor:.4g}: {income:.0f} a rep-month ({seeds} seeds)", file=sys.stderr)

    def _income(self, point: DesignPoint, seeds: int) -> float:
        """Mean income of a productive rep-month after the decision, over the first so many seeds."""
        plan = replace(self.plan, points=(light(point),), replications=seeds, baseline=None)
        options = self.request.options
        paid = months = 0.0
        found: dict[int, tuple[float, float]] = {}
        for head, payload in payloads_of(plan, options["engine"], options["workers"], options["engine_address"]):
            if head.status == "failed":
                raise InputError(f"equal_cost: a run of {point.name} failed while its pay was scaled: {head.error}")
            found[head.position] = rep_months(tables_of(payload))
        for position in sorted(found):  # in order, so that the sum is the same for any number of workers
            paid, months = paid + found[position][0], months + found[position][1]
        if not months or not paid:
            raise InputError(
                f"equal_cost: {point.name} has no paid month of a productive representative; run more months"
            )
        return paid / months

    def csv(self) -> str:
        """What was tried, as the text of equal_cost.csv."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.10g}" if isinstance(v, float) else v for k, v in row.items()} for row in self.rows)
        return text.getvalue()


def light(point: DesignPoint) -> DesignPoint:
    """The point with the table of representatives alone."""
    record = point.parameters.record.model_copy(update={"zones": False, "ledger": False, "events": False, "reps": True})
    return DesignPoint(point.name, point.parameters.model_copy(update={"record": record}), {})


def rep_months(tables: dict[str, Any]) -> tuple[float, float]:
    """Income of productive representatives after the decision, and their months."""
    table = tables.get("monthly_by_rep")
    if table is None:
        return 0.0, 0.0
    there = (table.column("stage").to_numpy(zero_copy_only=False) == "productive") & (
        table.column("month").to_numpy() >= 1
    )
    return float(table.column("income").to_numpy()[there].sum()), float(there.sum())


def with_factor(point: DesignPoint, factor: float) -> DesignPoint:
    """The point with all money terms of its scheme a factor as high."""
    from sim.compensation import scaled, written
    from sim.given import scheme_of
    from sim.parameters import check

    if factor == 1.0:
        return point
    terms = written(scaled(scheme_of(point.parameters), factor))
    department = point.mapping["department"]
    scheme = department["scheme"] | {"terms": terms}
    mapping = point.mapping | {"department": department | {"scheme": scheme}}
    return DesignPoint(point.name, check(mapping), mapping, point.values)
