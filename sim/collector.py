"""Mesa's data collector, fed once a month."""

from __future__ import annotations

from typing import Any

from mesa.datacollection import DataCollector

from sim.mesalight import mesa


class MonthlyCollector(DataCollector):  # type: ignore[misc]
    """Mesa's data collector, given the last finished month's metrics every day.

    Days are counted, and written out when a new month comes or somebody reads.
    """

    def __init__(self, first: dict[str, float]):
        self.latest, self.days = first, 0
        super().__init__(model_reporters={name: _reader(name) for name in first})

    def collect(self, model: mesa.Model) -> None:
        """One more day of the last month's numbers, an entry a day as Mesa's tools expect."""
        self.days += 1

    def see(self, month: dict[str, float]) -> None:
        """From now on these numbers are the last month's."""
        self._write_out()
        self.latest = month

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """Numbers by name, one for each day so far."""
        self._write_out()
        return self._model_vars

    @model_vars.setter
    def model_vars(self, lists: dict[str, list[float]]) -> None:
        self._model_vars = lists

    def _write_out(self) -> None:
        days, self.days = self.days, 0
        for name in self._model_vars if days else ():
            self._model_vars[name].extend([self.latest[name]] * days)


def _reader(name: str) -> Any:
    return lambda market: market.datacollector.latest[name]
