"""When contracts are signed: deals brought forward with a discount, or put off, around the end of a pay period."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.dates import rows_between
from sim.draws import Luck
from sim.state import FIELD, MarketState

Array = np.ndarray[Any, Any]

OURS_ALONE = 1  # bits of the operators on a table where only the focal operator's offer lies


class Terms(NamedTuple):
    """What moving a signature takes."""

    hurry_days: int  # before the period's end in which it is thought of
    reach_days: int  # ahead of today from which a deal is brought forward
    agree_share: float  # customers who sign early for the discount
    put_off_share: float  # customers who let themselves be put off
    toil: float  # money that moving a deal must bring to be worth the trouble


class Moved(NamedTuple):
    """Rows whose decision was moved today."""

    forward: Array
    back: Array


NOTHING = Moved(np.empty(0, np.int64), np.empty(0, np.int64))

Worth = Callable[[Array, Array], tuple[Array, Array]]
"""Given representatives and monthly bills of deals: what each would add to pay now, and in the next period."""


def ripe(state: MarketState, rep: Array, first: int, last: int) -> Array:
    """Deals that wait for a decision between two days, last included: only a representative's offer is on the table."""
    due: Array = rows_between(state.decision_day, first, last)
    ours = (state.offers[due] == OURS_ALONE) & (state.offer_channel[due, 0] == FIELD) & (rep[due] >= 0)
    return due[ours]


def move_signatures(
    state: MarketState, rep: Array, price: Array, worth: Worth, terms: Terms, today: int, last: int, luck: Luck
) -> Moved:
    """Everybody looks at the deals on either side of the period's last day, and moves those that pay more there.

    Who wants a signature now offers a discount for it; the discount makes up for the hurry and sways nobody otherwise.
    A deal that is put off is decided in the first week of the next period. `price` is our tariff (4, 4).
    """
    if not last - terms.hurry_days < today <= last:
        return NOTHING
    rows = ripe(state, rep, today, today + terms.reach_days)
    if not rows.size:
        return NOTHING
    beyond, u = state.decision_day[rows] > last, luck.uniform(state.address[rows], 0)
    agree = u < np.where(beyond, terms.agree_share, terms.put_off_share)
    rows, beyond = rows[agree], beyond[agree]
    if not rows.size:
        return NOTHING
    bill = price[state.size_class[rows], state.premises[rows]] * state.usage[rows]
    now, later = worth(rep[rows].astype(np.int64), bill)
    forward = rows[beyond & (now - later > terms.toil)]
    back = rows[~beyond & (later - now > terms.toil)]
    state.decision_day[forward] = today
    state.decision_day[back] = last + 1 + (5 * luck.uniform(state.address[back], 1)).astype(np.int64)
    return Moved(forward, back)
