"""Rivals' representatives in short form."""

from __future__ import annotations

import numpy as np
import pytest

from sim.city import city_from_tables, enlarge
from sim.errors import InputError
from sim.market import Market
from tests.tiny import META, tiny_operators, tiny_tables
from tests.worlds import assert_same_tables, by_operator, events, market, middle_city, small_city, working_days

TEAM = {"month": 1, "operator": "largest", "event": "field_team", "reps": 4}


def run(*scripted: dict, city=None, months: int = 8, **numbers) -> Market:
    """A run with events, seen in full."""
    every = {"events": list(scripted), "record.events": True, **numbers}
    return market(city or middle_city(), 2, every, months=months, warmup=1, check=False).run()


def test_the_first_visits_follow_after_the_build_up() -> None:
    done = run(TEAM | {"reps": 1}, months=4)
    assert by_operator(done, "reps")[:, 1].tolist() == [0, 0, 0, 0, 1, 1]
    visits = events(done, "visit")
    assert set(visits["operator"]) == {"Northline"}
    per_day = len(visits["day"]) / working_days(done)[-2:].sum()
    assert per_day == pytest.approx(10)


def test_a_team_wins_customers_from_the_others() -> None:
    still, attacked = run(months=10), run(TEAM | {"reps": 12}, months=10)
    gains = [by_operator(done, "gross_adds")[4:].sum(axis=0) for done in (still, attacked)]
    assert gains[1][1] > 1.2 * gains[0][1]
    assert by_operator(attacked, "customers")[-1, 0] < by_operator(still, "customers")[-1, 0]
    assert by_operator(attacked, "awareness")[-1, 1] > by_operator(still, "awareness")[-1, 1]


def test_a_team_that_is_given_up_visits_nobody() -> None:
    done = run(TEAM, TEAM | {"month": 4, "reps": 0}, months=6)
    assert by_operator(done, "reps")[-3:, 1].tolist() == [0, 0, 0]


def test_its_own_customers_are_not_visited() -> None:
    done = run(TEAM, months=4)
    first = events(done, "visit")
    opened = market(middle_city(), 2, months=1, warmup=1)
    served = dict(zip(np.asarray(done.city.premises_id, str), opened.state.provider, strict=True))
    ours = [served[business] == 1 for business in first["business_id"][:200]]
    assert np.mean(ours) < 0.1  # but for those who came to it or left it meanwhile


def test_a_door_is_left_alone_for_sixty_days() -> None:
    done = run({**TEAM, "operator": "Rival", "reps": 20}, city=small_city(), months=9)
    visits = events(done, "visit")
    rounds = np.unique(visits["day"])
    gaps = np.diff(rounds)
    assert gaps.max() >= 55 and len(rounds) <= 6


def test_zones_without_network_are_not_visited() -> None:
    operators = tiny_operators()
    operators[1]["network"], operators[0]["network"] = "coverage", "all"
    coverage = {"coverage": {"operator": ["Rival", "Rival"], "zone_id": ["NW", "NE"]}}
    city = enlarge(city_from_tables(META, operators, tiny_tables() | coverage), 5)
    built = {"month": 4, "operator": "Rival", "event": "network_built", "zones": ["SW"]}
    done = run(TEAM | {"reps": 2}, built, city=city, months=8)
    visits = events(done, "visit")
    before = visits["date"] < events(done, "network_built")["date"][0]
    assert set(visits["zone_id"][before]) == {"NW", "NE"}
    assert set(visits["zone_id"]) == {"NW", "NE", "SW"}
    assert events(done, "network_built")["value"].tolist() == [1.0]


def test_teams_of_the_operators_file_visit_from_the_first_day() -> None:
    operators = tiny_operators()
    operators[1]["reps"] = 2
    city = enlarge(city_from_tables(META, operators, tiny_tables()), 10)
    done = run(city=city, months=1)
    assert by_operator(done, "reps")[:, 1].tolist() == [2, 2, 2]
    assert len(events(done, "visit")["day"]) > 100


def test_other_luck_stays_as_it_was_when_a_team_visits_nobody() -> None:
    nobody = {f"world.field.decision_maker_share.{kind}": 0.0 for kind in shares()}
    assert_same = run(months=3), run(TEAM | {"reps": 0}, months=3, **nobody)
    tables = [{name: t for name, t in done.tables().items() if name != "events"} for done in assert_same]
    for name, table in tables[0].items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, tables[1][name][column])


def shares() -> tuple[str, ...]:
    """The premises types."""
    return ("street_level", "business_centre", "shopping_centre", "industrial")


def test_a_team_of_the_focal_operator_is_its_department() -> None:
    with pytest.raises(InputError, match=r"events\[0\].*its department"):
        run(TEAM | {"operator": "Focal"})


def test_unknown_zones_and_operators_are_told_at_once() -> None:
    built = {"month": 1, "operator": "Rivall", "event": "network_built", "zones": ["NX"]}
    with pytest.raises(InputError) as caught:
        run(built, city=small_city())
    assert len(caught.value.messages) == 2
    assert "did you mean 'Rival'" in caught.value.messages[0] and "'NX'" in caught.value.messages[1]


def test_two_runs_with_teams_are_the_same() -> None:
    assert_same_tables(run(TEAM, months=4), run(TEAM, months=4))
