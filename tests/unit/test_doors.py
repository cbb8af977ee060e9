"""Which doors are open, which of them come first, and the tour of a day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.city import enlarge
from sim.doors import (
    CANDIDATES,
    DOORS,
    NEW_TENANT_DAYS,
    best_first,
    building_addresses,
    door_positions,
    door_value,
    doors_of_day,
    expected_value,
    next_zone,
    sweep,
    tour,
    worth_of_doors,
)
from sim.draws import Streams
from sim.market import Market
from tests.worlds import market, middle_city, small_city

TODAY = 100


def ground(city=None, **numbers) -> Market:
    """A market with a department of one that has not begun, to look at its doors."""
    decided = {f"department.{name}": value for name, value in numbers.items()}
    return market(city, numbers={"department.active": True, "department.reps": 1, **decided}, warmup=0)


def a_prospect(made: Market) -> int:
    """A business that is served by the rival."""
    return int(np.flatnonzero((made.state.provider == 1) & (made.state.order_operator < 0))[0])


def worth(made: Market, policy: str = "", today: int = TODAY) -> np.ndarray:
    """What every door is worth to the market's own policy, or to another one."""
    rules, state, scene = made.field.rules, made.state, made.scene
    if policy:
        rules = rules._replace(policy=DOORS.index(policy))
    where = scene.network[0], state.zone, scene.appeal.usual_price
    every = np.zeros(len(state))
    worth_of_doors(every, np.arange(len(state)), rules, made.field.crm, state.deal, state.order_operator, *where, today)
    return every


def is_open(made: Market, row: int, today: int = TODAY) -> bool:
    """Whether a door may be knocked on."""
    return bool(worth(made, today=today)[row] > 0.0)


def value(made: Market, row: int, policy: str) -> float:
    """What a policy thinks of a door."""
    return float(worth(made, policy)[row])


def plan(made: Market, zone: int, policy: str = "sweep", rows=None) -> np.ndarray:
    """Doors that a representative would plan in a zone, whose patch is the city or some rows."""
    crm, rows = made.field.crm, np.arange(len(made.state)) if rows is None else rows
    here = rows[made.state.zone[rows] == zone]
    return doors_of_day(here, worth(made, policy), crm.x, crm.y, made.field.rules.minutes_per_km)


def zone_chosen(made: Market, rows=None) -> int:
    """The zone that a representative would work next."""
    rows = np.arange(len(made.state)) if rows is None else rows
    return int(next_zone(rows, worth(made), made.state.zone, made.scene.zones, made.field.rules.priority))


# ---- open doors ------------------------------------------------------------------------------------------------------


def test_a_rivals_customer_and_a_business_without_provider_are_open_doors() -> None:
    made = ground()
    row = a_prospect(made)
    assert is_open(made, row)
    made.state.provider[row] = -1
    assert is_open(made, row)


@pytest.mark.parametrize("provider", [0, -2], ids=["own customer", "vacant"])
def test_own_customers_and_vacant_premises_are_left_alone(provider: int) -> None:
    made = ground()
    row = a_prospect(made)
    made.state.provider[row] = provider
    assert not is_open(made, row)


def test_whoever_has_signed_with_us_is_left_alone_and_whoever_signed_elsewhere_is_not() -> None:
    made = ground()
    row = a_prospect(made)
    made.state.order_operator[row] = 1
    assert is_open(made, row)
    made.state.order_operator[row] = 0
    assert not is_open(made, row)


def test_whoever_forbade_visits_is_left_alone() -> None:
    made = ground()
    made.field.crm.forbids[a_prospect(made)] = True
    assert not is_open(made, a_prospect(made))


def test_a_zone_without_the_network_has_no_door() -> None:
    made = ground()
    made.scene.network[0, 2] = False
    assert not plan(made, 2).size
    assert plan(made, 1).size


def test_a_visited_door_opens_again_after_the_revisit_days() -> None:
    made = ground(revisit_days=25)
    row = a_prospect(made)
    made.field.crm.visit_day[row] = TODAY
    assert not is_open(made, row, TODAY + 24)
    assert is_open(made, row, TODAY + 25)


# ---- what a policy prefers -------------------------------------------------------------------------------------------


def test_sweeping_takes_the_doors_that_waited_longest_and_asks_for_nothing_else() -> None:
    assert sweep(100.0, 300, 10, True) > sweep(9000.0, 200, 500, False)
    assert sweep(100.0, 300, 10, True) == sweep(9000.0, 300, 500, False)


def test_expected_value_is_the_root_of_the_bill_times_the_chance_of_the_contracts_end() -> None:
    assert expected_value(400.0, 9, 9, False) == pytest.approx(20.0)
    assert expected_value(400.0, 9, 40, True) == pytest.approx(60.0)
    assert expected_value(400.0, 9, 100, True) == pytest.approx(20.0)
    assert expected_value(400.0, 9, 300, True) == pytest.approx(8.0)


def test_the_policy_by_priority_sweeps_after_its_zones() -> None:
    assert door_value(DOORS.index("priority"), 400.0, 50, 40, True) == sweep(400.0, 50, 40, True)
    assert door_value(DOORS.index("expected_value"), 400.0, 50, 40, True) == expected_value(400.0, 50, 40, True)


def test_expected_value_reads_the_bill_the_end_and_the_complaint_from_the_crm() -> None:
    made = ground()
    row, crm = a_prospect(made), made.field.crm
    guessed = value(made, row, "expected_value")
    crm.bill[row] = 4.0 * made.scene.appeal.usual_price[made.state.size_class[row], made.state.premises[row]]
    assert value(made, row, "expected_value") == pytest.approx(2.0 * guessed)
    crm.contract_end[row] = TODAY + 20
    assert value(made, row, "expected_value") == pytest.approx(6.0 * guessed)
    crm.complains[row] = True
    assert value(made, row, "expected_value") == pytest.approx(9.0 * guessed)
    assert value(made, row, "sweep") == pytest.approx(2.0, rel=1e-5)


def test_a_new_tenant_goes_before_for_sixty_days_once_it_is_known() -> None:
    made = ground()
    row, crm = a_prospect(made), made.field.crm
    usual = value(made, row, "sweep")
    for since, factor in ((-1, 1.0), (0, 4.0), (NEW_TENANT_DAYS, 4.0), (NEW_TENANT_DAYS + 1, 1.0)):
        crm.opened_day[row] = TODAY - since
        assert value(made, row, "sweep") == pytest.approx(factor * usual)


def test_the_plan_of_a_day_begins_with_the_door_of_most_value() -> None:
    made = ground()
    values = worth(made, "expected_value")[plan(made, 0, "expected_value")]
    assert values[0] == values.max()


def test_of_doors_alike_the_nearer_ones_are_planned() -> None:
    made = ground(enlarge(small_city(), 5))
    mine, crm = plan(made, 0), made.field.crm
    opened = [row for row in np.flatnonzero(made.state.zone == 0) if is_open(made, row)]
    left_out = np.setdiff1d(opened, mine)
    way = np.hypot(crm.x - crm.x[mine[0]], crm.y - crm.y[mine[0]])
    assert mine.size == CANDIDATES and left_out.size
    assert way[mine].max() <= way[left_out].min() + 1e-6


def test_doors_of_colleagues_are_not_planned() -> None:
    made = ground()
    mine = np.flatnonzero(made.state.zone == 3)
    assert not plan(made, 0, rows=mine).size and plan(made, 3, rows=mine).size
    assert zone_chosen(made, mine) == 3
    assert zone_chosen(made, mine[:0]) == -1


def test_priority_zones_go_first_under_any_policy() -> None:
    for policy in DOORS:
        made = ground(priority_zones=("SW",), doors=policy)
        assert made.city.zone_id[zone_chosen(made)] == "SW"


def test_when_the_priority_zone_has_been_worked_the_others_follow() -> None:
    made = ground(priority_zones=("SW",), revisit_days=500)
    worked = made.city.zone_id[made.state.zone] == "SW"
    made.field.crm.visit_day[worked] = TODAY - 1
    assert made.city.zone_id[zone_chosen(made)] in {"NW", "NE", "SE"}


# ---- where doors lie -------------------------------------------------------------------------------------------------


def test_doors_lie_in_the_square_of_their_zone_and_a_building_is_one_place() -> None:
    city = middle_city()
    x, y = door_positions(city, Streams(0)("doors"))
    side = np.sqrt(city.area_km2)[city.zone]
    assert (np.abs(x - city.x[city.zone]) <= side / 2).all() and (np.abs(y - city.y[city.zone]) <= side / 2).all()
    place = {}
    for zone, building, spot in zip(city.zone, city.building, x, strict=True):
        if building >= 0:
            assert place.setdefault((zone, building), spot) == spot


def test_a_building_is_known_by_its_premises_and_not_by_its_number() -> None:
    hashes = np.array([30, 10, 20, 40], np.uint64)
    assert building_addresses(np.array([0, 0, 1, -1]), hashes).tolist() == [10, 10, 20, 40]
    assert building_addresses(np.array([7, 7, 3, -1]), hashes).tolist() == [10, 10, 20, 40]
    assert building_addresses(np.array([-1, -1, -1, -1]), hashes).tolist() == hashes.tolist()


# ---- the tour --------------------------------------------------------------------------------------------------------


def length(x: np.ndarray, y: np.ndarray, order: np.ndarray) -> float:
    """A closed way."""
    return float(np.hypot(x[order] - np.roll(x[order], 1), y[order] - np.roll(y[order], 1)).sum())


def nearest_neighbour(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Always to the nearest door that is left."""
    order, left = [0], set(range(1, x.size))
    while left:
        order.append(min(left, key=lambda j: (x[j] - x[order[-1]]) ** 2 + (y[j] - y[order[-1]]) ** 2))
        left.remove(order[-1])
    return np.array(order)


@given(st.integers(1, 30), st.integers(0, 10_000))
def test_a_tour_passes_every_door_once_and_is_never_longer_than_the_nearest_neighbours(n: int, seed: int) -> None:
    x, y = np.random.default_rng(seed).uniform(size=(2, n))
    order = tour(x, y, np.arange(n))
    assert order[0] == 0 and sorted(order) == list(range(n))
    assert length(x, y, order) <= length(x, y, nearest_neighbour(x, y)) + 1e-9


def test_a_crossing_is_undone() -> None:
    x, y = np.array([0.0, 1.0, 1.1, 0.0]), np.array([0.0, 1.0, 0.0, 1.0])
    assert length(x, y, tour(x, y, np.arange(4))) == pytest.approx(2.1 + 1.0 + np.hypot(0.1, 1.0))


def test_doors_of_one_building_are_one_stop() -> None:
    x = np.array([0.0, 1.0, 0.0, 1.0, 0.0])
    order = tour(x, np.zeros(5), np.arange(5))
    assert x[order].tolist() in ([0, 0, 0, 1, 1], [0, 1, 1, 0, 0])


def test_the_tiny_city_is_planned_whole() -> None:
    made = ground()
    prospects = [row for row in range(len(made.state)) if is_open(made, row)]
    planned = np.concatenate([plan(made, zone) for zone in range(4)])
    assert sorted(planned) == prospects and small_city().n == len(made.state)


def test_the_best_come_first_and_of_equals_the_first() -> None:
    value = np.random.default_rng(3).integers(0, 20, 200).astype(float)
    for most in (1, 26, 300):
        expected = np.argsort(-value, kind="stable")[:most]
        assert best_first(value, most).tolist() == expected.tolist()
