"""Mesa's data collector, fed once a month."""

from __future__ import annotations

from typing import Any

import mesa
from mesa.datacollection import DataCollector


class MonthlyCollector(DataCollector):  # type: ignore[misc]
    """Mesa's data collector, given the last finished month's metrics every day."""

    def __init__(self, first: dict[str, float]):
        super().__init__(model_reporters={name: _reader(name) for name in first})
        self.latest = first

    def collect(self, model: mesa.Model) -> None:
        """Append the last month's numbers, one entry a day as Mesa's tools expect."""
        for name, value in self.latest.items():
            self.model_vars[name].append(value)


def _reader(name: str) -> Any:
    return lambda market: market.datacollector.latest[name]
