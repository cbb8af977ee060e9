"""Conduct in a department at work: what customers find out, what is not written down, and the zero of every part."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.orders import COLUMNS, Orders
from tests.worlds import column, market, middle_city, small_city

OFF = {f"department.conduct.{part}": False for part in ("timing", "split", "picking", "overpromising")}


@cache
def active(**numbers) -> Market:
    """A market with a field department, run to its end; every part of conduct is off unless switched on."""
    decided = {"department.active": True, "department.reps": 3, **OFF, **numbers}
    return market(middle_city(), 1, decided, months=6, warmup=1).run()


def on(part: str) -> dict:
    return {f"department.conduct.{part}": True}


@pytest.mark.parametrize("part", ["timing", "split", "picking", "overpromising"])
def test_every_part_moves_something_under_commission(part: str) -> None:
    name = {"department.scheme.name": "commission"}
    one, none = active(**name, **on(part)), active(**name)
    moved = [
        key for key in ("visits", "orders_field", "cost_discounts") if (column(one, key) != column(none, key)).any()
    ]
    assert moved


def test_unpaid_work_left_undone_makes_time_for_doors_and_leaves_the_crm_emptier() -> None:
    free = {"world.conduct.duty_seen_share": 1e-6, "world.conduct.duty_unseen_share": 1e-6}
    lazy, dutiful = active(**on("split"), **free), active()
    told = [(made.field.crm.known_day > 0).sum() / column(made, "contacts").sum() for made in (lazy, dutiful)]
    visits = [column(made, "visits").sum() for made in (lazy, dutiful)]
    assert visits[0] > visits[1] and told[0] < told[1]


def fresh(**numbers) -> tuple[Market, np.ndarray]:
    """A market with a representative or two, and two of its customers as if taken into service today."""
    made = market(small_city(), numbers={"department.active": True, **numbers}, warmup=0)
    rows = np.flatnonzero(made.state.provider == 0)[:2]
    made.state.satisfaction[rows] = 0.0
    made.field.reps.add(2)
    return made, rows


def taken_into_service(made: Market, rows: np.ndarray, reports: list[float]) -> np.ndarray:
    """The representatives 0 and 1, who do so much of their unpaid work, have sold to these; returns who complains."""
    force, done = made.field, np.zeros(2, COLUMNS)
    force.behaviour.manners = force.behaviour.manners._replace(reports=np.array(reports))
    done["row"], done["rep"] = rows, [0, 1]
    force.close_day(made.state, done[:0], Orders(), Orders(done), made.news, made.day)
    return made.news.take()[1]


def test_customers_find_out_what_was_promised_and_tell() -> None:
    made, rows = fresh()
    made.field.crm.promised[rows[0]] = True
    complaints = taken_into_service(made, rows, reports=[1.0, 1.0])
    loss = made.parameters.world.conduct.promise_satisfaction
    assert made.state.satisfaction[rows] == pytest.approx([loss, 0.0])
    assert complaints.tolist() == [rows[0]]
    assert not made.field.crm.promised.any()


def test_customers_of_whom_nobody_took_care_are_less_content_and_say_nothing() -> None:
    made, rows = fresh()
    complaints = taken_into_service(made, rows, reports=[1.0, 0.5])
    loss = made.parameters.world.conduct.neglect_satisfaction
    assert made.state.satisfaction[rows] == pytest.approx([0.0, 0.5 * loss])
    assert not complaints.size


def test_what_is_promised_beyond_what_is_kept_costs_customers() -> None:
    shameless = {"world.conduct.scruple_seen_share": 1e-6, "world.conduct.scruple_unseen_share": 1e-6}
    bold = active(**on("overpromising"), **shameless)
    assert not active().field.crm.promised.any()
    ours = bold.state.provider == 0
    sold = ours & (bold.field.crm.sold_by >= 0)
    honest = active().state.provider == 0
    kept = honest & (active().field.crm.sold_by >= 0)
    assert sold.any() and kept.any()
    assert bold.state.satisfaction[sold].mean() < active().state.satisfaction[kept].mean()


# ---- intelligence ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["none", "mystery_shopping"])
def test_without_field_intelligence_nothing_is_known_of_doors_and_nothing_followed_up(kind: str) -> None:
    made = active(**{"department.intelligence": kind})
    assert (made.field.crm.known_day < 0).all() and column(made, "followups").sum() == 0
    assert (active().field.crm.known_day > 0).any()


def test_mystery_shopping_costs_by_the_month() -> None:
    paid = [active(**{"department.intelligence": kind}).tables()["ledger"] for kind in ("mystery_shopping", "none")]
    cost = active().parameters.world.field.mystery_shopping_cost_per_month
    managed = [-table["amount"][table["account"] == "management"].sum() for table in paid]
    assert managed[0] - managed[1] == pytest.approx(6 * cost)


def test_list_prices_draw_to_where_rivals_are_dear() -> None:
    asked = {"department.intelligence": "mystery_shopping", "department.doors": "expected_value"}
    made, _ = fresh(**asked)
    behaviour = made.field.behaviour
    made.scene.appeal.price[1:, 2, 1] *= 1.2
    behaviour.manners = behaviour.manners._replace(reports=np.ones(2))
    behaviour._learn(made.day + 100)  # the prices asked for before are old by now
    taste = behaviour.manners.taste
    assert taste.shape == (2, 4, 4) and np.unravel_index(taste[0].argmax(), (4, 4)) == (2, 1)
