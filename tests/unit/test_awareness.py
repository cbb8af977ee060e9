"""What a contact leaves in a mind: memory with its hold, goodwill, fatigue, and the presence of a brand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from sim.awareness import (
    AIDED,
    UNAIDED,
    Mind,
    awareness_of,
    fading,
    fatigue_of,
    forget_all,
    meet_all,
    persuasion_of,
    remembered,
    survey,
)
from sim.state import MarketState
from sim.workdays import workdays
from tests.worlds import shipped

CALENDAR = workdays("2027-01", 12, 24, "AU", "VIC")
WORLD = shipped().world
FADING = fading(WORLD.signals, WORLD.installation.satisfaction_recovery_per_month, CALENDAR)
HOLD = int(WORLD.signals.hold_days)
MONTH = CALENDAR.per_month
GRAIN = 1e-3  # stocks may be kept coarsely


class Levels(NamedTuple):
    """What a survey says of one tenant, by operator."""

    awareness: np.ndarray
    aided: np.ndarray
    unaided: np.ndarray


def mind(rows: int = 1, operators: int = 1, exposure: float = 0.0) -> Mind:
    """Minds that never heard of anybody."""
    blank = MarketState.empty(rows, operators).mind
    blank.exposure[:] = exposure
    return blank


def contact(of: Mind, today: int, recall: float, persuasion: float = 0.0, fatigue: float = 0.0, operator: int = 0):
    """A contact of the first business."""
    meet_all(of, FADING, np.array([0]), np.array([operator]), today, recall, persuasion, fatigue)


def asked(of: Mind, today: int, presence: float | np.ndarray = 0.0, provider: int = -1) -> Levels:
    """The first business's answers in a survey."""
    presence = np.broadcast_to(np.asarray(presence, np.float64), (of.memory.shape[1],)).copy()
    sums, _, _ = survey(of, FADING, presence, np.array([provider], np.int8), np.zeros(1, np.int16), 1, today)
    return Levels(*sums.T)


def goodwill(of: Mind, today: int, operator: int = 0) -> float:
    """What the first business feels for an operator."""
    return float(persuasion_of(of, FADING, 0, operator, today))


def tiredness(of: Mind, today: int) -> float:
    """How tired the first business is of the first operator."""
    return float(fatigue_of(of, FADING, 0, 0, today))


def test_a_contact_makes_a_share_of_the_unknown_known() -> None:
    one = mind()
    contact(one, 5, 0.3)
    contact(one, 5, 0.3)
    assert asked(one, 5).awareness[0] == pytest.approx(1 - 0.7**2, abs=GRAIN)


def test_contacts_of_one_day_commute() -> None:
    one, other = mind(), mind()
    contacts = ((0.28, 0.15), (0.17, -0.2), (0.03, 0.0))
    for recall, persuasion in contacts:
        contact(one, 5, recall, persuasion, 1.0)
    for recall, persuasion in reversed(contacts):
        contact(other, 5, recall, persuasion, 1.0)
    assert asked(one, 5).awareness[0] == pytest.approx(asked(other, 5).awareness[0], abs=GRAIN)
    assert goodwill(one, 5) == pytest.approx(goodwill(other, 5), abs=GRAIN)
    assert tiredness(one, 5) == pytest.approx(tiredness(other, 5)) == 3.0


def test_a_contact_is_held_for_three_weeks_and_then_fades_in_closed_form() -> None:
    one = mind()
    contact(one, 0, 0.5)
    assert asked(one, HOLD).awareness[0] == pytest.approx(0.5, abs=GRAIN)
    month_later = HOLD + round(MONTH)
    left = (1 - WORLD.signals.forgetting_per_month) ** (round(MONTH) / MONTH)
    assert asked(one, month_later).awareness[0] == pytest.approx(0.5 * left, abs=GRAIN)


def test_looking_at_a_mind_changes_nothing_in_it() -> None:
    one, other = mind(), mind()
    contact(one, 0, 0.5, 1.0)
    contact(other, 0, 0.5, 1.0)
    for today in range(1, 60):
        asked(one, today)
    assert asked(one, 60).awareness == asked(other, 60).awareness
    assert goodwill(one, 60) == goodwill(other, 60)


def test_goodwill_and_fatigue_fade_from_the_first_day() -> None:
    one = mind()
    contact(one, 0, 0.0, 1.0, 1.0)
    assert goodwill(one, 21) == pytest.approx((1 - WORLD.signals.persuasion_fading_per_month) ** (21 / MONTH))
    assert tiredness(one, 21) == pytest.approx((1 - WORLD.signals.fatigue_fading_per_month) ** (21 / MONTH))


def test_a_later_contact_adds_to_what_is_left_of_the_first() -> None:
    one = mind()
    contact(one, 0, 0.0, 1.0, 1.0)
    left = goodwill(one, 21)
    contact(one, 21, 0.0, 0.5, 1.0)
    assert goodwill(one, 21) == pytest.approx(left + 0.5, abs=GRAIN)


def test_a_bad_word_takes_goodwill_below_zero() -> None:
    one = mind()
    contact(one, 0, 0.17, -0.4)
    assert goodwill(one, 0) == pytest.approx(-0.4, abs=GRAIN)


def test_goodwill_fades_alike_in_one_piece_and_in_two() -> None:
    assert remembered(remembered(1.0, 10, 0.0, 0.02), 15, 0.0, 0.02) == pytest.approx(remembered(1.0, 25, 0.0, 0.02))


def test_presence_and_memory_are_independent_ways_to_know_a_name() -> None:
    one = mind(exposure=2.0)
    contact(one, 0, 0.4)
    assert asked(one, 0, presence=0.3).awareness[0] == pytest.approx(1 - np.exp(-0.6) * 0.6, abs=GRAIN)


def test_whoever_is_not_exposed_learns_nothing_from_presence() -> None:
    assert asked(mind(exposure=0.0), 0, presence=5.0).awareness[0] == 0.0


def test_a_customer_knows_its_provider() -> None:
    levels = asked(mind(operators=2), 0, provider=1)
    assert levels.awareness.tolist() == levels.aided.tolist() == levels.unaided.tolist() == [0.0, 1.0]


def test_a_name_is_recognised_before_it_comes_to_mind() -> None:
    aided_alone = asked(mind(exposure=1.0), 0, presence=-np.log(1 - (AIDED + UNAIDED) / 2))
    assert aided_alone.aided[0] == 1.0
    assert aided_alone.unaided[0] == 0.0


def test_only_the_three_best_known_names_come_to_mind() -> None:
    presence = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    levels = asked(mind(operators=5, exposure=1.0), 0, presence)
    assert levels.unaided.tolist() == [0.0, 0.0, 1.0, 1.0, 1.0]
    assert levels.aided.all()


def test_unaided_awareness_never_exceeds_aided_awareness() -> None:
    chance = np.random.default_rng(3)
    for _ in range(50):
        one = mind(operators=4, exposure=chance.exponential())
        for operator in range(4):
            contact(one, 0, chance.random(), operator=operator)
        levels = asked(one, int(chance.integers(100)), chance.exponential(size=4))
        assert (levels.unaided <= levels.aided).all()


def test_new_tenants_remember_nobody() -> None:
    one = mind(rows=2)
    meet_all(one, FADING, np.array([0, 1]), np.array([0, 0]), 5, 0.5, 1.0, 1.0)
    forget_all(one, np.array([0]), 9)
    assert asked(one, 9).awareness[0] == goodwill(one, 9) == tiredness(one, 9) == 0.0
    assert one.memory[1, 0] > 0 and one.persuasion[1, 0] > 0


def test_empty_premises_are_not_asked() -> None:
    provider, zone = np.array([-2, -1, 0], np.int8), np.array([0, 0, 1], np.int16)
    sums, by_zone, tenants = survey(mind(3, exposure=1.0), FADING, np.array([1.0]), provider, zone, 2, 0)
    assert tenants.tolist() == [1, 1]
    assert sums[0, 0] == pytest.approx(by_zone.sum())
    assert by_zone[1] == 1.0


def test_a_survey_adds_up_what_each_mind_knows() -> None:
    chance, rows, presence = np.random.default_rng(5), 40, np.array([0.2, 0.7, 1.5])
    many = mind(rows, 3)
    many.exposure[:] = chance.exponential(size=rows)
    meet_all(many, FADING, np.arange(0, rows, 2), np.arange(20) % 3, 4, 0.6, 0.0, 0.0)
    sums, _, _ = survey(many, FADING, presence, np.full(rows, -1, np.int8), np.zeros(rows, np.int16), 1, 60)
    each = [[awareness_of(many, FADING, presence, row, o, 60) for o in range(3)] for row in range(rows)]
    assert sums[:, 0] == pytest.approx(np.sum(each, axis=0), rel=1e-6)  # a survey is in single precision
    assert sums[:, 1].tolist() == np.sum(np.array(each) > AIDED, axis=0).tolist()


def test_a_contact_that_leaves_no_memory_does_not_renew_the_hold() -> None:
    one, other = mind(), mind()
    for of in (one, other):
        contact(of, 0, 0.5, 1.0)
    contact(one, HOLD - 5, 0.0, -0.5, 1.0)
    later = HOLD + 21
    assert asked(one, later).awareness[0] == pytest.approx(asked(other, later).awareness[0], abs=GRAIN)
    left = (1 - WORLD.signals.persuasion_fading_per_month) ** ((later - HOLD + 5) / MONTH)
    assert goodwill(one, later) == pytest.approx(goodwill(other, later) - 0.5 * left, abs=GRAIN)
    tired = (1 - WORLD.signals.fatigue_fading_per_month) ** ((later - HOLD + 5) / MONTH)
    assert tiredness(one, later) == pytest.approx(tired, abs=0.05)


def test_a_glance_at_a_van_renews_the_hold_for_little() -> None:
    one, other = mind(), mind()
    contact(one, 0, 0.6)
    contact(other, 0, 0.6)
    contact(one, HOLD, 0.03)
    later, month = HOLD + round(MONTH), 0.6 * (1 - WORLD.signals.forgetting_per_month) ** (round(MONTH) / MONTH)
    assert asked(other, later).awareness[0] == pytest.approx(month, abs=GRAIN)
    assert asked(one, later).awareness[0] < month + 0.03
