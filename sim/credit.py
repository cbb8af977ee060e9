"""Who is credited: signatures, activations, cancellations and customers lost early, by the person who sold them."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    ours = (new["operator"] == 0) & (new["channel"] == FIELD)
    rep = np.where(ours, crm.rep[new["row"]], -1)
    orders.table["rep"][-len(new) :] = rep
    if discount.any():
        orders.table["buyout"][-len(new) :] += discount
        add(reps.discounts, rep, discount)
    add(reps.contracts, rep, np.ones(len(new)))
    add(reps.bills_signed, rep, new["bill"])


def delivered(reps: RepTable, crm: Crm, lost: Orders, done: Orders, today: int) -> None:
    """Orders that fell through or went into service today; the CRM keeps who sold the contracts that run."""
    add(reps.bills_cancelled, lost["rep"], lost["bill"])
    add(reps.bills_activated, done["rep"], done["bill"])
    add(reps.contracts_activated, done["rep"], np.ones(len(done)))
    sold = done["rep"] >= 0
    if sold.any():
        rows = done["row"][sold]
        crm.sold_by[rows], crm.sold_bill[rows], crm.sold_day[rows] = done["rep"][sold], done["bill"][sold], today


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
