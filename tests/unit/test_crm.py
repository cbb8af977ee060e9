"""What is known of a door, and the diaries of those who come again or ring."""

from __future__ import annotations

import numpy as np
import pytest

from sim.crm import UNKNOWN, empty_crm, forget
from sim.market import Market
from sim.state import LONG_AGO, NEVER
from sim.steps import callbacks
from tests.worlds import market, small_city

PLACE = np.arange(4.0)


def full_crm():
    """Four doors of which everything is known."""
    crm = empty_crm(4, PLACE, PLACE)
    crm.visit_day[:], crm.known_day[:], crm.opened_day[:] = 7, 7, 5
    crm.rep[:], crm.provider[:], crm.contract_end[:] = 2, 1, 90
    crm.bill[:], crm.rival_offer[:] = 120.0, 100.0
    crm.complains[:], crm.forbids[:] = True, True
    return crm


def active(numbers: dict | None = None) -> Market:
    """A market whose department has not begun."""
    return market(small_city(), numbers={"department.active": True, **(numbers or {})}, warmup=0)


def test_at_first_the_doors_are_known_and_nothing_else() -> None:
    crm = empty_crm(4, PLACE, 2 * PLACE)
    assert crm.x.tolist() == [0, 1, 2, 3] and crm.y.tolist() == [0, 2, 4, 6]
    assert (crm.visit_day == LONG_AGO).all() and (crm.rep == -1).all() and (crm.provider == UNKNOWN).all()
    assert (crm.contract_end == NEVER).all() and np.isnan(crm.bill).all() and not crm.forbids.any()


def test_with_the_tenant_goes_all_that_was_known_but_not_the_door() -> None:
    crm, new = full_crm(), empty_crm(4, PLACE, PLACE)
    for row in (1, 3):
        forget(crm, row)
    for name, column in crm._asdict().items():
        np.testing.assert_array_equal(column[[1, 3]], getattr(new, name)[[1, 3]], err_msg=name)
        np.testing.assert_array_equal(column[[0, 2]], getattr(full_crm(), name)[[0, 2]], err_msg=name)


def test_who_thought_it_over_rings_once_on_the_day_or_after_it() -> None:
    made = active()
    rows = np.flatnonzero(made.state.provider == 1)[:3]
    made.state.decision_day[rows[0]] = 50  # looks around already
    made.field.afterthoughts[rows] = 10, 10, 12
    taken = [callbacks.thoughts(made.state.held, made.field.ground, day).tolist() for day in (9, 11, 11, 12)]
    assert taken == [[], [rows[1]], [], [rows[2]]]
    assert (made.field.afterthoughts == NEVER).all()


# ---- new tenants -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_department_hears_of_new_tenants_after_some_days(share: float) -> None:
    made = active({"world.field.new_tenant_known_share": share, "world.field.new_tenant_delay_days": 5})
    rows = np.arange(40)
    made.field.tenants_changed(made.state, rows[:0], rows, 70)
    assert (made.field.crm.opened_day[rows] == (75 if share else NEVER)).all()


def test_a_closed_door_loses_its_record_and_appointments() -> None:
    made = active()
    force, row = made.field, np.array([3])
    force.crm.visit_day[row], force.crm.rep[row] = 60, 0
    force.appointments[row], force.afterthoughts[row] = 999, 999
    force.tenants_changed(made.state, row, row[:0], made.day)
    assert force.crm.visit_day[3] == LONG_AGO and force.crm.rep[3] == -1
    assert force.appointments[3] == force.afterthoughts[3] == NEVER
