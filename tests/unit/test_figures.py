"""The pictures: their numbers, their titles, the same bytes twice."""

from __future__ import annotations

import csv
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.fans import Panel, days_of, fan, fan_rows, plain_tick, tick
from experiments.figures import FIGURES, Story, change_words, draw_all, map_title, odds, shares_by_zone
from experiments.journal import Finished, Journal, pack
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.schema import TABLES
from experiments.style import SETTINGS, house_style, save, spread_labels
from experiments.tables import to_arrow, write_all, write_plan

MONTHS = np.arange(-2, 5)
DATES = np.datetime64("2026-10") + np.arange(7)
RUNS = 3


def run_tables(point: int, replication: int) -> dict[str, dict[str, np.ndarray]]:
    """A run whose numbers follow from its place in the plan; month -2 holds the opening stock alone."""
    after = (MONTHS >= 1) * point
    monthly = {name: np.zeros(7, float if kind == "number" else int) for name, kind in TABLES["monthly"].items()}
    monthly |= {"month": MONTHS, "date": DATES}
    monthly["inbound_calls"] = np.where(MONTHS > -2, 100 + replication + 10 * after, 0)
    monthly["customers"] = 1000 + 5 * after + replication
    monthly["cumulative_margin"] = -1e6 * after - replication * 1e3
    monthly["gross_adds"] = 20 + after
    channel = {"month": MONTHS, "date": DATES, "channel": np.repeat("inbound", 7), "gross_adds": monthly["gross_adds"]}
    zone = {
        "month": np.repeat(MONTHS, 2),
        "date": np.repeat(DATES, 2),
        "zone_id": np.tile(["SW", "NE"], 7),
        "market_share": np.tile([0.1, 0.3], 7) + 0.02 * np.repeat(after, 2),
    }
    return {"monthly": monthly, "monthly_by_channel": channel, "monthly_by_zone": zone}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    points = tuple(DesignPoint(name, None, {}) for name in ("passive", "telemarketing"))
    for point in points:
        point.__dict__["numbers_digest"] = point.name
    plan = Plan(points, RUNS, 1, CityRef("tiny", "c0ffee"), "0.1.0", baseline=0)
    write_plan(plan, folder)
    with Journal(folder / "journal.bin") as journal:
        for position in range(len(plan)):
            tables = {name: to_arrow(name, table)[0] for name, table in run_tables(*divmod(position, RUNS)).items()}
            head = Finished(position, plan.keys(position)["run_id"], extra={name: {} for name in tables})
            journal.append(pack(head, tables))
        write_all(plan, journal, folder)
    city = SimpleNamespace(zone_id=np.array(["NE", "SW"]))
    return Story(folder, "passive", "telemarketing", "AUD", "Tinytown.", "Operators are assumptions.", city, warmup=2)


@pytest.fixture(scope="module")
def drawn(story):
    return draw_all(replace(story, city=None))


def numbers(story, name):
    with (story.folder / "figures" / "data" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_picture_comes_as_png_and_svg_with_its_numbers(story, drawn):
    names = [name for name in FIGURES if name != "territory_map"]
    assert [path.stem for path in drawn] == names
    for name in names:
        assert (story.folder / "figures" / f"{name}.svg").stat().st_size > 1000
        assert numbers(story, name)


def test_the_numbers_beside_a_picture_are_the_quantiles_of_the_runs(story, drawn):
    rows = numbers(story, "inbound_calls")
    row = next(r for r in rows if (r["series"], r["month"]) == ("telemarketing", "2"))
    assert (row["median"], row["low_90"], row["high_90"], row["runs"]) == ("111", "110.1", "111.9", "3")
    minus = next(r for r in rows if (r["series"], r["month"]) == ("telemarketing minus passive", "2"))
    assert (minus["low_90"], minus["median"], minus["high_90"]) == ("10", "10", "10")


def test_the_month_of_the_opening_stock_is_not_drawn_as_a_fall_to_zero(story, drawn):
    assert {row["month"] for row in numbers(story, "inbound_calls")} == {"-1", "0", "1", "2", "3", "4"}


def test_the_same_numbers_give_the_same_bytes(story, drawn):
    files = [story.folder / "figures" / f"customers.{kind}" for kind in ("svg", "png")]
    first = [file.read_bytes() for file in files]
    with house_style():
        figure, _ = FIGURES["customers"](story)
        save(figure, story.folder / "figures", "customers")
    assert [file.read_bytes() for file in files] == first


def test_titles_say_what_came_out(story):
    from experiments.figures import flow_title, margin_title, stock_title, whole

    assert flow_title(story, "inbound_calls", "Inbound calls") == (
        "Inbound calls with telemarketing: 9.9 % more over 4 months (in 3 of 3 pairs)"
    )
    assert margin_title(story).startswith("Telemarketing earns AUD 1.00 million less than passive in 4 months (in 3")
    assert "1 006 against 1 001 with passive (more in 3 of 3 pairs)" in stock_title(story, "customers", "C", whole)
    assert stock_title(story, "backlog", "Backlog", whole) == "Backlog after 4 months: 0 on both sides"
    assert change_words(10, 8, 0.25, 4, " a month") == "20 % fewer a month (in 3 of 4 pairs)"
    assert odds(1.0, 1) == "one pair"


def test_the_map_has_the_zones_in_the_order_of_the_city(story):
    shares = shares_by_zone(story)
    assert shares.shape == (2, RUNS, 2)
    assert shares[1, 0] == pytest.approx([0.32, 0.12])
    assert map_title(np.array([0.02, 0.02])) == "Market share rises in all 2 zones, at most by +2.0 points"
    assert map_title(np.array([0.02, -0.03])).endswith("in 1 of 2 zones, falls in 1; at most \u22123.0 points")
    assert map_title(np.zeros(2)) == "Market share is the same in every zone"


def test_a_month_without_a_number_leaves_a_gap_and_no_warning():
    bands = fan(np.array([[1.0, np.nan], [3.0, np.nan]]))
    assert bands[2, 0] == 2.0
    assert np.isnan(bands[:, 1]).all()
    panel = Panel("p", "", "", None, np.array([[1.0, np.nan]]), "count")
    assert fan_rows(panel, np.array([1, 2]), DATES[:2].astype("datetime64[D]"), "a", "b")[1][-1] == 0


def test_stocks_stand_at_the_end_of_the_month_and_flows_in_its_middle():
    february = np.array(["2027-02-01"], dtype="datetime64[D]")
    assert str(days_of(february, "stock")[0]) == "2027-03-01"
    assert str(days_of(february, "count")[0]) == "2027-02-15"


def test_axes_carry_units_signs_and_true_minus_signs():
    level = Panel("", "", "", np.zeros((1, 1)), np.zeros((1, 1)), "share")
    difference = Panel("", "", "", None, np.zeros((1, 1)), "money")
    assert plain_tick(0.25, level) == "25 %"
    assert tick(-250_000, difference) == "\u2212250 k"
    assert tick(1_500_000, difference) == "+1.5 m"


def test_names_at_the_ends_of_lines_do_not_overlap():
    moved = spread_labels([1.0, 1.1, 5.0], gap=1.0)
    assert moved[1] - moved[0] >= 1.0 - 1e-9
    assert moved == sorted(moved)


def test_the_style_leaves_no_trace():
    import matplotlib as mpl

    before = mpl.rcParams["font.size"]
    with house_style():
        assert mpl.rcParams["font.size"] == SETTINGS["font.size"]
    assert mpl.rcParams["font.size"] == before
