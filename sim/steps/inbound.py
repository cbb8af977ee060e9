"""Businesses that look for an offer call the common number; who is answered gets one, who is not may be lost."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import meet, will_meet
from sim.choice import APPEAL_UNIT
from sim.draws import Luck, draw, normal, pair
from sim.nearby import hint
from sim.queueing import serve_day
from sim.record import Record
from sim.scene import Scene
from sim.state import INBOUND, NEVER, MarketState
from sim.steps.needs import put_on_table
from sim.telephone import OpeningHours, StaffTable

Array = np.ndarray[Any, Any]


class PhoneDay(NamedTuple):
    """A day at the telephone: columns of the sales calls by the callers' addresses, and sums."""

    callers: Array
    agent: Array  # who answered, -1: nobody
    given_up: Array  # attempts
    busy_minutes: Array  # by agent
    answered: int
    wait_minutes: float  # of those answered
    sales_minutes: float
    service_minutes: float
    service_calls: int


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
    day = PhoneDay(
        *telephone_day(
            luck.key,
            callers,
            state.held,
            scene.held,
            customers,
            hours.until,
            hours.edges,
            staff.shift_start,
            staff.shift_end,
            staff.skill,
            today,
        )
    )
    staff.busy_minutes = day.busy_minutes
    _count_calls(state, record, day)
    if record.events is not None:
        _note_calls(record, day, today)
    if day.answered < day.callers.size:
        turn_to(luck.key, state.held, scene.held, day.callers, day.agent, scene.world.calls.lost_caller_rival_share)


@njit(cache=True)
def telephone_day(key, due, state, scene, customers, until, edges, shift_start, shift_end, skill, today):
    """The columns of a PhoneDay: who still looks and has no offer yet calls among the customers, and is consulted."""
    address, offers, talks = state.address, state.offers, scene.talks
    decision_day, calls_max, team = state.decision_day, scene.urge.calls_max, scene.appeal.address[0]
    for row in due:
        will_call(state, row)
    callers = np.array([row for row in due if still_calls(offers[row], decision_day[row], calls_max)], np.int64)
    callers = callers[np.argsort(address[callers])]
    rush, level = rush_hours(key, team, until, talks.slot_level_log_sd)
    service = service_calls(key, team, customers * level, talks)
    arrival, handling, patience, pause = day_of_calls(key, address[callers], service, team, talks, until, rush, edges)
    order = np.argsort(arrival)
    _, waits, agents, attempts = serve_day(
        arrival[order], handling[order], patience[order], pause[order], shift_start, shift_end
    )
    sales = callers.size
    agent, given_up = np.empty(sales, np.int64), np.empty(sales, np.int64)
    busy, minutes = np.zeros(shift_start.size), np.zeros(2)
    answered, wait = 0, np.zeros(sales)
    for i in range(order.size):
        call = order[i]
        if agents[i] >= 0:
            busy[agents[i]] += handling[call]
            minutes[0 if call < sales else 1] += handling[call]
        if call < sales:
            agent[call], given_up[call] = agents[i], attempts[i]
            answered += agents[i] >= 0
            wait[call] = waits[i] if agents[i] >= 0 else 0.0
    hurry = hurry_of(busy.sum() / (shift_end - shift_start).sum(), talks.haste_occupancy_share)
    common = talks.haste_logit * hurry + talks.inbound_logit
    for i in range(sales):
        if agent[i] >= 0:
            row, logit = callers[i], talks.skill_logit * skill[agent[i]] + common
            offers[row] |= np.uint8(1)
            state.appeal[row, 0] = np.int8(min(max(np.rint(logit / APPEAL_UNIT), -128.0), 127.0))
            state.offer_channel[row, 0] = INBOUND
            state.touch_day[row, INBOUND] = today
            meet(state.mind, scene.fading, row, 0, today, talks.recall_share, 0.0, 0.0)
    return callers, agent, given_up, busy, answered, wait.sum(), minutes[0], minutes[1], service


@njit(inline="always")
def will_call(state, row):
    """Hints of a caller, and of what an answer leaves with it."""
    hint(state.offers, row)
    hint(state.decision_day, row)
    hint(state.address, row)
    hint(state.appeal, row)
    hint(state.offer_channel, row)
    hint(state.touch_day, row)
    will_meet(state.mind, row)


@njit(cache=True)
def service_calls(key, team, customers, talks):
    """Service calls of a day: Poisson around a level that differs from day to day."""
    level = np.exp(talks.service_level_log_sd * normal(draw(key, team, 1)) - 0.5 * talks.service_level_log_sd**2)
    return poisson_quantile(draw(key, team, 2), talks.service_calls_per_customer_day * customers * level)


@njit(cache=True)
def rush_hours(key, team, until, log_sd):
    """Service calls bunch: the day's own cumulated profile, each slot with a level of its own, and the day's level."""
    if log_sd == 0.0:
        return until, 1.0
    rush = np.zeros(until.size)
    for slot in range(until.size - 1):
        level = np.exp(log_sd * normal(draw(key, team, 3 + slot)) - 0.5 * log_sd**2)
        rush[slot + 1] = rush[slot] + (until[slot + 1] - until[slot]) * level
    level = rush[-1]
    rush /= level
    return rush, level


@njit(cache=True)
def day_of_calls(key, callers, service, team, talks, until, rush, edges):
    """Arrival by the profile (of service calls: the day's own), length, patience and pause before a second call of
    every call, in minutes, sales first."""
    sales, n = callers.size, callers.size + service
    arrival, handling, patience, pause = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        where = pair(callers[i], team) if i < sales else pair(team, i - sales)
        mean = talks.sales_minutes if i < sales else talks.service_minutes
        arrival[i] = arrival_minute(draw(key, where, 0), until if i < sales else rush, edges)
        handling[i] = mean * np.exp(talks.log_sd * normal(draw(key, where, 1)) - 0.5 * talks.log_sd**2)
        patience[i] = -talks.patience_minutes * np.log(draw(key, where, 2))
        pause[i] = np.inf
        if draw(key, where, 4) < talks.redial_share:
            pause[i] = -talks.redial_minutes * np.log(draw(key, where, 3))
    return arrival, handling, patience, pause


@njit(cache=True)
def arrival_minute(uniform, until, edges):
    """The minute by which this share of the day's calls has come: `OpeningHours.arrival_minutes` for one call."""
    slot = 0
    while slot < until.size - 2 and uniform >= until[slot + 1]:
        slot += 1
    slope = (edges[slot + 1] - edges[slot]) / (until[slot + 1] - until[slot])
    return slope * (uniform - until[slot]) + edges[slot]


@njit(cache=True)
def hurry_of(occupancy, from_share):
    """How much agents hurry: from nothing at an occupancy to all at a full day."""
    return min(max((occupancy - from_share) / (1.0 - from_share), 0.0), 1.0)


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


def _count_calls(state: MarketState, record: Record, day: PhoneDay) -> None:
    calls = day.callers.size
    record.add("inbound_calls", calls)
    record.add("service_calls", day.service_calls)
    record.add("inbound_answered", day.answered)
    record.add("inbound_abandoned", calls - day.answered)
    record.add("wait_minutes", day.wait_minutes)
    record.add("sales_minutes", day.sales_minutes)
    record.add("service_minutes", day.service_minutes)
    if calls:
        record.add_zone("inbound_calls", state.zone[day.callers])
        record.channel["contacts"][INBOUND] += day.answered


def _note_calls(record: Record, day: PhoneDay, today: int) -> None:
    reached = day.agent >= 0
    callers = day.callers
    record.event(today, "consultation", callers[reached], 0, actor=day.agent[reached], channel=INBOUND)
    record.event(today, "call", callers, 0, channel=INBOUND)
    record.event(today, "redial", callers[day.given_up > 0], 0, channel=INBOUND)
    record.event(today, "abandoned", callers[~reached], 0, channel=INBOUND)


@njit(cache=True)
def turn_to(key, state, scene, callers, agent, share):
    """Of callers who gave up for good, some turn to one more rival, who makes an offer: the more present its brand, the
    likelier."""
    presence, zone, provider, offers = scene.presence, state.zone, state.provider, state.offers
    weight, one, plain = np.zeros(presence.size), np.empty(1, np.int64), np.zeros(1)
    for i in range(callers.size):
        row = callers[i]
        if agent[i] >= 0 or draw(key, state.address[row], 5) >= share:
            continue
        for o in range(1, presence.size):
            asked = offers[row] >> o & 1
            known = scene.network[o, zone[row]] and provider[row] != o and not asked
            weight[o] = weight[o - 1] + (presence[o] if known else 0.0)
        if weight[-1] > 0:
            drawn = draw(key, state.address[row], 6) * weight[-1]
            one[0] = row
            put_on_table(state, one, 1 + np.searchsorted(weight[1:], drawn), INBOUND, plain)
