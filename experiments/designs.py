"""Designs: which values of which parameters are run together; pure functions of the dimensions and a seed.

Points are drawn in the unit cube and mapped to values by each dimension, so that every design takes ranges and choices
alike. Latin hypercube: McKay, Beckman and Conover (1979); Sobol: the scheme of Saltelli (2002) for sensitivity indices;
Morris: trajectories of elementary effects (1991), both as SALib samples them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Values = dict[str, Any]  # dotted name: value

SAMPLED = ("lhs", "sobol", "morris")
POINTS = {"lhs": 100, "sobol": 64}  # unless given: rows of a hypercube; base samples of a Sobol design
TRAJECTORIES = 10
LEVELS = 4  # of the Morris grid


@dataclass(frozen=True)
class Dimension:
    """A parameter that a design varies: a list of values, or a range from low to high."""

    path: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0
    whole: bool = False  # a range of whole numbers

    @property
    def is_range(self) -> bool:
        """Whether any number between low and high will do."""
        return not self.values

    def at(self, unit: float) -> Any:
        """The value at a place of the unit interval."""
        if self.values:
            return self.values[min(int(unit * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return int(min(np.floor(self.low + unit * (self.high - self.low + 1)), self.high))
        return float(self.low + unit * (self.high - self.low))

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that say whether all of them are allowed."""
        return self.values or (self.at(0.0), self.at(1.0))


def grid(dimensions: Sequence[Dimension]) -> list[Values]:
    """Every value with every other; the last dimension turns fastest."""
    names = [dimension.path for dimension in dimensions]
    return [dict(zip(names, row, strict=True)) for row in itertools.product(*(one.values for one in dimensions))]


def zipped(dimensions: Sequence[Dimension]) -> list[Values]:
    """The first values together, then the second ones, and so on."""
    names = [dimension.path for dimension in dimensions]
    return [dict(zip(names, row, strict=True)) for row in zip(*(one.values for one in dimensions), strict=True)]


def sampled(design: str, dimensions: Sequence[Dimension], number: int, seed: int) -> list[Values]:
    """Points of a drawn design; `number` is rows, base samples or trajectories."""
    cube = {"lhs": hypercube, "sobol": saltelli, "morris": trajectories}[design](len(dimensions), number, seed)
    return [{one.path: one.at(unit) for one, unit in zip(dimensions, row, strict=True)} for row in cube.tolist()]


def hypercube(dimensions: int, points: int, seed: int) -> Array:
    """(points, dimensions): in each dimension one point in every one of so many equal slices."""
    luck = np.random.default_rng([seed, points])
    slices = np.stack([luck.permutation(points) for _ in range(dimensions)], axis=1)
    return (slices + luck.random((points, dimensions))) / points


def saltelli(dimensions: int, points: int, seed: int) -> Array:
    """(points x (dimensions + 2), dimensions): two Sobol samples and the rows that exchange one column."""
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem(dimensions), points, calc_second_order=False, seed=seed % 2**32))


def trajectories(dimensions: int, number: int, seed: int) -> Array:
    """(trajectories x (dimensions + 1), dimensions): walks on a grid that change one dimension at a time."""
    from SALib.sample import morris

    return np.asarray(morris.sample(problem(dimensions), number, num_levels=LEVELS, seed=seed % 2**32))


def problem(dimensions: int) -> dict[str, Any]:
    """The unit cube, as SALib has it."""
    return {
        "num_vars": dimensions,
        "names": [f"x{i}" for i in range(dimensions)],
        "bounds": [[0.0, 1.0]] * dimensions,
    }


def design_mistakes(design: str, dimensions: Sequence[Dimension], number: int | None) -> list[str]:
    """Why these dimensions cannot make this design."""
    ranges = [one.path for one in dimensions if one.is_range]
    sizes = {one.path: len(one.values) for one in dimensions if not one.is_range}
    if design in ("grid", "zip") and ranges:
        remedy = f"list values as {ranges[0]}=1,2,3 or range(1,4), or take design=lhs"
        return [f"design={design} needs values, and {', '.join(ranges)} has a range; {remedy}"]
    if design == "zip" and len(set(sizes.values())) > 1:
        told = ", ".join(f"{path} has {size}" for path, size in sizes.items())
        return [f"design=zip takes the values side by side, so all must have as many; {told}"]
    if design in SAMPLED and not dimensions:
        return [
            f"design={design} needs parameters to vary: vary=world.needs.renewal_factor,... takes their ranges from "
            "the parameter book, department.reps='interval(2,12)' gives one"
        ]
    if design == "sobol" and number and number & (number - 1):
        lower = 1 << (number.bit_length() - 1)
        return [f"points = {number}: a Sobol design wants a power of two, such as {lower} or {2 * lower}"]
    if design == "morris" and number and number < 2:
        return [f"trajectories = {number}: effects have no spread with less than two; give 2 or more"]
    return []


def named(points: Sequence[Mapping[str, Any]], stem: str) -> list[str]:
    """Names of design points: their number, from 1, filled up with zeros."""
    width = max(4, len(str(len(points))))
    return [f"{stem}_{number:0{width}d}" for number in range(1, len(points) + 1)]
