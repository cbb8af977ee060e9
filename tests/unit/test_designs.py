"""Designs by pencil: what is run with what, where drawn points lie, and what cannot be a design."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.designs import (
    Dimension,
    design_mistakes,
    grid,
    hypercube,
    named,
    saltelli,
    sampled,
    trajectories,
    zipped,
)

REPS = Dimension("department.reps", (2, 4))
DOORS = Dimension("department.doors", ("sweep", "priority", "expected_value"))


def test_a_grid_is_every_value_with_every_other():
    rows = grid([REPS, DOORS])
    assert len(rows) == 6
    assert rows[1] == {"department.reps": 2, "department.doors": "priority"}


def test_zip_takes_values_side_by_side():
    heads = Dimension("department.heads", (0, 1))
    assert zipped([REPS, heads]) == [
        {"department.reps": 2, "department.heads": 0},
        {"department.reps": 4, "department.heads": 1},
    ]


def test_a_hypercube_has_one_point_in_every_slice():
    cube = hypercube(3, 10, seed=5)
    for column in cube.T:
        assert sorted(np.floor(column * 10).astype(int)) == list(range(10))
    assert (cube == hypercube(3, 10, seed=5)).all()
    assert (cube != hypercube(3, 10, seed=6)).any()


def test_a_sobol_design_exchanges_one_column_at_a_time():
    rows = saltelli(3, 8, seed=1)
    assert rows.shape == (8 * 5, 3)
    for block in rows.reshape(8, 5, 3):
        first, last = block[0], block[-1]
        for column in range(3):
            expected = first.copy()
            expected[column] = last[column]
            np.testing.assert_array_equal(block[1 + column], expected)


def test_a_morris_walk_changes_one_dimension_at_a_time():
    rows = trajectories(4, 3, seed=1).reshape(3, 5, 4)
    assert ((np.diff(rows, axis=1) != 0).sum(axis=2) == 1).all()
    assert (trajectories(4, 3, seed=1).reshape(3, 5, 4) == rows).all()


@pytest.mark.parametrize(("unit", "value"), [(0.0, 2), (0.34, 3), (0.99, 4), (1.0, 4)])
def test_a_range_of_whole_numbers_gives_each_an_equal_part(unit, value):
    assert Dimension("department.reps", (), 2, 4, whole=True).at(unit) == value


def test_choices_and_ranges_are_drawn_alike():
    rows = sampled("lhs", [DOORS, Dimension("x", (), 10.0, 20.0)], 6, seed=3)
    assert sorted(row["department.doors"] for row in rows) == sorted(DOORS.values * 2)
    assert all(10.0 <= row["x"] <= 20.0 for row in rows)


@pytest.mark.parametrize(
    ("design", "dimensions", "number", "words"),
    [
        ("grid", [Dimension("x")], None, "design=grid needs values"),
        ("zip", [REPS, DOORS], None, "department.reps has 2, department.doors has 3"),
        ("lhs", [], None, "needs parameters to vary"),
        ("sobol", [REPS], 100, "64 or 128"),
        ("morris", [REPS], 1, "give 2 or more"),
    ],
)
def test_what_cannot_be_a_design_is_told_why(design, dimensions, number, words):
    [message] = design_mistakes(design, dimensions, number)
    assert words in message


def test_names_of_points_sort_in_their_order():
    assert named([{}] * 3, "few") == ["few_0001", "few_0002", "few_0003"]
    assert named([{}] * 12_000, "p")[-1] == "p_12000"
