"""Trials of an optimisation: what a department brings in each scenario, its risk, and which constraints it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.discover import SIGNS, condition
from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.runner import CityRef, DesignPoint

Array = np.ndarray[Any, Any]

WORST_SHARE = 0.2  # of the runs: their mean, below the mean of all, is the risk
MARGIN = "cumulative_margin"


@dataclass(frozen=True)
class Bound:
    """A constraint: a monthly metric (its mean over the months, or `metric@month`) on one side of a number."""

    name: str
    sign: str
    number: float

    def broken_by(self, value: float) -> float:
        """How far a value lies on the wrong side, 0 or less where it holds."""
        off = value - self.number if self.sign.startswith("<") else self.number - value
        return float(off if off or SIGNS[self.sign](value, self.number) else 1e-9)


@dataclass(frozen=True)
class Outcome:
    """What a trial came to: mean gain over the baseline by scenario, gain and risk over all runs, constraints."""

    by_scenario: Mapping[str, float]
    margin: float
    risk: float
    bounds: Mapping[str, float]  # by constraint, the value in the scenario where it is worst

    def as_plain(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "by_scenario": dict(self.by_scenario),
            "margin": self.margin,
            "risk": self.risk,
            "bounds": dict(self.bounds),
        }


def read_bounds(text: str | None) -> list[Bound]:
    """The constraints of `under=`, separated by commas."""
    return [Bound(*condition(part)) for part in (text or "").split(",") if part.strip()]


def metric(table: Any, name: str) -> float:
    """The mean of a monthly metric over the months after the decision, or its value in one month (`name@24`)."""
    column, _, month = name.partition("@")
    if column not in table.column_names:
        raise InputError(f"under: '{column}' is no monthly metric; {nearest(column, table.column_names)}")
    months, values = table["month"].to_numpy(), table[column].to_numpy(zero_copy_only=False).astype(float)
    chosen = values[months == int(month)] if month else values[months >= 1]
    if not chosen.size:
        raise InputError(f"under: {name}: the runs have no month {month}")
    there = chosen[np.isfinite(chosen)]
    return float(there.mean()) if there.size else float("nan")


def outcome(
    margins: Mapping[str, Array], bounds: Sequence[Bound], values: Mapping[str, Mapping[str, float]]
) -> Outcome:
    """Of gains over the baseline (runs,) by scenario, and mean values of the constraints' metrics by scenario."""
    runs = np.sort(np.concatenate(list(margins.values())))
    worst = runs[: max(int(np.ceil(WORST_SHARE * runs.size)), 1)]
    at_worst = {bound.name: max((values[name][bound.name] for name in values), key=bound.broken_by) for bound in bounds}
    mean = float(np.mean([each.mean() for each in margins.values()]))
    return Outcome(
        {name: float(each.mean()) for name, each in margins.items()}, mean, mean - float(worst.mean()), at_worst
    )


def violations(found: Outcome, bounds: Sequence[Bound]) -> list[float]:
    """How far each constraint is broken; none is above 0 where all hold."""
    return [bound.broken_by(found.bounds[bound.name]) for bound in bounds]


def front(points: Array) -> Array:
    """Which of (n, 2) margin and risk are bettered by no other in both."""
    margin, risk = points[:, 0], points[:, 1]
    better = (margin[None] >= margin[:, None]) & (risk[None] <= risk[:, None])
    strictly = (margin[None] > margin[:, None]) | (risk[None] < risk[:, None])
    return np.asarray(~(better & strictly).any(1))


def largest_regret(gains: Array) -> Array:
    """Of (trials, scenarios) gains: by how much each trial falls behind the best, in the scenario where it is most."""
    return np.asarray((gains.max(0)[None] - gains).max(1))


# ---- running -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """Where trials are run: city, seeds and engine."""

    city: CityRef
    seed: int
    replications: int
    version: str
    engine: str
    workers: int
    address: str | None = None

    def monthly(self, points: Sequence[DesignPoint]) -> list[list[Any]]:
        """The monthly tables of each point, in the order of the seeds; InputError where a run fails."""
        from experiments.journal import tables_of
        from experiments.runner import Plan, payloads_of

        plan = Plan(tuple(map(bare, points)), self.replications, self.seed, self.city, self.version)
        found: dict[int, Any] = {}
        for head, payload in payloads_of(plan, self.engine, self.workers, self.address):
            if head.status == "failed":
                raise RunFailed(head.error)
            found[head.position] = tables_of(payload)["monthly"]
        return [
            [found[place * self.replications + number] for number in range(self.replications)]
            for place in range(len(points))
        ]


class RunFailed(Exception):
    """A run of a trial came to nothing."""


def bare(point: DesignPoint) -> DesignPoint:
    """The point with the monthly tables alone."""
    from experiments.runner import DesignPoint

    record = point.parameters.record.model_copy(update=dict.fromkeys(("zones", "reps", "ledger", "events"), False))
    return DesignPoint(point.name, point.parameters.model_copy(update={"record": record}), {})


def last_margin(table: Any) -> float:
    """The cumulative margin at the end of a run."""
    return float(table[MARGIN].to_numpy()[-1])


def tried(bench: Bench, points: Sequence[DesignPoint], base: Array, bounds: Sequence[Bound]) -> Outcome:
    """Run one department in all scenarios."""
    tables = bench.monthly(points)
    margins = {
        point.name: np.array([last_margin(table) for table in mine]) - base
        for point, mine in zip(points, tables, strict=True)
    }
    values = {
        point.name: {bound.name: float(np.mean([metric(table, bound.name) for table in mine])) for bound in bounds}
        for point, mine in zip(points, tables, strict=True)
    }
    return outcome(margins, bounds, values)
