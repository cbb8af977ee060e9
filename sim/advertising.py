"""Spending by medium: what it buys of a brand's presence."""

from __future__ import annotations

import numpy as np

from sim.decisions import Advertising, Media
from sim.scene import Scene
from sim.world import Medium

KNOWN_MAX = 0.999  # no medium makes a name known to everybody


def spent_in(decided: Advertising, month: int) -> float:
    """What is spent on all media in a month."""
    runs = decided.from_month <= month < decided.from_month + decided.months
    return float(sum(decided.media.model_dump().values())) if runs else 0.0


def begin_or_end(decided: Advertising, scene: Scene, businesses: int, month: int) -> None:
    """The focal operator's plan by medium begins or ends with this month; its presence follows day by day."""
    if spent_in(decided, month) > 0.0:
        scene.media[0] = presence_of(decided.media, scene, businesses)
    elif scene.media[0]:
        scene.media[0] = 0.0


def presence_of(media: Media, scene: Scene, businesses: int) -> float:
    """The stock of presence that lasting spending by medium keeps up; whoever one medium reaches, another may too."""
    fading = scene.calendar.per_month * scene.calendar.daily_fading(scene.world.signals.advertising_fading_per_month)
    spent = media.model_dump()
    return sum(stock(spent[name], getattr(scene.world.media, name), businesses, fading) for name in spent)


def stock(spent: float, medium: Medium, businesses: int, fading: float) -> float:
    """One medium's part of that stock: -ln of what it leaves unknown to a business of mean exposure.

    Of the businesses that the medium reaches each remembers impressions / fading of them, and each impression makes
    `impression_recall_share` of the unknown known (Vidale and Wolfe 1957); the others remain as they were.
    """
    impressions = spent / medium.cost_per_impression / (businesses * medium.reach_share) / fading
    known = medium.reach_share * -np.expm1(impressions * np.log1p(-medium.impression_recall_share))
    return float(-np.log1p(-min(known, KNOWN_MAX)))
