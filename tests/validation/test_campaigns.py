"""What a campaign does to the market, against the paired run without it."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.market import Market
from tests.worlds import column, events, market, middle_city

SEEDS = 5


def runs(numbers: dict) -> list[Market]:
    """A year after the decision, over some seeds."""
    return [market(middle_city(), seed, numbers, months=12, warmup=2, check=False).run() for seed in range(SEEDS)]


@cache
def passive() -> list[Market]:
    """The paired runs."""
    return runs({})


@cache
def campaign() -> list[Market]:
    """One telemarketer for a year."""
    return runs({"telemarketing.telemarketers": 1, "record.events": True})


def total(of: list[Market], name: str) -> float:
    """A count over all months and seeds."""
    return sum(column(each, name).sum() for each in of)


def by_pass(name: str) -> np.ndarray:
    """Events of one kind, by how often their business had been dialled up to that day: 1-4, 5-12, more."""
    counts = np.zeros(3)
    for each in campaign():
        dialled: dict[str, int] = {}
        log = events(each, "dial", name)
        channel = np.isin(log["event"], ["dial", "talk", "opt_out"]) | (log["channel"] == "telemarketing")
        for event, business, ours in zip(log["event"], log["business_id"], channel, strict=True):
            if event == "dial":
                dialled[business] = dialled.get(business, 0) + 1
            if event == name and ours:
                counts[np.searchsorted([5, 13], dialled.get(business, 1), side="right")] += 1
    return counts


def test_a_campaign_brings_adds_that_the_passive_market_does_not_have() -> None:
    gained = total(campaign(), "gross_adds") - total(passive(), "gross_adds")
    assert gained > 0.3 * total(campaign(), "orders_telemarketing") > 0


def test_those_whom_a_campaign_wakes_start_fewer_searches_of_their_own() -> None:
    ratio = total(campaign(), "market_shopping") / total(passive(), "market_shopping")
    assert 0.8 < ratio < 1.0


def test_the_list_tires_and_shrinks() -> None:
    dials, talks, orders, refusals = (by_pass(name) for name in ("dial", "talk", "order", "opt_out"))
    per_talk = orders / talks
    assert per_talk[2] < per_talk[0]
    refused = refusals / dials
    assert refused[2] > refused[0]


def test_talks_make_the_name_known() -> None:
    ours, theirs = (np.mean([column(each, "awareness")[-1] for each in of]) for of in (campaign(), passive()))
    assert ours > 1.02 * theirs


def test_a_rivals_campaign_takes_calls_from_the_common_number_within_two_months() -> None:
    event = {"month": 1, "operator": "largest", "event": "telemarketing", "telemarketers": 2}
    attacked = runs({"events": [event]})
    first_two = slice(3, 5)
    ours = sum(column(each, "inbound_calls")[first_two].sum() for each in attacked)
    before = sum(column(each, "inbound_calls")[first_two].sum() for each in passive())
    assert ours <= before
    assert total(attacked, "churn_competitor") > total(passive(), "churn_competitor")
