"""Sensitivity against functions whose indices are known: Ishigami's, Sobol's g, and a line."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.designs import saltelli, trajectories
from experiments.indices import elementary_effects, sobol_indices, swing, whole_blocks


def ishigami(cube):
    x = np.pi * (2.0 * cube - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_indices_of_ishigami_are_those_of_theory():
    found = sobol_indices(ishigami(saltelli(3, 2048, 1)), 3)
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.03)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.03)
    assert (found.total_half_width < 0.1).all()


def test_indices_of_sobols_g_are_those_of_theory():
    a = np.array([0.0, 1.0, 4.5, 9.0])
    cube = saltelli(4, 2048, 2)
    outcome = np.prod((np.abs(4.0 * cube - 2.0) + a) / (1.0 + a), axis=1)
    part = 1.0 / (3.0 * (1.0 + a) ** 2)
    whole = np.prod(1.0 + part) - 1.0
    total = part * np.prod(1.0 + part) / (1.0 + part) / whole
    found = sobol_indices(outcome, 4)
    np.testing.assert_allclose(found.first, part / whole, atol=0.03)
    np.testing.assert_allclose(found.total, total, atol=0.03)


def test_effects_of_a_line_are_its_slopes():
    cube = trajectories(3, 10, 3)
    found = elementary_effects(cube, cube @ np.array([2.0, -5.0, 0.0]))
    np.testing.assert_allclose(found.size, [2.0, 5.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.spread, 0.0, atol=1e-9)


def test_a_failed_run_takes_its_own_block_and_no_other():
    cube = saltelli(3, 1024, 1)
    outcome = ishigami(cube)
    outcome[[7, 3000]] = np.nan
    found = sobol_indices(outcome, 3)
    assert found.used == 1022
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.05)
    assert whole_blocks(np.array([1.0, np.nan, 1.0, 1.0]), 2).tolist() == [1]
    assert elementary_effects(trajectories(2, 2, 1), np.full(6, np.nan)) is None


def test_a_swing_is_the_difference_of_the_ends():
    column = np.linspace(0.0, 10.0, 11)
    found = swing(column, 3.0 * column)
    assert (found.low_at, found.high_at) == (1.0, 9.0)
    assert found.high - found.low == pytest.approx(24.0)
    words = swing(np.array(["a", "b", "a", "b"], dtype=object), np.array([1.0, 4.0, 1.0, 4.0]))
    assert (words.low_at, words.high_at, words.high - words.low) == ("a", "b", 3.0)
    assert swing(np.ones(4), np.arange(4.0)) is None
