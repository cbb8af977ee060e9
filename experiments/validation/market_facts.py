"""Facts of the market: who leaves and when, sizes and bills, queues, installation, rivals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.field_facts import first_visit_month, months_of, total
from experiments.validation.judge import Case, Computed, Numbers, Stack
from experiments.validation.reduce import CHURNED

Array = np.ndarray[Any, Any]

YEAR_DAYS, MONTH_DAYS = 252, 21  # working days
YEARS = 5  # of a contract's life that are followed
TAIL = (10, 500)  # employees between which the slope of sizes is taken
LOADS = ("1.0", "1.2", "1.37")
PATIENCE_MINUTES = 3.0
REACTION_DAYS = 126  # six months
QUARTER_DAYS = 63


# ---- T9 --------------------------------------------------------------------------------------------------------


def defection(case: Case) -> Numbers:
    """Switches away, customers of all months and mean share, by operator."""
    table = case["passive"]["operators"]
    after = table["month"] >= 1
    names = list(dict.fromkeys(table["operator"].tolist()))
    rows = {name: after & (table["operator"] == name) for name in names}
    return {
        "lost": np.array([table["churn_competitor"][rows[name]].sum() for name in names], float),
        "customer_months": np.array([table["customers"][rows[name]].sum() for name in names], float),
        "share": np.array([table["market_share"][rows[name]].mean() for name in names], float),
    }


def defection_lines(seeds: Stack) -> dict[str, float]:
    """Correlation of annual competitive churn with share, and how far churn / (1 - share) is from being one number."""
    churn = 12.0 * seeds["lost"].sum(axis=0) / seeds["customer_months"].sum(axis=0)
    share = seeds["share"].mean(axis=0)
    ratio = churn / (1.0 - share)
    return {
        "correlation": float(np.corrcoef(churn, share)[0, 1]),
        "largest_deviation": float(np.abs(ratio / ratio.mean() - 1.0).max()),
        "annual_churn": float(churn @ share / share.sum()),
    }


# ---- T11 -------------------------------------------------------------------------------------------------------


def renewal(case: Case) -> Numbers:
    """Contracts at risk at the beginning of each year of their life, and switched away or closed in it; by month in the
    run where all contracts have one term."""
    found: Numbers = {}
    for name in ("usual", "alike"):
        found |= {f"{name}_{key}": value for key, value in at_risk(case[name]["lives"], YEAR_DAYS, YEARS).items()}
    return found | {f"term_{key}": value for key, value in at_risk(case["one_term"]["lives"], MONTH_DAYS, 30).items()}


def at_risk(lives: Any, span: int, count: int) -> Numbers:
    """Over `count` spans of a contract's life: how many were still alive at its beginning, switched away in it, closed
    in it. Only contracts that could be followed to the last span count."""
    begun, ended, how = lives["begun"], lives["ended"], lives["how"]
    last = ended[how != CHURNED].max(initial=0)
    whole = begun <= last - span * count
    length, switched = (ended - begun)[whole], (how == CHURNED)[whole]
    edges = span * np.arange(count)
    inside = (length[None] >= edges[:, None]) & (length[None] < edges[:, None] + span)
    gone = inside & (how[whole] != 2)[None]
    return {
        "alive": (length[None] >= edges[:, None]).sum(axis=1).astype(float),
        "switched": (gone & switched[None]).sum(axis=1).astype(float),
        "closed": (gone & ~switched[None]).sum(axis=1).astype(float),
    }


def kept_share(seeds: Stack, name: str) -> Array:
    """Share that does not switch away in each span; who closes in it counts for half of it."""
    alive, switched, closed = (seeds[f"{name}_{key}"].sum(axis=0) for key in ("alive", "switched", "closed"))
    return np.asarray(1.0 - switched / np.maximum(alive - 0.5 * closed, 1.0))


def renewal_lines(seeds: Stack) -> dict[str, float]:
    """How renewal rises from the second to the fifth year, with and without differences between tenants; the hazard
    around the end of a contract of 24 months against that of months 18 to 20."""
    usual, alike = (100.0 * kept_share(seeds, name) for name in ("usual", "alike"))
    hazard = 1.0 - kept_share(seeds, "term")
    before, at_end = hazard[17:20].mean(), hazard[22:26].max()
    return {
        "rise_in_points": float(usual[4] - usual[1]),
        "does_not_fall": float(usual[4] - usual[1]),
        "rise_without_differences": float(alike[4] - alike[1]),
        "hazard_at_the_end": float(at_end / before) if before > 0 else float("nan"),
    }


# ---- T12 -------------------------------------------------------------------------------------------------------


def tails(case: Case) -> Numbers:
    """Slope of the distribution of employees, and the share of the top fifth of bills."""
    bills = np.sort(case["passive"]["bills"]["bill"])[::-1]
    return {
        "slope": tail_slope(case["passive"]["city"]["employees"], TAIL),
        "top": float(bills[: max(round(0.2 * bills.size), 1)].sum() / bills.sum()),
    }


def tail_slope(sizes: Array, between: tuple[int, int]) -> float:
    """Log-log slope of the share of businesses that are larger than s, at twelve sizes evenly spaced in logarithms."""
    at = np.unique(np.round(np.geomspace(*between, 12)))
    share = np.array([(sizes >= size).mean() for size in at])
    some = share > 0
    return float(np.polyfit(np.log(at[some]), np.log(share[some]), 1)[0])


def tail_lines(seeds: Stack) -> dict[str, float]:
    """Both, over seeds; the city is the same for all, so its slope has no spread."""
    return {"size_slope": float(seeds["slope"].mean()), "top_fifth_of_bills": float(seeds["top"].mean())}


# ---- T16 -------------------------------------------------------------------------------------------------------


def congestion(case: Case) -> Numbers:
    """Callers, callers who gave up, and those expected to by Erlang-A, at three loads."""
    return {name: queue_of(case[f"load_{name}"]) for name in LOADS}


def queue_of(run: Any) -> Array:
    """Sales calls, of them abandoned, and the abandoned that Erlang-A expects, over the months after the decision."""
    months = months_of(run, "month", 1, 10_000).size
    days = months_of(run, "working_days", 1, months)
    sales, service = (months_of(run, name, 1, months) for name in ("inbound_calls", "service_calls"))
    agents = int(run["city"]["agents"][0])
    expected = [
        expected_to_give_up(s / d, (s + o) / d, (8.0 * s + 6.0 * o) / (s + o), agents) * s
        for s, o, d in zip(sales, service, days, strict=True)
        if s + o > 0
    ]
    return np.array([sales.sum(), months_of(run, "inbound_abandoned", 1, months).sum(), np.sum(expected)])


def expected_to_give_up(sales: float, calls: float, handling: float, agents: int) -> float:
    """Share of a day's callers who give up: every slot of the day in its own Erlang-A steady state."""
    from sim.queueing import erlang_a
    from sim.telephone import OpeningHours

    hours = OpeningHours()
    present = hours.agents_by_slot(agents)
    per_hour = np.maximum(calls * hours.share * 60.0 / hours.slot_minutes, 1e-9)
    lost = [erlang_a(rate, handling, int(n), PATIENCE_MINUTES)[1] for rate, n in zip(per_hour, present, strict=True)]
    return float(np.asarray(hours.share) @ np.array(lost))


def congestion_lines(seeds: Stack) -> dict[str, float]:
    """How much more give up at a higher load, and the ratio to Erlang-A at each load."""
    sums = {name: seeds[name].sum(axis=0) for name in LOADS}
    share = {name: each[1] / each[0] for name, each in sums.items()}
    lines = {"doubling": float(share["1.37"] / max(share["1.0"], 1e-9))}
    lines["convexity"] = float((share["1.37"] - share["1.2"]) / 0.17 - (share["1.2"] - share["1.0"]) / 0.2)
    return lines | {f"to_erlang_{name}": float(each[1] / max(each[2], 1e-9)) for name, each in sums.items()}


# ---- T21 -------------------------------------------------------------------------------------------------------

CREWED = ("0", "1", "2", "4")  # representatives, with the same crews


def bottleneck(case: Case) -> Numbers:
    """Orders, cancellations, gross adds and days waited in months 5 to 12, by team."""
    first = first_visit_month(case["reps_4"]) + 3
    rows = []
    for team in CREWED:
        run = case[f"reps_{team}"]
        wait, adds = months_of(run, "install_wait_days", first, 12), months_of(run, "gross_adds", first, 12)
        waited = float(np.nansum(wait * adds))
        rows.append([total(run, name, first, 12) for name in ("orders", "cancelled", "gross_adds")] + [waited])
    return {"teams": np.array(rows)}


def bottleneck_lines(seeds: Stack) -> dict[str, float]:
    """Load is relative to the crews, who are enough for twice the passive orders."""
    orders, cancelled, adds, waited = seeds["teams"].sum(axis=0).T
    load, wait, share = orders / orders[0] / 2.0, waited / adds, cancelled / orders
    steps = np.diff(wait) / np.diff(load)
    return {
        "convexity": float(steps[-1] - steps[0]),
        "cancelled_points": float(100.0 * (share[-1] - share[0])),
        "installed_over_signed_growth": float((adds[-1] / adds[0]) / (orders[-1] / orders[0])),
        "highest_load": float(load[-1]),
        "longest_wait": float(wait[-1]),
    }


# ---- T18 -------------------------------------------------------------------------------------------------------


def waking(case: Case) -> Numbers:
    """Customers called to keep them, and how many left within three months: called, and the same ones uncalled."""
    told, quiet = case["called"]["woken"], case["uncalled"]["woken"]
    last = max([*told["left_day"], *quiet["left_day"], 0.0])
    watched = told["called_day"] <= last - QUARTER_DAYS
    days, names = told["called_day"][watched], told["called"][watched]
    return {"counts": np.array([days.size, leavers(days, names, told), leavers(days, names, quiet)], float)}


def leavers(days: Array, names: Array, told: Mapping[str, Array]) -> int:
    """How many of these businesses left in the three months after their days."""
    left: dict[str, list[float]] = {}
    for name, day in zip(told["left"].tolist(), told["left_day"].tolist(), strict=True):
        left.setdefault(name, []).append(day)
    return sum(
        any(0.0 < gone - day <= QUARTER_DAYS for gone in left.get(name, ()))
        for day, name in zip(days.tolist(), names.tolist(), strict=True)
    )


def waking_lines(seeds: Stack) -> dict[str, float]:
    """Churn of the called over that of the same customers in the same world without the calls."""
    _, called, uncalled = seeds["counts"].sum(axis=0)
    return {"churn_ratio": float(called / uncalled) if uncalled else float("nan")}


# ---- T19 -------------------------------------------------------------------------------------------------------


def passivity(case: Case) -> Numbers:
    """Whether a rival reacted within six months of the first visit, how many reactions there were, how many in kind."""
    told = case["active"]["reactions"]
    first = told["first_visit"]
    since = told["day"] - (first[0] if first.size else np.inf)
    near = (since >= 0) & (since < REACTION_DAYS)
    return {"reacted": float(near.any()), "number": float(near.sum()), "same": float(told["same"][near].sum())}


def passivity_lines(seeds: Stack) -> dict[str, float]:
    """Share of launches that meet a reaction, and share of reactions by the same instrument."""
    number = seeds["number"].sum()
    same = float(seeds["same"].sum() / number) if number else float("nan")
    return {"launches_answered": float(seeds["reacted"].mean()), "same_instrument": same}


MARKET = {
    "T9": Computed(defection, defection_lines),
    "T11": Computed(renewal, renewal_lines),
    "T12": Computed(tails, tail_lines),
    "T16": Computed(congestion, congestion_lines),
    "T18": Computed(waking, waking_lines),
    "T19": Computed(passivity, passivity_lines),
    "T21": Computed(bottleneck, bottleneck_lines),
}
