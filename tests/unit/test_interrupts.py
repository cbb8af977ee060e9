"""Ctrl-C while kernels run is a Ctrl-C."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments import runner
from sim.steps.demography import who_moves

TIMES = 60


@pytest.fixture
def alarm():
    """A timer that does what Ctrl-C does."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    signal.signal(signal.SIGALRM, before)


def test_a_kernel_of_several_results_that_is_interrupted_says_so(alarm):
    columns = np.zeros(50_000, np.int16), np.zeros(50_000, np.int8)
    who_moves(*columns, 0)
    for time in range(TIMES):
        with pytest.raises(KeyboardInterrupt):
            alarm(0.002 + 0.000_05 * time)
            while True:
                who_moves(*columns, 0)


@pytest.mark.parametrize("passed_on", [1, 2])
def test_a_run_whose_library_lost_the_interrupt_is_stopped_and_not_counted_as_failed(monkeypatch, passed_on):
    def interrupted(_):
        error: BaseException = KeyboardInterrupt()
        for _ in range(passed_on):
            chained = SystemError("returned a result with an exception set")
            chained.__cause__ = error
            error = chained
        raise error

    monkeypatch.setattr(runner, "run_tables", interrupted)
    task: Any = SimpleNamespace(position=0, run_id="0")
    with pytest.raises(KeyboardInterrupt):
        runner.one_run(task)
