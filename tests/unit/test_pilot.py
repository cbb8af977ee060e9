"""The test sale on plots: which doors are visited, what they tell, and how often a decision from them is right."""

from __future__ import annotations

import csv
import shlex
from dataclasses import replace

import numpy as np
import pytest

from experiments.cli import COMMANDS, main
from experiments.compose import read
from experiments.pilot import (
    Order,
    Sale,
    builds,
    conversion_seen,
    doors_of_plots,
    error_row,
    error_table,
    order_of_doors,
    orders_of,
    pilot_table,
    sell_on_plots,
)
from experiments.pilotground import Belief, Ground
from experiments.pilotoffers import offer_table, overrides
from sim.decisions import ByPlace
from sim.draws import Streams, hash_ids
from sim.testsale import Prospects, Waiting, Worked
from tests.tiny import tiny_folder
from tests.worlds import shipped

DOORS = 400
SURE = Belief(close=1.0, growth=1.0)


def ground(chance: float, cost_per_visit: float = 30.0) -> Ground:
    """A hundred doors of each type in ten zones, all alike; whoever is interested signs at the door, and a deal brings
    100 a month for ten months."""
    every, none = np.full(DOORS, chance), np.zeros(DOORS)
    of = Prospects(every, np.ones(DOORS), np.full(DOORS, 100.0), *[none] * 5, Waiting(1.0, 15.0, 126.0))
    return Ground(
        address=hash_ids(np.arange(DOORS).astype(str)),
        premises=np.arange(DOORS) % 4,
        size=np.arange(DOORS) // 4 % 4,
        zone=np.arange(DOORS) // 40,
        of=of,
        chance=every,
        at_price=np.array([every, every, every]),
        cost_per_visit=cost_per_visit,
        visits_per_day=10.0,
        value_per_bill=10.0,
        cost_per_deal=400.0,
    )


def sale(of: Ground, plots: int, visits: int, day: int = 0) -> Sale:
    luck = Streams(1)("pilot", day)
    return sell_on_plots(of, orders_of(of, luck), plots, visits, 10.0, SURE, luck)


def signed_by(number: int, first: int) -> Sale:
    """A test sale at the first doors, at some of which there was a signature."""
    signed, nobody = np.arange(number) < first, np.zeros(number, bool)
    return Sale(np.arange(number), Worked(signed, nobody, nobody), signed.astype(float))


def test_a_visit_must_earn_its_cost():
    assert ground(0.1).required == pytest.approx(30.0 / (100.0 * 10.0 - 400.0))
    assert ground(0.0).required == np.inf


@pytest.mark.parametrize("plots", [1, 2, 4])
def test_each_plot_gets_as_many_visits(plots):
    of = ground(0.1)
    doors = doors_of_plots(order_of_doors(of, 2, Streams(1)("pilot")), plots, 8)
    assert np.unique(of.zone[doors], return_counts=True)[1].tolist() == [8 // plots] * plots
    assert (of.premises[doors] == 2).all() and np.unique(doors).size == 8


def test_what_a_plot_lacks_is_made_up_for_elsewhere():
    order = Order(np.arange(6), np.array([0, 1, 1, 1, 2, 2]), np.array([0, 0, 1, 2, 0, 1]))
    assert doors_of_plots(order, 2, 4).tolist() == [0, 1, 2, 3]
    assert doors_of_plots(order, 1, 3).tolist() == [0, 1, 2]
    assert doors_of_plots(order, 1, 99).size == 6


def test_a_sure_sale_signs_everybody_and_a_hopeless_one_nobody():
    for chance in (0.0, 1.0):
        of = ground(chance)
        made = sale(of, 4, 20)
        assert made.door.size == 80 and made.worked.signed.mean() == chance and conversion_seen(of, made) == chance


def test_the_decision_asks_whether_the_conversion_seen_earns_the_cost():
    of = ground(1.0)
    assert builds(of, signed_by(80, 4)) and not builds(of, signed_by(80, 3))  # required: one in twenty


def test_whoever_is_still_open_counts_by_belief_and_all_by_what_ripens_later():
    of = ground(1.0)
    waits = replace(of, of=of.of._replace(waiting=Waiting(0.0, 1e9, 126.0)))
    luck = Streams(1)("pilot")
    made = sell_on_plots(waits, orders_of(waits, luck), 4, 20, 10.0, Belief(close=0.5, growth=1.5), luck)
    assert made.worked.open.all() and conversion_seen(waits, made) == pytest.approx(0.75)


def test_belief_grows_by_what_a_test_sale_cannot_see():
    of = ground(0.1)
    assert Belief.of(of, 10.0).growth == pytest.approx(1.0) and Belief.of(of, 10.0).close == 1.0
    later = replace(of, chance=np.full(DOORS, 0.15))
    assert Belief.of(later, 10.0).growth == pytest.approx(1.5)


def test_clear_worlds_are_judged_rightly_and_larger_test_sales_err_less():
    assert all(row["wrong"] == 0.0 for row in error_table([ground(1.0), ground(0.0)], shipped(), 1))
    rows = error_table([ground(0.04), ground(0.06), ground(0.03), ground(0.08)] * 5, shipped(), 1)
    assert rows[0]["wrong"] > rows[2]["wrong"] > 0.0  # one week, four weeks


def test_an_error_row_tells_both_mistakes_apart():
    row = error_row(1, 2, 160, np.array([[True, False], [True, True]]), np.array([True, False]))
    assert (row["wrong"], row["missed"], row["built_in_vain"], row["worth_building"]) == (0.75, 0.5, 1.0, 0.5)


def test_the_interval_holds_the_share_seen_and_the_table_adds_up():
    of = ground(0.2)
    made = sale(of, 4, 20)
    rows = pilot_table(of, made)
    assert sum(row["deals"] for row in rows) == made.worked.signed.sum() and [row["visits"] for row in rows] == [20] * 4
    assert all(row["conversion_low"] <= row["conversion"] <= row["conversion_high"] for row in rows)
    assert all(row["conversion_true"] == pytest.approx(0.2) for row in rows)


def test_offers_are_made_where_a_visit_earns_more_than_it_costs():
    made = signed_by(80, 40)
    assert {row["advice"] for row in offer_table(ground(0.5), made, 0.5)} == {"visit"}
    dear = offer_table(ground(0.5, 1000.0), made, 0.5)
    assert {row["advice"] for row in dear} == {"leave to the telephone"}
    assert {row["price_factor"] for row in dear} == {1.1}  # nobody minds the price here


def advice(size: str, premises: str, factor: float) -> dict:
    return {"size": size, "premises": premises, "price_factor": factor}


def test_advised_prices_are_overrides_that_a_command_takes():
    rows = [advice("micro", "industrial", 1.1), advice("micro", "street_level", 0.9), advice("large", "industrial", 1)]
    lines = overrides(rows, shipped().offers.price_factors)
    assert lines == ["'offers.price_factors.micro={street_level: 0.9, industrial: 1.1}'"]
    asked = read("forecast", COMMANDS["forecast"], shlex.split(" ".join(lines)))
    micro = asked.parameters("active")[0].offers.price_factors.micro
    assert (micro.street_level, micro.business_centre, micro.industrial) == (0.9, 1.0, 1.1)


def test_advice_counts_from_the_prices_that_were_tried():
    tried = shipped().offers.price_factors.model_copy(update={"small": ByPlace(industrial=1.2, street_level=0.9)})
    lines = overrides([advice("small", "industrial", 1.1), advice("small", "street_level", 1.0)], tried)
    assert lines == ["'offers.price_factors.small={street_level: 0.9, industrial: 1.32}'"]


def test_the_command_leaves_its_tables_and_its_figure(tmp_path, capsys):
    (tmp_path / "town").mkdir()
    words = [
        "pilot",
        f"city={tiny_folder(tmp_path / 'town')}",
        "worlds=2",
        "plots=1",
        "weeks=1",
        f"out={tmp_path / 'pilot'}",
    ]
    assert main([*words, "quiet=true"]) == 0
    assert "Wrong decisions in 2 worlds" in capsys.readouterr().out
    with (tmp_path / "pilot" / "errors.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 16
    assert (tmp_path / "pilot" / "figures" / "pilot_errors.svg").exists()


def test_a_scenario_without_a_department_is_refused(tmp_path, capsys):
    assert main(["pilot", "scenario=passive", f"out={tmp_path / 'pilot'}"]) == 2
    assert "department.active=true" in capsys.readouterr().err
