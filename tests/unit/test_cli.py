"""The front door: words become a request, help is quick to load, and what happens becomes an exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st

import experiments.cli as cli
from experiments.cli import COMMANDS, main
from experiments.compose import Configs, Request, read
from experiments.grammar import parse_value, plain_value
from sim.errors import InputError

HEAVY = ("hydra", "matplotlib", "pandas", "pyarrow", "numba", "mesa", "scipy", "networkx", "pydantic", "numpy")


def request(*words: str) -> Request:
    return read("forecast", COMMANDS["forecast"], ["scenario=passive", *words])


@pytest.mark.parametrize("words", [["--help"], ["forecast", "--help"], ["city", "-h"], ["--version"]])
def test_help_loads_nothing_heavy(words):
    code = f"import sys\nfrom experiments.cli import main\nassert main({words!r}) == 0\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_its_examples_and_options(name, capsys):
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert all(example in said for example in COMMANDS[name].examples)
    assert all(f"  {option}=" in said for option in COMMANDS[name].options)


def test_no_words_show_the_help_and_count_as_a_mistake(capsys):
    assert main([]) == 2
    assert "fieldcast COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["wyniki łódź", "a=b", "[x]", "{x: 1}", "'quoted'", "1,2", "$HOME", "#1", "range(1,2)", "null", "~x", "a\\b"],
)
def test_values_of_folders_are_taken_as_they_stand(text):
    said = request(f"out={text}", f"city={text}")
    assert said.options["out"] == text
    assert said.options["city"] == text


@pytest.mark.parametrize("word", ["a=b", "zażółć gęślą", "[x]", "x,y", "a=b=c"])
def test_path_is_taken_as_it_stands(word):
    assert read("city", COMMANDS["city"], ["check", word, "quiet=true"]).path == ["check", word]


def test_an_option_after_the_command_word_is_no_path():
    said = read("city", COMMANDS["city"], ["show", "out=pictures"])
    assert said.path == ["show"]
    assert said.options["out"] == "pictures"


def test_a_file_that_looks_like_an_option_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("city=x").mkdir()
    assert read("city", COMMANDS["city"], ["check", "city=x"]).path == ["check", "city=x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("true", True),
        ("null", None),
        ("[1,2]", [1, 2]),
        ('"ł=1, [x]"', "ł=1, [x]"),
        ("1e3", 1e3),
    ],
)
def test_other_values_follow_hydra(text, value):
    assert parse_value("key", text) == value


PLAIN = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.from_regex(r"\A-?[0-9]{1,3}(\.[0-9]{0,3})?\Z"),
    st.from_regex(r"\A[a-zA-Z/][a-zA-Z0-9_/.,\-]{0,12}\Z"),
    st.sampled_from(
        [
            "true",
            "True",
            "FALSE",
            "null",
            "NULL",
            "nan",
            "Inf",
            "-inf",
            "007",
            "1e5",
            "-0",
            "a/7",
            "/tmp/1.5",
            "e5",
            "-",
            "a.null",
        ]
    ),
)


@given(PLAIN)
@settings(max_examples=300, deadline=None)
def test_plain_values_are_what_hydra_reads(text):
    plain = plain_value(text)
    if plain is not None:
        hydras = OverridesParser.create().parse_override(f"key={text}")
        assert not hydras.is_sweep_override()
        assert hydras.value() == plain and type(hydras.value()) is type(plain)


def test_plain_values_do_without_the_grammar():
    script = """if True:
        import sys
        from experiments.grammar import parse_value
        print(*(parse_value("key", text) for text in ("7", "/x/y-1", "true")), "hydra" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["7", "/x/y-1", "True", "False"]


def test_the_remedy_for_an_unreadable_value_works():
    with pytest.raises(ValueError, match='scenario="ścieżka"') as refusal:
        parse_value("scenario", "ścieżka")
    word = str(refusal.value).split(": ", 1)[1].strip("'")
    assert parse_value("scenario", word.partition("=")[2]) == "ścieżka"


def test_a_scenario_may_be_named_by_a_number():
    assert parse_value("scenario", "2027", name=True) == "2027"


def test_options_are_typed_and_have_their_defaults():
    options = request("months=6", "record.zones=false").options
    assert (options["months"], options["warmup"], options["seed"], options["replications"]) == (6, 12, 1, 20)
    assert options["record"] == {"zones": False, "reps": True, "ledger": True, "events": False}
    assert (options["engine"], options["quiet"], options["city"], options["resume"]) == (
        "processes",
        False,
        "melbourne",
        None,
    )


def test_world_calendar_and_run_hold_for_the_baseline_and_decisions_do_not():
    said = request(
        "world.needs.renewal_factor=7.25",
        "calendar.decision_month=2028-03",
        "months=6",
        "telemarketing.telemarketers=4",
    )
    active, _ = said.parameters("passive")
    baseline, _ = said.parameters("passive", baseline=True)
    assert active.telemarketing.telemarketers == 4
    assert baseline.telemarketing.telemarketers == 0
    assert active.world == baseline.world
    assert (baseline.world.needs.renewal_factor, baseline.calendar.decision_month, baseline.months) == (
        7.25,
        "2028-03",
        6,
    )


def test_the_full_mapping_keeps_the_node_of_a_changed_claim():
    _, mapping = request("world.needs.renewal_factor=7.25").parameters("passive")
    node = mapping["world"]["needs"]["renewal_factor"]
    assert node["value"] == 7.25
    assert node["range"] == [4.0, 8.0]


@pytest.mark.parametrize("name", ["passive", "telemarketing", "competitor_tariff"])
def test_a_shipped_scenario_comes_out_the_same_with_hydra_and_laid_over(name):
    by_hydra, laid_over = Configs(None), Configs(None)
    laid_over._composed["another"] = {}
    assert laid_over.parameters(name, {}) == by_hydra.parameters(name, {})


def test_the_results_go_to_a_dated_folder_that_is_not_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = request().out_folder()
    assert folder.parent == Path("runs")
    assert folder.name.endswith("_forecast")
    assert not Path("runs").exists()


def test_a_folder_filled_meanwhile_is_refused(tmp_path):
    said = request(f"out={tmp_path / 'new'}")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "old results").write_text("")
    with pytest.raises(InputError, match="exists and is not empty"):
        said.out_folder()


def test_a_folder_once_given_stays_the_same(tmp_path):
    said = request(f"out={tmp_path / 'new'}")
    folder = said.out_folder()
    folder.mkdir()
    (folder / "plan.parquet").write_text("")
    assert said.out_folder() == folder


def test_resume_alone_asks_nothing_of_the_scenario(tmp_path):
    said = read("forecast", COMMANDS["forecast"], [f"resume={tmp_path}"])
    assert said.given == {"resume"}
    assert said.out_folder() == tmp_path


@pytest.mark.parametrize(("happens", "code"), [(0, 0), (1, 1), (InputError("no"), 2), (KeyboardInterrupt(), 130)])
def test_what_happens_becomes_an_exit_code(happens, code, monkeypatch):
    def run(_request):
        if isinstance(happens, BaseException):
            raise happens
        return happens

    monkeypatch.setattr(cli, "import_module", lambda _name: SimpleNamespace(run=run))
    assert main(["city", "show"]) == code


def test_a_true_bug_shows_its_traceback(monkeypatch):
    def run(_request):
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "import_module", lambda _name: SimpleNamespace(run=run))
    with pytest.raises(ZeroDivisionError):
        main(["city", "show"])


@pytest.mark.parametrize("form", ["table", "csv", "md"])
def test_the_book_shows_every_claim_with_its_source(form, capsys):
    assert main(["parameters", f"format={form}", "world.needs.renewal_factor=7.25"]) == 0
    said = capsys.readouterr().out
    assert "7.25" in said
    assert "domain-m5" in said
    assert "telemarketers" in said


def test_the_book_names_each_section_once_and_says_what_is_empty(capsys):
    assert main(["parameters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert len(set(heads)) == len(heads)
    events = next(line for line in lines if line.startswith("  events "))
    assert events.split()[1] == "none"


def test_a_plus_before_an_unknown_name_is_no_reason_to_write_it_without(capsys):
    assert main(["forecast", "+moths=3"]) == 2
    assert "unknown option 'moths'; did you mean 'months'?" in capsys.readouterr().err


def test_the_book_goes_into_a_folder_when_one_is_given(tmp_path, capsys):
    assert main(["parameters", "format=csv", f"out={tmp_path / 'book'}"]) == 0
    written = (tmp_path / "book" / "parameters.csv").read_text(encoding="utf-8")
    assert written.startswith("path,value,unit,low,high,evidence,source,meaning\n")
