"""The look at a column of dates finds what a plain comparison finds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.dates import BLOCK, rows_between, rows_on, rows_until
from sim.state import LONG_AGO, NEVER


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7])
def test_the_rows_of_a_day_are_those_of_the_plain_comparison(size: int) -> None:
    dates = np.resize(np.array([3, NEVER, 5, LONG_AGO, 4, NEVER, 5], np.int16), size)
    for today in (3, 4, 5, 6, -5):
        rows = rows_on(dates, today)
        assert rows.dtype == np.int64
        assert rows.tolist() == np.flatnonzero(dates == today).tolist()


def test_a_single_row_is_found_wherever_it_stands() -> None:
    for row in (0, BLOCK - 1, BLOCK, 3 * BLOCK - 1, 3 * BLOCK, 3 * BLOCK + 4):
        dates = np.full(3 * BLOCK + 5, NEVER, np.int16)
        dates[row] = 7
        assert rows_on(dates, 7).tolist() == [row]


def test_when_everybodys_day_has_come_all_rows_are_found() -> None:
    assert rows_on(np.zeros(2 * BLOCK + 9, np.int16), 0).tolist() == list(range(2 * BLOCK + 9))


@pytest.mark.parametrize("size", [0, BLOCK - 1, BLOCK, 5 * BLOCK + 7])
def test_the_rows_of_some_days_are_those_of_the_plain_comparison(size: int) -> None:
    dates = np.resize(np.array([3, NEVER, 5, LONG_AGO, 4, NEVER, 5], np.int16), size)
    for first, last in ((LONG_AGO, 4), (4, 5), (6, 9), (5, 4)):
        plain = np.flatnonzero((first <= dates) & (dates <= last))
        assert rows_between(dates, first, last).tolist() == plain.tolist()
    assert rows_until(dates, 4).tolist() == np.flatnonzero(dates <= 4).tolist()
