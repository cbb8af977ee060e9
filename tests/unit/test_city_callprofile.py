"""The shape of a working day's calls."""

from __future__ import annotations

import numpy as np
import pytest

from sim.callprofile import rate_variance, working_day_profile


def test_shares_of_a_working_day_sum_to_one() -> None:
    start, share, dispersion = working_day_profile()
    assert share.sum() == pytest.approx(1.0)
    assert start[0] == 480
    assert start[-1] == 1050
    assert (np.diff(start) == 30).all()
    assert (dispersion > 1).all()


def test_the_morning_is_busiest_and_the_edges_quiet() -> None:
    start, share, _ = working_day_profile()
    assert 600 <= start[share.argmax()] <= 660
    assert share[0] < 0.6 * share.max() > share[-1]


def test_shorter_hours_keep_the_shape() -> None:
    _, whole, _ = working_day_profile()
    _, part, _ = working_day_profile(9, 17)
    assert part / part[0] == pytest.approx(whole[2:-2] / whole[2])


def test_the_rate_varies_by_a_few_percent_from_day_to_day() -> None:
    assert ((rate_variance() > 0.001) & (rate_variance() < 0.03)).all()


def test_hours_without_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="no calls are known"):
        working_day_profile(2, 4)
