"""What customers are worth, by pencil."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.economics import annuity, mean_bill, monthly, months_of_life


def counts(customers: list[int], lost: list[int], bills: list[float] | None = None) -> dict[str, np.ndarray]:
    """One run of one scenario."""
    given = {"customers": customers, "lost": lost, "bills": bills or [0.0] * len(lost)}
    return {name: np.array(values, float)[None, None] for name, values in given.items()}


def test_a_constant_hazard_gives_the_months_of_an_endless_row() -> None:
    kept = 0.99 * 0.992
    assert annuity(np.array(0.01), 0.992) == pytest.approx(kept / (1 - kept))
    assert annuity(np.array(0.01), 0.992) == pytest.approx(sum(kept**n for n in range(1, 4000)))


def test_life_is_survival_as_far_as_it_was_watched_and_the_tail_behind_it() -> None:
    watched = counts([100, 100, 50], [0, 10, 0])
    life = months_of_life(watched, np.ones(3), np.array([[0.1]]))
    assert life == pytest.approx(1 + 0.9 + 0.9 + 0.9 * 9)


def test_ages_of_a_handful_are_left_to_the_tail() -> None:
    watched = counts([100, 100, 3], [0, 10, 3])
    assert months_of_life(watched, np.ones(3), np.array([[0.1]])) == pytest.approx(1 + 0.9 + 0.9 * 9)


def test_a_channel_without_customers_has_no_life() -> None:
    assert np.isnan(months_of_life(counts([0, 0], [0, 0]), np.ones(2), np.array([[0.1]]))).all()


def test_discounting_shortens_life() -> None:
    watched, discount = counts([100] * 25, [1] * 25), 1.1 ** (-np.arange(25) / 12)
    hazard = np.array([[0.01]])
    assert monthly(discount) == pytest.approx(1.1 ** (-1 / 12))
    assert months_of_life(watched, discount, hazard) < months_of_life(watched, np.ones(25), hazard)


def test_the_bill_is_that_of_those_who_stay() -> None:
    assert mean_bill(counts([10, 10], [0, 5], [1000.0, 500.0])) == pytest.approx(100.0)
