"""What businesses hear without asking: the presence of brands, neighbours' news, vans at the door."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import meet, remembered, will_meet
from sim.draws import Luck, draw, pair
from sim.nearby import hint
from sim.scene import Scene
from sim.state import NONE, MarketState

Array = np.ndarray[Any, Any]

JOINED, COMPLAINED = 0, 1


class News:
    """What happened and is not told yet: a new customer (and whom it left), or a complaint."""

    def __init__(self) -> None:
        self.table, self.size = np.empty((4, 256), np.int64), 0  # kind, row, operator, provider left

    def __len__(self) -> int:
        return self.size

    def joined(self, rows: Array, operator: Array, left: Array) -> None:
        """Businesses became customers; `left` is the provider before, or negative."""
        self._note(JOINED, rows, operator, left)

    def complaint(self, rows: Array, operator: Array) -> None:
        """Businesses have something to complain of."""
        self._note(COMPLAINED, rows, operator, NONE)

    def add(self, columns: Array) -> None:
        """News as columns, (4, n), in the order in which it will be told."""
        size = self.size + columns.shape[1]
        self._make_room(size)
        self.table[:, self.size : size] = columns
        self.size = size

    def _make_room(self, size: int) -> None:
        if size > self.table.shape[1]:
            self.table = np.concatenate([self.table[:, : self.size], np.empty((4, 2 * size), np.int64)], axis=1)

    def _note(self, kind: int, rows: Array, operator: Array, left: Array | int) -> None:
        size = self.size + len(rows)
        self._make_room(size)
        new = self.table[:, self.size : size]
        new[0], new[1], new[2], new[3] = kind, rows, operator, left
        self.size = size

    def take(self) -> Array:
        """All news, which is then told, as (4, n): kind, row, operator, provider left.

        Always in one piece: kernels are compiled for that, and loaded once.
        """
        size, self.size = self.size, 0
        return self.table[:, :size].copy()


def spread(state: MarketState, scene: Scene, budget_factor: Array, news: News, today: int, luck: Luck) -> None:
    """Brands' presence follows their budgets, and yesterday's news reaches the peers."""
    p = scene.world.signals
    stocks = scene.presence, scene.presence_at_rest, scene.media
    follow_budgets(*stocks, budget_factor, p.residential_share, scene.presence_fading)
    if not len(news):
        return
    heard = tell(luck.key, state.held, scene.held, news.take(), today)
    state.stir(heard)


@njit(cache=True)
def follow_budgets(presence, at_rest, media, budget_factor, residential_share, fading):
    """The stock fades by a share a day towards what residential customers, today's budget and media keep up."""
    for o in range(presence.size):
        target = residential_share + (1.0 - residential_share) * budget_factor[o]
        presence[o] += fading * (at_rest[o] * target + media[o] - presence[o])


@njit(cache=True)
def tell(key, state, scene, items, today):
    """Each peer hears a piece of news with a chance; returns the businesses whose urge to look around changed."""
    mind, fading, peers, gossip = state.mind, scene.fading, scene.peers, scene.gossip
    address, provider, news, news_day = state.address, state.provider, state.news, state.news_day
    kind, row, operator, left = items[0], items[1], items[2], items[3]
    heard = np.empty(row.size * 64, np.int64)
    n = 0
    for i in range(row.size):
        will_tell(state, peers, row, i)
        for e in range(peers.indptr[row[i]], peers.indptr[row[i] + 1]):
            peer = peers.indices[e]
            if provider[peer] < -1:
                continue
            where, good = pair(address[row[i]], address[peer]), gossip.good
            if kind[i] == COMPLAINED:
                if draw(key, where, 1) < gossip.complaining:
                    meet(mind, fading, peer, operator[i], today, gossip.word, -good * gossip.bad_factor, 0.0)
                continue
            told, stir = draw(key, where, 0) < gossip.telling, 0.0
            recall = gossip.word if told else gossip.van
            meet(mind, fading, peer, operator[i], today, recall, good if told else 0.0, 0.0)
            if told and provider[peer] != operator[i]:
                around = customers_among(peers, provider, peer, operator[i])
                stir = gossip.wakes if around >= gossip.threshold[state.size_class[peer]] else 0.0
            if left[i] >= 0 and provider[peer] == left[i] and (told or draw(key, where, 2) < gossip.noticing):
                stir = max(stir, gossip.defects)
            if stir > 0.0 and n < heard.size:
                before = remembered(news[peer], today - news_day[peer], 0.0, fading.news)
                news[peer] = min(max(before + min(gossip.further, stir), stir), gossip.most)
                news_day[peer] = today
                heard[n] = peer
                n += 1
    return heard[:n]


@njit(inline="always")
def will_tell(state, peers, row, i):
    """Hints, while one piece of news is told, of the next ones: where their peers stand, and the peers of the next."""
    if i + 4 < row.size:
        hint(peers.indptr, row[i + 4])
        hint(state.address, row[i + 4])
    if i + 2 < row.size:
        hint(peers.indices, peers.indptr[row[i + 2]])
    if i + 1 < row.size:
        for e in range(peers.indptr[row[i + 1]], peers.indptr[row[i + 1] + 1]):
            hint(state.provider, peers.indices[e])
            hint(state.address, peers.indices[e])
            will_meet(state.mind, peers.indices[e])


@njit(inline="always")
def customers_among(peers, provider, row, operator):
    """How many of a business's peers are customers of an operator."""
    n = 0
    for e in range(peers.indptr[row], peers.indptr[row + 1]):
        n += provider[peers.indices[e]] == operator
    return n
