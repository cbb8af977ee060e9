"""Businesses that look for an offer call the common number; who is answered gets one, who is not may be lost."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import meet
from sim.choice import APPEAL_UNIT
from sim.draws import Luck, draw, normal, pair
from sim.queueing import serve_day
from sim.record import Record
from sim.scene import Scene
from sim.state import INBOUND, NEVER, MarketState
from sim.steps.needs import put_offers
from sim.telephone import OpeningHours, StaffTable

Array = np.ndarray[Any, Any]


def answer_calls(
    state: MarketState,
    scene: Scene,
    staff: StaffTable,
    hours: OpeningHours,
    callers: Array,
    record: Record,
    customers: int,
    today: int,
    luck: Luck,
) -> None:
    """The focal operator's day at the telephone: sales calls among customers' service calls, one queue."""
    callers = callers[np.argsort(state.address[callers], kind="stable")]
    callers, day = telephone_day(
        luck.key,
        callers,
        state.deal,
        state.decision_day,
        scene.urge.calls_max,
        scene.appeal.address[0],
        customers,
        scene.talks,
        hours.until,
        hours.edges,
        staff.shift_start,
        staff.shift_end,
    )
    staff.busy_minutes = day.busy_minutes
    _consult(state, scene, staff, hours, callers, day.agent, today)
    _count_calls(state, record, callers, day, today)
    lost = callers[day.agent < 0]
    if lost.size:
        _lose(state, scene, lost, today, luck)


class PhoneDay(NamedTuple):
    """A day at the telephone: columns of the sales calls, and sums."""

    agent: Array  # who answered, -1: nobody
    wait: Array  # minutes
    given_up: Array  # attempts
    busy_minutes: Array  # by agent
    sales_minutes: float
    service_minutes: float
    service_calls: int


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


@njit(cache=True)
def still_calls(offers, decision_day, calls_max):
    """Whether a business still means to call: it has not decided, nor got our offer or enough others meanwhile."""
    held, rest = 0, offers
    while rest:
        held += rest & 1
        rest >>= 1
    return decision_day != NEVER and not offers & 1 and held < calls_max


@njit(cache=True)
def telephone_day(
    key, due, deal, decision_day, calls_max, team, customers, talks, until, edges, shift_start, shift_end
):
    """Those who still look and have no offer yet call among the customers.

    Service calls around a level that differs from day to day; arrivals by the profile; lengths, patience; and the
    day's queue."""
    callers = np.array([row for row in due if still_calls(deal.offers[row], decision_day[row], calls_max)], np.int64)
    level = np.exp(talks.service_level_log_sd * normal(draw(key, team, 1)) - 0.5 * talks.service_level_log_sd**2)
    service = poisson_quantile(draw(key, team, 2), talks.service_calls_per_customer_day * customers * level)
    sales, n = callers.size, callers.size + service
    arrival, handling, patience, pause = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        where = pair(deal.address[callers[i]], team) if i < sales else pair(team, i - sales)
        mean = talks.sales_minutes if i < sales else talks.service_minutes
        arrival[i] = np.interp(draw(key, where, 0), until, edges)
        handling[i] = mean * np.exp(talks.log_sd * normal(draw(key, where, 1)) - 0.5 * talks.log_sd**2)
        patience[i] = -talks.patience_minutes * np.log(draw(key, where, 2))
        pause[i] = np.inf
        if draw(key, where, 4) < talks.redial_share:
            pause[i] = -talks.redial_minutes * np.log(draw(key, where, 3))
    order = np.argsort(arrival)
    served = serve_day(arrival[order], handling[order], patience[order], pause[order], shift_start, shift_end)
    agent, wait, given_up = np.empty(sales, np.int64), np.empty(sales), np.empty(sales, np.int64)
    busy, minutes = np.zeros(shift_start.size), np.zeros(2)
    for i in range(n):
        call = order[i]
        if served[2][i] >= 0:
            busy[served[2][i]] += handling[call]
            minutes[0 if call < sales else 1] += handling[call]
        if call < sales:
            agent[call], wait[call], given_up[call] = served[2][i], served[1][i], served[3][i]
    return callers, PhoneDay(agent, wait, given_up, busy, minutes[0], minutes[1], service)


def _consult(
    state: MarketState, scene: Scene, staff: StaffTable, hours: OpeningHours, callers: Array, agent: Array, today: int
) -> None:
    """An answered caller gets an offer, better or worse with the agent's skill, worse when agents hurry."""
    p = scene.world.calls
    occupancy = float(staff.busy_minutes.sum()) / (len(staff) * min(480.0, hours.minutes))
    hurry = min(max((occupancy - p.haste_occupancy_share) / (1.0 - p.haste_occupancy_share), 0.0), 1.0)
    common = p.haste_logit * hurry + scene.world.choice.inbound_logit
    recall = scene.world.signals.phone_recall_share
    _offer(
        state.mind,
        scene.fading,
        state.offers,
        state.appeal,
        state.offer_channel,
        state.touch_day,
        callers,
        agent,
        staff.skill,
        p.agent_skill_logit,
        common,
        recall,
        today,
    )


@njit(cache=True)
def _offer(mind, fading, offers, appeal, channel, touch_day, callers, agent, skill, skill_logit, common, recall, today):
    for i in range(callers.size):
        if agent[i] >= 0:
            row = callers[i]
            logit = skill_logit * skill[agent[i]] + common
            offers[row] |= np.uint8(1)
            appeal[row, 0] = np.int8(min(max(np.rint(logit / APPEAL_UNIT), -128.0), 127.0))
            channel[row, 0] = INBOUND
            touch_day[row, INBOUND] = today
            meet(mind, fading, row, 0, today, recall, 0.0, 0.0)


def _count_calls(state: MarketState, record: Record, callers: Array, day: PhoneDay, today: int) -> None:
    reached = day.agent >= 0
    answered = int(reached.sum())
    record.add("inbound_calls", callers.size)
    record.add_zone("inbound_calls", state.zone[callers])
    record.add("service_calls", day.service_calls)
    record.add("inbound_answered", answered)
    record.add("inbound_abandoned", callers.size - answered)
    record.add("wait_minutes", float(day.wait[reached].sum()))
    record.add("sales_minutes", day.sales_minutes)
    record.add("service_minutes", day.service_minutes)
    record.channel["contacts"][INBOUND] += answered
    record.event(today, "consultation", callers[reached], 0, actor=day.agent[reached], channel=INBOUND)
    record.event(today, "call", callers, 0, channel=INBOUND)
    record.event(today, "redial", callers[day.given_up > 0], 0, channel=INBOUND)
    record.event(today, "abandoned", callers[~reached], 0, channel=INBOUND)


def _lose(state: MarketState, scene: Scene, lost: Array, today: int, luck: Luck) -> None:
    """Callers who give up for good: some turn to one more rival."""
    if not lost.size:
        return
    turns = lost[luck.uniform(state.address[lost], 5) < scene.world.calls.lost_caller_rival_share]
    chance = luck.uniform(state.address[turns], 6)
    for row, u in zip(turns, chance, strict=True):  # a handful a month
        known = scene.network[:, state.zone[row]] & (np.arange(scene.operators) != state.provider[row])
        known &= (state.offers[row] >> np.arange(scene.operators) & 1) == 0
        weight = np.cumsum(np.where(known, scene.presence, 0.0)[1:])
        if weight[-1] > 0:
            rival = 1 + int(np.searchsorted(weight, u * weight[-1]))
            put_offers(state, np.array([row]), rival, INBOUND, np.zeros(1))
