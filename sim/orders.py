"""Orders that wait for installation, oldest first: a small table beside the businesses."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass
class Orders:
    """One row per open order."""

    row: Array  # int64, of the business
    address: Array  # uint64, of the tenant
    operator: Array  # int64
    channel: Array  # int64
    influenced: Array  # int64, bit c: channel c touched the business within 90 days before
    placed: Array  # int64, day
    ready: Array  # int64, day on which the premises may be entered
    promised: Array  # int64, day
    work: Array  # float64, crew days
    refused: Array  # bool: access or permission will fail
    bill: Array  # float64, monthly

    @classmethod
    def none(cls) -> Orders:
        """No orders."""
        kinds = {"address": np.uint64, "work": np.float64, "bill": np.float64, "refused": np.bool_}
        return cls(**{field.name: np.empty(0, kinds.get(field.name, np.int64)) for field in fields(cls)})

    def __len__(self) -> int:
        return len(self.row)

    def append(self, **columns: Array) -> None:
        """Put new orders behind the others."""
        for field in fields(self):
            old = getattr(self, field.name)
            setattr(self, field.name, np.concatenate([old, columns[field.name].astype(old.dtype)]))

    def take(self, which: Array) -> Orders:
        """Take some orders out of the table and return them."""
        taken = Orders(**{field.name: getattr(self, field.name)[which] for field in fields(self)})
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[~which])
        return taken
