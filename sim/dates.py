"""Rows whose date has come: one look at a column of dates."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

BLOCK = 64  # rows looked at together: most blocks hold no date of today, and the processor compares many at once
ONES, HIGHEST = np.uint64(0x0001000100010001), np.uint64(0x8000800080008000)  # in each of four 16-bit dates


@njit(cache=True)
def rows_on(dates, today):
    """Rows (int64, ascending) whose date is `today`: what `np.flatnonzero(dates == today)` gives.

    Four dates are compared at once as one word: a difference of zero borrows from its highest bit. Blocks in which
    that happens are looked at date by date.
    """
    blocks, wanted = dates.size // BLOCK, uint64(np.uint16(today)) * ONES
    words = dates[: blocks * BLOCK].view(np.uint64).reshape(blocks, BLOCK // 4)
    busy, n = np.empty(blocks + 1, np.int64), 0
    for b in range(blocks):
        borrowed = uint64(0)
        for i in range(BLOCK // 4):
            difference = words[b, i] ^ wanted
            borrowed |= (difference - ONES) & ~difference
        busy[n] = b  # branch-free: the slot is always written, the counter moves on a hit
        n += (borrowed & HIGHEST) != uint64(0)
    busy[n] = blocks  # the rest that fills no block
    rows, m = np.empty((n + 1) * BLOCK, np.int64), 0
    for j in range(n + 1):
        start = busy[j] * BLOCK
        for row in range(start, min(start + BLOCK, dates.size)):
            rows[m] = row
            m += dates[row] == today
    return rows[:m].copy()


@njit(cache=True)
def rows_between(dates, first, last):
    """Rows (int64, ascending) whose date is one of these days: `np.flatnonzero((first <= dates) & (dates <= last))`."""
    low, high, blocks = np.int16(first), np.int16(last), dates.size // BLOCK
    grid = dates[: blocks * BLOCK].reshape(blocks, BLOCK)
    busy, n = np.empty(blocks + 1, np.int64), 0
    for b in range(blocks):
        hits = 0
        for i in range(BLOCK):
            hits += (low <= grid[b, i]) & (grid[b, i] <= high)
        busy[n] = b  # branch-free: the slot is always written, the counter moves on a hit
        n += hits > 0
    busy[n] = blocks  # the rest that fills no block
    rows, m = np.empty((n + 1) * BLOCK, np.int64), 0
    for j in range(n + 1):
        start = busy[j] * BLOCK
        for row in range(start, min(start + BLOCK, dates.size)):
            rows[m] = row
            m += (low <= dates[row]) & (dates[row] <= high)
    return rows[:m].copy()
