"""When calls arrive on an ordinary working day: the shape of a real call centre's day."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SOURCE = "2003"  # the centre that counted by half-hours, Monday to Friday
WORKING_DAYS = range(5)


def working_day_profile(opening_hour: float = 8.0, closing_hour: float = 18.0) -> tuple[Array, Array, Array]:
    """Start of each half-hour (minutes after midnight), its share of the calls, and variance / mean at the source.

    The dispersion belongs to the source's volume; at another one it is 1 + `rate_variance` times the expected calls.
    """
    start, mean, variance = half_hours()
    open_now = (start >= opening_hour * 60.0) & (start < closing_hour * 60.0)
    if not open_now.any():
        raise ValueError(f"no calls are known between {opening_hour} and {closing_hour} h; the source has 7 to 21 h")
    share = mean[open_now] / mean[open_now].sum()
    return start[open_now], share, variance[open_now] / mean[open_now]


def rate_variance(opening_hour: float = 8.0, closing_hour: float = 18.0) -> Array:
    """Squared coefficient of variation of the day-to-day calling rate in each half-hour, without Poisson chance."""
    start, mean, variance = half_hours()
    open_now = (start >= opening_hour * 60.0) & (start < closing_hour * 60.0)
    return (np.maximum(variance - mean, 0.0) / mean**2)[open_now]


@lru_cache(maxsize=1)
def half_hours() -> tuple[Array, Array, Array]:
    """Start in minutes, mean and variance of the calls of every half-hour, averaged over Monday to Friday."""
    text = files("configs").joinpath("data/call_centre/profile.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["source"] == SOURCE]
    rows = [row for row in rows if int(row["weekday"]) in WORKING_DAYS]
    slot, mean, variance = (np.array([float(row[name]) for row in rows]) for name in ("slot", "mean", "variance"))
    start, where = np.unique(slot, return_inverse=True)
    days = np.bincount(where)
    return start * 60.0, np.bincount(where, mean) / days, np.bincount(where, variance) / days
