"""What the sellers of the opening day bring in a month, in expectation: telemarketers, and rivals' representatives.

The standing market must know them, or the shares of operators that sell actively would rise from the first day on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.choice import leave_share
from sim.state import MarketState
from sim.workdays import Workdays
from sim.world import World

Array = np.ndarray[Any, Any]

AT_DOOR, BY_LINE, BY_PHONE = 0, 1, 2  # how an offer comes about
REST_DAYS = 60  # a field team's list is not begun again before


class Talks(NamedTuple):
    """Talks with decision-makers a month, what they are worth, and what they leave in a mind."""

    active: bool  # whether anybody sells
    rate: Array  # (3, n, o) talks a month of a sampled tenant who is no customer, by kind
    woken_months: Array  # (3,) months of its own shopping rate that a talk is worth
    logit: Array  # (3,) the seller's effect
    memory: Array  # (n, o) awareness from contacts that stays up
    goodwill: Array  # (n, o) utility of the persuasion that stays up


def talks_of(city: Any, world: World, calendar: Workdays, sample: MarketState, answered: Array) -> Talks:
    """The talks of a city's sellers with a sample of its tenants."""
    operators, tenants = city.operators, int(city.occupied.sum())
    share = np.array([spec.share for spec in operators])
    network = np.array([spec.network for spec in operators]).T[sample.zone]
    others = np.maximum(tenants * (1.0 - share / share.sum()) * np.maximum(network.mean(0), 1e-9), 1.0)
    reps = np.array([0 if spec.focal else spec.reps for spec in operators])
    dialling = np.array([spec.telemarketers for spec in operators]) * world.dialling.dials_per_day
    visits = reps * world.reactions.visits_per_day
    a_month = calendar.per_month
    visits = np.minimum(visits / others, 1.0 / REST_DAYS) * a_month * network
    dials = dialling / others * a_month * network
    return _talks(world, sample, answered, visits, dials)


def _talks(world: World, sample: MarketState, answered: Array, visits: Array, dials: Array) -> Talks:
    field, phone, signals = world.field, world.dialling, world.signals
    meets = np.array(list(field.decision_maker_share.model_dump().values()))[sample.premises][:, None]
    met, missed = visits * meets, visits * (1.0 - meets)
    reach = np.minimum(phone.connect_share * sample.phone_reach, 0.95)[:, None]
    talked = dials * reach * phone.talk_share
    door = field.decided_at_door_share
    forgetting, fading = -np.log1p(-signals.forgetting_per_month), -np.log1p(-signals.persuasion_fading_per_month)
    known = met * field.visit_recall_share + missed * field.leaflet_recall_share + talked * signals.phone_recall_share
    pleased = met * field.visit_persuasion + talked * signals.phone_persuasion
    return Talks(
        bool(visits.any() or dials.any()),
        np.array([met * door, met * (1.0 - door) * answered, talked]),
        np.array([field.woken_months, field.woken_months, phone.woken_months]),
        np.array([field.personal_logit, world.choice.inbound_logit, world.choice.telemarketing_logit]),
        1.0 - np.exp(-known / forgetting),
        world.choice.persuasion_logit * pleased / fading,
    )


@njit(cache=True)
def talked_into(talks, row, value, none, rate, similarity):
    """Chances a month (o,) that somebody without a provider takes up a seller's offer, worth `value` (o,)."""
    chance = np.zeros(value.size)
    for kind in range(talks.logit.size):
        woken = 1.0 - np.exp(-talks.woken_months[kind] * rate)
        for o in range(value.size):
            said = (value[o] + talks.logit[kind]) / similarity
            chance[o] += talks.rate[kind, row, o] * woken * leave_share(said, none, similarity)
    return chance


@njit(cache=True)
def talked_over(talks, row, provider, value, stay, credit, notice, rate, similarity):
    """Chances a month (o,) that a customer of one operator goes to a seller of another, retention included."""
    chance = np.zeros(value.size)
    for kind in range(talks.logit.size):
        woken = 1.0 - np.exp(-talks.woken_months[kind] * rate)
        for o in range(value.size):
            if o != provider:
                said = (value[o] + talks.logit[kind]) / similarity
                leave = (1.0 - notice) * leave_share(said, stay, similarity)
                leave += notice * leave_share(said, stay + credit, similarity)
                chance[o] += talks.rate[kind, row, o] * woken * leave
    return chance
