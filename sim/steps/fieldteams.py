"""Rivals' representatives in short form: so many doors a day down a list, zone after zone, without a department behind.

A visit does to a mind what one of the focal operator's does, and its offer carries the same personal coefficient.
There are no patches, appointments, pay or learning; who thinks an offer over rings the operator's line at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import fatigue_of, meet
from sim.draws import Luck, Streams, draw, pair
from sim.outbound import REST_DAYS
from sim.record import Record
from sim.scene import Scene, by_class
from sim.state import FIELD, INBOUND, NEVER, NONE, MarketState
from sim.steps import needs
from sim.steps.field import LATER, WOKEN, Visit, visit_of
from sim.steps.needs import chance_of_row, put_offers, rests
from sim.steps.patches import VISIT

Array = np.ndarray[Any, Any]


class DoorList:
    """One operator's way through the city: zones in an order of luck, doors within a zone likewise."""

    def __init__(self, state: MarketState, operator_address: np.uint64, luck: Luck, zones: int):
        mixed = state.id_hash ^ operator_address
        first = np.full(zones, np.inf)
        np.minimum.at(first, state.zone, luck.uniform(mixed, 1))
        self.order = np.lexsort((luck.uniform(mixed, 0), first[state.zone])).astype(np.int32)
        self.cursor = 0
        self.begun = -REST_DAYS


class FieldTeams:
    """The lists of all rivals' teams, by operator's number."""

    def __init__(self) -> None:
        self.lists: dict[int, DoorList] = {}

    def walk(
        self, operators: list[Any], state: MarketState, scene: Scene, record: Record, today: int, luck: Streams
    ) -> None:
        """Every team's day, in an order that no list of operators sets."""
        walking = [operator for operator in operators if operator.reps]
        for operator in sorted(walking, key=lambda operator: int(operator.spec.address)):
            number = operator.number
            if number not in self.lists:
                self.lists[number] = DoorList(state, operator.spec.address, luck("door list"), scene.zones)
            own = luck("rival visits", today), luck("woken by a rival", today)
            visit_doors(state, scene, number, operator.reps, self.lists[number], record, today, *own)


def visit_doors(
    state: MarketState,
    scene: Scene,
    operator: int,
    reps: int,
    doors: DoorList,
    record: Record,
    today: int,
    luck: Luck,
    needs_luck: Luck,
) -> None:
    """One operator's representatives visit the next doors of their list."""
    if doors.cursor == 0:
        if today - doors.begun < REST_DAYS:
            return
        doors.begun = today
    rows, outcome, doors.cursor = _visit(
        luck.key,
        doors.order,
        doors.cursor,
        round(reps * scene.world.reactions.visits_per_day),
        visit_of(scene),
        by_class(scene.world.field.decision_maker_share),
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.deal,
        state.zone,
        scene.network[operator],
        operator,
        scene.appeal.address[operator],
        scene.answered[operator],
        today,
    )
    interested = rows[outcome >= WOKEN]
    needs.consider(state, scene, record, interested[state.decision_day[interested] == NEVER], today, needs_luck)
    at_door, called = rows[outcome == WOKEN], rows[outcome == LATER]
    p = scene.world.field
    put_offers(state, at_door, operator, FIELD, np.full(at_door.size, p.personal_logit))
    put_offers(state, called, operator, INBOUND, np.full(called.size, scene.urge.inbound_logit))
    record.event(today, "visit", rows, operator, channel=FIELD)


@njit(cache=True)
def _visit(
    key,
    order,
    cursor,
    wanted,
    visit: Visit,
    decision_maker,
    mind,
    fading,
    urge,
    columns,
    deal,
    zone,
    network,
    operator,
    operator_address,
    answered,
    today,
):
    """Down the list to its end at most; customers, empty premises and zones without network are passed by."""
    rows, outcome = np.empty(wanted, np.int64), np.zeros(wanted, np.int8)
    n = 0
    while n < wanted:
        row = order[cursor]
        cursor += 1
        passed = deal.provider[row] == operator or deal.provider[row] < NONE or not network[zone[row]]
        if not passed and columns.order_operator[row] != operator:
            rows[n] = row
            outcome[n] = _at_the_door(
                key,
                pair(deal.address[row], operator_address),
                visit,
                decision_maker[deal.premises[row]],
                mind,
                fading,
                urge,
                columns,
                row,
                operator,
                answered,
                today,
            )
            n += 1
        if cursor == order.size:
            cursor = 0
            break
    return rows[:n], outcome[:n], cursor


@njit(cache=True)
def _at_the_door(key, where, visit, decision_maker, mind, fading, urge, columns, row, operator, answered, today):
    """Is the decision-maker there, is he interested, does he take up the offer at once or by telephone?"""
    if draw(key, where, 0) >= decision_maker:
        meet(mind, fading, row, operator, today, visit.leaflet, 0.0, 0.0)
        return VISIT
    outcome = VISIT
    tired = fatigue_of(mind, fading, row, operator, today)
    weight = visit.fatigue_factor**tired
    if columns.decision_day[row] != NEVER:
        outcome = WOKEN  # looks around already
    elif columns.order_operator[row] == NONE and not rests(columns, row, today):
        worth = visit.woken_days * chance_of_row(columns, fading, urge, row, today)
        if draw(key, where, 2) < 1.0 - np.exp(-worth * weight):
            if draw(key, where, 4) < visit.at_door:
                outcome = WOKEN
            elif draw(key, where, 5) < answered:
                outcome = LATER
    meet(
        mind,
        fading,
        row,
        operator,
        today,
        visit.recall,
        visit.persuasion * weight + visit.annoyance * tired,
        visit.fatigue,
    )
    return outcome
