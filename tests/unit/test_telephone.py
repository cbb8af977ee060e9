"""The common number: opening hours, shifts, staff, and what rivals' lines answer."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draws import Streams, normal
from sim.steps.inbound import arrival_minute, hurry_of, poisson_quantile, rush_hours
from sim.telephone import OpeningHours, StaffTable, agents_needed, line_answered, mean_handling
from tests.worlds import shipped

HOURS = OpeningHours()
CALLS, ECONOMICS = shipped().world.calls, shipped().world.economics
TEAM = np.uint64(17)


def staff(people: int, seed: int = 1) -> StaffTable:
    """A team of so many people."""
    table = StaffTable(TEAM, Streams(seed)("agents"))
    table.resize(people, HOURS)
    return table


def answered(customers: float, at_least: int = 1, sales: float = 6.0) -> float:
    """What a line for so many customers answers."""
    return line_answered(customers, sales, HOURS, CALLS, ECONOMICS, 21.0, at_least)


def test_calls_arrive_by_the_profile_between_opening_and_closing() -> None:
    uniform = (np.arange(50_000) + 0.5) / 50_000
    arrival = HOURS.arrival_minutes(uniform)
    assert arrival.min() >= 0 and arrival.max() <= HOURS.minutes
    observed = np.histogram(arrival, HOURS.edges)[0] / arrival.size
    assert observed == pytest.approx(HOURS.share, abs=1e-3)
    assert HOURS.share.sum() == pytest.approx(1.0)


def test_shifts_last_eight_hours_and_cover_the_whole_day() -> None:
    start, end = HOURS.shifts(4)
    assert (end - start == 480).all()
    assert start.min() == 0 and end.max() == HOURS.minutes
    assert (HOURS.agents_by_slot(4) >= 2).all()
    assert HOURS.agents_by_slot(4).max() == 4


def test_staff_is_planned_for_an_average_hour() -> None:
    assert agents_needed(160.0, 6.0, HOURS, 0.5, 1) == 4  # 960 minutes of talks, 240 of each agent's 480
    assert agents_needed(161.0, 6.0, HOURS, 0.5, 1) == 5
    assert agents_needed(0.0, 6.0, HOURS, 0.5, 4) == 4


def test_the_mean_call_lies_between_sales_and_service() -> None:
    only_sales, only_service = mean_handling(CALLS, 1.0, 0.0), mean_handling(CALLS, 0.0, 1.0)
    assert (only_sales, only_service) == (CALLS.sales_handling_minutes, CALLS.service_handling_minutes)
    assert mean_handling(CALLS, 1.0, 1.0) == pytest.approx((only_sales + only_service) / 2)
    assert mean_handling(CALLS, 0.0, 0.0) == 0.0


def test_lines_answer_a_share_of_calls_and_more_with_more_agents() -> None:
    shares = [answered(3000, at_least) for at_least in (10, 20, 40)]
    assert 0.5 < shares[0] < shares[1] < shares[2] <= 1.0 + 1e-12


def test_a_larger_line_with_the_same_occupancy_answers_more() -> None:
    assert answered(20_000) > answered(1_000)


def test_who_comes_as_number_i_is_the_same_in_a_small_and_a_large_team() -> None:
    assert staff(3).skill.tolist() == staff(9).skill[:3].tolist()


def test_people_come_and_go_at_the_end_of_the_list() -> None:
    table = staff(6)
    before = table.skill.copy()
    table.resize(2, HOURS)
    table.resize(6, HOURS)
    assert table.skill.tolist() == before.tolist()
    assert len(table) == len(table.busy_minutes) == len(table.shift_start) == 6


def test_teams_of_even_size_are_neither_good_nor_poor() -> None:
    for seed in range(5):
        assert staff(6, seed).skill.mean() == pytest.approx(0.0, abs=1e-12)


def test_skills_spread_like_a_standard_normal() -> None:
    assert staff(400).skill.std() == pytest.approx(1.0, abs=0.05)


def test_the_day_at_the_telephone_draws_arrivals_as_the_opening_hours_say() -> None:
    uniform = np.concatenate([(np.arange(500) + 0.5) / 500, HOURS.until[1:-1]])
    each = [arrival_minute(u, HOURS.until, HOURS.edges) for u in uniform]
    assert each == pytest.approx(HOURS.arrival_minutes(uniform), rel=1e-12)


def test_agents_hurry_from_an_occupancy_on() -> None:
    assert [hurry_of(occupancy, 0.8) for occupancy in (0.5, 0.8, 0.9, 1.0, 1.3)] == pytest.approx([0, 0, 0.5, 1, 1])


def test_hours_of_service_calls_scatter_as_in_the_published_centre() -> None:
    day, hour, luck = CALLS.service_dispersion_share, CALLS.hourly_dispersion_share, Streams(1)
    counts = []
    for number in range(3000):  # the ten o'clock hour of days with 1,000 calls, as two slots
        key = luck("inbound", number).key
        rush, level = rush_hours(key, TEAM, HOURS.until, np.sqrt(np.log1p(hour**2)))
        spread = np.sqrt(np.log1p(day**2))
        daily = np.exp(spread * normal(luck("day", number).uniform(np.array([TEAM]), 0)[0]) - spread**2 / 2)
        mean = 1000 * daily * level * (rush[6] - rush[4])
        counts.append(poisson_quantile(luck("count", number).uniform(np.array([TEAM]), 0)[0], mean))
    dispersion = np.var(counts) / np.mean(counts)
    assert 5 < dispersion < 12


def test_the_profile_is_the_usual_one_in_the_mean_and_always_without_scatter() -> None:
    same, level = rush_hours(np.uint64(5), TEAM, HOURS.until, 0.0)
    assert (same == HOURS.until).all() and level == 1.0
    days = [rush_hours(Streams(1)("inbound", number).key, TEAM, HOURS.until, 0.15) for number in range(2000)]
    assert np.mean([level for _, level in days]) == pytest.approx(1.0, abs=0.01)
    assert np.mean([rush for rush, _ in days], 0) == pytest.approx(HOURS.until, abs=0.01)
    assert all((np.diff(rush) > 0).all() and rush[-1] == 1.0 for rush, _ in days)
