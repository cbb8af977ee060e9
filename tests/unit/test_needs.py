"""Who starts to look, whom a business asks, and what lies on the table."""

from __future__ import annotations

import numpy as np
import pytest

from sim.choice import APPEAL_UNIT
from sim.city import city_from_tables, enlarge
from sim.draws import as_limit
from sim.market import Market
from sim.state import NEVER, NONE, VACANT
from sim.steps import needs
from sim.steps.needs import CallDiary, chance_of_row, put_offers, set_limits
from tests.tiny import META, tiny_operators, tiny_tables
from tests.worlds import assert_same_tables, column, first_morning, market, middle_city, small_city

# Everybody shops alike: what is left is what the test is about.
PLAIN = {
    "world.needs.shopping_inclination_sigma": 0.0,
    "world.installation.fault_rate_per_month": 0.0,
    "world.demography.resizing_rate_per_month": 0.0,
    "world.demography.closure_rate_per_month": 1e-6,
    "world.needs.renewal_factor": 1.0,
    "world.needs.no_provider_factor": 1.0,
    "world.signals.defection_shopping_logit": 0.0,
    "world.signals.news_shopping_logit": 0.0,
}


def shoppers(rows: np.ndarray | None = None, days: int = 5, numbers=None, prepare=lambda opened: None) -> float:
    """Searches begun for each business and day, every search being forgotten by the next morning."""
    opened = first_morning(middle_city(), numbers={**PLAIN, **(numbers or {})})
    prepare(opened)
    state = opened.state
    rows = np.flatnonzero(state.provider >= NONE) if rows is None else rows
    begun = 0
    for day in range(days):
        needs.refresh(state, opened.scene, day, everybody=True)
        needs.start_shopping(state, opened.scene, opened.diary, opened.record, day, opened.luck("needs", day))
        begun += int((state.decision_day[rows] != NEVER).sum())
        state.close_search(np.arange(len(state)))
    return begun / (rows.size * days)


def rate(numbers=None) -> float:
    """The daily chance of the plain world."""
    return first_morning(middle_city(), numbers={**PLAIN, **(numbers or {})}).scene.urge.rate_per_day


FAST = {"world.needs.shopping_rate_per_month": 0.4}


def near(observed: float, expected: float, n: int) -> bool:
    """Within four standard errors of a count."""
    return abs(observed - expected) < 4 * np.sqrt(expected / n)


def test_a_plain_business_starts_to_look_at_the_base_rate() -> None:
    assert near(shoppers(numbers=FAST), rate(FAST), 1400 * 5)


def test_shopping_near_its_lower_bound_lowers_searches() -> None:
    low = market(middle_city(), numbers={"world.needs.shopping_rate_per_month": 0.001}).run()
    usual = market(middle_city()).run()
    assert column(low, "market_shopping").sum() < 0.2 * column(usual, "market_shopping").sum()


def test_the_end_of_a_contract_wakes_and_its_absence_does_not() -> None:
    def ending(opened: Market) -> None:
        opened.state.term_months[:], opened.state.contract_end[:] = 24, 20

    def without(opened: Market) -> None:
        opened.state.term_months[:], opened.state.contract_end[:] = 0, 20

    def far(opened: Market) -> None:
        opened.state.term_months[:], opened.state.contract_end[:], opened.state.renewals[:] = 24, 300, 0

    factor = {**FAST, "world.needs.renewal_factor": 6.0}
    served = np.flatnonzero(first_morning(middle_city(), numbers=PLAIN).state.provider >= 0)
    assert near(shoppers(served, 5, factor, ending), 6 * rate(FAST), served.size * 5)
    assert near(shoppers(served, 5, factor, without), rate(FAST), served.size * 5)
    assert near(shoppers(served, 5, factor, far), rate(FAST), served.size * 5)


def test_news_and_dissatisfaction_raise_the_chance_by_their_logits() -> None:
    def stirred(opened: Market) -> None:
        opened.state.news[:], opened.state.news_day[:] = np.log(3.0), 0

    def unhappy(opened: Market) -> None:
        opened.state.satisfaction[:], opened.state.satisfaction_day[:] = -1.0, 0

    served = np.flatnonzero(first_morning(middle_city(), numbers=PLAIN).state.provider >= 0)
    slope = first_morning(middle_city()).scene.urge.dissatisfaction_slope
    assert near(shoppers(served, 1, FAST, stirred), 3 * rate(FAST), served.size)
    assert near(shoppers(served, 1, FAST, unhappy), np.exp(slope) * rate(FAST), served.size)


def test_a_business_without_provider_looks_many_times_as_often() -> None:
    def unserved(opened: Market) -> None:
        opened.state.provider[opened.state.provider >= 0] = NONE

    numbers = {"world.needs.no_provider_factor": 25.0}
    rows = np.flatnonzero(first_morning(middle_city(), numbers=PLAIN).state.provider > VACANT)
    assert near(shoppers(rows, 5, numbers, unserved), 25 * rate(), rows.size * 5)


def test_limits_never_lie_below_the_exact_chance() -> None:
    run = market(middle_city(), numbers={"telemarketing.telemarketers": 2}, months=2, warmup=0, check=False)
    while run.running:
        run.step()
        tracked = run.state.shopping_limit.copy()
        needs.refresh(run.state, run.scene, run.day, everybody=True)
        assert (tracked >= run.state.shopping_limit).all()
        run.state.shopping_limit[:] = tracked


def test_looking_at_every_row_every_day_gives_the_same_market(monkeypatch: pytest.MonkeyPatch) -> None:
    spared = market(middle_city(), numbers={"telemarketing.telemarketers": 2}).run()
    refresh = needs.refresh
    monkeypatch.setattr(
        needs, "refresh", lambda state, scene, day, everybody=False: refresh(state, scene, day, everybody=True)
    )
    assert_same_tables(spared, market(middle_city(), numbers={"telemarketing.telemarketers": 2}).run())


def searching(**numbers: float) -> Market:
    """The middle city, all of whose tenants begin a search on the first day."""
    opened = first_morning(middle_city(), numbers=numbers)
    rows = np.flatnonzero(opened.state.provider > VACANT)
    needs.begin_search(opened.state, opened.scene, opened.diary, opened.record, rows, 0, opened.luck("needs", 0))
    return opened


def test_searches_last_between_half_and_one_and_a_half_of_their_mean() -> None:
    opened = searching()
    state, tenants = opened.state, opened.state.provider > VACANT
    for size, mean in enumerate(opened.scene.urge.search_days):
        days = state.decision_day[tenants & (state.size_class == size)]
        if days.size:
            assert days.min() >= np.floor(mean / 2) and days.max() <= np.ceil(1.5 * mean)


@pytest.mark.parametrize("calls_max", [1, 2])
def test_a_business_asks_so_many_operators_at_most_and_never_its_own(calls_max: int) -> None:
    opened = searching(**{"world.needs.calls_max": calls_max, "world.calls.lost_caller_rival_share": 0.0})
    state = opened.state
    offers = (state.offers[:, None] >> np.arange(4)) & 1
    asked = offers.sum(1) + np.isin(np.arange(len(state)), opened.diary.row)
    assert asked.max() == calls_max
    served = np.flatnonzero(state.provider >= 0)
    assert not offers[served, state.provider[served]].any()
    assert not (state.provider[opened.diary.row] == 0).any()


def test_calls_to_the_focal_operator_fall_before_the_decision() -> None:
    opened = searching()
    assert (opened.diary.day >= 0).all()
    assert (opened.diary.day < opened.state.decision_day[opened.diary.row]).all()


def test_nobody_asks_an_operator_without_a_network_in_the_zone() -> None:
    operators = tiny_operators()
    operators[1]["network"] = "coverage"
    coverage = {"coverage": {"operator": ["Rival", "Rival"], "zone_id": ["NW", "NE"]}}
    city = enlarge(city_from_tables(META, operators, tiny_tables() | coverage), 10)
    opened = first_morning(city)
    state, rows = opened.state, np.flatnonzero(opened.state.provider > VACANT)
    needs.begin_search(state, opened.scene, opened.diary, opened.record, rows, 0, opened.luck("needs", 0))
    south = np.isin(city.zone_id[city.zone], ["SW", "SE"])
    assert not (state.offers[south] & 2).any()
    assert (state.offers[~south] & 2).any()
    assert not (state.provider[south] == 1).any()


def test_operators_are_asked_more_often_when_unknown_names_are_found_too() -> None:
    known = searching(**{"world.needs.discovery_share": 0.0}).diary.row.size
    found = searching(**{"world.needs.discovery_share": 0.4}).diary.row.size
    assert 0 < known < found


def test_a_better_offer_of_the_same_operator_replaces_a_worse_one() -> None:
    state, row = first_morning(small_city()).state, np.array([3])
    for channel, logit, kept in ((0, 0.5, 0), (2, 0.25, 0), (2, 1.0, 2)):
        put_offers(state, row, 1, channel, np.array([logit]))
        assert state.offer_channel[3, 1] == kept
    assert state.appeal[3, 1] * APPEAL_UNIT == 1.0
    assert state.offers[3] == 2


def test_closing_a_search_clears_the_table() -> None:
    state, row = first_morning(small_city()).state, np.array([3])
    put_offers(state, row, 0, 0, np.array([0.5]))
    state.decision_day[3] = 9
    state.close_search(row)
    assert state.offers[3] == 0 and state.decision_day[3] == NEVER and not state.appeal[3].any()


def test_the_diary_gives_back_what_is_due_and_keeps_the_rest() -> None:
    diary = CallDiary()
    diary.add(np.array([4, 5, 6]), np.array([2, 1, 2]))
    assert diary.due(1).tolist() == [5]
    assert diary.due(1).tolist() == []
    assert sorted(diary.due(2)) == [4, 6]


def test_limits_of_many_rows_are_the_chance_of_each() -> None:
    run = market(middle_city(), months=1, warmup=0, check=False).run()
    state, scene, today = run.state, run.scene, run.day
    for everybody in (True, False):
        state.shopping_limit[:] = 7
        set_limits(state.held, scene.held, np.arange(len(state)), everybody, today)
        exact = [chance_of_row(state.urge_columns, scene.fading, scene.urge, i, today) for i in range(len(state))]
        assert state.shopping_limit.tolist() == as_limit(np.array(exact)).tolist()


def test_a_consultation_by_a_rival_is_remembered_too() -> None:
    opened = first_morning(middle_city(), numbers={"world.signals.phone_recall_share": 1.0})
    opened.state.memory[:] = 0
    rows = np.flatnonzero(opened.state.provider > VACANT)
    needs.begin_search(opened.state, opened.scene, opened.diary, opened.record, rows, 0, opened.luck("needs", 0))
    asked = (opened.state.offers[:, None] >> np.arange(4) & 1).astype(bool)
    assert asked.any() and ((opened.state.memory > 0) == asked).all()
