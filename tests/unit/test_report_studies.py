"""Other studies in a report: a sweep, a calibration and a validation card, each told in words, or refused."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.calibration.draws import read_posterior
from experiments.calibration.priors import Priors
from experiments.cli import main
from experiments.report import chapters, fitted
from experiments.report.beside import beside
from experiments.report.pictures import catalogue as catalogue_of_pictures
from experiments.report.source import open_source
from experiments.report.words import Words, catalogue
from experiments.validation.facts import shipped_facts
from tests.tiny import tiny_folder

pytestmark = pytest.mark.timeout(900)
QUICK = ("months=3", "warmup=1", "engine=serial", "quiet=true")
CARD = """fact,statement,band_low,band_high,mean,low,high,verdict,line
T3,Visits bring calls,0.1,0.5,0.3123,0.25,0.4,inside,calls
T3,Visits bring calls,0.1,,0.2,0.1,0.3,inside,links_off
T9,Old customers stay,0.8,,0.7,0.6,0.75,outside,
"""
HISTORY = "month,inbound_calls,gross_adds,churn,customers\n2026-04,3,1,0,18\n2026-05,2,0,1,17\n2026-06,4,1,1,17\n"
FIT = "fit=world.needs.shopping_rate_per_month,situation.focal_share"
NONE = {"sweep": None, "validation": None, "calibration": None}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with runs, a sweep, a card and a calibration of the tiny city."""
    place = tmp_path_factory.mktemp("studies")
    (place / "city").mkdir()
    city = f"city={tiny_folder(place / 'city')}"
    assert main(["forecast", city, f"out={place / 'runs'}", *QUICK, "replications=2", "department.reps=2"]) == 0
    values = ("department.reps=1,3", "world.field.woken_months=1.5,2.5", "replications=1")
    assert main(["sweep", city, f"out={place / 'grid'}", *QUICK, *values]) == 0
    (place / "card").mkdir()
    (place / "card" / "validation.csv").write_text(CARD, encoding="utf-8")
    (place / "own.csv").write_text(HISTORY, encoding="utf-8")
    more = (f"history={place / 'own.csv'}", FIT, "points=16", "draws=50", "engine=serial", "quiet=true")
    assert main(["calibrate", city, f"out={place / 'fitted'}", *more]) == 0
    return place


def document(place, language="en", **given):
    source = open_source(place / "runs")
    source.beside = beside(source.folder, source.city.content_hash, NONE | given)
    return chapters.document(source, Words(language, "AUD"), "")["blocks"]


def chapter(blocks, name):
    """The blocks of one chapter."""
    starts = [place for place, block in enumerate(blocks) if block["kind"] == "heading" and block["level"] == 1]
    first = next(place for place in starts if blocks[place]["name"] == name)
    return blocks[first : next((place for place in starts if place > first), len(blocks))]


def test_a_sweep_says_what_the_margin_hangs_on(place):
    inside = chapter(document(place, sweep=str(place / "grid")), "sensitivity")
    rows = next(block for block in inside if block["kind"] == "table")["rows"]
    assert {row[0] for row in rows} == {
        "Representatives planned",
        "What a visit wakes, in months of a business's own shopping",
    }
    assert [block["name"] for block in inside if block["kind"] == "picture"] == ["tornado", "heat_map"]
    assert f"hangs most on this: {rows[0][0]}" in inside[2]["text"]


def test_a_calibration_shows_ranges_before_and_after_and_what_is_learned(place):
    inside = chapter(document(place, calibration=str(place / "fitted")), "calibration")
    rows = {row[0]: row[1:] for row in next(block for block in inside if block["kind"] == "table")["rows"]}
    before, _, median, learned = rows["Customers who start to look around in a month, share"]
    assert before == "0.01 to 0.025" and 0.01 <= float(median) <= 0.025
    assert re.fullmatch(r"(pinned down|narrowed|an assumption still) \(\d+\u00a0%\)", learned)
    assert len(rows) == 2 and "of the client's own figures (own.csv)" in inside[1]["text"]


def test_a_calibration_is_judged_as_its_own_report_does(place):
    told = (place / "fitted" / "identifiability.md").read_text(encoding="utf-8")
    for one in fitted.learned(read_posterior(str(place / "fitted"))):
        gone = f"{100 * one.contraction:.0f} %"
        assert f"{gone} of the prior's spread is gone" in told


def test_parameters_that_are_known_together_are_named(place):
    found = read_posterior(str(place / "fitted"))
    paths = found.paths
    priors = Priors.from_plain(found.note["priors"])
    units = np.linspace(0.1, 0.9, 40)
    values = priors.values(np.column_stack([units, 1.0 - units]))
    tied = replace(found, draws=tuple(dict(zip(paths, row, strict=True)) for row in values.tolist()))
    assert fitted.tied_pairs(tied, Words("en", "AUD")) == [
        ("Customers who start to look around in a month, share", "Our market share when the history begins")
    ]


def test_the_picture_of_a_calibration_is_in_its_report_alone(place, tmp_path):
    words = ("language=pl", f"out={tmp_path / 'with'}", f"calibration={place / 'fitted'}")
    assert main(["report", str(place / "runs"), *words]) == 0
    assert (tmp_path / "with" / "figures" / "fitted.svg").exists()
    with (tmp_path / "with" / "figures" / "data" / "fitted.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row["before_low"]) <= float(row["after_low"]) <= float(row["median"]) for row in rows)
    assert "fitted" not in catalogue_of_pictures.NAMES


def test_every_fact_of_the_card_has_its_statement_in_both_languages():
    facts = shipped_facts().facts
    assert {name: catalogue("en").get(f"fact.{name}") for name in facts} == {
        name: fact.statement for name, fact in facts.items()
    }
    assert all(f"fact.{name}" in catalogue("pl") for name in facts)


@pytest.mark.parametrize(
    ("language", "verdicts"), [("en", ["inside", "inside", "outside"]), ("pl", ["w paśmie", "w paśmie", "poza pasmem"])]
)
def test_a_card_is_counted_and_rounded(place, language, verdicts):
    inside = chapter(document(place, language, validation=str(place / "card")), "validation")
    rows = next(block for block in inside if block["kind"] == "table")["rows"]
    assert [row[-1] for row in rows] == verdicts
    assert rows[0][0] == "T3 calls"
    assert [bool(row[1]) for row in rows] == [True, False, True]  # a fact is stated once
    assert rows[2][2] == {"en": "at least 0.80", "pl": "co najmniej 0,80"}[language]
    assert rows[0][3].startswith("0.31 (" if language == "en" else "0,31 (")
    assert "1" in inside[2]["text"]


def test_what_is_not_given_is_said(place):
    left_out = document(place)[-1]["items"]
    assert [word for word in ("sweep=", "calibration=", "validation=") if any(word in said for said in left_out)] == [
        "sweep=",
        "calibration=",
        "validation=",
    ]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("sweep={place}/runs", "is the folder of a forecast"),
        ("sweep={place}/nowhere", "is no folder of a sweep"),
        ("validation={place}/grid", "holds no validation.csv"),
        ("calibration={place}/card", "calibration="),
    ],
)
def test_a_wrong_study_is_refused(place, capsys, word, said):
    assert main(["report", str(place / "runs"), word.format(place=place), f"out={place / 'no'}"]) == 2
    assert said in capsys.readouterr().err


def test_a_study_of_another_city_is_refused(place, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    note = json.loads((place / "fitted" / "calibration.json").read_text(encoding="utf-8"))
    (other / "calibration.json").write_text(json.dumps(note | {"city_content": "0" * 64}), encoding="utf-8")
    (other / "posterior.csv").write_bytes((place / "fitted" / "posterior.csv").read_bytes())
    words = (f"calibration={other}", f"out={tmp_path / 'no'}")
    assert main(["report", str(place / "runs"), *words]) == 2
    assert "fitted to another city" in capsys.readouterr().err


@pytest.mark.parametrize(("folder", "word"), [("grid", "sweep"), ("fitted", "calibration")])
def test_another_study_is_told_where_it_belongs(place, capsys, folder, word):
    assert main(["report", str(place / folder), f"out={place / 'no'}"]) == 2
    assert (
        f"give a finished forecast or comparison; `fieldcast report` of one takes it in, as {word}="
        in capsys.readouterr().err
    )


def test_a_summary_that_is_broken_is_refused(place, tmp_path, capsys):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (place / "runs").iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    (copy / "summary.csv").write_text("kpi,scenario,mean\ncustomers,active,many\n", encoding="utf-8")
    assert main(["report", str(copy), f"out={tmp_path / 'no'}"]) == 2
    assert "summary.csv cannot be read" in capsys.readouterr().err
