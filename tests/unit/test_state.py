"""Columns, the view onto one business, and what must never be in them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import City, city_from_tables
from sim.market import Market
from sim.state import NEVER, NONE, VACANT, MarketState, Rows
from tests.tiny import META, RIVAL, tiny_operators, tiny_tables
from tests.worlds import by_operator, first_morning, market, middle_city, small_city

TRAITS = ("address", "inclination", "exposure", "price_sensitivity", "phone_reach", "lines", "usage", "fault_day")


def test_blank_premises_are_vacant_and_nothing_awaits_them() -> None:
    state = MarketState.empty(3, 2)
    assert len(state) == 3
    assert (state.provider == VACANT).all()
    assert (state.decision_day == NEVER).all() and (state.turnover_day == NEVER).all()
    assert state.appeal.shape == (3, 2) and state.touch_day.shape == (3, 3)


def test_groups_of_columns_are_the_columns_themselves() -> None:
    state = MarketState.empty(3, 2)
    state.provider[1] = 0
    assert state.deal.provider[1] == state.contracts.provider[1] == state.urge_columns.provider[1] == 0
    for group in (state.mind, state.deal, state.contracts, state.urge_columns):
        assert all(getattr(group, name) is getattr(state, name) for name in group._fields if hasattr(state, name))


def test_a_business_reads_its_row() -> None:
    state = first_morning(small_city()).state
    business = state.business(7)
    assert business.employees == state.employees[7]
    assert business.is_vacant == (state.provider[7] == VACANT)
    with pytest.raises(AttributeError, match="a business has no 'height'"):
        _ = business.height


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("provider", 9, "provider out of bounds"),
        ("monthly_bill", 0.0, "a customer without a bill"),
        ("employees", 0, "a tenant without employees"),
        ("satisfaction", np.nan, "satisfaction is not finite"),
    ],
)
def test_a_broken_column_is_found(column: str, value: float, complaint: str) -> None:
    state = first_morning(small_city()).state
    row = int(np.flatnonzero(state.provider >= 0)[0])
    state.employees.flags.writeable = True
    getattr(state, column)[row] = value
    with pytest.raises(AssertionError, match=complaint):
        state.check(2)


def test_empty_premises_may_have_neither_search_nor_order() -> None:
    for column, value in (("decision_day", 5), ("order_operator", 0)):
        state = first_morning(small_city()).state
        getattr(state, column)[np.flatnonzero(state.provider == VACANT)[0]] = value
        with pytest.raises(AssertionError, match="empty premises"):
            state.check(2)


def with_one_more_business() -> City:
    """The tiny city with a business more, in the middle of the file."""
    tables = tiny_tables()
    more = {"business_id": "NEW", "zone_id": "NW", "premises_type": "industrial", "sector": "G", "employees": 4}
    for name, values in tables["businesses"].items():
        values.insert(30, more.get(name, "H99"))
    return city_from_tables(META, tiny_operators(), tables)


def with_one_more_operator() -> City:
    """The tiny city with a third operator."""
    operators = tiny_operators()
    operators[1]["share"] = 0.5
    return city_from_tables(META, [*operators, RIVAL | {"name": "Third", "share": 0.2}], tiny_tables())


def by_id(of: Market) -> dict[bytes, int]:
    """Rows by premises id."""
    return {name: row for row, name in enumerate(of.city.premises_id.tolist())}


@pytest.mark.parametrize("larger", [with_one_more_business, with_one_more_operator])
def test_one_more_changes_no_trait_of_the_others(larger) -> None:
    before, after = first_morning(small_city()), first_morning(larger())
    places = by_id(after)
    rows = np.array([places[name] for name in by_id(before)])
    for name in TRAITS:
        old, new = getattr(before.state, name), getattr(after.state, name)[rows]
        same = np.isclose(old, new, rtol=1e-6) if old.dtype.kind == "f" else old == new
        assert same[before.state.provider > VACANT].all(), name


def test_one_more_business_moves_no_provider_contract_or_closure_of_the_others() -> None:
    before, after = first_morning(small_city()), first_morning(with_one_more_business())
    places = by_id(after)
    rows = np.array([places[name] for name in by_id(before)])
    served = (before.state.provider > NONE) & (after.state.provider[rows] > NONE)
    for name in ("provider", "contract_end", "term_months", "turnover_day", "resizing_day"):
        assert (getattr(before.state, name)[served] == getattr(after.state, name)[rows][served]).all(), name
    assert served.sum() >= 55


def test_one_more_operator_takes_customers_and_moves_none_between_the_others() -> None:
    before, after = (first_morning(city).state.provider for city in (small_city(), with_one_more_operator()))
    stayed = (before >= 0) & (after >= 0) & (after < 2)
    assert (before[stayed] == 0).sum() >= (after[stayed] == 0).sum() - 8
    assert (after == 2).any()


def test_a_city_that_gives_providers_is_believed() -> None:
    tables = tiny_tables()
    tables["businesses"]["provider"] = ["Focal", "Rival"] * 30
    opened = first_morning(city_from_tables(META, tiny_operators(), tables))
    assert by_operator(opened, "customers")[0].tolist() == [30, 30]


def test_memory_a_row_stays_small() -> None:
    state = market(middle_city(), months=1, warmup=0).state
    assert sum(column.nbytes for column in state.columns().values()) / len(state) <= 200


def test_noted_rows_are_given_back_once_however_many_they_are() -> None:
    noted = Rows()
    noted.add(np.arange(3))
    noted.add(np.arange(2000))
    assert noted.take().tolist() == [0, 1, 2, *range(2000)]
    assert noted.take().size == 0
