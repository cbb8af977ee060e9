"""The market's days against a twin in pure Mesa: the same numbers by address, the same events, the same state."""

from __future__ import annotations

import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from experiments.benchmarkcases import COMPARED
from sim import draws
from sim.city import enlarge, load_city
from sim.state import CHANNELS, FIELD, VACANT
from tests.twin import Twin, luck
from tests.twin.mind import FATIGUE_UNIT, MEMORY_UNIT, PERSUASION_UNIT
from tests.worlds import Morning, middle_city, parameters, shipped, small_city

DAYS = 60
ACTIVE = COMPARED | {"department.scheme.terms": {"salary": 6500.0}, "department.active": True, "department.reps": 3}
DEPARTMENT_DAYS = 150  # the department begins after two months, visits after three
OF_STAFF = ("hire", "quit", "dismissal")  # the department's people come from the product
WHOLE = (
    *("address", "tenancy", "provider", "contract_start", "contract_end", "term_months", "renewals", "decision_day"),
    *("unsettled_until", "rest_until", "turnover_day", "fault_day", "resizing_day"),
)
OF_TENANTS = (
    *("size_class", "usage", "exposure", "price_sensitivity", "inclination", "satisfaction", "satisfaction_day"),
    *("news", "news_day"),
)
STOCKS = {"memory": MEMORY_UNIT, "persuasion": PERSUASION_UNIT, "fatigue": FATIGUE_UNIT}


def morning(city, seed, numbers=None):
    """A market on its first morning that records its events, and its twin."""
    record = shipped().record.model_copy(update={"events": True}).model_dump()
    market = Morning(parameters(numbers, months=12, warmup=0, record=record), city, seed)
    return market, Twin(market, events=True)


def events_of_market(market):
    table = market.tables()["events"]
    names = ("day", "event", "business_id", "operator", "actor_id", "channel", "value")
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    return sorted((row for row in rows if row[1] not in OF_STAFF), key=str)


def events_of_twin(market, twin):
    ids = np.asarray(market.city.premises_id).astype(str).tolist()
    names, channels = [*(spec.name for spec in market.city.operators), ""], [*CHANNELS, ""]
    rows = [
        (day, name, ids[row], names[operator], more.get("actor", -1), channels[more.get("channel", -1)], more["value"])
        for day, name, row, operator, more in (
            (*event[:4], {"value": float("nan")} | event[4]) for event in twin.events
        )
    ]
    return sorted(rows, key=str)


def assert_same_events(market, twin):
    ours, theirs = events_of_market(market), events_of_twin(market, twin)
    assert [row[:-1] for row in ours] == [row[:-1] for row in theirs]
    values = [np.array([row[-1] for row in rows]) for rows in (ours, theirs)]
    np.testing.assert_allclose(*values, rtol=1e-5)


def assert_same_state(market, twin):
    state, tenants = market.state, market.state.provider != VACANT
    for name in (*WHOLE, *OF_TENANTS):
        theirs = np.array([getattr(each, name) for each in twin.businesses], getattr(state, name).dtype)
        rows = tenants if name in OF_TENANTS else slice(None)
        np.testing.assert_allclose(getattr(state, name)[rows], theirs[rows], rtol=1e-5, atol=1e-6, err_msg=name)
    bills = [each.monthly_bill for each in twin.businesses]
    np.testing.assert_allclose(state.monthly_bill, bills, rtol=1e-5)
    for name, unit in STOCKS.items():
        theirs = np.array([[getattr(mind, name) for mind in each.minds] for each in twin.businesses])
        np.testing.assert_allclose((getattr(state, name) * unit)[tenants], theirs[tenants], atol=1e-9, err_msg=name)
    offered = [sum(1 << operator for operator in each.offers) for each in twin.businesses]
    np.testing.assert_array_equal(state.offers, offered)
    ordered = [each.order.operator.number if each.order else -1 for each in twin.businesses]
    np.testing.assert_array_equal(state.order_operator, ordered)
    presence = [operator.presence for operator in twin.operators]
    np.testing.assert_allclose(market.scene.presence, presence, rtol=1e-5)


def live(market, twin, days, every=1):
    for day in range(days):
        market.step()
        twin.step()
        if day % every == 0:
            assert_same_state(market, twin)
    assert_same_events(market, twin)


@pytest.mark.parametrize("seed", [1, 2])
def test_twin_and_product_live_through_the_same_days(seed):
    market, twin = morning(small_city(), seed)
    live(market, twin, DAYS)
    assert {event[1] for event in twin.events} >= {"call", "consultation", "order", "activated", "renewal"}


def test_they_agree_in_a_city_with_rare_events_too():
    market, twin = morning(middle_city(), 5)
    live(market, twin, 70)
    rare = {"closure", "opening", "churn", "cancelled", "abandoned", "redial"}
    assert {event[1] for event in twin.events} >= rare


def test_a_department_at_a_fixed_salary_walks_the_same_ways():
    market, twin = morning(small_city(), 1, ACTIVE)
    live(market, twin, DEPARTMENT_DAYS)
    assert {"visit", "contact", "followup"} <= {event[1] for event in twin.events}
    reps = market.field.reps
    assert [rep.effort for rep in twin.field.reps] == pytest.approx(reps.effort.tolist(), rel=1e-5)
    np.testing.assert_allclose(twin.field.department.reps.skill, reps.skill, rtol=1e-5)


def test_a_department_agrees_in_a_larger_city():
    market, twin = morning(middle_city(), 5, ACTIVE)
    live(market, twin, 110, every=10)
    assert sum(event[1] == "visit" for event in twin.events) > 500
    assert any(event[1] == "order" and event[4]["channel"] == FIELD for event in twin.events)


def test_the_twin_notices_a_rule_that_differs():
    market, twin = morning(middle_city(), 5)
    twin.urge = twin.urge._replace(renewal_factor=1.02 * twin.urge.renewal_factor)
    with pytest.raises(AssertionError):
        live(market, twin, 40)


# ---- work ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town():
    """A city of some 2,000 businesses."""
    whole = load_city("melbourne")
    return enlarge(whole, 2000 / int(whole.occupied.sum()))


def middle_day(model, days):
    """Processor seconds of the middle one of some days: a busy machine disturbs few of them."""
    seconds = []
    for _ in range(days):
        began = time.process_time()
        model.step()
        seconds.append(time.process_time() - began)
    return sorted(seconds)[days // 2]


def test_a_day_costs_a_fraction_of_the_twins(town):
    market = Morning(parameters(months=6, warmup=0), town, 2)
    twin = Twin(market)
    market.step()  # loads the kernels
    assert middle_day(twin, 15) > 2.5 * middle_day(market, 60)


def calls_of_a_day(market):
    """Calls of Python and of C functions in each of ten days; compiled kernels count as none."""
    counts = []
    for _ in range(10):
        calls = 0

        def count(frame, event, of):
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        market.step()
        sys.setprofile(None)
        counts.append(calls)
    return sorted(counts)


def test_the_work_outside_the_kernels_does_not_grow_with_the_city(town):
    small, large = (Morning(parameters(months=6, warmup=0), city, 2) for city in (town, enlarge(town, 5.0)))
    for market in (small, large):
        for _ in range(5):
            market.step()
    few, many = calls_of_a_day(small), calls_of_a_day(large)
    assert many[5] < 2.0 * few[5]  # some steps have nothing to do on some days of the smaller one
    assert many[5] < 700


def test_days_leave_nothing_behind(town):
    market = Morning(parameters(months=6, warmup=0), town, 2)
    while not market.calendar.opens_month(market.day) or market.day == 0:
        market.step()
    market.step()
    before, days = sys.getallocatedblocks(), 0
    while not market.calendar.closes_month(market.day):
        market.step()
        days += 1
    assert days > 10
    assert sys.getallocatedblocks() - before < 20 * days


def test_limits_spare_nearly_all_rows_the_exact_look(town):
    market = Morning(parameters(months=6, warmup=0), town, 2)
    twin = Twin(market)
    for _ in range(40):
        market.step()
        twin.step()
    limit = market.state.shopping_limit / 2**32
    exact = np.array([each.chance(twin.day) for each in twin.businesses])
    assert np.all(limit >= exact)
    assert limit.sum() < 1.1 * exact.sum()  # ten looks at most for nine searches


ADDRESSES = [1, 2**63 + 5, 2**64 - 1, *draws.hash_ids(np.array([f"B{i}" for i in range(50)])).tolist()]


def test_plain_integers_draw_the_numbers_of_the_kernels():
    for key in (0, 12345, 2**64 - 3):
        for k in (0, 1, 5, 2**24 - 1):
            kernel = [draws.draw(np.uint64(key), np.uint64(each), np.uint64(k)) for each in ADDRESSES]
            assert [luck.draw(key, each, k) for each in ADDRESSES] == kernel


def test_addresses_of_pairs_and_tenants_are_those_of_the_kernels():
    for one, other in pairwise(ADDRESSES):
        assert luck.pair(one, other) == draws.pair(np.uint64(one), np.uint64(other))
        assert luck.tenancy_address(one, 7) == draws.tenancy_address(np.uint64(one), np.uint64(7))


def test_streams_have_the_same_keys():
    ours, theirs = draws.Streams(2**60 + 3), luck.Streams(2**60 + 3)
    assert [theirs(name, day) for name in ("needs", "rivals") for day in (0, 1, 790)] == [
        int(ours(name, day).key) for name in ("needs", "rivals") for day in (0, 1, 790)
    ]
