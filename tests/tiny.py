"""A tiny city for pencils: 4 zones in a square, 60 businesses, 8 vacant units, 2 operators."""

from __future__ import annotations

import copy
import csv
from pathlib import Path
from typing import Any

import yaml

from sim.city import PREMISES, City, city_from_tables

META = {
    "name": "Tinytown",
    "country": "AU",
    "subdivision": "VIC",
    "currency": "AUD",
    "time_zone": "Australia/Melbourne",
    "snapshot": 2021,
    "source": "made up",
    "licence": "CC0",
}
TARIFFS = {
    "base": {"micro": 100, "small": 300, "medium": 1000, "large": 4000},
    "multipliers": {"street_level": 1.0, "business_centre": 1.0, "shopping_centre": 1.0, "industrial": 3.0},
}
FOCAL = {
    "name": "Focal",
    "focal": True,
    "share": 0.3,
    "quality": 0.6,
    "price_index": 1.0,
    "tariffs": TARIFFS,
    "brand": 0.4,
    "advertising_per_month": 1000,
    "telemarketers": 0,
    "reps": 0,
    "reaction": "passive",
    "network": "all",
}
RIVAL = FOCAL | {"name": "Rival", "focal": False, "share": 0.7, "brand": 0.7}
ZONES = ("NW", "NE", "SW", "SE")
EMPLOYEES = (1, 3, 5, 12, 60)


def tiny_tables() -> dict[str, dict[str, list[Any]]]:
    """The tables of the tiny city, to be changed at will."""
    n = range(60)
    return {
        "zones": {
            "zone_id": list(ZONES),
            "name": ["North West", "North East", "South West", "South East"],
            "district": ["North", "North", "South", "South"],
            "x": [0, 1, 0, 1],
            "y": [1, 1, 0, 0],
            "area_km2": [1, 1, 1, 1],
            "vacant": [2, 2, 2, 2],
        },
        "links": {"zone_a": ["NW", "NW", "NE", "SW"], "zone_b": ["NE", "SW", "SE", "SE"], "minutes": [10, 12, 10, 14]},
        "businesses": {
            "business_id": [f"B{i:02d}" for i in n],
            "zone_id": [ZONES[i % 4] for i in n],
            "premises_type": [PREMISES[(i // 4) % 4] for i in n],
            "sector": ["GHM"[i % 3] for i in n],
            "employees": [EMPLOYEES[i % 5] for i in n],
            "building_id": [f"H{i // 6}" for i in n],
        },
    }


def tiny_operators() -> list[dict[str, Any]]:
    """The operators of the tiny city, to be changed at will."""
    return [copy.deepcopy(FOCAL), copy.deepcopy(RIVAL)]


def tiny_city(operators: list[dict[str, Any]] | None = None, **tables: dict[str, list[Any]]) -> City:
    """The tiny city, with other operators or tables if given."""
    return city_from_tables(META, tiny_operators() if operators is None else operators, tiny_tables() | tables)


def tiny_folder(folder: Path) -> Path:
    """The tiny city as files in a folder."""
    for name, columns in tiny_tables().items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    (folder / "city.yaml").write_text(yaml.safe_dump(META))
    (folder / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}))
    return folder
