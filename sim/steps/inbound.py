"""Businesses that look for an offer call the common number; who is answered gets one, who is not may be lost."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import meet_all
from sim.draws import Luck, draw, normal, pair_addresses
from sim.queueing import ANSWERED, serve_day
from sim.record import Record
from sim.scene import Scene
from sim.state import INBOUND, NEVER, MarketState
from sim.steps.needs import CallDiary, put_offers
from sim.telephone import OpeningHours, StaffTable, addresses_of
from sim.world import Calls

Array = np.ndarray[Any, Any]


def answer_calls(state: MarketState, scene: Scene, staff: StaffTable, hours: OpeningHours, diary: CallDiary, record: Record,
                 customers: int, today: int, luck: Luck) -> None:
    """The focal operator's day at the telephone: sales calls among customers' service calls, one queue."""
    callers = diary.due(today)
    callers = callers[(state.decision_day[callers] != NEVER) & (state.offers[callers] & 1 == 0)]
    callers = callers[np.argsort(state.address[callers], kind="stable")]
    p, team = scene.world.calls, scene.appeal.address[0]
    service = _service_calls(p, customers / scene.calendar.per_month, team, luck)
    where = np.concatenate([pair_addresses(state.address[callers], np.full(callers.size, team)), addresses_of(team, service)])
    start, end = hours.shifts(len(staff))
    outcome, wait, agent, given_up, handling = telephone_day(
        luck.key, where, callers.size, talks_of(p), hours.until, hours.edges, start, end
    )
    answered = outcome == ANSWERED
    staff.busy_minutes = np.bincount(agent[answered], handling[answered], minlength=len(staff))
    _consult(state, scene, staff, hours, record, callers, agent[: callers.size], today)
    _count_calls(state, record, callers, service, outcome, wait, given_up, handling, today)
    _lose(state, scene, callers[~answered[: callers.size]], today, luck)


def _service_calls(p: Any, customers_per_month: float, team: np.uint64, luck: Luck) -> int:
    """Customers' calls of a day: Poisson around a level that differs from day to day."""
    u = luck.uniform(np.array([team], np.uint64), 1)[0]
    v = luck.uniform(np.array([team], np.uint64), 2)[0]
    spread = np.sqrt(np.log1p(p.service_dispersion_share**2))
    mean = p.service_calls_per_customer_month * customers_per_month * np.exp(spread * normal(u) - spread**2 / 2)
    return int(poisson_quantile(v, mean))


class Talks(NamedTuple):
    """How long calls and patience are, in the kernel's terms."""

    sales_minutes: float
    service_minutes: float
    log_sd: float
    patience_minutes: float
    redial_share: float
    redial_minutes: float


def talks_of(p: Calls) -> Talks:
    """The numbers of a world as the kernel takes them."""
    spread = float(np.sqrt(np.log1p(p.handling_cv**2)))
    return Talks(
        float(p.sales_handling_minutes), float(p.service_handling_minutes), spread, float(p.patience_minutes), p.redial_share,
        float(p.redial_minutes),
    )


@njit(cache=True)
def telephone_day(key, where, sales, talks, until, edges, shift_start, shift_end):
    """Arrivals by the profile, lengths and patience at each call's address (the first `sales` are sales calls), and the day's queue."""
    n = where.size
    arrival, handling, patience, pause = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        mean = talks.sales_minutes if i < sales else talks.service_minutes
        arrival[i] = np.interp(draw(key, where[i], 0), until, edges)
        handling[i] = mean * np.exp(talks.log_sd * normal(draw(key, where[i], 1)) - 0.5 * talks.log_sd**2)
        patience[i] = -talks.patience_minutes * np.log(draw(key, where[i], 2))
        pause[i] = -talks.redial_minutes * np.log(draw(key, where[i], 3))
        if draw(key, where[i], 4) >= talks.redial_share:
            pause[i] = np.inf
    order = np.argsort(arrival)
    served = serve_day(arrival[order], handling[order], patience[order], pause[order], shift_start, shift_end)
    outcome, wait, agent, given_up = np.empty(n, np.int8), np.empty(n), np.empty(n, np.int64), np.empty(n, np.int8)
    for i in range(n):
        outcome[order[i]], wait[order[i]] = served[0][i], served[1][i]
        agent[order[i]], given_up[order[i]] = served[2][i], served[3][i]
    return outcome, wait, agent, given_up, handling


def _consult(state: MarketState, scene: Scene, staff: StaffTable, hours: OpeningHours, record: Record, callers: Array,
             agent: Array, today: int) -> None:
    """An answered caller gets an offer, better or worse with the agent's skill, worse when agents hurry."""
    p = scene.world.calls
    reached = agent >= 0
    rows = callers[reached]
    if not rows.size:
        return
    occupancy = staff.busy_minutes.sum() / (len(staff) * min(480.0, hours.minutes))
    hurry = np.clip((occupancy - p.haste_occupancy_share) / (1.0 - p.haste_occupancy_share), 0.0, 1.0)
    logit = p.agent_skill_logit * staff.skill[agent[reached]] + p.haste_logit * hurry + scene.world.choice.inbound_logit
    put_offers(state, rows, 0, INBOUND, logit)
    signals = scene.world.signals
    meet_all(state.mind, scene.fading, rows, np.zeros(rows.size, np.int64), today, signals.phone_recall_share, 0.0, 0.0)
    state.touch_day[rows, INBOUND] = today
    record.add_channel("contacts", np.full(rows.size, INBOUND))
    record.event(today, "consultation", rows, 0, actor=agent[reached], channel=INBOUND, value=logit)


def _count_calls(state: MarketState, record: Record, callers: Array, service: int, outcome: Array, wait: Array,
                 given_up: Array, handling: Array, today: int) -> None:
    sales = outcome[: callers.size]
    lost = callers[sales != ANSWERED]
    record.add("inbound_calls", callers.size)
    record.add_zone("inbound_calls", state.zone[callers])
    record.add("service_calls", service)
    record.add("inbound_answered", callers.size - lost.size)
    record.add("inbound_abandoned", lost.size)
    record.add("wait_minutes", float(wait[: callers.size][sales == ANSWERED].sum()))
    record.add("sales_minutes", float(handling[: callers.size][sales == ANSWERED].sum()))
    record.add("service_minutes", float(handling[callers.size :][outcome[callers.size :] == ANSWERED].sum()))
    record.event(today, "call", callers, 0, channel=INBOUND)
    record.event(today, "redial", callers[given_up[: callers.size] > 0], 0, channel=INBOUND)
    record.event(today, "abandoned", lost, 0, channel=INBOUND)


def _lose(state: MarketState, scene: Scene, lost: Array, today: int, luck: Luck) -> None:
    """Callers who give up for good: some turn to one more rival."""
    if not lost.size:
        return
    turns = lost[luck.uniform(state.address[lost], 5) < scene.world.calls.lost_caller_rival_share]
    best = scene.presence.copy()
    for row in turns:
        known = scene.network[:, state.zone[row]] & (np.arange(scene.operators) != state.provider[row])
        known[0] = False
        known &= (state.offers[row] >> np.arange(scene.operators) & 1) == 0
        if known.any():
            put_offers(state, np.array([row]), np.array([int(np.argmax(np.where(known, best, -1.0)))]), INBOUND, np.zeros(1))


@njit(cache=True)
def poisson_quantile(uniform, mean):
    """The number of events at a quantile of the Poisson law, walking up from the smallest likely one."""
    n = max(int(mean - 10.0 * np.sqrt(mean) - 10.0), 0)
    log_chance = -mean
    for k in range(1, n + 1):
        log_chance += np.log(mean / k)
    chance = np.exp(log_chance)
    below = chance
    while below < uniform and chance > 1e-300:
        n += 1
        chance *= mean / n
        below += chance
    return n


