"""The call centre against the closed form: the same steady state as an Erlang-A queue."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from sim.draws import hash_ids
from sim.queueing import erlang_a
from sim.record import Record
from sim.state import NONE, MarketState
from sim.steps import inbound
from sim.telephone import OpeningHours, StaffTable
from tests.worlds import first_morning

N = 40_000
ADDRESS = hash_ids(np.array([f"B{i}" for i in range(N)]))
HANDLING, PATIENCE = 6.0, 3.0


class Steady(NamedTuple):
    """What came of a very long day."""

    abandoned: float  # share of callers
    redialled: float
    wait: float  # minutes, of those answered
    occupancy: np.ndarray  # by agent
    offers: float  # share of callers with an offer


def steady_day(calls_per_hour: float, agents: int, redial: float = 0.0) -> Steady:
    """Sales calls at an even rate, one from each of many businesses that look for an offer."""
    of = first_morning(numbers={"world.calls.redial_share": redial})
    talks = of.scene.talks._replace(sales_minutes=HANDLING, patience_minutes=PATIENCE)
    minutes = N * 60.0 / calls_per_hour
    hours = SimpleNamespace(until=np.array([0.0, 1.0]), edges=np.array([0.0, minutes]), minutes=minutes)
    staff = StaffTable(of.scene.appeal.address[0], of.luck("agents"))
    staff.resize(agents, OpeningHours())
    staff.shift_start, staff.shift_end = np.zeros(agents), np.full(agents, minutes + 1e4)
    state, record = MarketState.empty(N, 2), Record(2, 4, events=True)
    state.address[:], state.provider[:], state.decision_day[:] = ADDRESS, NONE, 9
    scene = replace(of.scene, talks=talks)
    inbound.answer_calls(state, scene, staff, hours, np.arange(N), record, 0, 0, of.luck("inbound", 0))
    redialled = sum(len(block[2]) for block in record.events.blocks if block[1] == "redial")
    return Steady(
        record.total["inbound_abandoned"] / N,
        redialled / N,
        record.total["wait_minutes"] / record.total["inbound_answered"],
        staff.busy_minutes / minutes,
        float((state.offers & 1).mean()),
    )


@pytest.mark.parametrize(("calls", "agents"), [(30, 5), (30, 4), (41, 5), (41, 4), (60, 7)])
def test_callers_give_up_as_in_an_erlang_a_queue(calls: int, agents: int) -> None:
    _, gives_up, _ = erlang_a(float(calls), HANDLING, agents, PATIENCE)
    assert steady_day(float(calls), agents).abandoned == pytest.approx(gives_up, rel=0.1)


def test_abandonment_is_convex_in_the_load() -> None:
    lost = [steady_day(calls, 5).abandoned for calls in (30.0, 36.0, 42.0)]
    assert lost[2] - lost[1] > lost[1] - lost[0] > 0
    assert lost[2] > 2 * lost[0]


def test_some_of_those_who_gave_up_are_reached_later() -> None:
    once, again = steady_day(41.0, 5), steady_day(41.0, 5, redial=0.5)
    assert again.abandoned < once.abandoned
    assert again.redialled > again.abandoned


def test_agents_are_busy_with_what_they_answered_and_share_it() -> None:
    day = steady_day(30.0, 5)
    assert day.occupancy.sum() == pytest.approx(0.5 * HANDLING * (1 - day.abandoned), rel=0.05)
    assert day.occupancy.std() < 0.02


def test_whoever_is_answered_gets_an_offer_and_nobody_else_does() -> None:
    day = steady_day(41.0, 4)
    assert day.offers == pytest.approx(1 - day.abandoned)
    assert day.wait > 0
