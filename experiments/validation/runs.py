"""One market of the card from its first day to its last, and what is kept of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from experiments.runner import replication_seed
from experiments.validation import reduce
from experiments.validation.facts import CityEntry, Facts, RunEntry

Array = np.ndarray[Any, Any]
Kept = dict[str, dict[str, Array]]
EVENTS = ("tours", "bills", "lives", "dials", "visits", "reactions", "woken")  # what is read from single events


class Job(NamedTuple):
    """One market with one seed, with all that a worker needs."""

    name: str
    run: RunEntry
    city: CityEntry
    seed: int
    configs: str | None


def jobs_of(facts: Facts, seeds: Mapping[str, int], seed: int, configs: str | None) -> list[Job]:
    """Every design point with each of its seeds; the markets of one city stand together."""
    order = sorted(seeds, key=lambda name: (facts.runs[name].city, name))
    return [
        Job(name, facts.runs[name], facts.cities[facts.runs[name].city], replication_seed(seed, number), configs)
        for name in order
        for number in range(seeds[name])
    ]


def carried_out(jobs: list[Job], workers: int, quiet: bool) -> Iterator[Kept]:
    """What is kept of the jobs, in their order, in processes where there are several workers."""
    from joblib import Parallel, delayed
    from tqdm import tqdm

    off = quiet or not sys.stderr.isatty()
    results = Parallel(n_jobs=workers, return_as="generator")(delayed(one_run)(job) for job in jobs)
    return iter(tqdm(results, total=len(jobs), desc="runs", unit="run", disable=off))


_cities: dict[str, Any] = {}  # of this process, by what they are made from


def city_of(entry: CityEntry) -> Any:
    """A city of the card, made or read once a process."""
    from sim.city import load_city
    from sim.citymake import make_city
    from sim.cityplan import city_plan

    key = repr(entry)
    if key not in _cities:
        made = entry.preset and make_city(city_plan(entry.preset, entry.figures))
        _cities[key] = made or load_city(entry.name or "")
    return _cities[key]


def one_run(job: Job) -> Kept:
    """The tables of one market that the facts read."""
    from experiments.compose import configs_of
    from sim.market import Market

    run, city = job.run, city_of(job.city)
    record = {
        "record.zones": False,
        "record.ledger": False,
        "record.reps": "days" in run.keep or "reps" in run.keep,
        "record.events": any(name in EVENTS for name in run.keep),
    }
    settings = {"months": run.months, "warmup": run.warmup, **record, **run.settings}
    parameters, _ = configs_of(job.configs).parameters(run.scenario, settings)
    market = Market(parameters, city, job.seed)
    diary = Diary() if "diary" in run.keep else None
    while market.running:
        market.step()
        if diary is not None:
            diary.see(market)
    return kept_of(market, run.keep, diary)


def kept_of(market: Any, keep: tuple[str, ...], diary: Diary | None) -> Kept:
    """The monthly table with the working days of its months, and the others that are wanted."""
    tables = market.tables()
    kept: Kept = {"monthly": numbers(tables["monthly"])}
    kept["monthly"]["working_days"] = working_days(market)
    named = {
        "operators": "monthly_by_operator",
        "channels": "monthly_by_channel",
        "days": "field_by_day",
        "reps": "monthly_by_rep",
    }
    for name, table in named.items():
        if name in keep and table in tables:
            kept[name] = numbers(tables[table])
    if diary is not None:
        kept["diary"] = diary.table()
    city, events = market.city, tables.get("events", {})
    kept["city"] = {
        "employees": np.asarray(city.employees)[np.asarray(city.occupied)].astype(float),
        "agents": np.array([len(market.call_centre)], float),
    }
    focal = city.operators[0].name
    if "tours" in keep:
        kept["tours"] = tours_of(events, city)
    if "bills" in keep:
        kept["bills"] = reduce.bills(events)
    if "lives" in keep:
        kept["lives"] = reduce.lives(events, market.day - 1)
    if "dials" in keep:
        kept["dials"] = reduce.passes(events, "dial", "telemarketing", focal)
    if "visits" in keep:
        kept["visits"] = reduce.passes(events, "visit", "field", focal)
    if "woken" in keep:
        kept["woken"] = reduce.woken(events, focal)
    if "reactions" in keep:
        kept["reactions"] = reduce.reactions(events)
    return kept


def numbers(table: Mapping[str, Array]) -> dict[str, Array]:
    """A table without its dates; texts stay as they are."""
    return {name: column for name, column in table.items() if name != "date"}


def working_days(market: Any) -> Array:
    """Working days of each month of the monthly table; the opening stock has none."""
    months = len(market.observation.months) - 1
    return np.concatenate([[0.0], np.asarray(market.calendar.days_in_month[-months:], float)])


def tours_of(events: Mapping[str, Array], city: Any) -> dict[str, Array]:
    """The days' tours, with the doors where the city's map has them."""
    from sim.doors import door_positions
    from sim.draws import Streams

    x, y = door_positions(city, Streams(0)("doors"))
    row_of = {name: row for row, name in enumerate(np.asarray(city.premises_id).astype(str))}
    return reduce.tours(events, x, y, np.asarray(city.zone), row_of)


class Diary:
    """What each representative did day by day, written down in the evening: a table that no user needs every time."""

    def __init__(self) -> None:
        self.blocks: list[tuple[Array, ...]] = []

    def see(self, market: Any) -> None:
        """Everybody in the field today: effort, and what was signed so far in the month."""
        if market.field is None:
            return
        day, reps, calendar = market.day - 1, market.field.reps, market.calendar
        rows = np.flatnonzero(reps.stage == 1)
        if not rows.size:
            return
        month = int(calendar.month_of_day[day])
        left = int(calendar.first_day[month] + calendar.days_in_month[month] - 1 - day)
        same = (np.full(rows.size, value) for value in (day, calendar.number(month), left))
        sold = (reps.contracts[rows].copy(), reps.bills_signed[rows].copy(), reps.plan[rows].copy())
        self.blocks.append((*same, rows, reps.effort[rows].copy(), reps.ability[rows].copy(), *sold))

    def table(self) -> dict[str, Array]:
        """The diary as columns; sums of the month are empty in the evening of its last day, when people are paid."""
        names = ("day", "month", "workdays_left", "rep", "effort", "ability", "contracts", "bills", "plan")
        columns = (
            [np.concatenate(each) for each in zip(*self.blocks, strict=True)] if self.blocks else [np.empty(0)] * 9
        )
        return dict(zip(names, columns, strict=True))
