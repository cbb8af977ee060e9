"""The motivation study with a pencil: weeks, gaps, deciles, equal pay, people alone, and what is kept of a market."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from experiments import motivation, motivationmarkets, motivationruns
from experiments.motivationintervals import over_seeds
from experiments.motivationpeople import MONTH_DAYS, Ground, abilities, follow, linear, poisson, with_terms
from experiments.motivationruns import Job, Runs, income, job_of
from experiments.motivationtables import (
    Alone,
    Person,
    attainment_row,
    by_gap,
    by_tenths,
    decile_of,
    drop_after_plan,
    legacy_terms,
    shipped,
    weeks_of_period,
)
from experiments.studies import options_of
from sim.compensation.programme import EFFORT_STEP
from sim.errors import InputError
from sim.parameters import check, defaults
from tests.worlds import middle_city

EFFORT = check(defaults()).world.effort
GROUND = Ground(0.5, 300.0, people=40, months=4)


def course(scheme, effort=EFFORT, ground=GROUND, plan=10.0):
    return follow(scheme, plan, ground, effort, 0.7)


# ---- shapes ----------------------------------------------------------------------------------------------------------


def test_weeks_are_over_the_mean_of_all_days():
    # ten days: 1 a day in the first week, 3 in the last; the mean is 2
    day = np.arange(1, 11)
    assert weeks_of_period(np.repeat([1.0, 3.0], 5), day, 11 - day) == (0.5, 1.5)


def test_effort_is_sorted_by_what_is_missing_over_what_is_expected():
    gap, expected = np.array([-1.0, 2.0, 2.0, 50.0]), np.array([4.0, 4.0, 4.0, 4.0])
    rows = by_gap(np.array([0.5, 1.0, 1.2, 0.6]), gap, expected, np.array([True, True, False, False]))
    assert [(row["gap"], row["effort"], row["closed_share"]) for row in rows] == [
        ("reached", 0.5, 1.0),
        ("0.25 to 0.5", 1.1, 0.5),
        ("over 3", 0.6, 0.0),
    ]


def test_the_drop_compares_those_who_are_there_with_those_in_reach():
    gap, effort = np.array([0.0, 1.0, 9.0]), np.array([0.6, 0.8, 0.1])
    assert drop_after_plan(effort, gap, np.ones(3)) == pytest.approx(0.25)
    assert np.isnan(drop_after_plan(effort[1:], gap[1:], np.ones(2)))


def test_attainments_are_counted_by_their_shares():
    row = attainment_row(np.array([0.5, 1.0, 1.4, 2.0, np.nan]))
    assert (row["share_100"], row["share_130"], row["share_130_150"], row["periods"]) == (0.75, 0.5, 0.25, 4)


def test_deciles_begin_with_the_lowest():
    assert decile_of(np.array([5.0, 1.0, 3.0, 2.0, 4.0])).tolist() == [8, 0, 4, 2, 6]


def test_tenths_end_with_what_the_lower_gain_more_than_the_upper():
    # ten people: the lowest gains 10 %, the ablest 1 %
    gains = np.arange(10.0, 0.0, -1.0)
    rows = by_tenths(decile_of(np.arange(10.0)), lambda there: {"gain": float(gains[there].mean())}, "gain")
    assert [row["decile"] for row in rows[-4:]] == ["1 to 3", "8 to 10", "all", "1 to 3 less 8 to 10"]
    assert (rows[0]["gain"], rows[-4]["gain"], rows[-1]["gain"]) == (10.0, 9.0, 7.0)


# ---- intervals -------------------------------------------------------------------------------------------------------


def test_an_interval_over_seeds_is_that_of_the_mean():
    # 1, 2, 3: mean 2, standard error 0.577, Student's t of two degrees of freedom 2.92
    (row,) = over_seeds([[{"scheme": "a", "effort": value, "periods": 5}] for value in (1.0, 2.0, 3.0)])
    assert (row["scheme"], row["effort"], row["periods"]) == ("a", 2.0, 15)
    assert row["effort_high"] - 2.0 == pytest.approx(2.92 * 3**-0.5, abs=1e-3) and row["effort_low"] < 2.0


def test_rows_are_told_apart_by_their_names_wherever_they_stand():
    one, other = ({"gap": "reached", "effort": 1.0}, {"gap": "over 3", "effort": 5.0})
    rows = over_seeds([[one, other], [other, one | {"effort": 2.0}]])
    assert [(row["gap"], row["effort"]) for row in rows] == [("reached", 1.5), ("over 3", 5.0)]


def test_what_is_the_same_under_any_luck_has_no_interval():
    rows = over_seeds([[{"gap": "reached", "effort": 0.7, "drop": drop}] for drop in (0.1, 0.3)])
    assert set(rows[0]) == {"gap", "effort", "drop", "drop_low", "drop_high"}


def test_one_seed_gives_no_interval():
    assert over_seeds([[{"scheme": "a", "effort": 1.0}]]) == [{"scheme": "a", "effort": 1.0}]


def test_what_one_seed_alone_has_gets_no_interval():
    rows = over_seeds(
        [[{"gap": "reached", "effort": 1.0}, {"gap": "over 3", "effort": 2.0}], [{"gap": "reached", "effort": 2.0}]]
    )
    assert "effort_low" not in {name for name, value in rows[1].items() if value is not None}


# ---- people alone ----------------------------------------------------------------------------------------------------


def test_sales_of_a_day_come_by_inversion():
    # a mean of 1: 0.37 none, 0.37 one, 0.18 two
    assert poisson(np.array([0.3, 0.5, 0.8, 0.93]), np.ones(4)).tolist() == [0, 1, 2, 3]


def test_abilities_have_mean_one_and_their_spread():
    ability = abilities(400, 0.4)
    assert ability.mean() == pytest.approx(1.0) and np.log(ability).std() == pytest.approx(0.4, abs=0.02)


def test_linear_pay_felt_at_the_sale_is_the_same_effort_every_day_but_for_a_step_of_the_grid():
    effort = course(shipped("commission", credited="sale")).effort
    assert (
        effort == pytest.approx(np.broadcast_to(effort[0], effort.shape), abs=EFFORT_STEP + 1e-9)
        and np.ptp(effort[0]) > 0
    )


def test_each_seed_has_its_own_luck_and_the_same_people():
    person = Person(EFFORT, 0.7)
    one, again, other = (Alone(person, GROUND, seed).course(shipped("commission")) for seed in (1, 1, 2))
    assert (one.sold == again.sold).all() and (one.sold != other.sold).any()
    assert (one.ability == other.ability).all()


def test_luck_is_shared_between_schemes():
    one, other = (course(shipped(name)).sold for name in ("commission", "mixed_growing"))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9


def test_a_plan_that_follows_does_so_for_each_person():
    found = course(shipped("ratcheting"))
    sold = np.stack([found.sold[found.period == period].sum(axis=0) for period in range(4)])
    beyond = sold[0] - found.plan[0]
    assert found.plan[1] == pytest.approx(found.plan[0] + np.where(beyond > 0, 0.5, 0.2) * beyond)


def test_pay_is_the_scheme_applied_to_what_each_sold():
    found = course(shipped("commission"))
    terms = dict(shipped("commission").terms)
    sold = np.stack([found.sold[found.period == period].sum(axis=0) for period in range(4)])
    assert found.pay == pytest.approx(terms["base"] + terms["commission_factor"] * 300 * sold)


def test_pay_is_made_equal_by_the_rate():
    alone = Alone(Person(EFFORT, 0.7), GROUND)
    rate, found = alone.at_pay(lambda rate: linear(5000, rate, shipped("commission")), 7000.0, 0.75)
    assert found.pay.mean() == pytest.approx(7000, rel=0.003)
    assert found.pay == pytest.approx(alone.course(linear(5000, rate, shipped("commission"))).pay)


def test_a_cap_at_the_plan_is_better_dropped():
    alone = Alone(Person(EFFORT, 0.7), Ground(0.5, 300.0, people=40, months=3))
    rows = {(row["floor_share"], row["cap_factor"]): row["sales_percent"] for row in legacy_terms(alone)}
    assert rows[0.0, 1.0] > rows[0.0, 1.5]


def test_terms_are_changed_by_name():
    changed = with_terms(shipped("legacy"), up_share=0.0, cap_factor=9.0)
    assert dict(changed.terms) | {"up_share": 0.5, "cap_factor": 1.2} == dict(shipped("legacy").terms)


# ---- markets ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs():
    """A small city's runs of one seed."""
    patched = pytest.MonkeyPatch()
    patched.setattr(motivationruns, "_city", middle_city)
    yield Runs(1, 1)
    patched.undo()


def test_what_is_kept_of_a_market_fits_together(runs):
    (run,) = runs.of(job_of("mixed_growing", months=6, traced=True))
    assert run["month"].shape == run["rep"].shape == run["income"].shape
    assert run["day_orders"].sum() >= run["orders"].sum() > 0
    late = run["trace_left"] == 2
    for month, rep, so_far in zip(*(run[f"trace_{name}"][late] for name in ("month", "rep", "so_far")), strict=True):
        sold = run["bills_signed"][(run["month"] == month) & (run["rep"] == rep)]
        assert sold.size == 0 or so_far <= sold[0] + 1e-6
    assert income([run]) > 4000


def test_a_job_is_run_once(runs):
    job = job_of("mixed_growing", months=6, traced=True)
    assert runs.of(job) is runs.of(Job(job.settings, 6, True))


def test_terms_and_settings_make_a_job():
    job = job_of("commission", {"base": 1.0}, settings={"department.reps": 3})
    assert job.settings == (
        '{"department.reps": 3, "department.scheme.name": "commission", "department.scheme.terms.base": 1.0}'
    )


def test_change_by_tenth_is_over_the_sum_of_its_people():
    # ten people, one a tenth; the lowest sells 3 instead of 2, all others as before
    people = {name: np.full(10, 2.0) for name in ("ability", "effort_before", "effort_after", "orders_before")}
    people |= {"orders_after": np.r_[3.0, np.full(9, 2.0)], "tenth": np.arange(10)}
    rows = {row["decile"]: row["contracts_percent"] for row in motivationmarkets._tenths_of(people, 0.3)}
    assert (rows["1"], rows["2"], rows["all"]) == (pytest.approx(50.0), 0.0, pytest.approx(5.0))
    assert rows["1 to 3 less 8 to 10"] == pytest.approx(100.0 / 6.0)


def test_people_of_both_runs_are_found(runs):
    (run,) = runs.of(job_of("mixed_growing", months=6, traced=True))
    found = motivationmarkets._of_both(run, run)
    assert found["ability"].size > 0 and (found["orders_before"] == found["orders_after"]).all()


def test_knowing_nothing_is_nothing_more_than_knowing_nothing(runs):
    (run,) = runs.of(job_of("mixed_growing", months=6, traced=True))
    (row,) = motivationmarkets._known({"doors": "sweep", "intelligence": "none"}, [(run, run)])
    assert row["contracts"] > 0 and row["followups"] > 0
    assert (row["contracts_percent"], row["revenue_percent"], row["margin_more"]) == (0.0, 0.0, 0.0)


# ---- the command -----------------------------------------------------------------------------------------------------


def test_every_table_of_the_study_is_in_the_docs():
    folder = Path(__file__).parents[2] / "docs/tables/motivation"
    names = {f"alone_{table.__name__}" for table in motivation.alone.TABLES}
    names |= {f"market_{table.__name__}" for table in motivation.markets.TABLES} | {"ground"}
    assert {file.stem for file in folder.glob("*.csv")} == names
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8") as opened:
            assert len(list(csv.DictReader(opened))) >= 1


def test_a_wrong_option_is_told(capsys):
    with pytest.raises(InputError):
        options_of(motivation.COMMAND, ["replicatoins=3"])
    assert motivation.main(["replicatoins=3"]) == 2
    assert "did you mean 'replications'?" in capsys.readouterr().err


def test_month_days_are_whole_periods():
    assert GROUND.months * MONTH_DAYS == len(course(shipped("fixed")).effort)
