"""The motivation study in the market: the tables of people alone again, with doors, customers and luck between them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from experiments.motivationintervals import over_seeds, with_intervals
from experiments.motivationruns import SETTLED, Job, Run, Runs, income, job_of, settled
from experiments.motivationtables import (
    attainment_row,
    by_gap,
    by_tenths,
    decile_of,
    drop_after_plan,
    number,
    percent,
    shipped,
    weeks_of_period,
)

Array = np.ndarray[Any, Any]
Row = dict[str, Any]

MANY = 16  # representatives, where people are told apart by ability
QUARTERS = ((4, 6), (7, 9), (10, 12))  # months counted from the decision
KNOWN = ("none", "field", "mystery_shopping")
CASES: dict[tuple[str, str], Row] = {  # how doors are chosen, and how our list prices lie beside the rivals'
    ("sweep", "as rivals'"): {"department.doors": "sweep"},
    ("expected_value", "as rivals'"): {"department.doors": "expected_value"},
    ("expected_value", "by size alone"): {"department.doors": "expected_value", "offers.segmentation": "by_size"},
}
CALM = {"department.conduct.timing": False, "world.effort.impatience_per_week": 0.0}


def _sums(runs: Sequence[Run], column: str) -> Array:
    """A column of the table by representative, summed over settled months, one number a run."""
    return np.array([run[column][settled(run)].sum() for run in runs])


def _mean(values: Array) -> float:
    """The mean over the runs that have a value."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else np.nan


def _changes(pairs: Sequence[tuple[Run, Run]]) -> Row:
    """What changes between paired runs: field contracts and bills, recurring revenue, all in per cent."""
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    row: Row = {}
    for name, column in (("contracts", "orders"), ("bills", "bills_signed")):
        row[f"{name}_percent"] = _mean(percent(_sums(after, column), _sums(before, column)))
    return row | {"revenue_percent": _mean(percent(_monthly(after, "revenue"), _monthly(before, "revenue")))}


def _monthly(runs: Sequence[Run], name: str) -> Array:
    """A monthly number of the operator, summed over settled months, one number a run."""
    return np.array([run[name][SETTLED - 1 :].sum() for run in runs])


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

    def table(pairs: Sequence[tuple[Run, Run]]) -> list[Row]:
        before, after = ([pair[side] for pair in pairs] for side in (0, 1))
        row: Row = {"period": period, "commission_factor": rate, "income_before": income(before)}
        return [row | {"income_after": income(after)} | _changes(pairs)]

    (row,) = with_intervals(list(zip(runs.of(old), runs.of(new), strict=True)), table)
    return row


def bonus_to_commission(runs: Runs) -> list[Row]:
    """T6: from a quota bonus to a commission at equal cost, by ability of the same people."""
    many = {"settings": {"department.reps": MANY}}
    old, base = job_of("quota_bonus", **many), number(shipped("quota_bonus"), "base")
    rate, new = runs.at_cost(
        lambda rate: job_of("commission", {"base": base, "commission_factor": rate}, **many), income(runs.of(old)), 0.4
    )
    seeds = [_of_both(*pair) for pair in zip(runs.of(old), runs.of(new), strict=True)]
    tenths = np.split(decile_of(np.concatenate([people["ability"] for people in seeds])), _ends(seeds))
    parts = [people | {"tenth": tenth} for people, tenth in zip(seeds, tenths, strict=True)]
    return with_intervals(parts, lambda some: _tenths_of(_pooled(some), rate))


def _ends(seeds: Sequence[dict[str, Array]]) -> Array:
    """Where the people of each seed but the last end, when all stand in one line."""
    return np.cumsum([people["ability"].size for people in seeds])[:-1]


def _pooled(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """The columns of several seeds' people, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _of_both(before: Run, after: Run) -> dict[str, Array]:
    """Ability, and effort and contracts a month before and after, of a seed's people who were settled in both runs."""
    old, new = _by_person(before), _by_person(after)
    both = sorted(old.keys() & new.keys())
    found = {"ability": [old[rep]["ability"] for rep in both]}
    for when, side in (("before", old), ("after", new)):
        found |= {f"{name}_{when}": [side[rep][name] for rep in both] for name in ("effort", "orders")}
    return {name: np.array(values, float) for name, values in found.items()}


def _by_person(run: Run) -> dict[int, Row]:
    """Contracts a month, effort and ability of everybody who was settled for a while."""
    found: dict[int, Row] = {}
    there = settled(run)
    for rep in np.unique(run["rep"][there]):
        mine = there & (run["rep"] == rep)
        if mine.sum() >= 3:
            found[int(rep)] = {name: float(run[name][mine].mean()) for name in ("ability", "effort", "orders")}
    return found


def _tenths_of(people: dict[str, Array], rate: float) -> list[Row]:
    """The table by tenths of ability, from the people of all seeds."""

    def row_of(there: Array) -> Row:
        mine = {name: values[there] for name, values in people.items()}
        row: Row = {"people": int(there.sum()), "commission_factor": rate, "ability": mine["ability"].mean()}
        row |= {"effort_bonus": mine["effort_before"].mean(), "effort_commission": mine["effort_after"].mean()}
        before, after = (mine[f"orders_{when}"].sum() for when in ("before", "after"))
        return row | {"contracts_percent": float(percent(after, before)) if before else np.nan}

    return by_tenths(people["tenth"], row_of, "contracts_percent")


def end_of_period(runs: Runs) -> list[Row]:
    """T7: first and last week of a month over the mean, by scheme, and with timing and impatience off."""
    sale = {"department.scheme.credited": "sale"}
    jobs: list[tuple[str, str, Job]] = []
    for calm, off in (("on", {}), ("off", CALM)):
        for name in ("quota_bonus", "mixed_growing", "commission"):
            jobs.append((name, calm, job_of(name, settings=off)))
        jobs.append(("commission, felt at the sale", calm, job_of("commission", settings={**off, **sale})))
    runs.make([job for *_, job in jobs])
    seeds = range(runs.seeds)
    return over_seeds([[_ends_of(name, calm, runs.of(job)[seed]) for name, calm, job in jobs] for seed in seeds])


def _ends_of(scheme: str, calm: str, run: Run) -> Row:
    """Orders and effort in the first and in the last week of one run's months."""
    row: Row = {"scheme": scheme, "timing_and_impatience": calm}
    for column in ("orders", "effort"):
        row[f"{column}_first_week"], row[f"{column}_last_week"] = _weeks(run, column)
    return row


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
        rows += with_intervals(parts, partial(_gaps_of, name))
    return rows


def _gaps_of(scheme: str, parts: Sequence[tuple[Array, Array, Array, Array]]) -> list[Row]:
    """The days of some seeds, by the gap to the plan; the drop is the mean of theirs."""
    effort, gap, expected, reached = (np.concatenate(column) for column in zip(*parts, strict=True))
    drop = _mean(np.array([drop_after_plan(*part[:3]) for part in parts]))
    return [{"scheme": scheme, **row, "drop_after_plan": drop} for row in by_gap(effort, gap, expected, reached)]


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
    for cell, job in jobs.items():
        rows += with_intervals(runs.of(job), partial(_attained, *cell))
    return rows


def _attained(growth: float, toil: float, there: Sequence[Run]) -> list[Row]:
    """How a team's quarters and a person's months attain their plans in some runs."""
    rows: list[Row] = []
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


def intelligence(runs: Runs) -> list[Row]:
    """What knowing rivals and customers brings over knowing nothing: from visits, and from asking by telephone."""
    jobs = {
        (*case, kind): job_of("mixed_growing", settings={**CASES[case], "department.intelligence": kind})
        for case in CASES
        for kind in KNOWN
    }
    runs.make(list(jobs.values()))
    rows: list[Row] = []
    for (doors, prices, kind), job in jobs.items():
        pairs = list(zip(runs.of(jobs[doors, prices, KNOWN[0]]), runs.of(job), strict=True))
        keys = {"doors": doors, "our_prices": prices, "intelligence": kind}
        rows += with_intervals(pairs, partial(_known, keys))
    return rows


def _known(keys: Row, pairs: Sequence[tuple[Run, Run]]) -> list[Row]:
    """Follow-ups and contracts of the field, and what changes in per cent and in margin, over knowing nothing."""
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    row: Row = {**keys, "followups": _mean(_monthly(after, "followups")), "contracts": _mean(_sums(after, "orders"))}
    row |= _changes(pairs)
    return [row | {"margin_more": _mean(_monthly(after, "margin") - _monthly(before, "margin"))}]


def usual_day(runs: Runs) -> tuple[float, float]:
    """Contracts a day of effort 1 and ability 1 in the market, and their mean bill: the ground of people alone."""
    there = runs.of(job_of("mixed_growing"))
    days = sum(float((run["effort"] * run["ability"])[settled(run)].sum()) for run in there) * 21.0
    contracts, bills = _sums(there, "orders").sum(), _sums(there, "bills_signed").sum()
    return float(contracts / days), float(bills / contracts)


TABLES = (legacy, bonus_to_commission, end_of_period, gap_to_plan, attainment, intelligence)
