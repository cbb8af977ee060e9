"""Markets for the tests of the model: the tiny city, a middle-sized one, and worlds with numbers changed at will."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from sim.city import City, city_from_tables, enlarge, load_city
from sim.market import Market
from sim.parameters import Parameters, check, defaults
from tests.tiny import FOCAL, META, tiny_city, tiny_operators, tiny_tables

Array = np.ndarray[Any, Any]

# Without these nobody tells anybody anything.
SILENT = {
    "world.signals.telling_share": 0.0,
    "world.signals.complaining_share": 0.0,
    "world.signals.noticing_share": 0.0,
}
# Without these no talk is easier or harder than another.
EQUAL_TALKS = {"world.calls.agent_skill_logit": 0.0, "world.calls.haste_logit": 0.0}


@cache
def small_city() -> City:
    """The tiny city, built once."""
    return tiny_city()


@cache
def middle_city() -> City:
    """The bundled city cut to about 2,000 premises."""
    whole = load_city("melbourne")
    return enlarge(whole, 2000 / whole.n)


@cache
def twin_city(operators: int) -> City:
    """The tiny city, ten times as large, with operators that are alike in everything but the name."""
    alike = [
        FOCAL | {"name": f"Twin {i}", "focal": i == 0, "share": 1 / operators, "brand": 0.5} for i in range(operators)
    ]
    return enlarge(city_from_tables(META, alike, tiny_tables()), 20)


@cache
def shipped() -> Parameters:
    """The parameters as shipped."""
    return check(defaults())


def parameters(numbers: Mapping[str, Any] | None = None, **run: Any) -> Parameters:
    """The shipped parameters with some numbers changed by dotted name, ranges aside; run fields as keywords."""
    mapping = shipped().model_dump()
    for path, value in {**(numbers or {}), **run}.items():
        *parents, name = path.split(".")
        section = mapping
        for parent in parents:
            section = section[parent]
        if name not in section:
            raise KeyError(path)
        section[name] = value
    return Parameters.model_validate(mapping)


def market(city: City | None = None, seed: int = 1, numbers: Mapping[str, Any] | None = None, **run: Any) -> Market:
    """A market of the tiny city, or of another one, checked every day."""
    run = {"months": 3, "warmup": 2, "check": True, **run}
    return Market(parameters(numbers, **run), small_city() if city is None else city, seed)


class Morning(Market):
    """A market on its very first morning, before the months in which searches and orders fill up."""

    def _settle_in(self) -> None:
        self.observation.see(self, 0, self.calendar.month_start[0])
        self.cohorts.begin(self.state, 0)
        self.record.begin_month()


def first_morning(city: City | None = None, seed: int = 1, numbers: Mapping[str, Any] | None = None) -> Market:
    """The stock that a market is opened with, as it was drawn; its days are numbered from 0."""
    return Morning(parameters(numbers, months=1, warmup=0), small_city() if city is None else city, seed)


def working_days(done: Market) -> Array:
    """Working days of each month in the monthly table; the opening stock has one."""
    months = len(column(done, "month")) - 1
    return np.concatenate([[1], done.calendar.days_in_month[-months:]])


def assert_same_tables(first: Market, second: Market, until_month: int | None = None) -> None:
    """Two markets have written the same tables, bit for bit, up to a month if one is given."""
    ours, theirs = first.tables(), second.tables()
    assert ours.keys() == theirs.keys()
    for name, table in ours.items():
        if until_month is not None and "month" not in table:
            continue  # sums over the whole run
        for column, values in table.items():
            other = theirs[name][column]
            if until_month is not None:
                values, other = values[table["month"] <= until_month], other[theirs[name]["month"] <= until_month]
            np.testing.assert_array_equal(values, other, err_msg=f"{name}.{column}")


def by_operator(done: Market, column: str) -> Array:
    """A column of monthly_by_operator as (months, operators); the first month is the opening stock."""
    values: Array = done.tables()["monthly_by_operator"][column]
    return values.reshape(-1, len(done.operators))


def column(done: Market, name: str) -> Array:
    """A column of the monthly table; the first month is the opening stock."""
    values: Array = done.tables()["monthly"][name]
    return values


def events(done: Market, *names: str) -> dict[str, Array]:
    """The recorded events of some names."""
    table = done.tables()["events"]
    wanted = np.isin(table["event"], names)
    return {key: values[wanted] for key, values in table.items()}


__all__ = [
    "EQUAL_TALKS",
    "SILENT",
    "assert_same_tables",
    "by_operator",
    "column",
    "events",
    "first_morning",
    "market",
    "middle_city",
    "parameters",
    "shipped",
    "small_city",
    "tiny_operators",
    "twin_city",
    "working_days",
]
