"""What the claims study reports: each table from the pairs of runs, with intervals over the pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from experiments.claimruns import CLOSED_FROM, LONG, MECHANISMS, MONTHS, Array, Job, Row, Run, pairs

FULL = next(iter(MECHANISMS))
WINDOWS = {  # column, first and last month, counted from the first visit
    "inbound_lift_3_4": ("inbound_calls", 3, 4),
    "inbound_lift_5_11": ("inbound_calls", 5, 11),
    "adds_lift_4_6": ("gross_adds", 4, 6),
}


# ---- numbers of a pair -----------------------------------------------------------------------------------------------


def first_visit_month(run: Run) -> int:
    """The month in which visits begin; 1 is the first after the decision."""
    return int(np.argmax(run["visits"] > 0)) + 1


def in_months(column: Array, first: int, last: int) -> float:
    """The sum of a column over calendar months counted from the decision."""
    return float(column[first - 1 : last].sum())


def lift(pair: tuple[Run, Run], column: str, first: int, last: int) -> float:
    """Active over passive less one."""
    return in_months(pair[0][column], first, last) / in_months(pair[1][column], first, last) - 1.0


def spread(values: Sequence[float] | Array) -> Row:
    """Mean, 5-95 % quantiles over the pairs, standard error of the mean."""
    there = np.asarray(values, np.float64)
    there = there[np.isfinite(there)]
    if not there.size:
        return {"mean": None, "low": None, "high": None, "standard_error": None}
    low, high = np.quantile(there, [0.05, 0.95])
    error = there.std(ddof=1) / np.sqrt(there.size) if there.size > 1 else None
    return {"mean": there.mean(), "low": low, "high": high, "standard_error": error}


def prefixed(prefix: str, row: Row) -> Row:
    """The numbers of a spread under the name of what they measure; the mean has the plain name."""
    return {prefix if name == "mean" else f"{prefix}_{name}": value for name, value in row.items()}


def ratio_left(change: Array, before: Array) -> Row:
    """Ratio of two sums over the pairs, with its 90 % interval by the jackknife."""
    n = len(change)
    whole = change.sum() / before.sum()
    without = (change.sum() - change) / (before.sum() - before)
    error = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
    return {"mean": whole, "low": whole - 1.645 * error, "high": whole + 1.645 * error, "standard_error": error}


# ---- the tables ------------------------------------------------------------------------------------------------------


class Found:
    """All finished runs of the study."""

    def __init__(self, runs: Mapping[tuple[Job, int], dict[str, Run]], seeds: Sequence[int]):
        self.runs, self.seeds, self.pairs = runs, seeds, pairs()

    def both(self, *name: str) -> list[tuple[Run, Run]]:
        """The monthly columns of a pair, active and passive, seed by seed."""
        pair = self.pairs[name]
        seeds = [seed for seed in self.seeds if (pair.active, seed) in self.runs]
        return [(self.runs[pair.active, s]["month"], self.runs[pair.passive, s]["month"]) for s in seeds]

    def part(self, part: str, *name: str) -> list[Run]:
        """Another part of the active runs of a pair."""
        job = self.pairs[name].active
        return [self.runs[job, seed][part] for seed in self.seeds if (job, seed) in self.runs]

    def lifts(
        self, name: tuple[str, ...], column: str, first: int, last: int, since_visit: bool = False
    ) -> list[float]:
        """Lift of a column in every pair, its months counted from the decision or from the first visit."""
        shift = first_visit_month(self.both(*name)[0][0]) - 1 if since_visit else 0
        return [lift(pair, column, first + shift, last + shift) for pair in self.both(*name)]


def reach(found: Found) -> list[Row]:
    """Inbound lift and gross-adds multiple for small and large teams, and for weak and strong passive flows."""
    rows = []
    for name in (name for name in found.pairs if name[0] == "reach"):
        calls = np.mean([passive["inbound_calls"].mean() for _, passive in found.both(*name)])
        adds = np.mean([passive["gross_adds"].mean() for _, passive in found.both(*name)])
        for since in ("decision", "first visit"):
            row = {"passive_flow": name[1], "calls_per_month": calls, "adds_per_month": adds, "reps": int(name[2])}
            visit = since == "first visit"
            lifts = found.lifts(name, "inbound_calls", 3, 4, visit)
            times = 1.0 + np.array(found.lifts(name, "gross_adds", 4, 6, visit))
            row |= {"counted_from": since, **prefixed("inbound_lift", spread(lifts))}
            rows.append(row | prefixed("adds_multiple", spread(times)))
    return rows


def callers(found: Found) -> list[Row]:
    """The inbound lift over the share of later callers who use the common number."""
    rows = []
    for name in (name for name in found.pairs if name[0] == "callers"):
        row: Row = {"common_number_share": 1.0 - float(name[1])}
        row["calls_to_reps_per_month"] = np.mean([calls_to_reps(run)[2:].mean() for run, _ in found.both(*name)])
        row |= prefixed("lift_3_4", spread(found.lifts(name, "inbound_calls", 3, 4, True)))
        rows.append(row | prefixed("lift_5_11", spread(found.lifts(name, "inbound_calls", 5, 11, True))))
    return sorted(rows, key=lambda row: row["common_number_share"])


def calls_to_reps(run: Run) -> Array:
    """Calls of a month that a representative's own telephone took."""
    return run["contacts_field"] - run["contacts"]


def mechanisms(found: Found) -> list[Row]:
    """One mechanism off at a time: what is left of the lift, and by how much it differs from the full model."""
    full = {label: found.lifts(("mechanisms", FULL), *window, True) for label, window in WINDOWS.items()}
    rows = []
    for off in MECHANISMS:
        row: Row = {"switched_off": off}
        for label, window in WINDOWS.items():
            here = found.lifts(("mechanisms", off), *window, True)
            change = spread(np.array(here) - np.array(full[label]))
            row |= prefixed(label, spread(here))
            row |= {f"{label}_change": change["mean"], f"{label}_change_standard_error": change["standard_error"]}
        rows.append(row)
    return rows


def flows(found: Found) -> list[Row]:
    """The usual market with six representatives, month by month: what each flow is made of."""
    both = found.both("mechanisms", FULL)
    rows = []
    for month in range(MONTHS):
        row: Row = {"month": month + 1}
        for name in ("inbound_calls", "gross_adds", "awareness"):
            row[f"passive_{name}"] = np.mean([passive[name][month] for _, passive in both])
        for name in ("inbound_calls", "gross_adds", "awareness", "reps_productive", "visits", "contacts", "followups"):
            row[name] = np.mean([active[name][month] for active, _ in both])
        row["calls_to_reps"] = np.mean([calls_to_reps(active)[month] for active, _ in both])
        for name in ("orders_field", "orders_inbound", "adds_field", "adds_inbound"):
            row[name] = np.mean([active[name][month] for active, _ in both])
        rows.append(row)
    return rows


def rep_months(found: Found) -> Run:
    """Everybody's months in the field, over two years and all replications."""
    parts = found.part("reps", "long")
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    worked = (table["visits"] > 0) & (table["stage"] == "productive")
    return {name: column[worked] for name, column in table.items()}


def productivity(found: Found) -> list[Row]:
    """Deals of a representative's month, by month in post."""
    table, rows = rep_months(found), []
    in_post = np.minimum((table["days_in_post"] - 1) // 21 + 1, 13)
    for month in np.unique(in_post):
        here = in_post == month
        row: Row = {"month_in_post": f"{month}" if month < 13 else "13 and later", "rep_months": int(here.sum())}
        row |= {"visits": table["visits"][here].mean(), "followups": table["followups"][here].mean()}
        row |= {"skill": table["skill"][here].mean(), "effort": table["effort"][here].mean()}
        rows.append(row | prefixed("deals", spread(table["orders"][here])))
    return rows


def attainment(found: Found) -> list[Row]:
    """How plans and their fulfilment are spread over representatives' months."""
    table, rows = rep_months(found), []
    early = table["days_in_post"] <= 126
    for label, here in (("first six months in post", early), ("later", ~early)):
        reached = table["attainment"][here]
        row: Row = {"rep_months": label, "number": int(here.sum())}
        for part in (5, 25, 50, 75, 95):
            row[f"attainment_{part}"] = np.nanquantile(reached, part / 100)
            row[f"plan_{part}"] = np.quantile(table["plan"][here], part / 100)
        row["at_least_plan_share"] = np.mean(reached >= 1.0)
        rows.append(row | {"between_1.3_and_1.5_share": np.mean((reached >= 1.3) & (reached <= 1.5))})
    return rows


def doors(found: Found) -> list[Row]:
    """Visits a representative's day, and what comes of visits and talks, by premises type."""
    from sim.city import PREMISES

    parts = found.part("doors", "doors")
    names = ("visits", "contacts", "orders", "rep_days")
    total = {name: np.sum([part[name] for part in parts], axis=0) for name in (*names, "visits_on_days")}
    rows = []
    for number, premises in enumerate(PREMISES):
        n = {name: float(total[name][number]) for name in names}
        per_day = float(total["visits_on_days"][number]) / max(n["rep_days"], 1.0)
        row: Row = {"premises": premises, **n, "visits_per_rep_day": per_day}
        row["contacts_per_visit"] = n["contacts"] / max(n["visits"], 1.0)
        row["orders_per_100_visits"] = 100 * n["orders"] / max(n["visits"], 1.0)
        rows.append(row | {"orders_per_100_contacts": 100 * n["orders"] / max(n["contacts"], 1.0)})
    return rows


def acquisition(found: Found) -> list[Row]:
    """Cost per new customer three ways by channel after one and two years, and the month of breaking even."""
    both = found.both("long")
    rows = []
    for months in (12, 24):
        for channel in ("inbound", "field"):
            cost = np.array([run[f"cost_{channel}"][:months].sum() for run, _ in both])
            adds = np.array([run[f"adds_{channel}"][:months].sum() for run, _ in both])
            touched = np.array([run[f"influenced_{channel}"][:months].sum() for run, _ in both])
            row: Row = {"months": months, "channel": channel, **prefixed("last_touch", spread(cost / adds))}
            row |= prefixed("influenced", spread(cost / touched))
            extra = np.array([(run["gross_adds"] - base["gross_adds"])[:months].sum() for run, base in both])
            incremental = cost / extra if channel == "field" else np.full(len(cost), np.nan)
            rows.append(row | prefixed("incremental", spread(incremental)))
    return [*rows, {"months": LONG, "channel": "break-even month of the department", **break_even(both)}]


def break_even(both: list[tuple[Run, Run]]) -> Row:
    """Month after which the cumulative margin stays above the passive one, and the pairs in which there is none."""
    months = []
    for run, base in both:
        below = np.flatnonzero(run["cumulative_margin"] <= base["cumulative_margin"])
        months.append(below[-1] + 2 if below.size else 1)
    there = np.array([month if month <= LONG else np.nan for month in months], float)
    return {**prefixed("break_even", spread(there)), "never_share": float(np.isnan(there).mean())}


def closing(found: Found) -> list[Row]:
    """What is left of the additional demand after the visits stop, beside a department that goes on."""
    stopped, kept = found.both("closing"), found.both("mechanisms", FULL)
    last = CLOSED_FROM - 1
    before = {name: np.array([one(pair, last - 1, last) / 2 for pair in stopped]) for name, one in DEMAND.items()}
    rows = []
    for after in (1, 3, 6):
        month = last + after
        row: Row = {"months_after": after}
        for name, one in DEMAND.items():
            here = np.array([one(pair, month, month) for pair in stopped])
            row |= {f"{name}_before": before[name].mean(), name: here.mean()}
            row[f"{name}_open"] = np.mean([one(pair, month, month) for pair in kept])
            row |= prefixed(f"{name}_left_share", ratio_left(here, before[name]))
        rows.append(row)
    return rows


def extra_calls(pair: tuple[Run, Run], first: int, last: int) -> float:
    """Calls to the common number beyond those of the passive run."""
    return in_months(pair[0]["inbound_calls"] - pair[1]["inbound_calls"], first, last)


def extra_demand(pair: tuple[Run, Run], first: int, last: int) -> float:
    """The same with the calls that representatives' own telephones took."""
    return extra_calls(pair, first, last) + in_months(calls_to_reps(pair[0]), first, last)


def extra_awareness(pair: tuple[Run, Run], first: int, last: int) -> float:
    """Mean awareness beyond that of the passive run, summed over the months."""
    return in_months(pair[0]["awareness"] - pair[1]["awareness"], first, last)


DEMAND = {"extra_calls": extra_calls, "extra_demand": extra_demand, "extra_awareness": extra_awareness}


def who_calls(found: Found) -> list[Row]:
    """Calls to the common number by whether the business had been visited by then, beside the same businesses' calls
    in the passive run."""
    pair = found.pairs["doors",]
    seeds = [seed for seed in found.seeds if (pair.active, seed) in found.runs]
    rows = []
    for month in range(1, MONTHS + 1):
        parts = []
        for seed in seeds:
            active, passive = (found.runs[job, seed]["doors"] for job in (pair.active, pair.passive))
            first = first_visits(active)
            reached = np.unique(active["visit_row"][active["visit_month"] <= month]).size / active["tenants"][0]
            parts.append([reached, *calls_by_visit(active, first, month), *calls_by_visit(passive, first, month)])
        names = ("doors_reached_share", "visited", "others", "passive_visited", "passive_others")
        rows.append({"month": month, **dict(zip(names, np.mean(parts, axis=0).tolist(), strict=True))})
    return rows


def first_visits(doors: Run) -> dict[int, int]:
    """The day of each business's first visit."""
    order = np.argsort(-doors["visit_day"], kind="stable")  # the earliest is written last and stays
    return dict(zip(doors["visit_row"][order].tolist(), doors["visit_day"][order].tolist(), strict=True))


def calls_by_visit(doors: Run, first: dict[int, int], month: int) -> tuple[int, int]:
    """Calls of a month by premises that had been visited by then, and by all others."""
    here = doors["call_month"] == month
    calls = zip(doors["call_row"][here].tolist(), doors["call_day"][here].tolist(), strict=True)
    visited = sum(first.get(row, day + 1) <= day for row, day in calls)
    return visited, int(here.sum()) - visited


TABLES: tuple[Callable[[Found], list[Row]], ...] = (
    *(reach, callers, mechanisms, flows, who_calls, productivity, attainment, doors, acquisition, closing),
)
