"""Names and order decide nothing: operators that are alike share alike, and twice the city is twice the market."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import City, city_from_tables, enlarge
from sim.market import Market
from tests.tiny import META, tiny_operators, tiny_tables
from tests.worlds import EQUAL_TALKS, by_operator, column, market, middle_city, small_city, twin_city

COUNTS = ("customers", "gross_adds", "churn_competitor", "churn_closure")


def three_operators() -> list[dict]:
    """The tiny city's operators and a third one."""
    focal, rival = tiny_operators()
    third = {**rival, "name": "Another", "share": 0.2, "brand": 0.3, "price_index": 0.95, "quality": 0.5}
    return [focal, {**rival, "share": 0.5}, third]


def reordered(table: dict[str, list], order: list[int]) -> dict[str, list]:
    """The rows of a table in another order."""
    return {name: [values[i] for i in order] for name, values in table.items()}


def city(operators=None, zones: bool = False, businesses: bool = False) -> City:
    """A city of five tiny ones, its files in another order if wanted."""
    tables = tiny_tables()
    if zones:
        tables["zones"] = reordered(tables["zones"], [2, 0, 3, 1])
        tables["links"] = reordered(tables["links"], [3, 1, 0, 2])
    if businesses:
        tables["businesses"] = reordered(tables["businesses"], np.random.default_rng(5).permutation(60).tolist())
    return enlarge(city_from_tables(META, operators or three_operators(), tables), 5)


def run(of: City) -> Market:
    """Months with everything that happens in them."""
    decided = {"telemarketing.telemarketers": 1, "department.active": True, "department.reps": 2}
    return market(of, 3, decided, months=8, warmup=2).run()


def by_name(done: Market, column: str) -> dict[str, list[int]]:
    """A column of each operator."""
    return {each.name: by_operator(done, column)[:, each.number].tolist() for each in done.operators}


@pytest.fixture(scope="module")
def usual() -> Market:
    """The market of the files as they are."""
    return run(city())


@pytest.mark.parametrize(
    "other",
    [
        lambda: city(three_operators()[::-1]),
        lambda: city(three_operators()[1:] + three_operators()[:1]),
        lambda: city(zones=True),
        lambda: city(businesses=True),
    ],
    ids=["operators reversed", "focal last", "zones", "businesses"],
)
def test_the_order_of_the_files_changes_nothing(usual: Market, other) -> None:
    shuffled = run(other())
    for name in COUNTS:
        assert by_name(shuffled, name) == by_name(usual, name)
    for name in ("inbound_calls", "orders", "cancelled", "dials", "talks", "visits", "market_shopping"):
        assert column(shuffled, name).tolist() == column(usual, name).tolist()
    for name in ("awareness", "revenue", "cost", "monthly_revenue"):
        assert column(shuffled, name) == pytest.approx(column(usual, name), rel=1e-6)


def test_the_name_of_a_zone_changes_no_customer() -> None:
    tables = tiny_tables()
    tables["zones"]["name"] = ["A", "B", "C", "D"]
    tables["zones"]["district"] = ["X"] * 4
    renamed = market(city_from_tables(META, tiny_operators(), tables), months=6).run()
    assert (
        by_operator(renamed, "customers").tolist()
        == by_operator(market(small_city(), months=6).run(), "customers").tolist()
    )


def test_operators_that_are_alike_share_alike() -> None:
    runs = [market(twin_city(4), seed, EQUAL_TALKS, months=24, warmup=0, check=False).run() for seed in range(6)]
    for name in ("gross_adds", "churn_competitor"):
        total = np.sum([by_operator(each, name).sum(0) for each in runs], axis=0)
        assert (np.abs(total - total.mean()) < 4 * np.sqrt(total.mean())).all(), name
    customers = np.sum([by_operator(each, "customers")[-1] for each in runs], axis=0)
    assert customers / customers.sum() == pytest.approx(np.full(4, 0.25), abs=0.02)


def test_twice_the_city_and_staff_is_twice_the_market() -> None:
    once = [market(middle_city(), seed, {"telemarketing.telemarketers": 1}, months=12).run() for seed in range(6)]
    double = enlarge(middle_city(), 2)
    twice = [market(double, seed, {"telemarketing.telemarketers": 2}, months=12).run() for seed in range(3)]
    for name in (
        "market_shopping",
        "inbound_calls",
        "gross_adds",
        "orders",
        "market_closures",
        "dials",
        "talks",
        "opt_outs",
    ):
        one = sum(column(each, name).sum() for each in once)
        two = sum(column(each, name).sum() for each in twice)
        assert abs(one - two) < 4.5 * np.sqrt(one + two), name
    one, two = (np.mean([column(each, "awareness")[-1] for each in runs]) for runs in (once, twice))
    assert one == pytest.approx(two, rel=0.03)
