"""What `fieldcast benchmark` measures in a process of its own: `python -m experiments.benchmarkcases '{"kind": ...}'`
prints one case as JSON."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.city import City
    from sim.market import Market
    from sim.parameters import Parameters

# The market in which product and twin are compared: the `active` scenario at a fixed salary, without what the twin
# leaves out (tests/twin).
COMPARED: dict[str, Any] = {
    "department.scheme.name": "fixed",
    **{f"department.conduct.{part}": False for part in ("timing", "split", "picking", "overpromising")},
    **{f"department.people.{part}": False for part in ("selection", "quits", "dismissal")},
}
# Columns at which a day must look in every row: the luck and the limit of whoever may start to look for an offer, and
# the dates on which something happens.
LOOKED_AT = ("address", "shopping_limit", "turnover_day", "resizing_day", "decision_day", "fault_day", "contract_end")
TWIN = "tests.twin"  # part of the sources' tests, read only where it is wanted
TRIES = 5
RESIDENT = {"resident": "VmRSS", "most": "VmHWM"}


def measured(spec: dict[str, Any]) -> dict[str, Any]:
    """One case, measured here and now."""
    return CASES[spec["kind"]](spec)


# ---- what is measured ------------------------------------------------------------------------------------------------


def compiled(spec: dict[str, Any]) -> dict[str, Any]:
    """Nothing is measured: small runs of what will be, so that no process that is measured compiles, which takes half a
    gigabyte."""
    for scenario, compared in (("active", False), ("active", True), ("passive", False)):
        warm(spec | {"scenario": scenario, "compared": compared})
    return {}


def product(spec: dict[str, Any]) -> dict[str, Any]:
    """Build and run the market, the best of some times; memory is what the first one leaves."""
    from sim.market import Market

    parameters, city = parameters_of(spec), city_of(spec)
    warm(spec)
    held: dict[str, int] = {}
    built, ran, ordinary, market = [], [], [], None
    for _ in range(spec["times"]):
        market, began = None, time.process_time()
        market = Market(parameters, city=city, seed=spec["seed"])
        built.append(time.process_time() - began)
        days = seconds_by_day(market)
        ran.append(sum(days))
        ordinary.append(ordinary_day(market, days))
        held = held or memory()
    assert market is not None
    return {
        **size_of(city),
        "days": market.calendar.days - days_settled(market),
        "built": min(built),
        "ran": min(ran),
        "ordinary_day": min(ordinary),
        "population": population_part(market),
        "touched": sum(getattr(market.state, name).itemsize for name in LOOKED_AT),
        **held,
    }


def twin(spec: dict[str, Any]) -> dict[str, Any]:
    """Build the twin of the same market, and let it live for some days, the best of some times."""
    twin_at_hand()  # so that the import finds it
    twin_of = importlib.import_module(TWIN).twin_of
    parameters, city = parameters_of(spec), city_of(spec)
    held: dict[str, int] = {}
    built, ran, model = [], [], None
    for _ in range(spec["times"]):
        model, began = None, time.process_time()
        model = twin_of(parameters, city, spec["seed"])
        built.append(time.process_time() - began)
        began = time.process_time()
        for _ in range(spec["days"]):
            model.step()
        ran.append(time.process_time() - began)
        held = held or memory()
    return {**size_of(city), "days": spec["days"], "built": min(built), "ran": min(ran), **held}


def steps(spec: dict[str, Any]) -> dict[str, Any]:
    """The share of a run that each step of the day takes, as a profile of the calls of a day sees it.

    The steps are taken one by one, as where events are recorded; otherwise three kernels would be all there is to see.
    """
    import cProfile
    import pstats

    from sim.market import Market

    one_by_one = {"record.events": True}
    market = Market(parameters_of(spec, **one_by_one), city=city_of(spec), seed=spec["seed"])
    warm(spec, **one_by_one)  # these kernels are others than a day's three
    profile = cProfile.Profile()
    profile.runcall(market.run)
    calls: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return {"shares": shares_of(calls)}


def triad(spec: dict[str, Any]) -> dict[str, Any]:
    """Memory bandwidth: a = b + s * c over arrays that no cache holds, the best of some times."""
    import numpy as np

    rows = spec["rows"]
    b, c, a = np.ones(rows), np.ones(rows), np.empty(rows)
    best = float("inf")
    for _ in range(TRIES):
        began = time.perf_counter()
        np.multiply(c, 3.0, out=a)  # reads one array and writes one
        np.add(a, b, out=a)  # reads two and writes one
        best = min(best, time.perf_counter() - began)
    return {"bytes_per_second": 5 * 8 * rows / best}


CASES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "compiled": compiled,
    "product": product,
    "twin": twin,
    "steps": steps,
    "triad": triad,
}


# ---- how -------------------------------------------------------------------------------------------------------------


def parameters_of(spec: dict[str, Any], **also: Any) -> Parameters:
    """The market of a case."""
    from experiments import scenario

    changes = {**(COMPARED if spec["compared"] else {}), **also}
    return scenario(spec["scenario"], **changes, months=spec["months"], warmup=spec["warmup"])


def city_of(spec: dict[str, Any]) -> City:
    """The bundled city, made larger or smaller until it has so many businesses or premises."""
    from sim.city import enlarge, load_city

    city = load_city("melbourne")
    if spec["premises"]:
        return enlarge(city, spec["premises"] / city.n)
    return enlarge(city, spec["businesses"] / int(city.occupied.sum())) if spec["businesses"] else city


def size_of(city: City) -> dict[str, int]:
    """Businesses and premises of a city."""
    return {"businesses": int(city.occupied.sum()), "premises": city.n}


def warm(spec: dict[str, Any], **also: Any) -> None:
    """A small run, so that compiled kernels are loaded."""
    from sim.market import Market

    Market(parameters_of(spec | {"months": 1, "warmup": 0}, **also), city="melbourne", seed=1).run()


def seconds_by_day(market: Market) -> list[float]:
    """Run a market to its end; processor seconds of each of its days."""
    days, began = [], time.process_time()
    while market.running:
        market.step()
        now = time.process_time()
        days.append(now - began)
        began = now
    return days


def days_settled(market: Market) -> int:
    """Days that a market has lived through when it is built."""
    from sim.foundation import SETTLING_MONTHS

    return int(market.calendar.first_day[SETTLING_MONTHS])


def ordinary_day(market: Market, days: list[float]) -> float:
    """The middle one of the days on which no month begins or ends."""
    calendar, first = market.calendar, market.calendar.days - len(days)
    numbered = enumerate(days, start=first)
    usual = sorted(cost for day, cost in numbered if not calendar.opens_month(day) and not calendar.closes_month(day))
    return usual[len(usual) // 2]


def population_part(market: Market) -> float:
    """Processor seconds of what a day does for every business whether anything happens to it or not: who may start to
    look for an offer, whose date has come, and how many customers call. The best of some times, in the market's last
    state."""
    from sim.dates import rows_on
    from sim.steps.demography import who_moves
    from sim.steps.needs import starters
    from sim.steps.strides import customers_of

    state, scene, day = market.state, market.scene, market.day
    window = day + 1 + scene.urge.window_days  # in which customers look around, before their contract's end
    dates = (state.resizing_day, day), (state.fault_day, day), (state.decision_day, day)
    best = float("inf")
    for _ in range(TRIES):
        began = time.process_time()
        starters(market.luck("needs", day).key, state.held, scene.held, day)
        who_moves(state.turnover_day, state.provider, day)
        for column, due in (*dates, (state.contract_end, day), (state.contract_end, window)):
            rows_on(column, due)
        customers_of(state.provider, 0)
        best = min(best, time.process_time() - began)
    return best


def shares_of(calls: dict[Any, Any]) -> dict[str, float]:
    """Each function that the market's day and its strides call, with its part of the whole; the rest is their own."""
    [day] = [of for of in calls if of[2] == "_work_day"]
    within = [day, *(of for of in calls if Path(of[0]).stem == "strides")]
    whole = calls[day][3]
    found = {
        named(of): sum(callers[by][3] for by in within if by in callers) / whole
        for of, (*_, callers) in calls.items()
        if of not in within and not callers.keys().isdisjoint(within)
    }
    own = sum(calls[by][2] for by in within) / whole
    return dict(sorted(found.items(), key=lambda each: -each[1])) | {"the day itself": own}


def named(function: tuple[str, int, str]) -> str:
    """A step by its room and name."""
    return f"{Path(function[0]).stem}.{function[2]}" if function[0].endswith(".py") else function[2]


def memory() -> dict[str, int]:
    """Bytes resident now and at most."""
    status = Path("/proc/self/status")
    if status.exists():
        words = status.read_text(encoding="ascii", errors="replace").split()
        return {name: int(words[words.index(f"{key}:") + 1]) * 1024 for name, key in RESIDENT.items()}
    import resource  # systems without /proc tell only the most there ever was

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"resident": most, "most": most}


def twin_at_hand() -> bool:
    """Whether the twin is there: it is part of the sources' tests, which a wheel does not have."""
    sources = Path(__file__).resolve().parents[1]
    if (sources / Path(*TWIN.split("."))).is_dir() and str(sources) not in sys.path:
        sys.path.append(str(sources))  # a command of an editable installation does not look there by itself
    try:
        return importlib.util.find_spec(TWIN) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    print(json.dumps(measured(json.loads(sys.argv[1]))))
