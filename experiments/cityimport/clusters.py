"""Zones from points: ground cut again and again across its longer side, where the gap is widest."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SLACK = 0.2  # of a zone's size, by which a cut may move to a wider gap
METRE = 0.001  # km; places closer than that are one


def clustered(x: Array, y: Array, each: int) -> Array:
    """Numbers of zones of about `each` places, for places in kilometres; one address is never cut."""
    spots, of_spot = addresses(x, y)
    weight = np.bincount(of_spot).astype(float)
    zone = np.zeros(len(spots), np.int64)
    number, parts = 0, [(np.arange(len(spots)), max(1, round(x.size / each)))]
    while parts:
        rows, wanted = parts.pop()
        if wanted <= 1 or rows.size < 2:
            zone[rows] = number
            number += 1
            continue
        first, second = cut(spots[rows], weight[rows], wanted)
        share = weight[rows[first]].sum() / weight[rows].sum()
        left = min(max(round(wanted * share), 1), wanted - 1)
        parts += [(rows[second], wanted - left), (rows[first], left)]
    return zone[of_spot]


def addresses(x: Array, y: Array) -> tuple[Array, Array]:
    """Distinct places to the metre, in metres, and which of them every place is."""
    east, north = (np.rint(each / METRE).astype(np.int64) for each in (x, y))
    key = (east - east.min()) * (int(np.ptp(north)) + 1) + north - north.min()  # one number sorts faster than two
    _, first, of_spot = np.unique(key, return_index=True, return_inverse=True)
    return np.stack([east[first], north[first]], axis=1).astype(float), of_spot


def cut(spots: Array, weight: Array, wanted: int) -> tuple[Array, Array]:
    """Two parts of the ground, with about as many businesses each as their share of the wanted zones."""
    along = spots @ longer_side(spots, weight)
    order = np.argsort(along, kind="stable")
    sums = np.cumsum(weight[order])
    target = sums[-1] * (wanted // 2) / wanted
    slack = SLACK * sums[-1] / wanted
    low = int(np.clip(np.searchsorted(sums, target - slack), 0, order.size - 2))
    high = int(np.clip(np.searchsorted(sums, target + slack), low, order.size - 2))
    gaps = np.diff(along[order[low : high + 2]])
    place = low + 1 + int(np.argmax(gaps))
    return order[:place], order[place:]


def longer_side(spots: Array, weight: Array) -> Array:
    """The direction in which the places spread most."""
    middle = np.average(spots, axis=0, weights=weight)
    apart = (spots - middle) * np.sqrt(weight)[:, None]
    direction: Array = np.linalg.eigh(apart.T @ apart)[1][:, -1]
    return direction if direction[np.argmax(np.abs(direction))] > 0 else -direction


def ground_km2(x: Array, y: Array, zone: Array, zones: int, margin_km: float = 0.05) -> Array:
    """Area of the hull of every zone's places, with a margin all round."""
    from scipy.spatial import ConvexHull, QhullError

    area: Array = np.full(zones, np.pi * margin_km**2)
    order = np.argsort(zone, kind="stable")
    ends = np.searchsorted(zone[order], np.arange(zones + 1))
    for i in range(zones):
        rows = order[ends[i] : ends[i + 1]]
        places = np.stack([x[rows], y[rows]], axis=1)
        length = float(np.hypot(*np.ptp(places, axis=0))) if len(places) else 0.0
        try:
            hull = ConvexHull(places) if len(places) > 2 and length > 0.0 else None
        except QhullError:  # all on one line
            hull = None
        inside, around = (hull.volume, hull.area) if hull else (0.0, 2.0 * length)
        area[i] += inside + around * margin_km
    return area
