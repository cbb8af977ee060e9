"""An engine whose library is missing is refused before anything is written."""

from __future__ import annotations

import sys

from experiments.cli import main
from tests.unit.test_forecast import city as city  # the tiny city as a folder


def test_an_engine_without_its_library_says_how_to_get_it(city, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["sweep", f"city={city}", f"out={tmp_path / 'out'}", "department.reps=1,2", "engine=ray"]) == 2
    assert "engine = ray needs ray; install it with: pip install 'fieldcast[ray]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
