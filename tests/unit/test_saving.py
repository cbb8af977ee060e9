"""A market that is saved, loaded or forked goes on as if nothing had happened."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from sim.errors import InputError
from sim.kept import MESAS, NAMED, ROOMS
from sim.market import Market
from tests.tiny import tiny_city, tiny_folder
from tests.worlds import assert_same_tables, middle_city, parameters

SHORT = {"months": 5, "warmup": 3, "check": True, "record.events": True, "record.ledger": True}
FIELD = {"department.active": True, "department.reps": 2, "department.stages.test_sales": True}
QUICK_FIELD = FIELD | {
    "department.mode": "alone",
    "department.stages.recruiting": False,
    "department.stages.labour_market": False,
    "department.intelligence": "mystery_shopping",
    "department.doors": "expected_value",
    "department.conduct.overpromising": True,
}
RIVALS = {"situation.rival_reps": 8.0, "situation.rival_telemarketers": 6.0, "situation.rival_reaction": "losses"}
FUTURES = {
    "field": FIELD,
    "field at once": QUICK_FIELD,
    "telemarketing": {"telemarketing.telemarketers": 2},
    "retention": {"retention.proactive_share": 0.5, "retention.reactive": False, "crews.meetings": "always"},
    "budget": {"advertising.budget_factor": 2.0},
}


def a_market(numbers=None, city=None):
    return Market(parameters({**SHORT, **(numbers or {})}), city or middle_city(), 3)


def everything(value, path, found):
    """Every room reached by what rooms keep, with the path to it."""
    if isinstance(value, dict):
        for key, each in value.items():
            everything(each, f"{path}[{key!r}]", found)
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            everything(each, f"{path}[{place}]", found)
    elif hasattr(value, "__dict__") and not isinstance(value, np.ndarray):
        found[path] = value
        for kept in ROOMS.get(type(value).__name__, ROOMS["Rows"]._replace(kept=())).kept:
            inner = value
            for name in kept.split("."):
                inner = getattr(inner, name)
            everything(inner, f"{path}.{kept}", found)
    return found


@pytest.fixture(scope="module")
def busy():
    """A market in the middle of its run in which everybody sells."""
    return a_market(QUICK_FIELD | RIVALS | {"telemarketing.telemarketers": 2}).run(3)


def test_every_attribute_of_every_room_is_kept_or_given(busy):
    homeless = []
    for path, room in everything(busy, "market", {}).items():
        name = type(room).__name__
        assert name in ROOMS, f"{path} is a {name}: give it a line in sim/kept.py"
        heads = {kept.split(".")[0] for kept in ROOMS[name].kept}
        mesas = MESAS if isinstance(room, Market) or "model" in vars(room) or name == "MonthlyCollector" else set()
        homeless += [f"{path}.{one}" for one in set(vars(room)) - heads - set(ROOMS[name].given) - mesas]
    assert not homeless, f"neither kept nor given in sim/kept.py: {homeless}"


def test_a_loaded_market_goes_on_bit_for_bit(busy, tmp_path):
    file = busy.save(tmp_path / "market.zip")
    again = Market.load(file, city=middle_city())
    assert (again.day, again.steps) == (busy.day, busy.steps)
    straight = a_market(QUICK_FIELD | RIVALS | {"telemarketing.telemarketers": 2}).run()
    again.run()
    assert_same_tables(again, straight)
    for name, column in straight.state.columns().items():
        np.testing.assert_array_equal(again.state.columns()[name], column, err_msg=name)
    np.testing.assert_equal(again.datacollector.model_vars, straight.datacollector.model_vars)
    assert len(again.agents) == len(straight.agents)


def test_nothing_in_the_file_is_a_pickle(busy, tmp_path):
    with zipfile.ZipFile(busy.save(tmp_path / "market.zip")) as file:
        assert file.namelist() == ["market.json", "columns.bin"]
        head = json.loads(file.read("market.json"))
    assert head["format"] == 1
    assert all("O" not in str(each["type"]) for each in head["columns"])


@pytest.mark.parametrize("name", FUTURES)
def test_a_fork_is_the_same_as_a_straight_run(name):
    past = a_market().run(0)
    other = past.fork(**FUTURES[name]).run()
    assert_same_tables(other, a_market(FUTURES[name]).run())
    assert_same_tables(past.run(), a_market().run())  # the past is none the wiser


def test_a_fork_of_a_department_may_be_another_one_or_none():
    past = a_market(FIELD).run(0)
    assert_same_tables(past.fork(**{"department.reps": 3}).run(), a_market(FIELD | {"department.reps": 3}).run())
    assert_same_tables(past.fork(**{"department.active": False}).run(), a_market().run())


def test_a_fork_that_would_change_the_past_is_refused():
    past = a_market({"months": 2, "warmup": 1})
    with pytest.raises(InputError, match="morning of month 1 alone"):
        past.fork(**FIELD)
    past.run(0)
    with pytest.raises(InputError, match="call_centre differs"):
        past.fork(**{"call_centre.agents": 9})
    early = [{"month": 0, "operator": "largest", "event": "tariff_change", "price_factor": 0.9}]
    with pytest.raises(InputError, match="events before month 1"):
        past.fork(events=early)


def test_a_file_of_another_version_city_or_kind_is_refused(tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    market = Market(parameters(SHORT), str(tiny_folder(folder)), 1)
    file = market.save(tmp_path / "market.zip")
    assert Market.load(file).day == market.day
    with pytest.raises(InputError, match="saved in another city"):
        Market.load(file, city=middle_city())
    for key, value, words in (("format", 99, "has format 99"), ("program", "abc", "another version of the model")):
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(tmp_path / "other.zip", "w") as new:
            new.writestr("market.json", json.dumps(json.loads(old.read("market.json")) | {key: value}))
            new.writestr("columns.bin", old.read("columns.bin"))
        with pytest.raises(InputError, match=words):
            Market.load(tmp_path / "other.zip")
    (tmp_path / "cut.zip").write_bytes(file.read_bytes()[:-40])
    with pytest.raises(InputError, match="no saved market, or it is damaged"):
        Market.load(tmp_path / "cut.zip")
    with pytest.raises(InputError, match="does not exist"):
        Market.load(tmp_path / "none.zip")
    with pytest.raises(InputError, match="cannot write"):
        market.save(tmp_path / "nowhere" / "market.zip")


def test_a_city_that_was_never_in_a_folder_must_be_given(tmp_path):
    file = Market(parameters(SHORT), tiny_city(), 1).save(tmp_path / "market.zip")
    with pytest.raises(InputError, match="give it, as city="):
        Market.load(file)


def test_names_of_tuples_are_those_of_their_classes():
    assert all(name == named.__name__ for name, named in NAMED.items())
