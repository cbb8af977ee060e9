"""What is remembered on the first morning."""

from __future__ import annotations

import numpy as np
import pytest

from sim.state import NONE
from tests.worlds import SILENT, column, first_morning, market, middle_city


def test_minds_of_customers_remember_other_operators_and_nobody_else_does() -> None:
    state = first_morning(middle_city()).state
    served = np.flatnonzero(state.provider >= 0)
    assert not state.memory[served, state.provider[served]].any()
    assert not state.memory[state.provider <= NONE].any()
    assert 0.005 < (state.memory[served] / 65535).mean() < 0.1


def test_without_any_word_or_talk_only_former_customers_remember() -> None:
    nothing = {"world.signals.van_recall_share": 0.0, "world.signals.phone_recall_share": 0.0}
    state = first_morning(middle_city(), numbers={**SILENT, **nothing}).state
    remembering = (state.memory > 0).sum()
    assert 0 < remembering < 0.1 * state.memory.size
    assert not state.persuasion.any()


@pytest.mark.parametrize("seed", [1, 2])
def test_awareness_does_not_rise_in_the_first_year(seed: int) -> None:
    awareness = column(market(middle_city(), seed, months=1, warmup=11, check=False).run(), "awareness")
    assert awareness[-1] == pytest.approx(awareness[0], rel=0.05)
