"""The data doctor: each doubt is raised where it belongs, none about a sound folder, and all of it can be written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.citycheck import as_page, as_table, check, harmless
from experiments.cli import main
from sim.city import check_city
from sim.citydoctor import swapped_country
from sim.cityreasons import why
from sim.findings import Finding
from tests.tiny import META, tiny_operators, tiny_tables
from tests.unit.test_city_files import as_csv


def city_of(folder: Path, meta: dict[str, Any] | None = None, **changes: dict[str, list[Any]]) -> list[str]:
    """The findings on the tiny city with other columns."""
    folder.mkdir(exist_ok=True)
    for stem, columns in (tiny_tables() | {"history": {}}).items():
        changed = {name: values for name, values in (columns | changes.get(stem, {})).items() if values}
        if changed:
            (folder / f"{stem}.csv").write_text(as_csv(changed), "utf-8")
    (folder / "city.yaml").write_text(yaml.safe_dump(META | (meta or {})), "utf-8")
    (folder / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}), "utf-8")
    return [str(each) for each in check_city(folder)]


def months(*gross_adds: Any, **columns: list[Any]) -> dict[str, list[Any]]:
    names = [f"2025-{i + 1:02d}" for i in range(len(gross_adds))]
    return {"month": names, "gross_adds": list(gross_adds)} | columns


DEGREES = {"x": [], "y": [], "lon": [144.9, 144.91, 144.9, 144.91], "lat": [-37.8, -37.8, -37.81, -37.81]}
SWAPPED = DEGREES | {"lon": DEGREES["lat"], "lat": [52.2, 52.2, 52.21, 52.21]}
PAID = [100.0 + i for i in range(60)]
TWICE = {
    "monthly_bill": [*PAID[:59], PAID[4]],
    "employees": [1] * 59 + [1],
    "zone_id": ["NW"] * 60,
    "sector": ["G"] * 60,
}
ONE_PLACE = {"premises_type": ["industrial"] * 60, "building_id": ["H1"] * 60}
DOUBTS: dict[str, tuple[dict[str, Any], str]] = {
    "beyond the pole": (
        {"zones": DEGREES | {"lon": [20.0] * 4, "lat": [121.0] * 4}},
        "-85 to 85; are lon and lat exchanged?",
    ),
    "in another country": (
        {"meta": {"country": "PL", "subdivision": ""}, "zones": SWAPPED | {"lon": [52.2] * 4, "lat": [21.0] * 4}},
        "WARNING zones.csv, key lon: longitude 52.2, latitude 21 is not in PL; exchanged, it is",
    ),
    "a zone far away": (
        {"zones": {"x": [0, 1, 0, 400]}},
        "WARNING zones.csv, row 5, column x = '400': lies more than 150",
    ),
    "hectares": ({"zones": {"area_km2": [950, 1, 1, 1]}}, "is more than 400 km2"),
    "a crowded zone": ({"zones": {"area_km2": [0.0002, 1, 1, 1]}}, "holds more than 60,000 businesses per km2"),
    "seconds for minutes": (
        {"links": {"minutes": [600, 10, 12, 14]}},
        "1 links are slower than a walk, such as NW - NE",
    ),
    "hours for minutes": ({"links": {"minutes": [0.2, 10, 12, 14]}}, "1 links are faster than a road"),
    "a giant": ({"businesses": {"employees": [6000, *([3] * 59)]}}, "= '6000': is more than 5,000 at one address"),
    "all alike": ({"businesses": {"employees": [5] * 60}}, "every business has the same number of employees"),
    "too many large ones": (
        {"businesses": {"employees": [300, 1] * 30}},
        "50% of businesses have 250 employees and more",
    ),
    "one business twice": (
        {"businesses": TWICE | ONE_PLACE},
        "row 61, column business_id = 'B59': agrees with an earlier",
    ),
    "a table put in twice": (
        {
            "businesses": {
                name: [*values[:30], *values[:30]]
                for name, values in tiny_tables()["businesses"].items()
                if name != "business_id"
            }
            | {"business_id": [f"B{i}" for i in range(60)]}
        },
        "30 rows agree with an earlier one in everything but the id",
    ),
    "a term that has ended": (
        {"businesses": {"contract_end": ["2019-05-01", *["2022-01-31"] * 59]}},
        "lies before the",
    ),
    "an endless term": (
        {"businesses": {"contract_end": ["2099-12-31", *["2022-01-31"] * 59]}},
        "more than 10 years ahead",
    ),
    "a wrong encoding": ({"zones": {"name": ["ÅÃ³dÅº", "B", "C", "D"]}}, "looks like text read in the wrong encoding"),
    "a lonely zone": (
        {"businesses": {"zone_id": ["NW"] * 58 + ["NE"] * 2}},
        "1 zones have fewer than 3 businesses: NE",
    ),
    "half a month": ({"history": months(20, 22, 21, 19, 6)}, "row 6, column gross_adds = '6': is less than 60% of the"),
    "two months in one": ({"history": months(20, 22, 130, 19, 20)}, "= '130': is far from the usual month (20)"),
    "a gap": ({"history": months(20, 22, 21) | {"month": ["2025-01", "2025-02", "2025-05"]}}, "2025-03, 2025-04"),
    "an empty month": ({"history": months(20, "", 21, 20, 19)}, "NOTE history.csv, row 3, column gross_adds"),
    "sums": ({"history": months(5, 5, 5, churn=[5] * 3, customers=[20, 20, 40])}, "is not last month's customers"),
    "more leave than there are": (
        {"history": months(5, 5, churn=[5, 60], customers=[20, 21])},
        "more than all customers",
    ),
    "a few months": ({"history": months(5, 5)}, "NOTE history.csv: holds 2 months"),
    "another share": ({"history": months(5, 5, customers=[58, 58])}, "58 customers, 97% of all businesses"),
    "a decimal comma": ({"zones": {"area_km2": ["1,5", 1, 1, 1]}}, "a decimal comma?"),
    "thousands": ({"history": months("1 250", 5)}, "leave the marks between thousands out"),
    "a percentage": ({"history": months("12 %", 5)}, "not as 25 %"),
    "a spreadsheet's error": ({"businesses": {"employees": ["#REF!", *[3] * 59]}}, "correct the formula"),
    "a band": ({"businesses": {"employees": ["10-49", *[3] * 59]}}, "a band?"),
    "nothing in words": ({"businesses": {"employees": ["brak", *[3] * 59]}}, "leave the cell empty"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_is_raised_where_it_belongs(name: str, tmp_path: Path) -> None:
    changes, expected = DOUBTS[name]
    told = city_of(tmp_path, **changes)
    assert any(expected in each for each in told), told


def test_a_sound_folder_with_history_and_terms_raises_none(tmp_path: Path) -> None:
    history = months(*[20, 22, 21, 19, 20, 21], customers=[18, 18, 18, 18, 18, 18], churn=[20, 22, 21, 19, 20, 21])
    rows = {"contract_end": ["2022-01-31"] * 60, "monthly_bill": PAID}
    assert city_of(tmp_path, history=history, businesses=rows) == []


def test_a_few_fewer_in_the_last_month_may_be_chance(tmp_path: Path) -> None:
    told = city_of(tmp_path, history=months(4, 5, 4, 3, 4, 1))
    assert not any("not counted whole" in each for each in told)


def test_providers_that_clash_with_the_stated_shares_are_doubted(tmp_path: Path) -> None:
    many = {name: values * 5 for name, values in tiny_tables()["businesses"].items()}
    many["business_id"] = [f"B{i}" for i in range(300)]
    told = city_of(tmp_path, businesses=many | {"provider": ["Focal"] * 150 + ["Rival"] * 150})
    assert "WARNING operators.yaml, key Focal.share = '0.3': Focal serves 50%" in "\n".join(told)


def test_only_a_pair_that_fits_when_exchanged_counts_as_swapped() -> None:
    assert swapped_country(52.2, 21.0, "PL") and swapped_country(20.0, 121.0, "")
    assert not swapped_country(21.0, 52.2, "PL")
    assert not swapped_country(2.35, 48.85, "PL")  # Paris is not in Poland, either way round
    assert not swapped_country(52.2, 21.0, "XX")


def test_every_finding_on_a_column_says_why_it_matters() -> None:
    assert "holidays" in why(Finding("ERROR", "city.yaml", "", column="country"))
    assert "share" in why(Finding("ERROR", "operators.yaml", "", column="Rival.share"))
    assert "luck" in why(Finding("ERROR", "businesses.xlsx", "", column="business_id"))
    assert why(Finding("ERROR", "links.csv", "")) and not why(Finding("ERROR", "strange.txt", ""))


def test_the_check_writes_a_page_and_a_table_with_every_row(tmp_path: Path, capsys) -> None:
    city_of(tmp_path / "city", businesses={"zone_id": [f"<b>{i}" for i in range(60)]})
    assert main(["city", "check", str(tmp_path / "city"), f"out={tmp_path / 'told'}"]) == 2
    shown = capsys.readouterr().out
    assert "why it matters: a business without a zone" in shown
    with (tmp_path / "told" / "findings.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows[:60]] == [str(i + 2) for i in range(60)]
    page = (tmp_path / "told" / "findings.html").read_text("utf-8")
    assert page.count("<tr>") == len(rows) + 1
    assert "&lt;b&gt;7" in page and "<b>7" not in page


def test_a_table_of_findings_holds_no_formula() -> None:
    table = as_table([Finding("ERROR", "zones.csv", "is a formula", row=2, column="name", value="=cmd|' /C calc'!A0")])
    assert ",'=cmd|" in table
    assert harmless("-1") == "'-1" and harmless("a") == "a"


def test_a_sound_folder_gives_an_empty_page(tmp_path: Path) -> None:
    assert city_of(tmp_path / "city") == []
    assert check(tmp_path / "city", tmp_path / "told") == 0
    assert "Nothing to remark on" in as_page([], "x")
