"""Rows whose date has come: one look at a column of dates."""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 64  # rows looked at together: most blocks hold no date of today, and the processor compares many at once
EARLIEST = -32768


@njit(cache=True)
def rows_on(dates, today):
    """Rows (int64, ascending) whose date is `today`: what `np.flatnonzero(dates == today)` gives."""
    return rows_between(dates, today, today)


@njit(cache=True)
def rows_until(dates, today):
    """Rows (int64, ascending) whose date is `today` or before: `np.flatnonzero(dates <= today)`."""
    return rows_between(dates, EARLIEST, today)


@njit(cache=True)
def rows_between(dates, first, last):
    """Rows (int64, ascending) whose date is one of these days: `np.flatnonzero((first <= dates) & (dates <= last))`."""
    low, high, blocks = np.int16(first), np.int16(last), dates.size // BLOCK
    grid = dates[: blocks * BLOCK].reshape(blocks, BLOCK)
    busy, n = np.empty(blocks + 1, np.int64), 0
    for b in range(blocks):
        hit = False  # a truth, not a count: dates stay 16 bits wide, and many are compared at once
        for i in range(BLOCK):
            hit |= (low <= grid[b, i]) & (grid[b, i] <= high)
        busy[n] = b  # branch-free: the slot is always written, the counter moves on a hit
        n += hit
    busy[n] = blocks  # the rest that fills no block
    rows, m = np.empty((n + 1) * BLOCK, np.int64), 0
    for j in range(n + 1):
        start = busy[j] * BLOCK
        for row in range(start, min(start + BLOCK, dates.size)):
            rows[m] = row
            m += (low <= dates[row]) & (dates[row] <= high)
    return rows[:m].copy()
