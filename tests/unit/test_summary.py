"""KPIs and verdict, by pencil."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from experiments.columns import to_arrow
from experiments.cube import working_days
from experiments.journal import Finished, Journal, pack
from experiments.kpis import cost_per_extra, cost_per_influenced, kpis, stays_above, visits_per_rep_day
from experiments.moves import Moves
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.schema import TABLES
from experiments.summary import chance_better, spread, summarise, write_summary
from experiments.tables import write_all, write_plan
from experiments.verdict import aligned, chance, kpi_table, pays, readable, verdict

MONTHS = np.arange(-1, 7)
DATES = np.datetime64("2026-11") + np.arange(8)


def monthly(calls: float, customers_at_end: int, margin: float) -> dict[str, np.ndarray]:
    """Eight months in which everything is zero but a few columns that the test knows."""
    zeros = {name: np.zeros(8, dtype=float if kind == "number" else int) for name, kind in TABLES["monthly"].items()}
    after = MONTHS >= 1
    known = {
        "month": MONTHS,
        "date": DATES,
        "inbound_calls": np.where(after, (calls + MONTHS).astype(int), 0),
        "customers": np.where(MONTHS == 6, customers_at_end, 100),
        "net_adds": np.where(MONTHS == 6, customers_at_end - 100, 0),
        "churn_competitor": np.where(after, 2, 0),
        "cumulative_margin": np.where(MONTHS == 6, margin, 0.0),
        "reps": np.full(8, np.nan),
    }
    return zeros | known


def channels(cost: float, adds: int) -> dict[str, np.ndarray]:
    return {
        "month": MONTHS,
        "date": DATES,
        "channel": np.repeat("inbound", 8),
        "cost": np.full(8, cost),
        "gross_adds": np.full(8, adds),
    }


RUNS = [monthly(10, 110, 50.0), monthly(20, 120, 60.0), monthly(12, 115, 40.0), monthly(20, 120, 60.0)]


@pytest.fixture
def folder(tmp_path):
    points = tuple(DesignPoint(name, None, {}) for name in ("passive", "telemarketing"))
    for point in points:
        point.__dict__["numbers_digest"] = point.name
    plan = Plan(points, 2, 1, CityRef("tiny", "c0ffee"), "0.1.0", baseline=0)
    write_plan(plan, tmp_path)
    with Journal(tmp_path / "journal.bin") as journal:
        for position, run in enumerate(RUNS):
            tables = {"monthly": to_arrow("monthly", run)[0]}
            tables["monthly_by_channel"] = to_arrow("monthly_by_channel", channels(30.0, position))[0]
            head = Finished(position, plan.keys(position)["run_id"], extra={name: {} for name in tables})
            journal.append(pack(head, tables))
        write_all(plan, journal, tmp_path)
    return tmp_path


@pytest.fixture
def rows(folder):
    return summarise(folder, "passive", ["telemarketing"], "AUD")


def find(rows, kpi, scenario="telemarketing"):
    return next(row for row in rows if (row["kpi"], row["scenario"]) == (kpi, scenario))


def test_a_level_is_the_mean_over_replications_with_its_quantiles(rows):
    base = find(rows, "inbound_calls", "passive")
    assert base["mean"] == pytest.approx((13.5 + 23.5) / 2)
    assert (base["low"], base["high"]) == (pytest.approx(14.0), pytest.approx(23.0))
    assert base["difference"] is None
    assert base["window"] == "months 1-6"


def test_a_difference_is_taken_pair_by_pair(rows):
    row = find(rows, "inbound_calls")
    assert row["difference"] == pytest.approx(1.0)  # 2 in the first pair, 0 in the second
    assert (row["difference_low"], row["difference_high"]) == (pytest.approx(0.1), pytest.approx(1.9))
    assert row["probability_better"] == 0.75  # ahead once, a tie once


def test_windows_hold_the_months_they_name(rows):
    assert find(rows, "inbound_calls_months_3_4", "passive")["mean"] == pytest.approx((13.5 + 23.5) / 2)
    assert find(rows, "customers")["mean"] == pytest.approx(117.5)
    assert find(rows, "customers")["window"] == "month 6"


def test_the_churn_rate_has_opening_customers_below_the_line(rows):
    assert find(rows, "churn_competitor_rate")["mean"] == pytest.approx(2 / 100)


def test_less_margin_counts_as_worse(rows):
    row = find(rows, "cumulative_margin")
    assert row["difference"] == pytest.approx(-5.0)
    assert row["probability_better"] == 0.25


def test_cost_per_acquisition_needs_an_acquisition(rows):
    passive = find(rows, "cac_inbound", "passive")
    assert (passive["mean"], passive["runs"]) == (30.0, 1)  # the first run had no gross add
    assert find(rows, "cac_inbound")["pairs"] == 1
    assert not [row for row in rows if row["kpi"] == "cac_field"]


def test_a_short_run_has_no_window_beyond_its_end():
    names = {kpi.name for kpi in kpis(3, "AUD")}
    assert "inbound_calls" in names
    assert not names & {"inbound_calls_months_3_4", "gross_adds_months_4_6"}


def test_summary_csv_opens_with_the_columns_of_the_contract(rows, folder):
    write_summary(rows, folder)
    with (folder / "summary.csv").open() as file:
        lines = list(csv.reader(file))
    contract = "kpi unit scenario mean low high difference difference_low difference_high probability_better"
    assert lines[0][:10] == contract.split()
    assert lines[1][:4] == ["inbound_calls", "calls per month", "passive", "18.5"]
    assert lines[1][6] == ""


def test_ties_count_half_and_missing_pairs_not_at_all():
    assert chance_better(np.array([1.0, 0.0, -1.0, np.nan]), "higher") == 0.5
    assert chance_better(np.array([1.0, 1.0]), "lower") == 0.0
    assert chance_better(np.array([np.nan]), "higher") is None
    assert spread(np.array([np.nan])) == (None, None, None)


def test_the_verdict_says_both_ways_how_it_goes(rows):
    words = verdict(rows, "passive", "telemarketing", "AUD")
    assert "2.5 more customers at the end of month 6" in words
    assert "in 1.5 of 2 paired runs" in words
    assert "AUD 5.0 lower" in words
    assert "may or may not pay" in words
    assert words.count(". ") == 1


def test_a_scenario_without_effect_is_called_so(folder):
    words = verdict(summarise(folder, "passive", ["passive"], "AUD"), "passive", "passive", "AUD")
    assert "exactly as it is" in words
    assert "same to the cent" in words


def test_a_rivals_move_is_told_as_what_it_does_to_us(rows):
    moves = Moves(ours=False, others="Rival cuts its prices by 15 % in month 7")
    words = verdict(rows, "passive", "telemarketing", "AUD", moves)
    assert words.startswith("When Rival cuts its prices by 15 % in month 7, we have 2.5 more customers at the end of")
    assert "It costs us AUD 5.0 of cumulative margin within 6 months" in words
    assert "our margin is lower in 1.5 of 2 paired runs." in words
    assert "pay" not in words


def test_a_rivals_move_without_effect_is_called_so(folder):
    rows = summarise(folder, "passive", ["passive"], "AUD")
    words = verdict(rows, "passive", "passive", "AUD", Moves(ours=False, others="Rival advertises"))
    assert words.startswith("When Rival advertises, our number of customers at the end of month 6 stays exactly")


def test_break_even_is_the_month_from_which_the_difference_stays_above_zero():
    differences = [[-1, 2, -1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, -1], [0, 0, 0, 0, 0], [1, 1, 1, 1, np.nan]]
    assert stays_above(np.array(differences)).tolist()[:4] == [4.0, 1.0, np.inf, np.inf]
    assert np.isnan(stays_above(np.array(differences))[4])


def test_break_even_never_within_the_run_has_no_month(rows):
    assert find(rows, "break_even_month")["mean"] is None
    assert find(rows, "break_even_share")["mean"] == 0.0
    assert find(rows, "break_even_share", "passive")["mean"] is None
    assert spread(np.array([4.0, 6.0, np.inf])) == (5.0, 4.0, None)


class Table:
    """A window of KPIs whose columns are given."""

    baseline = 0
    days = np.array([20.0, 23.0])

    def __init__(self, **columns):
        self.columns = {name: np.array(values) for name, values in columns.items()}

    def __call__(self, column, channel=""):
        return self.columns[f"{column}_{channel}" if f"{column}_{channel}" in self.columns else column]


def test_costs_per_acquisition_are_taken_over_the_whole_window():
    window = Table(
        cost=[[[0.0, 0.0]], [[30.0, 60.0]]],
        cost_field=[[[0.0, 0.0]], [[0.0, 0.0]]],
        cac_influenced=[[[np.nan, np.nan]], [[10.0, 30.0]]],
        gross_adds=[[[5.0, 5.0]], [[7.0, 8.0]]],
    )
    assert cost_per_influenced("telemarketing")(window)[1, 0] == 90 / 5
    assert cost_per_extra("telemarketing")(window)[1, 0] == 90 / 5
    assert np.isnan(cost_per_extra("field")(window)[1, 0])
    assert np.isnan(cost_per_extra("telemarketing")(window)[0, 0])


def test_visits_are_divided_by_the_working_days_of_productive_reps():
    window = Table(visits=[[[400.0, 460.0]]], reps_productive=[[[2.0, 1.0]]])
    assert visits_per_rep_day(window)[0, 0] == pytest.approx(860 / 63)


def test_the_calendar_counts_the_working_days_of_a_month():
    assert working_days(DATES[:3], "", None).tolist() == [21.0, 23.0, 21.0]  # November 2026 on, weekends only
    assert working_days(DATES[:3], "AU", "VIC")[2] < 21


def test_odds_become_words():
    assert [pays(p) for p in (1.0, 0.8, 0.5, 0.1, 0.0)] == [
        "pays",
        "probably pays",
        "may or may not pay",
        "probably does not pay",
        "does not pay",
    ]


def test_numbers_are_rounded_for_readers():
    assert readable(0.1834, "share") == "18.3 %"
    assert readable(1234567.8, "AUD", signed=True) == "+1 234 568"
    assert readable(None, "AUD") == "-"
    assert [readable(0.0, "share"), readable(0.0, "share", signed=True)] == ["0 %", "0 pts"]
    assert [chance(value) for value in (0.999, 0.001, 1.0, 0.5, None)] == ["99 %", "1 %", "100 %", "50 %", "-"]


def test_the_kpi_table_is_aligned_and_leaves_out_what_is_zero(rows):
    table = kpi_table(rows, {"inbound_calls", "orders", "customers"}, "passive", "telemarketing")
    lines = table.splitlines()
    assert len(lines) == 4  # head, rule, calls and customers; no orders
    assert len({len(line) for line in lines}) == 1
    assert aligned([["a", "b", "c", "1"], ["aa", "b", "c", "10"]]).splitlines()[2] == "aa  b  c  10"
