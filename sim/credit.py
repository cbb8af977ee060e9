"""Who is credited: signatures, activations, cancellations and customers lost early, by the person who sold them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.crm import Crm, forget
from sim.held import HeldGround
from sim.orders import Orders
from sim.reps import RepTable
from sim.state import FIELD, NEVER

Array = np.ndarray[Any, Any]


def signed(reps: RepTable, crm: Crm, orders: Orders, new: Array, discount: Array) -> None:
    """Today's orders count for the representative whom the business knows; a discount (n,) for signing early is paid
    with the order's activation, and is empty where there is none. The new orders stand last in the table."""
    if not len(new):
        return
    newest = orders.table[-len(new) :]
    _sign(newest, crm.rep, reps.contracts, reps.bills_signed)
    if discount.any():
        newest["buyout"] += discount
        add(reps.discounts, newest["rep"], discount)


@njit(cache=True)
def _sign(new, known, contracts, bills):
    """Write down whose each new order is, and count it."""
    for i in range(new.size):
        order = new[i]
        order.rep = known[order.row] if order.operator == 0 and order.channel == FIELD else -1
        if order.rep >= 0:
            contracts[order.rep] += 1
            bills[order.rep] += order.bill


def delivered(reps: RepTable, ground: HeldGround, lost: Array, done: Array, today: int, early_days: int) -> Array:
    """Orders that fell through or went into service today; the CRM keeps who sold the contracts that run.

    Customers who went to another operator within so many days of service count against whoever sold to them. Returns
    which of the orders in service a representative has sold.
    """
    activated = reps.contracts_activated, reps.bills_activated
    sold: Array = _deliver(
        ground, lost, done, *activated, reps.bills_cancelled, reps.bills_left_early, today, early_days
    )
    return sold


@njit(cache=True)
def _deliver(ground, lost, done, contracts, bills, cancelled, left_early, today, early_days):
    """Count what fell through and what went into service for whoever sold it, and keep it in the CRM."""
    for i in range(lost.size):
        if lost[i].rep >= 0:
            cancelled[lost[i].rep] += lost[i].bill
    crm, sold, n = ground.crm, np.empty(done.size, np.int64), 0
    for i in range(done.size):
        order = done[i]
        if order.rep >= 0:
            contracts[order.rep] += 1.0
            bills[order.rep] += order.bill
            crm.sold_by[order.row], crm.sold_bill[order.row] = order.rep, order.bill
            crm.sold_day[order.row] = today
            sold[n] = i
            n += 1
        elif order.operator != 0:
            _lose_early(crm, left_early, order.row, today, early_days)
    return sold[:n]


@njit(cache=True)
def _lose_early(crm, left_early, row, today, early_days):
    """A customer who went today, by switching or closure: within so many days of service it counts against the person
    who sold to it."""
    seller = crm.sold_by[row]
    if seller >= 0:
        if today - crm.sold_day[row] <= early_days:
            left_early[seller] += crm.sold_bill[row]
        crm.sold_by[row] = -1


def tenants_gone(reps: RepTable, ground: HeldGround, closed: Array, today: int, early_days: int) -> None:
    """Closures of today: customers lost early count, nothing that was known holds for the next tenant, and dates are
    struck off both diaries."""
    _leave(ground, reps.bills_left_early, closed, today, early_days)


@njit(cache=True)
def _leave(ground, left_early, closed, today, early_days):
    crm = ground.crm
    for row in closed:
        _lose_early(crm, left_early, row, today, early_days)
        forget(crm, row)
        ground.appointments[row], ground.afterthoughts[row] = NEVER, NEVER


def add(column: Array, rep: Array, amount: Array) -> None:
    """Add amounts to people's sums; -1 is nobody."""
    known = rep >= 0
    if known.any():
        np.add.at(column, rep[known], amount[known].astype(column.dtype))
