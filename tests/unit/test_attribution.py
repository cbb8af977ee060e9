"""Attribution three ways recovers an effect that was planted."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.attribution import attribute, used, write_attribution
from experiments.counterparts import OFF, counterparts, without
from experiments.journal import Journal
from experiments.runner import CityRef, DesignPoint, Plan, carry_out, keep_city, tasks_left
from experiments.tables import write_all, write_plan
from sim.decisions import Media
from tests.worlds import parameters, shipped

BUSINESSES, MONTHS, RUNS = 4000, 6, 12
OWN, CAUSED, TOUCHED, FIELD_COST, BUDGET = 0.010, 0.006, 0.5, 3000.0, 1000.0
EXPECTED = BUSINESSES * CAUSED * (1 - OWN)  # orders a month that nobody would have placed without the field


class ToyMarket:
    """Businesses order by themselves with a known chance, and the field makes others order with another.

    It also talks to half of those who would have ordered anyway, and the last touch credits it with them.
    """

    def __init__(self, parameters, city, seed: int):
        self.field, self.seed = parameters.field, seed

    def run(self) -> None:
        """Nothing is to be done: the tables are drawn when they are asked for."""

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        luck = np.random.default_rng(self.seed).random((3, MONTHS, BUSINESSES))
        own = luck[0] < OWN
        won = (luck[1] < CAUSED) & ~own & self.field
        poached = own & (luck[2] < TOUCHED) & self.field
        month = np.arange(1, MONTHS + 1)
        dates = np.datetime64("2027-01") + np.arange(MONTHS)
        adds = (own | won).sum(1)
        by_field, by_call = (won | poached).sum(1), (own & ~poached).sum(1)
        cost = np.full(MONTHS, FIELD_COST if self.field else 0.0)
        monthly = {"month": month, "date": dates, "gross_adds": adds, "inbound_calls": by_call * 3}
        channels = {
            "month": np.repeat(month, 2),
            "date": np.repeat(dates, 2),
            "channel": np.tile(np.array(["inbound", "field"], object), MONTHS),
            "gross_adds": np.stack([by_call, by_field], 1).ravel(),
            "cost": np.stack([np.full(MONTHS, BUDGET), cost], 1).ravel(),
            "cac_influenced": np.stack([BUDGET / by_call, cost / np.maximum(by_field, 1)], 1).ravel(),
        }
        return {"monthly": monthly, "monthly_by_channel": channels}


@pytest.fixture
def folder(tmp_path):
    """Twelve pairs of toy markets with and without the field, through the runner and its tables."""
    points = []
    for name, field in (("passive", False), (without("active", "field"), False), ("active", True)):
        point = DesignPoint(name, SimpleNamespace(field=field), {})
        point.__dict__["numbers_digest"] = name
        points.append(point)
    plan = Plan(tuple(points), RUNS, 7, CityRef("toy", "c0ffee"), "0.1.0", baseline=0)
    keep_city(plan.city, None)
    write_plan(plan, tmp_path)
    with Journal(tmp_path / "journal.bin") as journal:
        assert carry_out(tasks_left(plan, journal, ToyMarket), journal, engine="serial")
        write_all(plan, journal, tmp_path)
        assert counterparts(plan, 2 * RUNS + 3) == {"field": RUNS + 3}
        assert counterparts(plan, 3) == {}
    return tmp_path


@pytest.fixture
def found(folder):
    return {row["measure"]: row for row in attribute(folder, "active", "AUD")}


def test_the_planted_effect_is_recovered_within_its_interval(found) -> None:
    row = found["gross_adds_incremental"]
    assert abs(row["mean"] - MONTHS * EXPECTED) < row["half_width"] < 0.1 * row["mean"]
    assert row["pairs"] == RUNS


def test_the_last_touch_credits_what_would_have_come_anyway(found) -> None:
    poached = MONTHS * BUSINESSES * OWN * TOUCHED
    assert found["gross_adds_last_touch"]["mean"] == pytest.approx(MONTHS * EXPECTED + poached, rel=0.05)
    assert found["cac_incremental"]["mean"] > 1.5 * found["cac_last_touch"]["mean"]
    assert found["cac_incremental"]["mean"] == pytest.approx(FIELD_COST / EXPECTED, rel=0.1)


def test_calls_are_parted_into_own_and_caused(found) -> None:
    own = 3 * MONTHS * BUSINESSES * OWN
    assert found["inbound_calls_own"]["mean"] == pytest.approx(own, rel=0.05)
    assert found["inbound_calls_caused"]["mean"] == pytest.approx(-own * TOUCHED, rel=0.1)


def test_the_monthly_table_has_the_incremental_cost(folder) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "monthly_by_channel.parquet").to_pandas()
    field = table[(table.scenario == "active") & (table.channel == "field")]
    assert 1.0 / np.mean(1.0 / field.cac_incremental) == pytest.approx(FIELD_COST / EXPECTED, rel=0.1)


def test_the_table_is_written_as_text(folder, tmp_path) -> None:
    write_attribution(attribute(folder, "active", "AUD"), tmp_path)
    with (tmp_path / "attribution.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["channel"] for row in rows} == {"field"}
    assert all(row["unit"] for row in rows)


def test_only_channels_in_use_are_switched_off() -> None:
    assert used(shipped()) == ["advertising"]
    silent = {"advertising.budget_factor": 0.0}
    assert used(parameters(silent)) == []
    assert used(parameters({**silent, "advertising.media.radio": 500.0})) == ["advertising"]


def test_advertising_is_off_without_budget_and_without_any_medium() -> None:
    assert {f"advertising.media.{name}" for name in Media.model_fields} < set(OFF["advertising"])
