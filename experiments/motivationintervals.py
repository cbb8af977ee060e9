"""The intervals of the motivation study: how far a table would move with other luck, by leaving out one seed at a time.

The interval is the 90 % one of the number itself, by the jackknife (Efron and Stein 1981) with Student's t of seeds - 1
degrees of freedom; for a mean over seeds it is the usual interval of a mean. A seed's people and runs stay together, so
that pairs stay pairs. One seed gives no interval, and neither has what is the same under any luck.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

Array = np.ndarray[Any, Any]
Row = dict[str, Any]
Key = tuple[Any, ...]
Part = TypeVar("Part")

LEVEL = 0.95  # the upper end of a 90 % interval
COUNTS = ("periods", "people")  # what a row rests on: added up over seeds, and without an interval
# what tells the rows of a table apart
KEYS = (
    "period",
    "scheme",
    "floor_share",
    "cap_factor",
    "controlled_effort",
    "decile",
    "impatience",
    "timing_and_impatience",
    "gap",
    "growth_factor",
    "toil",
    "whose",
    "doors",
    "our_prices",
    "intelligence",
)


def key_of(row: Row) -> Key:
    """What tells a row from the others of its table."""
    return tuple(row.get(name) for name in KEYS)


def over_seeds(tables: Sequence[Sequence[Row]]) -> list[Row]:
    """The means of equal tables of several seeds, each number with its interval."""
    return with_intervals(tables, means)


def means(tables: Sequence[Sequence[Row]]) -> list[Row]:
    """Row by row the mean over the tables that have it; counts are added up."""
    found: dict[Key, list[Row]] = {}
    for table in tables:
        for row in table:
            found.setdefault(key_of(row), []).append(row)
    return [{name: _together(name, rows) for name in rows[0]} for rows in found.values()]


def _together(name: str, rows: Sequence[Row]) -> Any:
    values = [row[name] for row in rows]
    if name in KEYS:
        return values[0]
    return sum(values) if name in COUNTS else float(np.mean(values))


def with_intervals(parts: Sequence[Part], table: Callable[[Sequence[Part]], list[Row]]) -> list[Row]:
    """The table of all parts, each of its numbers with the interval that leaving out one part at a time gives."""
    places = range(len(parts) if len(parts) > 1 else 0)
    left = [{key_of(row): row for row in table([*parts[:i], *parts[i + 1 :]])} for i in places]
    rows = [_surrounded(row, [found.get(key_of(row), {}) for found in left]) for row in table(parts)]
    used = {name for row in rows for name, value in row.items() if value is not None}
    return [{name: value for name, value in row.items() if name in used} for row in rows]


def _surrounded(row: Row, left: Sequence[Row]) -> Row:
    """A row with two ends behind each of its numbers; none where no luck is in it, or a part alone has it."""
    found: Row = {}
    for name, value in row.items():
        found[name] = value
        if name not in KEYS + COUNTS:
            without = [one.get(name) for one in left]
            known = len(without) > 0 and None not in without
            found[f"{name}_low"], found[f"{name}_high"] = (
                _ends(value, np.array(without, float)) if known else (None, None)
            )
    return found


def _ends(whole: float, left: Array) -> tuple[float | None, float | None]:
    """Low and high end around a number."""
    from scipy.special import stdtrit

    n = left.size
    error = float(np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2)))
    if not np.isfinite(whole + error) or error < 1e-9 * max(abs(whole), 1.0):
        return None, None
    reach = float(stdtrit(n - 1, LEVEL)) * error
    return whole - reach, whole + reach
