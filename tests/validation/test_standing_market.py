"""The passive world stands still: what the opening constants promise in expectation comes out over many seeds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from tests.worlds import by_operator, column, market, middle_city, working_days

SEEDS = 10
DRIFT = 0.05  # how far a standing market may move between its first and its last six months


@cache
def runs() -> list[Market]:
    """Passive runs of the middle city."""
    return [market(middle_city(), seed, months=24, warmup=12, check=False).run() for seed in range(SEEDS)]


def last_against_first(values: np.ndarray) -> tuple[float, float]:
    """The last six months relative to the first six of the reported ones, and its standard error, over runs."""
    first, last = values[:, 13:19].mean(1), values[:, -6:].mean(1)
    ratio = last / first.mean()
    return float(last.mean() / first.mean() - 1), float((ratio - first / first.mean()).std() / np.sqrt(len(values)))


@pytest.mark.parametrize("operator", range(4))
def test_customers_of_every_operator_stand_still(operator: int) -> None:
    drift, error = last_against_first(np.array([by_operator(each, "customers")[:, operator] for each in runs()]))
    assert abs(drift) < DRIFT + 2 * error


@pytest.mark.parametrize("name", ["awareness", "inbound_calls", "service_calls", "market_shopping"])
def test_the_rest_of_the_market_stands_still_too(name: str) -> None:
    days = working_days(runs()[0])
    daily = 1.0 if name == "awareness" else days
    drift, error = last_against_first(np.array([column(each, name) / daily for each in runs()]))
    assert abs(drift) < DRIFT + 2 * error


def test_gains_make_up_for_losses() -> None:
    gained = sum(column(each, "gross_adds")[13:].sum() for each in runs())
    lost = sum((column(each, "churn_competitor") + column(each, "churn_closure"))[13:].sum() for each in runs())
    assert abs(gained - lost) < DRIFT * lost + 3 * np.sqrt(gained + lost)


def test_as_many_tenants_are_without_a_provider_as_at_the_start() -> None:
    providers = np.concatenate([each.state.provider for each in runs()])
    share = (providers == -1).sum() / (providers >= -1).sum()
    assert share == pytest.approx(runs()[0].base.still.unserved_share, abs=0.01)


def test_closures_take_customers_of_all_operators_alike() -> None:
    closed = sum(by_operator(each, "churn_closure").sum(0) for each in runs())
    exposed = sum(by_operator(each, "customers")[:-1].sum(0) for each in runs())
    rate = closed.sum() / exposed.sum()
    assert (np.abs(closed - rate * exposed) < 4 * np.sqrt(rate * exposed)).all()
    assert rate == pytest.approx(runs()[0].parameters.world.demography.closure_rate_per_month, rel=0.08)
