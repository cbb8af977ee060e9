"""What pay schemes are compared by: measures of each run, effects by ability decile, and the days of the period.

Everything is read from monthly_by_rep, field_by_day and monthly of the final tables. Measures of a run are compared
pair by pair, as the KPIs are. What a single run is too small for (a decile of six people, one day of the month) is
pooled over the runs; its interval comes from drawing the replications anew, the same for every scheme, so that pairs
stay pairs.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from experiments.cube import Cube
from experiments.kpis import HIGHER, LOWER, NEITHER
from experiments.summary import COLUMNS, HIGH, LOW, Kpi, Rows, as_text, chance_better, row_of

Array = np.ndarray[Any, Any]

DECILES = 10
REDRAWN = 1000  # times that the replications are drawn anew
WEEK = 5  # working days
REP_COLUMNS = ("ability", "effort", "orders", "bills_signed", "plan", "attainment", "income", "discounts")
PERIOD_DAYS = ("period_day", "period_days_left")  # of the pay period: day, month or quarter
SIZES = ("micro", "small", "medium", "large")


class People:
    """The representatives' months after the decision, and the department's days, with the run that each belongs to."""

    def __init__(self, folder: Path, schemes: Sequence[str]):
        self.folder, self.schemes = folder, list(schemes)
        self.cube = Cube(folder, from_month=1)
        self.replications = self.cube.shape[1]

    def monthly(self, column: str) -> Array:
        """A monthly metric as (scheme, replication, month)."""
        return self.cube.column(column)[[self.cube.scenarios.index(name) for name in self.schemes]]

    @cached_property
    def rep(self) -> dict[str, Array]:
        """Columns of monthly_by_rep, with `run` (scheme x replications + replication), `person` and `productive`."""
        found = self._read("monthly_by_rep", ("replication", "rep_id", "stage", *REP_COLUMNS))
        found["productive"] = found["stage"].astype(str) == "productive"
        number = np.array([int(name.rpartition("-")[2]) for name in found["rep_id"]], np.int64)
        found["person"] = found["run"] * (number.max(initial=0) + 1) + number
        return found

    @cached_property
    def day(self) -> dict[str, Array]:
        """Columns of field_by_day, with `run`."""
        sold = ("orders", *(f"orders_{size}" for size in SIZES))
        return self._read("field_by_day", ("replication", *PERIOD_DAYS, "reps", "effort", "young", "left_early", *sold))

    def _read(self, table: str, columns: Sequence[str]) -> dict[str, Array]:
        import pyarrow.parquet as pq

        read = pq.read_table(
            self.folder / f"{table}.parquet", columns=["scenario", "month", *columns], filters=[("month", ">=", 1)]
        )
        found = {name: read.column(name).to_numpy() for name in read.column_names}
        place = {name: index for index, name in enumerate(self.schemes)}
        scheme = np.array([place.get(name, -1) for name in found["scenario"]], np.int64)
        found = {name: values[scheme >= 0] for name, values in found.items()}  # a baseline is no scheme
        found["run"] = scheme[scheme >= 0] * self.replications + found["replication"]
        return found

    def total(self, run: Array, values: Array) -> Array:
        """Sums as (scheme, replication)."""
        cells = len(self.schemes) * self.replications
        return np.bincount(run, weights=values, minlength=cells).reshape(len(self.schemes), self.replications)


def ratio(top: Array, bottom: Array) -> Array:
    """A ratio, nan where there is nothing to divide by."""
    return np.divide(top, bottom, out=np.full(np.shape(bottom), np.nan), where=np.asarray(bottom) > 0)


# ---- measures of a run -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A number of each run, (scheme, replication), by which schemes are compared."""

    name: str
    unit: str
    better: str
    compute: Callable[[People], Array]


def per_rep_month(column: str) -> Callable[[People], Array]:
    """A column of productive representatives over their months."""

    def compute(people: People) -> Array:
        rep, there = people.rep, people.rep["productive"]
        return ratio(people.total(rep["run"][there], rep[column][there]), people.total(rep["run"], there))

    return compute


def per_contract(column: str) -> Callable[[People], Array]:
    """A column of productive representatives over their contracts."""

    def compute(people: People) -> Array:
        there = people.rep["productive"]
        run, values, orders = (people.rep[name][there] for name in ("run", column, "orders"))
        return ratio(people.total(run, values), people.total(run, orders))

    return compute


def attainment_of(summary: Callable[[Array], float]) -> Callable[[People], Array]:
    """A summary of the attainment of all productive rep-months of a run."""

    def compute(people: People) -> Array:
        rep = people.rep
        there = rep["productive"] & np.isfinite(rep["attainment"])
        found = np.full(len(people.schemes) * people.replications, np.nan)
        for run in np.unique(rep["run"][there]):
            found[run] = summary(rep["attainment"][there & (rep["run"] == run)])
        return found.reshape(len(people.schemes), people.replications)

    return compute


def week_over_mean(column: str) -> Callable[[People], Array]:
    """Orders a rep-day in the last (`period_days_left`) or first (`period_day`) five days of the pay period, over those
    of all days."""

    def compute(people: People) -> Array:
        day = people.day
        week = day[column] < WEEK if column == "period_days_left" else day[column] <= WEEK
        per_day = [
            ratio(people.total(day["run"], day["orders"] * part), people.total(day["run"], day["reps"] * part))
            for part in (week, np.ones(len(week)))
        ]
        return ratio(*per_day)

    return compute


def share_of_size(size: str) -> Callable[[People], Array]:
    """Part of the field's orders that come from customers of a size."""
    return lambda people: ratio(
        people.total(people.day["run"], people.day[f"orders_{size}"]),
        people.total(people.day["run"], people.day["orders"]),
    )


def early_churn(people: People) -> Array:
    """Customers sold by the field who leave in a month of their first six, as a share of those who could."""
    day = people.day
    return 21.0 * ratio(people.total(day["run"], day["left_early"]), people.total(day["run"], day["young"]))


def monthly_over(column: str, by: str, factor: float = 1.0) -> Callable[[People], Array]:
    """The sum of a monthly metric over the sum of another."""

    def compute(people: People) -> Array:
        top, bottom = (np.nansum(people.monthly(name), axis=2) for name in (column, by))
        return factor * ratio(top, bottom)

    return compute


def ability_of_stayers(people: People) -> Array:
    """Mean ability of who is productive in the last month."""
    rep = people.rep
    there = rep["productive"] & (rep["month"] == rep["month"].max(initial=0))
    return ratio(people.total(rep["run"][there], rep["ability"][there]), people.total(rep["run"], there))


MEASURES = (
    Measure("orders_per_rep_month", "orders", HIGHER, per_rep_month("orders")),
    Measure("bills_signed_per_rep_month", "money", HIGHER, per_rep_month("bills_signed")),
    Measure("income_per_rep_month", "money", NEITHER, per_rep_month("income")),
    Measure("pay_per_contract", "money", LOWER, per_contract("income")),
    Measure("effort", "usual days", HIGHER, per_rep_month("effort")),
    Measure("attainment_mean", "share", HIGHER, attainment_of(lambda values: float(values.mean()))),
    Measure("attainment_median", "share", HIGHER, attainment_of(lambda values: float(np.median(values)))),
    Measure("attainment_low_10", "share", HIGHER, attainment_of(lambda values: float(np.quantile(values, 0.1)))),
    Measure("attainment_high_90", "share", HIGHER, attainment_of(lambda values: float(np.quantile(values, 0.9)))),
    Measure("share_over_plan", "share", HIGHER, attainment_of(lambda values: float((values >= 1.0).mean()))),
    Measure("share_130_to_150", "share", NEITHER, attainment_of(lambda a: float(((a >= 1.3) & (a <= 1.5)).mean()))),
    Measure("last_week_over_mean", "factor", NEITHER, week_over_mean("period_days_left")),
    Measure("first_week_over_mean", "factor", NEITHER, week_over_mean("period_day")),
    *(Measure(f"orders_{size}_share", "share", NEITHER, share_of_size(size)) for size in SIZES),
    Measure("discounts_per_order", "money", LOWER, per_contract("discounts")),  # promised for signing early
    Measure("early_churn_per_month", "share", LOWER, early_churn),
    Measure("quits_per_rep_year", "reps", LOWER, monthly_over("rep_quits", "reps", 12.0)),
    Measure("ability_of_stayers", "usual person", HIGHER, ability_of_stayers),
    Measure("revenue", "money", HIGHER, lambda people: np.nansum(people.monthly("revenue"), axis=2)),
    Measure("margin", "money", HIGHER, lambda people: np.nansum(people.monthly("margin"), axis=2)),
)


def scheme_rows(people: People, currency: str = "money") -> Rows:
    """The rows of schemes.csv: every measure of every scheme, with its paired difference to the first."""
    rows: Rows = []
    last = int(people.cube.months[-1])
    there = ~np.isnan(people.monthly("customers")).all(axis=2)
    for measure in MEASURES:
        values = np.where(there, measure.compute(people), np.nan)
        kpi = Kpi(
            measure.name,
            currency if measure.unit == "money" else measure.unit,
            1,
            last,
            measure.better,
            lambda window: window.days,
        )
        for place, name in enumerate(people.schemes):
            difference = values[place] - values[0] if place else None
            higher = None if difference is None else chance_better(difference, HIGHER)
            rows.append({**row_of(kpi, name, values[place], difference), "probability_higher": higher})
    return rows


# ---- pooled over the runs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pooled:
    """Sums of each (scheme, replication), whose ratio over the runs is what counts."""

    top: Array
    bottom: Array

    def rows(self, schemes: Sequence[str], keys: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """One row a scheme: the ratio with its interval, and its gain over the first scheme with interval and odds."""
        drawn = redrawn(self.top.shape[1])
        value = ratio(self.top.sum(axis=1), self.bottom.sum(axis=1))
        values = ratio(self.top[:, drawn].sum(axis=2), self.bottom[:, drawn].sum(axis=2))  # (scheme, drawing)
        return [
            {"scheme": scheme, **keys, "measure": name, "value": number(value[place]), "weight": self.weight(place)}
            | between(values[place], "")
            | (gain(value, values, place) if place else {})
            for place, scheme in enumerate(schemes)
        ]

    def weight(self, place: int) -> float:
        """What the ratio of a scheme rests on."""
        return float(self.bottom[place].sum())


def redrawn(replications: int) -> Array:
    """Replications drawn with replacement, (drawing, replication), the same in every table."""
    return np.random.default_rng(0).integers(0, replications, (REDRAWN, replications))


def gain(value: Array, values: Array, place: int) -> dict[str, Any]:
    """The difference to the first scheme, as a share of it, with interval and how often it is above zero."""
    gains = values[place] - values[0]
    there = gains[np.isfinite(gains)]
    odds = float(np.mean(np.where(there == 0, 0.5, there > 0))) if there.size else None
    found = {"difference": number(value[place] - value[0]), **between(gains, "difference_")}
    share = number((value[place] - value[0]) / value[0]) if value[0] else None
    return found | {"difference_share": share, "probability_higher": odds}


def between(values: Array, prefix: str) -> dict[str, float | None]:
    """The 5 % and 95 % quantiles of what is there."""
    there = values[np.isfinite(values)]
    low, high = np.quantile(there, [LOW, HIGH]) if there.size else (np.nan, np.nan)
    return {f"{prefix}low": number(low), f"{prefix}high": number(high)}


def number(value: Any) -> float | None:
    """The value where it is one."""
    return float(value) if np.isfinite(value) else None


def decile_rows(people: People) -> list[dict[str, Any]]:
    """The rows of by_decile.csv: what representatives of each decile of ability do under each scheme.

    Deciles are those of the people of the first scheme; under another one, other people may come and stay.
    """
    rep = people.rep
    _, first = np.unique(rep["person"], return_index=True)
    ours = first[rep["run"][first] < people.replications]
    edges = np.quantile(rep["ability"][ours], np.linspace(0, 1, DECILES + 1)[1:-1]) if ours.size else np.zeros(0)
    decile = np.searchsorted(edges, rep["ability"], side="right")
    rows = []
    for number_ in range(DECILES):
        there = rep["productive"] & (decile == number_)
        if not there.any():
            continue
        run, months = rep["run"][there], people.total(rep["run"][there], np.ones(there.sum()))
        mean_ability = float(rep["ability"][there].mean())
        for name in ("orders", "bills_signed", "income", "effort"):
            pooled = Pooled(people.total(run, np.nan_to_num(rep[name][there])), months)
            rows += pooled.rows(
                people.schemes, {"decile": number_ + 1, "ability": mean_ability}, f"{name}_per_rep_month"
            )
        planned = people.total(run, np.nan_to_num(rep["plan"][there]))
        sold = Pooled(people.total(run, rep["bills_signed"][there]), planned)
        rows += sold.rows(people.schemes, {"decile": number_ + 1, "ability": mean_ability}, "attainment")
    return rows


def day_rows(people: People) -> list[dict[str, Any]]:
    """The rows of by_day_of_period.csv: effort and sales by the day of the period, from its start and from its end.

    Sales are orders a rep-day over the scheme's mean, so that 1 is a usual day.
    """
    day, rows = people.day, []
    usual = ratio(
        people.total(day["run"], day["orders"]).sum(axis=1), people.total(day["run"], day["reps"]).sum(axis=1)
    )
    for anchor, place in (("start", day["period_day"]), ("end", -1 - day["period_days_left"])):
        for one in np.unique(place):
            there = (place == one) & (day["reps"] > 0)
            run, reps = day["run"][there], people.total(day["run"][there], day["reps"][there])
            keys = {"anchor": anchor, "day": int(one)}
            effort = people.total(run, np.nan_to_num(day["effort"][there]) * day["reps"][there])
            rows += Pooled(effort, reps).rows(people.schemes, keys, "effort")
            sold = Pooled(people.total(run, day["orders"][there]), reps * usual[:, None])
            rows += sold.rows(people.schemes, keys, "orders_over_mean")
    return rows


# ---- files ---------------------------------------------------------------------------------------------------------


def write_tables(people: People, currency: str) -> Rows:
    """Writes schemes.csv, by_decile.csv and by_day_of_period.csv; returns the rows of the first."""
    rows = scheme_rows(people, currency)
    write_rows(people.folder / "schemes.csv", [{"scheme": row["scenario"], **row} for row in rows], MEASURE_HEAD)
    write_rows(people.folder / "by_decile.csv", decile_rows(people), ("scheme", "decile", "ability", *POOLED))
    write_rows(people.folder / "by_day_of_period.csv", day_rows(people), ("scheme", "anchor", "day", *POOLED))
    return rows


POOLED = (
    *("measure", "value", "low", "high", "difference", "difference_low", "difference_high", "difference_share"),
    *("probability_higher", "weight"),
)
MEASURE_HEAD = (*({"kpi": "measure", "scenario": "scheme"}.get(name, name) for name in COLUMNS), "probability_higher")


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A small table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            told = {**row, **({"measure": row["kpi"]} if "kpi" in row else {})}
            writer.writerow({name: as_text(told.get(name)) for name in columns})
