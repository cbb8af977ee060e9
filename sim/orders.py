"""Orders that wait for installation, oldest first: a small table beside the businesses."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

COLUMNS = np.dtype(
    [
        ("row", np.int64),  # of the business
        ("address", np.uint64),  # of the tenant
        ("operator", np.int64),
        ("channel", np.int64),
        ("influenced", np.int64),  # bit c: channel c touched the business within 90 days before
        ("placed", np.int64),  # day
        ("ready", np.int64),  # day on which the premises may be entered
        ("promised", np.int64),  # day
        ("work", np.float64),  # crew days
        ("refused", np.bool_),  # access or permission will fail
        ("bill", np.float64),  # monthly
        ("rep", np.int64),  # representative who sold it, -1: nobody
        ("buyout", np.float64),  # termination fee taken over, in money
    ]
)


ROOM = 64  # orders that the empty table has room for


class Orders:
    """One row per open order: `orders["placed"]` is a column."""

    def __init__(self, table: Array | None = None):
        self.buffer = np.empty(ROOM, COLUMNS) if table is None else table
        self.count = 0 if table is None else len(table)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, column: str) -> Array:
        return self.buffer[column][: self.count]

    @property
    def table(self) -> Array:
        """All open orders, as one structured array."""
        return self.buffer[: self.count]

    def room_for(self, more: int) -> Array:
        """The table with room for so many more behind its `count` orders: it doubles when it is full."""
        if self.count + more > len(self.buffer):
            wider = np.empty(max(2 * len(self.buffer), self.count + more), COLUMNS)
            wider[: self.count] = self.table
            self.buffer = wider
        return self.buffer

    def append(self, new: Array) -> None:
        """Put new orders behind the others."""
        self.room_for(len(new))[self.count : self.count + len(new)] = new
        self.count += len(new)

    def take(self, which: Array) -> Orders:
        """Take some orders out of the table and return them."""
        taken, left = Orders(self.table[which]), self.table[~which]
        self.count = len(left)
        self.buffer[: self.count] = left
        return taken
