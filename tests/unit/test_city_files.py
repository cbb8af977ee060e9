"""Each mistake in a city folder is found, with its place and remedy, and all of them at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.city import check_city, load_city
from sim.errors import InputError
from tests.tiny import META, tiny_operators, tiny_tables


def as_csv(columns: dict[str, list[Any]], delimiter: str = ",") -> str:
    """Columns as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny city as a folder of files."""
    for stem, columns in tiny_tables().items():
        (tmp_path / f"{stem}.csv").write_text(as_csv(columns), "utf-8")
    (tmp_path / "city.yaml").write_text(yaml.safe_dump(META), "utf-8")
    (tmp_path / "operators.yaml").write_text(yaml.safe_dump({"operators": tiny_operators()}), "utf-8")
    return tmp_path


def found(folder: Path) -> list[str]:
    """The messages on a folder."""
    return [str(each) for each in check_city(folder)]


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of one file."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    """Another content for a file."""
    raw = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(raw) and None


def operators(**changes: Any) -> Callable[[Path], None]:
    """Other values for the rival."""
    focal, rival = tiny_operators()
    return write("operators.yaml", yaml.safe_dump([focal, rival | changes]))


def no_focal() -> Callable[[Path], None]:
    """Two rivals and no client."""
    return write("operators.yaml", yaml.safe_dump([tiny_operators()[1] | {"name": name} for name in "ab"]))


def tariffs(without: str = "", **base: float) -> dict[str, dict[str, float]]:
    """The tiny city's prices with other bases, or one missing."""
    plain = tiny_operators()[0]["tariffs"]
    changed = {size: price for size, price in (plain["base"] | base).items() if size != without}
    return plain | {"base": changed}


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "zones are missing": (lambda f: (f / "zones.csv").unlink(), "ERROR zones.csv: is missing"),
    "city.yaml is missing": (lambda f: (f / "city.yaml").unlink(), "ERROR city.yaml: is missing"),
    "no businesses": (lambda f: (f / "businesses.csv").unlink(), "and so is premises.csv"),
    "both forms": (write("premises.csv", "zone_id,premises_type,size_class,count\nNW,industrial,micro,3\n"), "beside"),
    "unknown zone": (edit("businesses.csv", "B07,SE", "B07,SEE"), "row 9, column zone_id = 'SEE'"),
    "nearest zone": (edit("businesses.csv", "B07,SE", "B07,SEE"), "did you mean 'SE'?"),
    "unknown premises": (edit("businesses.csv", "street_level", "street level"), "did you mean 'street_level'?"),
    "no employees": (edit("businesses.csv", "B00,NW,street_level,G,1", "B00,NW,street_level,G,0"), "from 1 to"),
    "half an employee": (edit("businesses.csv", "G,1,", "G,1.5,"), "a whole number"),
    "words for a number": (edit("businesses.csv", "G,1,", "G,few,"), "= 'few': is not a whole number"),
    "no id": (edit("businesses.csv", "B03,", ","), "row 5, column business_id = '': is empty"),
    "an id twice": (edit("businesses.csv", "B03,", "B02,"), "row 5, column business_id = 'B02': stands in an earlier"),
    "a column is missing": (edit("businesses.csv", "employees", "employes"), "did you mean 'employes'?"),
    "a short row": (edit("businesses.csv", "B01,NE,street_level,", "B01,NE,"), "row 3: has 5 cells, the header 6"),
    "a huge cell": (edit("businesses.csv", "B03", "B" * 900), "is longer than 500 characters"),
    "a formula": (edit("businesses.csv", "B03", "=1+1"), "is a formula"),
    "not UTF-8": (write("links.csv", b"a\n\xe9\n"), "is not UTF-8 text"),
    "an empty file": (write("links.csv", ""), "ERROR links.csv: is empty"),
    "no rows": (write("links.csv", "zone_a,zone_b,minutes\n"), "ERROR links.csv: has no rows"),
    "a header name twice": (edit("links.csv", "zone_a,zone_b", "zone_a,zone_a"), "more than once"),
    "an unlinked zone": (write("links.csv", "zone_a,zone_b,minutes\nNW,NE,5\nNE,SE,5\n"), "no way leads from"),
    "a link to itself": (edit("links.csv", "NW,NE", "NW,NW"), "links a zone with itself"),
    "a link twice": (edit("links.csv", "NW,SW", "NE,NW"), "this pair stands in an earlier row too"),
    "no time": (edit("links.csv", "minutes", "hours"), "neither 'minutes' nor 'distance_km'"),
    "no speeds": (edit("links.csv", "minutes", "distance_km"), "key speeds.walk_km_per_hour"),
    "negative minutes": (edit("links.csv", ",10", ",-10"), "= '-10': must be a number from 0.01"),
    "no area": (edit("zones.csv", "North,0,1,1,2", "North,0,1,0,2"), "column area_km2 = '0'"),
    "coordinates": (edit("zones.csv", "North,0,1,1,2", "North,0,99999,1,2"), "column y = '99999'"),
    "country": (edit("city.yaml", "country: AU", "country: Australia"), "must be 2 capital letters"),
    "the country NO": (edit("city.yaml", "country: AU", "country: NO"), 'put it in quotes: "NO"'),
    "broken YAML": (write("city.yaml", "name: [a"), "ERROR city.yaml, row"),
    "a YAML tag": (write("city.yaml", "name: !!python/object/apply:os.system ['x']"), "cannot be read"),
    "a YAML anchor": (write("city.yaml", "a: &a [x, x]\nb: [*a, *a]"), "anchor or alias"),
    "a key twice": (write("city.yaml", "name: a\nname: b"), "the key 'name' twice"),
    "one operator": (write("operators.yaml", yaml.safe_dump(tiny_operators()[:1])), "names 1 operators"),
    "no focal operator": (no_focal(), "0 operators are focal"),
    "two focal operators": (operators(focal=True), "2 operators are focal"),
    "shares above 1": (operators(share=0.8), "the shares sum to 1.1"),
    "a share above 1": (operators(share=70), "key Rival.share = '70': must lie between 0 and 1"),
    "a name twice": (operators(name="Focal"), "names 'Focal' more than once"),
    "no brand": (operators(brand=None), "key Rival.brand: is missing"),
    "quality in words": (operators(quality="good"), "key Rival.quality = 'good': must be a number"),
    "unknown reaction": (operators(reaction="pasive"), "did you mean 'passive'?"),
    "no tariff for large": (operators(tariffs=tariffs("large")), "lacks large"),
    "a free tariff": (operators(tariffs=tariffs(micro=0)), "above 0"),
    "coverage is missing": (operators(network="coverage"), "coverage.csv has no row for this operator"),
    "coverage names nobody": (write("coverage.csv", "operator,zone_id\nRivl,NW\n"), "did you mean 'Rival'?"),
    "a wrong date": (write("coverage.csv", "operator,zone_id,since\nRival,NW,2020-02-31\n"), "is not a date"),
    "a wrong month": (write("history.csv", "month,churn\n2020-13,4\n"), "= '2020-13': is not a month"),
    "outside the folder": (lambda f: ((f / "history.csv").symlink_to("/etc/hostname")), "points outside the folder"),
    "damaged workbook": (write("history.xlsx", "no zip"), "cannot be read as XLSX"),
    "damaged Parquet": (write("history.parquet", "no table"), "cannot be read as Parquet"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_found_and_stops(name: str, folder: Path) -> None:
    change, expected = BROKEN[name]
    change(folder)
    messages = found(folder)
    assert any(expected in message for message in messages), messages
    assert any(message.startswith("ERROR") for message in messages)
    with pytest.raises(InputError):
        load_city(folder)


def test_all_mistakes_are_found_at_once(folder: Path) -> None:
    for name in ("unknown zone", "a link to itself", "no area", "country", "two focal operators"):
        BROKEN[name][0](folder)
    assert sum(message.startswith("ERROR") for message in found(folder)) >= 5


def test_the_sound_folder_has_no_mistake(folder: Path) -> None:
    assert found(folder) == []


def test_unknown_columns_are_a_note(folder: Path) -> None:
    edit("businesses.csv", "sector,", "sector,colour,")(folder)
    text = (folder / "businesses.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    lines = [",".join(row if i == 0 else [*row[:4], "red", *row[4:]]) for i, row in enumerate(rows)]
    (folder / "businesses.csv").write_text("\n".join(lines))
    assert found(folder) == ["NOTE businesses.csv: unknown columns are ignored: colour"]


def test_missing_vacant_units_are_a_note(folder: Path) -> None:
    columns = tiny_tables()["zones"]
    del columns["vacant"]
    (folder / "zones.csv").write_text(as_csv(columns))
    assert "no premises stand empty" in found(folder)[0]
    assert load_city(folder).n == 60


def same_city(folder: Path, reference: Any) -> bool:
    """Whether a folder holds the city it held before."""
    city = load_city(folder)
    columns = ("premises_id", "zone", "employees", "building", "sector")
    same = all((getattr(city, name) == getattr(reference, name)).all() for name in columns)
    return same and (city.travel_minutes == reference.travel_minutes).all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_semicolons_decimal_commas_and_encodings_are_read_alike(encoding: str, folder: Path) -> None:
    zones = tiny_tables()["zones"] | {"area_km2": [0.5] * 4, "name": ["Łódź", "Östra", "C", "D"]}
    (folder / "zones.csv").write_text(as_csv(zones), "utf-8")
    before = load_city(folder)
    zones["area_km2"] = ["0,5"] * 4
    (folder / "zones.csv").write_bytes(as_csv(zones, ";").replace("\n", "\r\n").encode(encoding))
    assert same_city(folder, before)
    after = load_city(folder)
    assert after.area_km2.tolist() == [0.5] * 4
    assert after.zone_name[0] == "Łódź"


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_workbooks_and_parquet_are_read_like_csv(suffix: str, folder: Path) -> None:
    import pandas as pd

    before = load_city(folder)
    for stem, columns in tiny_tables().items():
        (folder / f"{stem}.csv").unlink()
        frame, path = pd.DataFrame(columns), folder / f"{stem}.{suffix}"
        frame.to_excel(path, index=False) if suffix == "xlsx" else frame.to_parquet(path)
    assert same_city(folder, before)


def test_a_workbook_with_formulas_is_refused(folder: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    for row in (["month", "churn"], ["2020-01", "=1+1"]):
        sheet.append(row)
    book.save(folder / "history.xlsx")
    assert any("row 2, column churn = '=1+1': is a formula" in message for message in found(folder))


def test_an_unknown_city_is_told_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'melbourne'"):
        load_city("melborne")


def test_a_city_is_searched_in_the_given_folders_first(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shelf = tmp_path_factory.mktemp("shelf")
    (shelf / "city").mkdir()
    folder.rename(shelf / "city" / "ours")
    assert load_city("ours", [shelf]).name == "Tinytown"


def test_history_is_sorted_and_gaps_are_a_warning(folder: Path) -> None:
    (folder / "history.csv").write_text("month,gross_adds\n2024-04,7\n2024-01,5\n2024-02,\n")
    assert any(message.startswith("WARNING history.csv: 1 months are missing") for message in found(folder))
    history = load_city(folder).history
    assert history is not None and history["gross_adds"][[0, 2]].tolist() == [5, 7]
