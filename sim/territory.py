"""Zones: where they lie, how long it takes between them, and how far apart the doors inside one are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world import Territory

if TYPE_CHECKING:
    import networkx as nx

Array = np.ndarray[Any, Any]

KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6371 km
FEW_ZONES = 200  # up to which all ways are found sooner than scipy's own way is read
TOUR_CONSTANT = 0.7124  # Beardwood, Halton and Hammersley: length of a tour = constant * sqrt(area * stops)


@dataclass(frozen=True)
class Csr:
    """A graph as rows of neighbours: those of i are `indices[indptr[i]:indptr[i + 1]]`."""

    indptr: Array
    indices: Array

    def of(self, i: int) -> Array:
        """Neighbours of one row."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def degrees(self) -> Array:
        """Number of neighbours of every row."""
        return np.diff(self.indptr)


@dataclass(frozen=True, eq=False)
class Ways:
    """Zones with what is known of them, and the links between them with their minutes."""

    zones: dict[str, dict[str, Any]]
    links: list[tuple[str, str, dict[str, Any]]]

    @cached_property
    def graph(self) -> nx.Graph:
        """The territory as a graph; networkx is read when somebody asks for it."""
        import networkx as nx

        graph = nx.Graph()
        graph.add_nodes_from(self.zones.items())
        graph.add_edges_from(self.links)
        return graph

    @cached_property
    def minutes(self) -> Array:
        """Minutes between all zones by the shortest path, (zones, zones) float32; infinite where there is no way."""
        row = {zone: i for i, zone in enumerate(self.zones)}
        direct = np.full((len(row), len(row)), np.inf)
        for a, b, about in self.links:
            direct[row[a], row[b]] = direct[row[b], row[a]] = about["minutes"]
        return shortest(direct).astype(np.float32)

    def neighbours(self) -> Csr:
        """Linked zones of every zone, as row numbers in the order of the zones."""
        row = {zone: i for i, zone in enumerate(self.zones)}
        lists: list[set[int]] = [set() for _ in row]
        for a, b, _ in self.links:
            lists[row[a]].add(row[b])
            lists[row[b]].add(row[a])
        indptr = np.cumsum([0, *map(len, lists)], dtype=np.int64)
        return Csr(indptr, np.array([i for each in lists for i in sorted(each)], np.int32))

    def separate_parts(self) -> list[list[str]]:
        """Groups of zones without a way to the largest group; empty when all are connected."""
        if np.isfinite(self.minutes).all():
            return []
        import networkx as nx

        parts = sorted(nx.connected_components(self.graph), key=len, reverse=True)
        return [sorted(part) for part in parts[1:]]


def zone_nodes(zones: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the territory's graph knows of every zone."""
    names = ("zone_name", "district", "x", "y", "area_km2", "vacant", "footfall", "priority")
    columns = {name: zones[name].tolist() for name in names}
    return {zone: {name: columns[name][i] for name in names} for i, zone in enumerate(zones["zone_id"].tolist())}


def shortest(direct: Array) -> Array:
    """The shortest ways between all zones from the direct ones, infinite where there is none; all (zones, zones).

    Of many zones by scipy's Dijkstra; of few by trying every zone as a stop in between (Floyd 1962), since reading
    scipy's graphs takes a fifth of a second.
    """
    if len(direct) > FEW_ZONES:
        from scipy.sparse.csgraph import shortest_path

        return shortest_path(np.where(np.isfinite(direct), direct, 0.0), method="D", directed=False)
    ways = direct.copy()
    np.fill_diagonal(ways, 0.0)
    for stop in range(len(ways)):
        np.minimum(ways, ways[:, stop, None] + ways[stop], out=ways)
    return ways


def plane_km(lon: Array, lat: Array, lon0: float, lat0: float) -> tuple[Array, Array]:
    """Kilometres east and north of a point; good for the size of a city."""
    x = (lon - lon0) * KM_PER_DEGREE * np.cos(np.radians(lat0))
    return x, (lat - lat0) * KM_PER_DEGREE


def door_distance_km(area_km2: Array, buildings: Array) -> Array:
    """Mean straight way from one building to the next on a tour through a zone, from its area and density."""
    return TOUR_CONSTANT * np.sqrt(area_km2 / np.maximum(buildings, 1))


def minutes_between_doors(distance_km: Array, p: Territory) -> Array:
    """Walking minutes between neighbouring buildings, along the streets."""
    return distance_km * p.street_detour_factor / p.walking_km_per_hour * 60.0
