"""The bank of simulations: its plan, places that fill the prior with several seeds each, and its tables as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.history import FIGURES, FURTHER, History, Series
from experiments.calibration.posterior import Bank
from experiments.calibration.priors import Priors, priors_of
from experiments.calibration.statistics import roots, statistics_of
from experiments.designs import Dimension, named
from experiments.job import Planned
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.swept import SweptPoint
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from sim.city import City

Array = np.ndarray[Any, Any]

POINTS = 300
RUNS_PER_FIGURE = 6  # level or trend
OF_THE_HISTORY = ("calendar.decision_month",)
STATUS_QUO = "passive"
BY_ZONE = ("inbound_calls", "gross_adds", "customers")


# ---- the plan ----------------------------------------------------------------------------------------------------


def bank_plan(request: Request, version: str, city: City, ref: CityRef, history: History) -> Planned:
    """The bank of a history, which is laid into the folder."""
    options = request.options
    check_overrides(request, history)
    base = DesignPoint(options["scenario"], *request.parameters(options["scenario"], more=run_of(history)))
    priors = priors_of(options["fit"], base.mapping, city, history)
    check_fitted(request, priors)
    points = places(priors, base, options["points"] or POINTS, options["seed"], own_folder(request))
    check_runs(history, options["points"] or POINTS, options["replications"])
    plan = Plan(points, options["replications"], options["seed"], ref, version, own_seeds=True)
    kept = {name: options[name] for name in ("history", "fit", "scenario", "draws")}
    kept |= {
        "points": len(points),
        "weights": checked_weights(options["weights"], history),
        "priors": priors.plain(),
        "fixed": dict(request.overrides),
        "source": history.source,
        "note": history.note,
    }
    return Planned(plan, city, kept, {"history.csv": history.as_csv()})


def check_runs(history: History, points: int, replications: int) -> None:
    """Refuse a bank that is too small for the history's figures, in which the fit would take chance for knowledge."""
    figures = len(statistics_of(history))
    needed = -(-RUNS_PER_FIGURE * figures // replications)
    if points < needed:
        raise InputError(
            f"points = {points} with {replications} seeds each are too few for {figures} levels and trends of the "
            f"history; give points={needed} or more, or fewer figures"
        )


def own_folder(request: Request) -> str | None:
    """The user's folder of configurations."""
    from experiments.compose import at_home

    folder = request.options["configs"]
    return str(at_home(folder).resolve()) if folder else None


def places(priors: Priors, base: DesignPoint, number: int, seed: int, own: str | None) -> tuple[DesignPoint, ...]:
    """So many design points that fill the prior."""
    values = priors.values(priors.points(number, seed))
    rows = [{path: float(cell) for path, cell in zip(priors.paths, row, strict=True)} for row in values]
    return tuple(SweptPoint(name, base, row, own) for name, row in zip(named(rows, "bank"), rows, strict=True))


def run_of(history: History) -> dict[str, Any]:
    """How a run covers a history: it is the warm-up, the month after it the decision's."""
    zones = any(one.kind == "zone_id" for one in history.series)
    record = {"record.zones": zones, "record.reps": False, "record.ledger": False, "record.events": False}
    return {"calendar.decision_month": history.decision_month, "warmup": len(history), "months": 1} | record


def check_overrides(request: Request, history: History) -> None:
    """Refuse what the history decides."""
    mistakes = [
        f"{path} follows from the history, which ends before {history.decision_month}; leave it out"
        for path in OF_THE_HISTORY
        if path in request.overrides
    ]
    if mistakes:
        raise InputError(mistakes)


def check_fitted(request: Request, priors: Priors) -> None:
    """Refuse priors whose ends are not allowed, and parameters that are both set and fitted."""
    from experiments.sweep import value_mistakes

    mistakes = [
        f"{path} is fitted and set; leave it out of the overrides, or of fit="
        for path in priors.paths
        if path in request.overrides
    ]
    for one in priors.each:
        if one.path not in request.overrides:
            mistakes += value_mistakes(request, Dimension(one.path, (), one.low, one.high))
    if mistakes:
        raise InputError(mistakes)


def checked_weights(given: Any, history: History) -> dict[str, float]:
    """What each figure counts for in the fit, 1 where nothing is said; 0 leaves one out."""
    names = list(dict.fromkeys(one.name for one in history.series))
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(f"weights = {given!r} must name figures, as 'weights={{{names[0]}:1,{names[-1]}:0.5}}'")
    mistakes = []
    for name, value in given.items():
        if name not in names:
            mistakes.append(f"weights: the history has no '{name}'; it has {', '.join(names)}")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
            mistakes.append(f"weights: {name} = {value} must be a number from 0 (left out) to 10")
    if not mistakes and all(given.get(name, 1) == 0 for name in names):
        mistakes.append("weights: every figure has weight 0; leave one of them in")
    if mistakes:
        raise InputError(mistakes)
    return {str(name): float(value) for name, value in given.items()}


# ---- its tables --------------------------------------------------------------------------------------------------


def read_bank(folder: Path, plan: Plan, priors: Priors, history: History, days: Array) -> Bank:
    """The runs that ended well, as arrays in the order of the plan."""
    runs = Runs(folder, plan, history.months)
    root = np.stack([roots(one.name, runs.series(one), days) for one in history.series], axis=1)
    whole = np.isfinite(root).all((1, 2))
    values = np.array([[point.values[path] for path in priors.paths] for point in plan.points])
    units = np.clip(np.repeat(priors.units(values), plan.replications, axis=0), 0.0, 1.0)
    point = np.repeat(np.arange(len(plan.points)), plan.replications)
    return Bank(units[whole], point[whole], root[whole], {n: v[whole] for n, v in runs.further(days).items()})


class Runs:
    """The monthly tables of a folder, by run and month of a history."""

    def __init__(self, folder: Path, plan: Plan, months: Array):
        self.folder, self.plan, self.months = folder, plan, months
        self._whole = self._gridded("monthly", (*BY_ZONE, *FURTHER, "awareness_unaided"))
        self._whole["churn"] = self._whole["churn_competitor"] + self._whole["churn_closure"]
        self._parts: dict[str, dict[str, Array]] = {}

    def _gridded(self, table: str, columns: tuple[str, ...], **where: str) -> dict[str, Array]:
        """Columns (runs, months) of a table; the month before the history's first comes first."""
        import pyarrow.parquet as pq

        filters: Any = [(name, "=", value) for name, value in where.items()] or None
        wanted = ["scenario", "replication", "date", *columns]
        read = pq.read_table(self.folder / f"{table}.parquet", columns=wanted, filters=filters)
        place = {point.name: number for number, point in enumerate(self.plan.points)}
        names = read.column("scenario").dictionary_encode().combine_chunks()
        scenario = np.array([place[name] for name in names.dictionary.to_pylist()], int)
        run = scenario[np.asarray(names.indices)] * self.plan.replications + np.asarray(read.column("replication"))
        month = (np.asarray(read.column("date")).astype("datetime64[M]") - self.months[0]).astype(int) + 1
        inside = (month >= 0) & (month <= self.months.size)
        found = {}
        for name in columns:
            grid = np.full((len(self.plan), self.months.size + 1), np.nan)
            cells = read.column(name).to_numpy(zero_copy_only=False).astype(float)
            grid[run[inside], month[inside]] = cells[inside]
            found[name] = grid
        return found

    def series(self, one: Series) -> Array:
        """The runs' figures (runs, months) for a series of the history."""
        if one.kind == "channel":
            return self._part("monthly_by_channel", ("gross_adds",), "channel", one.part)["gross_adds"][:, 1:]
        if one.kind == "zone_id":
            return flow(one.name, self._part("monthly_by_zone", BY_ZONE, "zone_id", one.part))
        return self._whole[one.name][:, 1:]

    def _part(self, table: str, columns: tuple[str, ...], kind: str, part: str) -> dict[str, Array]:
        if part not in self._parts:
            self._parts[part] = self._gridded(table, columns, **{kind: part})
        return self._parts[part]

    def further(self, days: Array) -> dict[str, Array]:
        """Levels (runs,) of what a client could be asked for."""
        levels = {name: roots(name, self._whole[name][:, 1:], days).mean(1) for name in (*FIGURES, *FURTHER)}
        return levels | {"awareness_unaided": self._whole["awareness_unaided"][:, -1]}


def flow(name: str, zone: Mapping[str, Array]) -> Array:
    """A zone's figure; its losses are what the gains leave of the change in customers."""
    if name == "churn":
        return np.asarray(zone["gross_adds"][:, 1:] - np.diff(zone["customers"], axis=1))
    return np.asarray(zone[name][:, 1:])


def days_of(history: History, city: City) -> Array:
    """Working days of the history's months."""
    from experiments.cube import working_days

    return np.maximum(working_days(history.months.astype("datetime64[D]"), city.country, city.subdivision), 1.0)
