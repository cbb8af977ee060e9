"""What a channel's further gross adds cost: the difference to the runs with the same seed that lack the channel."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from experiments.columns import Columns, to_array
from experiments.counterparts import counterparts

if TYPE_CHECKING:
    import pyarrow as pa

    from experiments.journal import Journal
    from experiments.runner import Plan

SWITCHABLE_CHANNELS = ("field", "telemarketing")  # inbound stays on in every scenario
TOLD_IN = {"monthly": "cac_field_incremental", "monthly_by_channel": "cac_incremental"}  # table: column
NEEDED = ("month", "gross_adds", "channel", "cost")
KEPT_RUNS = 1024  # a baseline's few numbers come again at every design point


class Incremental:
    """The runs of a plan seen beside those that lack a channel."""

    def __init__(self, plan: Plan, journal: Journal):
        self.plan, self.journal = plan, journal
        self.numbers_of_run = lru_cache(maxsize=KEPT_RUNS)(self._numbers_of_run)

    def _numbers_of_run(self, position: int) -> tuple[Columns, ...]:
        """What attribution needs of another run; nothing where it is missing."""
        if not self.journal.is_done(position):
            return ()
        return numbers_of(self.journal.tables(position, tuple(TOLD_IN)))

    def fill(self, tables: dict[str, pa.Table], position: int) -> None:
        """Puts the incremental acquisition cost into a run's tables, where one that lacks a channel allows it."""
        costs = self.costs(tables, position)
        for name, column in TOLD_IN.items():
            if costs and name in tables:
                tables[name] = with_costs(name, tables[name], column, costs)

    def costs(self, tables: dict[str, pa.Table], position: int) -> Columns:
        """The cost by channel and month, against the paired baseline and the runs with one channel off."""
        pair, off = self.plan.pair_of(position), counterparts(self.plan, position)
        mine = numbers_of(tables) if pair is not None or off else ()
        if not mine:
            return {}
        costs: Columns = {}
        if pair is not None and (other := self.numbers_of_run(pair)):
            costs |= incremental_costs(*mine, *other)
        for channel, run in off.items():
            if other := self.numbers_of_run(run):
                costs |= incremental_costs(*mine, *other, channels=(channel,))
        return costs


def with_costs(name: str, table: pa.Table, column: str, costs: Columns) -> pa.Table:
    """The table with the costs in its column."""
    months = table.column("month").to_pylist()
    if name == "monthly":
        values = costs.get("field", np.full(table.num_rows, np.nan))
    else:
        values = by_channel(months, table.column("channel").to_pylist(), list(dict.fromkeys(months)), costs)
    return table.set_column(table.column_names.index(column), column, to_array(values, "number"))


def numbers_of(tables: dict[str, pa.Table]) -> tuple[Columns, ...]:
    """The columns that attribution needs, by month and by channel; nothing where a table is missing."""
    if not tables.keys() >= TOLD_IN.keys():
        return ()
    return tuple(
        {column: tables[name].column(column).to_numpy() for column in NEEDED if column in tables[name].column_names}
        for name in TOLD_IN
    )


def incremental_costs(*runs: Columns, channels: tuple[str, ...] = SWITCHABLE_CHANNELS) -> Columns:
    """Extra cost of a channel over all extra gross adds, by month, for the one channel that changes in a pair of runs.

    With two changed channels one pair cannot tell their adds apart, so neither has a number; nor has a month without
    extra gross adds. `runs` are the months and the channels of one run, then of the other.
    """
    if not runs:
        return {}
    monthly, by_name, base_monthly, base_by_name = runs
    extra_adds = monthly["gross_adds"].astype(float) - base_monthly["gross_adds"]
    extra_cost = {
        channel: cost_of(channel, by_name, monthly["month"]) - cost_of(channel, base_by_name, monthly["month"])
        for channel in channels
    }
    changed = [channel for channel, cost in extra_cost.items() if np.any(cost != 0.0)]
    if len(changed) != 1:
        return {}
    denominator = np.where(extra_adds > 0, extra_adds, np.nan)
    return {changed[0]: extra_cost[changed[0]] / denominator}


def cost_of(channel: str, channels: Columns, months: np.ndarray) -> np.ndarray:
    """A channel's cost by month, zero where it has no row."""
    rows = channels["channel"] == channel
    cost = dict(zip(channels["month"][rows], channels["cost"][rows], strict=True))
    return np.nan_to_num(np.array([cost.get(month, 0.0) for month in months], dtype=float))


def by_channel(row_months: list[int], row_channels: list[str], months: list[int], costs: Columns) -> np.ndarray:
    """The costs laid out for rows of month x channel."""
    place = {month: index for index, month in enumerate(months)}
    return np.array(
        [
            costs[channel][place[month]] if channel in costs else np.nan
            for month, channel in zip(row_months, row_channels, strict=True)
        ],
        dtype=float,
    )
