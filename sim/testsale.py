"""What a visit brings: in expectation for every door, and as drawn on the plots of the test sales."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.choice import leave_share, offer_price, offer_value, stay_value
from sim.doors import Rules
from sim.draws import Streams
from sim.scene import Scene
from sim.state import NEVER, MarketState
from sim.steps.needs import chance_of_row, rests

Array = np.ndarray[Any, Any]


def deal_chances(state: MarketState, scene: Scene, rules: Rules, rows: Array, today: int) -> tuple[Array, Array]:
    """Chance that a visit by a practised seller ends in a signature, and the monthly bill, for some doors."""
    p = scene.world.field
    woken_days = p.woken_months * scene.calendar.per_month
    return _deal_chances(
        scene.appeal,
        state.mind,
        scene.fading,
        scene.urge,
        state.urge_columns,
        state.deal,
        scene.peers,
        rules.decision_maker,
        woken_days,
        p.personal_logit,
        rows,
        today,
    )


@njit(cache=True)
def _deal_chances(appeal, mind, fading, urge, columns, deal, peers, decision_maker, woken_days, personal, rows, today):
    chance, bill = np.zeros(rows.size), np.zeros(rows.size)
    for i in range(rows.size):
        row = rows[i]
        if deal.provider[row] < -1 or deal.provider[row] == 0:
            continue
        own = chance_of_row(columns, fading, urge, row, today)
        listens = 1.0 - np.exp(-woken_days * own)
        if columns.decision_day[row] != NEVER:
            listens = 1.0
        elif rests(columns, row, today):
            listens = 0.0
        value = (offer_value(appeal, mind, fading, deal, peers, row, 0, today) + personal) / appeal.similarity
        stay = stay_value(appeal, mind, fading, deal, peers, row, today)
        chance[i] = decision_maker[deal.premises[row]] * listens * leave_share(value, stay, appeal.similarity)
        bill[i] = offer_price(appeal, deal, row, 0)
    return chance, bill


def prospects(state: MarketState) -> Array:
    """Doors of businesses that are not customers."""
    return np.flatnonzero((state.provider > -2) & (state.provider != 0))


def expected_per_visit(state: MarketState, scene: Scene, rules: Rules, today: int) -> tuple[float, float]:
    """Signatures a visit over all prospects, and their mean monthly bill: what an informed guess would be."""
    chance, bill = deal_chances(state, scene, rules, prospects(state), today)
    return float(chance.mean()), float((chance * bill).sum() / max(chance.sum(), 1e-12))


def sell_on_plots(
    state: MarketState, scene: Scene, rules: Rules, visits: Array, today: int, streams: Streams
) -> tuple[Array, Array, Array]:
    """Deals, summed monthly bills and summed squares by premises type, on plots of doors drawn at random."""
    luck = streams("test sale")
    out = np.zeros((3, len(visits)))
    for kind, count in enumerate(visits):
        doors = np.flatnonzero((state.premises == kind) & (state.provider > -2) & (state.provider != 0))
        plot = doors[np.argsort(luck.uniform(state.address[doors], 0), kind="stable")[: int(count)]]
        chance, bill = deal_chances(state, scene, rules, plot, today)
        sold = bill[luck.uniform(state.address[plot], 1) < chance]
        out[:, kind] = sold.size, sold.sum(), (sold**2).sum()
    return out[0], out[1], out[2]
