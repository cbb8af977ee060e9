"""Hints to the memory change no number and ask for the row they name."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from sim.nearby import AHEAD, hint


@njit
def summed(column, rows):
    total = 0.0
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            hint(column, rows[i + AHEAD])
        total += column[rows[i]].sum()
    return total


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_kernel_with_hints_reads_what_one_without_reads(order):
    column = np.asarray(np.arange(300, dtype=np.float64).reshape(100, 3), order=order)
    rows = np.array([99, 0, 50, 3, 3, 98, 7, 1, 20, 64, 2])
    before = column.copy()
    assert summed(column, rows) == column[rows].sum()
    assert np.array_equal(column, before)


def test_the_hint_is_an_instruction_of_its_own_at_every_row():
    summed(np.ones((2, 2)), np.array([0, 1]))
    assert "llvm.prefetch" in next(iter(summed.inspect_llvm().values()))
