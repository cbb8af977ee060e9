"""The motivation study with a pencil: weeks, gaps, deciles, equal pay, people alone, and what is kept of a market."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from experiments import motivation, motivationmarkets, motivationruns
from experiments.motivationpeople import MONTH_DAYS, Ground, abilities, follow, linear, poisson, with_terms
from experiments.motivationruns import Job, Runs, income, job_of
from experiments.motivationtables import (
    Alone,
    Person,
    attainment_row,
    by_gap,
    decile_of,
    drop_after_plan,
    legacy_terms,
    ninety,
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


def test_an_interval_is_that_of_the_mean():
    row = ninety([1.0, 3.0, np.nan])
    assert row["mean"] == 2.0 and row["high"] - row["mean"] == pytest.approx(1.645)
    assert ninety([]) == {"mean": None, "low": None, "high": None}


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


def test_change_by_person_is_over_the_sum_of_all():
    before, after = {1: {"orders": 2.0}, 2: {"orders": 2.0}}, {1: {"orders": 3.0}, 2: {"orders": 3.0}}
    row = motivationmarkets._ratio_of_people([1, 2], before, after)
    assert row == {"contracts_percent": 50.0, "contracts_percent_low": 50.0, "contracts_percent_high": 50.0}


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
