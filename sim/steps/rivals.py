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
from sim.steps import needs

Array = np.ndarray[Any, Any]

INFLUENCE_DAYS = 62  # working days in 90 calendar days


def close_sales(
    state: MarketState, scene: Scene, orders: Orders, ledger: Ledger, record: Record, today: int, luck: Luck
) -> None:
    """Every search that ends today ends in one choice among staying and the offers on the table."""
    rows = np.flatnonzero(state.decision_day == today)
    if not rows.size:
        return
    chosen = _decide(state, scene, rows, today, luck, np.zeros(rows.size))
    saved = _hold_back(state, scene, rows, chosen, today, luck, ledger, record)
    leaving = (chosen != STAY) & ~saved
    place_orders(state, scene, orders, record, rows[leaving], chosen[leaving].astype(np.int64), today, luck)
    state.close_search(rows)
    needs.refresh(state, scene, rows, today)


def _decide(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck, bonus: Array) -> Array:
    return decide(luck.key, scene.appeal, state.mind, scene.fading, state.deal, scene.peers, rows, today, bonus)


def _hold_back(state: MarketState, scene: Scene, rows: Array, chosen: Array, today: int, luck: Luck,
               ledger: Ledger, record: Record) -> Array:
    """Providers who learn of the notice offer a credit; the same choice is made once more, with the same luck."""
    p = scene.world.retention
    noticed = (chosen != STAY) & (state.provider[rows] >= 0) & (luck.uniform(state.address[rows], 1) < p.notice_share)
    saved = np.zeros(rows.size, bool)
    at = np.flatnonzero(noticed)
    if not at.size:
        return saved
    cheaper = np.log1p(-p.credit_months / 12.0) * scene.appeal.price_logit
    again = _decide(state, scene, rows[at], today, luck, cheaper * state.price_sensitivity[rows[at]].astype(np.float64))
    saved[at[again == STAY]] = True
    kept = rows[saved]
    state.contract_start[kept] = today
    state.contract_end[kept] = today + scene.calendar.span(12)
    state.term_months[kept] = 12
    state.renewals[kept] = np.minimum(state.renewals[kept] + 1, 255)
    ours = kept[state.provider[kept] == 0]
    ledger.pay("discounts", "customers", float(state.monthly_bill[ours].sum(dtype=np.float64)) * p.credit_months)
    record.add("saved", ours.size)
    record.event(today, "renewal", kept, state.provider[kept], value=state.monthly_bill[kept])
    return saved


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

