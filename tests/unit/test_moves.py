"""What sets a scenario apart, and what of it nobody will see."""

from __future__ import annotations

import pytest

from experiments import scenario
from experiments.moves import in_words, moves_between, out_of_sight
from sim.decisions import Event

PASSIVE = scenario("passive")


def event(**said) -> Event:
    return Event(**{"month": 3, "operator": "largest", "event": "tariff_change"} | said)


def test_a_campaign_is_ours_and_a_rivals_tariff_is_not():
    assert moves_between(PASSIVE, scenario("telemarketing"), "Focal").ours
    rival = moves_between(PASSIVE, scenario("competitor_tariff"), "Focal")
    assert rival.only_others
    assert rival.others == "the largest rival cuts its prices by 15 % in month 7"


def test_an_event_of_our_own_is_our_decision():
    own = PASSIVE.model_copy(update={"events": (event(operator="Focal"),)})
    assert moves_between(PASSIVE, own, "Focal").ours
    assert not moves_between(PASSIVE, own, "Focal").others


@pytest.mark.parametrize(
    "decision", ["retention.proactive_share=0.5", "advertising.media.mail=1000", "call_centre.agents=9"]
)
def test_whatever_we_decide_is_our_move(decision):
    name, value = decision.split("=")
    ours = scenario("passive", **{name: float(value) if "." in value or "media" in name else int(value)})
    assert moves_between(PASSIVE, ours, "Focal").ours


def test_what_both_sides_share_is_no_move():
    rival = scenario("competitor_tariff")
    both = rival.model_copy(update={"telemarketing": scenario("telemarketing").telemarketing})
    moves = moves_between(rival, both, "Focal")
    assert moves.ours
    assert not moves.others


def test_a_world_that_differs_nowhere_has_no_move():
    moves = moves_between(PASSIVE, PASSIVE, "Focal")
    assert not moves.ours
    assert not moves.only_others


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"price_factor": 1.1}, "the largest rival raises its prices by 10 % in month 3"),
        (
            {"event": "telemarketing", "telemarketers": 12},
            "the largest rival has 12 people call the city's businesses from month 3",
        ),
        ({"event": "advertising", "budget_factor": 2}, "the largest rival advertises 2 times as much from month 3"),
        (
            {"event": "telemarketing", "telemarketers": 4, "until_month": 9},
            "the largest rival has 4 people call the city's businesses from month 3 to month 8",
        ),
        ({"operator": "Citynet", "price_factor": 0.5}, "Citynet cuts its prices by 50 % in month 3"),
    ],
)
def test_events_are_told_as_clauses(said, words):
    assert in_words([event(**said)], []) == words


def test_many_events_are_counted():
    assert in_words([event(month=month) for month in (1, 2, 3)], []) == "the market moves otherwise (3 events)"


def test_what_lies_outside_the_run_is_remarked_on():
    late = scenario("competitor_tariff", months=6)
    assert out_of_sight(late) == [
        "NOTE events[0].month = 7 lies after the last month (6); nothing of it will be seen; "
        "give an earlier month, or months=8 or more"
    ]
    campaign = scenario("telemarketing", **{"months": 6, "telemarketing.from_month": 9})
    assert "telemarketing.from_month = 9 lies after the last month (6)" in out_of_sight(campaign)[0]
    department = scenario("passive", **{"months": 6, "department.active": True, "department.start_month": 7})
    assert "department.start_month = 7" in out_of_sight(department)[0]
    early = PASSIVE.model_copy(update={"events": (event(month=-12),)})
    assert "lies before the first month of history (-11) and does not happen" in out_of_sight(early)[0]


def test_what_is_switched_off_needs_no_remark():
    assert not out_of_sight(scenario("passive", **{"months": 6, "telemarketing.from_month": 9}))
    assert not out_of_sight(scenario("competitor_tariff"))
