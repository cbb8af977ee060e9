"""The claims study with a pencil: windows, intervals, pairs, and what its tables are made of."""

import json
from pathlib import Path

import numpy as np
import pytest

from experiments import claimruns, claims, claimtables
from experiments.studies import options_of
from sim.errors import InputError


def run_with(**columns):
    return {name: np.array(values, float) for name, values in columns.items()}


def found_with(name, pairs, part="month"):
    """A finished study of one pair of markets, each with the columns given."""
    pair = claimruns.pairs()[name]
    runs = {}
    for seed, (active, passive) in enumerate(pairs, start=1):
        runs[pair.active, seed] = {part: active}
        runs[pair.passive, seed] = {part: passive}
    return claimtables.Found(runs, range(1, len(pairs) + 1))


def test_lift_is_active_over_passive_less_one():
    pair = run_with(calls=[9, 9, 30, 40]), run_with(calls=[9, 9, 25, 25])
    assert claimtables.lift(pair, "calls", 3, 4) == pytest.approx(0.4)


def test_months_count_from_the_month_of_the_first_visit():
    active = run_with(visits=[0, 5, 9, 9, 9], inbound_calls=[1, 1, 1, 3, 3])
    passive = run_with(visits=[0, 0, 0, 0, 0], inbound_calls=[1, 1, 1, 2, 2])
    name = "reach", "medium", "6"
    found = found_with(name, [(active, passive)])
    assert claimtables.first_visit_month(active) == 2
    assert found.lifts(name, "inbound_calls", 3, 4, since_visit=True) == [pytest.approx(0.5)]
    assert found.lifts(name, "inbound_calls", 3, 4) == [pytest.approx(1 / 3)]


def test_spread_gives_mean_quantiles_and_the_error_of_the_mean():
    row = claimtables.spread([1.0, 2.0, 3.0])
    assert row["mean"] == 2.0
    assert (row["low"], row["high"]) == (pytest.approx(1.1), pytest.approx(2.9))
    assert row["standard_error"] == pytest.approx(1.0 / np.sqrt(3))


def test_spread_leaves_out_what_has_no_number():
    assert claimtables.spread([np.nan, 4.0])["mean"] == 4.0
    assert claimtables.spread([np.nan])["mean"] is None


def test_share_left_is_a_ratio_of_sums():
    row = claimtables.ratio_left(np.array([1.0, 3.0]), np.array([4.0, 4.0]))
    assert row["mean"] == pytest.approx(0.5)
    assert row["low"] < 0.5 < row["high"]


def test_break_even_is_the_month_after_the_last_one_below():
    both = [(run_with(cumulative_margin=[-5, 1, -1, 2, 3]), run_with(cumulative_margin=[0, 0, 0, 0, 0]))]
    assert claimtables.break_even(both)["break_even"] == 4.0


def test_a_department_that_ends_below_never_breaks_even():
    both = [(run_with(cumulative_margin=[1] * 23 + [-1]), run_with(cumulative_margin=[0] * 24))]
    row = claimtables.break_even(both)
    assert row["never_share"] == 1.0
    assert row["break_even"] is None


def test_calls_on_a_representatives_own_telephone_are_contacts_beyond_the_talks():
    assert claimtables.calls_to_reps(run_with(contacts_field=[12, 20], contacts=[10, 20])).tolist() == [2, 0]


def test_a_days_premises_type_is_that_of_most_visits():
    day, actor = np.array([1, 1, 1, 1, 2]), np.array([0, 0, 0, 7, 0])
    premises = np.array([3, 3, 0, 1, 2])
    usual, number = claimruns.main_premises(day, actor, premises)
    assert sorted(zip(usual.tolist(), number.tolist(), strict=True)) == [(1, 1), (2, 1), (3, 3)]


def test_a_caller_counts_as_visited_from_the_first_visit_on():
    doors = {
        "visit_row": np.array([4, 4, 5]),
        "visit_day": np.array([30, 10, 50]),
        "call_row": np.array([4, 5, 6]),
        "call_day": np.array([20, 40, 40]),
        "call_month": np.array([2, 2, 2]),
    }
    first = claimtables.first_visits(doors)
    assert first == {4: 10, 5: 50}
    assert claimtables.calls_by_visit(doors, first, 2) == (1, 2)


def test_months_are_counted_from_the_decision():
    dates = np.array(["2026-07-01", "2026-12-31", "2027-01-04", "2027-03-01"], "datetime64[D]")
    assert claimruns.months_since_decision(dates, dates).tolist() == [-5, 0, 1, 3]


def test_both_runs_of_a_pair_share_the_market_and_only_one_has_the_field():
    pair = claimruns.pairs()["mechanisms", "all links"]
    active, passive = json.loads(pair.active.settings), json.loads(pair.passive.settings)
    assert passive.items() <= active.items()
    assert not any(name.startswith(("world.field", "department")) for name in passive)
    assert active["world.field.card_kept_share"] == 1.0


def test_every_setting_of_the_study_is_one_that_the_model_takes():
    from experiments import scenario

    everything = {"months": claimruns.MONTHS}
    for pair in claimruns.pairs().values():
        everything |= json.loads(pair.active.settings)
    assert scenario("active", **everything).department.close_month == claimruns.CLOSED_FROM


def test_a_market_that_two_tables_need_is_run_once():
    tasks = claimruns.jobs_of(claimruns.pairs(), 2)
    assert len(set(tasks)) == len(tasks)
    field_off = {claimruns.pairs()["mechanisms", name].passive for name in ("follow-ups", "awareness from visits")}
    assert field_off == {claimruns.pairs()["closing",].passive}


def test_one_mechanism_off_is_compared_with_the_full_model_seed_by_seed():
    visits = [0, 1, *[1] * 10]
    full = run_with(visits=visits, inbound_calls=[20] * 12, gross_adds=[3] * 12)
    less = run_with(visits=visits, inbound_calls=[15] * 12, gross_adds=[2] * 12)
    passive = run_with(visits=[0] * 12, inbound_calls=[10] * 12, gross_adds=[1] * 12)
    plan = claimruns.pairs()
    runs = {}
    for off in claimruns.MECHANISMS:
        pair = plan["mechanisms", off]
        runs[pair.passive, 1] = {"month": passive}
        runs[pair.active, 1] = {"month": full if off == claimtables.FULL else less}
    rows = claimtables.mechanisms(claimtables.Found(runs, [1]))
    assert rows[0]["inbound_lift_3_4"] == pytest.approx(1.0)
    assert rows[0]["inbound_lift_3_4_change"] == 0.0
    assert {row["inbound_lift_3_4_change"] for row in rows[1:]} == {-0.5}


def test_tables_are_written_with_what_is_missing_left_empty(tmp_path):
    claims.write(tmp_path / "some.csv", [{"a": 1, "b": 0.123456}, {"a": None, "c": 12345.6}])
    assert (tmp_path / "some.csv").read_text() == "a,b,c\n1,0.1235,\n,,12346\n"


def test_options_are_checked_all_at_once():
    assert options_of(claims.COMMAND, ["replications=3"])["replications"] == 3
    with pytest.raises(InputError) as caught:
        options_of(claims.COMMAND, ["replication=3", "workers=0"])
    assert len(caught.value.messages) == 2


def test_a_wrong_option_ends_with_code_two(capsys):
    assert claims.main(["worker=2"]) == 2
    assert "workers" in capsys.readouterr().err


def test_every_table_of_the_study_is_kept_beside_its_page():
    kept = {path.stem for path in (Path(__file__).parents[2] / "docs" / "claims").glob("*.csv")}
    assert kept == {table.__name__ for table in claimtables.TABLES}
