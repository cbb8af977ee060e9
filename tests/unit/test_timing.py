"""When contracts are signed: what is brought forward, what is put off, and when nothing moves."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draws import Streams
from sim.market import Market
from sim.state import FIELD, INBOUND
from sim.timing import Terms, move_signatures, ripe
from tests.worlds import column, market, middle_city, small_city

TODAY, LAST = 18, 20
TERMS = Terms(hurry_days=5, reach_days=10, agree_share=1.0, put_off_share=1.0, toil=10.0)


def deals(*days: int) -> tuple[Market, np.ndarray]:
    """A market in which the first businesses weigh a representative's offer, each until its day."""
    made = market(small_city(), numbers={"department.active": True}, warmup=0)
    state, rows = made.state, np.arange(len(days))
    state.close_search(np.arange(len(state)))
    state.decision_day[rows], state.offers[rows], state.offer_channel[rows, 0] = days, 1, FIELD
    made.field.crm.rep[rows] = 0
    return made, rows


def moved(made: Market, now: float, later: float, terms: Terms = TERMS, today: int = TODAY):
    def worth(rep, bill):
        return np.full(len(rep), now), np.full(len(rep), later)

    price = made.scene.appeal.price[0]
    return move_signatures(made.state, made.field.crm.rep, price, worth, terms, today, LAST, Streams(1)("moved"))


def test_only_offers_of_representatives_that_stand_alone_are_ripe() -> None:
    made, _ = deals(20, 20, 20, 20, 40)
    made.state.offers[1] = 0b11
    made.state.offer_channel[2, 0] = INBOUND
    made.field.crm.rep[3] = -1
    assert ripe(made.state, made.field.crm.rep, 18, 28).tolist() == [0]


def test_what_pays_more_now_is_signed_today() -> None:
    made, rows = deals(19, 22, 28, 29)
    assert moved(made, 100.0, 80.0).forward.tolist() == [1, 2]
    assert made.state.decision_day[rows].tolist() == [19, TODAY, TODAY, 29]


def test_what_pays_more_later_waits_for_the_first_week_of_the_next_period() -> None:
    made, rows = deals(18, 20, 22)
    assert moved(made, 0.0, 80.0).back.tolist() == [0, 1]
    days = made.state.decision_day[rows]
    assert ((days[:2] > LAST) & (days[:2] <= LAST + 5)).all() and days[2] == 22


def test_a_gain_that_is_not_worth_the_trouble_moves_nothing() -> None:
    made, rows = deals(20, 22)
    for pay in ((100.0, 95.0), (95.0, 100.0)):
        assert not any(each.size for each in moved(made, *pay))
    assert made.state.decision_day[rows].tolist() == [20, 22]


def test_far_from_the_periods_end_nothing_moves() -> None:
    made, _ = deals(20, 22)
    assert not any(each.size for each in moved(made, 100.0, 0.0, today=LAST - 5))


def test_without_a_discount_nobody_signs_early() -> None:
    made, _ = deals(22, 23, 24)
    assert not moved(made, 100.0, 0.0, TERMS._replace(agree_share=0.0)).forward.size


# ---- in the department -----------------------------------------------------------------------------------------------


def active(scheme: str, timing: bool) -> Market:
    """A department that is paid by a scheme."""
    numbers = {"department.active": True, "department.reps": 3, "department.scheme.name": scheme}
    return market(middle_city(), 1, {**numbers, "department.conduct.timing": timing}, months=6, warmup=1).run()


def test_discounts_are_given_by_people_and_paid_on_activation() -> None:
    made = active("mixed_growing", True)
    given = made.tables()["monthly_by_rep"]["discounts"].sum()
    paid = made.tables()["ledger"]
    field = (paid["account"] == "discounts") & (paid["channel"] == "field")
    assert given > 0
    assert 0 < -paid["amount"][field].sum() <= given + 1e-6


def test_a_salary_moves_no_signature() -> None:
    assert (
        column(active("fixed", True), "orders_field").tolist()
        == column(active("fixed", False), "orders_field").tolist()
    )


@pytest.mark.parametrize("scheme", ["commission", "quota_bonus"])
def test_switched_off_no_discount_is_given(scheme: str) -> None:
    assert not active(scheme, False).tables()["monthly_by_rep"]["discounts"].any()
