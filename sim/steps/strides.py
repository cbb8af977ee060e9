"""The market's day in three strides: what the steps do one after the other, each stride as one kernel.

Between two small kernels Python costs more than the kernels do. Where events are recorded, the steps themselves are
taken, one by one: they see the same luck and do the same, and a test holds the two ways together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.dates import rows_on
from sim.draws import Streams
from sim.ledger import Ledger
from sim.orders import Orders
from sim.record import (
    ABANDONED,
    ANSWERED,
    CALLS,
    CANCELLED,
    CLOSURES,
    OPENINGS,
    SALES_MINUTES,
    SAVED,
    SERVICE_CALLS,
    SERVICE_MINUTES,
    SHOPPING,
    WAIT_DAYS,
    WAIT_MINUTES,
    WON,
    Record,
)
from sim.scene import Scene
from sim.state import INBOUND, MarketState
from sim.steps import contracts, demography, inbound, needs, rivals, service, signals
from sim.steps.demography import Turnover
from sim.steps.needs import CallDiary
from sim.steps.service import Crews
from sim.steps.signals import COMPLAINED, JOINED, News
from sim.telephone import OpeningHours, StaffTable

Array = np.ndarray[Any, Any]

STREAMS = ("faults", "resizing", "needs", "signals", "inbound", "rivals", "service", "terms", "renewals")
FAULTS, RESIZING, NEEDS, SIGNALS, CALLING, RIVALS, SERVICE, TERMS, RENEWALS = range(len(STREAMS))
FEW = 128  # rows counted in eight bits


class Today(NamedTuple):
    """The day's number and its luck: the keys of `STREAMS` for kernels, and all streams for the steps."""

    day: int
    keys: Array
    streams: Streams


class Phones(NamedTuple):
    """Who answers the common number, and when."""

    staff: StaffTable
    hours: OpeningHours


class Backlog(NamedTuple):
    """What waits or is written down when contracts come and go."""

    orders: Orders
    crews: Crews
    news: News
    ledger: Ledger


class Signed(NamedTuple):
    """What an afternoon brings: orders signed (they stand last among the open ones), lost, and installed."""

    new: Array
    lost: Orders
    done: Orders


# ---- morning: who moves, who grows, who looks around, what is told --------------------------------------------------


def morning(
    state: MarketState,
    scene: Scene,
    turnover: Turnover,
    orders: Orders,
    diary: CallDiary,
    budget_factors: Array,
    news: News,
    record: Record,
    today: Today,
) -> tuple[Array, Array]:
    """Closures and openings, growth, new searches, presence and news; returns the rows closed and opened."""
    day, luck = today.day, today.streams
    if record.events is not None:
        moved = demography.turn_over(state, scene, turnover, orders, record, day, luck)
        service.resize(state, scene, day, luck("resizing", day))
        needs.start_shopping(state, scene, diary, record, day, luck("needs", day))
        signals.spread(state, scene, budget_factors, news, day, luck("signals", day))
        return moved
    closed, opened, soon, waiting, bills, callers, days, touched = _morning(
        today.keys,
        luck.lasting("demography"),
        state.held,
        scene.held,
        record.held,
        (turnover.lives.edges, turnover.lives.rates, turnover.begun),
        turnover.opening_rate,
        turnover.prepared_until,
        budget_factors,
        scene.world.signals.residential_share,
        news.take(),
        day,
    )
    record.revenue_change -= bills * record.month_left
    if waiting:
        demography.withdraw(orders, record, closed, day)
    if soon.size:
        demography.choose_tenants(state, scene, turnover, soon, luck)
    diary.add(callers, days)
    state.stir(touched)
    return closed, opened


@njit(cache=True)
def _morning(
    keys,
    lasting_key,
    state,
    scene,
    counts,
    lives,
    opening_rate,
    prepared_until,
    budget_factors,
    residential_share,
    news,
    today,
):
    """The steps of `morning` as one kernel.

    Returns the rows closed and opened, those vacated that open again before `prepared_until`, how many orders closed
    businesses had, the bills that the focal operator loses, who calls it and when, and whose urge to look has changed.
    """
    edges, rates, begun = lives
    closed, opened = demography.who_moves(state.turnover_day, state.provider, today)
    bills, waiting, soon = demography.vacate(
        lasting_key, state, counts.closures, closed, opening_rate, prepared_until, today
    )
    moving_in = lasting_key, keys[FAULTS], keys[RESIZING]
    demography.live(moving_in, state, scene, edges, rates, begun, opened, today)
    resized = service.grow_or_shrink(keys[RESIZING], state, scene, today)
    started = needs.starters(keys[NEEDS], state, scene, today)
    callers, days = needs.whom_to_ask(keys[NEEDS], state, scene, counts.asked, started, today)
    stocks = scene.presence, scene.presence_at_rest, scene.media
    signals.follow_budgets(*stocks, budget_factors, residential_share, scene.presence_fading)
    heard = signals.tell(keys[SIGNALS], state, scene, news, today)
    sums = counts.sums
    sums[CLOSURES] += closed.size
    sums[OPENINGS] += opened.size
    sums[SHOPPING] += started.size
    return closed, opened, soon, waiting, bills, callers, days, np.concatenate((opened, resized, heard))


# ---- afternoon: calls, decisions, installation ----------------------------------------------------------------------


def afternoon(
    state: MarketState,
    scene: Scene,
    phones: Phones,
    callers: Array,
    backlog: Backlog,
    record: Record,
    today: Today,
) -> Signed:
    """Callers are answered, searches end, orders are lost or installed."""
    day, luck, (orders, crews, news, ledger) = today.day, today.streams, backlog
    if record.events is not None:
        customers = int(np.count_nonzero(state.provider == 0))
        inbound.answer_calls(state, scene, *phones, callers, record, customers, day, luck("inbound", day))
        placed = len(rivals.close_sales(state, scene, orders, ledger, record, day, luck("rivals", day)))
        lucks = luck("service", day), luck("terms", day)
        gone, installed = service.install(state, scene, orders, crews, news, ledger, record, day, *lucks)
        return Signed(orders.table[len(orders) - placed :], gone, installed)
    staff, hours = phones
    staff.busy_minutes, orders.buffer, placed, lost, done, told, touched, money = _afternoon(
        today.keys,
        state.held,
        scene.held,
        record.held,
        callers,
        (hours.until, hours.edges),
        (staff.shift_start, staff.shift_end, staff.skill),
        orders.buffer,
        orders.count,
        (crews.budget, crews.per_day, crews.vain_share),
        day,
    )
    orders.count += placed - len(lost) - len(done)
    credited, ours, buyouts, bills_lost, bills_won = money
    ledger.pay("discounts", "customers", credited * scene.world.retention.credit_months)
    ledger.pay("installation", "customers", ours * scene.world.economics.installation_cost_per_job)
    ledger.pay("discounts", "field", buyouts)
    record.revenue_change -= bills_lost * record.month_left
    record.revenue_change += bills_won * record.month_left
    news.add(told)
    state.stir(touched)
    return Signed(orders.table[orders.count - placed :], Orders(lost), Orders(done))


@njit(cache=True)
def _afternoon(keys, state, scene, counts, callers, line, people, table, open_orders, crews, today):
    """The steps of `afternoon` as one kernel.

    Returns the minutes that each agent was busy, the table of orders (a wider one when it was full) and how many were
    placed, the orders lost and done, news to tell, whose urge to look has changed; and money: bills credited to the
    focal operator's customers who stay, its jobs done, fees taken over, and monthly bills that it lost and won.
    """
    busy = _answer(keys[CALLING], state, scene, counts, callers, line, people, today)
    ended = rows_on(state.decision_day, today)
    table = with_room(table, open_orders, ended.size)
    key, by_operator, by_channel = keys[RIVALS], counts.orders_by_operator, counts.orders_by_channel
    _, placed, credited, saved = rivals.end_searches(
        key, state, scene, ended, today, table, open_orders, by_operator, by_channel
    )
    waiting, (budget, per_day, vain_share) = table[: open_orders + placed], crews
    lost, done, switched, ours, waited_days, buyouts = service.serve(
        keys[SERVICE], keys[TERMS], state, scene, waiting, budget, per_day, vain_share, counts.switches, today
    )
    rows, operator, left, _, late, won, bills_lost, bills_won = switched
    sums = counts.sums
    sums[SAVED] += saved
    sums[CANCELLED] += ours_among(lost)
    sums[WAIT_DAYS] += waited_days
    sums[WON] += won
    for i in range(rows.size):
        if operator[i] == 0 and left[i] >= 0:
            counts.won_by_zone[state.zone[rows[i]]] += 1
    touched = np.concatenate((ended, rows_of(lost), rows))
    money = credited, ours, buyouts, bills_lost, bills_won
    return busy, table, placed, lost, done, switch_news(rows, operator, left, late), touched, money


@njit(cache=True)
def _answer(key, state, scene, counts, due, line, people, today):
    """The day at the telephone, counted; returns the minutes that each agent was busy."""
    until, edges = line
    shift_start, shift_end, skill = people
    customers = customers_of(state.provider, 0)
    callers, agent, _, busy, answered, wait, sales, care, care_calls = inbound.telephone_day(
        key, due, state, scene, customers, until, edges, shift_start, shift_end, skill, today
    )
    if answered < callers.size:
        inbound.turn_to(key, state, scene, callers, agent, scene.urge.lost_caller_rival_share)
    sums = counts.sums
    sums[CALLS] += callers.size
    sums[SERVICE_CALLS] += care_calls
    sums[ANSWERED] += answered
    sums[ABANDONED] += callers.size - answered
    sums[WAIT_MINUTES] += wait
    sums[SALES_MINUTES] += sales
    sums[SERVICE_MINUTES] += care
    counts.contacts[INBOUND] += answered
    for row in callers:
        counts.calls_by_zone[state.zone[row]] += 1
    return busy


@njit(cache=True)
def customers_of(provider, operator):
    """How many businesses an operator serves; by blocks that eight bits can count, many rows at once."""
    blocks, customers = provider.size // FEW, 0
    grid = provider[: blocks * FEW].reshape(blocks, FEW)
    for b in range(blocks):
        here = np.uint8(0)
        for i in range(FEW):
            here = np.uint8(here + np.uint8(grid[b, i] == operator))
        customers += int(here)
    for row in range(blocks * FEW, provider.size):
        customers += provider[row] == operator
    return customers


@njit(cache=True)
def with_room(table, size, more):
    """`Orders.room_for` for kernels."""
    if size + more <= table.size:
        return table
    wider = np.empty(max(2 * table.size, size + more), table.dtype)
    wider[:size] = table[:size]
    return wider


@njit(cache=True)
def ours_among(orders):
    """How many of these orders are the focal operator's."""
    n = 0
    for i in range(orders.size):
        n += orders[i].operator == 0
    return n


@njit(cache=True)
def rows_of(orders):
    """The businesses of these orders."""
    rows = np.empty(orders.size, np.int64)
    for i in range(orders.size):
        rows[i] = orders[i].row
    return rows


@njit(cache=True)
def switch_news(rows, operator, left, late):
    """Who joined whom and left whom, and then who complains of a late date: columns as `News` has them."""
    news, n = np.empty((4, rows.size + late.sum()), np.int64), rows.size
    for i in range(rows.size):
        news[0, i], news[1, i], news[2, i], news[3, i] = JOINED, rows[i], operator[i], left[i]
        if late[i]:
            news[0, n], news[1, n], news[2, n], news[3, n] = COMPLAINED, rows[i], operator[i], -1
            n += 1
    return news


# ---- evening: faults, contracts, tomorrow's limits ------------------------------------------------------------------


def evening(
    state: MarketState, scene: Scene, news: News, record: Record, today: Today, rise_share: float = 0.0
) -> None:
    """Faults, renewals, and tomorrow's chances to look around."""
    day, luck = today.day, today.streams
    if record.events is not None:
        service.fail(state, scene, news, record, day, luck("faults", day))
        contracts.run_on(state, scene, record, day, luck("renewals", day), rise_share)
        needs.refresh(state, scene, day + 1)
        return
    hit, provider = _evening(today.keys, state.held, scene.held, state.stirred.take(), rise_share, day)
    news.complaint(hit, provider)


@njit(cache=True)
def _evening(keys, state, scene, stirred, rise_share, today):
    """The three steps as one kernel; returns the customers with a fault, and their providers."""
    hit, provider = service.strike(keys[FAULTS], state, scene, today)
    window, ended = contracts.renew(keys[RENEWALS], state, scene, today, rise_share)
    for rows in (stirred, hit, window, ended):
        needs.set_limits(state, scene, rows, False, today + 1)
    return hit, provider
