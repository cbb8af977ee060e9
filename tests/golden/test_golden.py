"""One small run comes out as it always has: counts exactly, numbers to nine digits."""

from __future__ import annotations

import json

import pytest

from tests.golden.refresh import FILE, summary


def test_the_small_run_is_the_one_on_file() -> None:
    known, now = json.loads(FILE.read_text(encoding="utf-8")), summary()
    assert now.keys() == known.keys()
    for name, values in known.items():
        assert len(now[name]) == len(values), name
        for ours, theirs in zip(now[name], values, strict=True):
            if isinstance(theirs, float):
                assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), name
            else:
                assert ours == theirs, name
