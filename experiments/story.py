"""What all pictures of one forecast share: its two sides month by month, their names, and the line at the foot."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.cube import Cube, working_days
from experiments.moves import OURS, Moves

if TYPE_CHECKING:
    from sim.city import City

FLOW_DAYS = 21  # working days of the month that flows are shown for, since real ones have 17 to 23
PER_MONTH = f"per month of {FLOW_DAYS} working days"
Sides = tuple[np.ndarray, np.ndarray]  # baseline and scenario as (pair, month)


@dataclass
class Story:
    """What all pictures of one forecast share."""

    folder: Path
    baseline: str
    scenario: str
    currency: str
    city_line: str
    note: str
    city: Any = None
    warmup: int = 12
    country: str = ""
    subdivision: str | None = None
    moves: Moves = OURS
    _cubes: dict[str, Cube] = field(default_factory=dict)

    def cube(self, channel: str = "") -> Cube:
        """The monthly table, or that of one channel."""
        if channel not in self._cubes:
            where = {"table": "monthly_by_channel", "channel": channel} if channel else {}
            # The month before the first one holds the opening stock and no flow: a picture would show a fall to zero.
            self._cubes[channel] = Cube(self.folder, from_month=1 - self.warmup, **where)
        return self._cubes[channel]

    def pair(self, column: str, channel: str = "") -> Sides:
        """A column of baseline and scenario as (pair, month); pairs of which a run is missing are left out."""
        cube = self.cube(channel)
        values = cube.column(column)
        sides = values[cube.scenarios.index(self.baseline)], values[cube.scenarios.index(self.scenario)]
        whole = ~np.isnan(sides[0]).all(axis=1) & ~np.isnan(sides[1]).all(axis=1)
        return sides[0][whole], sides[1][whole]

    def flow(self, column: str, channel: str = "") -> Sides:
        """A flow as if every month had the same number of working days."""
        cube = self.cube(channel)
        factor = FLOW_DAYS / np.maximum(working_days(cube.dates, self.country, self.subdivision), 1)
        base, here = self.pair(column, channel)
        return base * factor, here * factor

    def churn_rate(self, column: str, scaled: bool = True) -> Sides:
        """Customers lost as a share of those at the month's opening."""
        lost = (self.flow if scaled else self.pair)(column)
        customers, net = self.pair("customers"), self.pair("net_adds")
        base, here = (lost[side] / np.maximum(customers[side] - net[side], 1) for side in (0, 1))
        return base, here

    @property
    def names(self) -> tuple[str, str]:
        """Baseline and scenario as a reader says them."""
        return readable_name(self.baseline), readable_name(self.scenario)

    @property
    def last_month(self) -> int:
        """The last month of the run."""
        return int(self.cube().months[-1])

    @property
    def pairs(self) -> int:
        """Paired runs that are there."""
        return len(self.pair("customers")[0])

    @property
    def seeds(self) -> str:
        """How many pairs there are, in words."""
        return f"{self.pairs} paired seed{'s' if self.pairs != 1 else ''}"

    @property
    def footer(self) -> str:
        """City, source, seeds and what is assumed."""
        bands = "line: median; dark band: 50 % of the runs; light band: 90 %" if self.pairs > 1 else "one run a side"
        return f"{self.city_line}\n{self.seeds}; {bands}. {self.note}"

    @property
    def map_footer(self) -> str:
        """The same for a map, which has no bands."""
        return f"{self.city_line}\n{self.seeds}. {self.note}"


def readable_name(name: str) -> str:
    """A scenario's name as it opens a sentence."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def city_line(city: City) -> str:
    """The city and where its data come from."""
    source = (city.attribution or f"Source: {city.source}, {city.licence}").rstrip(".")
    return f"{city.name} ({city.country}), {city.snapshot}. {source}."


def note_of(city: City) -> str:
    """The remark that every output on a city with assumed operators carries."""
    return " ".join(city.assumptions)
