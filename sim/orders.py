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


class Orders:
    """One row per open order: `orders["placed"]` is a column."""

    def __init__(self, table: Array | None = None):
        self.table = np.empty(0, COLUMNS) if table is None else table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, column: str) -> Array:
        return self.table[column]

    def append(self, new: Array) -> None:
        """Put new orders behind the others."""
        table = np.empty(len(self.table) + len(new), COLUMNS)  # concatenating structured arrays is slow
        table[: len(self.table)], table[len(self.table) :] = self.table, new
        self.table = table

    def take(self, which: Array) -> Orders:
        """Take some orders out of the table and return them."""
        taken = Orders(self.table[which])
        self.table = self.table[~which]
        return taken
