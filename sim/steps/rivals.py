"""Searches end: a business stays, or orders from the operator whose offer it likes best, unless its provider holds it
back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.choice import FIELD, STAY, decide, offer_price
from sim.dates import rows_on
from sim.draws import Luck, draw, normal, pair
from sim.ledger import Ledger
from sim.nearby import AHEAD, hint
from sim.orders import COLUMNS, Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, MarketState

Array = np.ndarray[Any, Any]

NO_ORDERS = np.empty(0, COLUMNS)
INFLUENCE_DAYS = 62  # working days in 90 calendar days


def close_sales(
    state: MarketState, scene: Scene, orders: Orders, ledger: Ledger, record: Record, today: int, luck: Luck
) -> Array:
    """Every search that ends today ends in one choice among staying and the offers on the table; returns new orders.

    Providers who learned of the notice keep some customers with a bill credit; who signs waits for permission and a
    crew, and the present contract runs on until activation.
    """
    rows = rows_on(state.decision_day, today)
    if not rows.size:
        return NO_ORDERS
    first = orders.count
    kept, placed, credited, saved = end_searches(
        luck.key,
        state.held,
        scene.held,
        rows,
        today,
        orders.room_for(rows.size),
        first,
        record.orders_by_operator,
        record.channel["orders"],
    )
    orders.count += placed
    if kept.size:
        ledger.pay("discounts", "customers", credited * scene.world.retention.credit_months)
        record.add("saved", saved)
    new = orders.table[first:]
    if record.events is not None:
        record.event(today, "renewal", kept, state.provider[kept], value=state.monthly_bill[kept])
        record.event(today, "order", new["row"], new["operator"], channel=new["channel"], value=new["bill"])
    state.stir(rows)
    return new


@njit(cache=True)
def end_searches(key, state, scene, rows, today, table, first, by_operator, by_channel):
    """Decide, hold back, sign, and clear the table of every search that ends today; who stays rests.

    Returns the rows held back, the number of orders placed from `first` on, and the bills and number of the focal
    operator's customers held back.
    """
    deal, appeal, signing = state.deal, scene.appeal, scene.signing
    chosen, held_back = decide(
        key,
        appeal,
        state.mind,
        scene.fading,
        deal,
        scene.peers,
        rows,
        today,
        signing.notice_share,
        signing.talks_left,
        signing.credit_logit,
    )
    kept, leaving, wants = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
    n_kept, n_leaving, rests = 0, 0, min(today + scene.urge.rest_days, NEVER)
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            will_end(state, rows[i + AHEAD])
        row = rows[i]
        if chosen[i] != STAY and not held_back[i]:
            leaving[n_leaving], wants[n_leaving] = row, chosen[i]
            n_leaving += 1
        else:
            state.rest_until[row] = rests
        if held_back[i]:
            kept[n_kept] = row
            n_kept += 1
        state.decision_day[row] = NEVER
        deal.offers[row] = 0
        deal.appeal[row] = 0
    kept, leaving, wants = kept[:n_kept], leaving[:n_leaving], wants[:n_leaving]
    credited, saved = hold_back(deal, state.contract_start, state.renewals, kept, today, signing.held_days)
    queue = np.argsort(deal.address[leaving])  # the order of one day's signatures is luck, not rows
    leaving, wants = leaving[queue], wants[queue]
    new = table[first : first + n_leaving]
    fill_orders(key, new, leaving, wants, deal, appeal, state.touch_day, today, signing)
    for i in range(n_leaving):
        state.order_operator[leaving[i]] = wants[i]
        by_operator[wants[i]] += 1
        if wants[i] == 0:
            by_channel[new[i].channel] += 1
    return kept, n_leaving, credited, saved


@njit(inline="always")
def will_end(state, row):
    """Hints of what the end of a search changes, and of what an order says."""
    hint(state.rest_until, row)
    hint(state.decision_day, row)
    hint(state.order_operator, row)
    hint(state.touch_day, row)


@njit(cache=True)
def hold_back(deal, contract_start, renewals, kept, today, held_days):
    """These customers stay for twelve more months; returns the bills and the number of the focal operator's."""
    bills, saved = 0.0, 0
    for row in kept:
        contract_start[row] = today
        deal.contract_end[row] = today + held_days
        deal.term_months[row] = 12
        renewals[row] = min(renewals[row] + 1, 255)
        if deal.provider[row] == 0:
            bills += deal.monthly_bill[row]
            saved += 1
    return bills, saved


@njit(cache=True)
def fill_orders(
    key,
    new,
    rows,
    operator,
    deal,
    appeal,
    touch_day,
    today,
    signing,
):
    """The particulars of orders signed today: permission, work and fate have the address of the pair (business,
    operator)."""
    for i in range(rows.size):
        row, o = rows[i], operator[i]
        where = pair(deal.address[row], appeal.address[o])
        channel = deal.offer_channel[row, o]
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
        order.placed, order.promised = today, today + signing.promise_days
        order.ready = today + 1 + int(signing.permission_days[deal.premises[row]] * (0.5 + draw(key, where, 5)))
        order.work = signing.job_days * np.exp(signing.job_sd * normal(draw(key, where, 6)) - 0.5 * signing.job_sd**2)
        order.refused = draw(key, where, 7) < signing.refused_share
        order.bill = offer_price(appeal, deal, row, o)
        order.rep = -1
        order.buyout = 0.0
        if o == 0 and channel == FIELD and deal.provider[row] >= 0 and deal.term_months[row] > 0:
            months_left = max(deal.contract_end[row] - today, 0) / signing.days_per_month
            order.buyout = appeal.buyout_share * signing.fee_share * months_left * deal.monthly_bill[row]
