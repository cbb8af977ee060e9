"""What a standing population does in a month: states of its contracts, searches, content, orders that survive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.workdays import Workdays
from sim.world import World

Array = np.ndarray[Any, Any]

RENEWED_SHARE = 0.7  # of contracts in force that have been renewed before
QUEUE_DAYS = 3.0  # for a crew, once the premises may be entered
SWITCHING = 0.01  # of tenants a month, about: enough for a correction of a few per cent


@dataclass(frozen=True)
class Phases:
    """States of a contract in force: its weight among customers, months left (with a fee), and how much more they
    shop."""

    weight: Array
    months_left: Array
    factor: Array


def phases(world: World) -> Phases:
    """The mix of contract states in a standing population."""
    p, rows = world.needs, []
    kinds = (24, world.terms.term_24_share), (12, world.terms.term_12_share)
    for term, share in kinds:
        window = min(p.renewal_window_months / term, 0.5)
        rows.append((share * window, p.renewal_window_months / 2, p.renewal_factor))
        rows.append((share * window * RENEWED_SHARE, term - p.renewal_window_months / 2, p.renewal_factor))
        rest = share * (1 - window * (1 + RENEWED_SHARE))
        middle = np.linspace(p.renewal_window_months, term, 5)
        rows += [(rest / 4, left, 1.0) for left in (middle[:-1] + middle[1:]) / 2]
    rows.append((1 - world.terms.term_24_share - world.terms.term_12_share, 0.0, 1.0))
    weight, left, factor = np.array(rows).T
    return Phases(weight, left, factor)


def spells(world: World, calendar: Workdays, mean_ties: float) -> float:
    """Searches a month of a settled customer with inclination one: the base, raised by news and unsettling events."""
    p, s = world.needs, world.signals
    events = world.installation.fault_rate_per_month + world.demography.resizing_rate_per_month / 2
    unsettled = 1.0 + (p.unsettled_factor - 1.0) * min(events * p.unsettled_days / calendar.per_month, 1.0)
    fading = -np.log1p(-s.news_fading_per_month)
    noticed = s.telling_share + (1.0 - s.telling_share) * s.noticing_share
    stir = 0.3 * noticed * s.defection_shopping_logit + s.telling_share * s.news_shopping_logit
    news = mean_ties * SWITCHING * stir / fading
    return (
        p.shopping_rate_per_month
        * unsettled
        * (1.0 + news)
        * np.exp(-p.dissatisfaction_slope * mean_satisfaction(world))
    )


def mean_satisfaction(world: World) -> float:
    """Satisfaction in a standing population: faults, forgiven in time."""
    p = world.installation
    return p.fault_rate_per_month * p.fault_satisfaction / -np.log1p(-p.satisfaction_recovery_per_month)


def retention_bonus(world: World, price_sensitivity: Array) -> Array:
    """What the retention offer adds to the utility of staying."""
    cheaper = np.log1p(-world.retention.credit_months / 12.0)
    return world.choice.price_elasticity_logit * price_sensitivity * cheaper


def surviving_orders(world: World, premises: Array) -> Array:
    """Share of orders that reach activation."""
    p = world.installation
    waiting = np.array(list(p.permission_days.model_dump().values()))[premises] + QUEUE_DAYS
    waiting = waiting + p.vain_trip_delay_days * p.vain_trip_share / (1.0 - p.vain_trip_share)
    impatient = np.maximum(waiting - p.cancelling_after_days, 0.0) * p.cancelling_per_day
    late = np.maximum(waiting - p.promise_days, 0.0) * p.cancelling_per_day * (p.late_cancelling_factor - 1.0)
    return (1.0 - p.access_refused_share) * np.exp(-impatient - late)
