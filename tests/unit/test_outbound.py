"""What the sellers of the opening day bring in a month, in expectation."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outbound import AT_DOOR, BY_LINE, BY_PHONE, REST_DAYS, Talks, talked_into, talked_over, talks_of
from sim.standstill import reference_tenants
from tests.tiny import tiny_city, tiny_operators
from tests.worlds import market, shipped


def talks(**rival: int) -> tuple[Talks, float]:
    """The talks of the tiny city's rival with its tenants, and the working days of a month."""
    operators = tiny_operators()
    operators[1] |= rival
    city = tiny_city(operators)
    base = market(city, months=1, warmup=0).base
    sample = reference_tenants(city, shipped().world, base.footfall_factor, 2)
    sample.phone_reach[:] = 1.0
    return talks_of(city, shipped().world, base.calendar, sample, np.array([1.0, 0.5])), base.calendar.per_month


def test_nobody_sells_where_nobody_is_hired() -> None:
    still, _ = talks()
    assert not still.active and not still.rate.any() and not still.memory.any() and not still.goodwill.any()


def test_calls_are_shared_by_all_who_are_no_customers() -> None:
    busy, days = talks(telemarketers=1)
    p = shipped().world.dialling
    expected = p.dials_per_day * days / (60 * 0.3) * p.connect_share * p.talk_share  # 18 of 60 are not the rival's
    assert busy.rate[BY_PHONE, :, 1] == pytest.approx(np.full(60, expected))
    assert not busy.rate[:, :, 0].any() and not busy.rate[AT_DOOR].any()


def test_doors_are_not_visited_more_often_than_every_sixty_days() -> None:
    few, days = talks(reps=200)
    meets = shipped().world.field.decision_maker_share
    met = few.rate[AT_DOOR, :, 1] + few.rate[BY_LINE, :, 1] / 0.5  # half of the calls to the line are answered
    assert met.max() == pytest.approx(days / REST_DAYS * meets.street_level)


def test_an_offer_is_taken_up_as_waking_times_the_choice() -> None:
    rate = np.zeros((3, 1, 2))
    rate[AT_DOOR, 0, 1] = 0.5
    one = Talks(True, rate, np.full(3, 2.0), np.array([0.7, 0.0, 0.0]), np.zeros((1, 2)), np.zeros((1, 2)))
    woken, said = 1 - np.exp(-2.0 * 0.02), 1 / (1 + np.exp(1.0 - 0.2 - 0.7))
    got = talked_over(one, 0, 0, np.array([0.0, 0.2]), 1.0, 0.0, 0.0, 0.02, 0.7)
    assert got == pytest.approx([0.0, 0.5 * woken * said])
    assert talked_into(one, 0, np.array([0.0, 0.2]), 1.0, 0.02, 0.7) == pytest.approx([0.0, 0.5 * woken * said])


def test_own_customers_are_not_talked_over() -> None:
    rate = np.full((3, 1, 2), 0.5)
    one = Talks(True, rate, np.full(3, 2.0), np.zeros(3), np.zeros((1, 2)), np.zeros((1, 2)))
    assert talked_over(one, 0, 1, np.zeros(2), 1.0, 0.0, 0.4, 0.02, 0.7)[1] == 0.0
