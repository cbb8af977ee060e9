"""The examples of docs/answers.md run as they stand, in a city small enough to wait for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim.market
import sim.saving
from tests.tiny import tiny_city

PAGE = (Path(__file__).parent.parent.parent / "docs" / "answers.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("driver", ["mesa", "SALib", "ema_workbench"])
def test_other_tools_drive_a_market_in_at_most_ten_lines(driver, monkeypatch, capsys):
    monkeypatch.setattr(sim.market, "load_city", lambda *_: tiny_city())
    [block] = [block for block in BLOCKS if re.search(rf"^(import|from) {driver}\b", block, re.MULTILINE)]
    assert len([line for line in block.splitlines() if line.strip()]) <= 10
    exec(compile(block, "docs/answers.md", "exec"), {})


def test_the_examples_of_forks_and_files_run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sim.market, "load_city", lambda *_: tiny_city())
    monkeypatch.setattr(sim.saving, "found_city", lambda *_: tiny_city())
    names: dict[str, object] = {}
    for block in BLOCKS[:2]:
        exec(compile(block, "docs/answers.md", "exec"), names)
    assert (tmp_path / "past.zip").exists()
    assert names["past"].month == 1 and names["active"].month == names["again"].month == 24
