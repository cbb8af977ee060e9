"""What a representative is to sell in a month: as decided, by the test sales, the patch, or what was sold before."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.decisions import Plan
from sim.scene import Scene
from sim.stages import Estimate
from sim.state import VACANT, MarketState

Array = np.ndarray[Any, Any]

TYPICAL_CUSTOMERS = 10.0  # own customers of a class for which the tariff's typical bill counts beside their bills


def bill_book(state: MarketState, scene: Scene) -> Array:
    """The monthly bill to be expected of a business by size class and premises type (4, 4), from what the operator
    knows: its tariff, and how far its own customers of the class lie above or below the typical bill."""
    customers, usage = _own_customers(state.provider, state.size_class, state.usage)
    level = (TYPICAL_CUSTOMERS + usage) / (TYPICAL_CUSTOMERS + customers)
    return np.asarray(scene.appeal.price[0] * level[:, None])


@njit(cache=True)
def _own_customers(provider, size_class, usage):
    """Own customers and the sum of their usage by size class (4,)."""
    rows, n = np.empty(provider.size, np.int64), 0
    for row in range(provider.size):
        rows[n] = row  # the slot is always written, the counter moves on: no branch to be guessed
        n += provider[row] == 0
    customers, total = np.zeros(4), np.zeros(4)
    for row in rows[:n]:
        customers[size_class[row]] += 1.0
        total[size_class[row]] += usage[row]
    return customers, total


@njit(cache=True)
def prospects_by_kind(provider, size_class, premises):
    """How many businesses are not customers, by size class and premises type (4, 4)."""
    doors = np.zeros(17, np.int64)
    for row in range(provider.size):
        open_door = (provider[row] > VACANT) & (provider[row] != 0)
        doors[open_door * (4 * size_class[row] + premises[row]) + (1 - open_door) * 16] += 1
    return doors[:16].reshape(4, 4)


class Guess(NamedTuple):
    """What an informed guess expects of a visit by a practised representative, by size class and premises type
    (4, 4)."""

    test: Array  # signatures that the test sales show or announce
    soon: Array  # signatures of the visit, and of calls after it, that fall within the plan's time
    later: Array  # signatures of follow-ups that do
    dated: Array  # these follow-ups
    close: float  # part of those interested who sign, over all doors


def conversion(estimate: Estimate | None, guess: Guess, guess_visits: float) -> Array:
    """Signatures that a visit brings in the end, by size class and premises type (4, 4).

    The plots of all types together tell how far the guess is right, for which it counts like `guess_visits` visits;
    this level counts like as many visits beside the plots of a type. Follow-ups are those that the plots have dated.
    """
    if estimate is None:
        return np.asarray(guess.soon + guess.later)
    visits, expected, weight = estimate.visits, estimate.expected, max(guess_visits, 1e-9)
    level = levels(estimate.deals + estimate.coming, expected, weight * expected.sum() / max(visits.sum(), 1e-9))
    opportunities = levels(estimate.dated, estimate.dates, weight * estimate.dates.sum() / max(visits.sum(), 1e-9))
    return np.asarray(level * (guess.soon + guess.later * opportunities))


def by_kind(values: Array, size_class: Array, premises: Array) -> Array:
    """Means of some doors by size class and premises type (4, 4); where there is none, of all."""
    kind = 4 * size_class.astype(np.int64) + premises
    doors, total = np.bincount(kind, minlength=16), np.bincount(kind, values, minlength=16)
    mean = total.sum() / max(doors.sum(), 1)
    return np.asarray(np.where(doors > 0, total / np.maximum(doors, 1), mean).reshape(4, 4))


def levels(seen: Array, expected: Array, weight: float) -> Array:
    """By premises type, what was seen relative to what was expected: drawn to the level of all types, and this to 1,
    each as if so much more had been expected."""
    if weight <= 0.0:
        return np.ones(len(seen))
    common = (weight + seen.sum()) / (weight + expected.sum())
    return np.asarray((weight * common + seen) / (weight + expected))


def bills_of_doors(conversion: Array, book: Array, size_class: Array, premises: Array) -> Array:
    """Monthly bills that one visit to each of these doors is expected to bring (n,)."""
    return np.asarray((conversion * book)[size_class, premises])


def potential_of_people(bills: Array, owner: Array, people: int) -> Array:
    """What the doors of each representative's patch are expected to bring, relative to the mean of those who have one
    (people,); 1 for the others."""
    owned = owner >= 0
    total = np.bincount(owner[owned], weights=bills[owned], minlength=people)[:people]
    some = total > 0
    return np.where(some, total / total[some].mean(), 1.0) if some.any() else np.ones(people)


def ratchet(factor: Array, sold: Array, plan: Array, p: Plan) -> Array:
    """The factor on everybody's next plan: up by a share of what went beyond the plan, down by a smaller share of what
    was missed, never by more than a step."""
    beyond = np.divide(sold, plan, out=np.ones_like(plan), where=plan > 0) - 1.0
    moved = np.where(beyond > 0, p.ratchet_rise_share, p.ratchet_fall_share) * beyond
    return np.asarray(factor * (1.0 + np.clip(moved, -p.ratchet_step_share, p.ratchet_step_share)))
