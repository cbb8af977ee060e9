"""Crews work off orders, customers cancel, networks fail, tenants grow."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import enlarge
from sim.market import Market
from sim.orders import COLUMNS, Orders
from sim.scene import Upkeep
from sim.state import NEVER, NONE
from sim.steps import service
from sim.steps.service import Crews
from tests.tiny import tiny_city, tiny_operators
from tests.worlds import column, events, first_morning, market, middle_city, small_city


def orders(n: int, operator: int = 0, ready: int = 0, work: float = 0.4) -> Orders:
    """So many orders of one operator, oldest first."""
    table = np.zeros(n, COLUMNS)
    table["row"], table["operator"], table["ready"], table["work"] = np.arange(n), operator, ready, work
    table["promised"] = 10
    return Orders(table)


PATIENT = Upkeep(0, 0.0, 0.0, 1.0, 0.0, np.zeros(4), 1e9, 0.0, 1.0, 0.0, 1)  # customers who wait for ever


def crews(per_day: float, operators: int = 1, follows: bool = True) -> Crews:
    """Crews of so many crew days a day."""
    return Crews(np.full(operators, per_day), 1.0, 1.0, follows)


def installed(team: Crews, waiting: Orders, today: int) -> np.ndarray:
    """Which orders the crews install today, of customers who never lose patience."""
    nobody = np.zeros(team.budget.size, np.uint64)
    every_door = np.zeros(team.budget.size)
    fate = service.fates(np.uint64(1), waiting.table, nobody, team.budget, team.per_day, every_door, PATIENT, today)
    return fate == service.INSTALLED


def ordering(n: int = 40, numbers=None, **columns) -> Market:
    """The tiny city's first tenants of the rival wait for the focal operator."""
    of = first_morning(small_city(), numbers=numbers)
    rows = np.flatnonzero(of.state.provider == 1)[:n]
    table = np.zeros(rows.size, COLUMNS)
    table["row"], table["address"], table["work"], table["bill"] = rows, of.state.address[rows], 0.4, 77.0
    for name, value in columns.items():
        table[name] = value
    of.orders.append(table)
    of.state.order_operator[rows] = 0
    of.crews.vain_share[:] = 0.0  # every door is open
    return of


def a_day(of: Market, today: int) -> None:
    """One day of the technical service."""
    luck = of.luck("service", today), of.luck("terms", today)
    service.install(of.state, of.scene, of.orders, of.crews, of.news, of.ledger, of.record, today, *luck)


def test_crews_take_the_oldest_orders_first_as_far_as_their_day_goes() -> None:
    assert installed(crews(1.0), orders(5), 0).tolist() == [True, True, True, False, False]


def test_a_job_that_runs_over_costs_tomorrow() -> None:
    team, waiting = crews(1.0), orders(9)
    assert waiting.take(installed(team, waiting, 0)).table.size == 3
    assert waiting.take(installed(team, waiting, 1)).table.size == 2
    assert waiting.take(installed(team, waiting, 2)).table.size == 3


def test_what_ran_over_is_made_up_for_whether_or_not_anybody_waits() -> None:
    of = first_morning(small_city())
    of.crews.budget[:], of.orders.count = (-2.0 * of.crews.per_day, 0)
    a_day(of, 0)
    assert of.crews.budget == pytest.approx(-of.crews.per_day)


def test_an_idle_day_is_not_saved_up() -> None:
    team = crews(1.0)
    for day in range(5):
        installed(team, orders(0), day)
    assert installed(team, orders(9), 5).sum() == 3


def test_premises_that_may_not_be_entered_wait_and_let_others_pass() -> None:
    mixed = orders(3)
    mixed.table["ready"] = [9, 0, 0]
    assert installed(crews(1.0), mixed, 5).tolist() == [False, True, True]


def test_every_operator_has_its_own_crews() -> None:
    mixed = orders(4)
    mixed.table["operator"] = [0, 0, 0, 1]
    assert installed(crews(0.3, operators=2), mixed, 0).tolist() == [True, False, False, True]


def test_crews_follow_three_months_of_orders_with_a_months_lag() -> None:
    team = Crews(np.array([1.0, 1.0]), 0.4, 1.3, True)
    assert team.per_day == pytest.approx([0.52, 0.52])
    plans = []
    for _ in range(5):
        team.close_month(np.array([4.0, 1.0]))
        plans.append(team.per_day[0])
    assert plans == pytest.approx(0.52 * np.array([1.0, 2.0, 3.0, 4.0, 4.0]))


def test_fixed_crews_stay_as_they_are_for_the_focal_operator_alone() -> None:
    team = Crews(np.array([1.0, 1.0]), 0.4, 1.3, False)
    for _ in range(5):
        team.close_month(np.array([4.0, 4.0]))
    assert team.per_day == pytest.approx([0.52, 2.08])


def test_an_installed_order_makes_a_customer() -> None:
    of = ordering(n=1)
    row = of.orders["row"][0]
    a_day(of, 0)
    assert len(of.orders) == 0
    assert of.state.provider[row] == 0
    assert of.state.monthly_bill[row] == 77.0
    assert of.state.order_operator[row] == NONE
    assert of.ledger.cost("installation") == of.parameters.world.economics.installation_cost_per_job


def test_refused_access_ends_the_order_when_the_premises_should_be_entered() -> None:
    of = ordering(ready=3, refused=True)
    a_day(of, 2)
    assert of.record.total["cancelled"] == 0
    a_day(of, 3)
    assert len(of.orders) == 0
    assert of.record.total["cancelled"] > 10
    assert not (of.state.order_operator == 0).any()


def cancelled_on(day: int, numbers=None) -> float:
    """The share of many waiting orders cancelled on one day after signature, over some seeds."""
    of = ordering(ready=999, promised=10, numbers=numbers)
    gone, nobody, scene = 0, np.zeros(2), of.scene
    for k in range(200):
        key = of.luck("service", 1000 + k).key
        fate = service.fates(key, of.orders.table, scene.appeal.address, nobody, nobody, np.zeros(2), scene.upkeep, day)
        gone += (fate == service.LOST).sum()
    return gone / (200 * len(of.orders))


def test_patience_lasts_a_week_then_falls_and_faster_after_a_missed_date() -> None:
    p = market(small_city()).parameters.world.installation
    assert cancelled_on(int(p.cancelling_after_days)) == 0.0
    assert cancelled_on(9) == pytest.approx(p.cancelling_per_day, rel=0.2)
    assert cancelled_on(11) == pytest.approx(p.late_cancelling_factor * p.cancelling_per_day, rel=0.2)


def test_a_late_installation_displeases_and_is_told() -> None:
    of = ordering(n=1, promised=5)
    row = of.orders["row"][0]
    a_day(of, 15)
    assert of.state.satisfaction[row] == pytest.approx(2 * of.parameters.world.installation.late_satisfaction_per_week)
    assert len(of.news) >= 2


def test_faults_come_at_their_rate_and_displease() -> None:
    done = market(middle_city(), months=12, warmup=0, check=False).run()
    assert (done.state.satisfaction < 0).any()
    assert done.state.satisfaction.min() > -2.0
    calm = market(middle_city(), numbers={"world.installation.fault_rate_per_month": 0.0}, months=3).run()
    late = calm.state.satisfaction < 0
    assert (calm.state.satisfaction[~late] == 0).all()


def test_better_networks_fail_less_often() -> None:
    operators = tiny_operators()
    for operator, quality in zip(operators, (1.0, 0.0), strict=True):
        operator["quality"], operator["share"] = quality, 0.5
    state = first_morning(enlarge(tiny_city(operators), 20)).state
    days = state.fault_day.astype(float)
    assert np.median(days[state.provider == 0]) > 2 * np.median(days[state.provider == 1])


def test_displeasure_adds_up_and_is_forgiven() -> None:
    of = first_morning(small_city())
    row = np.flatnonzero(of.state.provider == 0)[:1]
    month = round(of.calendar.per_month)
    for day in (0, month):
        of.state.fault_day[row] = day
        service.fail(of.state, of.scene, of.news, of.record, day, of.luck("faults", day))
    p = of.parameters.world.installation
    left = (1 - p.satisfaction_recovery_per_month) ** (month / of.calendar.per_month)
    assert of.state.satisfaction[row] == pytest.approx(p.fault_satisfaction * (1 + left), rel=1e-5)
    assert (of.state.unsettled_until[row] == month + of.parameters.world.needs.unsettled_days).all()


def test_tenants_grow_and_shrink_by_a_step_with_their_bill() -> None:
    of = first_morning(middle_city())
    state = of.state
    usage, bill = state.usage.copy(), state.monthly_bill.copy()
    state.resizing_day[:] = 0
    service.resize(state, of.scene, 0, of.luck("resizing", 0))
    step = of.parameters.world.demography.resizing_factor
    tenants, served = state.provider >= NONE, state.provider >= 0
    factor = np.divide(state.usage, usage, out=np.ones_like(usage), where=tenants)
    assert np.isclose(factor[tenants], step, rtol=1e-5).mean() == pytest.approx(0.5, abs=0.06)
    assert (np.isclose(factor, step) | np.isclose(factor, 1 / step)).sum() == tenants.sum()
    assert state.monthly_bill[served] == pytest.approx((bill * factor)[served], rel=1e-5)


def test_the_backlog_is_what_is_ordered_and_neither_installed_nor_cancelled() -> None:
    done = market(middle_city(), numbers={"record.events": True}, months=6).run()
    flow = column(done, "orders") - column(done, "gross_adds") - column(done, "cancelled")
    backlog = column(done, "backlog")
    assert (backlog[0] + np.cumsum(flow)).tolist() == backlog.tolist()
    assert len(events(done, "activated")["day"]) > 0


def test_a_switch_brings_the_faults_of_the_new_network() -> None:
    of = ordering(ready=0)
    rows = of.orders["row"].copy()
    of.state.fault_day[rows] = 3
    of.crews.per_day[:] = 100.0
    of.scene.fault_rates[0] = 0.0  # a network that never fails
    a_day(of, 1)
    assert (of.state.provider[rows] == 0).all() and (of.state.fault_day[rows] == NEVER).all()


def vain(share: float, days: float = 0.15, delay: int = 3, n: int = 2000) -> tuple[np.ndarray, Orders, Crews]:
    """What a day brings many ready orders when crews find nobody with a chance."""
    waiting, team = orders(n), crews(1e9)
    waiting.table["address"] = np.arange(n)
    upkeep = PATIENT._replace(vain_trip_days=days, vain_trip_delay_days=delay)
    address, vain_share = np.zeros(1, np.uint64), np.array([share])
    fate = service.fates(np.uint64(1), waiting.table, address, team.budget, team.per_day, vain_share, upkeep, 5)
    return fate, waiting, team


def test_crews_that_find_nobody_lose_time_and_come_again() -> None:
    fate, waiting, team = vain(0.25)
    missed = fate == service.WAITS
    assert abs(missed.mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / missed.size)
    assert (waiting["ready"][missed] == 8).all() and (waiting["ready"][~missed] == 0).all()
    assert 1e9 - team.budget[0] == pytest.approx(0.15 * missed.sum() + 0.4 * (~missed).sum(), rel=1e-3)


def test_where_access_is_always_agreed_no_trip_is_in_vain() -> None:
    assert (vain(0.0)[0] == service.INSTALLED).all()


def test_meetings_with_sales_spare_the_focal_operator_trips_in_vain() -> None:
    p = market(small_city(), months=1, warmup=0).parameters.world.installation
    for meetings, factor in (("never", 1.0), ("always", p.coordination_factor), ("department", 1.0)):
        of = market(small_city(), numbers={"crews.meetings": meetings}, months=1, warmup=0).run()
        assert of.crews.vain_share == pytest.approx([p.vain_trip_share * factor, p.vain_trip_share])


def test_a_department_brings_meetings_with_its_debugging_stage() -> None:
    numbers = {"department.active": True, "department.reps": 1}
    of = market(small_city(), numbers=numbers, months=6, warmup=0).run()
    without = market(small_city(), numbers={**numbers, "department.stages.debugging": False}, months=6, warmup=0).run()
    assert of.crews.vain_share[0] < of.crews.vain_share[1] == without.crews.vain_share[0]
