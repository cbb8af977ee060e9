"""What the motivation study reports: shapes that any days of people have, and the tables of people alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from experiments.equalcost import Search
from experiments.motivationpeople import DAYS, MONTH_DAYS, Course, Ground, follow, linear, with_terms
from sim.compensation import Scheme, bind
from sim.shipped import scheme_file
from sim.world import Effort

Array = np.ndarray[Any, Any]
Row = dict[str, Any]

WEEK = 5
SAME_PAY = 0.003
DECILES = 10
TENTHS = {"1 to 3": (0, 3), "8 to 10": (7, DECILES), "all": (0, DECILES)}  # of people, beside each tenth by itself
CONTRAST = ("1 to 3", "8 to 10")
BINS = (-np.inf, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, np.inf)  # gap over what the days left bring
IN_REACH = 1.5  # the largest gap, in the same measure, that people may hope to close
LEGACY_STEPS: dict[str, dict[str, float]] = {
    "floor, cap and ratchet": {},
    "without the ratchet": {"up_share": 0.0, "down_share": 0.0},
    "without the cap": {"cap_factor": 20.0},
    "without the floor": {"floor_share": 0.0},
}


class Person(NamedTuple):
    """What people alone are like: the claims about effort, and the effort that control keeps up."""

    effort: Effort
    controlled: float


def shipped(name: str, **times: str) -> Scheme:
    """A pay scheme with the terms it is shipped with."""
    found = scheme_file(name)
    assert found
    return bind(found[0], found[1], name=name, **times)


def number(scheme: Scheme, term: str) -> float:
    """A term that is one number."""
    value = dict(scheme.terms)[term]
    assert isinstance(value, float)
    return value


def percent(after: Array, before: Array) -> Array:
    """Change in per cent."""
    return 100.0 * (np.asarray(after, float) / np.asarray(before, float) - 1.0)


# ---- shapes that any days of people have -----------------------------------------------------------------------------


def weeks_of_period(sold: Array, day: Array, days_left: Array) -> tuple[float, float]:
    """Sales a day in the first and in the last week of periods, over the mean of all days; `day` counts from 1."""
    usual = sold.mean()
    if usual == 0:
        return np.nan, np.nan
    return float(sold[day <= WEEK].mean() / usual), float(sold[days_left <= WEEK].mean() / usual)


def by_gap(effort: Array, gap: Array, expected: Array, reached: Array) -> list[Row]:
    """Mean effort by what is missing to the plan, over what the days left are expected to bring; flat arrays.

    `reached` says whether the plan was reached in the end.
    """
    relative = gap / np.maximum(expected, 1e-9)
    rows = []
    for low, high in pairwise(BINS):
        there = (relative > low) & (relative <= high)
        label = "reached" if high == 0.0 else f"over {low:g}" if high == np.inf else f"{low:g} to {high:g}"
        if there.any():
            row = {"gap": label, "share_of_days": there.mean(), "closed_share": reached[there].mean()}
            rows.append({**row, "effort": effort[there].mean()})
    return rows


def drop_after_plan(effort: Array, gap: Array, expected: Array) -> float:
    """How much lower effort is once the plan is reached than while it is missing and in reach, as a share."""
    relative = gap / np.maximum(expected, 1e-9)
    before, after = (relative > 0.0) & (relative <= IN_REACH), relative <= 0.0
    if not before.any() or not after.any():
        return np.nan
    return float(1.0 - effort[after].mean() / effort[before].mean())


def attainment_row(attainment: Array) -> Row:
    """How attainments are spread: quantiles, and the shares of 100, 130 and 130 to 150 per cent."""
    there = attainment[np.isfinite(attainment)]
    if not there.size:
        return {}
    low, middle, high = np.quantile(there, [0.1, 0.5, 0.9])
    row: Row = {"mean": there.mean(), "p10": low, "median": middle, "p90": high, "periods": there.size}
    row |= {"share_100": (there >= 1.0).mean(), "share_130": (there >= 1.3).mean()}
    return {**row, "share_130_150": ((there >= 1.3) & (there <= 1.5)).mean()}


def decile_of(ability: Array) -> Array:
    """0 to 9, the lowest tenth of people first."""
    order = np.argsort(np.argsort(ability, kind="stable"), kind="stable")
    return order * DECILES // max(len(ability), 1)


def by_tenths(decile: Array, row_of: Callable[[Array], Row], gain: str) -> list[Row]:
    """A row for each tenth of people and for some together, and how much more the lower three gain than the upper."""
    each = {str(tenth + 1): (tenth, tenth + 1) for tenth in range(DECILES)}
    found: dict[str, Row] = {}
    for name, (first, beyond) in (each | TENTHS).items():
        there = (decile >= first) & (decile < beyond)
        if there.any():
            found[name] = {"decile": name, **row_of(there)}
    low, high = (found[name][gain] if name in found else np.nan for name in CONTRAST)
    return [*found.values(), {"decile": " less ".join(CONTRAST), gain: low - high}]


# ---- people alone ----------------------------------------------------------------------------------------------------


class Alone:
    """The study without a market: who works, on what ground, under which plan, and with which luck."""

    def __init__(self, person: Person, ground: Ground, seed: int = 1):
        self.person, self.ground, self.seed = person, ground, seed
        self.plan = ground.intensity * MONTH_DAYS  # contracts a month of a usual person at effort 1

    def course(self, scheme: Scheme, **changed: Any) -> Course:
        """A year under a scheme."""
        effort = self.person.effort.model_copy(update=changed)
        return follow(scheme, self.plan, self.ground, effort, self.person.controlled, self.seed)

    def at_pay(self, made: Callable[[float], Scheme], target: float, start: float) -> tuple[float, Course]:
        """The rate for which people earn the target a period, and what they do then."""
        found: dict[float, Course] = {}

        def pay_of(rate: float) -> float:
            found[rate] = self.course(made(rate))
            return float(found[rate].pay.mean())

        rate = Search(target, start, aim=SAME_PAY).run(pay_of)
        return rate, found[rate]


def legacy(alone: Alone) -> list[Row]:
    """T5: what dropping floor, cap and ratchet brings at equal pay, one at a time and all together."""
    return [row for period in ("month", "quarter") for row in _legacy_steps(alone, shipped("legacy", period=period))]


def _legacy_steps(alone: Alone, old: Scheme) -> list[Row]:
    first = alone.course(old)
    target, start = float(first.pay.mean()), number(old, "commission_factor")
    rows: list[Row] = []
    for name, terms in LEGACY_STEPS.items():
        changed = with_terms(old, **terms)

        def rated(rate: float, changed: Scheme = changed) -> Scheme:
            return with_terms(changed, commission_factor=rate)

        rows.append({"period": old.period, "scheme": name, **_against(first, *alone.at_pay(rated, target, start))})
    plain = alone.at_pay(lambda rate: linear(number(old, "base"), rate, old), target, start)
    return [*rows, {"period": old.period, "scheme": "linear commission", **_against(first, *plain)}]


def _against(first: Course, rate: float, course: Course) -> Row:
    """A year beside the first, at a rate that makes their pay equal."""
    row: Row = {"commission_factor": rate, "pay": course.pay.mean(), "effort": course.effort.mean()}
    row["plan_at_end"] = course.plan[-1].mean()
    return {**row, "sales_percent": float(percent(course.sold.sum(), first.sold.sum()))}


def legacy_terms(alone: Alone) -> list[Row]:
    """T5 by the terms that are dropped: linear commission at equal pay against a floor and a cap, with the ratchet."""
    rows: list[Row] = []
    for floor in (0.0, 0.5, 0.9):
        for cap in (1.0, 1.2, 1.5):
            old = with_terms(shipped("legacy"), floor_share=floor, cap_factor=cap)
            first = alone.course(old)
            base, start = number(old, "base"), number(old, "commission_factor")
            plain = alone.at_pay(partial(linear, base, like=old), float(first.pay.mean()), start)
            row: Row = {"floor_share": floor, "cap_factor": cap, "effort_before": first.effort.mean()}
            rows.append({**row, **_against(first, *plain)})
    return rows


def bonus_to_commission(alone: Alone) -> list[Row]:
    """T6: from a quota bonus to a commission of equal pay, by ability; with a head of sales who looks, and without."""
    least = alone.person.effort.uncontrolled_effort
    unseen = Alone(alone.person._replace(controlled=least), alone.ground, alone.seed)
    return [row for one in (alone, unseen) for row in _by_ability(one)]


def _by_ability(alone: Alone) -> list[Row]:
    bonus = shipped("quota_bonus")
    before = alone.course(bonus)
    made = partial(linear, number(bonus, "base"), like=bonus)
    rate, after = alone.at_pay(made, float(before.pay.mean()), 0.75)

    def row_of(there: Array) -> Row:
        row: Row = {"ability": before.ability[there].mean()}
        row |= {"effort_bonus": before.effort[:, there].mean(), "effort_commission": after.effort[:, there].mean()}
        return row | {"sales_percent": float(percent(after.sold[:, there].sum(), before.sold[:, there].sum()))}

    given = {"controlled_effort": alone.person.controlled, "commission_factor": rate}
    return [given | row for row in by_tenths(decile_of(before.ability), row_of, "sales_percent")]


def end_of_period(alone: Alone) -> list[Row]:
    """T7: first and last week of a period over the mean, by scheme, with and without impatience."""
    schemes = {
        "quota_bonus": shipped("quota_bonus"),
        "mixed_growing": shipped("mixed_growing"),
        "commission, felt at the end": shipped("commission"),
        "commission, felt at the sale": shipped("commission", credited="sale"),
    }
    rows: list[Row] = []
    for period in ("month", "quarter"):
        for name, scheme in schemes.items():
            for patient in (False, True):
                calm = {"impatience_per_week": 0.0} if patient else {}
                course = alone.course(replace(scheme, period=period), **calm)
                day = DAYS[period] - course.days_left + 1
                first, last = weeks_of_period(course.sold.sum(axis=1), day, course.days_left)
                row: Row = {"period": period, "scheme": name, "impatience": "off" if patient else "on"}
                rows.append({**row, "first_week": first, "last_week": last})
    return rows


def gap_to_plan(alone: Alone) -> list[Row]:
    """T8: effort by the gap to the plan in the last third of a month, and the drop once it is reached."""
    rows: list[Row] = []
    for name in ("quota_bonus", "mixed_growing"):
        course = alone.course(shipped(name))
        late = course.days_left <= MONTH_DAYS // 3
        pace = alone.ground.intensity * course.ability
        expected = np.broadcast_to(course.days_left[late, None] * pace, course.effort[late].shape)
        gap, effort = course.gap[late], course.effort[late]
        total = np.stack([course.sold[course.period == period].sum(axis=0) for period in range(len(course.plan))])
        reached = (total >= course.plan)[course.period[late]]
        drop = drop_after_plan(effort.ravel(), gap.ravel(), expected.ravel())
        found = by_gap(effort.ravel(), gap.ravel(), expected.ravel(), reached.ravel())
        rows += [{"scheme": name, **row, "drop_after_plan": drop} for row in found]
    return rows


def attainment(alone: Alone) -> list[Row]:
    """Attainment under the mixed scheme with a growing bonus, by how it grows and what toil costs."""
    rows: list[Row] = []
    for growth in (1.0, 1.5, 3.0):
        for toil in (0.012, 0.022, 0.05):
            scheme = with_terms(shipped("mixed_growing"), growth_factor=growth)
            course = alone.course(scheme, effort_cost_share_per_day=toil)
            sold = np.stack([course.sold[course.period == period].sum(axis=0) for period in range(len(course.plan))])
            row: Row = {"growth_factor": growth, "toil": toil, "effort": course.effort.mean()}
            rows.append({**row, **attainment_row((sold / course.plan).ravel())})
    return rows


TABLES = (legacy, legacy_terms, bonus_to_commission, end_of_period, gap_to_plan, attainment)
