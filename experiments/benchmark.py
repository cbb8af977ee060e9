"""`fieldcast benchmark`: speed and memory of the product beside its twin in pure Mesa, on this machine, in one run."""

from __future__ import annotations

import json
import math
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import kernels
from experiments.benchmarkcases import twin_at_hand
from experiments.benchmarktables import FIGURES, MB, NANO, Found, as_text, cost, write
from experiments.mishaps import STOPPED
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

Row = dict[str, Any]

SMALLEST, LARGEST = 100, 1_000_000  # businesses of a city that is asked for
TWIN_BUSINESS_DAYS = 2_000_000  # for which the twin lives, within these bounds of days
TWIN_DAYS = (10, 100)
TIMES_COMPARED = 3
SMALL = "quick=true measures small cities: that all is there, not how fast the product is"
SAID = "the twin is part of the sources' tests, which are not installed here: the product is measured alone"


class FailedCase(RuntimeError):
    """A case that could not be measured, with what its process said."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    cities: tuple[int, ...]  # businesses, for product and twin
    smaller: int  # premises of the passive cities
    largest: int
    months: int  # of the passive ones, and of every other run
    warmup: int
    times: int  # a small run is repeated
    triad_rows: int
    small: bool  # the default city is replaced by the smaller one
    times_largest: int = 1  # and the largest one


WHOLE = Extent((1_000, 10_000, 100_000), 10_000, 1_000_000, 24, 12, 9, 20_000_000, False, 2)
QUICK = Extent((300, 600), 1_000, 10_000, 1, 0, 1, 1_000_000, True)


def run(request: Request) -> int:
    """Measure, print the table and write the files; returns the exit code."""
    from experiments.benchmarkfigure import picture

    extent, quiet = extent_of(request.options), bool(request.options["quiet"])
    folder = request.out_folder()
    folder.mkdir(parents=True, exist_ok=True)
    kernels.tell(quiet)
    try:
        found = measure(Bench(request.options["seed"], quiet), extent)
    except FailedCase as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    write(found, folder)
    picture(found, folder)
    print(as_text(found))
    if extent.small:
        print(f"\n{SMALL}")
    print(f"\nThe benchmark: {folder}/benchmark.json (and .csv, figures/)")
    return 0


def extent_of(options: dict[str, Any]) -> Extent:
    """What is asked for, or an InputError."""
    usual = QUICK if options["quick"] else WHOLE
    if options["cities"] is None:
        return usual
    return Extent(**{**usual.__dict__, "cities": tuple(businesses_in(word) for word in options["cities"])})


def businesses_in(word: str) -> int:
    """A size of a city."""
    if not word.isdecimal() or not SMALLEST <= int(word) <= LARGEST:
        raise InputError(f"cities = {word} must be a whole number of businesses, {SMALLEST} to {LARGEST}")
    return int(word)


# ---- measuring -------------------------------------------------------------------------------------------------------


class Bench:
    """Measures cases, one after the other, each in a process of its own."""

    def __init__(self, seed: int, quiet: bool):
        self.seed, self.quiet = seed, quiet

    def case(self, what: str, kind: str, **spec: Any) -> Row:
        """One case; `what` names it to the reader."""
        usual = {"scenario": "active", "compared": False, "premises": 0, "businesses": 0, "seed": self.seed}
        self.tell(what)
        whole = usual | spec | {"kind": kind}
        head = {"what": what} | {name: whole[name] for name in ("kind", "scenario", "compared")}
        return head | self.measured(what, whole)

    def measured(self, what: str, spec: Row) -> Row:
        """A case, measured in a process of its own."""
        words = [sys.executable, "-m", "experiments.benchmarkcases", json.dumps(spec)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=surroundings())
        if done.returncode:
            raise FailedCase(f"{what} could not be measured:\n{done.stderr.strip()}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def tell(self, what: str) -> None:
        """Say what is measured now."""
        if not self.quiet:
            print(f"  measuring: {what} ...", file=sys.stderr, flush=True)


def measure(bench: Bench, extent: Extent) -> Found:
    """All cases, and the figures that follow from them."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # of others, before the benchmark adds its own
    bandwidth = bench.case("memory triad", "triad", rows=extent.triad_rows)["bytes_per_second"]
    whole = {"months": extent.months, "warmup": extent.warmup}
    bench.case("nothing yet, kernels are made ready", "compiled", **whole)
    rows = compared(bench, extent, whole)
    default = default_cases(bench, extent, whole)
    smaller, largest = passive_cases(bench, extent)
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    figures |= {f"ratio_to_twin_{n // 1000}k": ratio_at(rows, n) for n in (10_000, 100_000)}
    figures |= by_size(smaller, largest, bandwidth)
    if not extent.small:  # what small cities cost says nothing of these
        figures |= {"seconds_default_city": default[0]["ran"], "seconds_million": largest["ran"]}
    figures |= {"seconds_help": seconds_of_help(bench), "seconds_first_run": seconds_of_first_run(bench, extent)}
    shares = {row["what"]: row["shares"] for row in step_cases(bench, extent, whole)}
    return Found(figures, [*rows, *default, smaller, largest], shares, conditions(bandwidth, load))


def compared(bench: Bench, extent: Extent, whole: Row) -> list[Row]:
    """Product and twin in cities of the same size, side by side."""
    rows, at_hand = [], twin_at_hand()
    if not at_hand:
        print(SAID, file=sys.stderr)
    for size in extent.cities:
        spec = {"businesses": size, "compared": True, **whole}
        times = min(extent.times, TIMES_COMPARED) if size <= 10_000 else 1  # as often for both, or the ratio is biased
        rows.append(bench.case(f"product, active, {size:,} businesses", "product", **spec, times=times))
        if at_hand:
            least, most = (1, 5) if extent.small else TWIN_DAYS
            days = min(max(TWIN_BUSINESS_DAYS // size, least), most)
            rows.append(bench.case(f"twin, active, {size:,} businesses", "twin", **spec, days=days, times=times))
    return rows


def default_cases(bench: Bench, extent: Extent, whole: Row) -> list[Row]:
    """The bundled city as it is, passive and active."""
    premises = extent.smaller if extent.small else 0
    name = "smaller" if extent.small else "default"
    return [
        bench.case(
            f"product, {scenario}, {name} city",
            "product",
            scenario=scenario,
            premises=premises,
            times=extent.times,
            **whole,
        )
        for scenario in ("passive", "active")
    ]


def passive_cases(bench: Bench, extent: Extent) -> tuple[Row, Row]:
    """The passive market in a smaller and in the largest city, from the decision on."""
    smaller, largest = (
        bench.case(
            f"product, passive, {premises:,} premises",
            "product",
            scenario="passive",
            premises=premises,
            months=extent.months,
            warmup=0,
            times=times,
        )
        for premises, times in ((extent.smaller, extent.times), (extent.largest, extent.times_largest))
    )
    return smaller, largest


def step_cases(bench: Bench, extent: Extent, whole: Row) -> list[Row]:
    """The share of the time by step: of the active market in the default city, of the passive one in the largest."""
    premises = extent.smaller if extent.small else 0
    few = min(6, extent.months)
    return [
        bench.case("active, default city", "steps", premises=premises, **whole),
        bench.case("passive, largest city", "steps", scenario="passive", premises=extent.largest, months=few, warmup=0),
    ]


def seconds_of_help(bench: Bench) -> float:
    """The best time of `fieldcast --help`."""
    bench.tell("fieldcast --help")
    return min(seconds_of(["--help"]) for _ in range(3))


def seconds_of_first_run(bench: Bench, extent: Extent) -> float:
    """The best time from the start of a forecast to its first finished run, once caches are warm."""
    bench.tell("first finished run of fieldcast forecast")
    words = ["forecast", "replications=1", "workers=1", "quiet=true", f"seed={bench.seed}"]
    words += [f"months={extent.months}", f"warmup={extent.warmup}"]
    return min(seconds_until_first(words) for _ in range(1 if extent.small else 5))


def seconds_of(words: list[str]) -> float:
    """Wall time of a command."""
    began = time.perf_counter()
    subprocess.run(command(words), capture_output=True, check=True, env=surroundings())
    return time.perf_counter() - began


def seconds_until_first(words: list[str]) -> float:
    """Wall time until the journal of a command holds a run; then the command is stopped."""
    with tempfile.TemporaryDirectory() as place:
        journal, began = Path(place) / "run" / "journal.bin", time.perf_counter()
        at_work = subprocess.Popen(
            command([*words, f"out={place}/run"]), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=surroundings()
        )
        while at_work.poll() is None and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        if at_work.poll() is None:
            at_work.send_signal(signal.SIGINT)
        _, said = at_work.communicate()
        if at_work.returncode not in (0, STOPPED):
            raise FailedCase(f"the forecast could not be measured:\n{said.decode(errors='replace').strip()}")
        return seconds


def command(words: list[str]) -> list[str]:
    """`fieldcast` with these words, in this Python."""
    return [sys.executable, "-m", "experiments", *words]


def surroundings() -> dict[str, str]:
    """The environment of a case: the same sources as here, and one core."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


# ---- what follows ----------------------------------------------------------------------------------------------------


def ratio_at(rows: list[Row], businesses: int) -> float | None:
    """How many times the twin costs as much as the product in a city of this size, if both were measured."""
    by_kind = {row["kind"]: cost(row) for row in rows if abs(row["businesses"] / businesses - 1.0) < 0.02}
    return by_kind["twin"] / by_kind["product"] if len(by_kind) == 2 else None


def by_size(smaller: Row, largest: Row, bandwidth: float) -> dict[str, float]:
    """What the passive cities tell: cost of a day, its limit, growth of time and of memory."""
    more = largest["premises"] - smaller["premises"]
    seconds = [row["ran"] / row["days"] for row in (smaller, largest)]
    touched = largest["touched"] * largest["premises"] / largest["businesses"]
    return {
        "ns_per_business_day": largest["population"] / largest["businesses"] / NANO,
        "ns_per_business_day_with_events": largest["ordinary_day"] / largest["businesses"] / NANO,
        "ns_per_business_day_limit": 5.0 * touched / bandwidth / NANO,
        "growth_exponent": math.log(seconds[1] / seconds[0]) / math.log(largest["premises"] / smaller["premises"]),
        "bytes_per_business": (largest["resident"] - smaller["resident"]) / more,
        "bytes_per_business_building": (largest["most"] - smaller["most"]) / more,
        "base_mb": smaller["resident"] / MB,
    }


def conditions(bandwidth: float, load: float) -> dict[str, str]:
    """Under what it was measured."""
    from experiments.folder import code_revision, libraries
    from experiments.options import cores

    versions = libraries()
    return {
        "memory triad": f"{bandwidth / 1e9:.1f} GB/s",
        "processor": f"{platform.machine()}, {cores()} cores, one used",
        "load of other work": f"{load:.1f} processes at the start",
        "system": platform.system(),
        "python": versions["python"],
        **{name: versions[name] for name in ("numpy", "numba", "mesa") if name in versions},
        "code": (code_revision() or "installed")[:12],
        "measured": time.strftime("%Y-%m-%d"),
    }
