"""Who is credited for what, and who loses it again."""

from __future__ import annotations

import numpy as np

from sim import credit
from sim.crm import empty_crm, empty_diary
from sim.held import hold_ground
from sim.orders import COLUMNS
from sim.reps import RepTable
from sim.state import FIELD, INBOUND

PLACE = np.zeros(6)


def table(people: int = 2) -> RepTable:
    reps = RepTable.empty()
    reps.add(people)
    return reps


def ground(crm):
    """What is known of six doors, without dates; rules and visits do not matter."""
    return hold_ground((crm, 0.0, 0.0, empty_diary(6), empty_diary(6)))


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
    credit.sign(reps.held, crm.rep, new)
    assert reps.contracts.tolist() == [1, 1] and reps.bills_signed.tolist() == [100.0, 200.0]
    assert new["rep"].tolist() == [0, 1, -1, -1]


def test_a_discount_goes_with_the_order_and_is_noted_for_its_giver() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    crm.rep[0] = 1
    new = orders((0, 0, FIELD, 100.0))
    credit.sign(reps.held, crm.rep, new)
    credit.give_discounts(reps, new, np.array([120.0]))
    assert new["buyout"].tolist() == [120.0] and reps.discounts.tolist() == [0.0, 120.0]


def test_an_early_leaver_counts_against_the_seller_once() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    done = orders((4, 0, FIELD, 150.0), (5, 0, FIELD, 50.0))
    done["rep"] = 1
    assert credit.deliver(reps.held, crm, orders(), done, today=10, early_days=60).tolist() == [0, 1]
    assert reps.bills_activated.tolist() == [0.0, 200.0]
    closed(reps, crm, [3, 4], today=40)
    closed(reps, crm, [4], today=41)  # the next tenant's loss is nobody's
    closed(reps, crm, [5], today=71)  # too late to count
    assert reps.bills_left_early.tolist() == [0.0, 150.0]


def closed(reps: RepTable, crm, rows: list[int], today: int) -> None:
    """These businesses close; sixty days of service are early."""
    credit.tenants_gone(reps.held, ground(crm), np.array(rows), today, 60)


def test_a_customer_who_switches_early_counts_against_the_seller() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    crm.sold_by[2], crm.sold_bill[2], crm.sold_day[2] = 1, 80.0, 5
    away = orders((2, 1, INBOUND, 70.0))
    assert credit.deliver(reps.held, crm, orders(), away, today=9, early_days=60).size == 0
    assert reps.bills_left_early.tolist() == [0.0, 80.0] and crm.sold_by[2] == -1


def test_an_order_that_falls_through_counts_as_cancelled() -> None:
    reps, crm = table(), empty_crm(6, PLACE, PLACE)
    lost = orders((2, 0, FIELD, 70.0), (3, 1, INBOUND, 40.0))
    lost["rep"] = 1, -1
    credit.deliver(reps.held, crm, lost, orders(), today=9, early_days=60)
    assert reps.bills_cancelled.tolist() == [0.0, 70.0]
