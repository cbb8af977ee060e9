"""What each stage brings: how runs become rows, and that the page shows the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.stages import CASES, LEFT_BY_ONE, SIX, Job, cell, jobs_of, page_of, read, rows_of, values_of
from sim.decisions import Stages

ROOT = Path(__file__).parents[2]
SEEDS = (1, 2, 3)


def found(leaver_costs: float = 0.5):
    """Made-up results: everything of turnkey is 10 + seed, of other cases 4 more."""
    runs = {}
    for job in jobs_of(SEEDS):
        value = 10.0 + job.seed + 4.0 * (job.case != "turnkey")
        usual = dict.fromkeys(("first_visit_days", "sales_2_6", "sales_7_12", "cost"), value)
        after = {"after": 20.0 * (1.0 - leaver_costs * (job.leaver == "goes"))}
        runs[job] = usual if job.leaver == "usual" else after
    return runs


def test_every_stage_is_left_out_once():
    assert set(SIX) == set(Stages.model_fields)
    assert {f"without {name.replace('_', ' ')}" for name in SIX} < set(CASES)


def test_each_case_runs_with_each_seed_and_a_leaver_both_goes_and_stays():
    jobs = jobs_of(SEEDS)
    assert len(jobs) == len(set(jobs)) == len(CASES) * 3 + len(LEFT_BY_ONE) * 6


def test_differences_are_paired_with_turnkey():
    rows = {(row["case"], row["measure"]): row for row in rows_of(found(), SEEDS)}
    alone = rows["alone", "cost"]
    assert alone["level"] == pytest.approx(16.0) and alone["difference"] == alone["difference_low"] == 4.0
    assert "difference" not in rows["turnkey", "cost"]


def test_the_dip_is_what_the_patch_loses_by_the_leaving():
    assert values_of(found(0.25), "alone", "dip", SEEDS) == [0.25] * 3
    nothing = {Job("alone", 1, leaver): {"after": 0.0} for leaver in ("stays", "goes")}
    assert np.isnan(values_of(nothing, "alone", "dip", [1])).all()


def test_a_cell_shows_level_and_difference_in_its_unit():
    row = {"level": "120000", "difference": "-2000", "difference_low": "-3000", "difference_high": "-1000"}
    assert cell(row, "cost") == "120 (-2: -3 .. -1)"
    assert cell({"level": "0.251", "difference": ""}, "dip") == "25" and cell(None, "dip") == ""


def test_the_page_shows_the_table_on_file():
    page = (ROOT / "docs/department.md").read_text("utf-8")
    lines = page_of(read(ROOT / "docs/tables/stages.csv"))
    assert len(lines) == len(CASES)
    assert not [line for line in lines if line not in page], "paste what python -m experiments.stages prints"
