"""What is kept of a run's events: tours, bills, lives of contracts, passes of a list; tables in, small tables out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Table = Mapping[str, Array]

CHURNED, CLOSED, GOING_ON = 0, 1, 2  # how a contract's life ended
PASSES = 6


def rows_of(events: Table, *names: str, operator: str = "", channel: str = "") -> Table:
    """The events of some names, of one operator or channel if given, in their order."""
    chosen = np.isin(events["event"], names)
    if operator:
        chosen &= events["operator"] == operator
    if channel:
        chosen &= events["channel"] == channel
    return {name: column[chosen] for name, column in events.items()}


def grouped_places(key: Array) -> tuple[Array, Array]:
    """Order that brings equal keys together and keeps theirs, and where each group begins (with the end)."""
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.concatenate([[True], key[order][1:] != key[order][:-1]])) if key.size else order
    return order, np.append(begins, key.size)


# ---- tours -----------------------------------------------------------------------------------------------------


def tours(events: Table, x: Array, y: Array, zone: Array, row_of: Mapping[str, int]) -> dict[str, Array]:
    """Every representative's day with visits in one zone alone: stops, closed way (km) and area of the stops (km2).

    Stops are different places: several doors of one building are one. The area is that of the upright box around
    them, enlarged by ((n + 1) / (n - 1))^2, which is right on average for stops spread evenly over a box.
    `visits` counts the doors of every day in the field, of `days` days.
    """
    visits = rows_of(events, "visit", channel="field")
    order, begins = grouped_places(visits["day"] * 10_000 + visits["actor_id"].astype(np.int64))
    rows = np.array([row_of[each] for each in visits["business_id"][order]], np.int64)
    stops, length, area, number = [], [], [], []
    for first, last in pairwise(begins.tolist()):
        mine = rows[first:last]
        number.append(mine.size)
        if np.unique(zone[mine]).size > 1:
            continue
        points = np.stack([x[mine], y[mine]], axis=1).astype(float)
        points = points[np.concatenate([[True], np.abs(np.diff(points, axis=0)).sum(1) > 1e-9])]
        n = len(np.unique(points, axis=0))
        if n < 5:
            continue
        stops.append(n)
        length.append(float(np.hypot(*(points - np.roll(points, 1, axis=0)).T).sum()))
        area.append(float(np.ptp(points[:, 0]) * np.ptp(points[:, 1])) * ((n + 1) / (n - 1)) ** 2)
    return {
        "stops": np.array(stops, float),
        "km": np.array(length),
        "km2": np.array(area),
        "visits": np.array([float(np.sum(number))]),
        "days": np.array([float(len(number))]),
    }


# ---- bills and lives -------------------------------------------------------------------------------------------


def bills(events: Table) -> dict[str, Array]:
    """The last known monthly bill of every business that has a provider at the end."""
    told = rows_of(events, "activated", "renewal", "closure")
    last = {
        business: (event, value)
        for business, event, value in zip(told["business_id"], told["event"], told["value"], strict=True)
    }
    return {"bill": np.array([value for event, value in last.values() if event != "closure"], float)}


def lives(events: Table, last_day: int) -> dict[str, Array]:
    """The life of every contract begun in the run: first day, last day, and how it ended."""
    told = rows_of(events, "activated", "churn", "closure")
    open_since: dict[Any, int] = {}
    begun, ended, how = [], [], []
    # On a day of a switch the old contract's end stands before the new one's beginning.
    for business, event, day in zip(told["business_id"], told["event"], told["day"], strict=True):
        if event != "activated" and business in open_since:
            begun.append(open_since.pop(business))
            ended.append(int(day))
            how.append(CHURNED if event == "churn" else CLOSED)
        if event == "activated":
            open_since[business] = int(day)
    for since in open_since.values():
        begun.append(since)
        ended.append(last_day)
        how.append(GOING_ON)
    return {"begun": np.array(begun, int), "ended": np.array(ended, int), "how": np.array(how, int)}


# ---- passes of a list ------------------------------------------------------------------------------------------


def passes(events: Table, contact: str, channel: str, operator: str) -> dict[str, Array]:
    """Contacts and orders by the running number of the contact with a business: 1 for its first dial or visit.

    An order belongs to the last contact before it. A closure begins the count anew, for a new tenant is a new name.
    """
    told = rows_of(events, contact, "order", "closure")
    number: dict[Any, int] = {}
    contacts, orders = np.zeros(PASSES + 1), np.zeros(PASSES + 1)
    for business, event, by, via in zip(
        told["business_id"], told["event"], told["operator"], told["channel"], strict=True
    ):
        if event == "closure":
            number.pop(business, None)
        elif event == contact and by == operator:
            number[business] = min(number.get(business, 0) + 1, PASSES)
            contacts[number[business]] += 1
        elif event == "order" and by == operator and via == channel and business in number:
            orders[number[business]] += 1
    return {"contacts": contacts[1:], "orders": orders[1:]}


def woken(events: Table, operator: str) -> dict[str, Array]:
    """Day and business of an operator's retention calls, and of its customers who left for another one."""
    called, left = rows_of(events, "retention_call", operator=operator), rows_of(events, "churn", operator=operator)
    return {
        "called_day": called["day"].astype(float),
        "called": np.asarray(called["business_id"], str),
        "left_day": left["day"].astype(float),
        "left": np.asarray(left["business_id"], str),
    }


def reactions(events: Table) -> dict[str, Array]:
    """Day of the department's first visit, and day and kind of rivals' reactions: 1 for people (a team, a campaign,
    retention calls), 0 for prices alone. What one operator begins on one day is one reaction."""
    first = rows_of(events, "visit", operator=str(focal_of(events)), channel="field")["day"]
    told = rows_of(events, "reaction")
    names = np.char.add(np.char.add(told["day"].astype(str), " "), np.asarray(told["operator"], str))
    keys, place = np.unique(names, return_inverse=True)
    people = np.zeros(keys.size)
    np.maximum.at(people, place, (told["channel"] != "").astype(float))
    return {
        "first_visit": first[:1].astype(float),
        "day": np.array([float(key.split(" ")[0]) for key in keys]),
        "same": people,
    }


def focal_of(events: Table) -> Any:
    """The operator whose calls are recorded: the focal one."""
    calls = events["operator"][events["event"] == "call"]
    return calls[0] if calls.size else ""
