"""What changes on the market by somebody's decision: scripted events, and the focal operator's own campaign and
budget."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.decisions import Event
from sim.errors import InputError, nearest
from sim.parameters import Parameters
from sim.scene import Scene


def happen(operators: list[Any], scene: Scene, parameters: Parameters, month: int) -> None:
    """Everything that begins or ends with this month."""
    for event in parameters.events:
        if event.month == month:
            EVENTS[event.event](operators[operator_number(operators, event.operator)], scene, event)
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


def change_tariff(operator: Any, scene: Scene, event: Event) -> None:
    """New prices for new contracts and renewals; running contracts keep theirs."""
    operator.price_factor *= event.price_factor
    scene.appeal.price[operator.number] *= event.price_factor


def start_dialling(operator: Any, scene: Scene, event: Event) -> None:
    """The operator has so many telemarketers from this month on."""
    operator.telemarketers = event.telemarketers


def change_budget(operator: Any, scene: Scene, event: Event) -> None:
    """The operator advertises more or less from this month on."""
    operator.budget_factor = event.budget_factor


EVENTS = {"tariff_change": change_tariff, "telemarketing": start_dialling, "advertising": change_budget}


def operator_number(operators: list[Any], name: str) -> int:
    """The number of an operator by name; 'largest' is the rival with the largest opening share."""
    names = [operator.name for operator in operators]
    if name == "largest":
        return 1 + int(np.argmax([operator.spec.share for operator in operators[1:]]))
    if name not in names:
        raise InputError(f"events: operator '{name}' is not in this city; {nearest(name, [*names, 'largest'])}")
    return names.index(name)
