"""What comes out of every shipped scenario, and where active selling pays: `python -m experiments.scenarios`.

Each scenario is run beside its baseline, which begins in the same situation, with the same luck. Differences have the
90 % interval of their mean (Student's t over the pairs).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.claims import shown, write
from experiments.economics import annuity
from experiments.kpis import stays_above
from experiments.studies import carry_out, study_command

MONTHS, WARMUP = 24, 12
COLUMNS = ("inbound_calls", "gross_adds", "churn_competitor", "customers", "margin", "margin_present_value")
MONEY = ("monthly_revenue", "revenue", "cost_network", "cumulative_margin")
COMMAND = study_command(
    "scenarios", "every shipped scenario beside its baseline, and where active selling pays", 8, 1, "docs/tables"
)

Run = dict[str, Any]
Row = dict[str, Any]


class Job(NamedTuple):
    """One market, to be run with every seed."""

    scenario: str
    settings: str = "{}"  # as JSON, so that equal markets are run once


class Case(NamedTuple):
    """A scenario and what it is measured against."""

    name: str
    told: str
    scenario: Job
    baseline: Job


def job(scenario: str, **settings: Any) -> Job:
    """A job from dotted names, with two underscores for a dot."""
    return Job(scenario, json.dumps({name.replace("__", "."): value for name, value in settings.items()}))


def situated(name: str) -> Case:
    """A scenario with its own situation, beside the passive run in the same one."""
    from experiments import scenario

    situation = scenario(name).situation.model_dump()
    return Case(
        name,
        "passive, same situation",
        Job(name),
        job("passive", **{f"situation__{k}": v for k, v in situation.items()}),
    )


def cases() -> list[Case]:
    """Every shipped scenario but the passive one."""
    plain = ("active", "active_alone", "telemarketing", "mixed", "service_bottleneck")
    others = ("competitor_tariff", "competitor_telemarketing", "competitor_field", "price_war")
    placed = ("new_territory", "low_penetration", "competitive_city", "new_entrant")
    simple = [Case(name, "passive", Job(name), Job("passive")) for name in (*plain, *others)]
    return simple[: len(plain)] + [situated(name) for name in placed] + simple[len(plain) :]


def fields() -> list[Case]:
    """The field's five situations, between the city as it is and a service that cannot follow."""
    found = {case.name: case for case in cases()}
    toolset = Case(
        "mixed", "telephone campaign of four", Job("mixed"), job("telemarketing", telemarketing__telemarketers=4)
    )
    order = ("active", "new_territory", "low_penetration", "competitive_city", "new_entrant")
    return [*(found[name] for name in order), toolset, found["service_bottleneck"]]


# ---- running -----------------------------------------------------------------------------------------------------


def run_job(wanted: Job, seed: int) -> Run:
    """One run, reduced to what the tables need, from month 1 on."""
    from experiments import scenario
    from experiments.claimruns import _city
    from sim.city import load_city
    from sim.market import Market

    kept = {"record.zones": False, "record.ledger": False, "record.reps": False}
    settings = {"months": MONTHS, "warmup": WARMUP, **kept, **json.loads(wanted.settings)}
    tables = Market(scenario(wanted.scenario, **settings), city=_city(load_city), seed=seed).run().tables()
    monthly, survival = tables["monthly"], tables["survival"]
    after = monthly["month"] >= 1
    old = survival["channel"] == "opening"
    found: Run = {name: np.asarray(monthly[name], float)[after] for name in (*COLUMNS, *MONEY)}
    found["hazard"] = survival["lost"][old].sum() / survival["customers"][old].sum()
    last = survival["age_months"].argmax()
    found["factor"] = survival["discount_factor"][last] ** (1.0 / survival["age_months"][last])
    return found


def run_all(tasks: Sequence[tuple[Job, int]], workers: int) -> Iterator[Run]:
    """The runs in the order of the tasks."""
    from joblib import Parallel, delayed
    from tqdm import tqdm

    results = Parallel(n_jobs=workers, return_as="generator")(delayed(run_job)(*task) for task in tasks)
    return iter(tqdm(results, total=len(tasks), desc="runs", unit="run", disable=not sys.stderr.isatty()))


# ---- tables ------------------------------------------------------------------------------------------------------


def measures(run: Run) -> dict[str, float]:
    """What a run comes down to."""
    share = 1.0 - run["cost_network"].sum() / run["revenue"].sum()
    worth = annuity(np.array(run["hazard"]), run["factor"]) * run["factor"] ** MONTHS
    return {
        "inbound_calls": run["inbound_calls"].mean(),
        "gross_adds": run["gross_adds"].mean(),
        "churn_competitor": run["churn_competitor"].mean(),
        "customers": run["customers"][-1],
        "margin": run["margin"].sum(),
        "present_value": run["margin_present_value"].sum(),
        "present_value_with_customers": run["margin_present_value"].sum() + run["monthly_revenue"][-1] * share * worth,
    }


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and the 90 % interval of the mean."""
    from scipy.stats import t

    there = np.asarray(values, float)
    if there.size < 2:
        return float(there.mean()), np.nan, np.nan
    half = t.ppf(0.95, there.size - 1) * there.std(ddof=1) / np.sqrt(there.size)
    return float(there.mean()), float(there.mean() - half), float(there.mean() + half)


class Found:
    """All runs, by job and seed."""

    def __init__(self, runs: Mapping[tuple[Job, int], Run], seeds: Sequence[int]):
        self.runs, self.seeds = runs, seeds

    def pairs(self, case: Case) -> list[tuple[Run, Run]]:
        """Scenario and baseline with the same luck."""
        return [(self.runs[case.scenario, seed], self.runs[case.baseline, seed]) for seed in self.seeds]


def scenarios(found: Found) -> list[Row]:
    """Every scenario: level of its baseline and paired difference of each measure."""
    rows = []
    for case in cases():
        pairs = [(fitted(run, base), measures(base)) for run, base in found.pairs(case)]
        for name in pairs[0][0]:
            mean, low, high = interval([run[name] - base[name] for run, base in pairs])
            level = float(np.mean([base[name] for _, base in pairs]))
            row = {"scenario": case.name, "baseline": case.told, "measure": name, "baseline_level": level}
            rows.append(row | {"difference": mean, "low": low, "high": high})
    return rows


def fitted(run: Run, base: Run) -> dict[str, float]:
    """A run's measures; what customers at the end are worth is reckoned with the baseline's losses and margin."""
    share = {name: base[name] for name in ("hazard", "factor", "cost_network", "revenue")}
    worth = measures({**run, **share})["present_value_with_customers"]
    return measures(run) | {"present_value_with_customers": worth}


def where_it_pays(found: Found) -> list[Row]:
    """The field's situations: what a department adds, and from when on it has paid."""
    rows = []
    for case in fields():
        pairs = found.pairs(case)
        row: Row = {"situation": case.name, "beside": case.told}
        both = [(fitted(run, base), measures(base)) for run, base in pairs]
        for name in ("gross_adds", "margin", "present_value_with_customers"):
            mean, low, high = interval([run[name] - base[name] for run, base in both])
            row |= {f"extra_{name}": mean, f"{name}_low": low, f"{name}_high": high}
        margin = np.array([run["cumulative_margin"] - base["cumulative_margin"] for run, base in pairs])
        month = stays_above(margin)
        row["break_even_share"] = float(np.isfinite(month).mean())
        row["break_even_month"] = float(np.median(month)) if np.isfinite(np.median(month)) else None
        rows.append(row)
    return rows


TABLES = (scenarios, where_it_pays)


# ---- as they stand on the page -----------------------------------------------------------------------------------


SHOWN = ("inbound_calls", "gross_adds", "churn_competitor", "customers", "margin")


def page_of_scenarios(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The table of docs/scenarios.md: one line a scenario, differences with their intervals, margin in thousands."""
    by_name: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in rows:
        by_name.setdefault(row["scenario"], {})[row["measure"]] = row
    return [
        f"| `{name}` | "
        + " | ".join(told(found[measure], "", 1000 if measure == "margin" else 1) for measure in SHOWN)
        + " |"
        for name, found in by_name.items()
    ]


def page_of_pays(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The table of where it pays: money in thousands."""
    lines = []
    for row in rows:
        adds = told(row, "gross_adds", 1, "extra_gross_adds")
        margin = told(row, "margin", 1000, "extra_margin")
        worth = told(row, "present_value_with_customers", 1000, "extra_present_value_with_customers")
        month = f"month {float(row['break_even_month']):.0f}" if row["break_even_month"] else "not within the run"
        share = f"{float(row['break_even_share']):.0%}".replace("%", " %")
        lines.append(f"| `{row['situation']}` | {row['beside']} | {adds} | {margin} | {share}, {month} | {worth} |")
    return lines


def told(row: Mapping[str, str], prefix: str, unit: int, mean: str = "difference") -> str:
    """A difference with its interval."""
    low, high = (f"{prefix}_{end}" if prefix else end for end in ("low", "high"))
    middle, first, last = (float(row[name]) / unit for name in (mean, low, high))
    digits = 0 if max(abs(middle), abs(first), abs(last)) >= 100 else 1
    return f"{middle:+,.{digits}f} ({first:+,.{digits}f} .. {last:+,.{digits}f})"


def study(replications: int, workers: int, out: Path) -> None:
    """Run everything, and write the tables."""
    jobs = dict.fromkeys(part for case in [*cases(), *fields()] for part in (case.baseline, case.scenario))
    tasks = [(wanted, seed) for wanted in jobs for seed in range(1, replications + 1)]
    found = Found(dict(zip(tasks, run_all(tasks, workers), strict=True)), range(1, replications + 1))
    out.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        rows = table(found)
        write(out / f"{table.__name__}.csv", rows)
        print(f"\n{table.__name__}")
        for row in rows:
            print("  ".join(shown(value) for value in row.values()))


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.scenarios`."""
    return carry_out(COMMAND, study, words)


if __name__ == "__main__":
    sys.exit(main())
