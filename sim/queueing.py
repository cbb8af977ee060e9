"""Waiting lines: the M/M/n+M queue (Erlang-A) in closed form, and a day's queue call by call."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]

ANSWERED, LOST = 0, 1


@njit(cache=True)
def erlang_a(calls_per_hour, handling_minutes, agents, patience_minutes):
    """Steady state of M/M/n+M: chance to wait, share that gives up, mean wait in minutes (all callers).

    Birth-death chain with service rate min(k, n) mu and abandonment rate (k - n) theta (Mandelbaum and Zeltyn 2007).
    """
    arrival, service, leaving = calls_per_hour / 60.0, 1.0 / handling_minutes, 1.0 / patience_minutes
    weight, total, waiting, queue = 1.0, 1.0, 0.0, 0.0
    if agents == 0:
        waiting = 1.0
    k = 0
    while k < 100_000:
        k += 1
        weight *= arrival / (min(k, agents) * service + max(k - agents, 0) * leaving)
        total += weight
        if k >= agents:
            waiting += weight
            queue += weight * (k - agents)
            if weight < 1e-14 * total:
                break
    mean_queue = queue / total
    return waiting / total, mean_queue * leaving / arrival, mean_queue / arrival


@njit(cache=True)
def serve_day(arrival, handling, patience, redial_after, shift_start, shift_end):
    """One day of first come, first served by whoever is free first (of several, the longest idle); callers who lose
    patience may call again.

    `arrival`, `handling`, `patience` are minutes, sorted by arrival; `redial_after` is the pause before the second
    call of a caller who gives up (infinite: never). Returns the outcome, wait (minutes, of the last attempt), agent
    (or -1) and times given up, by call.
    """
    n, agents = arrival.size, shift_start.size
    outcome, agent_of = np.full(n, LOST, np.int8), np.full(n, -1, np.int32)
    wait, given_up = np.zeros(n), np.zeros(n, np.int8)
    free = shift_start.copy()
    line = np.arange(agents)  # who is free first: a heap by (free, number), without those whose shift is over
    for place in range(agents // 2 - 1, -1, -1):
        _sift(line, agents, place, free)
    again_time, again_call = np.full(n, np.inf), np.zeros(n, np.int64)  # second calls, kept sorted
    first, last, i = 0, 0, 0
    while i < n or first < last:
        if first < last and (i >= n or again_time[first] < arrival[i]):
            call, at = again_call[first], again_time[first]
            first += 1
        else:
            call, at = i, arrival[i]
            i += 1
        while agents > 0 and max(free[line[0]], at) >= shift_end[line[0]]:  # time only goes on: over for good
            agents -= 1
            line[0] = line[agents]
            _sift(line, agents, 0, free)
        if agents > 0:
            best = line[0]
            start = max(free[best], at)
            if start - at <= patience[call]:
                outcome[call], agent_of[call], wait[call] = ANSWERED, best, start - at
                free[best] = start + handling[call]
                _sift(line, agents, 0, free)
                continue
        wait[call] = patience[call]
        given_up[call] += 1
        if given_up[call] == 1 and redial_after[call] < np.inf:
            time = at + patience[call] + redial_after[call]
            slot = last
            while slot > first and again_time[slot - 1] > time:
                again_time[slot], again_call[slot] = again_time[slot - 1], again_call[slot - 1]
                slot -= 1
            again_time[slot], again_call[slot] = time, call
            last += 1
    return outcome, wait, agent_of, given_up


@njit(cache=True)
def _sift(line, size, place, free):
    """Let the agent at this place of the heap sink until nobody below is free earlier; of equals, the first goes
    before."""
    agent = line[place]
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and _before(free, line[below + 1], line[below]):
            below += 1
        if not _before(free, line[below], agent):
            break
        line[place] = line[below]
        place = below
    line[place] = agent


@njit(inline="always")
def _before(free, a, b):
    """Whether agent a is free before agent b."""
    return free[a] < free[b] or (free[a] == free[b] and a < b)


@njit(cache=True)
def answered_share(
    calls_per_day, handling_minutes, agents_of_slot, patience_minutes, redial_share, share_of_slot, slot_minutes
):
    """Share of callers answered in the end, over the slots of a working day, each in its own steady state."""
    answered = 0.0
    for i in range(share_of_slot.size):
        calls_per_hour = max(calls_per_day * share_of_slot[i] * 60.0 / slot_minutes, 1e-9)
        _, gives_up, _ = erlang_a(calls_per_hour, handling_minutes, agents_of_slot[i], patience_minutes)
        answered += share_of_slot[i] * (1.0 - gives_up * (1.0 - redial_share * (1.0 - gives_up)))
    return answered
