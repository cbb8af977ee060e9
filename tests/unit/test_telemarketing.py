"""Dials, connects, talks and refusals, read from the events of a run."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.city import city_from_tables, enlarge
from sim.market import Market
from sim.state import TELEMARKETING
from tests.tiny import META, tiny_operators, tiny_tables
from tests.worlds import assert_same_tables, column, events, market, middle_city, small_city, working_days

NOBODY_WEARY = {"world.dialling.repeat_fatigue": 0.0}


def campaign(people: int = 2, months: int = 2, numbers=None, city=None, seed: int = 1) -> Market:
    """A market with a campaign from the first month on, its events recorded."""
    decided = {"telemarketing.telemarketers": people, "record.events": True, **(numbers or {})}
    return market(city or middle_city(), seed, decided, months=months, warmup=1).run()


@cache
def usual() -> Market:
    """The campaign with shipped numbers."""
    return campaign()


def rate(of: Market, name: str, per: str) -> float:
    """Events of one kind for each of another."""
    return len(events(of, name)["day"]) / len(events(of, per)["day"])


def test_people_dial_so_many_numbers_a_day() -> None:
    dials = column(usual(), "dials")[2:]
    days = working_days(usual())[2:]
    assert dials.tolist() == (2 * 90 * days).tolist()


def test_before_the_campaign_nobody_dials() -> None:
    assert column(usual(), "dials")[:2].tolist() == [0, 0]


def test_a_campaign_ends_after_its_months() -> None:
    dials = column(campaign(months=3, numbers={"telemarketing.months": 1}, city=small_city()), "dials")
    assert dials[2] > 0 and dials[3] == dials[4] == 0


def test_connects_and_talks_have_their_shares() -> None:
    p = usual().parameters.world.dialling
    expected = p.connect_share * p.talk_share
    n = len(events(usual(), "dial")["day"])
    assert abs(rate(usual(), "talk", "dial") - expected) < 5 * np.sqrt(expected / n)


def test_zones_without_network_are_not_called() -> None:
    operators = tiny_operators()
    operators[0]["network"] = "coverage"
    coverage = {"coverage": {"operator": ["Focal", "Focal"], "zone_id": ["NW", "NE"]}}
    done = campaign(city=enlarge(city_from_tables(META, operators, tiny_tables() | coverage), 5))
    called = events(done, "dial")
    assert set(called["zone_id"]) == {"NW", "NE"}


def test_customers_are_not_called() -> None:
    done = campaign(people=4, months=4)
    opened = market(middle_city(), months=4, warmup=1)  # the opening stock of the same seed
    ids = np.asarray(opened.city.premises_id, str)
    ours = set(ids[opened.state.provider == 0])
    log = events(done, "activated", "closure", "dial")
    for event, business, operator in zip(log["event"], log["business_id"], log["operator"], strict=True):
        if event == "activated" and operator == "Focal":
            ours.add(business)
        elif event != "dial":
            ours.discard(business)
        else:
            assert business not in ours


def test_nobody_who_refused_is_called_again() -> None:
    done = campaign(people=4, numbers={"world.demography.closure_rate_per_month": 1e-6})
    refused, called = events(done, "opt_out"), events(done, "dial")
    day = dict(zip(refused["business_id"], refused["day"], strict=True))
    assert len(day) == len(refused["day"]) > 50
    assert all(when <= day.get(who, 9999) for who, when in zip(called["business_id"], called["day"], strict=True))


def test_opt_outs_deplete_the_list() -> None:
    done = campaign(people=3, months=6, numbers={"world.dialling.opt_out_share": 0.3}, city=small_city())
    dials = column(done, "dials")[2:]
    assert dials[0] > dials[1] > dials[2]
    assert dials[-1] < 0.1 * dials[0]


def test_without_opt_outs_nobody_refuses() -> None:
    assert column(campaign(numbers={"world.dialling.opt_out_share": 0.0}, city=small_city()), "opt_outs").sum() == 0


def test_a_weary_business_wakes_less_and_refuses_more() -> None:
    more = {"world.dialling.opt_out_fatigue_factor": 3.0, "world.dialling.fatigue_waking_factor": 0.5}
    weary, fresh = campaign(4, 4, more), campaign(4, 4, {**more, **NOBODY_WEARY})
    assert rate(weary, "opt_out", "dial") > 1.2 * rate(fresh, "opt_out", "dial")
    assert column(weary, "orders_telemarketing").sum() < column(fresh, "orders_telemarketing").sum()


def test_every_number_is_dialled_once_before_any_is_dialled_again() -> None:
    called = events(campaign(people=1, months=1), "dial")["business_id"][:900]
    assert len(set(called)) == 900


def test_the_order_of_the_list_is_luck_and_the_same_in_every_run() -> None:
    first, again = (events(campaign(city=small_city()), "dial")["business_id"][:40].tolist() for _ in range(2))
    other = events(campaign(city=small_city(), seed=2), "dial")["business_id"][:40].tolist()
    assert first == again != other
    assert first != sorted(first)


def test_talks_convert_and_their_orders_are_theirs() -> None:
    done = campaign(people=4, months=4)
    orders = column(done, "orders_telemarketing")
    assert orders[:2].sum() == 0
    per_talk = orders.sum() / column(done, "talks").sum()
    assert 0.002 < per_talk < 0.1


def test_interest_of_searching_businesses_puts_an_offer_on_the_table() -> None:
    of = market(middle_city(), numbers={"telemarketing.telemarketers": 15}, months=1, warmup=0)
    today = of.day
    of.step()
    state = of.state
    offered = (state.offers & 1 == 1) & (state.offer_channel[:, 0] == TELEMARKETING)
    assert offered.any()
    assert (state.decision_day[offered] > today).all()
    assert (state.touch_day[offered, TELEMARKETING] == today).all()


def test_a_rivals_campaign_is_not_counted_as_ours() -> None:
    event = {"month": 1, "operator": "largest", "event": "telemarketing", "telemarketers": 3}
    done = market(middle_city(), numbers={"events": [event], "record.events": True}, months=2, warmup=1).run()
    assert column(done, "dials").sum() == column(done, "cost_telemarketing").sum() == 0
    assert set(events(done, "dial")["operator"]) == {"Northline"}


@pytest.mark.parametrize("people", [1, 3])
def test_people_are_paid_whatever_they_sell(people: int) -> None:
    done = campaign(people, city=small_city())
    wage = done.parameters.world.economics.telemarketer_cost_per_month
    assert column(done, "cost_telemarketing")[2:].tolist() == [people * wage] * 2


def test_where_the_law_asks_for_consent_only_who_has_given_it_is_called() -> None:
    asked = campaign(people=1, months=4, numbers={"world.dialling.consent_share": 0.2, **NOBODY_WEARY})
    called = set(events(asked, "dial")["business_id"])
    tenants = (asked.state.provider > -2).sum()
    assert 0.1 * tenants < len(called) < 0.3 * tenants


def test_consent_of_everybody_changes_nothing() -> None:
    assert_same_tables(usual(), campaign(numbers={"world.dialling.consent_share": 1.0}))
