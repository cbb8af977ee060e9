"""The market as a Mesa model: steps, agents, collector, batch runs, and no memory left behind."""

from __future__ import annotations

import gc
import inspect
import weakref

import mesa
import numpy as np
import pytest

from sim.agents.operator import Operator
from sim.agents.people import CallCentreAgent, Telemarketer
from sim.errors import InputError
from sim.market import Market
from sim.parameters import check, defaults
from tests.worlds import assert_same_tables, column, market, small_city, working_days

SHORT = {"months": 1, "warmup": 0}


def test_a_market_is_a_mesa_model_with_the_promised_signature() -> None:
    assert issubclass(Market, mesa.Model)
    assert list(inspect.signature(Market).parameters) == ["parameters", "city", "seed", "overrides"]


def test_a_market_without_arguments_is_the_bundled_city_as_shipped() -> None:
    made = Market()
    assert made.city.name.startswith("Melbourne")
    assert made.parameters == check(defaults())
    assert len(made.operators) == 4
    assert made.running and made.month == -11


def test_a_step_is_a_working_day_and_the_last_one_ends_the_run() -> None:
    short = market(small_city(), **SHORT)
    days = 0
    while short.running:
        short.step()
        days += 1
    assert days == short.calendar.days_in_month[-1]
    last = short.day
    short.step()
    assert short.day == last


def test_a_run_may_stop_after_some_months_and_go_on() -> None:
    halves, whole = market(small_city(), months=4), market(small_city(), months=4).run()
    assert halves.run(months=2).running
    assert column(halves, "month")[-1] == 2
    assert_same_tables(halves.run(), whole)


def test_overrides_are_dotted_names() -> None:
    made = Market(city=small_city(), **{"telemarketing.telemarketers": 4, "world.needs.calls_max": 3, **SHORT})
    assert made.parameters.telemarketing.telemarketers == 4
    assert made.parameters.world.needs.calls_max == 3


def test_overrides_go_on_top_of_given_parameters() -> None:
    made = Market(check({**defaults(), **SHORT}), small_city(), **{"telemarketing.telemarketers": 4})
    assert (made.parameters.months, made.parameters.telemarketing.telemarketers) == (1, 4)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"telemarketing.telemarketer": 2}, "telemarketing.telemarketers"),
        ({"world.needs.calls_max": 99}, "outside its range"),
        ({"months": 0}, "months"),
    ],
)
def test_a_wrong_override_is_told_with_help(wrong: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Market(city=small_city(), **wrong)


def test_all_wrong_overrides_are_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        Market(city=small_city(), **{"monthz": 1, "telemarketing.nobody": 2})
    assert len(told.value.messages) == 2


def test_an_unknown_city_is_told_with_help() -> None:
    with pytest.raises(InputError, match="did you mean 'melbourne'"):
        Market(city="melborne")


def test_operators_and_people_are_mesa_agents() -> None:
    made = market(small_city(), numbers={"telemarketing.telemarketers": 3}, **SHORT)
    made.step()
    kinds = made.agents_by_type
    assert len(kinds[Operator]) == 2
    assert len(kinds[Telemarketer]) == 3
    assert len(kinds[CallCentreAgent]) == len(made.call_centre) > 0
    assert sum(len(each) for each in kinds.values()) == len(made.agents)
    ids = [agent.unique_id for agent in made.agents]
    assert len(set(ids)) == len(ids)


def test_agents_read_the_columns() -> None:
    made = market(small_city(), numbers={"telemarketing.telemarketers": 3}, **SHORT).run()
    focal, rival = made.operators
    assert focal.is_focal and not rival.is_focal
    assert focal.customers == made.customers == (made.state.provider == 0).sum()
    assert focal.market_share + rival.market_share == pytest.approx(1.0)
    assert np.std([agent.skill for agent in made.agents_by_type[Telemarketer]]) > 0
    agents = list(made.agents_by_type[CallCentreAgent])
    assert [agent.busy_minutes for agent in agents] == made.call_centre.busy_minutes.tolist()


def test_people_who_leave_are_no_agents_any_more() -> None:
    decided = {"telemarketing.telemarketers": 3, "telemarketing.months": 1}
    made = market(small_city(), numbers=decided, months=2, warmup=0).run()
    assert len(made.agents_by_type.get(Telemarketer, [])) == 0


def test_the_monthly_table_is_a_data_frame() -> None:
    frame = market(small_city()).run().monthly
    assert frame["month"].tolist() == [-2, -1, 0, 1, 2, 3]
    assert {"customers", "gross_adds", "margin"} <= set(frame.columns)


def test_the_collector_has_a_row_a_day_of_the_last_months_metrics() -> None:
    done = market(small_city()).run()
    frame = done.datacollector.get_model_vars_dataframe()
    assert len(frame) == working_days(done)[1:].sum()
    assert frame["customers"].iloc[-1] == done.customers


def test_mesa_has_its_generator_and_results_do_not_hang_on_it() -> None:
    used, unused = market(small_city()), market(small_city())
    assert isinstance(used.rng, np.random.Generator)
    used.rng.random(1000)
    assert_same_tables(used.run(), unused.run())


def test_mesas_batch_run_drives_the_market() -> None:
    grid = {"telemarketing.telemarketers": [0, 2], "months": [1], "warmup": [0], "city": [small_city()]}
    rows = mesa.batch_run(
        Market, grid, iterations=1, number_processes=1, data_collection_period=-1, display_progress=False
    )
    dials = {row["telemarketing.telemarketers"]: row["dials"] for row in rows}
    assert dials[0] == 0 and dials[2] > 0


def test_the_world_before_the_decision_is_that_of_the_passive_run() -> None:
    active = market(small_city(), numbers={"telemarketing.telemarketers": 3}).run()
    assert_same_tables(active, market(small_city()).run(), until_month=0)


def test_twenty_markets_leave_no_memory_behind() -> None:
    made = []
    for seed in range(20):
        one = market(small_city(), seed, {"telemarketing.telemarketers": 1}, **SHORT).run()
        made.append(weakref.ref(one))
        del one
    gc.collect()
    assert not [ref for ref in made if ref() is not None]
