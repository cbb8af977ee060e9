"""The documents keep their word: their commands are read and the cheap ones run, and they leave no metric out.

`python -m tests.test_docs` writes the table of docs/parameters.md anew, and the tables of docs/motivation.md and
docs/performance.md.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

import configs
import sim.city
from experiments.book import as_markdown
from experiments.cli import COMMANDS, main
from experiments.compose import read
from experiments.figures import FIGURES
from experiments.motivationpage import MARK, rewritten
from experiments.schema import MONTHLY, TABLES
from sim.compensation.terms import TERMS
from sim.competitors import REACTIONS
from sim.decisions import Department, Retention
from sim.parameters import book, defaults
from sim.reactions import EVENTS
from sim.world import World
from tests.tiny import tiny_city
from tests.tiny import tiny_folder as written

ROOT = Path(__file__).parent.parent
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
STUDIES = {"motivation.md": ROOT / "docs/tables/motivation", "performance.md": ROOT / "docs/tables/benchmark"}
PICTURE_LIMIT = 300_000  # bytes
TINY = ("months=1", "warmup=1", "replications=1", "workers=1", "engine=serial", "quiet=true")


def fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)


def lines_of(start: str) -> list[str]:
    found = [line for page in PAGES for block in fenced(page, "sh") for line in block.splitlines()]
    return sorted({line for line in found if line.startswith(start)})


def words_of(line: str) -> list[str]:
    """The words after `fieldcast`, without a redirection."""
    words = shlex.split(line)[1:]
    return words[: words.index(">")] if ">" in words else words


def glossary() -> list[str]:
    table = PAGES["README.md"].split("## Glossary")[1].split("\n## ")[0]
    return re.findall(r"^\| (?!term|---)(.+?) \|", table, re.MULTILINE)


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    """The tiny city as a folder."""
    return written(tmp_path_factory.mktemp("tinytown"))


# ---- commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", lines_of("fieldcast "))
def test_every_command_is_read_and_its_configuration_composes(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name, *words = words_of(line)
    if name.startswith("-"):
        assert main([name]) == 0
    else:
        assert read(name, COMMANDS[name], words).command == name


@pytest.mark.parametrize("line", lines_of("fieldcast parameters"))
def test_the_parameter_book_is_printed_as_the_docs_say(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words_of(line)) == 0


@pytest.mark.parametrize("line", [line for line in lines_of("fieldcast city") if "configs/" in line])
def test_the_bundled_city_is_sound(line, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(words_of(line)) == 0


def test_the_first_forecast_of_the_readme_leaves_what_it_promises(tiny_folder, tmp_path, capsys):
    line = next(line for line in PAGES["README.md"].splitlines() if line.startswith("fieldcast forecast"))
    assert main([*words_of(line), *TINY, f"city={tiny_folder}", f"out={tmp_path / 'run'}"]) == 0
    assert (tmp_path / "run" / "summary.csv").exists() and (tmp_path / "run" / "monthly.parquet").exists()
    named = set(re.findall(r"`(\w+\.(?:parquet|csv|json|yaml|bin|lock))`", PAGES["results.md"]))
    written = {path.name for path in (tmp_path / "run").iterdir() if path.is_file()}
    assert written <= named


def test_the_afternoon_with_ones_own_files_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    section = PAGES["own_city.md"].split("## An afternoon")[1].split("\n## ")[0]
    lines = re.findall(r"^fieldcast .*", section, re.MULTILINE)
    verbs = [" ".join(line.split()[1:3]) for line in lines if line.startswith("fieldcast city ")]
    assert verbs == ["city template", "city import", "city check", "city show"] and len(lines) == 9
    first = next(line for line in lines if line.startswith("fieldcast forecast"))
    for line in [*lines[:4], first]:  # what follows takes minutes; tests of its own run it on smaller ground
        words = words_of(line)
        fixed = [word for word in words if not word.startswith("replications=")]
        assert main([*fixed, *(TINY if line == first else ())]) == 0, line
    assert (tmp_path / "checked/findings.html").exists() and (tmp_path / "shown/figures/city_map.png").exists()
    assert (tmp_path / "first/summary.csv").exists()


def test_every_make_target_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE) for line in lines_of("make "))


def test_python_of_the_readme_runs(monkeypatch, capsys):
    monkeypatch.setattr(sim.city, "load_city", lambda *_: tiny_city())
    for block in fenced("README.md", "python"):
        exec(compile(block, "README.md", "exec"), {})
    assert "customers" in capsys.readouterr().out


def test_every_scenario_stands_in_the_readme():
    shipped = {path.stem for path in (Path(configs.__file__).parent / "scenario").glob("*.yaml")}
    assert shipped == set(re.findall(r"^\| `(\w+)` \|", PAGES["README.md"], re.MULTILINE))


# ---- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", MONTHLY)
def test_every_metric_is_described(metric):
    described = PAGES["results.md"].split("## Monthly metrics")[1]
    assert re.search(rf"`{metric}`", described)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_every_table_is_named(name):
    text = PAGES["results.md"]
    assert f"`{name}.parquet`" in text
    assert not [column for column in TABLES[name] if not re.search(rf"[`, ]{column}[`,]", text)]


def test_every_figure_is_named():
    assert not [name for name in FIGURES if f"`{name}`" not in PAGES["results.md"]]


def test_the_glossary_has_each_term_once_in_order():
    terms = [term.lower() for term in glossary()]
    assert terms == sorted(set(terms))
    wanted = (
        "inbound, outbound, lead, gross adds, net adds, churn, arpu, cac, backlog, abandonment, occupancy, aht, opt-out"
    )
    wanted += ", search, offer, tenancy, premises, patch, quota, attainment, accelerator, ramp, span, follow-up"
    wanted += ", afterthought"
    assert set(wanted.split(", ")) <= set(terms)
    assert {"awareness, aided", "awareness, unaided"} <= set(terms)


def test_the_description_names_only_numbers_that_exist():
    paths = {row.path for row in book(defaults())}
    decided = {"department": Department, "retention": Retention}  # decisions that share a name with a part of the world
    paths |= {f"world.{name}.{decision}" for name, section in decided.items() for decision in section.model_fields}
    parts = "|".join(World.model_fields)
    for page in ("odd.md", "results.md", "README.md"):
        named = re.findall(rf"`(?:world\.)?((?:{parts})\.\w+)", PAGES[page])
        assert not [name for name in named if not any(path.startswith(f"world.{name}") for path in paths)], page


def test_bare_names_of_the_description_exist():
    known = {part for row in book(defaults()) for part in row.path.split(".")}
    known |= {"decision_day", *MONTHLY, "brand", "largest", "history.csv", "priority", *EVENTS, *REACTIONS}
    known |= {path.stem for path in (Path(configs.__file__).parent / "scenario").glob("*.yaml")} | set(TERMS)
    bare = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", PAGES["odd.md"]))
    assert not bare - known


def test_the_parameter_book_is_the_present_one():
    table = as_markdown(book(defaults()))
    assert table in PAGES["parameters.md"], "write docs/parameters.md anew: python -m tests.test_docs"


# ---- sources, links and pictures -------------------------------------------------------------------------------


def test_every_source_has_citation_link_and_date():
    sources = yaml.safe_load((Path(configs.__file__).parent / "sources.yaml").read_text("utf-8"))
    used = {row.source for row in book(defaults()) if row.source}
    assert used <= set(sources)
    assert not [key for key, source in sources.items() if set(source) != {"citation", "link", "seen"}]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    folder = ROOT if page == "README.md" else ROOT / "docs"
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGES[page])
    assert not [link for link in links if not (folder / link).exists()]


def test_pictures_are_small():
    assert not [path.name for path in (ROOT / "docs/pictures").iterdir() if path.stat().st_size > PICTURE_LIMIT]


def test_version_is_the_same_everywhere():
    from experiments import __version__

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "tables"), [("motivation.md", 8), ("performance.md", 4)])
def test_the_tables_of_a_study_are_the_present_ones(name, tables):
    page = PAGES[name]
    assert len(MARK.findall(page)) >= tables
    assert rewritten(page, STUDIES[name]) == page, f"write docs/{name} anew: python -m tests.test_docs"


def write_studies() -> None:
    """The pages' own words stay, their tables are replaced."""
    for name, folder in STUDIES.items():
        (ROOT / "docs" / name).write_text(rewritten(PAGES[name], folder), encoding="utf-8")


def write_parameter_book() -> None:
    """The page's own words stay, its table is replaced."""
    words = PAGES["parameters.md"].split("| path |")[0]
    (ROOT / "docs/parameters.md").write_text(words + as_markdown(book(defaults())), encoding="utf-8")


if __name__ == "__main__":
    write_studies()
    write_parameter_book()
