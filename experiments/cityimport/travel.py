"""Minutes between zones: as the client gives them, along a road graph, or from distance and speeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.cityimport.neighbours import neighbour_pairs
from experiments.cityimport.places import Plane, in_degrees
from experiments.cityimport.roads import Roads, read_roads
from sim.cityrows import LINK_COLUMNS, SPEEDS
from sim.findings import Findings, plural

if TYPE_CHECKING:
    from experiments.cityimport.mapping import Travel
    from experiments.cityimport.sources import Place
    from sim.citytable import Table

Array = np.ndarray[Any, Any]

USUAL_SPEEDS = {"walk_km_per_hour": 4.5, "drive_km_per_hour": 24.0, "parking_minutes": 4.0}
FAR_FROM_ROAD_KM = 2.0
AT_A_TIME = 32  # zones from which ways are sought together
WAYS_LIMIT = 4.0  # times the longest straight way to a neighbour, in minutes or kilometres of the slowest street


def links_of(travel: Travel, plane: Plane, x: Array, y: Array, ids: list[str], speeds: Any, place: Place) -> Any:
    """The columns of links.csv, or a table of the client's; None after a mistake."""
    if travel.origin == "links":
        return given_links(travel, place)
    unplaced = [zone for zone, lies in zip(ids, np.isfinite(x + y).tolist(), strict=True) if not lies]
    if unplaced:
        remedy = "give their coordinates, or leave them out"
        place.findings.error(place.mapping, f"no usable place for {plural(unplaced)}", column="zones", remedy=remedy)
    if unplaced or not ids:
        return None
    pairs = neighbour_pairs(x, y)
    straight = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]])
    columns: dict[str, list[Any]] = {"zone_a": [ids[a] for a in pairs[:, 0]], "zone_b": [ids[b] for b in pairs[:, 1]]}
    if travel.origin == "distance":
        return columns | {"distance_km": np.round(along_streets(straight, travel), 3).tolist()}
    roads = read_roads(travel, place)
    if roads is None:
        return None
    return columns | minutes_along(roads, travel, plane, x, y, pairs, straight, usual_speeds(speeds), place.findings)


def along_streets(straight_km: Array, travel: Travel) -> Array:
    """Kilometres that one goes for straight ones."""
    km: Array = np.maximum(straight_km * travel.detour_factor, 0.01)
    return km


def minutes_along(
    roads: Roads,
    travel: Travel,
    plane: Plane,
    x: Array,
    y: Array,
    pairs: Array,
    straight: Array,
    speed: Mapping[str, float],
    findings: Findings,
) -> dict[str, list[float]]:
    """Minutes and kilometres of every pair along the streets, walking or driving, whichever is faster."""
    walk_km, drive = ways(roads, travel, plane, x, y, pairs, straight, speed, findings)
    lost = ~np.isfinite(walk_km)
    if lost.any():
        number = f"{int(lost.sum()):,} of {len(pairs):,}"
        message = f"no way leads along the streets for {number} pairs of neighbouring zones"
        remedy = "give the whole road graph; these pairs take the straight way times the detour factor"
        findings.warning(travel.file or "edges", message, remedy=remedy)
        km = along_streets(straight, travel)
        walk_km = np.where(lost, km, walk_km)
        drive = np.where(lost, km / speed["drive_km_per_hour"] * 60.0, drive)
    walk_km = np.minimum(walk_km, 1000.0)
    walking, driving = walk_km / speed["walk_km_per_hour"] * 60.0, drive + speed["parking_minutes"]
    minutes = np.clip(np.minimum(walking, driving), 0.01, 1000.0)
    numbers = {"minutes": minutes, "distance_km": walk_km, "walk_minutes": walking, "drive_minutes": driving}
    return {name: np.round(values, 2 + (name == "distance_km")).tolist() for name, values in numbers.items()}


def given_links(travel: Travel, place: Place) -> Table | None:
    """The client's own minutes or kilometres."""
    from experiments.cityimport.mapping import Source

    source = Source(file=travel.file or "", sheet=travel.sheet, encoding=travel.encoding, columns=travel.columns)
    return place.table(source, "travel", LINK_COLUMNS, ("zone_a", "zone_b"))


def usual_speeds(speeds: Any) -> dict[str, float]:
    """The speeds of city.yaml, or usual ones where it has none."""
    given = speeds if isinstance(speeds, Mapping) else {}
    found = {}
    for name, (low, high) in SPEEDS.items():
        value = given.get(name)
        sound = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        found[name] = float(value) if sound and value is not None else USUAL_SPEEDS[name]
    return found


def ways(
    roads: Roads,
    travel: Travel,
    plane: Plane,
    x: Array,
    y: Array,
    pairs: Array,
    straight: Array,
    speed: Mapping[str, float],
    findings: Findings,
) -> tuple[Array, Array]:
    """Kilometres of the shortest way and driving minutes of the fastest for every pair, infinite where none leads."""
    from scipy.spatial import cKDTree

    coordinates = travel.coordinates or plane.coordinates
    lon, lat = in_degrees(roads.x, roads.y, coordinates)
    u, v = plane.km(lon, lat)
    used = np.unique(roads.ends)
    used = used[np.isfinite(u[used]) & np.isfinite(v[used])]
    if not used.size:
        findings.error(travel.file or "nodes", "no crossing has usable coordinates", remedy="check travel.coordinates")
        return np.full(len(pairs), np.inf), np.full(len(pairs), np.inf)
    access, nearest = cKDTree(np.stack([u, v], axis=1)[used]).query(np.stack([x, y], axis=1))
    far = int((access > FAR_FROM_ROAD_KM).sum())
    if far:
        message = f"{far} zones lie more than {FAR_FROM_ROAD_KM:g} km from the nearest street"
        findings.warning(travel.file or "nodes", message, remedy="is it the same city, in the same coordinates?")
    km = street_km(roads, u, v, travel.detour_factor)
    minutes = street_minutes(roads, km, travel.share_of_limit, speed["drive_km_per_hour"])
    node = used[nearest]
    reach = 5.0 + WAYS_LIMIT * float(straight.max(initial=0.0))
    onto = (access[pairs[:, 0]] + access[pairs[:, 1]]) * travel.detour_factor
    walk = shortest(roads.ends, km, len(u), node, pairs, reach * travel.detour_factor) + onto
    slowest = 60.0 / speed["walk_km_per_hour"]
    drive = shortest(roads.ends, minutes, len(u), node, pairs, reach * slowest)
    return walk, drive + onto / speed["drive_km_per_hour"] * 60.0


def street_km(roads: Roads, u: Array, v: Array, detour: float) -> Array:
    """Length of every street; the straight one with a detour where the graph has none."""
    a, b = roads.ends.T
    straight = np.hypot(u[a] - u[b], v[a] - v[b]) * detour
    km = np.where(roads.length_m > 0, roads.length_m / 1000.0, straight)
    clean: Array = np.where(np.isfinite(km), np.maximum(km, 1e-4), np.inf)
    return clean


def street_minutes(roads: Roads, km: Array, share_of_limit: float, usual_km_per_hour: float) -> Array:
    """Driving minutes of every street: as given, from its speed limit, or at the city's usual speed."""
    speed = np.where(np.isfinite(roads.speed_km_per_hour), roads.speed_km_per_hour * share_of_limit, usual_km_per_hour)
    minutes: Array = np.where(roads.seconds > 0, roads.seconds / 60.0, km / speed * 60.0)
    return np.maximum(minutes, 1e-4)


def shortest(ends: Array, weight: Array, nodes: int, start: Array, pairs: Array, limit: float) -> Array:
    """The smallest sum of weights for every pair of zones, streets open both ways; infinite beyond the limit."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    sound = np.isfinite(weight)
    low, high = np.sort(ends[sound], axis=1).T
    order = np.lexsort((weight[sound], high, low))
    low, high, ranked = low[order], high[order], weight[sound][order]
    first = np.ones(low.size, bool)
    first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)  # of parallel streets the best
    graph = csr_array((ranked[first], (low[first], high[first])), shape=(nodes, nodes))
    out = np.full(len(pairs), np.inf)
    sources = np.unique(pairs[:, 0])
    for begin in range(0, sources.size, AT_A_TIME):
        some = sources[begin : begin + AT_A_TIME]
        far = dijkstra(graph, directed=False, indices=start[some], limit=limit)
        here = np.flatnonzero((pairs[:, 0] >= some[0]) & (pairs[:, 0] <= some[-1]))
        out[here] = far[np.searchsorted(some, pairs[here, 0]), start[pairs[here, 1]]]
    return out
