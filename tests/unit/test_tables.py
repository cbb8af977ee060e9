"""Final tables: the contract's columns, the plan's order, the pair's difference."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import tables
from experiments.columns import listed, to_array, to_arrow
from experiments.incremental import incremental_costs
from experiments.journal import Finished, Journal, pack
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.schema import KEYS, TABLES, arrow_type
from experiments.tables import write_all, write_plan

MONTHS = np.array([0, 1, 2])
DATES = np.array(["2026-12-01", "2027-01-01", "2027-02-01"], dtype="datetime64[D]")


def plan_of_two(replications: int = 2) -> Plan:
    points = tuple(DesignPoint(name, None, {}) for name in ("passive", "telemarketing"))
    for point in points:
        point.__dict__["numbers_digest"] = point.name
    return Plan(points, replications, 1, CityRef("tiny", "c0ffee"), "0.1.0", baseline=0)


def run_columns(extra_adds: int = 0, extra_cost: float = 0.0) -> dict[str, dict[str, np.ndarray]]:
    adds = np.array([5, 5, 5]) + np.array([0, 0, extra_adds])
    monthly = {"month": MONTHS, "date": DATES, "gross_adds": adds, "cac_field": np.full(3, np.nan), "mood": adds / 2}
    channels = {
        "month": np.repeat(MONTHS, 2),
        "date": np.repeat(DATES, 2),
        "channel": np.tile(["inbound", "telemarketing"], 3),
        "gross_adds": np.zeros(6, dtype=np.int64),
        "cost": np.array([9, 0, 9, 0, 9, extra_cost], dtype=float),
    }
    return {"monthly": monthly, "monthly_by_channel": channels}


def payload(position: int, plan: Plan, columns: dict[str, dict[str, np.ndarray]]) -> bytes:
    converted = {name: to_arrow(name, table) for name, table in columns.items()}
    head = Finished(
        position, plan.keys(position)["run_id"], extra={name: kinds for name, (_, kinds) in converted.items()}
    )
    return pack(head, {name: table for name, (table, _) in converted.items()})


def written(folder, order=(0, 1, 2, 3)):
    plan = plan_of_two()
    folder.mkdir()
    with Journal(folder / "journal.bin") as journal:
        for position in order:
            extra = {} if position < 2 else {"extra_adds": 4, "extra_cost": 100.0}
            journal.append(payload(position, plan, run_columns(**extra)))
        write_all(plan, journal, folder)
    return folder


def test_tables_carry_keys_then_the_contract_then_what_the_model_adds(tmp_path):
    table = pq.read_table(written(tmp_path / "a") / "monthly.parquet")
    assert table.column_names == [*KEYS, *TABLES["monthly"], "mood"]
    assert table.column("cac_field").null_count == table.num_rows
    assert str(table.schema.field("date").type) == "date32[day]"


def test_the_order_in_which_runs_finish_leaves_no_trace(tmp_path):
    first, second = written(tmp_path / "a"), written(tmp_path / "b", order=(3, 0, 2, 1))
    for name in ("monthly", "monthly_by_channel"):
        assert (first / f"{name}.parquet").read_bytes() == (second / f"{name}.parquet").read_bytes()


def test_rows_stand_in_plan_order_in_row_groups_of_plan_ranges(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "RUNS_PER_GROUP", 3)
    file = pq.ParquetFile(written(tmp_path / "a", order=(2, 3, 1, 0)) / "monthly.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [9, 3]
    assert file.read().column("scenario").to_pylist() == ["passive"] * 6 + ["telemarketing"] * 6


def test_a_missing_run_leaves_a_gap_and_a_word_in_runs(tmp_path):
    folder = written(tmp_path / "a", order=(0, 1, 3))
    runs = pq.read_table(folder / "runs.parquet").to_pydict()
    assert runs["status"] == ["done", "done", "missing", "done"]
    assert pq.read_table(folder / "monthly.parquet").num_rows == 9


def test_incremental_cost_stands_in_the_scenario_rows_alone(tmp_path):
    rows = pq.read_table(written(tmp_path / "a") / "monthly_by_channel.parquet").to_pylist()
    found = {(r["scenario"], r["month"], r["channel"]): r["cac_incremental"] for r in rows}
    assert found["telemarketing", 2, "telemarketing"] == 25.0  # 100 for 4 more customers
    assert found["telemarketing", 2, "inbound"] is None
    assert found["telemarketing", 1, "telemarketing"] is None  # no extra customer
    assert found["passive", 2, "telemarketing"] is None


def test_two_changed_channels_cannot_be_told_apart():
    base = {"month": np.array([1]), "gross_adds": np.array([5])}
    more = {"month": np.array([1]), "gross_adds": np.array([9])}
    channels = {
        "month": np.array([1, 1]),
        "channel": np.array(["field", "telemarketing"]),
        "cost": np.array([8.0, 4.0]),
    }
    assert incremental_costs(more, channels, base, channels | {"cost": np.array([0.0, 4.0])}) == {
        "field": pytest.approx(2.0)
    }
    assert incremental_costs(more, channels, base, channels | {"cost": np.array([0.0, 0.0])}) == {}


def test_the_plan_names_every_run_with_its_seed(tmp_path):
    plan = plan_of_two()
    write_plan(plan, tmp_path)
    rows = pq.read_table(tmp_path / "plan.parquet").to_pydict()
    assert rows["replication"] == [0, 1, 0, 1]
    assert rows["seed"][:2] == rows["seed"][2:]
    assert len(set(rows["run_id"])) == 4


def test_bytes_from_the_model_become_text():
    table, extra = to_arrow("events", {"day": np.array([3]), "business_id": np.array([b"E21-00003"])})
    assert table.column("business_id").to_pylist() == ["E21-00003"]
    assert extra == {}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([1.5, np.nan, 3.0]), "number"),
        (np.array([1.0, np.nan, 3.0]), "count"),
        (np.arange(6.0)[::2], "number"),
        (np.arange(20) % 3 == 0, "flag"),
        (np.array(["2027-01-01", "NaT", "2027-03-01"], "datetime64[D]"), "date"),
        (np.array(["inbound", None, "Łódź"], object), "text"),
        (np.empty(0), "number"),
    ],
)
def test_columns_become_what_arrow_itself_makes_of_them(values, kind):
    assert to_array(values, kind).equals(pa.array(values, from_pandas=True).cast(arrow_type(kind)))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["one", None, ""], "text"),
        ([1, None, -3], "count"),
        ([1.5, None, 0.0], "number"),
        ([True, None, False], "flag"),
        ([np.datetime64("2027-01-31"), None], "date"),
        ([], "number"),
    ],
)
def test_lists_become_columns_with_null_for_none(values, kind):
    wanted = [value.astype(object) if isinstance(value, np.datetime64) else value for value in values]
    column = listed(values, kind)
    assert column.type == arrow_type(kind) and column.to_pylist() == wanted
