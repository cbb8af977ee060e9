"""What is remembered on the first morning: contacts of the last two years.

A standing market has always talked; minds that began empty would fill up in the course of the first year.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.atrest import phases
from sim.awareness import awareness_of, meet
from sim.draws import Luck, draw, pair
from sim.scene import Scene
from sim.standstill import Standstill
from sim.state import MarketState

Array = np.ndarray[Any, Any]

HORIZON_MONTHS = 24.0  # older contacts are forgotten
LEFT, TOLD, SEEN, ASKED = 0, 1, 2, 3  # was a customer; heard of a new one; saw a van; asked for an offer


def recollect(state: MarketState, scene: Scene, still: Standstill, mean_ties: float, luck: Luck) -> None:
    """Contacts of the past, at the rates of the standing market."""
    world, p = scene.world, scene.world.signals
    mix = phases(world)
    shares = np.bincount(state.provider[state.provider >= 0], minlength=scene.operators) / max(len(state), 1)
    news = mean_ties * still.joining
    rates = np.array([still.leaving / (1.0 - shares), news * p.telling_share, news * (1.0 - p.telling_share)])
    searches = world.needs.shopping_rate_per_month * float(mix.weight @ mix.factor / mix.weight.sum())
    _recollect(
        luck.key,
        state.mind,
        scene.fading,
        state.urge_columns,
        state.address,
        scene.appeal.address,
        scene.presence,
        scene.discovery,
        scene.answered,
        rates,
        np.array([1.0, p.neighbour_recall_share, p.van_recall_share, p.phone_recall_share]),
        p.good_news_persuasion,
        searches,
        scene.urge.calls_max,
        world.demography.closure_rate_per_month,
        scene.calendar.per_month,
    )


@njit(cache=True)
def _recollect(
    key,
    mind,
    fading,
    columns,
    address,
    operator_address,
    presence,
    discovery,
    answered,
    rates,
    recall,
    good,
    searches,
    calls_max,
    closing,
    days_per_month,
):
    operators, ago = presence.size, np.empty(recall.size)
    found = np.empty(operators)
    for row in range(address.size):
        provider = columns.provider[row]
        if provider < 0:
            continue  # vacant, or so new that nothing has happened yet
        often = searches * columns.inclination[row]
        oldest = min(HORIZON_MONTHS, -np.log(draw(key, address[row], 0)) / closing)
        for o in range(operators):
            known = awareness_of(mind, fading, presence, row, o, 0)
            found[o] = 0.0 if o == provider else known + (1.0 - known) * discovery[o]
        thought_of = max(found.sum(), 1e-9)
        for o in range(operators):
            if o == provider:
                continue
            where = pair(address[row], operator_address[o])
            asks = often * min(found[o] * calls_max / thought_of, found[o]) * answered[o]
            for kind in range(recall.size):
                rate = asks if kind == ASKED else rates[kind, o]
                ago[kind] = -np.log(draw(key, where, kind)) / max(rate, 1e-12)
            for _ in range(recall.size):  # the oldest first
                kind = -1
                for other in range(recall.size):
                    if ago[other] < oldest and (kind < 0 or ago[other] > ago[kind]):
                        kind = other
                if kind < 0:
                    break
                day = -int(np.ceil(ago[kind] * days_per_month))
                meet(mind, fading, row, o, day, recall[kind], good if kind == TOLD else 0.0, 0.0)
                ago[kind] = np.inf
