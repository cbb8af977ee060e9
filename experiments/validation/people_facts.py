"""Facts of people and pay: what a scheme does to what is sold, to the days of a period, and to effort near a plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.validation.judge import Case, Computed, Numbers, Stack

Array = np.ndarray[Any, Any]

SETTLED = 4  # the month from which people are past their first weeks
WEEK = 5  # working days
LAST_THIRD = 7  # working days of a month of 21
GAPS = np.array([0.0, 0.1, 0.25, 0.45, 0.7, 1.01])  # of the plan still to sell: edges of the bins


def rows_in_post(run: Any, last: int = 10_000) -> Array:
    """Rows of the table by representative: productive people from month 4 on."""
    table = run["reps"]
    return np.asarray((table["stage"] == "productive") & (table["month"] >= SETTLED) & (table["month"] <= last))


def pay_of(run: Any) -> Array:
    """Income and person-months of productive people."""
    rows = rows_in_post(run)
    return np.array([run["reps"]["income"][rows].sum(), rows.sum()], float)


def ratio_of_pay(seeds: Stack, name: str, other: str) -> float:
    """Mean income a person-month of one run over that of another."""
    return float(np.divide(*seeds[name].sum(axis=0)) / np.divide(*seeds[other].sum(axis=0)))


# ---- T5 --------------------------------------------------------------------------------------------------------


def dropping(case: Case) -> Numbers:
    """Bills and contracts signed by everybody in twelve months, and pay, under either scheme."""
    found: Numbers = {}
    for name in ("legacy", "linear"):
        rows = (case[name]["reps"]["month"] >= SETTLED) & (case[name]["reps"]["month"] < SETTLED + 12)
        found[name] = np.array([case[name]["reps"][column][rows].sum() for column in ("bills_signed", "orders")], float)
        found[f"{name}_pay"] = pay_of(case[name])
    return found


def dropping_lines(seeds: Stack) -> dict[str, float]:
    """Gain of revenue and of contracts by the linear scheme at equal pay."""
    gain = seeds["linear"].sum(axis=0) / seeds["legacy"].sum(axis=0) - 1.0
    return {
        "revenue_gain": float(gain[0]),
        "gain_above_zero": float(gain[0]),
        "contracts_gain": float(gain[1]),
        "pay_ratio": ratio_of_pay(seeds, "linear_pay", "legacy_pay"),
    }


# ---- T6 --------------------------------------------------------------------------------------------------------


def by_ability(case: Case) -> Numbers:
    """Contracts and person-months of the lower and upper three tenths of ability, and of all."""
    found: Numbers = {}
    for name in ("bonus", "linear"):
        table, rows = case[name]["reps"], rows_in_post(case[name])
        ability, orders = table["ability"][rows], table["orders"][rows].astype(float)
        low, high = np.quantile(ability, [0.3, 0.7])
        for group, chosen in (("bottom", ability <= low), ("top", ability >= high), ("all", ability > 0)):
            found[f"{name}_{group}"] = np.array([orders[chosen].sum(), chosen.sum()], float)
        found[f"{name}_pay"] = pay_of(case[name])
    return found


def ability_lines(seeds: Stack) -> dict[str, float]:
    """Gain of contracts a person-month by commission instead of a bonus at equal pay, and who gains more."""
    rate = {name: float(np.divide(*each.sum(axis=0))) for name, each in seeds.items() if not name.endswith("pay")}
    gain = {group: rate[f"linear_{group}"] / rate[f"bonus_{group}"] - 1.0 for group in ("bottom", "top", "all")}
    return {
        "mean_gain": gain["all"],
        "bottom_less_top": gain["bottom"] - gain["top"],
        "pay_ratio": ratio_of_pay(seeds, "linear_pay", "bonus_pay"),
    }


# ---- T7 --------------------------------------------------------------------------------------------------------

PERIODIC = ("quota", "growing", "linear", "patient")


def weeks(case: Case) -> Numbers:
    """Orders and days of people in the last week, the first week, and all of the months."""
    return {name: week_sums(case[name]["days"]) for name in PERIODIC}


def week_sums(days: Any) -> Array:
    """Orders signed and person-days, in the last five, the first five and all working days of months from 4 on."""
    settled = days["month"] >= SETTLED
    chosen = (settled & (days["workdays_left"] < WEEK), settled & (days["workday"] <= WEEK), settled)
    return np.array([[days["orders"][rows].sum(), days["reps"][rows].sum()] for rows in chosen], float)


def week_lines(seeds: Stack) -> dict[str, float]:
    """Orders a person-day of the last and of the first week, relative to all days."""
    lines: dict[str, float] = {}
    for name in PERIODIC:
        last, first, usual = (float(np.divide(*each)) for each in seeds[name].sum(axis=0))
        lines |= {f"{name}_last": last / usual, f"{name}_first": first / usual}
    return lines


# ---- T8 --------------------------------------------------------------------------------------------------------


def effort_by_gap(case: Case) -> Numbers:
    """Effort, days and days that ended in a reached plan, by what was still to sell; under a bonus and with a rate
    beyond the plan."""
    return {name: gap_sums(case[name]["diary"]) for name in ("bonus", "growing")}


def gap_sums(diary: Any) -> Array:
    """Sums over person-days of the last third of a month, one row for each gap (the first: plan reached already).

    Effort is relative to the person's own mean, so that who is far behind for want of ability does not count as idle.
    What was sold is as of the evening before; whether the plan was reached, as of the evening before the month's last.
    """
    order = np.lexsort((diary["day"], diary["rep"]))
    rep, month, effort = (diary[name][order] for name in ("rep", "month", "effort"))
    left, bills, plan = (diary[name][order] for name in ("workdays_left", "bills", "plan"))
    own = np.bincount(rep.astype(int), weights=effort) / np.maximum(np.bincount(rep.astype(int)), 1)
    before = np.concatenate([[0.0], bills[:-1]])
    same = np.concatenate([[False], (rep[1:] == rep[:-1]) & (month[1:] == month[:-1])])
    key = rep * 100_000 + month
    names, place = np.unique(key, return_inverse=True)
    most = np.zeros(names.size)
    np.maximum.at(most, place, np.where(left > 0, bills, 0.0))
    chosen = same & (left < LAST_THIRD) & (left > 0) & (plan > 0) & (month >= SETTLED)
    gap = 1.0 - before[chosen] / plan[chosen]
    bins = np.where(gap <= 0.0, 0, np.searchsorted(GAPS, gap, side="left"))
    bins = np.minimum(bins, GAPS.size - 1)
    closed = most[place[chosen]] >= plan[chosen]
    relative = effort[chosen] / np.maximum(own[rep[chosen].astype(int)], 1e-9)
    return np.stack(
        [np.bincount(bins, weights=weight, minlength=GAPS.size) for weight in (relative, np.ones(gap.size), closed)],
        axis=1,
    )


def effort_lines(seeds: Stack) -> dict[str, float]:
    """Where effort is largest before the plan is reached, how it falls far below, and what happens beyond the plan."""
    lines: dict[str, float] = {}
    for name in ("bonus", "growing"):
        effort, days, closed = seeds[name].sum(axis=0).T
        mean, chance = effort / np.maximum(days, 1.0), closed / np.maximum(days, 1.0)
        before = np.where(days[1:] >= 20, mean[1:], -np.inf)
        peak = int(np.argmax(before)) + 1
        lines |= {
            f"{name}_chance_at_peak": float(chance[peak]),
            f"{name}_far_over_peak": float(mean[-1] / mean[peak]),
            f"{name}_drop_beyond": float(1.0 - mean[0] / mean[peak]),
        }
    del lines["growing_chance_at_peak"], lines["growing_far_over_peak"]
    return lines


PEOPLE = {
    "T5": Computed(dropping, dropping_lines),
    "T6": Computed(by_ability, ability_lines),
    "T7": Computed(weeks, week_lines),
    "T8": Computed(effort_by_gap, effort_lines),
}
