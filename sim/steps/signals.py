"""What businesses hear without asking: the presence of brands, neighbours' news, vans at the door."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import meet, remembered
from sim.draws import Luck, draw, pair
from sim.scene import Scene
from sim.state import MarketState

Array = np.ndarray[Any, Any]

JOINED, COMPLAINED = 0, 1


class News:
    """What happened and is not told yet: a new customer (and whom it left), or a complaint."""

    def __init__(self) -> None:
        self.items: list[tuple[int, Array, Array, Array]] = []

    def joined(self, rows: Array, operator: Array, left: Array) -> None:
        """Businesses became customers; `left` is the provider before, or negative."""
        self.items.append((JOINED, rows, operator, left))

    def complaint(self, rows: Array, operator: Array) -> None:
        """Businesses have something to complain of."""
        if len(rows):
            self.items.append((COMPLAINED, rows, operator, np.full(len(rows), -1)))

    def take(self) -> tuple[Array, Array, Array, Array]:
        """All news, which is then told: kind, row, operator, provider left."""
        items, self.items = self.items, []
        kind = np.repeat([item[0] for item in items], [len(item[1]) for item in items])
        row, operator, left = (np.concatenate([item[i] for item in items]).astype(np.int64) for i in (1, 2, 3))
        return kind, row, operator, left


def spread(state: MarketState, scene: Scene, budget_factor: Array, news: News, today: int, luck: Luck) -> None:
    """Brands' presence follows their budgets, and yesterday's news reaches the peers."""
    p = scene.world.signals
    rate = scene.calendar.daily_fading(p.advertising_fading_per_month)
    target = p.residential_share + (1.0 - p.residential_share) * budget_factor
    scene.presence += (1.0 - np.exp(-rate)) * (scene.presence_at_rest * target - scene.presence)
    if not news.items:
        return
    kind, row, operator, left = news.take()
    heard = _tell(
        luck.key,
        state.mind,
        scene.fading,
        scene.peers,
        state.address,
        state.provider,
        state.news,
        state.news_day,
        kind,
        row,
        operator,
        left,
        today,
        p.telling_share,
        p.complaining_share,
        p.neighbour_recall_share,
        p.van_recall_share,
        p.good_news_persuasion,
        p.bad_news_factor,
        p.news_shopping_logit,
        p.defection_shopping_logit,
        p.news_shopping_logit_max,
    )
    state.stir(heard)


@njit(cache=True)
def _tell(
    key,
    mind,
    fading,
    peers,
    address,
    provider,
    news,
    news_day,
    kind,
    row,
    operator,
    left,
    today,
    telling,
    complaining,
    word,
    van,
    good,
    bad_factor,
    wakes,
    defects,
    most,
):
    """Each peer hears a piece of news with a chance; returns the businesses whose urge to look around changed."""
    heard = np.empty(row.size * 64, np.int64)
    n = 0
    for i in range(row.size):
        for e in range(peers.indptr[row[i]], peers.indptr[row[i] + 1]):
            peer = peers.indices[e]
            if provider[peer] < -1:
                continue
            told = draw(key, pair(address[row[i]], address[peer]), kind[i]) < (telling if kind[i] == 0 else complaining)
            stir = 0.0
            if kind[i] == 1:
                if told:
                    meet(mind, fading, peer, operator[i], today, word, -good * bad_factor, 0.0)
                continue
            meet(mind, fading, peer, operator[i], today, word if told else van, good if told else 0.0, 0.0)
            if told and provider[peer] != operator[i]:
                stir = wakes
            if left[i] >= 0 and provider[peer] == left[i]:
                stir = max(stir, defects)
            if stir > 0.0 and n < heard.size:
                before = remembered(news[peer], today - news_day[peer], 0.0, fading.news)
                news[peer] = min(before + stir, most)
                news_day[peer] = today
                heard[n] = peer
                n += 1
    return heard[:n].copy()
