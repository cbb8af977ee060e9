"""The pictures: their numbers, their titles, the same bytes twice."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.columns import to_arrow
from experiments.fans import Panel, days_of, fan, fan_rows, plain_tick, tick
from experiments.figures import FIGURES, draw_all
from experiments.journal import Finished, Journal, pack
from experiments.maps import legend_tick, overlap, placed_names
from experiments.moves import Moves
from experiments.outlines import joined, turned
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.schema import TABLES
from experiments.story import Story
from experiments.style import SETTINGS, grouped, house_style, save, spread_labels
from experiments.tables import write_all, write_plan
from experiments.titles import (
    break_even_months,
    break_even_title,
    change_of,
    churn_title,
    flow_title,
    margin_title,
    odds,
    stock_title,
)
from experiments.zonemap import by_zone, is_clear, map_title, shares_by_zone, standard_error

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
    monthly["churn_competitor"] = np.where(MONTHS > -2, 10 + point, 0)
    monthly["market_share"] = 0.2 + 0.0 * after
    channel = {"month": MONTHS, "date": DATES, "channel": np.repeat("inbound", 7), "gross_adds": monthly["gross_adds"]}
    zone = {
        "month": np.repeat(MONTHS, 2),
        "date": np.repeat(DATES, 2),
        "zone_id": np.tile(["SW", "NE"], 7),
        "market_share": np.tile([0.1, 0.3], 7) + 0.02 * np.repeat(after, 2) * np.tile([1, replication - 1], 7),
        "visits": np.tile([0, 3], 7) * np.repeat(after, 2),
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
    city = SimpleNamespace(zone_id=np.array(["NE", "SW"]), zone=np.repeat([0, 1], [6, 4]))
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


def test_flows_are_drawn_as_if_every_month_had_21_working_days(story, drawn):
    rows = numbers(story, "inbound_calls")
    row = next(r for r in rows if (r["series"], r["month"]) == ("telemarketing", "2"))  # February 2027: 20 of them
    drawn_numbers = [float(row[name]) for name in ("median", "low_90", "high_90")]
    assert drawn_numbers == pytest.approx([111 * 1.05, 110.1 * 1.05, 111.9 * 1.05])
    assert row["runs"] == "3"
    minus = next(r for r in rows if (r["series"], r["month"]) == ("telemarketing minus passive", "2"))
    assert [minus["low_90"], minus["median"], minus["high_90"]] == ["10.5", "10.5", "10.5"]


def test_the_numbers_beside_a_stock_are_the_quantiles_of_the_runs(story, drawn):
    rows = numbers(story, "customers")
    row = next(r for r in rows if (r["series"], r["month"]) == ("telemarketing", "2"))
    assert (row["median"], row["low_90"], row["high_90"], row["runs"]) == ("1006", "1005.1", "1006.9", "3")


def test_churn_is_drawn_as_a_share_of_the_customers_at_the_months_opening(story, drawn):
    row = next(r for r in numbers(story, "churn") if (r["series"], r["month"]) == ("passive", "2"))
    assert float(row["median"]) == pytest.approx(10 / 1001 * 1.05)


def test_the_break_even_month_has_its_distribution_and_the_share_without(story, drawn):
    rows = [row for row in numbers(story, "cumulative_margin") if row["panel"].startswith("break-even")]
    assert [row["month"] for row in rows] == ["1", "2", "3", "4", ""]
    assert [row["mean"] for row in rows] == ["0", "0", "0", "0", "1"]
    assert np.isinf(break_even_months(story)).all()


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
    assert flow_title(story, "inbound_calls", "inbound calls") == (
        "Telemarketing: 9.9 % more inbound calls over 4 months (in 3 of 3 pairs)"
    )
    assert flow_title(story, "dials", "dials") == "Telemarketing: dials as without it over 4 months"
    assert "1 006, Passive 1 001 (more in 3 of 3 pairs)" in stock_title(story, "customers", "C", grouped)
    assert stock_title(story, "backlog", "Backlog", grouped) == "Backlog after 4 months: 0 on both sides"
    assert odds(1.0, 1) == "one pair"


def test_churn_is_spoken_of_as_a_rate(story):
    title = "Churn to competitors: 1.09 % of customers a month, Passive 1.00 % (higher in 3 of 3 pairs)"
    assert churn_title(story) == title


def test_the_title_on_money_gives_the_median_that_the_line_shows(story):
    title = "Telemarketing earns AUD 1.00 million less than Passive in 4 months (in 3 of 3 pairs)"
    assert margin_title(story) == title
    rival = replace(story, moves=Moves(ours=False, others="Rival cuts its prices"))
    assert margin_title(rival).startswith("Telemarketing costs us AUD 1.00 million of margin in 4 months")
    skewed = change_of(np.zeros(3), np.array([-1.0, 2.0, 90.0]))
    assert (skewed.difference, skewed.odds) == (2.0, "in 2 of 3 pairs")


def test_the_break_even_month_is_told_with_those_who_never_get_there():
    assert break_even_title(np.array([4.0, 6.0, 9.0, np.inf])) == (
        "break-even: half of the pairs by month 6;\nnot within the run in 1 of 4"
    )
    assert break_even_title(np.array([4.0])) == "break-even: half of the pairs by month 4;\nwithin the run in all 1"
    assert break_even_title(np.array([np.inf])) == "break-even: in no pair within the run"


# ---- maps ------------------------------------------------------------------------------------------------------


def test_the_map_has_the_zones_in_the_order_of_the_city(story):
    shares = shares_by_zone(story)
    assert shares.shape == (2, RUNS, 2)
    assert shares[1, 0] == pytest.approx([0.28, 0.12])


def test_zones_within_two_standard_errors_may_be_chance(story):
    found = by_zone(story)
    assert found.difference == pytest.approx([0.0, 0.02])  # NE moves by -0.02, 0 and +0.02
    assert found.difference_is_clear.tolist() == [False, True]
    assert found.share_is_clear.tolist() == [True, True]
    assert standard_error(np.array([[1.0], [3.0]]))[0] == 1.0
    assert not is_clear(np.array([[5.0]])).any()


def test_visits_are_counted_per_100_premises_over_the_run(story):
    assert by_zone(story).visits == pytest.approx([100 * 4 * 3 / 6, 0])


def test_the_title_of_the_map_counts_only_what_is_no_chance():
    sure = np.array([True, True])
    assert map_title(np.array([0.02, 0.02]), sure) == "Market share rises in all 2 zones; at most +2.0 points"
    assert map_title(np.array([0.02, -0.03]), sure).endswith("in 1 of 2 zones, falls in 1; at most \u22123.0 points")
    assert map_title(np.zeros(2), ~sure) == "Market share is the same in every zone"
    assert map_title(np.array([0.02, -0.03]), ~sure) == (
        "In none of 2 zones does market share move by more than chance"
    )


def test_two_squares_that_share_an_edge_become_one_rectangle():
    left = turned([[0, 0], [1, 0], [1, 1], [0, 1]], left=True)
    right = turned([[1, 0], [1, 1], [2, 1], [2, 0], [1, 0]], left=True)
    (ring,) = joined([left, right])
    inner = {((1.0, 0.0), (1.0, 1.0)), ((1.0, 1.0), (1.0, 0.0))}
    assert not inner & {*pairwise(ring)}
    assert len(ring) == 7
    assert ring[0] == ring[-1]


def test_a_hole_stays_a_hole():
    outer = turned([[0, 0], [3, 0], [3, 3], [0, 3]], left=True)
    hole = turned([[1, 1], [2, 1], [2, 2], [1, 2]], left=False)
    assert len(joined([outer, hole])) == 2


def test_names_of_districts_step_aside_or_stay_away():
    frame = (0.0, 100.0, 0.0, 100.0)
    wanted = [("Centre", (50.0, 50.0)), ("Harbour", (50.0, 50.0)), *[("Far", (50.0, 50.0))] * 9]
    placed = placed_names(wanted, 1.0, frame)
    assert placed[0] == ("Centre", (50.0, 50.0))
    assert placed[1][1] != (50.0, 50.0)
    assert 2 < len(placed) < len(wanted)
    assert not overlap((0, 0, 1, 1), (1, 0, 2, 1))


def test_ticks_have_no_idle_zeros():
    assert [legend_tick(0.235, True), legend_tick(-2.0, False)] == ["23.5 %", "\u22122"]


# ---- details ---------------------------------------------------------------------------------------------------


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
