"""Who is credited: signatures, activations, cancellations and customers lost early, by the person who sold them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.crm import Crm
from sim.orders import Orders
from sim.reps import RepTable
from sim.state import FIELD

Array = np.ndarray[Any, Any]


def signed(reps: RepTable, crm: Crm, orders: Orders, new: Array, discount: Array) -> None:
    """Today's orders count for the representative whom the business knows; a discount for signing early is paid with
    the order's activation. The new orders stand last in the table."""
    if not len(new):
        return
    newest = orders.table[-len(new) :]
    rep = newest["rep"]
    _sign(new["operator"], new["channel"], new["row"], new["bill"], crm.rep, rep, reps.contracts, reps.bills_signed)
    if discount.any():
        newest["buyout"] += discount
        add(reps.discounts, rep, discount)


@njit(cache=True)
def _sign(operator, channel, row, bill, known, rep, contracts, bills):
    """Write down whose each new order is, and count it."""
    for i in range(row.size):
        rep[i] = known[row[i]] if operator[i] == 0 and channel[i] == FIELD else -1
        if rep[i] >= 0:
            contracts[rep[i]] += 1
            bills[rep[i]] += bill[i]


def delivered(reps: RepTable, crm: Crm, lost: Orders, done: Orders, today: int) -> None:
    """Orders that fell through or went into service today; the CRM keeps who sold the contracts that run."""
    if len(lost):
        add(reps.bills_cancelled, lost["rep"], lost["bill"])
    if len(done):
        sold = crm.sold_by, crm.sold_bill, crm.sold_day
        _deliver(done["row"], done["rep"], done["bill"], today, *sold, reps.contracts_activated, reps.bills_activated)


@njit(cache=True)
def _deliver(row, rep, bill, today, sold_by, sold_bill, sold_day, contracts, bills):
    """Count what went into service for whoever sold it, and keep it in the CRM."""
    for i in range(row.size):
        if rep[i] >= 0:
            contracts[rep[i]] += 1.0
            bills[rep[i]] += bill[i]
            sold_by[row[i]], sold_bill[row[i]], sold_day[row[i]] = rep[i], bill[i], today


def lost_early(reps: RepTable, crm: Crm, gone: Array, today: int, early_days: int) -> None:
    """Customers who went today, by switching or closure: within so many days of service they count against the
    person who sold them."""
    gone = gone[crm.sold_by[gone] >= 0]
    if gone.size:
        early = gone[today - crm.sold_day[gone].astype(np.int64) <= early_days]
        add(reps.bills_left_early, crm.sold_by[early].astype(np.int64), crm.sold_bill[early])
        crm.sold_by[gone] = -1


def add(column: Array, rep: Array, amount: Array) -> None:
    """Add amounts to people's sums; -1 is nobody."""
    known = rep >= 0
    if known.any():
        np.add.at(column, rep[known], amount[known].astype(column.dtype))
