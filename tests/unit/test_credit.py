"""Who is credited for what, and who loses it again."""

from __future__ import annotations

import numpy as np

from sim import credit
from sim.crm import empty_crm
from sim.orders import COLUMNS, Orders
from sim.reps import RepTable
from sim.state import FIELD, INBOUND

PLACE = np.zeros(6)


def table(people: int = 2) -> RepTable:
    reps = RepTable.empty()
    reps.add(people)
    return reps


def orders(*entries: tuple[int, int, int, float]) -> np.ndarray:
    """Orders of (row, operator, channel, bill)."""
    made = np.zeros(len(entries), COLUMNS)
    for i, (row, operator, channel, bill) in enumerate(entries):
        made[i]["row"], made[i]["operator"], made[i]["channel"], made[i]["bill"] = row, operator, channel, bill
        made[i]["rep"] = -1
    return made


def test_a_signature_counts_for_whom_the_business_knows() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    crm.rep[[0, 1, 2]] = 0, 1, 1
    new = orders((0, 0, FIELD, 100.0), (1, 0, FIELD, 200.0), (2, 0, INBOUND, 300.0), (3, 1, FIELD, 400.0))
    book = Orders(new.copy())
    credit.signed(reps, crm, book, new, np.zeros(4))
    assert reps.contracts.tolist() == [1, 1] and reps.bills_signed.tolist() == [100.0, 200.0]
    assert book["rep"].tolist() == [0, 1, -1, -1]


def test_a_discount_goes_with_the_order_and_is_noted_for_its_giver() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    crm.rep[0] = 1
    new = orders((0, 0, FIELD, 100.0))
    book = Orders(new.copy())
    credit.signed(reps, crm, book, new, np.array([120.0]))
    assert book["buyout"].tolist() == [120.0] and reps.discounts.tolist() == [0.0, 120.0]


def test_an_early_leaver_counts_against_the_seller_once() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    done = orders((4, 0, FIELD, 150.0), (5, 0, FIELD, 50.0))
    done["rep"] = 1
    credit.delivered(reps, crm, Orders(), Orders(done), today=10)
    assert reps.bills_activated.tolist() == [0.0, 200.0]
    credit.lost_early(reps, crm, np.array([3, 4]), today=40, early_days=60)
    credit.lost_early(reps, crm, np.array([4]), today=41, early_days=60)  # the next tenant's loss is nobody's
    credit.lost_early(reps, crm, np.array([5]), today=71, early_days=60)  # too late to count
    assert reps.bills_left_early.tolist() == [0.0, 150.0]
