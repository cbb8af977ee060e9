"""Who is credited: signatures, activations, cancellations and customers lost early, by the person who sold them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.crm import forget
from sim.held import HeldGround
from sim.reps import RepTable
from sim.state import FIELD, NEVER, MarketState

Array = np.ndarray[Any, Any]


class Regrets(NamedTuple):
    """What new customers find out: the satisfaction it takes, and the part of the unpaid work that each person does."""

    promised: float
    neglected: float
    reports: Array  # (reps,)


def close_day(
    reps: RepTable,
    ground: HeldGround,
    state: MarketState,
    regrets: Regrets,
    new: Array,
    lost: Array,
    done: Array,
    today: int,
    early_days: int,
) -> tuple[Array, Array]:
    """Orders signed, lost and installed today count for whoever sold them; the CRM keeps who sold what runs.

    Customers who went to another operator within `early_days` of service count against whoever sold to them. New
    customers find out what was promised and neglected: returns those sold to by a representative, and of these, those
    who complain.
    """
    sold, complain = _close_day(reps.held, ground, state.satisfaction, *regrets, new, lost, done, today, early_days)
    return sold, complain


@njit(cache=True)
def _close_day(reps, ground, satisfaction, promised, neglected, reports, new, lost, done, today, early_days):
    crm = ground.crm
    sign(reps, crm.rep, new)
    sold = deliver(reps, crm, lost, done, today, early_days)
    rows, complain, n = np.empty(sold.size, np.int64), np.empty(sold.size, np.int64), 0
    for i in range(sold.size):
        order = done[sold[i]]
        row, too_much = order.row, crm.promised[order.row]
        rows[i], complain[n] = row, row
        n += too_much
        loss = promised * too_much + neglected * (1.0 - reports[order.rep])
        satisfaction[row] += np.float32(loss)  # activation has set it, and its day, today
        crm.promised[row] = False
    return rows, complain[:n]


def give_discounts(reps: RepTable, new: Array, discount: Array) -> None:
    """A discount (n,) for signing early is paid with the activation of each new order, and noted for its giver."""
    new["buyout"] += discount
    known = new["rep"] >= 0
    np.add.at(reps.discounts, new["rep"][known], discount[known])


@njit(cache=True)
def sign(reps, known, new):
    """Write down whose each new order is, the representative's whom the business knows, and count it."""
    for i in range(new.size):
        order = new[i]
        order.rep = known[order.row] if order.operator == 0 and order.channel == FIELD else -1
        if order.rep >= 0:
            reps.contracts[order.rep] += 1
            reps.bills_signed[order.rep] += order.bill


@njit(cache=True)
def deliver(reps, crm, lost, done, today, early_days):
    """Count what fell through and what went into service for whoever sold it; returns which of those in service."""
    for i in range(lost.size):
        if lost[i].rep >= 0:
            reps.bills_cancelled[lost[i].rep] += lost[i].bill
    sold, n = np.empty(done.size, np.int64), 0
    for i in range(done.size):
        order = done[i]
        if order.rep >= 0:
            reps.contracts_activated[order.rep] += 1.0
            reps.bills_activated[order.rep] += order.bill
            crm.sold_by[order.row], crm.sold_bill[order.row] = order.rep, order.bill
            crm.sold_day[order.row] = today
            sold[n] = i
            n += 1
        elif order.operator != 0:
            _lose_early(crm, reps.bills_left_early, order.row, today, early_days)
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


@njit(cache=True)
def tenants_gone(reps, ground, closed, today, early_days):
    """Closures of today: customers lost early count, nothing that was known holds for the next tenant, and dates are
    struck off both diaries."""
    crm = ground.crm
    for row in closed:
        _lose_early(crm, reps.bills_left_early, row, today, early_days)
        forget(crm, row)
        ground.appointments[row], ground.afterthoughts[row] = NEVER, NEVER
