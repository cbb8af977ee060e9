"""Other studies in a report: a sweep, a calibration and a validation card, each told in words, or refused."""

import json

import pytest

from experiments.cli import main
from experiments.report import chapters
from experiments.report.beside import beside
from experiments.report.source import open_source
from experiments.report.words import Words, catalogue
from experiments.validation.facts import shipped_facts
from tests.tiny import tiny_folder

pytestmark = pytest.mark.timeout(900)
QUICK = ("months=3", "warmup=1", "engine=serial", "quiet=true")
CARD = """fact,statement,band_low,band_high,mean,low,high,verdict,line
T3,Visits bring calls,0.1,0.5,0.3123,0.25,0.4,inside,calls
T9,Old customers stay,0.8,,0.7,0.6,0.75,outside,
"""
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
    write_calibration(place / "fitted", open_source(place / "runs").city.content_hash)
    return place


def write_calibration(folder, content):
    """A calibration of two parameters as its command leaves it."""
    folder.mkdir()
    priors = {"each": [{"path": "world.needs.renewal_factor", "low": 1.0, "high": 9.0}], "share": 0.3, "brand": 0.4}
    note = {"months": 36, "decision_month": "2027-01", "fixed": {}, "city_content": content, "priors": priors}
    note |= {"source": "history.csv", "out_of_reach": ["churn"]}
    (folder / "calibration.json").write_text(json.dumps(note), encoding="utf-8")
    draws = "".join(f"{i},{4.0 + 0.01 * i}\n" for i in range(101))
    (folder / "posterior.csv").write_text("draw,world.needs.renewal_factor\n" + draws, encoding="utf-8")


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


def test_a_calibration_shows_ranges_before_and_after(place):
    inside = chapter(document(place, calibration=str(place / "fitted")), "calibration")
    rows = next(block for block in inside if block["kind"] == "table")["rows"]
    assert rows == [["renewal factor", "1.00 to 9.00", "4.05 to 4.95", "4.50"]]
    assert any("Out of the model's reach" in block.get("text", "") and "churn" in block["text"] for block in inside)


def test_every_fact_of_the_card_has_its_statement_in_both_languages():
    facts = shipped_facts().facts
    assert {name: catalogue("en").get(f"fact.{name}") for name in facts} == {
        name: fact.statement for name, fact in facts.items()
    }
    assert all(f"fact.{name}" in catalogue("pl") for name in facts)


@pytest.mark.parametrize(("language", "verdicts"), [("en", ["inside", "outside"]), ("pl", ["w paśmie", "poza pasmem"])])
def test_a_card_is_counted_and_rounded(place, language, verdicts):
    inside = chapter(document(place, language, validation=str(place / "card")), "validation")
    rows = next(block for block in inside if block["kind"] == "table")["rows"]
    assert [row[-1] for row in rows] == verdicts
    assert rows[0][0] == "T3 calls"
    assert rows[1][2] == {"en": "at least 0.80", "pl": "co najmniej 0,80"}[language]
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
    write_calibration(tmp_path / "other", "0" * 64)
    words = (f"calibration={tmp_path / 'other'}", f"out={tmp_path / 'no'}")
    assert main(["report", str(place / "runs"), *words]) == 2
    assert "fitted to another city" in capsys.readouterr().err


def test_a_sweep_alone_is_no_report(place, capsys):
    assert main(["report", str(place / "grid"), f"out={place / 'no'}"]) == 2
    assert (
        "is the folder of a sweep; give a finished forecast or comparison; give it as sweep=" in capsys.readouterr().err
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
