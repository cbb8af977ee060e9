"""The motivation study in the market: the tables of people alone again, with doors, customers and luck between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.motivationruns import SETTLED, Job, Run, Runs, income, job_of, settled
from experiments.motivationtables import (
    DECILES,
    attainment_row,
    by_gap,
    decile_of,
    drop_after_plan,
    named,
    ninety,
    number,
    percent,
    shipped,
    weeks_of_period,
)

Array = np.ndarray[Any, Any]
Row = dict[str, Any]

MANY = 16  # representatives, where people are told apart by ability
QUARTERS = ((4, 6), (7, 9), (10, 12))  # months counted from the decision
CALM = {"department.conduct.timing": False, "world.effort.impatience_per_week": 0.0}


def _sums(runs: Sequence[Run], column: str) -> Array:
    """A column of the table by representative, summed over settled months, one number a run."""
    return np.array([run[column][settled(run)].sum() for run in runs])


def _changes(before: Sequence[Run], after: Sequence[Run]) -> Row:
    """What changes between paired runs: field contracts and bills, recurring revenue, all in per cent."""
    row: Row = {}
    for name, column in (("contracts", "orders"), ("bills", "bills_signed")):
        row |= named(f"{name}_percent", ninety(percent(_sums(after, column), _sums(before, column))))
    revenue = [np.array([run["revenue"][SETTLED - 1 :].sum() for run in runs]) for runs in (after, before)]
    return row | named("revenue_percent", ninety(percent(*revenue)))


def legacy(runs: Runs) -> list[Row]:
    """T5: floor, cap and ratchet dropped for a linear commission at equal cost."""
    return [_legacy_of(runs, period) for period in ("month", "quarter")]


def _legacy_of(runs: Runs, period: str) -> Row:
    times = {"department.scheme.period": period}
    old, base = job_of("legacy", settings=times), number(shipped("legacy"), "base")
    rate, new = runs.at_cost(
        lambda rate: job_of("commission", {"base": base, "commission_factor": rate}, settings=times),
        income(runs.of(old)),
        0.75,
    )
    row: Row = {"period": period, "commission_factor": rate, "income_before": income(runs.of(old))}
    return row | {"income_after": income(runs.of(new))} | _changes(runs.of(old), runs.of(new))


def bonus_to_commission(runs: Runs) -> list[Row]:
    """T6: from a quota bonus to a commission at equal cost, by ability of the same people."""
    many = {"settings": {"department.reps": MANY}}
    old, base = job_of("quota_bonus", **many), number(shipped("quota_bonus"), "base")
    rate, new = runs.at_cost(
        lambda rate: job_of("commission", {"base": base, "commission_factor": rate}, **many), income(runs.of(old)), 0.4
    )
    before, after = (_by_person(runs.of(job)) for job in (old, new))
    both = sorted(before.keys() & after.keys())
    decile = decile_of(np.array([before[person]["ability"] for person in both]))
    rows: list[Row] = []
    for name, there in [*((str(d + 1), decile == d) for d in range(DECILES)), ("all", decile >= 0)]:
        people = [person for person, chosen in zip(both, there, strict=True) if chosen]
        row: Row = {"decile": name, "people": len(people), "commission_factor": rate}
        row["ability"] = float(np.mean([before[person]["ability"] for person in people]))
        row["effort_bonus"] = float(np.mean([before[person]["effort"] for person in people]))
        row["effort_commission"] = float(np.mean([after[person]["effort"] for person in people]))
        rows.append(row | _ratio_of_people(people, before, after))
    return rows


def _by_person(runs: Sequence[Run]) -> dict[tuple[int, int], Row]:
    """Contracts a month, effort and ability of everybody who was settled for a while."""
    found: dict[tuple[int, int], Row] = {}
    for seed, run in enumerate(runs):
        there = settled(run)
        for rep in np.unique(run["rep"][there]):
            mine = there & (run["rep"] == rep)
            if mine.sum() >= 3:
                row = {name: float(run[name][mine].mean()) for name in ("ability", "effort", "orders")}
                found[seed, int(rep)] = row
    return found


def _ratio_of_people(people: Sequence[Any], before: dict[Any, Row], after: dict[Any, Row]) -> Row:
    """Contracts a month after over before, in per cent, its interval by leaving out one person at a time."""
    old, new = (np.array([side[person]["orders"] for person in people]) for side in (before, after))
    if not old.sum():
        return named("contracts_percent", ninety([]))
    n, whole = len(people), 100.0 * (new.sum() / old.sum() - 1.0)
    without = 100.0 * ((new.sum() - new) / (old.sum() - old) - 1.0)
    error = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))) if n > 1 else np.nan
    return named("contracts_percent", {"mean": whole, "low": whole - 1.645 * error, "high": whole + 1.645 * error})


def end_of_period(runs: Runs) -> list[Row]:
    """T7: first and last week of a month over the mean, by scheme, and with timing and impatience off."""
    sale = {"department.scheme.credited": "sale"}
    jobs: list[tuple[str, str, Job]] = []
    for calm, off in (("on", {}), ("off", CALM)):
        for name in ("quota_bonus", "mixed_growing", "commission"):
            jobs.append((name, calm, job_of(name, settings=off)))
        jobs.append(("commission, felt at the sale", calm, job_of("commission", settings={**off, **sale})))
    runs.make([job for *_, job in jobs])
    rows: list[Row] = []
    for name, calm, job in jobs:
        row: Row = {"scheme": name, "timing_and_impatience": calm}
        for column in ("orders", "effort"):
            weeks = np.array([_weeks(run, column) for run in runs.of(job)])
            row |= named(f"{column}_first_week", ninety(weeks[:, 0])) | named(
                f"{column}_last_week", ninety(weeks[:, 1])
            )
        rows.append(row)
    return rows


def _weeks(run: Run, column: str) -> tuple[float, float]:
    there = (run["day_month"] >= SETTLED) & (run["day_reps"] > 0)
    return weeks_of_period(
        run[f"day_{column}"][there], run["day_workday"][there], run["day_workdays_left"][there] + 1.0
    )


def gap_to_plan(runs: Runs) -> list[Row]:
    """T8: effort by the gap to the plan in the last third of the month, and the drop once it is reached."""
    rows: list[Row] = []
    for name in ("quota_bonus", "mixed_growing"):
        parts = [_last_third(run) for run in runs.of(job_of(name, traced=True))]
        effort, gap, expected, reached = (np.concatenate(column) for column in zip(*parts, strict=True))
        drop = named("drop_after_plan", ninety([drop_after_plan(*part[:3]) for part in parts]))
        rows += [{"scheme": name, **row, **drop} for row in by_gap(effort, gap, expected, reached)]
    return rows


def _last_third(run: Run) -> tuple[Array, Array, Array, Array]:
    """Effort, gap, expected bills of the days left, and whether the plan was reached, of people's days."""
    late = (run["trace_left"] <= 7) & (run["trace_month"] >= SETTLED) & (run["trace_plan"] > 0.0)
    month, rep = run["trace_month"][late], run["trace_rep"][late]
    sold = {
        (m, r): bills >= plan
        for m, r, bills, plan in zip(run["month"], run["rep"], run["bills_signed"], run["plan"], strict=True)
    }
    reached = np.array([bool(sold.get(key, False)) for key in zip(month, rep, strict=True)])
    gap = run["trace_plan"][late] - run["trace_so_far"][late]
    return run["trace_effort"][late], gap, run["trace_pace"][late] * run["trace_left"][late], reached


def attainment(runs: Runs) -> list[Row]:
    """Attainment under the mixed scheme with a growing bonus, plan from the test sales, by growth and cost of toil."""
    cells = [(growth, toil) for growth in (1.0, 1.5, 3.0) for toil in (0.012, 0.022, 0.05)]
    jobs = {
        cell: job_of(
            "mixed_growing", {"growth_factor": cell[0]}, settings={"world.effort.effort_cost_share_per_day": cell[1]}
        )
        for cell in cells
    }
    runs.make(list(jobs.values()))
    rows: list[Row] = []
    for (growth, toil), job in jobs.items():
        there = runs.of(job)
        for whose, values in (("team, quarter", _of_teams(there)), ("person, month", _of_people(there))):
            row: Row = {"growth_factor": growth, "toil": toil, "whose": whose}
            effort = float(np.mean([run["effort"][settled(run)].mean() for run in there]))
            rows.append({**row, "effort": effort, **attainment_row(values)})
    return rows


def _of_people(runs: Sequence[Run]) -> Array:
    return np.concatenate(
        [(run["bills_signed"] / np.where(run["plan"] > 0, run["plan"], np.nan))[settled(run)] for run in runs]
    )


def _of_teams(runs: Sequence[Run]) -> Array:
    """What teams sold of their plans, by quarter."""
    found = []
    for run in runs:
        for first, last in QUARTERS:
            there = (run["month"] >= first) & (run["month"] <= last) & (run["plan"] > 0.0)
            found.append(run["bills_signed"][there].sum() / max(run["plan"][there].sum(), 1e-9))
    return np.array(found)


def usual_day(runs: Runs) -> tuple[float, float]:
    """Contracts a day of effort 1 and ability 1 in the market, and their mean bill: the ground of people alone."""
    there = runs.of(job_of("mixed_growing"))
    days = sum(float((run["effort"] * run["ability"])[settled(run)].sum()) for run in there) * 21.0
    contracts, bills = _sums(there, "orders").sum(), _sums(there, "bills_signed").sum()
    return float(contracts / days), float(bills / contracts)


TABLES = (legacy, bonus_to_commission, end_of_period, gap_to_plan, attainment)
