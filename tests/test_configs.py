"""Every shipped configuration composes, and every claim about the world names a source that the bibliography has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import configs
from experiments import scenario
from experiments.cli import COMMANDS
from experiments.compose import _composed, _hydra, _laid_over, _plain_scenario, configs_of, read, with_scheme
from sim.given import scheme_of
from sim.parameters import book, check, defaults, settle
from sim.world import World

FOLDER = Path(configs.__file__).parent
SCENARIOS = sorted(file.stem for file in (FOLDER / "scenario").glob("*.yaml"))


def loaded(file: str) -> dict:
    return yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))


def test_the_table_of_contents_lists_every_part_of_the_world():
    listed = [
        entry for entry in loaded("config.yaml")["defaults"] if isinstance(entry, str) and entry.startswith("world/")
    ]
    assert listed == [f"world/{part}@world.{part}" for part in World.model_fields]
    assert {file.stem for file in (FOLDER / "world").glob("*.yaml")} == set(World.model_fields)


@pytest.mark.parametrize("name", SCENARIOS)
def test_hydra_and_the_plain_reader_agree(name):
    with _hydra(None) as names:
        by_hydra = _composed(name, None)
    assert name in names
    plain = _plain_scenario(name)
    assert plain is not None, "a shipped scenario builds on another: Hydra will compose it, at a second for each start"
    assert {key: value for key, value in by_hydra.items() if key != "scenario"} == _laid_over(defaults(), plain)


def test_the_passive_scenario_is_the_configuration_as_it_stands():
    assert configs_of(None).parameters("passive", {})[0] == check(with_scheme(defaults(), None))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_composes(name):
    assert scenario(name).months == 24


def test_passive_is_today_continued():
    assert scenario("passive") == check(with_scheme(defaults(), None))


def test_every_claim_names_a_source_of_the_bibliography():
    sources = loaded("sources.yaml")
    unknown = {row.source for row in book(defaults()) if row.source} - set(sources)
    assert not unknown
    assert all(source.get("citation") for source in sources.values())


def test_every_claim_says_what_it_means():
    assert not [row.path for row in book(defaults()) if row.source and not row.meaning.strip()]


def test_every_decision_is_described():
    assert not [row.path for row in book(defaults()) if not row.source and not row.meaning.strip()]


def test_a_folder_of_ones_own_is_searched_first(tmp_path):
    folder = tmp_path / "moje ustawienia = [ż]"
    (folder / "scenario").mkdir(parents=True)
    text = "# @package _global_\ndefaults:\n  - passive\n  - _self_\ntelemarketing: {telemarketers: 4}\n"
    text += "world: {needs: {renewal_factor: 7.25}}\n"
    (folder / "scenario" / "spring.yaml").write_text(text, encoding="utf-8")
    spring = scenario("spring", str(folder))
    assert spring.telemarketing.telemarketers == 4
    assert spring.world.needs.renewal_factor == 7.25
    assert scenario("passive", str(folder)) == scenario("passive")


def test_a_part_of_the_world_can_be_ones_own(tmp_path):
    (tmp_path / "world").mkdir()
    mine = loaded("world/needs.yaml")
    mine["renewal_factor"] |= {"value": 9.0, "range": [4.0, 10.0]}
    (tmp_path / "world" / "needs.yaml").write_text(yaml.safe_dump(mine), encoding="utf-8")
    assert scenario("passive", str(tmp_path)).world.needs.renewal_factor == 9.0


def test_a_pay_scheme_can_be_ones_own(tmp_path):
    (tmp_path / "scheme").mkdir()
    mine = {"kind": "piecewise", "terms": {"base": 4000, "steps": [{"from_bills": 0, "rate": 2}]}}
    (tmp_path / "scheme" / "mine.yaml").write_text(yaml.safe_dump(mine), encoding="utf-8")
    changes = {"department.scheme.name": "mine", "department.scheme.terms.base": 4500}
    found = scheme_of(scenario("active", str(tmp_path), **changes))
    assert (found.name, dict(found.terms)) == ("mine", {"base": 4500, "steps": ((0.0, False, 2.0, 0.0),)})
    again = with_scheme(scenario("active", str(tmp_path), **changes).model_dump(), None)
    assert scheme_of(check(settle(again, defaults())[0])) == found  # a resolved scheme needs its folder no more


def test_a_scheme_can_be_named_in_a_word():
    said = read("forecast", COMMANDS["forecast"], ["scheme=quota_bonus", "department.scheme.terms.bonus=900"])
    assert dict(scheme_of(said.parameters("active")[0]).terms)["bonus"] == 900


def test_overrides_reach_a_scenario_from_python():
    assert scenario("passive", **{"months": 6, "world.needs.renewal_factor": 7.25}).world.needs.renewal_factor == 7.25
