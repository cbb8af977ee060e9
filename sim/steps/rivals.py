"""Searches end: a business stays, or orders from the operator whose offer it likes best, unless its provider holds it
back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.choice import FIELD, STAY, decide, offer_price
from sim.draws import Luck, draw, normal, pair
from sim.ledger import Ledger
from sim.orders import COLUMNS, Orders
from sim.record import Record
from sim.scene import Scene, by_class
from sim.state import MarketState

Array = np.ndarray[Any, Any]

NO_ORDERS = np.empty(0, COLUMNS)
INFLUENCE_DAYS = 62  # working days in 90 calendar days


def close_sales(
    state: MarketState, scene: Scene, orders: Orders, ledger: Ledger, record: Record, today: int, luck: Luck
) -> Array:
    """Every search that ends today ends in one choice among staying and the offers on the table; returns new orders."""
    rows = np.flatnonzero(state.decision_day == today)
    if not rows.size:
        return NO_ORDERS
    p = scene.world.retention
    credit_logit = np.log1p(-p.credit_months / 12.0) * scene.appeal.price_logit
    chosen, held_back = decide(
        luck.key,
        scene.appeal,
        state.mind,
        scene.fading,
        state.deal,
        scene.peers,
        rows,
        today,
        p.notice_share,
        credit_logit,
    )
    if held_back.any():
        hold_back(state, scene, rows[held_back], ledger, record, today)
    leaving = np.flatnonzero((chosen != STAY) & ~held_back)
    new = place_orders(state, scene, orders, record, rows[leaving], chosen[leaving].astype(np.int64), today, luck)
    state.close_search(rows)
    state.stir(rows)
    return new


def hold_back(state: MarketState, scene: Scene, kept: Array, ledger: Ledger, record: Record, today: int) -> None:
    """Providers who learned of the notice keep these customers: a bill credit, and twelve more months."""
    state.contract_start[kept] = today
    state.contract_end[kept] = today + scene.calendar.span(12)
    state.term_months[kept] = 12
    state.renewals[kept] = np.minimum(state.renewals[kept].astype(np.int64) + 1, 255)
    ours = kept[state.provider[kept] == 0]
    ledger.pay(
        "discounts",
        "customers",
        float(state.monthly_bill[ours].sum(dtype=np.float64)) * scene.world.retention.credit_months,
    )
    record.add("saved", ours.size)
    record.event(today, "renewal", kept, state.provider[kept], value=state.monthly_bill[kept])


def place_orders(
    state: MarketState,
    scene: Scene,
    orders: Orders,
    record: Record,
    rows: Array,
    operator: Array,
    today: int,
    luck: Luck,
) -> Array:
    """Signed: the order waits for permission and a crew; the present contract runs on until activation."""
    if not rows.size:
        return NO_ORDERS
    first = np.argsort(state.address[rows], kind="stable")  # the queue's order among one day's orders is luck, not rows
    rows, operator = rows[first], operator[first]
    new = np.zeros(rows.size, COLUMNS)
    p = scene.world.installation
    job_sd = float(np.sqrt(np.log1p(p.job_cv**2)))
    permission = by_class(p.permission_days)
    fill_orders(
        luck.key,
        new,
        rows,
        operator,
        state.deal,
        scene.appeal,
        state.offer_channel,
        state.touch_day,
        today,
        permission,
        round(p.promise_days),
        float(p.job_days),
        job_sd,
        p.access_refused_share,
        scene.calendar.per_month,
        scene.world.field.fee_share_of_bill,
    )
    orders.append(new)
    state.order_operator[rows] = operator
    record.orders_by_operator += np.bincount(operator, minlength=record.operators)
    record.add_channel("orders", new["channel"][operator == 0])
    record.event(today, "order", rows, operator, channel=new["channel"], value=new["bill"])
    return new


@njit(cache=True)
def fill_orders(
    key,
    new,
    rows,
    operator,
    deal,
    appeal,
    offer_channel,
    touch_day,
    today,
    permission_days,
    promise_days,
    job_days,
    job_sd,
    refused_share,
    days_per_month,
    fee_share,
):
    """The particulars of orders signed today: permission, work and fate have the address of the pair (business,
    operator)."""
    for i in range(rows.size):
        row, o = rows[i], operator[i]
        where = pair(deal.address[row], appeal.address[o])
        channel = offer_channel[row, o]
        influenced = 1 << channel
        for c in range(touch_day.shape[1]):
            if today - touch_day[row, c] <= INFLUENCE_DAYS:
                influenced |= 1 << c
        order = new[i]
        order.row, order.address, order.operator, order.channel, order.influenced = (
            row,
            deal.address[row],
            o,
            channel,
            influenced,
        )
        order.placed, order.promised = today, today + promise_days
        order.ready = today + 1 + int(permission_days[deal.premises[row]] * (0.5 + draw(key, where, 5)))
        order.work = job_days * np.exp(job_sd * normal(draw(key, where, 6)) - 0.5 * job_sd**2)
        order.refused = draw(key, where, 7) < refused_share
        order.bill = offer_price(appeal, deal, row, o)
        order.rep = -1
        order.buyout = 0.0
        if o == 0 and channel == FIELD and deal.provider[row] >= 0 and deal.term_months[row] > 0:
            months_left = max(deal.contract_end[row] - today, 0) / days_per_month
            order.buyout = appeal.buyout_share * fee_share * months_left * deal.monthly_bill[row]
