"""The report: complete words in both languages, a verdict that follows the results, and the same bytes every time."""

import re
import string
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.cli import main
from experiments.moves import Moves
from experiments.report import chapters, register
from experiments.report.pictures.axes import tick
from experiments.report.source import open_source
from experiments.report.verdict import Answer, sentences
from experiments.report.words import LANGUAGES, Words, catalogue, meanings
from sim.errors import InputError
from sim.parameters import book, defaults
from tests.tiny import tiny_folder

QUICK = ("months=3", "warmup=1", "replications=2", "engine=serial", "quiet=true", "record.events=false")
ANSWER = Answer(4, 100.0, 50.0, 150.0, 0.1, 1.0, 5e4, 1e4, 9e4, 1.0, 12.0, 1.0, -2e4, 5)


@pytest.fixture(autouse=True, scope="module")
def coarse_pictures():
    """Saves the seconds of drawing at 300 dots an inch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.report.pictures.paper.PNG_DPI", 40)
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    city = tiny_folder(tmp_path_factory.mktemp("report city"))
    out = tmp_path_factory.mktemp("runs") / "finished"
    assert main(["forecast", f"city={city}", f"out={out}", *QUICK, "department.reps=2"]) == 0
    return out


@pytest.fixture(scope="module")
def report(runs):
    out = runs.parent / "report"
    assert main(["report", str(runs), f"out={out}", "client=Łódź Telekom & <Syn>", "language=pl"]) == 0
    return out


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_strings_with_the_same_blanks():
    english, polish = catalogue("en"), catalogue("pl")
    assert english.keys() == polish.keys()
    assert {key for key in english if fields(english[key]) != fields(polish[key])} == set()
    assert all(text.strip() for text in [*english.values(), *polish.values()])


def test_every_number_of_the_register_is_explained_in_polish():
    words, rows = Words("pl", "PLN"), book(defaults())
    shown = [row for row in rows if row.path.startswith(("world.", "department.", "situation."))]
    assert not [row.path for row in shown if words.meaning(row.path, "") == ""]
    assert not set(meanings("pl")) - {row.path for row in rows}
    assert not [row.unit for row in shown if row.unit and f"units.{row.unit}" not in catalogue("pl")]


def test_no_string_is_left_that_nobody_uses():
    sources = Path(chapters.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in [*sources.rglob("*.py"), *sources.rglob("*.j2")])
    families = set(re.findall(r"""f["']([a-z_]+)\.\{""", text)) | set(
        re.findall(r"""f["']([a-z_]+\.[a-z_]+)\{""", text)
    )
    left = [
        key for key in catalogue("en") if f'"{key}"' not in text and not any(key.startswith(one) for one in families)
    ]
    assert not left


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_has_a_title_and_a_word_for_being_left_out(language):
    words = Words(language, "PLN")
    for name in chapters.CHAPTERS:
        assert words(f"chapter.{name}") and words(f"left_out.{name}")


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "1,234.5 −3.2 % +0.50 pts AUD 12,300"), ("pl", "1 234,5 −3,20 % +0,50 p.p. 12 300 zł")],
)
def test_numbers_are_written_as_the_language_writes_them(language, written):
    words = Words(language, "AUD" if language == "en" else "PLN")
    found = [words.number(1234.5, 1), words.share(-0.032), words.share(0.005, signed=True), words.money(12345.0)]
    plain = " ".join(found).replace("\u00a0", " ")
    assert plain == written.replace(",", " ").replace("−3.2 %", "−3.20 %") if language == "en" else plain == written


def test_small_rates_keep_digits_that_tell_them_apart():
    words = Words("en", "AUD")
    assert [words.precise(value) for value in (0.00439, 0.2, 1234.4)] == ["0.00439", "0.2", "1\u00a0230"]
    assert (
        words.exact(0.65701) == "0.657"
        and words.exact(4380.07) == "4\u00a0380"
        and words.percent(0.075) == "7.5\u00a0%"
    )
    assert words.span("0", "0") == "0" and words.span("1", "2") == "1 to 2"
    assert [words.whole(value) for value in (57.4, 4.25, 1337.0)] == ["57", "4.25", "1\u00a0340"]


def test_what_others_do_is_told_in_words():
    price = {"month": 4, "operator": "largest", "event": "tariff_change", "price_factor": 0.9}
    team = {"month": 3, "until_month": 9, "operator": "Rival", "event": "field_team", "reps": 6}
    found = register.differences({"events": [team]}, {"events": [price]}, Words("pl", "PLN"))
    assert [[cell.replace("\u00a0", " ") for cell in row] for row in found] == [
        ["Na rynku w miesiącach 3–8", "Rival: liczba handlowców: 6", "nie występuje"],
        ["Na rynku od miesiąca 4", "nie występuje", "największy konkurent: ceny niższe o 10 %"],
    ]


def test_a_month_is_written_in_words():
    assert Words("pl", "PLN").month("2027-10-01") == "październik 2027"
    assert Words("en", "PLN").short_month("2027-10-01") == "Oct 2027"


def test_an_axis_says_thousands_in_the_language():
    words = Words("pl", "PLN")
    assert tick(25000.0, 5000.0, words, "money", False) == "25\u00a0tys."
    assert tick(0.05, 0.05, words, "share", True) == "+5\u00a0p.p."
    assert tick(0.225, 0.025, words, "share", False) == "22,5\u00a0%"


@pytest.mark.parametrize(
    ("odds", "said"), [(1.0, "pays back"), (0.5, "may or may not pay back"), (0.0, "does not pay back")]
)
def test_the_verdict_follows_the_odds(runs, odds, said):
    source, words = open_source(runs), Words("en", "AUD")
    text = " ".join(sentences(replace(ANSWER, margin_odds=odds), source, words))
    assert f"The decision {said} within" in text


def test_what_others_do_is_no_decision(runs):
    source, words = open_source(runs), Words("en", "AUD")
    source.moves = Moves(ours=False, others="the largest rival cuts its prices")
    text = " ".join(sentences(replace(ANSWER, customers=0.0), source, words))
    assert "has as many customers as" in text and "What others do changes our cumulative margin" in text
    assert "pays" not in text and "money back" not in text
    assert chapters.department.what_to_decide(source, words, ANSWER) == [words("decide.others")]
    assert not any("financed" in risk for risk in chapters.risks(source, words, ANSWER))


def test_what_is_spent_in_advance_has_to_be_financed(runs):
    found = chapters.risks(open_source(runs), Words("en", "AUD"), replace(ANSWER, deepest_place=2))
    assert any("AUD\u00a020\u00a0000" in risk and "financed" in risk for risk in found)


def test_the_first_of_a_comparison_is_called_today_s_way_only_where_it_builds_nothing(runs):
    source = open_source(runs)
    assert source.has_baseline
    source.config = source.config | {"command": "compare"}
    assert source.has_baseline
    source.baseline = source.scenario
    assert not source.has_baseline


def test_months_of_training_alone_are_no_months_of_productive_people():
    columns = {"scenario": ["active"], "stage": ["training"], "attainment": [np.nan], "month": [1]}
    source = SimpleNamespace(scenario="active", table=lambda *_: {name: np.array(v) for name, v in columns.items()})
    assert chapters.department.productive(source) == {}


def test_a_long_run_has_its_costs_by_longer_spans():
    assert chapters.department.spans(9) == [(1, 6), (7, 9)]
    assert chapters.department.spans(60)[:2] == [(1, 12), (13, 24)]
    assert all(len(chapters.department.spans(last)) <= 6 for last in range(1, 241))


def test_a_department_that_loses_money_is_called_that(runs):
    source, words = open_source(runs), Words("en", "AUD")
    answer = replace(ANSWER, margin=-5e4, margin_odds=0.0, break_even=float("inf"), break_even_share=0.0)
    text = " ".join(sentences(answer, source, words))
    assert "lower" in text and "In none of the runs is the money back" in text
    assert words("decide.not") in chapters.department.what_to_decide(source, words, answer)


def test_a_report_is_one_page_a_document_and_a_workbook(report):
    assert {"report.html", "report.pdf", "report.xlsx", "figures"} == {path.name for path in report.iterdir()}
    assert (report / "report.pdf").read_bytes().startswith(b"%PDF")
    assert zipfile.ZipFile(report / "report.xlsx").testzip() is None
    assert {path.stem for path in (report / "figures").glob("*.svg")} >= {"customers", "waterfall", "costs"}


def test_the_workbook_holds_numbers_in_full_under_words_and_charts_of_them(report, runs):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(report / "report.xlsx")
    summary, months, charts = book.worksheets[:3]
    assert [cell.value for cell in summary[1]][:4] == ["Wielkość", "Nazwa w summary.csv", "Jednostka", "Czas"]
    customers = next(row for row in summary.iter_rows(min_row=2, values_only=True) if row[1] == "customers")
    wanted = next(row for row in open_source(runs).rows if row["kpi"] == "customers")
    assert customers[0] == "Klienci" and customers[5] == wanted["mean"]
    assert months.cell(1, 3).value == "Klienci: Sprzedaż pasywna"
    drawn = charts._charts
    assert len(drawn) == 5 and drawn[0].series[0].val.numRef.f.startswith("'Miesiąc po miesiącu'!$C$2")


def test_the_page_asks_nothing_of_the_network_and_escapes_the_client(report):
    html = (report / "report.html").read_text(encoding="utf-8")
    assert "Łódź Telekom &amp; &lt;Syn&gt;" in html
    loaded = re.findall(r"(?:src|href)=\"([^\"]*)\"|url\(([^)]*)\)", html)
    assert all((first or second).startswith(("data:", "#")) for first, second in loaded)
    assert "<script" not in html
    assert "{{" not in html and "{%" not in html


def test_the_same_folder_gives_the_same_bytes(runs, report, tmp_path):
    assert main(["report", str(runs), f"out={tmp_path / 'again'}", "client=Łódź Telekom & <Syn>", "language=pl"]) == 0
    for name in ("report.html", "report.pdf", "report.xlsx"):
        assert (tmp_path / "again" / name).read_bytes() == (report / name).read_bytes(), name


def test_the_register_marks_what_was_changed(runs):
    source = open_source(runs)
    changed = {row.path for row, differs in register.book_rows(source) if differs}
    assert "department.reps" in changed and "world.needs.renewal_factor" not in changed


def test_what_is_not_recorded_is_left_out_and_said(runs):
    document = chapters.document(open_source(runs), Words("en", "AUD"), "")
    said = document["blocks"][-1]["items"]
    assert any("sensitivity" in item for item in said) and any("validation card" in item for item in said)


def test_a_folder_that_is_no_finished_run_is_refused_with_a_remedy(runs, tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        open_source(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no results"):
        open_source(tmp_path)
    half = tmp_path / "half"
    half.mkdir()
    (half / "config.yaml").write_bytes((runs / "config.yaml").read_bytes())
    with pytest.raises(InputError, match=r"is not finished.*resume="):
        open_source(half)


def test_another_version_is_refused(runs, tmp_path):
    copy = tmp_path / "old"
    copy.mkdir()
    for path in runs.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    manifest = (copy / "manifest.json").read_text().replace('"version": "', '"version": "0.0.', 1)
    (copy / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=r"was made by version 0\.0\."):
        open_source(copy)


def test_an_unknown_scenario_is_told_the_nearest(runs):
    with pytest.raises(InputError, match="did you mean 'active'"):
        open_source(runs, "activ")


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("accent: blue", "is no colour"),
        ("accnt: '#112233'", "unknown key"),
        ("logo: ../x.png", "inside"),
        ("[1", "cannot be read"),
    ],
)
def test_a_broken_look_is_refused(runs, tmp_path, capsys, look, said):
    (tmp_path / "look.yaml").write_text(look)
    assert main(["report", str(runs), f"out={tmp_path / 'out'}", f"template={tmp_path}"]) == 2
    assert said in capsys.readouterr().err


def test_a_client_s_colours_reach_the_page(runs, tmp_path):
    (tmp_path / "look.yaml").write_text("accent: '#8A1538'\n")
    assert main(["report", str(runs), f"out={tmp_path / 'out'}", f"template={tmp_path}"]) == 0
    assert "#8A1538" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
