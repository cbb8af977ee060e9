"""What the focal operator asks of whom: one price, prices by size or by size and place, and factors on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import bills
from sim.cityoperators import PREMISES, SIZES
from sim.decisions import Offers, PriceFactors
from sim.scene import Scene
from sim.state import VACANT, MarketState

Array = np.ndarray[Any, Any]


def begin(operator: Any, state: MarketState, scene: Scene, decided: Offers) -> float:
    """The decided prices hold from today on for new contracts and renewals; running contracts keep theirs.

    Returns what the operator's customers would pay by the new list, relative to the old one.
    """
    usage = usage_of_customers(state)
    lines = bills.by_size(scene.world.bills.lines_median)
    list_price = SEGMENTATIONS[decided.segmentation](scene.appeal.price[0], usage, lines)
    price = list_price * factors(decided.price_factors)
    level = float((usage * price).sum() / (usage * list_price).sum())  # segmentation alone leaves it at 1
    scene.appeal.price[0] = price
    operator.price_factor *= level
    return level


def usage_of_customers(state: MarketState) -> Array:
    """Usage of the operator's customers by size class and premises type (4, 4), which times the tariff is what they
    pay; of all tenants where it has no customers."""
    for rows in (np.flatnonzero(state.provider == 0), np.flatnonzero(state.provider != VACANT)):
        if rows.size:
            cell = len(PREMISES) * state.size_class[rows].astype(np.int64) + state.premises[rows]
            return np.bincount(cell, state.usage[rows], len(SIZES) * len(PREMISES)).reshape(len(SIZES), -1)
    return np.ones((len(SIZES), len(PREMISES)))


def factors(decided: PriceFactors) -> Array:
    """The table of price factors (4, 4)."""
    return np.array([[getattr(getattr(decided, size), place) for place in PREMISES] for size in SIZES], np.float64)


# ---- segmentation: each from the present tariff (4, 4), leaving unchanged what today's customers pay in all ----------


def one_price(price: Array, usage: Array, lines: Array) -> Array:
    """A line costs the same for everybody: the price is in proportion to the usual lines of a size class (4,)."""
    per_line = (usage * price).sum() / (usage * lines[:, None]).sum()
    return np.repeat(per_line * lines[:, None], len(PREMISES), axis=1)


def by_size(price: Array, usage: Array, lines: Array) -> Array:
    """Every size class has its price wherever it is: the mean over its customers, or over places where it has none."""
    weight = np.where(usage.sum(axis=1, keepdims=True) > 0.0, usage, 1.0)
    mean = (weight * price).sum(axis=1) / weight.sum(axis=1)
    return np.repeat(mean[:, None], len(PREMISES), axis=1)


def by_size_and_place(price: Array, usage: Array, lines: Array) -> Array:
    """The tariff as it is."""
    return price


SEGMENTATIONS = {"one_price": one_price, "by_size": by_size, "by_size_and_place": by_size_and_place}
