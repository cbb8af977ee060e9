"""The validation card: its facts file is checked, numbers become verdicts, and the command writes what it promises."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import configs
import experiments.validate as command
from experiments.cli import main
from experiments.compose import configs_of
from experiments.validation.card import as_markdown, as_text, band, number, row_of, tally
from experiments.validation.facts import LineEntry, checked, chosen, runs_of, seeds_of, shipped_facts
from experiments.validation.judge import Computed, Estimate, estimates, verdict
from experiments.validation.runs import city_of
from sim.cityplan import city_plan
from sim.errors import InputError

FACTS = shipped_facts()


def content() -> dict[str, Any]:
    """The file as shipped, free to be broken."""
    return yaml.safe_load((Path(configs.__file__).parent / "facts.yaml").read_text("utf-8"))


def told(broken: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        checked(broken)
    return "\n".join(caught.value.messages)


# ---- the file --------------------------------------------------------------------------------------------------


def test_every_fact_of_the_model_is_on_the_card() -> None:
    numbers = (*range(1, 10), 11, 12, 15, 16, 18, 19, 20, 21, 23)
    assert list(FACTS.facts) == [f"T{n}" for n in numbers]


def test_every_fact_that_can_be_judged_is_computed() -> None:
    able = {name for name, fact in FACTS.facts.items() if not fact.needs}
    assert able == set(command.computed())


@pytest.mark.parametrize("name", FACTS.runs)
def test_the_settings_of_every_run_are_accepted(name: str) -> None:
    run = FACTS.runs[name]
    parameters, _ = configs_of(None).parameters(run.scenario, {"months": run.months, **run.settings})
    assert parameters.months == run.months


def test_every_synthetic_city_of_the_card_has_its_figures() -> None:
    for entry in FACTS.cities.values():
        if entry.preset:
            assert city_plan(entry.preset, entry.figures).size >= 1000
        else:
            assert city_of(entry).n > 1000


def test_every_run_is_needed() -> None:
    wanted = set(runs_of(FACTS, FACTS.facts))
    wanted |= {run.equal_pay.run for run in FACTS.runs.values() if run.equal_pay}
    assert not set(FACTS.runs) - wanted


def test_mistakes_in_the_file_are_told_with_their_place() -> None:
    broken = content()
    broken["facts"]["T9"]["runs"]["passive"] = "pasive"
    assert "facts.T9.runs.passive = 'pasive'" in told(broken) and "did you mean 'passive'?" in told(broken)
    broken = content()
    broken["facts"]["T9"]["lines"]["correlation"]["hihg"] = 1
    assert "did you mean 'high'?" in told(broken)
    broken = content()
    broken["facts"]["T1"]["lines"]["total_slope"] |= {"low": 0.7, "high": 0.2}
    assert "is empty" in told(broken)
    broken = content()
    broken["runs"]["passive"]["city"] = "defualt"
    broken["runs"]["phone"]["keep"] = ["dails"]
    assert "did you mean 'default'?" in told(broken) and "did you mean 'dials'?" in told(broken)


def test_facts_are_chosen_by_name() -> None:
    assert chosen(FACTS, "t9, T3") == ["T3", "T9"]
    assert chosen(FACTS, "[T1]") == ["T1"]
    assert chosen(FACTS, None) == list(FACTS.facts)
    with pytest.raises(InputError, match="T10 is no fact"):
        chosen(FACTS, "T10")


def test_one_run_serves_several_facts() -> None:
    alone = sum(len(runs_of(FACTS, [name])) for name in ("T1", "T3", "T4", "T9"))
    assert len(runs_of(FACTS, ["T1", "T3", "T4", "T9"])) < alone
    assert min(seeds_of(FACTS.runs, 2).values()) == 3


# ---- numbers ---------------------------------------------------------------------------------------------------

MEAN = Computed(lambda case: {"x": case["run"]["t"]["x"][0]}, lambda seeds: {"mean": float(seeds["x"].mean())})


def test_the_interval_of_a_mean_is_students() -> None:
    found = estimates(MEAN, [{"x": value} for value in (1.0, 2.0, 3.0, 4.0)])["mean"]
    reach = 2.353363 * np.std([1, 2, 3, 4], ddof=1) / 2  # t with three degrees of freedom, 95 %
    assert found.mean == 2.5 and found.low == pytest.approx(2.5 - reach) and found.high == pytest.approx(2.5 + reach)


def test_one_seed_has_no_interval_and_what_is_not_judged_has_none() -> None:
    assert np.isnan(estimates(MEAN, [{"x": 1.0}])["mean"].low)
    assert np.isnan(estimates(MEAN, [{"x": 1.0}, {"x": np.nan}])["mean"].low)


@pytest.mark.parametrize(
    ("low", "high", "found", "said"),
    [
        (0.2, 0.7, (0.4, 0.3, 0.5), "inside"),
        (0.2, 0.7, (0.4, 0.1, 0.7), "overlaps"),
        (0.2, 0.7, (0.1, 0.0, 0.19), "outside"),
        (None, 0.0, (0.1, -0.1, 0.3), "overlaps"),
        (None, 0.0, (0.1, 0.05, 0.15), "outside"),
        (1.0, None, (2.0, 1.5, 2.5), "inside"),
        (1.0, None, (np.nan, np.nan, np.nan), "not judged"),
        (1.0, None, (0.5, np.nan, np.nan), "outside"),
    ],
)
def test_verdicts(low, high, found, said: str) -> None:
    line = LineEntry(says="x", low=low, high=high, kind="hard")
    assert verdict(Estimate(*found), line) == said


def test_numbers_have_three_figures() -> None:
    assert [number(x) for x in (0.01234, 0.5, 12.34, 1234.5, 0.0, np.nan)] == [
        "0.0123",
        "0.500",
        "12.3",
        "1234",
        "0",
        "",
    ]
    assert band(LineEntry(says="x", low=None, high=0.0, kind="hard")) == "at most 0"


# ---- the card --------------------------------------------------------------------------------------------------


def rows() -> list[Any]:
    fact = FACTS.facts["T9"]
    good, bad = Estimate(-0.9, -0.95, -0.85), Estimate(0.5, 0.4, 0.6)
    labels = {"correlation": good, "largest_deviation": bad, "annual_churn": good}
    found = [row_of("T9", fact, label, estimate, 20) for label, estimate in labels.items()]
    lacking = FACTS.facts["T18"].model_copy(update={"needs": "a part that nobody has built"})
    return [*found, row_of("T18", lacking, "churn_ratio", None, 0)]


def test_the_card_says_what_lies_where() -> None:
    said = " ".join(tally(rows()))
    assert "0 of 2 facts" in said and "outside in T9" in said and "Not available: T18" in said
    page = as_markdown(rows(), "The card", "made so")
    assert "| -0.900 (-0.950 .. -0.850) | inside | hard |" in page
    assert "needs a part that nobody has built" in page
    assert "not available" in as_text(rows())


@pytest.fixture
def small_card(monkeypatch) -> None:
    """Three seeds of two months in a small city."""
    monkeypatch.setitem(command.SEEDS, "quick", 3)
    passive = FACTS.runs["passive"].model_copy(update={"city": "small", "months": 2})
    small = FACTS.model_copy(update={"runs": FACTS.runs | {"passive": passive}})
    monkeypatch.setattr(command, "shipped_facts", lambda: small)


def test_the_command_writes_table_page_and_sheet(tmp_path: Path, small_card, capsys) -> None:
    assert main(["validate", "facts=T9,T18", f"out={tmp_path / 'card'}", "workers=1"]) == 0
    assert "T18  Calling one's own customers" in capsys.readouterr().out
    written = list(csv.DictReader((tmp_path / "card" / "validation.csv").open()))
    columns = ["fact", "statement", "source", "evidence", "metric", "window", "band_low", "band_high"]
    columns += ["mean", "low", "high", "verdict", "kind"]
    assert list(written[0])[:13] == columns
    assert {row["fact"] for row in written} == {"T9", "T18"}
    assert (tmp_path / "card" / "validation.html").read_text("utf-8").startswith("<!doctype html>")
    assert "http" not in (tmp_path / "card" / "validation.html").read_text("utf-8")


def test_a_card_that_was_stopped_goes_on_where_it_was(tmp_path: Path, small_card, monkeypatch, capsys) -> None:
    words, cut, runs = ["validate", "facts=T9", "workers=1", "quiet=true"], tmp_path / "my cut", command.carried_out
    assert main([*words, f"out={tmp_path / 'whole'}"]) == 0

    def stopped(jobs, *how):
        for place, kept in enumerate(runs(jobs, *how)):
            if place == 2:
                raise KeyboardInterrupt
            yield kept

    monkeypatch.setattr(command, "carried_out", stopped)
    assert main([*words, f"out={cut}"]) == 130
    assert f"fieldcast validate 'resume={cut}'" in capsys.readouterr().err
    left: list[Any] = []
    monkeypatch.setattr(command, "carried_out", lambda jobs, *how: left.extend(jobs) or runs(jobs, *how))
    assert main(["validate", f"resume={cut}", "facts=T3"]) == 2
    assert "facts cannot change when validate is resumed" in capsys.readouterr().err
    assert main(["validate", f"resume={cut}", "workers=1", "quiet=true"]) == 0
    assert len(left) == 1
    for name in ("validation.csv", "validation.md"):
        assert (cut / name).read_text() == (tmp_path / "whole" / name).read_text()
    assert not (cut / ".finished").exists()
    assert main(["validate", f"resume={cut}"]) == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_a_folder_of_something_else_is_no_card_to_go_on_with(tmp_path: Path, capsys) -> None:
    assert main(["validate", f"resume={tmp_path}"]) == 2
    assert f"resume = {tmp_path} is no folder of fieldcast validate" in capsys.readouterr().err


def test_a_misspelt_fact_is_helped(tmp_path: Path, capsys) -> None:
    assert main(["validate", "facts=T33", f"out={tmp_path / 'x'}"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
