"""A made-up register of businesses with other people's columns, of any size: `python -m tests.register million`.

`python -m tests.register sample` writes the files of configs/template/import anew, `million` times an import.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import configs

SAMPLE = Path(configs.__file__).parent / "template" / "import"
MIDDLE = (17.03, 51.11)  # degrees; the town is made up
KM = np.array([70.0, 111.195])  # of a degree here
BANDS = ("0 - 9", "10 - 49", "50 - 249", "250 and more")
SAMPLE_SIZE = 1500
MONTHS = "Month;Calls;New customers;Lost;Customers"
TRUTH = {"world.needs.shopping_rate_per_month": 0.019, "situation.focal_share": 0.22, "situation.focal_brand": 0.33}
SHARES = (0.89, 0.087, 0.02, 0.003)
BRANCHES = ("47.11", "56.10", "96.02", "62.01", "69.20", "70.22", "25.11", "49.41", "86.21", "41.20")
DISTRICTS = ("Old Town", "Station", "Riverside", "Mills")


def register(n: int, seed: int = 1) -> dict[str, Any]:
    """Columns of a register: ids, places around four middles, branches, bands, houses."""
    luck = np.random.default_rng(seed)
    spread = 1.0 + (n / 1000) ** 0.5 / 6
    district = luck.choice(len(DISTRICTS), n, p=(0.4, 0.25, 0.2, 0.15))
    middles = spread * np.array([(0.0, 0.0), (1.3, 0.5), (-0.8, 1.2), (0.6, -1.6)])
    house = luck.integers(0, max(n // 3, 1), n)
    apart = luck.normal(0.0, 0.42 * spread, (max(n // 3, 1), 2))
    km = middles[house % len(DISTRICTS)] + apart[house]
    place = np.array(MIDDLE) + km / KM
    return {
        "Reg. no.": [f"R{i:07d}" for i in range(1, n + 1)],
        "Branch": np.array(BRANCHES)[luck.integers(0, len(BRANCHES), n)],
        "Staff": np.array(BANDS)[luck.choice(len(BANDS), n, p=SHARES)],
        "Quarter": np.array(DISTRICTS)[house % len(DISTRICTS)],
        "House": [f"H{number:06d}" for number in house.tolist()],
        "Long": np.round(place[:, 0], 6),
        "Lat": np.round(place[:, 1], 6),
        "Telecom": np.array(["", "Our company", "Other", "nobody"])[
            np.where(district < 0, 0, luck.choice(4, n, p=(0.7, 0.06, 0.2, 0.04)))
        ],
    }


def as_text(columns: dict[str, Any], separator: str = ";") -> str:
    """A CSV with semicolons and decimal commas, as spreadsheets of many countries write it."""
    written = [
        [str(cell).replace(".", ",") if name in ("Long", "Lat") else str(cell) for cell in values]
        for name, values in columns.items()
    ]
    lines = [separator.join(columns), *(separator.join(row) for row in zip(*written, strict=True))]
    return "\n".join(lines) + "\n"


def streets(side: int = 22, step_km: float = 0.25) -> tuple[str, str]:
    """A grid of streets as tables of nodes and edges."""
    nodes, edges = ["osmid,x,y"], ["u,v,length,maxspeed,highway"]
    for i in range(side * side):
        column, row = i % side, i // side
        x, y = np.array(MIDDLE) + (np.array([column, row]) - (side - 1) / 2) * step_km / KM
        nodes.append(f"{i},{x:.6f},{y:.6f}")
        main = 50 if row % 4 == 0 or column % 4 == 0 else 30
        for other, there in ((i + 1, column + 1 < side), (i + side, row + 1 < side)):
            if there:
                edges.append(f"{i},{other},{1000 * step_km:.0f},{main},residential")
    return "\n".join(nodes) + "\n", "\n".join(edges) + "\n"


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A ring of corners in degrees, from kilometres around the middle."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[round(float(v), 6) for v in np.array(MIDDLE) + np.array(corner) / KM] for corner in corners]


def collection(parts: dict[str, list[list[list[float]]]]) -> str:
    """Polygons by their code as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "title": f"Quarter {code}"},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for code, rings in parts.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def quarters() -> str:
    """Nine quarters around the middle."""
    edges = (-3.5, -0.9, 0.9, 3.5)
    return collection(
        {
            f"{'SMN'[row]}{'WME'[column]}": [square(edges[column], edges[row], edges[column + 1], edges[row + 1])]
            for row in range(3)
            for column in range(3)
        }
    )


def write_sample(folder: Path = SAMPLE) -> None:
    """The made-up files that the template's mapping reads."""
    (folder / "register.csv").write_text(as_text(register(SAMPLE_SIZE)), "utf-8")
    nodes, edges = streets()
    (folder / "street_nodes.csv").write_text(nodes)
    (folder / "street_edges.csv").write_text(edges)
    (folder / "quarters.geojson").write_text(quarters())
    (folder / "months.csv").write_text(months(folder), "utf-8")


def months(folder: Path) -> str:
    """Two years of the imported sample, simulated with known parameters, as a client would write them down."""
    from experiments.calibration.fixtures import history_from, simulated
    from experiments.cityimport.assemble import imported
    from experiments.cityimport.write import write_folder
    from sim.city import load_city
    from sim.findings import Findings

    (folder / "months.csv").write_text(MONTHS + "\n2024-01;1;1;1;1\n")  # read before it is known
    city = imported(folder / "import.yaml", Findings())
    assert city is not None
    with tempfile.TemporaryDirectory() as place:
        write_folder(city, Path(place) / "city")
        tables = simulated(load_city(Path(place) / "city"), TRUTH, "2024-01", 24, seed=2024)
    told = history_from(tables, "")
    figures = {each.name: each.values for each in told.series}
    names = ("inbound_calls", "gross_adds", "churn", "customers")
    rows = [
        ";".join([str(month), *(f"{figures[name][i]:.0f}" for name in names)]) for i, month in enumerate(told.months)
    ]
    return "\n".join([MONTHS, *rows]) + "\n"


def write_million(folder: Path, n: int = 1_000_000) -> Path:
    """A register of so many businesses, and the template's mapping for it, with ways by distance."""
    import pyarrow as pa
    from pyarrow import csv

    columns = register(n)
    csv.write_csv(pa.table({name: pa.array(values) for name, values in columns.items()}), folder / "register.csv")
    mapping = yaml.safe_load((SAMPLE / "import.yaml").read_text("utf-8"))
    mapping = {key: value for key, value in mapping.items() if key not in ("travel", "history")}
    mapping["zones"] = {"from": "points", "businesses_each": 300}
    (folder / "import.yaml").write_text(yaml.safe_dump(mapping), "utf-8")
    for name in ("city.yaml", "operators.yaml"):
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    return folder / "import.yaml"


def million(n: int = 1_000_000) -> float:
    """Seconds of an import of so many businesses, from the command line to the written folder."""
    with tempfile.TemporaryDirectory() as place:
        mapping = write_million(Path(place), n)
        begin = time.perf_counter()
        words = [sys.executable, "-m", "experiments", "city", "import", str(mapping), f"out={place}/city"]
        subprocess.run(words, check=True, cwd=Path(__file__).parent.parent)
        return time.perf_counter() - begin


if __name__ == "__main__":
    if sys.argv[1:] == ["sample"]:
        write_sample()
    elif sys.argv[1:2] == ["million"]:
        print(f"{million():.1f} seconds")
    else:
        sys.exit(__doc__)
