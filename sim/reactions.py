"""What changes on the market by somebody's decision: scripted events, and the focal operator's own campaign, budget
and offers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import offers
from sim.competitors import NO_END, PRICE, Plan, set_prices
from sim.decisions import Event, Offers
from sim.errors import InputError, nearest
from sim.foundation import SETTLING_MONTHS
from sim.parameters import Parameters
from sim.record import Record
from sim.scene import Scene
from sim.state import FIELD, TELEMARKETING, MarketState

GROUPS = ("largest", "rivals")
RIVALS_ONLY = ("field_team", "reaction")
LASTING = ("network_built",)


def happen(
    operators: list[Any],
    state: MarketState,
    scene: Scene,
    parameters: Parameters,
    zone_id: Any,
    record: Record,
    month: int,
    today: int,
) -> None:
    """Everything that begins or ends with this month."""
    for event in parameters.events:
        if month in (event.month, event.until_month) and event.month >= first_month(parameters):
            for number in operators_meant([operator.spec for operator in operators], event.operator):
                done = event if event.month == month else undone(event, operators[number])
                channel, value = EVENTS[event.event](operators[number], scene, done, zone_id)
                record.event(today, event.event, np.array([-1]), number, channel=channel, value=value)
    begun = parameters.situation.advertising_from_month
    if month == max(begun, -parameters.warmup + 1) and parameters.situation.advertising_factor != 1.0:
        operators[0].budget_factor *= parameters.situation.advertising_factor
    campaign = parameters.telemarketing
    if campaign.telemarketers and campaign.from_month <= month < campaign.from_month + campaign.months:
        operators[0].telemarketers = campaign.telemarketers
    elif campaign.telemarketers and month == campaign.from_month + campaign.months:
        operators[0].telemarketers = int(operators[0].spec.telemarketers)
    if month == 1 and parameters.advertising.budget_factor != 1.0:
        operators[0].budget_factor *= parameters.advertising.budget_factor
    if month == 1 and parameters.offers != Offers():
        level = offers.begin(operators[0], state, scene, parameters.offers)
        record.event(today, "tariff_change", np.array([-1]), 0, channel=PRICE, value=level)


def first_month(parameters: Parameters) -> int:
    """The first month that is worked at all: what is to happen before it never does, nor ends."""
    return 1 - parameters.warmup - SETTLING_MONTHS


def undone(event: Event, operator: Any) -> Event:
    """The event by which another one ends: prices go back by as much, and all else is as the city has it."""
    spec = operator.spec
    before = {"month": event.until_month, "telemarketers": int(spec.telemarketers), "reps": int(spec.reps)}
    back = {"price_factor": 1.0 / event.price_factor, "budget_factor": 1.0, "reaction": str(spec.reaction)}
    return event.model_copy(update={**before, **back})


# ---- events: each says which channel it concerns and what it amounts to --------------------------------------------


def change_tariff(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """New prices for new contracts and renewals; running contracts keep theirs."""
    set_prices(operator, scene, event.price_factor)
    return PRICE, event.price_factor


def start_dialling(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """The operator has so many telemarketers from this month on."""
    operator.telemarketers = event.telemarketers
    return TELEMARKETING, event.telemarketers


def change_budget(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """The operator advertises more or less from this month on."""
    operator.budget_factor = event.budget_factor
    return PRICE, event.budget_factor


def build_team(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """A rival decides on so many representatives: more of them visit after the build-up, fewer at once."""
    more = event.reps - operator.reps
    if more > 0:
        first = event.month + round(scene.world.reactions.build_up_months)
        operator.plans.append(Plan(FIELD, more, first, NO_END))
    else:
        operator.reps = event.reps
    return FIELD, event.reps


def build_network(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """The operator's network reaches these zones, or all."""
    wanted = np.isin(np.asarray(zone_id, str), event.zones) if event.zones else np.ones(scene.zones, bool)
    built = wanted & ~scene.network[operator.number]
    scene.network[operator.number] |= wanted
    return PRICE, int(built.sum())


def change_policy(operator: Any, scene: Scene, event: Event, zone_id: Any) -> tuple[int, float]:
    """The operator answers in another way from this month on."""
    operator.policy = event.reaction
    return PRICE, np.nan


EVENTS = {
    "tariff_change": change_tariff,
    "telemarketing": start_dialling,
    "advertising": change_budget,
    "field_team": build_team,
    "network_built": build_network,
    "reaction": change_policy,
}


# ---- who is meant --------------------------------------------------------------------------------------------------


def operators_meant(specs: Any, name: str) -> list[int]:
    """Numbers of the operators by name; 'largest' is the rival with the largest opening share, 'rivals' are all."""
    if name == "largest":
        return [1 + int(np.argmax([spec.share for spec in specs[1:]]))]
    if name == "rivals":
        return list(range(1, len(specs)))
    return [[spec.name for spec in specs].index(name)]


def check_events(parameters: Parameters, city: Any) -> None:
    """Refuse events with operators or zones that the city does not have; all mistakes at once."""
    names, zones = [spec.name for spec in city.operators], [str(zone) for zone in city.zone_id]
    mistakes = []
    for place, event in enumerate(parameters.events):
        where = f"events[{place}]"
        if event.operator not in (*names, *GROUPS):
            hint = nearest(event.operator, [*names, *GROUPS])
            mistakes.append(f"{where}.operator = '{event.operator}' is not in this city; {hint}")
        elif event.event in RIVALS_ONLY and event.operator == names[0]:
            mistakes.append(f"{where}.event = {event.event} is for rivals; the field of '{names[0]}' is its department")
        mistakes += endings(where, event)
        mistakes += [
            f"{where}.zones names '{zone}', which is no zone of this city; {nearest(zone, zones)}"
            for zone in event.zones
            if zone not in zones
        ]
    if mistakes:
        raise InputError(mistakes)


def endings(where: str, event: Event) -> list[str]:
    """What is wrong with the month in which an event is over."""
    if event.until_month is None:
        return []
    if event.event in LASTING:
        return [f"{where}.until_month = {event.until_month}, and a network once built stays; leave until_month out"]
    if event.until_month <= event.month:
        first = f"the event begins in month {event.month}; give a later month, such as {event.month + 1}"
        return [f"{where}.until_month = {event.until_month} is the first month without it, and {first}"]
    return []
