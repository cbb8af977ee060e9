"""The first run of a version compiles alone and says so; later ones start at once."""

from __future__ import annotations

import pytest

from experiments import kernels, runner
from tests.unit.test_runner import plan_of, run_plan


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A machine on which nothing has been compiled yet."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))


def test_the_first_run_is_announced_unless_quiet(fresh, capsys):
    kernels.tell(quiet=True)
    assert capsys.readouterr().err == ""
    kernels.tell(quiet=False)
    assert kernels.LINE in capsys.readouterr().err
    kernels.keep()
    kernels.tell(quiet=False)
    assert capsys.readouterr().err == ""


def test_one_run_goes_first_and_alone_and_none_is_done_twice(fresh, tmp_path, monkeypatch):
    order = []
    real = runner.alone
    monkeypatch.setattr(runner, "alone", lambda task: order.append(task.position) or real(task))
    journal = run_plan(plan_of(), tmp_path / "run", engine="processes", workers=2)
    assert journal.done() == set(range(6))
    assert order == [5]
    assert kernels.at_hand()


def test_a_run_that_failed_does_not_count_as_compiled(fresh, tmp_path):
    run_plan(plan_of(replications=1, breaks_at=runner.replication_seed(1, 0)), tmp_path / "run")
    assert not kernels.at_hand()
