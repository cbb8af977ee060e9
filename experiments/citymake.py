"""`fieldcast city make`: a synthetic city from a few figures, as a folder that every command reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.options import MAKING
from experiments.style import grouped
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.cityplan import CityPlan


def run(request: Any) -> int:
    """Carries out `fieldcast city make`; returns its exit code."""
    from sim.city import load_city
    from sim.cityplan import city_plan

    if not request.options.get("out"):
        raise InputError("city make needs a place for the city; write out=DIR")
    preset, seed = request.options["preset"], request.options["seed"]
    changes = {name: request.options[name] for name in MAKING if name != "preset" and name in request.given}
    plan = city_plan(preset, changes)
    folder = write_city(plan, seed, request.out_folder(), preset, changes)
    city = load_city(folder)
    if not request.options.get("quiet"):
        print("\n".join(sizes_of(city)))
    number = grouped(int(city.occupied.sum()))
    print(f"{city.name}: {number} businesses in {city.zone_id.size} zones, made up; {folder}/")
    print(f"Use it as city={folder}; look at it with: fieldcast city show {folder}")
    return 0


def sizes_of(city: Any) -> list[str]:
    """Businesses by premises type and size class, in words."""
    import numpy as np

    from sim.cityoperators import PREMISES, SIZES

    lines = []
    for names, column in ((PREMISES, city.premises_type), (SIZES, city.size_class)):
        counts = np.bincount(column[city.occupied], minlength=len(names)).tolist()
        lines.append(", ".join(f"{name} {grouped(count)}" for name, count in zip(names, counts, strict=True)))
    return lines


def write_city(
    plan: CityPlan, seed: int, folder: Path, preset: str = "", changes: Mapping[str, Any] | None = None
) -> Path:
    """The folder of a synthetic city; the same bytes for the same figures and seed."""
    import yaml

    from sim.citymake import city_meta, city_tables, operator_list

    folder.mkdir(parents=True, exist_ok=True)
    for stem, columns in city_tables(plan, seed).items():
        (folder / f"{stem}.csv").write_bytes(as_csv(columns))
    for stem, content in (("city", city_meta(plan, seed)), ("operators", operator_list(plan))):
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
        (folder / f"{stem}.yaml").write_bytes(unanchored(text).encode())
    figures = yaml.safe_dump(plan.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
    command = spoken_command(preset, seed, changes or {}) if preset else ""
    (folder / "README.md").write_bytes(README.format(command=command, figures=unanchored(figures).strip()).encode())
    return folder


README = """# A synthetic city

Made up from a few figures; it describes no real place, and nothing in it was observed.
{command}
The figures:

```yaml
{figures}
```
"""


def spoken_command(preset: str, seed: int, changes: Mapping[str, Any]) -> str:
    """The command that makes the same city again."""
    words = [f"preset={preset}", f"seed={seed}"]
    for name, value in changes.items():
        group = isinstance(value, dict)
        plain = "{" + ",".join(f"{key}:{each}" for key, each in value.items()) + "}" if group else str(value)
        words.append(f"'{name}={plain}'" if group or " " in plain else f"{name}={plain}")
    return f"\n```sh\nfieldcast city make out=DIR {' '.join(words)}\n```\n"


def as_csv(columns: Mapping[str, list[Any]]) -> bytes:
    """A table as UTF-8 CSV with plain line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def unanchored(text: str) -> str:
    """YAML that names nothing twice by reference, for the reader of cities takes plain text only."""
    if "&id" in text:
        raise ValueError("the same object stands twice in the YAML of a city")
    return text
