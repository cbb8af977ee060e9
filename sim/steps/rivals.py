"""Searches end: a business stays, or orders from the operator whose offer it likes best, unless its provider holds it back."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.choice import STAY, decide
from sim.draws import Luck, pair_addresses
from sim.ledger import Ledger
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene, by_class
from sim.state import MarketState

Array = np.ndarray[Any, Any]

INFLUENCE_DAYS = 62  # working days in 90 calendar days


def close_sales(
    state: MarketState, scene: Scene, orders: Orders, ledger: Ledger, record: Record, today: int, luck: Luck
) -> None:
    """Every search that ends today ends in one choice among staying and the offers on the table."""
    rows = np.flatnonzero(state.decision_day == today)
    if not rows.size:
        return
    p = scene.world.retention
    credit_logit = np.log1p(-p.credit_months / 12.0) * scene.appeal.price_logit
    chosen, held_back = decide(
        luck.key, scene.appeal, state.mind, scene.fading, state.deal, scene.peers, rows, today, p.notice_share, credit_logit
    )
    if held_back.any():
        hold_back(state, scene, rows[held_back], ledger, record, today)
    leaving = (chosen != STAY) & ~held_back
    place_orders(state, scene, orders, record, rows[leaving], chosen[leaving].astype(np.int64), today, luck)
    state.close_search(rows)
    state.stir(rows)


def hold_back(state: MarketState, scene: Scene, kept: Array, ledger: Ledger, record: Record, today: int) -> None:
    """Providers who learned of the notice keep these customers: a bill credit, and twelve more months."""
    state.contract_start[kept] = today
    state.contract_end[kept] = today + scene.calendar.span(12)
    state.term_months[kept] = 12
    state.renewals[kept] = np.minimum(state.renewals[kept].astype(np.int64) + 1, 255)
    ours = kept[state.provider[kept] == 0]
    ledger.pay("discounts", "customers", float(state.monthly_bill[ours].sum(dtype=np.float64)) * scene.world.retention.credit_months)
    record.add("saved", ours.size)
    record.event(today, "renewal", kept, state.provider[kept], value=state.monthly_bill[kept])


def place_orders(state: MarketState, scene: Scene, orders: Orders, record: Record, rows: Array, operator: Array,
                 today: int, luck: Luck) -> None:
    """Signed: the order waits for permission and a crew; the present contract runs on until activation."""
    if not rows.size:
        return
    p, address = scene.world.installation, state.address[rows]
    first = np.argsort(address, kind="stable")  # the queue's order among one day's orders is a matter of luck, not of rows
    rows, operator, address = rows[first], operator[first], address[first]
    where = pair_addresses(address, scene.appeal.address[operator])
    permission = by_class(p.permission_days)[state.premises[rows]] * (0.5 + luck.uniform(where, 5))
    channel = state.offer_channel[rows, operator].astype(np.int64)
    recent = (today - state.touch_day[rows].astype(np.int64)) <= INFLUENCE_DAYS
    touched = (recent * (1 << np.arange(3))).sum(1) | (1 << channel)
    bill = scene.appeal.price[operator, state.size_class[rows], state.premises[rows]] * state.usage[rows]
    orders.append(
        row=rows,
        address=address,
        operator=operator,
        channel=channel,
        influenced=touched,
        placed=np.full(rows.size, today),
        ready=today + 1 + np.floor(permission),
        promised=np.full(rows.size, today + round(p.promise_days)),
        work=_job_days(luck.uniform(where, 6), p.job_days, p.job_cv),
        refused=luck.uniform(where, 7) < p.access_refused_share,
        bill=bill,
    )
    state.order_operator[rows] = operator
    record.orders_by_operator += np.bincount(operator, minlength=record.operators)
    ours = operator == 0
    record.add_channel("orders", channel[ours])
    record.event(today, "order", rows, operator, channel=channel, value=bill)


def _job_days(uniform: Array, mean: float, cv: float) -> Array:
    """Crew days of a job: lognormal with the given mean and coefficient of variation."""
    variance = np.log1p(cv**2)
    return mean * np.exp(np.sqrt(variance) * ndtri(uniform) - 0.5 * variance)

