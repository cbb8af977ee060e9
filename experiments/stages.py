"""What each of the six stages brings: `turnkey` beside `alone`, and beside each stage left out; `experiments.stages`.

All cases share their seeds. Differences have the 90 % interval of their mean (Student's t over the pairs). The dip
after a leaver is forced: the same run twice, with nobody quitting, once with one representative gone at a month's end.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.claims import write
from experiments.scenarios import interval
from experiments.studies import carry_out, study_command

MONTHS, WARMUP = 14, 2
LEAVES_AFTER, WINDOW = 8, 3  # the leaver goes at the end of this month; months looked at before and after
FIELD_COSTS = ("field_fixed", "field_variable", "recruiting", "training", "consultants", "management")
SIX = ("test_sales", "labour_market", "recruiting", "debugging", "processes", "remote_support")
CASES: dict[str, dict[str, Any]] = {
    "turnkey": {},
    "alone": {"department.mode": "alone"},
    **{f"without {name.replace('_', ' ')}": {f"department.stages.{name}": False} for name in SIX},
}
LEFT_BY_ONE = ("turnkey", "alone", "without processes")  # cases in which a leaver is forced
MEASURES = ("first_visit_days", "sales_2_6", "sales_7_12", "cost", "dip")
COMMAND = study_command(
    "stages", "the department with all stages, without consultants, and without each stage", 6, 1, "docs/tables"
)

Array = np.ndarray[Any, Any]
Row = dict[str, Any]


class Job(NamedTuple):
    """One market: a case, its seed, and what becomes of the one who may leave: usual, stays or goes."""

    case: str
    seed: int
    leaver: str = "usual"


# ---- running ---------------------------------------------------------------------------------------------------------


def run_job(job: Job) -> dict[str, float]:
    """One run, reduced to its measures; of a run with a leaver, the field's orders in the leaver's patch."""
    from experiments import scenario
    from experiments.claimruns import _city
    from sim.city import load_city
    from sim.market import Market

    kept = {"record.zones": False, "record.ledger": False, "record.reps": False}
    people = {} if job.leaver == "usual" else {"department.people.quits": False, "department.people.dismissal": False}
    settings = {"months": MONTHS, "warmup": WARMUP, **kept, **CASES[job.case], **people}
    market = Market(scenario("active", **settings), city=_city(load_city), seed=job.seed)
    return usual(market) if job.leaver == "usual" else patch_orders(market, job)


def usual(market: Any) -> dict[str, float]:
    """The measures of a run; days are working days from the decision, money is of all months."""
    monthly = market.run().tables()["monthly"]
    month = monthly["month"]
    first = int(market.calendar.first_day[market.calendar.warmup])
    sales = np.asarray(monthly["orders_field"], float)
    return {
        "first_visit_days": float(market.field.reps.productive_day.min() - first),
        "sales_2_6": float(sales[(month >= 2) & (month <= 6)].sum()),
        "sales_7_12": float(sales[(month >= 7) & (month <= 12)].sum()),
        "cost": float(sum(monthly[f"cost_{name}"][month >= 1].sum() for name in FIELD_COSTS)),
    }


def patch_orders(market: Any, job: Job) -> dict[str, float]:
    """The field's orders in one patch in the months after its owner leaves, or stays."""
    from sim.state import FIELD

    calendar = market.calendar
    parts = [LEAVES_AFTER, LEAVES_AFTER + WINDOW]
    leaves, ends = (int(calendar.first_day[calendar.warmup + month]) for month in parts)
    patch, after = np.empty(0, np.int64), 0
    while market.day < ends:
        today = market.day
        if today == leaves:
            patch = leave(market, job)
        market.step()
        if today >= leaves:
            orders = market.orders.table[: market.orders.count]
            ours = orders[(orders["placed"] == today) & (orders["operator"] == 0) & (orders["channel"] == FIELD)]
            after += int(np.isin(ours["row"], patch).sum())
    return {"after": float(after)}


def leave(market: Any, job: Job) -> Array:
    """The doors of one representative in the field, who quits if told so; another one for every seed."""
    team = market.field.department.team
    holders = team.row_of_post[team.row_of_post >= 0]
    row = holders[job.seed % holders.size]
    doors = np.flatnonzero(market.field.owner == row)
    if job.leaver == "goes":
        team.leave(np.array([row]), market.day - 1, "quits")
    return doors


def jobs_of(seeds: Sequence[int]) -> list[Job]:
    """All runs of the study."""
    plain = [Job(case, seed) for case in CASES for seed in seeds]
    return plain + [Job(case, seed, leaver) for case in LEFT_BY_ONE for seed in seeds for leaver in ("stays", "goes")]


# ---- the table -------------------------------------------------------------------------------------------------------


def rows_of(found: Mapping[Job, Mapping[str, float]], seeds: Sequence[int]) -> list[Row]:
    """Each case and measure: its level and the paired difference from turnkey."""
    rows = []
    for measure in MEASURES:
        for case in LEFT_BY_ONE if measure == "dip" else CASES:
            ours, theirs = (values_of(found, name, measure, seeds) for name in (case, "turnkey"))
            level, level_low, level_high = interval(ours)
            row: Row = {"case": case, "measure": measure}
            row |= {"level": level, "level_low": level_low, "level_high": level_high}
            if case != "turnkey":
                mean, low, high = interval([one - other for one, other in zip(ours, theirs, strict=True)])
                row |= {"difference": mean, "difference_low": low, "difference_high": high}
            rows.append(row)
    return rows


def values_of(found: Mapping[Job, Mapping[str, float]], case: str, measure: str, seeds: Sequence[int]) -> list[float]:
    """A measure of a case, one value a seed; the dip is the part of the patch's orders that the leaving costs."""
    if measure != "dip":
        return [found[Job(case, seed)][measure] for seed in seeds]
    both = [[found[Job(case, seed, leaver)]["after"] for leaver in ("stays", "goes")] for seed in seeds]
    return [1.0 - goes / stays if stays else np.nan for stays, goes in both]


def page_of(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The table of docs/department.md: a line a case, level and below it the difference from turnkey."""
    by_case: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in rows:
        by_case.setdefault(row["case"], {})[row["measure"]] = row
    return [
        f"| {case} | " + " | ".join(cell(found.get(measure), measure) for measure in MEASURES) + " |"
        for case, found in by_case.items()
    ]


def cell(row: Mapping[str, str] | None, measure: str) -> str:
    """A level, and the difference from turnkey with its interval."""
    if row is None:
        return ""
    unit = {"cost": 0.001, "dip": 100.0}.get(measure, 1.0)
    level = f"{float(row['level']) * unit:.0f}"
    if not row["difference"]:
        return level
    ends = (float(row[name]) * unit for name in ("difference", "difference_low", "difference_high"))
    return "{} ({:+.0f}: {:+.0f} .. {:+.0f})".format(level, *ends)


def read(path: Path) -> list[dict[str, str]]:
    """The table as it was written."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def study(replications: int, workers: int, out: Path) -> None:
    """Run everything, write the table, and print its lines."""
    from joblib import Parallel, delayed
    from tqdm import tqdm

    seeds = range(1, replications + 1)
    jobs = jobs_of(seeds)
    results = Parallel(n_jobs=workers, return_as="generator")(delayed(run_job)(job) for job in jobs)
    shown = tqdm(results, total=len(jobs), desc="runs", unit="run", disable=not sys.stderr.isatty())
    found = dict(zip(jobs, shown, strict=True))
    out.mkdir(parents=True, exist_ok=True)
    write(out / "stages.csv", rows_of(found, seeds))
    print("\n".join(page_of(read(out / "stages.csv"))))


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.stages`."""
    return carry_out(COMMAND, study, words)


if __name__ == "__main__":
    sys.exit(main())
