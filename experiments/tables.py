"""Final tables: Parquet in plan order with one pinned writer, so that the same plan gives the same bytes.

Row groups follow fixed ranges of the plan and one group is in memory at a time.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.columns import kind_of, listed
from experiments.incremental import Incremental
from experiments.schema import KEYS, PLAN, RUNS_END, TABLES, TIMINGS, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from experiments.journal import Journal
    from experiments.runner import Plan

RUNS_PER_GROUP = 32
RUNS_PER_GROUP_OF_EVENTS = 2  # a run's events may be a hundred thousand rows
WRITER_OPTIONS: dict[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 6,
    "data_page_version": "1.0",
    "write_statistics": True,
    "store_schema": False,
}


def write_all(plan: Plan, journal: Journal, folder: Path) -> None:
    """Writes every final table of the plan from the journal."""
    write_runs(plan, journal, folder)
    write_finals(extra_columns(journal), plan, journal, folder)


def extra_columns(journal: Journal) -> dict[str, dict[str, str]]:
    """The tables that the runs recorded, in a fixed order, each with the kinds of the columns it adds."""
    found: dict[str, dict[str, str]] = {}
    for position in sorted(journal.done()):
        for table, extra in journal.finished(position).extra.items():
            merge_kinds(found.setdefault(table, {}), extra)
    order = list(TABLES)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 99, item[0])))


def merge_kinds(kinds: dict[str, str], more: dict[str, str]) -> None:
    """Adds columns; where one run counted and another measured, the column is a number."""
    for column, kind in more.items():
        known = kinds.setdefault(column, kind)
        if known != kind:
            kinds[column] = "number" if {known, kind} == {"count", "number"} else "text"


def write_finals(extras: dict[str, dict[str, str]], plan: Plan, journal: Journal, folder: Path) -> None:
    """Writes final tables side by side, so that every run is read once; `extras` are the columns that each adds."""
    attribution = Incremental(plan, journal)
    with ExitStack() as files:
        growing = {name: Growing(name, extra, folder, files) for name, extra in extras.items()}
        for number, position in enumerate(plan.positions, 1):
            done = journal.is_done(position)
            tables = journal.tables(position, growing) if done else {}
            attribution.fill(tables, position)
            for name, table in tables.items():
                growing[name].parts.append(with_keys(table, plan.keys(position), growing[name].file.schema))
            for one in growing.values():
                one.after(number)
        for one in growing.values():
            one.write_group()


class Growing:
    """A final table that grows by groups of runs, fixed ranges of the plan."""

    def __init__(self, name: str, extra: dict[str, str], folder: Path, files: ExitStack):
        schema = arrow_schema(KEYS | TABLES.get(name, {}) | extra)
        self.size = RUNS_PER_GROUP_OF_EVENTS if name == "events" else RUNS_PER_GROUP
        self.file = files.enter_context(FinalFile(folder / f"{name}.parquet", schema))
        self.parts: list[pa.Table] = []

    def after(self, number: int) -> None:
        """Writes the group that is full after so many runs."""
        if number % self.size == 0:
            self.write_group()

    def write_group(self) -> None:
        """Writes the runs that have come together."""
        import pyarrow as pa

        if self.parts:
            self.file.write(pa.concat_tables(self.parts).combine_chunks())
            self.parts.clear()


def with_keys(table: pa.Table, keys: dict[str, Any], schema: pa.Schema) -> pa.Table:
    """The table in the final schema, with run_id, scenario and replication in front."""
    import pyarrow as pa

    def column(field: pa.Field) -> Any:
        if field.name in keys:
            return pa.repeat(pa.scalar(keys[field.name], field.type), table.num_rows)
        place = table.schema.get_field_index(field.name)
        if place >= 0:
            found = table.column(place)
            return found if found.type == field.type else found.cast(field.type)
        return pa.nulls(table.num_rows, field.type)

    return pa.table([column(field) for field in schema], schema=schema)


class FinalFile:
    """A Parquet file that appears under its name only when it is whole."""

    def __init__(self, path: Path, schema: pa.Schema, notes: dict[str, str] | None = None):
        self.path = path
        self.notes = notes or {}
        self.part = path.with_name(f".{path.name}.part")
        self.schema = schema
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> FinalFile:
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = [field.name for field in self.schema if pa.types.is_string(field.type)]
        self._writer = pq.ParquetWriter(self.part, self.schema, use_dictionary=texts, **WRITER_OPTIONS)
        return self

    def write(self, table: pa.Table) -> None:
        """Writes one row group."""
        assert self._writer is not None
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def __exit__(self, kind: object, *_: object) -> None:
        assert self._writer is not None
        if self.notes:
            self._writer.add_key_value_metadata(self.notes)
        self._writer.close()
        if kind is None:
            self.part.replace(self.path)
        else:
            self.part.unlink(missing_ok=True)


def write_rows(
    path: Path, columns: dict[str, str], rows: dict[str, list[Any]], notes: dict[str, str] | None = None
) -> None:
    """Writes a small table given as lists, with notes in the file's metadata."""
    import pyarrow as pa

    schema = arrow_schema(columns)
    with FinalFile(path, schema, notes) as file:
        file.write(pa.table([listed(rows[name], kind) for name, kind in columns.items()], schema=schema))


def write_plan(plan: Plan, folder: Path, notes: dict[str, str] | None = None) -> None:
    """Writes plan.parquet: every run that is meant to be."""
    rows, kinds = plan_rows(plan)
    write_rows(folder / "plan.parquet", PLAN | kinds, rows, notes)


def plan_rows(plan: Plan) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """The plan as columns, with one column for each parameter that a design varies and its kind."""
    positions = plan.positions
    keys = [plan.keys(position) for position in positions]
    rows: dict[str, list[Any]] = {key: [one[key] for one in keys] for key in KEYS}
    rows["seed"] = [plan.seed_of(position) for position in positions]
    varied = list(dict.fromkeys(name for one in (*plan.points, *plan.drawn[:1]) for name in one.values))
    kinds: dict[str, str] = {}
    for name in varied:
        values = [plan.point_of(position).values.get(name) for position in positions]
        kinds[name] = kind_of_values([value for value in values if value is not None])
        rows[name] = [str(value) if kinds[name] == "text" and value is not None else value for value in values]
    return rows, kinds


def kind_of_values(values: list[Any]) -> str:
    """The kind of column that plain values become; lists and what is mixed become text."""
    if any(isinstance(value, list | tuple | dict) for value in values):
        return "text"
    kinds = {kind_of(np.asarray(value)) for value in values}
    return kinds.pop() if len(kinds) == 1 else "number" if kinds == {"count", "number"} else "text"


def write_runs(plan: Plan, journal: Journal, folder: Path) -> None:
    """Writes runs.parquet (what became of every run) and timings.parquet (how long it took, and what broke)."""
    rows, kinds = plan_rows(plan)
    ended = [journal.finished(position) if position in journal.offsets else None for position in plan.positions]
    rows["status"] = [end.status if end else "missing" for end in ended]
    rows["error"] = [end.error or None if end else None for end in ended]
    rows["seconds"] = [end.seconds if end else None for end in ended]
    rows["traceback"] = [end.traceback or None if end else None for end in ended]
    write_rows(folder / "runs.parquet", PLAN | kinds | RUNS_END, rows)
    write_rows(folder / "timings.parquet", TIMINGS, rows)
