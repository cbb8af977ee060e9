"""A synthetic city from a few figures: districts on a ring or a grid, zones by premises type, businesses by size."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.city import City, city_from_tables
from sim.cityoperators import PREMISES, SIZES
from sim.cityplan import CityPlan
from sim.cityrows import draw_employees
from sim.draws import Luck, Streams, hash_ids

Array = np.ndarray[Any, Any]
Tables = dict[str, dict[str, list[Any]]]

CODES = ("ST", "BC", "SC", "IN")  # of the premises types, in zone ids
STREET_DETOUR = 1.27  # a way along a street grid relative to the straight one
NEIGHBOURS_WITHIN = 1.35  # districts this many spacings apart are neighbours
# How much likelier a size class is found in a type of premises, before both totals are met: rows are sizes.
SIZE_BY_PREMISES = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 1.2, 0.8, 1.5], [0.3, 1.5, 0.3, 2.0], [0.1, 1.5, 0.1, 2.5]])
# Where the zones of a district lie, in spacings outwards and sideways from its middle.
PLACES = np.array([[0.0, 0.0], [-0.25, 0.1], [0.05, 0.28], [0.3, -0.1]])
# Sectors (sections of NACE) by premises type, rough weights.
SECTORS = ("C", "F", "G", "H", "I", "J", "K", "M", "N", "P", "Q", "S")
SECTOR_WEIGHTS = np.array(
    [
        [2, 3, 34, 2, 20, 2, 3, 6, 3, 4, 9, 12],
        [3, 6, 6, 2, 2, 14, 12, 28, 12, 4, 8, 3],
        [0, 0, 58, 0, 20, 2, 3, 0, 1, 2, 3, 11],
        [36, 18, 20, 18, 0, 1, 0, 2, 3, 0, 0, 2],
    ],
    dtype=float,
)


class Cells(NamedTuple):
    """The zones: one for each district and premises type that has a business."""

    zone_id: Array
    district: Array  # number of the district
    kind: Array  # premises type
    x: Array  # km
    y: Array
    area_km2: Array
    businesses: Array
    vacant: Array


def make_city(plan: CityPlan, seed: int = 1) -> City:
    """The city in memory, as `load_city` would give it from the written folder but for the folder itself."""
    return city_from_tables(city_meta(plan, seed), operator_list(plan), city_tables(plan, seed))


def city_tables(plan: CityPlan, seed: int) -> Tables:
    """Zones, links and businesses as columns of plain values; the same for the same figures and seed."""
    luck = Streams(seed)
    x, y, spacing = district_places(plan)
    cells = zone_cells(plan, x, y, spacing, luck("city.districts"))
    return {
        "zones": zone_table(cells),
        "links": link_table(cells, x, y, spacing),
        "businesses": business_table(plan, cells, luck),
    }


# ---- districts and zones ---------------------------------------------------------------------------------------


def district_places(plan: CityPlan) -> tuple[Array, Array, float]:
    """Middles of the districts (km from the city's middle), nearest first, and the distance between neighbours."""
    count = plan.district_count
    spacing = float(np.sqrt(plan.area_km2 / count))
    if plan.layout == "ring":
        rings = [np.zeros((1, 2))]
        k = 1
        while sum(map(len, rings)) < count:
            angle = 2.0 * np.pi * np.arange(6 * k) / (6 * k)
            rings.append(k * np.stack([np.cos(angle), np.sin(angle)], axis=1))
            k += 1
        places: Array = np.concatenate(rings)
        last = count - sum(map(len, rings[:-1]))
        if 0 < last < len(rings[-1]):  # the outer ring is filled evenly
            chosen = (np.arange(last) * len(rings[-1])) // last
            places = np.concatenate([*rings[:-1], rings[-1][chosen]])
    else:
        side = int(np.ceil(np.sqrt(count)))
        grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1).reshape(-1, 2)
        middle = grid - (side - 1) / 2.0
        places = middle[np.argsort((middle**2).sum(1), kind="stable")]
    return places[:count, 0] * spacing, places[:count, 1] * spacing, spacing


def zone_cells(plan: CityPlan, x: Array, y: Array, spacing: float, luck: Luck) -> Cells:
    """How many businesses each zone has, where it lies, and how large it is."""
    count = x.size
    far = np.hypot(x, y)
    far = far / max(far.max(), 1e-9)
    shares, areas = of_types(plan.premises), of_types(plan.area)
    centrality = of_types(plan.centrality)
    names = [f"D{d + 1:0{len(str(max(count, 10)))}d}" for d in range(count)]
    numbers: Array = np.empty((count, len(PREMISES)), np.int64)
    for kind, total in enumerate(apportioned(shares, plan.size)):
        spread = np.exp(plan.district_spread * normals(luck.uniform(hash_ids(np.array(names)), kind)))
        numbers[:, kind] = apportioned(np.exp(-centrality[kind] * far) * spread, int(total))
    district, of_kind = np.nonzero(numbers)
    businesses = numbers[district, of_kind]
    out: Array = np.stack([x, y], axis=1) / np.maximum(np.hypot(x, y), 1e-9)[:, None]
    out[np.hypot(x, y) < 1e-9] = (1.0, 0.0)
    sideways = np.stack([-out[:, 1], out[:, 0]], axis=1)
    shift = spacing * (PLACES[of_kind, :1] * out[district] + PLACES[of_kind, 1:] * sideways[district])
    return Cells(
        np.array([f"{names[d]}-{CODES[k]}" for d, k in zip(district, of_kind, strict=True)]),
        district,
        of_kind,
        x[district] + shift[:, 0],
        y[district] + shift[:, 1],
        plan.area_km2 / count * areas[of_kind] / areas.sum(),
        businesses,
        np.rint(businesses * plan.vacant_share).astype(np.int64),
    )


def of_types(group: Any) -> Array:
    """The four numbers of a group by premises type."""
    return np.array([getattr(group, name) for name in PREMISES], float)


def apportioned(weights: Array, total: int) -> Array:
    """Whole numbers in proportion to the weights that sum to the total, by largest remainders."""
    exact = np.asarray(weights, float) / np.sum(weights) * total
    whole = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def normals(uniform: Array) -> Array:
    """Standard normal numbers at the quantiles, cut at three."""
    from sim.quantiles import ndtri

    clipped: Array = np.clip(ndtri(uniform), -3.0, 3.0)
    return clipped


def zone_table(cells: Cells) -> dict[str, list[Any]]:
    """The columns of zones.csv."""
    kinds = [PREMISES[k].replace("_", " ") for k in cells.kind]
    districts = [f"District {d + 1}" for d in cells.district]
    return {
        "zone_id": cells.zone_id.tolist(),
        "name": [f"{district}, {kind}" for district, kind in zip(districts, kinds, strict=True)],
        "district": districts,
        "x": np.round(cells.x, 3).tolist(),
        "y": np.round(cells.y, 3).tolist(),
        "area_km2": np.maximum(np.round(cells.area_km2, 4), 0.0002).tolist(),
        "vacant": cells.vacant.tolist(),
    }


def link_table(cells: Cells, x: Array, y: Array, spacing: float) -> dict[str, list[Any]]:
    """The columns of links.csv: zones of one district, and like zones of neighbouring districts."""
    where = {(int(d), int(k)): i for i, (d, k) in enumerate(zip(cells.district, cells.kind, strict=True))}
    main = {int(d): int(np.flatnonzero(cells.district == d)[0]) for d in np.unique(cells.district)}
    found: list[tuple[int, int]] = []
    for d, first in main.items():
        inside = np.flatnonzero(cells.district == d).tolist()
        found += [(first, other) for other in inside if other != first]
        found += list(pairwise(inside[1:]))
    for a, b in neighbouring(x, y, spacing, sorted(main)):
        found.append((main[a], main[b]))
        if (a, 3) in where and (b, 3) in where:
            found.append((where[a, 3], where[b, 3]))
    pairs = sorted({(min(pair), max(pair)) for pair in found})
    km = [STREET_DETOUR * float(np.hypot(cells.x[a] - cells.x[b], cells.y[a] - cells.y[b])) for a, b in pairs]
    ids = cells.zone_id.tolist()
    return {
        "zone_a": [ids[a] for a, _ in pairs],
        "zone_b": [ids[b] for _, b in pairs],
        "distance_km": [max(round(each, 3), 0.01) for each in km],
    }


def neighbouring(x: Array, y: Array, spacing: float, districts: list[int]) -> list[tuple[int, int]]:
    """Pairs of neighbouring districts; a district too far from all others is joined to the nearest before it."""
    pairs = []
    for i, b in enumerate(districts):
        before = np.array(districts[:i], int)
        if not before.size:
            continue
        far = np.hypot(x[before] - x[b], y[before] - y[b])
        near = before[far <= NEIGHBOURS_WITHIN * spacing]
        chosen = near if near.size else before[[np.argmin(far)]]
        pairs += [(int(a), b) for a in chosen]
    return pairs


# ---- businesses ------------------------------------------------------------------------------------------------


def business_table(plan: CityPlan, cells: Cells, luck: Streams) -> dict[str, list[Any]]:
    """The columns of businesses.csv."""
    zone = np.repeat(np.arange(cells.zone_id.size), cells.businesses)
    running = np.arange(zone.size) - np.repeat(np.cumsum(cells.businesses) - cells.businesses, cells.businesses) + 1
    ids = np.char.add(np.char.add(cells.zone_id[zone], "-"), np.char.zfill(running.astype("U6"), 4))
    address, kind = hash_ids(ids), cells.kind[zone]
    size = size_classes(plan, kind, luck("city.sizes").uniform(address))
    employees = draw_employees(size, luck("city.employees").uniform(address), plan.employees_exponent)
    weights = np.cumsum(SECTOR_WEIGHTS, axis=1) / SECTOR_WEIGHTS.sum(axis=1, keepdims=True)
    sector = (luck("city.sectors").uniform(address)[:, None] > weights[kind]).sum(axis=1)
    buildings = np.maximum(np.rint(cells.businesses / of_types(plan.per_building)[cells.kind]), 1).astype(np.int64)
    building = (luck("city.buildings").uniform(address) * buildings[zone]).astype(np.int64) + 1
    house = np.char.add(np.char.add(cells.zone_id[zone], "-H"), np.char.zfill(building.astype("U6"), 3))
    return {
        "business_id": ids.tolist(),
        "zone_id": cells.zone_id[zone].tolist(),
        "premises_type": [PREMISES[k] for k in kind],
        "sector": [SECTORS[s] for s in sector],
        "employees": employees.tolist(),
        "building_id": house.tolist(),
    }


def size_classes(plan: CityPlan, kind: Array, uniform: Array) -> Array:
    """Size class of every business: totals by size and by premises type are met, who is which is luck."""
    of_kind = np.bincount(kind, minlength=len(PREMISES))
    wanted = apportioned(np.array([getattr(plan.sizes, name) for name in SIZES]), kind.size)
    table = fitted(SIZE_BY_PREMISES, wanted.astype(float), of_kind.astype(float))
    out = np.zeros(kind.size, np.uint8)
    for k in np.flatnonzero(of_kind):
        rows = np.flatnonzero(kind == k)
        rows = rows[np.argsort(uniform[rows], kind="stable")]
        out[rows] = np.repeat(np.arange(len(SIZES)), apportioned(table[:, k], rows.size))
    return out


def fitted(table: Array, rows: Array, columns: Array) -> Array:
    """The table scaled until its rows and columns have the given sums (iterative proportional fitting)."""
    table = table * (columns > 0) * (rows > 0)[:, None] + 1e-12
    for _ in range(200):
        table = table * (rows / table.sum(axis=1))[:, None]
        table = table * (columns / np.maximum(table.sum(axis=0), 1e-300))
    return table


# ---- what the city says of itself ------------------------------------------------------------------------------


def city_meta(plan: CityPlan, seed: int) -> dict[str, Any]:
    """The keys of city.yaml: everything about it is made up, and it says so."""
    return {
        "name": plan.name,
        "country": plan.country,
        "subdivision": plan.subdivision,
        "currency": plan.currency,
        "time_zone": plan.time_zone,
        "snapshot": plan.snapshot,
        "source": f"Fieldcast city make: a synthetic city from a few figures, seed {seed}",
        "licence": "CC0-1.0",
        "attribution": f"Synthetic city (seed {seed}): it describes no real place",
        "real": [],
        "imputed": [],
        "assumed": [
            f"sizes of {plan.size_basis}: " + ", ".join(f"{name} {getattr(plan.sizes, name):.1%}" for name in SIZES),
            f"employees inside a size class by a power law cut at 2,000 (exponent {plan.employees_exponent:g})",
            *("places and areas of zones", "premises types", "buildings", "sectors", "vacant units", "travel speeds"),
            "operators: names, shares, prices, quality, awareness, networks",
        ],
        "absent": ["footfall", "contracts", "bills", "contacts", "history"],
        "speeds": plan.speeds.model_dump(),
    }


def operator_list(plan: CityPlan) -> dict[str, Any]:
    """The content of operators.yaml."""
    return {
        "assumption": True,
        "note": "Operators of this synthetic city are invented; all their numbers are assumptions.",
        "operators": [
            {
                "name": each.name,
                "focal": number == 0,
                "share": each.share,
                "quality": each.quality,
                "price_index": each.price_index,
                "tariffs": plan.tariffs.model_dump(),  # a copy each: YAML must not refer back
                "brand": each.brand,
                "advertising_per_month": round(each.advertising_per_business * plan.size, 2),
                "telemarketers": 0,
                "reps": 0,
                "reaction": each.reaction,
                "network": "all",
            }
            for number, each in enumerate(plan.operators)
        ],
    }
