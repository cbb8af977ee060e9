"""Which zones are neighbours where nobody says so, and that all of them hang together."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
NEAREST = 14  # zones among which neighbours are sought


def neighbour_pairs(x: Array, y: Array) -> Array:
    """Pairs of zones with no third one in the circle over the line between them (a Gabriel graph), all joined."""
    from scipy.spatial import cKDTree

    points = np.stack([x, y], axis=1)
    n = len(points)
    if n < 2:
        return np.empty((0, 2), np.int64)
    tree = cKDTree(points)
    near = tree.query(points, k=min(NEAREST + 1, n))[1].reshape(n, -1)
    pairs = np.stack([np.repeat(np.arange(n), near.shape[1]), near.ravel()], axis=1)
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    ends = points[pairs]
    middle, half = ends.mean(axis=1), np.hypot(*(ends[:, 0] - ends[:, 1]).T) / 2.0
    clear = tree.query(middle)[0] >= half - 1e-9 * (1.0 + half)
    return joined(points, pairs[clear])


def joined(points: Array, pairs: Array) -> Array:
    """The pairs, with the shortest further ones that leave no zone apart."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(points)
    while True:
        ones = np.ones(len(pairs), bool)
        count, part = connected_components(coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n)), directed=False)
        if count == 1:
            return np.unique(np.sort(pairs, axis=1), axis=0)
        inside = np.flatnonzero(part == np.bincount(part).argmin())
        others = np.flatnonzero(part != part[inside[0]])
        far, place = cKDTree(points[others]).query(points[inside])
        best = int(np.argmin(far))
        pairs = np.concatenate([pairs, [[inside[best], others[place[best]]]]])
