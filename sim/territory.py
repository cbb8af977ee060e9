"""Zones: where they lie, how long it takes between them, and how far apart the doors inside one are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import shortest_path

from sim.world import Territory

Array = np.ndarray[Any, Any]

KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6371 km
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


def zone_graph(nodes: dict[str, dict[str, Any]], links: list[tuple[str, str, dict[str, Any]]]) -> nx.Graph:
    """The territory as a graph: zones with what is known of them, links with their minutes."""
    graph = nx.Graph()
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from(links)
    return graph


def travel_minutes(graph: nx.Graph) -> Array:
    """Minutes between all zones by the shortest path, in the order of the nodes; infinite where there is no way."""
    weights = nx.to_scipy_sparse_array(graph, weight="minutes", format="csr", dtype=np.float64)
    return shortest_path(weights, method="D", directed=False).astype(np.float32)


def neighbours(graph: nx.Graph) -> Csr:
    """Linked zones of every zone, as row numbers in the order of the nodes."""
    row = {zone: i for i, zone in enumerate(graph)}
    lists = [sorted(row[other] for other in graph[zone]) for zone in graph]
    indptr = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return Csr(indptr, np.array([i for each in lists for i in each], np.int32))


def separate_parts(graph: nx.Graph) -> list[list[str]]:
    """Groups of zones without a way to the largest group; empty when all are connected."""
    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    return [sorted(part) for part in parts[1:]]


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
