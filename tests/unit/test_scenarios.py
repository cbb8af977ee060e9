"""The study of all scenarios, by pencil."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import configs
from experiments.scenarios import (
    MONTHS,
    Found,
    cases,
    fields,
    fitted,
    interval,
    main,
    measures,
    page_of_pays,
    page_of_scenarios,
    where_it_pays,
)


def run(margin: float, revenue: float = 1000.0, hazard: float = 0.02) -> dict:
    """A run whose every month is the same."""
    flat = {name: np.full(MONTHS, 10.0) for name in ("inbound_calls", "gross_adds", "churn_competitor", "customers")}
    flat |= {name: np.full(MONTHS, margin) for name in ("margin", "margin_present_value")}
    flat |= {"monthly_revenue": np.full(MONTHS, revenue), "revenue": np.full(MONTHS, revenue)}
    flat |= {"cost_network": np.full(MONTHS, 0.4 * revenue), "cumulative_margin": margin * np.arange(1, MONTHS + 1)}
    return {**flat, "hazard": hazard, "factor": 0.99}


def test_every_shipped_scenario_but_the_passive_one_is_studied() -> None:
    shipped = {path.stem for path in (Path(configs.__file__).parent / "scenario").glob("*.yaml")}
    assert {case.name for case in cases()} == shipped - {"passive"}


def test_a_baseline_begins_in_the_situation_of_its_scenario() -> None:
    found = {case.name: json.loads(case.baseline.settings) for case in cases()}
    assert found["new_entrant"]["situation.focal_share"] == 0.08
    assert found["competitive_city"]["situation.rival_reps"] == 1.0
    assert found["active"] == {}


def test_the_fields_five_situations_are_among_those_where_it_is_asked_to_pay() -> None:
    assert {case.name for case in fields()} >= {"new_territory", "low_penetration", "competitive_city", "new_entrant"}
    assert json.loads(fields()[5].baseline.settings) == {"telemarketing.telemarketers": 4}


def test_the_interval_is_students() -> None:
    mean, low, high = interval([1.0, 2.0, 3.0])
    assert (mean, high - mean, mean - low) == pytest.approx((2.0, 2.92 / 3**0.5, 2.92 / 3**0.5), rel=1e-3)


def test_customers_at_the_end_are_worth_their_fading_margin() -> None:
    kept = 0.98 * 0.99
    worth = 1000.0 * 0.6 * kept / (1 - kept) * 0.99**MONTHS
    assert measures(run(5.0))["present_value_with_customers"] == pytest.approx(5.0 * MONTHS + worth)


def test_losses_of_the_baseline_hold_for_both() -> None:
    same = fitted(run(5.0, hazard=0.5), run(5.0, hazard=0.02))
    assert same["present_value_with_customers"] == measures(run(5.0))["present_value_with_customers"]


def test_a_department_that_earns_more_from_the_first_month_on_has_paid_in_it() -> None:
    runs = {}
    for case in fields():
        for seed in (1, 2):
            runs[case.baseline, seed] = run(5.0)
            runs[case.scenario, seed] = run(7.0 + seed)
    row = where_it_pays(Found(runs, (1, 2)))[0]
    assert row["extra_margin"] == pytest.approx(MONTHS * 3.5)
    assert (row["break_even_month"], row["break_even_share"]) == (1.0, 1.0)


def test_an_unknown_option_is_told(capsys) -> None:
    assert main(["replicatons=3"]) == 2
    assert "did you mean 'replications'" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "lines"), [("scenarios", page_of_scenarios), ("where_it_pays", page_of_pays)])
def test_the_page_shows_the_tables_as_they_are(name: str, lines) -> None:
    docs = Path(configs.__file__).parents[1] / "docs"
    with (docs / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    page = (docs / "scenarios.md").read_text(encoding="utf-8")
    assert rows and not [line for line in lines(rows) if line not in page]
