"""Waiting lines against their closed forms, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.queueing import ANSWERED, LOST, answered_share, erlang_a, serve_day

# DOMAIN.md section 6: calls an hour, agents; chance to wait, share that gives up, mean wait in seconds.
REFERENCE = [
    (30, 5, 0.167, 0.0603, 10.9),
    (30, 4, 0.3138, 0.1329, 23.9),
    (41, 5, 0.3437, 0.1347, 24.2),
    (41, 4, None, 0.2359, None),
    (60, 7, None, 0.1169, None),
]
NEVER = np.inf


def day(arrival, handling, patience, redial=None, start=(0.0,), end=(1e9,)):
    """A day's queue from plain lists."""
    n = len(arrival)
    columns = [np.array(each, float) for each in (arrival, handling, patience, redial or [NEVER] * n, start, end)]
    return serve_day(*columns)


@pytest.mark.parametrize(("calls", "agents", "waits", "gives_up", "seconds"), REFERENCE)
def test_erlang_a_agrees_with_the_reference_values(calls, agents, waits, gives_up, seconds) -> None:
    chance, share, wait = erlang_a(float(calls), 6.0, agents, 3.0)
    assert share == pytest.approx(gives_up, abs=5e-5)
    if waits is not None:
        assert chance == pytest.approx(waits, abs=5e-4)
        assert wait * 60 == pytest.approx(seconds, abs=0.05)


def test_endless_patience_gives_the_reference_values_of_erlang_c() -> None:
    chance, share, wait = erlang_a(30.0, 6.0, 5, 1e7)
    assert chance == pytest.approx(0.2362, abs=5e-4)
    assert wait * 60 == pytest.approx(42.5, abs=0.1)
    assert share < 1e-5


def test_nobody_is_answered_without_agents() -> None:
    chance, share, _ = erlang_a(30.0, 6.0, 0, 3.0)
    assert chance == 1.0
    assert share == pytest.approx(1.0)


@pytest.mark.parametrize(("calls", "agents", "gives_up"), [(30, 5, 0.0603), (41, 5, 0.1347), (41, 4, 0.2359)])
def test_a_long_day_call_by_call_agrees_with_erlang_a(calls, agents, gives_up) -> None:
    n, chance = 60_000, np.random.default_rng(11)
    arrival = np.cumsum(chance.exponential(60 / calls, n))
    outcome, wait, _, _ = day(
        arrival, chance.exponential(6.0, n), chance.exponential(3.0, n), start=[0.0] * agents, end=[1e9] * agents
    )
    expected = erlang_a(float(calls), 6.0, agents, 3.0)
    assert (outcome == LOST).mean() == pytest.approx(gives_up, rel=0.1)
    assert wait.mean() == pytest.approx(expected[2], rel=0.1)
    assert (wait > 0).mean() == pytest.approx(expected[0], rel=0.1)


def test_the_first_caller_is_served_first() -> None:
    outcome, wait, _, _ = day([0.0, 1.0, 2.0], [10.0, 10.0, 10.0], [99.0, 99.0, 99.0])
    assert (outcome == ANSWERED).all()
    assert wait.tolist() == [0.0, 9.0, 18.0]


def test_a_caller_without_patience_is_lost_and_frees_the_place() -> None:
    outcome, wait, agent, given_up = day([0.0, 1.0, 2.0], [10.0, 10.0, 10.0], [99.0, 3.0, 99.0])
    assert outcome.tolist() == [ANSWERED, LOST, ANSWERED]
    assert wait.tolist() == [0.0, 3.0, 8.0]
    assert agent.tolist() == [0, -1, 0]
    assert given_up.tolist() == [0, 1, 0]


def test_the_agent_who_is_idle_longest_takes_the_call() -> None:
    *_, agent, _ = day([0.0, 1.0, 20.0, 21.0], [3.0, 9.0, 1.0, 1.0], [9.0] * 4, start=[0.0, 0.0], end=[99.0, 99.0])
    assert agent.tolist() == [0, 1, 0, 1]


def looked_for(calls, free, shift_end):
    """Agent and beginning of each call (time, minutes), looking at everybody: the rule of `serve_day` in words."""
    found = []
    for at, minutes in calls:
        able = [a for a in range(len(free)) if max(free[a], at) < shift_end[a]]
        best = min(able, key=lambda a: (max(free[a], at), free[a], a), default=-1)
        found.append((best, max(free[best], at) if best >= 0 else at))
        if best >= 0:
            free[best] = found[-1][1] + minutes
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("agents", [1, 2, 7, 40])
def test_the_line_of_agents_finds_whom_a_look_at_everybody_finds(agents: int, seed: int) -> None:
    luck = np.random.default_rng(seed)
    arrival, handling = np.sort(luck.integers(0, 480, 60 * agents // 4 + 5)), luck.integers(1, 30, 60 * agents // 4 + 5)
    start, end = luck.integers(0, 3, agents) * 60.0, 240.0 + luck.integers(0, 5, agents) * 60.0
    endless = [NEVER] * len(arrival)
    _, wait, agent, _ = day(arrival, handling, endless, start=start, end=end)
    plain = looked_for(zip(arrival.tolist(), handling.tolist(), strict=True), start.tolist(), end.tolist())
    assert agent.tolist() == [best for best, _ in plain]
    answered = agent >= 0
    assert (arrival + wait)[answered].tolist() == [begin for best, begin in plain if best >= 0]


def test_nobody_begins_a_call_outside_a_shift() -> None:
    outcome, wait, agent, _ = day([0.0, 5.0, 30.0], [1.0] * 3, [20.0, 2.0, 50.0], start=[10.0, 12.0], end=[20.0, 20.0])
    assert outcome.tolist() == [ANSWERED, LOST, LOST]
    assert agent.tolist() == [0, -1, -1]
    assert wait[0] == 10.0


def test_a_caller_who_gave_up_is_answered_in_the_second_call() -> None:
    outcome, wait, agent, given_up = day([0.0, 1.0], [10.0, 5.0], [9.0, 2.0], redial=[NEVER, 30.0])
    assert outcome.tolist() == [ANSWERED, ANSWERED]
    assert given_up.tolist() == [0, 1]
    assert wait[1] == 0.0
    assert agent[1] == 0


def test_nobody_calls_a_third_time() -> None:
    outcome, _, _, given_up = day([0.0, 1.0], [500.0, 5.0], [9.0, 2.0], redial=[NEVER, 30.0])
    assert outcome.tolist() == [ANSWERED, LOST]
    assert given_up[1] == 2


def test_second_calls_come_in_the_order_of_their_time() -> None:
    _, wait, _, _ = day(
        [0.0, 1.0, 2.0], [20.0, 6.0, 6.0], [99.0, 1.0, 1.0], redial=[NEVER, 60.0, 20.0], start=[0.0], end=[999.0]
    )
    assert wait.tolist() == [0.0, 0.0, 0.0]


def test_a_day_without_calls_is_quiet() -> None:
    outcome, *_ = day([], [], [])
    assert outcome.size == 0


def test_calls_in_one_slot_are_answered_as_in_its_steady_state() -> None:
    numbers = 30.0 * 8, 6.0, np.array([5]), 3.0
    gives_up = erlang_a(30.0, 6.0, 5, 3.0)[1]
    alone = answered_share(*numbers, 0.0, np.ones(1), 480.0)
    again = answered_share(*numbers, 0.5, np.ones(1), 480.0)
    assert alone == pytest.approx(1 - gives_up)
    assert again == pytest.approx(1 - gives_up * (1 - 0.5 * (1 - gives_up)))


def test_uneven_calls_lose_more_than_even_ones() -> None:
    even = answered_share(240.0, 6.0, np.array([5, 5]), 3.0, 0.0, np.array([0.5, 0.5]), 240.0)
    peaked = answered_share(240.0, 6.0, np.array([5, 5]), 3.0, 0.0, np.array([0.8, 0.2]), 240.0)
    assert peaked < even
