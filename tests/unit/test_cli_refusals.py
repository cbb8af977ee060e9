"""Every mistake on a command line or in a folder of configurations is told as help, and the exit code is 2."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from experiments.cli import main

BROKEN = Path(__file__).parent.parent / "broken"


def cases(file: str) -> list[dict]:
    return yaml.safe_load((BROKEN / file).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def repository(monkeypatch):
    monkeypatch.chdir(BROKEN.parent.parent)


@pytest.mark.parametrize("case", cases("command_lines.yaml"), ids=lambda case: " ".join(case["words"]))
def test_a_wrong_command_line_is_refused_with_help(case, capsys):
    assert main(case["words"]) == 2
    said = capsys.readouterr()
    assert case["says"] in said.err
    assert not said.out


@pytest.mark.parametrize("case", cases("folders.yaml"), ids=lambda case: case["folder"])
def test_a_wrong_folder_is_refused_with_help(case, capsys):
    assert main(["parameters", f"configs={BROKEN / case['folder']}", "scenario=spring"]) == 2
    said = capsys.readouterr().err
    assert not [fragment for fragment in case["says"] if fragment not in said]


def test_all_mistakes_are_told_in_one_go(capsys):
    words = ["monts=3", "seed=x", "world.needs.renewal_factor=99", "record.zones=3", "baseline=pasive", "+a=1"]
    assert main(["forecast", "scenario=passive", *words]) == 2
    said = capsys.readouterr().err
    for fragment in ("'monts'", "seed = x", "renewal_factor = 99", "record.zones = 3", "'pasive'", "'+a'"):
        assert fragment in said
    assert len(said.splitlines()) == len(words)
