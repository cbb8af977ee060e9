"""Rows, vacant units, donors and enlarged cities."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import city as command
from sim.city import NO_PROVIDER, NOT_GIVEN, City, check_city, city_from_tables, enlarge, load_city
from sim.cityrows import draw_employees, size_class_of
from sim.draws import hash_ids
from sim.errors import InputError
from sim.premises import donor_rows, grouped, rendezvous
from tests.tiny import META, tiny_city, tiny_operators, tiny_tables

BUNDLED = Path(__file__).parents[2] / "configs" / "city" / "melbourne"


@pytest.fixture(scope="module")
def melbourne() -> City:
    """The bundled city."""
    return load_city("melbourne")


def without(columns: dict, row: int) -> dict:
    """The columns without one row."""
    return {name: values[:row] + values[row + 1 :] for name, values in columns.items()}


def test_businesses_come_first_and_vacant_units_after_them() -> None:
    city = tiny_city()
    assert city.n == 68
    assert city.occupied.sum() == 60
    assert city.occupied[:60].all()
    assert city.premises_id[60:62].tolist() == [b"NW-vacant-001", b"NW-vacant-002"]
    assert (city.employees[60:] == 0).all()
    assert (city.provider[60:] == NO_PROVIDER).all()
    assert (city.provider[:60] == NOT_GIVEN).all()


def test_addresses_are_hashes_of_the_ids() -> None:
    city = tiny_city()
    assert city.id_hash[7] == hash_ids(np.array(["B07"]))[0]
    assert np.unique(city.id_hash).size == city.n


def test_a_vacant_unit_takes_after_a_business_of_its_zone() -> None:
    city = tiny_city()
    for row in range(60, 68):
        here = city.zone[:60] == city.zone[row]
        like = (city.premises_type[:60] == city.premises_type[row]) & (city.building[:60] == city.building[row])
        assert (here & like).any()


def test_one_business_less_hardly_changes_the_vacant_units() -> None:
    businesses = without(tiny_tables()["businesses"], 5)
    small, smaller = tiny_city(), tiny_city(businesses=businesses)
    assert (small.premises_type[60:] != smaller.premises_type[59:]).sum() <= 2


def test_size_classes_begin_at_10_50_and_250_employees() -> None:
    assert size_class_of(np.array([1, 9, 10, 49, 50, 249, 250, 9999])).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_focal_operator_stands_first_wherever_the_file_has_it() -> None:
    city = tiny_city(operators=tiny_operators()[::-1])
    assert [each.name for each in city.operators] == ["Focal", "Rival"]
    assert city.operators[0].focal


def test_a_tariff_is_the_base_times_the_multiplier() -> None:
    assert tiny_city().operators[0].tariff[1].tolist() == [300.0, 300.0, 300.0, 900.0]


def test_a_given_provider_is_a_row_of_the_operators() -> None:
    businesses = tiny_tables()["businesses"] | {"provider": ["Rival", "none", "", *["Focal"] * 57]}
    assert tiny_city(operators=tiny_operators()[::-1], businesses=businesses).provider[:4].tolist() == [1, -1, -2, 0]


def test_coverage_limits_the_network() -> None:
    focal, rival = tiny_operators()
    coverage = {"operator": ["Rival", "Rival"], "zone_id": ["NW", "SE"], "since": ["2020-05-01", ""]}
    city = tiny_city(operators=[focal, rival | {"network": "coverage"}], coverage=coverage)
    assert city.operators[1].network.tolist() == [True, False, False, True]
    assert city.operators[1].network_since[0] == np.datetime64("2020-05-01")
    assert np.isnat(city.operators[1].network_since[3])
    assert city.operators[0].network.all()


def test_a_donor_has_the_zone_and_premises_type_of_the_row() -> None:
    city = tiny_city()
    rows = np.arange(city.n)
    donor = donor_rows(city, rows, city.id_hash)
    assert (city.zone[donor] == city.zone).all()
    assert (city.premises_type[donor] == city.premises_type).all()
    assert city.occupied[donor].all()


def test_one_business_more_changes_few_donors(melbourne: City) -> None:
    rows = np.flatnonzero(~melbourne.occupied)[:500]
    tenants = donor_rows(melbourne, rows, melbourne.id_hash[rows])
    assert np.unique(tenants).size > 400  # spread over the businesses, not piled on a few
    again = donor_rows(melbourne, rows[::-1].copy(), melbourne.id_hash[rows][::-1].copy())
    assert (again[::-1] == tenants).all()


def test_members_of_a_large_group_are_chosen_about_as_often_and_one_more_changes_few() -> None:
    ids, of_one = hash_ids(np.arange(2_000).astype(str)), np.zeros(2_000, np.int64)
    address, group = hash_ids(np.arange(100_000, 200_000).astype(str)), np.zeros(100_000, np.int64)

    def chosen(members: int, most: int) -> np.ndarray:
        return rendezvous(grouped(of_one[:members], 1, ids[:members]), group, address, most)

    few, more = chosen(1_999, 64), chosen(2_000, 64)
    changed = more != few  # to the new one, or because the last one of a window had to make room
    assert changed.mean() < 3 / 2_000 and (more[changed] == 1_999).mean() > 0.25
    often = np.bincount(few, minlength=1_999)
    expected = 1 / np.sqrt(64) + 1 / np.sqrt(50)  # of the windows, and of a Poisson law with mean 50
    assert 0.5 * expected < often.std() / often.mean() < 1.1 * expected
    assert (chosen(64, 64) == chosen(64, 4_096)).all()  # a small group is looked at whole


def test_drawn_employees_stay_in_their_class_and_are_mostly_small() -> None:
    drawn = draw_employees(np.zeros(999, int), np.linspace(0.001, 0.999, 999))
    assert drawn.min() == 1
    assert drawn.max() == 9
    assert (drawn == 1).mean() == pytest.approx((1 - 2**-1.2) / (1 - 10**-1.2), abs=0.01)


def test_counts_of_premises_become_rows() -> None:
    tables = tiny_tables()
    del tables["businesses"]
    counts = {
        "zone_id": ["NW", "SE"],
        "premises_type": ["industrial", "street_level"],
        "size_class": ["small", "micro"],
    }
    city = city_from_tables(META, tiny_operators(), tables | {"premises": counts | {"count": [3, 40]}})
    assert city.occupied.sum() == 43
    assert city.premises_id[0] == b"NW-industrial-small-unknown-001"
    assert ((city.employees[:3] >= 10) & (city.employees[:3] < 50)).all()
    assert any("assumption" in str(each) for each in city.findings)


def test_an_enlarged_city_has_so_many_times_the_premises() -> None:
    city = tiny_city()
    larger = enlarge(city, 2.5)
    assert larger.n == 170
    assert (larger.premises_id[: city.n] == city.premises_id).all()
    assert larger.premises_id[city.n] == b"B00~2"
    assert (hash_ids(np.asarray(larger.premises_id).astype(str)) == larger.id_hash).all()
    assert np.unique(larger.id_hash).size == larger.n
    assert np.intersect1d(larger.building[: city.n], larger.building[city.n :]).size == 0
    assert larger.content_hash != city.content_hash
    assert larger.vacant.sum() == (~larger.occupied).sum()


def test_columns_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tiny_city().employees[0] = 5


def test_the_bundled_city_is_whole(melbourne: City) -> None:
    assert melbourne.occupied.sum() == 14_011
    assert (~melbourne.occupied).sum() == 5_401
    assert melbourne.zone_id.size == 71
    assert sum(each.share for each in melbourne.operators) == pytest.approx(1.0)
    assert melbourne.operators[0].share == 0.18
    assert (melbourne.operators[0].tariff[:, 3] == 3 * melbourne.operators[0].tariff[:, 0]).all()
    assert melbourne.travel_minutes.max() == pytest.approx(86.6, abs=0.1)
    assert not any(each.level == "ERROR" for each in check_city(BUNDLED))
    assert any("invented" in each for each in melbourne.assumptions)


def test_the_content_decides_the_fingerprint(melbourne: City, tmp_path: Path) -> None:
    for path in BUNDLED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_city(tmp_path).content_hash == melbourne.content_hash
    text = (tmp_path / "zones.csv").read_text().replace("CAR01,Carlton 01", "CAR01,Carlton One")
    (tmp_path / "zones.csv").write_text(text)
    assert load_city(tmp_path).content_hash != melbourne.content_hash


def request(path: list[str], out: Path) -> SimpleNamespace:
    """What the command line hands over."""
    return SimpleNamespace(path=path, options={"city": "melbourne"}, out_folder=lambda: out)


def test_check_prints_findings_and_tells_whether_the_folder_is_usable(tmp_path: Path, capsys) -> None:
    assert command.run(request(["check", str(BUNDLED)], tmp_path)) == 0
    assert "WARNING" in capsys.readouterr().out
    assert command.run(request(["check", str(tmp_path)], tmp_path)) == 2
    assert "ERROR city.yaml: is missing" in capsys.readouterr().out


def test_show_prints_statistics_and_draws_a_map(tmp_path: Path, capsys) -> None:
    assert command.run(request(["show"], tmp_path)) == 0
    out = capsys.readouterr().out
    assert "14 011 businesses, 5 401 vacant" in out
    assert "assumptions" in out
    assert (tmp_path / "figures" / "city_map.png").stat().st_size > 10_000
    assert "<dc:date>" not in (tmp_path / "figures" / "city_map.svg").read_text()
    assert len((tmp_path / "figures" / "data" / "city_map.csv").read_text().splitlines()) == 72


@pytest.mark.parametrize("words", [[], ["chek", "x"], ["check"], ["show", "a", "b"]])
def test_other_words_after_city_are_refused_with_help(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="city check DIR"):
        command.run(request(words, tmp_path))


def test_broken_polygons_are_told_instead_of_drawn(tmp_path: Path) -> None:
    from experiments.outlines import outlines_of

    for path in BUNDLED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "blocks.geojson.gz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="cannot be read"):
        outlines_of(load_city(tmp_path))


def test_a_city_without_polygons_is_drawn_as_circles() -> None:
    from experiments.outlines import outlines_of

    outlines = outlines_of(tiny_city())
    assert len(outlines.shapes) == 4
    assert outlines.zones.tolist() == [0, 1, 2, 3]
