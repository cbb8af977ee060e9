"""What customers are worth: survival by channel, lifetime value, payback, and the present value of a decision.

Lifetime values rest on simulated survival. Who is older than anybody who could be watched leaves at the rate of the
customers there were at the opening, who are old.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.reading import read_columns

if TYPE_CHECKING:
    from experiments.kpis import Window

AT_RISK = 20  # customers of an age below which its survival is left to the tail
OLD = "opening"


class Survival:
    """The table of survival, read back as arrays of scenario x replication x age."""

    def __init__(self, folder: Path, scenarios: list[str], replications: int):
        self.path = folder / "survival.parquet"
        self.scenarios, self.replications = scenarios, replications

    @cached_property
    def _columns(self) -> dict[str, np.ndarray]:
        return read_columns(self.path)

    @cached_property
    def discount(self) -> np.ndarray:
        """Present value of money due at each age (ages,)."""
        ages = self._columns["age_months"].astype(int)
        factor = np.ones(ages.max(initial=0) + 1)
        factor[ages] = self._columns["discount_factor"]
        return factor

    def of(self, channel: str) -> dict[str, np.ndarray]:
        """Customers, losses and bills of a channel by age; zero where nobody was."""
        mine = self._columns["channel"] == channel
        place = {name: index for index, name in enumerate(self.scenarios)}
        scenario = np.array([place[name] for name in self._columns["scenario"][mine]], int)
        cells = scenario, self._columns["replication"][mine].astype(int), self._columns["age_months"][mine].astype(int)
        found = {}
        for name in ("customers", "lost", "bills"):
            found[name] = np.zeros((len(self.scenarios), self.replications, self.discount.size))
            found[name][cells] = self._columns[name][mine]
        return found


def hazard_of_old(survival: Survival) -> np.ndarray:
    """Losses a month of the customers there were at the opening (scenario, replication)."""
    old = survival.of(OLD)
    return _ratio(old["lost"].sum(-1), old["customers"].sum(-1))


def mean_bill(counts: dict[str, np.ndarray]) -> np.ndarray:
    """Monthly bill of a channel's customers (scenario, replication)."""
    return _ratio(counts["bills"].sum(-1), (counts["customers"] - counts["lost"]).sum(-1))


def months_of_life(counts: dict[str, np.ndarray], discount: np.ndarray, hazard: np.ndarray) -> np.ndarray:
    """Months that a customer is expected to pay, each at its present value.

    Kaplan and Meier's survival as far as enough customers were watched, then a constant hazard for good.
    """
    seen = np.cumprod(counts["customers"] >= AT_RISK, axis=-1).astype(bool)
    stays = 1.0 - np.divide(counts["lost"], counts["customers"], out=np.zeros_like(counts["lost"]), where=seen)
    alive = np.cumprod(stays, axis=-1)
    last = seen.sum(-1) - 1
    watched = np.where(seen, alive * discount, 0.0).sum(-1)
    at_end = np.take_along_axis(alive * discount, np.maximum(last, 0)[..., None], -1)[..., 0]
    return np.where(last >= 0, watched + at_end * annuity(hazard, monthly(discount)), np.nan)


def monthly(discount: np.ndarray) -> float:
    """Present value of money due a month later, from the values by age."""
    return float(discount[-1] ** (1.0 / (discount.size - 1))) if discount.size > 1 else 1.0


def annuity(hazard: np.ndarray, factor: float) -> np.ndarray:
    """Months that somebody with a constant hazard goes on paying, from next month on, at present value."""
    kept = (1.0 - hazard) * factor
    return _ratio(kept, 1.0 - kept)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


# ---- KPIs ------------------------------------------------------------------------------------------------------


def margin_share(window: Window) -> np.ndarray:
    """Part of revenue that serving the customer leaves (scenario, replication)."""
    return 1.0 - _ratio(np.nansum(window("cost_network"), axis=2), np.nansum(window("revenue"), axis=2))


def per_customer(channel: str, value: Callable[[Window, Any], np.ndarray]) -> Callable[[Window], np.ndarray]:
    """A KPI of a channel's customers; nothing where the runs left no survival."""

    def compute(window: Window) -> np.ndarray:
        if window.survival is None or not window.cubes[""].has("cost_network"):
            return np.full(window.cubes[""].shape[:2], np.nan)
        return value(window, window.survival.of(channel))

    return compute


def lifetime_value(channel: str) -> Callable[[Window], np.ndarray]:
    """Present value of the contribution margin of a customer won by a channel, its acquisition not deducted."""

    def value(window: Window, counts: dict[str, np.ndarray]) -> np.ndarray:
        survival = window.survival
        assert survival is not None
        life = months_of_life(counts, survival.discount, hazard_of_old(survival))
        return margin_share(window) * mean_bill(counts) * life

    return per_customer(channel, value)


def payback_months(channel: str) -> Callable[[Window], np.ndarray]:
    """Months of a customer's contribution margin that its acquisition costs, by last touch."""

    def value(window: Window, counts: dict[str, np.ndarray]) -> np.ndarray:
        cost, adds = (np.nansum(window(column, channel), axis=2) for column in ("cost", "gross_adds"))
        return _ratio(_ratio(cost, adds), margin_share(window) * mean_bill(counts))

    return per_customer(channel, value)


def survival_after(channel: str, months: int) -> Callable[[Window], np.ndarray]:
    """Share of a channel's customers who are still there so many months after the activation."""

    def value(window: Window, counts: dict[str, np.ndarray]) -> np.ndarray:
        customers, lost = (counts[name][..., : months + 1] for name in ("customers", "lost"))
        enough = (customers.shape[-1] > months) & (customers >= AT_RISK).all(-1)
        left = np.prod(1.0 - np.divide(lost, customers, out=np.zeros_like(lost), where=customers > 0), axis=-1)
        return np.where(enough, left, np.nan)

    return per_customer(channel, value)


def net_present_value(window: Window) -> np.ndarray:
    """Present value of the extra margin within the run, pair by pair."""
    margin = np.nansum(window("margin_present_value"), axis=2)
    return margin - margin[window.baseline]


def with_customers(window: Window) -> np.ndarray:
    """The same, and what the extra monthly revenue at the end is still worth: it fades as old customers leave."""
    if window.survival is None or not window.cubes[""].has("cost_network"):
        return np.full(window.cubes[""].shape[:2], np.nan)
    revenue, factor = window("monthly_revenue")[:, :, -1], monthly(window.survival.discount)
    extra = (revenue - revenue[window.baseline]) * margin_share(window)[window.baseline]
    worth = annuity(hazard_of_old(window.survival)[window.baseline], factor) * factor**window.last
    return net_present_value(window) + extra * worth
