"""Prices that move draw attention, and it fades."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.pricenews import PriceNews
from tests.worlds import assert_same_tables, by_operator, column, market, middle_city

CUT = {"month": 1, "operator": "largest", "event": "tariff_change", "price_factor": 0.8}
WAR = {"month": 1, "operator": "rivals", "event": "reaction", "reaction": "price_war"}


def scene(slope: float, fading: float) -> SimpleNamespace:
    choice = SimpleNamespace(price_attention_slope=slope, price_attention_fading_per_month=fading)
    return SimpleNamespace(world=SimpleNamespace(choice=choice), appeal=SimpleNamespace(attention=np.ones(1)))


def operators(factors: tuple[float, float], customers: tuple[int, int] = (300, 100)) -> list[SimpleNamespace]:
    return [SimpleNamespace(price_factor=f, customers=n) for f, n in zip(factors, customers, strict=True)]


def attention(months: list[tuple[float, float]], slope: float = 2.0, fading: float = 0.5) -> list[float]:
    """Price sensitivity relative to quiet times, month by month, of a market with these price factors."""
    news, of, seen = PriceNews(2), scene(slope, fading), []
    for factors in months:
        news.open_month(operators(factors), of)
        seen.append(float(of.appeal.attention[0]))
    return seen


def test_prices_that_stand_still_draw_no_attention() -> None:
    assert attention([(1.0, 1.0)] * 3) == [1.0, 1.0, 1.0]


def test_a_move_counts_by_its_size_and_its_operators_customers_and_fades() -> None:
    cut = np.exp(-0.2)  # of the operator with a quarter of the customers: 0.05 of the market
    assert attention([(1.0, cut)] * 3) == pytest.approx([1.1, 1.05, 1.025])


def test_a_rise_is_noticed_as_a_cut_is() -> None:
    assert attention([(1.25, 1.0)]) == pytest.approx(attention([(0.8, 1.0)]))


def test_a_war_adds_up() -> None:
    seen = attention([(0.9**k, 0.9**k) for k in range(4)], fading=0.0)
    assert seen == pytest.approx([1.0 - 2.0 * k * np.log(0.9) for k in range(4)])


# ---- in a market ---------------------------------------------------------------------------------------------------


def run(slope: float, *events: dict, **run):
    numbers = {"world.choice.price_attention_slope": slope, "events": list(events)}
    return market(middle_city(), 3, numbers, months=12, warmup=1, check=False, **run).run()


def test_without_a_move_of_prices_the_switch_changes_nothing() -> None:
    assert_same_tables(run(0.0), run(3.0))


def test_a_price_war_moves_more_customers_where_prices_that_move_draw_attention() -> None:
    calm, stirred = run(0.0, CUT, WAR), run(3.0, CUT, WAR)
    assert stirred.scene.appeal.attention[0] > 1.1
    assert calm.scene.appeal.attention[0] == 1.0
    np.testing.assert_array_equal(by_operator(calm, "price_index")[:5], by_operator(stirred, "price_index")[:5])
    lost = [column(done, "customers")[-1] for done in (calm, stirred)]
    assert lost[1] < lost[0]  # the focal operator stays out of it
