"""A finished sweep as arrays: the values of every design point, and any KPI or monthly metric of its runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from experiments.folder import check_tables
from sim.errors import InputError, nearest

Array = np.ndarray[Any, Any]
Columns = dict[str, list[Any]]

KEYS = ("run_id", "scenario", "replication")
AGAINST = ("difference_", "baseline_")  # to the baseline of the same seed, or the baseline's own
AT = re.compile(r"(?P<name>\w+?)(@(?P<month>-?\d+))?$")


@dataclass(frozen=True)
class Sweep:
    """Design points that were run, in the order of the plan; baselines stand aside."""

    folder: Path
    options: dict[str, Any]  # as the sweep was begun with
    seed: int
    runs: Columns
    kpis: Columns

    @cached_property
    def scenarios(self) -> list[str]:
        """Names of all points, baselines first."""
        return list(dict.fromkeys(self.runs["scenario"]))

    @cached_property
    def swept(self) -> list[int]:
        """Places of the points that the design made."""
        stems, base = set(self.options.get("sets") or [self.options["scenario"]]), self.options["baseline"]
        front = re.compile(rf"{re.escape(base)}_\d+$")
        return [i for i, name in enumerate(self.scenarios) if i and (base in stems or not front.match(name))]

    @cached_property
    def stems(self) -> list[str]:
        """The set of overrides, or the scenario, that each swept point belongs to."""
        known = list(self.options.get("sets") or [self.options["scenario"]])
        return [
            next(stem for stem in known if re.fullmatch(rf"{re.escape(stem)}(_\d+)?", self.name(i))) for i in self.swept
        ]

    def name(self, place: int) -> str:
        """The name of a point."""
        return self.scenarios[place]

    @cached_property
    def paths(self) -> list[str]:
        """Parameters that the design varies."""
        first = list(self.runs).index("seed") if "seed" in self.runs else len(KEYS)
        last = list(self.runs).index("status")
        return list(self.runs)[first + 1 : last]

    @cached_property
    def values(self) -> dict[str, list[Any]]:
        """By parameter, the value of each point, None where the point leaves it as it is."""
        first = {name: row for row, name in reversed(list(enumerate(self.runs["scenario"])))}
        return {path: [self.runs[path][first[name]] for name in self.scenarios] for path in self.paths}

    @cached_property
    def pairs(self) -> Array:
        """The baseline of each point: the one in its world, or the first."""
        fronts = [i for i in range(len(self.scenarios)) if i not in set(self.swept)]
        worlds = {
            i: {path: self.values[path][i] for path in self.paths if self.values[path][i] is not None} for i in fronts
        }
        found = np.zeros(len(self.scenarios), np.int64)
        for i in self.swept:
            alike = [j for j in fronts if worlds[j] and all(self.values[path][i] == v for path, v in worlds[j].items())]
            found[i] = alike[0] if alike else 0
        return found

    def outcome(self, said: str) -> Array:
        """A KPI, or a monthly metric as `customers@24`, of (points, replications); not-a-number where a run failed.

        `difference_` before the name takes the difference to the baseline, `baseline_` the baseline itself.
        """
        name, kind = said, ""
        for start in AGAINST:
            if said.startswith(start):
                name, kind = said.removeprefix(start), start
        cells = self._cells(name, said)
        if kind == "baseline_":
            return np.asarray(cells[self.pairs[self.swept]])
        if kind == "difference_":
            return np.asarray(cells[self.swept] - cells[self.pairs[self.swept]])
        return np.asarray(cells[self.swept])

    def _cells(self, name: str, said: str) -> Array:
        """All points' values of a column, whatever the baseline."""
        match = AT.match(name)
        name, month = (match["name"], match["month"]) if match else (name, None)
        table = self.kpis if month is None else self._month(int(month))
        known = [column for column in table if column not in (*KEYS, *self.paths, "month", "date")]
        if name not in known:
            plain = [column for column in known if not column.startswith(AGAINST)]
            where = "kpis.parquet" if month is None else f"monthly.parquet at month {month}"
            raise InputError(f"'{said}' is no number of {where} in {self.folder}; {nearest(name, plain)}")
        place = {each: i for i, each in enumerate(self.scenarios)}
        replication = {each: i for i, each in enumerate(sorted(set(self.runs["replication"])))}
        cells = np.full((len(place), len(replication)), np.nan)
        for scenario, number, value in zip(table["scenario"], table["replication"], table[name], strict=True):
            cells[place[scenario], replication[number]] = np.nan if value is None else value
        return cells

    def _month(self, month: int) -> Columns:
        """The rows of the monthly table for one month."""
        import pyarrow.parquet as pq

        table = pq.read_table(self.folder / "monthly.parquet", filters=[("month", "==", month)])
        if not table.num_rows:
            raise InputError(f"{self.folder} has no month {month}; month 1 is the first after the decision")
        return {name: column.to_pylist() for name, column in zip(table.column_names, table.columns, strict=True)}

    @property
    def failed(self) -> int:
        """How many runs came to nothing."""
        return sum(status != "done" for status in self.runs["status"])


def open_sweep(folder: Path) -> Sweep:
    """A finished sweep; says what is missing where the folder holds none."""
    import pyarrow.parquet as pq

    from sim.shipped import load

    if not (folder / "config.yaml").is_file():
        raise InputError(f"{folder} is no folder of a sweep; give the folder that fieldcast sweep has written (out=)")
    config = load(folder / "config.yaml")
    if config["command"] != "sweep":
        raise InputError(f"{folder} is the folder of a {config['command']}; this command reads sweeps")
    missing = [name for name in ("runs.parquet", "kpis.parquet") if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} is not finished ({', '.join(missing)} missing); fieldcast sweep resume={folder}")
    check_tables(folder)
    tables = [pq.read_table(folder / name) for name in ("runs.parquet", "kpis.parquet")]
    runs, kpis = ({name: table[name].to_pylist() for name in table.column_names} for table in tables)
    return Sweep(folder, config["options"], int(config["seed"]), runs, kpis)


def means(cells: Array) -> Array:
    """Means over the replications that ended well; not-a-number where none did."""
    there = np.isfinite(cells)
    total = np.where(there, cells, 0.0).sum(1)
    return np.divide(total, there.sum(1), out=np.full(len(cells), np.nan), where=there.any(1))


def split(names: str | None) -> list[str]:
    """Names separated by commas."""
    return [name.strip() for name in (names or "").split(",") if name.strip()]
