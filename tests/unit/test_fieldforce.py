"""Plans, pay, credit and effort of the department at work, and its people as agents and as a table."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from experiments.schema import TABLES
from sim.agents.field_rep import FieldRep
from sim.agents.head_of_sales import HeadOfSales
from sim.compensation import Results, bind
from sim.learning import learn, lessons
from sim.market import Market
from sim.reps import PRODUCTIVE
from sim.shipped import shipped_terms
from tests.worlds import column, events, market, middle_city, small_city

SCHEMES = ("fixed", "commission", "quota_bonus", "mixed_growing")


@cache
def active(scheme: str = "mixed_growing", months: int = 6, reps: int = 3, **numbers) -> Market:
    """A market with a field department, run to its end."""
    decided = {"department.active": True, "department.reps": reps, "department.scheme.name": scheme}
    return market(middle_city(), 1, {**decided, "record.events": True, **numbers}, months=months, warmup=1).run()


def by_rep(made: Market) -> dict[str, np.ndarray]:
    """The table of representatives."""
    return made.tables()["monthly_by_rep"]


# ---- the plan --------------------------------------------------------------------------------------------------------


def test_the_plan_of_a_newcomer_is_ramped() -> None:
    made, table = active(), by_rep(active())
    first = table["rep_id"] == "rep-0"
    whole = table["plan"][first & (table["month"] >= 3)]
    assert (np.diff(whole) > 0).all()
    p, month = made.parameters.world.department, made.calendar.per_month
    assert whole[-1] < made.field.department.plan_bills
    ramp = learn(p.starting_skill_share, 0.5 * month, 0.0, lessons(p, made.calendar))
    assert whole[-1] >= made.field.department.plan_bills * ramp


def test_the_guess_of_a_days_visits_is_near_the_visits_that_are_made() -> None:
    made, table = active(), by_rep(active())
    full = (table["month"] >= 3) & (table["effort"] > 0)
    days = made.calendar.days_in_month[table["month"][full] + made.calendar.warmup - 1]
    per_day = (table["visits"][full] + table["followups"][full]) / days / table["effort"][full]
    assert 0.6 < per_day.mean() / made.field.visits_per_day() < 1.5


# ---- pay -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMES)
def test_pay_is_the_scheme_applied_to_what_was_sold(name: str) -> None:
    made, table = active(name), by_rep(active(name))
    whole = (table["month"] >= 2) & (table["stage"] != "left") & (table["days_in_post"] >= 25)
    sold, plan = table["bills_signed"][whole], table["plan"][whole]
    none = np.zeros(sold.size)
    scheme = bind(name, shipped_terms(name))
    expected = scheme.pay(Results(table["orders"][whole], sold, none, none, sold, none + 1, none), plan)
    assert whole.sum() > 6
    assert table["income"][whole] == pytest.approx(expected)
    assert made.scheme == scheme


def test_income_is_the_fixed_and_the_variable_part() -> None:
    table = by_rep(active())
    assert table["income"] == pytest.approx(table["pay_fixed"] + table["pay_variable"])
    assert table["pay_variable"].sum() > 0


@pytest.mark.parametrize("name", SCHEMES)
def test_the_ledger_pays_what_representatives_earn(name: str) -> None:
    made, table = active(name), by_rep(active(name))
    months = np.arange(1, 7)
    variable, fixed, people = (
        np.array([values[table["month"] == month].sum() for month in months])
        for values in (table["pay_variable"], table["pay_fixed"], np.ones(len(table["stage"])))
    )
    overhead = made.parameters.world.department.rep_overhead_cost_per_month
    assert column(made, "cost_field_variable")[-6:] == pytest.approx(variable)
    beyond = column(made, "cost_field_fixed")[-6:] - fixed
    assert (beyond >= 0).all() and (beyond <= overhead * (people + 1) + 1e-6).all()


def test_the_first_month_is_paid_for_the_days_in_post() -> None:
    made, table = active("fixed"), by_rep(active("fixed"))
    first = table["month"] == 1
    days = made.calendar.days_in_month[made.calendar.warmup]
    salary = dict(made.scheme.terms)["salary"]
    assert table["pay_fixed"][first] == pytest.approx(salary * table["days_in_post"][first] / days)


# ---- credit ----------------------------------------------------------------------------------------------------------


def test_every_field_order_is_somebodys_in_post_or_a_leavers() -> None:
    made, table = active(), by_rep(active())
    orders = np.array([table["orders"][table["month"] == month].sum() for month in range(1, 7)])
    left = table["month"][table["stage"] == "left"].min(initial=99)
    signed = column(made, "orders_field")[-6:]
    assert orders[: left - 1].tolist() == signed[: left - 1].tolist()
    assert (orders <= signed).all() and 10 < orders.sum() >= 0.8 * signed.sum()
    visits = np.array([table["visits"][table["month"] == month].sum() for month in range(1, 7)])
    assert visits.tolist() == column(made, "visits")[-6:].tolist()


def test_attainment_is_bills_over_plan() -> None:
    table = by_rep(active())
    planned = table["plan"] > 0
    ratio = table["bills_signed"][planned] / table["plan"][planned]
    assert table["attainment"][planned] == pytest.approx(ratio)
    assert np.isnan(table["attainment"][~planned]).all()


# ---- effort ----------------------------------------------------------------------------------------------------------

TOIL = {"world.effort.effort_cost_share_per_day": 1e6}


def test_toil_beyond_measure_leaves_the_controlled_effort() -> None:
    p = active().parameters.world.effort
    table = by_rep(active(**TOIL))
    effort = table["effort"][table["effort"] > 0]
    assert (effort <= p.controlled_effort + 1e-9).all() and (effort >= p.uncontrolled_effort - 1e-9).all()


def test_without_control_toil_beyond_measure_brings_the_fields_sales_to_the_floor() -> None:
    floor = {"world.effort.uncontrolled_effort": 0.0, "world.effort.controlled_effort": 0.0}
    idle = active(**TOIL, **floor)
    passive = market(middle_city(), months=6, warmup=1).run()
    assert column(idle, "visits").sum() == column(idle, "orders_field").sum() == 0
    assert column(idle, "inbound_calls").tolist() == column(passive, "inbound_calls").tolist()


# ---- agents and tables -----------------------------------------------------------------------------------------------


def test_representatives_and_heads_are_mesa_agents() -> None:
    made = active()
    reps, heads = list(made.agents_by_type[FieldRep]), list(made.agents_by_type[HeadOfSales])
    assert len(reps) == column(made, "reps")[-1] and len(heads) == made.field.department.heads == 1
    assert {each.rep_id for each in reps} <= set(by_rep(made)["rep_id"])
    assert all(each.stage in ("training", "productive") for each in reps)
    assert [each.skill for each in reps] == made.field.reps.skill[[each.row for each in reps]].tolist()


def test_the_table_of_representatives_has_its_columns() -> None:
    table = by_rep(active())
    assert {*TABLES["monthly_by_rep"]} - {"run_id", "scenario", "replication"} <= set(table)
    assert set(table["stage"]) <= {"training", "productive", "left"}
    assert ((table["skill"] > 0) & (table["skill"] <= 1)).all() and (table["ability"] > 0).all()
    assert (table["contacts"] <= table["visits"] + table["followups"]).all()


def test_a_run_without_a_department_has_no_such_table() -> None:
    assert "monthly_by_rep" not in market(small_city()).run().tables()


def test_hires_and_visits_are_events_of_their_representatives() -> None:
    made = active()
    assert len(events(made, "hire")["day"]) == len(made.field.reps)
    actors = events(made, "visit")["actor_id"]
    assert set(actors) <= set(range(len(made.field.reps)))
    assert np.bincount(actors, minlength=len(made.field.reps)).sum() == column(made, "visits").sum()


def test_productive_representatives_exist_by_month_four_under_turnkey() -> None:
    made = active()
    productive = column(made, "reps_productive")
    assert (productive[-3:] > 0).all()
    assert (made.field.reps.stage == PRODUCTIVE).sum() == productive[-1]
