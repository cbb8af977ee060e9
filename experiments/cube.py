"""Final tables read back as arrays of scenario x replication x month."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from experiments.reading import read_columns


def working_days(dates: np.ndarray, country: str, subdivision: str | None = None) -> np.ndarray:
    """Working days of consecutive months by their first days, in a country that may have none but weekends."""
    from sim.workdays import workdays

    if not dates.size:
        return np.zeros(0)
    return workdays(str(dates[0])[:7], 0, len(dates), country, subdivision).days_in_month.astype(float)


class Cube:
    """One table of a results folder from a month on; a run that is missing is a row of nan."""

    def __init__(self, folder: Path, table: str = "monthly", from_month: int = -1000, **where: str):
        self.path = folder / f"{table}.parquet"
        self.plan = folder / "plan.parquet"
        self.from_month = from_month
        self.where = where

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """Scenarios, replications, months."""
        return len(self.scenarios), self._replications, len(self.months)

    @cached_property
    def scenarios(self) -> list[str]:
        """Names of the scenarios in plan order."""
        return list(dict.fromkeys(read_columns(self.plan, ["scenario"])["scenario"].tolist()))

    @cached_property
    def _replications(self) -> int:
        return int(read_columns(self.plan, ["replication"])["replication"].max()) + 1

    @cached_property
    def months(self) -> np.ndarray:
        """Month numbers in order, 1 the first after the decision."""
        return np.unique(self._index["month"])

    @cached_property
    def dates(self) -> np.ndarray:
        """The first day of each month."""
        _, first = np.unique(self._index["month"], return_index=True)
        return self._index["date"][first].astype("datetime64[D]")

    @cached_property
    def _index(self) -> dict[str, np.ndarray]:
        return self._read(["scenario", "replication", "month", "date"])

    def _read(self, columns: Iterable[str]) -> dict[str, np.ndarray]:
        tests = [("month", ">=", self.from_month), *((name, "=", value) for name, value in self.where.items())]
        return read_columns(self.path, columns, tests)

    @cached_property
    def _cells(self) -> tuple[np.ndarray, ...]:
        place = {name: index for index, name in enumerate(self.scenarios)}
        names, inverse = np.unique(self._index["scenario"].astype(str), return_inverse=True)
        scenario = np.array([place[name] for name in names], dtype=int)[inverse]
        return scenario, self._index["replication"], np.searchsorted(self.months, self._index["month"])

    def column(self, name: str) -> np.ndarray:
        """A column as (scenario, replication, month); several rows of one month are added up."""
        values = self._read([name])[name].astype(float)
        total = np.full(self.shape, np.nan)
        total[self._cells] = 0.0
        np.add.at(total, self._cells, values)
        return total

    def has(self, name: str) -> bool:
        """Whether the table has the column."""
        import pyarrow.parquet as pq

        return self.path.exists() and name in pq.read_schema(self.path).names
