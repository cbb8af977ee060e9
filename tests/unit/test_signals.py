"""Presence follows budgets, and news reaches peers."""

from __future__ import annotations

import numpy as np
import pytest

from sim.awareness import forget_all
from sim.market import Market
from sim.state import LONG_AGO, NONE, VACANT
from sim.steps import signals
from tests.worlds import SILENT, column, first_morning, market, middle_city, small_city

EVERYBODY_TELLS = {"world.signals.telling_share": 1.0, "world.signals.complaining_share": 1.0}


def opened(numbers=None) -> Market:
    """A tiny market before its first day."""
    of = first_morning(small_city(), numbers=numbers)
    forget_all(of.state.mind, np.arange(len(of.state)), LONG_AGO)
    return of


def told(of: Market, budgets: float = 1.0) -> None:
    """Spread the news of yesterday."""
    signals.spread(of.state, of.scene, np.full(2, budgets), of.news, 0, of.luck("signals", 0))


def awareness(of: Market, row: int, operator: int) -> float:
    """What contacts have left of an operator in a mind."""
    return float(of.state.memory[row, operator])


def hub(of: Market) -> tuple[int, np.ndarray]:
    """A tenant whose peers are many, and these peers as far as they are tenants."""
    links, state = of.scene.peers, of.state
    row = int(np.argmax(np.where(state.provider > VACANT, np.diff(links.indptr), -1)))
    peers = links.indices[links.indptr[row] : links.indptr[row + 1]]
    return row, peers[state.provider[peers] > VACANT]


def joins(of: Market, operator: int = 0, left: int = -1) -> np.ndarray:
    """One business becomes a customer; returns its peers."""
    row, peers = hub(of)
    of.state.provider[row] = operator
    of.news.joined(np.array([row]), np.array([operator]), np.array([left]))
    told(of)
    return peers


def test_presence_stays_where_budgets_stay() -> None:
    of = opened()
    before = of.scene.presence.copy()
    for _ in range(30):
        told(of)
    assert of.scene.presence == pytest.approx(before)


def test_without_advertising_presence_falls_to_its_residential_part() -> None:
    of = opened()
    before, p = of.scene.presence.copy(), of.scene.world.signals
    for _ in range(round(of.calendar.per_month)):
        told(of, budgets=0.0)
    left = 1 - p.advertising_fading_per_month
    expected = p.residential_share + (1 - p.residential_share) * left
    assert of.scene.presence / before == pytest.approx(np.full(2, expected), rel=0.01)
    for _ in range(2000):
        told(of, budgets=0.0)
    assert of.scene.presence / before == pytest.approx(np.full(2, p.residential_share))


def test_a_new_customer_tells_its_peers() -> None:
    of = opened(EVERYBODY_TELLS)
    peers = joins(of)
    assert all(awareness(of, peer, 0) > 0 for peer in peers)
    assert (of.state.persuasion[peers, 0] > 0).all()
    strangers = np.setdiff1d(np.arange(len(of.state)), peers)
    assert not of.state.memory[strangers].any()


def test_peers_of_other_operators_begin_to_wonder() -> None:
    of = opened(EVERYBODY_TELLS)
    peers = hub(of)[1]
    of.state.provider[peers] = np.where(np.arange(peers.size) % 2, 0, 1)
    joins(of, operator=0)
    wakes = of.scene.world.signals.news_shopping_logit
    assert of.state.news[peers] == pytest.approx(np.where(np.arange(peers.size) % 2, 0.0, wakes))


def test_a_neighbour_who_left_raises_the_chance_of_leaving_the_same_operator() -> None:
    of = opened({"world.signals.telling_share": 0.0})
    peers = hub(of)[1]
    of.state.provider[peers] = np.where(np.arange(peers.size) % 2, 0, 1)
    joins(of, operator=0, left=1)
    defects = of.scene.world.signals.defection_shopping_logit
    assert of.state.news[peers] == pytest.approx(np.where(np.arange(peers.size) % 2, 0.0, defects))


def test_nobody_notices_a_switch_of_which_nobody_tells_where_the_share_is_zero() -> None:
    of = opened(SILENT)
    of.state.provider[hub(of)[1]] = 1
    joins(of, operator=0, left=1)
    assert not of.state.news.any()


def test_further_news_adds_less_than_the_first() -> None:
    of = opened(EVERYBODY_TELLS)
    peers = hub(of)[1]
    of.state.provider[peers] = 1
    joins(of, operator=0)
    joins(of, operator=0)
    p = of.scene.world.signals
    assert of.state.news[peers] == pytest.approx(p.news_shopping_logit + p.further_news_logit)


@pytest.mark.parametrize(("threshold", "stirred"), [(1, True), (2, False)])
def test_threshold_contagion_waits_for_more_customers_among_the_peers(threshold: int, stirred: bool) -> None:
    sizes = {f"world.signals.contagion_threshold.{size}": threshold for size in ("micro", "small", "medium", "large")}
    of = opened({**EVERYBODY_TELLS, **sizes})
    of.state.provider[of.state.provider > VACANT] = 1
    peers = joins(of, operator=0)
    assert bool(of.state.news[peers].any()) == stirred
    joins(of, operator=0)
    assert of.state.memory[peers, 0].all()


def test_news_adds_up_to_a_most_and_fades() -> None:
    of = opened(EVERYBODY_TELLS)
    peers = hub(of)[1]
    of.state.provider[peers] = 1
    for _ in range(20):
        joins(of, operator=0, left=1)
    assert of.state.news[peers] == pytest.approx(of.scene.world.signals.news_shopping_logit_max)


def test_vans_are_seen_where_nobody_tells() -> None:
    of = opened({"world.signals.telling_share": 0.0})
    peers = joins(of)
    assert (of.state.memory[peers, 0] > 0).all()
    assert not of.state.persuasion.any()


def test_complaints_hurt_more_than_praise_helps() -> None:
    praised, blamed = opened(EVERYBODY_TELLS), opened(EVERYBODY_TELLS)
    peers = joins(praised)
    blamed.news.complaint(np.array([hub(blamed)[0]]), np.array([0]))
    told(blamed)
    good, bad = praised.state.persuasion[peers, 0].astype(float), blamed.state.persuasion[peers, 0].astype(float)
    assert bad / good == pytest.approx(-praised.scene.world.signals.bad_news_factor, rel=0.01)
    assert not blamed.state.news.any()


def test_where_nobody_tells_nothing_is_heard() -> None:
    quiet = market(small_city(), numbers={**SILENT, "world.signals.van_recall_share": 0.0}, months=6)
    quiet.run()
    assert not quiet.state.news.any()
    assert not quiet.state.persuasion.any()


def test_talk_makes_the_market_shop_more() -> None:
    silent = column(market(middle_city(), numbers=SILENT, months=6, check=False).run(), "market_shopping").sum()
    loud = column(market(middle_city(), numbers=EVERYBODY_TELLS, months=6, check=False).run(), "market_shopping").sum()
    assert loud > silent


def test_told_news_is_not_told_again() -> None:
    of = opened(EVERYBODY_TELLS)
    joins(of)
    before = of.state.memory.copy()
    told(of)
    assert (of.state.memory == before).all()


def test_empty_premises_hear_nothing() -> None:
    of = opened(EVERYBODY_TELLS)
    of.state.provider[hub(of)[1]] = VACANT
    row = hub(of)[0]
    of.news.joined(np.array([row]), np.array([0]), np.array([NONE]))
    told(of)
    assert not of.state.memory[of.state.provider == VACANT].any()
