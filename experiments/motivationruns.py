"""The markets of the motivation study: what is run, with which seeds, and what is kept of a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from experiments.equalcost import Search

Array = np.ndarray[Any, Any]
Settings = Mapping[str, Any]
Run = dict[str, Array]

MONTHS, WARMUP = 14, 1
SETTLED = 4  # the first month in which everybody is in the field from its first day
BY_REP = ("month", "ability", "effort", "orders", "bills_signed", "plan", "income", "days_in_post")
BY_DAY = ("workday", "workdays_left", "orders", "bills_signed", "effort", "reps")
MONTHLY = {"revenue": "monthly_revenue", "margin": "margin", "followups": "followups", "visits": "visits"}


class Job(NamedTuple):
    """One market, to be run with every seed; the settings as JSON, so that equal markets are run once."""

    settings: str
    months: int = MONTHS
    traced: bool = False  # keep every representative's every day


def job_of(scheme: str, terms: Settings | None = None, **more: Any) -> Job:
    """A market with a scheme, some of its terms changed, and whatever else is set by its dotted name."""
    months, traced = more.pop("months", MONTHS), more.pop("traced", False)
    settings = {
        "department.scheme.name": scheme,
        **{f"department.scheme.terms.{k}": v for k, v in (terms or {}).items()},
    }
    return Job(json.dumps({**settings, **more.pop("settings", {})}, sort_keys=True), months, traced)


class Runs:
    """Runs by job, each made once; seeds are the same for all jobs."""

    def __init__(self, seeds: int, workers: int):
        self.seeds, self.workers = seeds, workers
        self.made: dict[Job, list[Run]] = {}

    def of(self, job: Job) -> list[Run]:
        """The runs of a job, one a seed."""
        if job not in self.made:
            self.make([job])
        return self.made[job]

    def make(self, jobs: Sequence[Job]) -> None:
        """Run what is not there yet, in processes where there are several workers."""
        from joblib import Parallel, delayed
        from tqdm import tqdm

        new = [job for job in dict.fromkeys(jobs) if job not in self.made]
        tasks = [(job, seed) for job in new for seed in range(1, self.seeds + 1)]
        results = Parallel(n_jobs=self.workers, return_as="generator")(delayed(run_job)(*task) for task in tasks)
        shown = tqdm(results, total=len(tasks), desc="runs", unit="run", disable=not sys.stderr.isatty())
        for (job, _), run in zip(tasks, shown, strict=True):
            self.made.setdefault(job, []).append(run)

    def at_cost(self, made: Callable[[float], Job], target: float, start: float) -> tuple[float, Job]:
        """The rate for which a representative's month costs the target, and the job it makes."""
        rate = Search(target, start).run(lambda rate: income(self.of(made(rate))))
        return rate, made(rate)


def income(runs: Sequence[Run]) -> float:
    """Mean income of a month in the field, over all runs."""
    paid = [run["income"][settled(run)] for run in runs]
    return float(np.concatenate(paid).mean())


def settled(run: Run) -> Array:
    """Rows of people who were in the field for the whole of a month, once the department is built."""
    return (run["month"] >= SETTLED) & (run["effort"] > 0.0) & (run["plan"] > 0.0)


def run_job(job: Job, seed: int) -> Run:
    """One run, reduced to what the study reads."""
    from experiments import scenario
    from sim.market import Market

    kept = {"record.zones": False, "record.ledger": False}
    settings = {"months": job.months, "warmup": WARMUP, **kept, **json.loads(job.settings)}
    market = Market(scenario("active", **settings), city=_city(), seed=seed)
    found: Run = traced(market) if job.traced else {}
    market.run()
    tables = market.tables()
    by_rep, by_day = tables["monthly_by_rep"], tables["field_by_day"]
    found |= {name: np.asarray(by_rep[name], np.float64) for name in BY_REP}
    found["rep"] = np.array([float(name.rpartition("-")[2]) for name in by_rep["rep_id"]])
    found |= {f"day_{name}": np.asarray(by_day[name], np.float64) for name in BY_DAY}
    found["day_month"] = np.asarray(by_day["month"])
    monthly = tables["monthly"]
    after = monthly["month"] >= 1
    return found | {name: np.asarray(monthly[column], np.float64)[after] for name, column in MONTHLY.items()}


def traced(market: Any) -> Run:
    """Run a market day by day; keeps each representative's effort, plan and sales so far of the period."""
    days: list[Array] = []
    while market.running:
        field, today = market.field, market.day
        so_far = field.reps.bills_signed.copy()
        market.step()
        reps, month = field.reps, int(market.calendar.month_of_day[today])
        left = int(market.calendar.first_day[month] + market.calendar.days_in_month[month]) - today
        so_far = np.append(so_far, np.zeros(len(reps) - so_far.size))
        pace = np.append(field.pace, np.zeros(len(reps) - field.pace.size)) * field.policy_bill
        there = (reps.effort > 0.0) & (left > 1)  # at a month's end the sums begin anew
        when = np.full(len(reps), month - market.calendar.warmup + 1)
        columns = (when, np.arange(len(reps)), np.full(len(reps), left), reps.effort, reps.plan, so_far, pace)
        days.append(np.stack(columns, axis=1)[there])
    names = ("month", "rep", "left", "effort", "plan", "so_far", "pace")
    return {f"trace_{name}": column for name, column in zip(names, np.concatenate(days).T, strict=True)}


_cities: list[Any] = []


def _city() -> Any:
    """The bundled city, read once a process."""
    if not _cities:
        from sim.city import load_city

        _cities.append(load_city("melbourne"))
    return _cities[0]
