"""Whoever waits hears how far the runs are, how fast they go, how long they take yet, and how many failed."""

from __future__ import annotations

import io

import pytest

from experiments import progress
from experiments.journal import Finished


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(monkeypatch, stream: io.StringIO, quiet: bool = False) -> str:
    monkeypatch.setattr("sys.stderr", stream)
    with progress.Progress(total=10, done=4, quiet=quiet) as bar:
        bar.begun -= 90.0  # seconds that the runs took
        bar.tell(Finished(4, "a"))
        bar.told -= 90.0
        bar.tell(Finished(5, "b", status="failed"))
        bar.bar.refresh()
    return stream.getvalue()


def test_a_log_gets_a_line_a_minute_with_pace_time_left_and_failures(monkeypatch):
    said = told(monkeypatch, io.StringIO())
    assert said == "runs 6/10, 3 min left, 80 runs an hour, 1 failed\n"


def test_a_terminal_gets_a_bar_with_the_same(monkeypatch):
    said = told(monkeypatch, Terminal())
    assert "6/10" in said and "left, 80 runs an hour, 1 failed" in said and "\n" not in said.rstrip("\n")


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_quiet_is_silent(monkeypatch, stream):
    assert told(monkeypatch, stream(), quiet=True) == ""
