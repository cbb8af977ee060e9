"""The templates leave no column and no key out, and stand as they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import configs
from experiments.cityimport.assemble import COVERAGE_COLUMNS
from experiments.cityimport.mapping import Plan, section_in
from experiments.cli import main
from sim.city import META_LISTS, META_TEXTS
from sim.cityhistory import HISTORY_COLUMNS
from sim.cityoperators import KEYS, PREMISES
from sim.cityrows import BUSINESS_COLUMNS, LINK_COLUMNS, PREMISES_COLUMNS, ZONE_COLUMNS
from tests.register import quarters, register, streets

FOLDER = Path(configs.__file__).parent / "template"
PAGE = (FOLDER / "city/README.md").read_text("utf-8")
STATISTICS = ("blocks", "prospects", *PREMISES)  # of the bundled city alone
TABLES = {
    "zones": ZONE_COLUMNS,
    "links": LINK_COLUMNS,
    "businesses": BUSINESS_COLUMNS,
    "premises": PREMISES_COLUMNS,
    "coverage": COVERAGE_COLUMNS,
    "history": HISTORY_COLUMNS,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained(name: str) -> None:
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    part = next(each for each in section if each.startswith(name))
    rows = "\n".join(line.split("|")[1] for line in part.splitlines() if line.startswith("| `"))
    assert not [column for column in TABLES[name] if column not in STATISTICS and f"`{column}`" not in rows]


def test_every_key_of_a_city_and_of_an_operator_is_there() -> None:
    city = (FOLDER / "city/city.yaml").read_text("utf-8")
    assert not [key for key in (*META_TEXTS, *META_LISTS, "speeds") if f"{key}:" not in city]
    operators = (FOLDER / "city/operators.yaml").read_text("utf-8")
    assert not [key for key in KEYS if f"{key}:" not in operators]


def keys_of(model: Any) -> set[str]:
    """Every key of a mapping, down to the last."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        inner = section_in(field.annotation)
        found |= keys_of(inner) if inner is not None and inner is not model else set()
    return found


def test_every_key_of_a_mapping_is_explained() -> None:
    text = (FOLDER / "import/import.yaml").read_text("utf-8")
    assert not [key for key in keys_of(Plan) if not re.search(rf"\b{key}\b", text)]


def test_the_files_of_the_sample_are_the_present_ones() -> None:
    nodes, edges = streets()
    assert (FOLDER / "import/street_nodes.csv").read_text() == nodes
    assert (FOLDER / "import/street_edges.csv").read_text() == edges
    assert (FOLDER / "import/quarters.geojson").read_text() == quarters()
    assert (FOLDER / "import/register.csv").read_text("utf-8").count("\n") == len(register(1500)["Staff"]) + 1


def test_what_is_commented_out_in_the_mapping_is_yaml_too() -> None:
    text = (FOLDER / "import/import.yaml").read_text("utf-8")
    commented = [line.replace("# ", "", 1) for line in text.splitlines() if re.match(r" +# \w+: ", line)]
    assert len(commented) > 12
    for line in commented:
        assert isinstance(yaml.safe_load(line.strip()), dict), line


def test_a_filled_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["city", "template", str(tmp_path)]) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
