"""The benchmark: what follows from its cases by pencil, and the whole on small cities."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from experiments import benchmark
from experiments.benchmark import QUICK, WHOLE, Bench, by_size, extent_of, measure, ratio_at, seconds_until_first
from experiments.benchmarkcases import LOOKED_AT, measured, ordinary_day, shares_of
from experiments.benchmarkfigure import picture, points_of, title_of
from experiments.benchmarktables import BESIDE, FIGURES, as_text, cost, line_of, step_lines, write
from experiments.cli import main
from sim.errors import InputError
from tests.tiny import tiny_folder

CONTRACT = (
    "ratio_to_twin_10k, ratio_to_twin_100k, ns_per_business_day, ns_per_business_day_limit, growth_exponent, "
    "bytes_per_business, seconds_default_city, seconds_million, seconds_help, seconds_first_run"
)
SMALL = benchmark.Extent((120,), 300, 900, 1, 0, 1, 10_000, True)


class Here(Bench):
    """Measures in this process, which has read everything already."""

    def measured(self, what, spec):
        return json.loads(json.dumps(measured(spec)))


def case(kind, businesses, premises, days, ran, **more):
    usual = {"built": 1.0, "ordinary_day": 0.0, "population": 0.0, "touched": 20, "resident": 0, "most": 0}
    sizes = {"businesses": businesses, "premises": premises, "days": days}
    return {"what": f"{kind}, active", "kind": kind, "ran": ran} | sizes | usual | more


# ---- by pencil -------------------------------------------------------------------------------------------------------


def test_the_ratio_is_of_costs_a_day_whatever_the_days():
    rows = [case("product", 10_003, 13_000, 500, 1.0), case("twin", 10_003, 13_000, 50, 20.0)]
    assert ratio_at(rows, 10_000) == pytest.approx(200.0)
    assert ratio_at(rows, 100_000) is None
    assert ratio_at(rows[:1], 10_000) is None


def test_growth_is_an_exponent_and_memory_counts_what_is_added():
    smaller = case("product", 700, 1_000, 10, 1.0, resident=3_000_000, most=4_000_000)
    days = {"ordinary_day": 0.0021, "population": 0.0007}
    largest = case("product", 70_000, 100_000, 10, 100.0, resident=3_990_000, most=5_980_000, **days)
    told = by_size(smaller, largest, bandwidth=1e10)
    assert told["growth_exponent"] == pytest.approx(1.0)
    assert told["bytes_per_business"] == pytest.approx(10.0)
    assert told["bytes_per_business_building"] == pytest.approx(20.0) and told["base_mb"] == pytest.approx(3.0)
    assert told["ns_per_business_day"] == pytest.approx(10.0)
    assert told["ns_per_business_day_with_events"] == pytest.approx(30.0)
    assert told["ns_per_business_day_limit"] == pytest.approx(5 * 20 / 0.7 / 10)


def test_an_ordinary_day_opens_and_closes_no_month():
    calendar = SimpleNamespace(days=7, opens_month=lambda day: day == 3, closes_month=lambda day: day in (2, 6))
    assert ordinary_day(SimpleNamespace(calendar=calendar), [9.0, 8.0, 2.0, 1.0, 7.0]) == 2.0


def test_shares_are_of_the_calls_of_a_day():
    day, step = ("sim/market.py", 9, "_work_day"), ("sim/steps/needs.py", 3, "start_shopping")
    stride, other = ("sim/steps/strides.py", 5, "morning"), ("x.py", 1, "other")
    calls = {
        day: (10, 10, 0.375, 4.0, {}),
        stride: (10, 10, 0.125, 3.625, {day: (10, 10, 0.125, 3.625)}),
        step: (12, 12, 3.5, 3.6, {stride: (10, 10, 3.4, 3.5), other: (2, 2, 0.1, 0.1)}),
    }
    assert shares_of(calls) == {"needs.start_shopping": 3.5 / 4.0, "the day itself": 0.5 / 4.0}


def test_small_steps_are_added_up():
    lines = step_lines({"one": {"a": 0.9, "b": 0.004, "c": 0.006}, "other": {"a": 0.5, "c": 0.5}})
    assert lines == [("share of the run", "one", "other"), ("a", 0.9, 0.5), ("c", 0.006, 0.5), ("all else", 0.004, 0.0)]


def test_cities_are_asked_for_by_their_businesses():
    assert extent_of({"quick": False, "cities": None}) == WHOLE
    assert extent_of({"quick": True, "cities": ["500", "2000"]}).cities == (500, 2000)
    assert extent_of({"quick": True, "cities": ["500"]}).largest == QUICK.largest
    with pytest.raises(InputError, match="cities = 1e3 must be a whole number"):
        extent_of({"quick": False, "cities": ["1e3"]})


# ---- the whole -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benchmark, "seconds_until_first", lambda words: 2.5)
        patch.setattr(benchmark, "seconds_of", lambda words: 0.25)
        return measure(Here(seed=2, quiet=True), SMALL)


def test_product_and_twin_stand_side_by_side(found):
    by_kind = {row["kind"]: row for row in found.rows if "120 businesses" in row["what"]}
    assert by_kind["product"]["premises"] == by_kind["twin"]["premises"]
    assert cost(by_kind["twin"]) > 0.0 and cost(by_kind["product"]) > 0.0
    assert all(row["touched"] == 8 + 4 + 5 * 2 for row in found.rows if row["kind"] == "product")
    assert all(row["population"] > 0.0 for row in found.rows if row["kind"] == "product")
    assert len(LOOKED_AT) == 7


def test_shares_of_the_steps_add_up(found):
    assert len(found.shares) == 2
    for shares in found.shares.values():
        assert sum(shares.values()) == pytest.approx(1.0, abs=0.02)
    assert any(name.startswith("fieldforce.") for name in found.shares["active, default city"])


def test_the_files_are_those_of_the_contract(found, tmp_path):
    write(found, tmp_path)
    picture(found, tmp_path)
    told = json.loads((tmp_path / "benchmark.json").read_text())
    assert list(told) == CONTRACT.split(", ")
    assert set(FIGURES) - set(told) == set(BESIDE)
    assert told["seconds_first_run"] == 2.5 and told["seconds_help"] == 0.25
    assert told["ratio_to_twin_10k"] is None and told["seconds_million"] is None  # not measured in small cities
    with (tmp_path / "benchmark.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["what"] for line in lines] == [row["what"] for row in found.rows]
    assert float(lines[0]["ns_per_business_day"]) == pytest.approx(line_of(found.rows[0])[6])
    names = ("benchmark.png", "benchmark.svg", "data/benchmark.csv")
    assert all((tmp_path / "figures" / name).stat().st_size for name in names)
    assert "not measured" in as_text(found)


def test_the_picture_shows_what_can_be_compared(found):
    points = points_of(found.rows)
    assert [label.partition(",")[2] for label, *_ in points] == [" active", " passive", " passive", " active"]
    assert title_of([("pure-Mesa twin, active", 500, 90.0), ("Fieldcast, active", 500, 3.0)]).endswith(
        "30 times as much"
    )
    assert title_of([("Fieldcast, passive", 500, 3.25)]) == "A business costs 3.25 ns a day at best"


def test_without_the_twin_the_product_is_measured_alone(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "twin_at_hand", lambda: False)
    rows = benchmark.compared(Here(seed=2, quiet=True), SMALL, {"months": 1, "warmup": 0})
    assert [row["kind"] for row in rows] == ["product"]
    assert "the product is measured alone" in capsys.readouterr().err


# ---- processes -------------------------------------------------------------------------------------------------------


def test_a_case_has_a_process_of_its_own_and_says_what_went_wrong():
    bench = Bench(seed=1, quiet=True)
    assert bench.case("triad", "triad", rows=1_000)["bytes_per_second"] > 0.0
    with pytest.raises(benchmark.FailedCase, match="no such thing could not be measured"):
        bench.case("no such thing", "nothing")


LOADED_MEANWHILE = """
import cProfile
from numba.core.dispatcher import Dispatcher
from experiments import benchmarkcases
loaded, running = [], []
usual, run = Dispatcher.compile, cProfile.Profile.runcall
Dispatcher.compile = lambda kernel, sig: (running and loaded.append(kernel.py_func.__name__), usual(kernel, sig))[1]
cProfile.Profile.runcall = lambda profile, call: (running.append(1), run(profile, call))[1]
spec = {"scenario": "passive", "compared": False, "premises": 900, "businesses": 0, "seed": 1, "months": 2, "warmup": 0}
benchmarkcases.steps(spec)
print(running, loaded)
"""


def test_no_kernel_is_loaded_while_the_steps_are_timed():
    done = subprocess.run([sys.executable, "-c", LOADED_MEANWHILE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[1] []"


def test_a_case_that_fails_ends_the_command_without_a_traceback(monkeypatch, tmp_path, capsys):
    def fail(*_):
        raise benchmark.FailedCase("product could not be measured:\nno memory")

    monkeypatch.setattr(benchmark, "measure", fail)
    assert main(["benchmark", "quick=true", "quiet=true", f"out={tmp_path / 'out'}"]) == 1
    assert capsys.readouterr().err == "error: product could not be measured:\nno memory\n"


def test_the_first_run_is_seen_in_the_journal(tmp_path):
    city = tiny_folder(tmp_path)
    words = ["forecast", "replications=1", "workers=1", "engine=serial", "quiet=true", "months=1", "warmup=0"]
    assert 0.0 < seconds_until_first([*words, f"city={city}"]) < 120.0
    with pytest.raises(benchmark.FailedCase, match="monts"):
        seconds_until_first([*words, "monts=1"])
