"""What the field department knows of each door: who was there, what it learned, and when to come again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.state import LONG_AGO, NEVER

Array = np.ndarray[Any, Any]

UNKNOWN = -3  # of a provider


class Crm(NamedTuple):
    """Columns beside the state's, one row a premises; a record belongs to the tenant it was made of."""

    visit_day: Array  # int16, last visit
    rep: Array  # int16, representative of that visit, -1: nobody
    known_day: Array  # int16, day of what is known: its age
    provider: Array  # int8, as told, UNKNOWN
    contract_end: Array  # int16, as told, NEVER if not known
    bill: Array  # float32, as told, nan
    complains: Array  # bool, about the present provider
    rival_offer: Array  # float32, best offer of a rival on the table, as told, nan
    forbids: Array  # bool, no further visits
    opened_day: Array  # int16, a new tenant of whom the department has heard, and when
    promised: Array  # bool, our last offer promised too much
    sold_by: Array  # int16, representative who sold the contract that runs with us, -1: nobody
    sold_day: Array  # int16, its first day of service
    sold_bill: Array  # float32, its monthly bill then
    x: Array  # float32, km, of the door
    y: Array  # float32


def empty_crm(rows: int, x: Array, y: Array) -> Crm:
    """A department that knows the doors and nothing else."""
    return Crm(
        visit_day=np.full(rows, LONG_AGO, np.int16),
        rep=np.full(rows, -1, np.int16),
        known_day=np.full(rows, LONG_AGO, np.int16),
        provider=np.full(rows, UNKNOWN, np.int8),
        contract_end=np.full(rows, NEVER, np.int16),
        bill=np.full(rows, np.nan, np.float32),
        complains=np.zeros(rows, np.bool_),
        rival_offer=np.full(rows, np.nan, np.float32),
        forbids=np.zeros(rows, np.bool_),
        opened_day=np.full(rows, NEVER, np.int16),
        promised=np.zeros(rows, np.bool_),
        sold_by=np.full(rows, -1, np.int16),
        sold_day=np.full(rows, LONG_AGO, np.int16),
        sold_bill=np.zeros(rows, np.float32),
        x=x.astype(np.float32),
        y=y.astype(np.float32),
    )


@njit(cache=True)
def forget(crm, row):
    """The tenant is gone: nothing that was known holds for the next one."""
    crm.visit_day[row], crm.known_day[row] = LONG_AGO, LONG_AGO
    crm.rep[row], crm.provider[row] = -1, UNKNOWN
    crm.contract_end[row], crm.opened_day[row] = NEVER, NEVER
    crm.bill[row], crm.rival_offer[row] = np.nan, np.nan
    crm.complains[row], crm.forbids[row], crm.promised[row] = False, False, False
    crm.sold_by[row], crm.sold_day[row] = -1, LONG_AGO


def empty_diary(rows: int) -> Array:
    """Appointments: a day (int16) for each door, NEVER without one; a door has one at a time."""
    return np.full(rows, NEVER, np.int16)
