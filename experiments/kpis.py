"""What a run comes down to: each KPI with its unit, its months, which way is better, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.cube import Cube
from experiments.economics import (
    Survival,
    lifetime_value,
    net_present_value,
    payback_months,
    survival_after,
    with_customers,
)

CHANNELS = ("inbound", "field", "telemarketing")
SWITCHABLE = ("field", "telemarketing")  # inbound stays on in every scenario
HIGHER, LOWER, NEITHER = "higher", "lower", ""
NEVER = np.inf  # a month that lies beyond the end of the run


class Window:
    """The months of a KPI: columns of the monthly tables cut to them."""

    def __init__(
        self,
        cubes: dict[str, Cube],
        first: int,
        last: int,
        baseline: int,
        days: np.ndarray,
        survival: Survival | None = None,
    ):
        self.cubes, self.first, self.last, self.baseline = cubes, first, last, baseline
        self._days = days
        self.survival = survival

    def __call__(self, column: str, channel: str = "") -> np.ndarray:
        """A column as (scenario, replication, month of the window); nan for a channel that the market lacks."""
        cube = self.cubes[channel]
        if not cube.months.size:
            return np.full((*self.cubes[""].shape[:2], 1), np.nan)
        return cube.column(column)[:, :, (cube.months >= self.first) & (cube.months <= self.last)]

    @property
    def days(self) -> np.ndarray:
        """Working days of each month of the window."""
        months = self.cubes[""].months
        return self._days[(months >= self.first) & (months <= self.last)]


def cubes_of(folder: Path) -> dict[str, Cube]:
    """The monthly table under no name, and the table of each channel under the channel's."""
    channels = {channel: Cube(folder, "monthly_by_channel", channel=channel) for channel in CHANNELS}
    return {"": Cube(folder)} | channels


def survival_of(folder: Path, cube: Cube) -> Survival | None:
    """How long customers stayed, where the runs have written it down."""
    there = (folder / "survival.parquet").exists()
    return Survival(folder, cube.scenarios, cube.shape[1]) if there else None


def total(values: np.ndarray) -> np.ndarray:
    """The sum over the months that have a number, nan when none has."""
    return np.where(np.isnan(values).all(axis=2), np.nan, np.nansum(values, axis=2))


def mean(values: np.ndarray) -> np.ndarray:
    """The mean over the months that have a number, nan when none has."""
    return ratio(total(values), np.sum(~np.isnan(values), axis=2))


@dataclass(frozen=True)
class Kpi:
    """A number that a run comes down to: its name, unit, months, which way is better, and how it is computed."""

    name: str
    unit: str
    first: int
    last: int
    better: str
    compute: Callable[[Window], np.ndarray]
    shown: bool = False  # in the table on the terminal
    paired: bool = False  # computed against the baseline already, so it has no difference of its own

    @property
    def window(self) -> str:
        """The months in words."""
        return f"month {self.last}" if self.first == self.last else f"months {self.first}-{self.last}"


def mean_of(column: str, channel: str = "") -> Callable[[Window], np.ndarray]:
    """The mean month of a column."""
    return lambda window: mean(window(column, channel))


def sum_of(column: str) -> Callable[[Window], np.ndarray]:
    """The total of a column."""
    return lambda window: total(window(column))


def ratio_of(above: str, below: str, channel: str = "") -> Callable[[Window], np.ndarray]:
    """Total over total, nothing without a denominator."""
    return lambda window: ratio(total(window(above, channel)), total(window(below, channel)))


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Above over below, nan where there is no denominator."""
    return above / np.where(below == 0, np.nan, below)


def churn_rate(window: Window) -> np.ndarray:
    """Customers lost to competitors over customers at the month's opening."""
    opening = window("customers") - window("net_adds")
    return ratio(total(window("churn_competitor")), total(opening))


def visits_per_rep_day(window: Window) -> np.ndarray:
    """Visits over the working days of productive representatives."""
    rep_days = total(window("reps_productive") * window.days)
    return ratio(total(window("visits")), rep_days)


# ---- against the baseline --------------------------------------------------------------------------------------


def break_even_month(window: Window) -> np.ndarray:
    """The first month from which the cumulative margin stays above the baseline's; NEVER where not within the run."""
    margin = window("cumulative_margin")
    return stays_above(margin - margin[window.baseline], window.first)


def stays_above(difference: np.ndarray, first: int = 1) -> np.ndarray:
    """The first month after which no month of the last axis is zero or less; NEVER when the last one is."""
    months = difference.shape[-1]
    below = ~(difference > 0)
    last_below = np.where(below.any(axis=-1), months - np.argmax(below[..., ::-1], axis=-1), 0)
    found = np.where(last_below == months, NEVER, first + last_below.astype(float))
    return np.where(np.isnan(difference).any(axis=-1), np.nan, found)


def break_even_share(window: Window) -> np.ndarray:
    """Whether the run breaks even: 1 or 0."""
    month = break_even_month(window)
    return np.where(np.isnan(month), np.nan, np.isfinite(month))


def cost_per_influenced(channel: str) -> Callable[[Window], np.ndarray]:
    """Cost of a channel over the gross adds that it had touched within 90 days."""

    def compute(window: Window) -> np.ndarray:
        cost, each = window("cost", channel), window("cac_influenced", channel)
        return ratio(total(cost), total(np.where(each > 0, ratio(cost, each), 0.0)))

    return compute


def cost_per_extra(channel: str) -> Callable[[Window], np.ndarray]:
    """Extra cost of the one channel that the scenario changes over all extra gross adds, pair by pair."""

    def compute(window: Window) -> np.ndarray:
        extra = {name: total(window("cost", name)) for name in SWITCHABLE}
        extra = {name: np.nan_to_num(cost - cost[window.baseline]) for name, cost in extra.items()}
        adds = total(window("gross_adds"))
        adds = adds - adds[window.baseline]
        alone = (extra[channel] != 0) & (sum(cost != 0 for cost in extra.values()) == 1)
        return ratio(np.where(alone, extra[channel], np.nan), np.where(adds > 0, adds, np.nan))

    return compute


# ---- the list --------------------------------------------------------------------------------------------------


def kpis(months: int, currency: str) -> list[Kpi]:
    """All KPIs of a run of so many months."""
    whole = [
        *flows(1, months, "", shown=True),
        *levels(months),
        *economics(months, currency),
        *costs_of_channels(months, currency),
        *department(months),
    ]
    early = [
        Kpi("inbound_calls_months_3_4", "calls per month", 3, 4, HIGHER, mean_of("inbound_calls"), shown=True),
        Kpi("gross_adds_months_4_6", "customers per month", 4, 6, HIGHER, mean_of("gross_adds"), shown=True),
        Kpi("churn_competitor_months_1_6", "customers per month", 1, 6, LOWER, mean_of("churn_competitor")),
    ]
    return whole + [kpi for kpi in early if kpi.last <= months]


def flows(first: int, last: int, suffix: str, shown: bool) -> list[Kpi]:
    """What happens in a mean month."""

    def flow(column: str, unit: str, better: str, show: bool = False) -> Kpi:
        return Kpi(column + suffix, f"{unit} per month", first, last, better, mean_of(column), shown and show)

    return [
        flow("inbound_calls", "calls", HIGHER, True),
        flow("service_calls", "calls", NEITHER),
        flow("dials", "dials", NEITHER),
        flow("talks", "talks", NEITHER),
        flow("opt_outs", "businesses", LOWER),
        flow("visits", "visits", NEITHER),
        flow("contacts", "contacts", NEITHER),
        flow("orders", "orders", HIGHER, True),
        *[flow(f"orders_{channel}", "orders", HIGHER) for channel in CHANNELS],
        flow("cancelled", "orders", LOWER),
        flow("gross_adds", "customers", HIGHER, True),
        flow("churn_competitor", "customers", LOWER, True),
        flow("churn_closure", "customers", LOWER),
        flow("net_adds", "customers", HIGHER),
        flow("won_from_competitors", "customers", HIGHER),
        Kpi("inbound_abandoned_share", "share", first, last, LOWER, ratio_of("inbound_abandoned", "inbound_calls")),
        Kpi("inbound_wait_minutes", "minutes", first, last, LOWER, mean_of("inbound_wait_minutes")),
        Kpi("install_wait_days", "days", first, last, LOWER, mean_of("install_wait_days")),
        Kpi("churn_competitor_rate", "share per month", first, last, LOWER, churn_rate, shown),
    ]


def levels(last: int) -> list[Kpi]:
    """What stands at the end of the run."""

    def level(column: str, unit: str, shown: bool = True) -> Kpi:
        return Kpi(column, unit, last, last, HIGHER, mean_of(column), shown)

    return [
        level("customers", "customers"),
        level("market_share", "share"),
        level("awareness", "share"),
        level("awareness_aided", "share", False),
        level("awareness_unaided", "share"),
    ]


def economics(last: int, currency: str) -> list[Kpi]:
    """Money over the run."""
    return [
        Kpi("monthly_revenue", f"{currency} per month", last, last, HIGHER, mean_of("monthly_revenue")),
        Kpi("revenue", currency, 1, last, HIGHER, sum_of("revenue"), True),
        Kpi("cost", currency, 1, last, LOWER, sum_of("cost"), True),
        Kpi("margin", currency, 1, last, HIGHER, sum_of("margin")),
        Kpi("cumulative_margin", currency, last, last, HIGHER, mean_of("cumulative_margin"), True),
        Kpi("break_even_month", "month", 1, last, LOWER, break_even_month, True, paired=True),
        Kpi("break_even_share", "share of pairs", 1, last, HIGHER, break_even_share, True, paired=True),
        Kpi("net_present_value", currency, 1, last, HIGHER, net_present_value, True, paired=True),
        Kpi("net_present_value_with_customers", currency, 1, last, HIGHER, with_customers, paired=True),
    ]


def department(last: int) -> list[Kpi]:
    """The work of field representatives; nothing where there are none."""
    return [
        Kpi("reps_productive", "reps", 1, last, NEITHER, mean_of("reps_productive"), True),
        Kpi("plan_attainment", "share", 1, last, HIGHER, mean_of("plan_attainment"), True),
        Kpi("visits_per_rep_day", "visits", 1, last, HIGHER, visits_per_rep_day, True),
    ]


def costs_of_channels(last: int, currency: str) -> list[Kpi]:
    """Gross adds, cost and cost per acquisition of each channel over the run."""
    found = []
    each = f"{currency} per customer"
    for channel in CHANNELS:
        per_add = ratio_of("cost", "gross_adds", channel)
        found += [
            Kpi(f"gross_adds_{channel}", "customers per month", 1, last, HIGHER, mean_of("gross_adds", channel)),
            Kpi(f"cost_{channel}", f"{currency} per month", 1, last, LOWER, mean_of("cost", channel)),
            Kpi(f"cac_{channel}", each, 1, last, LOWER, per_add, True),
            Kpi(f"cac_influenced_{channel}", each, 1, last, LOWER, cost_per_influenced(channel)),
            Kpi(f"payback_months_{channel}", "months", 1, last, LOWER, payback_months(channel)),
            Kpi(f"lifetime_value_{channel}", each, 1, last, HIGHER, lifetime_value(channel)),
            Kpi(f"survival_12_{channel}", "share", 1, last, HIGHER, survival_after(channel, 12)),
        ]
        if channel in SWITCHABLE:
            found.append(
                Kpi(f"cac_incremental_{channel}", each, 1, last, LOWER, cost_per_extra(channel), True, paired=True)
            )
    return found
