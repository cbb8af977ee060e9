"""Final tables: Parquet in plan order with one pinned writer, so that the same plan gives the same bytes.

Row groups follow fixed ranges of the plan and one group is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.counterparts import counterparts
from experiments.schema import KEYS, PLAN, RUNS_END, TABLES, TIMINGS, arrow_schema, arrow_type

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
SWITCHABLE_CHANNELS = ("field", "telemarketing")  # inbound stays on in every scenario

Columns = dict[str, np.ndarray]


# ---- from the model's columns to Arrow -------------------------------------------------------------------------


def to_arrow(name: str, columns: Columns) -> tuple[pa.Table, dict[str, str]]:
    """A model's table in the contract's order, its missing columns null, and the kinds of what it adds at the end."""
    import pyarrow as pa

    contract = TABLES.get(name, {})
    extra = {column: kind_of(np.asarray(values)) for column, values in columns.items() if column not in contract}
    rows = len(next(iter(columns.values()))) if columns else 0
    arrays = {
        column: to_array(columns[column], kind) if column in columns else pa.nulls(rows, arrow_type(kind))
        for column, kind in (contract | extra).items()
    }
    return pa.table(arrays), extra


def kind_of(values: np.ndarray) -> str:
    """The kind of column that a numpy array becomes."""
    return {"i": "count", "u": "count", "f": "number", "M": "date", "b": "flag"}.get(values.dtype.kind, "text")


def to_array(values: np.ndarray, kind: str) -> pa.Array:
    """One column in its stored type; nan becomes null."""
    import pyarrow as pa

    values = np.asarray(values)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    if kind == "date":
        values = values.astype("datetime64[D]")
    if values.dtype.kind in "iufbM":
        return by_bytes(values).cast(arrow_type(kind))
    if kind == "text":
        builder = pa.lib.StringBuilder()
        builder.append_values(values.tolist())
        return builder.finish()
    return pa.array(values, from_pandas=True).cast(arrow_type(kind))


def by_bytes(values: np.ndarray) -> pa.Array:
    """Numbers, flags and days as Arrow, nan as null; `pa.array` would read the whole of pandas for it."""
    import pyarrow as pa

    known = ~np.isnan(values) if values.dtype.kind in "fM" else np.ones(len(values), bool)
    if values.dtype.kind == "M":
        plain, kind = values.view(np.int64).astype(np.int32), pa.date32()
    else:
        plain = values.astype(np.uint8) if values.dtype.kind == "b" else np.ascontiguousarray(values)
        kind = pa.from_numpy_dtype(plain.dtype)
    gaps = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(plain), [gaps, pa.py_buffer(plain)])


# ---- writing ---------------------------------------------------------------------------------------------------


def write_all(plan: Plan, journal: Journal, folder: Path) -> None:
    """Writes every final table of the plan from the journal."""
    write_runs(plan, journal, folder)
    extras = extra_columns(journal)
    for name, extra in extras.items():
        write_final(name, extra, plan, journal, folder)


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


def write_final(name: str, extra: dict[str, str], plan: Plan, journal: Journal, folder: Path) -> None:
    """Writes one final table, a range of the plan at a time."""
    import pyarrow as pa

    schema = arrow_schema(KEYS | TABLES.get(name, {}) | extra)
    size = RUNS_PER_GROUP_OF_EVENTS if name == "events" else RUNS_PER_GROUP
    with FinalFile(folder / f"{name}.parquet", schema) as file:
        positions = plan.positions
        for begin in range(0, len(positions), size):
            parts = list(parts_of(name, schema, plan, journal, positions[begin : begin + size]))
            if parts:
                file.write(pa.concat_tables(parts).combine_chunks())


def parts_of(name: str, schema: pa.Schema, plan: Plan, journal: Journal, positions: list[int]) -> Iterator[pa.Table]:
    """The runs' parts of one range of the plan, keys in front, attribution filled in."""
    done = journal.done()
    for position in positions:
        table = journal.table(position, name) if position in done else None
        if table is not None:
            table = fill_incremental(name, table, position, plan, journal)
            yield with_keys(table, plan.keys(position), schema)


def with_keys(table: pa.Table, keys: dict[str, Any], schema: pa.Schema) -> pa.Table:
    """The table in the final schema, with run_id, scenario and replication in front."""
    import pyarrow as pa

    def column(field: pa.Field) -> Any:
        if field.name in keys:
            return pa.repeat(pa.scalar(keys[field.name], field.type), table.num_rows)
        if field.name in table.column_names:
            return table.column(field.name).cast(field.type)
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
        file.write(pa.table({name: rows[name] for name in columns}, schema=schema))


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


# ---- incremental attribution -----------------------------------------------------------------------------------


def fill_incremental(name: str, table: pa.Table, position: int, plan: Plan, journal: Journal) -> pa.Table:
    """Puts the incremental acquisition cost in, where runs with one channel off or the paired baseline allow it."""
    column = {"monthly": "cac_field_incremental", "monthly_by_channel": "cac_incremental"}.get(name)
    if column is None:
        return table
    costs: Columns = {}
    pair = plan.pair_of(position)
    if pair is not None:
        costs |= incremental_costs(*numbers_of_pair(position, pair, journal))
    for channel, off in counterparts(plan, position).items():
        costs |= incremental_costs(*numbers_of_pair(position, off, journal), channels=(channel,))
    if not costs:
        return table
    months = table.column("month").to_pylist()
    if name == "monthly":
        values = costs.get("field", np.full(table.num_rows, np.nan))
    else:
        months = list(dict.fromkeys(months))
        values = by_channel(table.column("month").to_pylist(), table.column("channel").to_pylist(), months, costs)
    return table.set_column(table.column_names.index(column), column, to_array(values, "number"))


def numbers_of_pair(position: int, other: int, journal: Journal) -> tuple[Columns, ...]:
    """What attribution needs of two runs; nothing where one of them is missing."""
    done = journal.done()
    if position not in done or other not in done:
        return ()
    found = [journal.table(run, part) for run in (position, other) for part in ("monthly", "monthly_by_channel")]
    return tuple(numbers_of(part) for part in found if part is not None) if None not in found else ()


def numbers_of(table: pa.Table) -> Columns:
    """The columns that attribution needs, as numpy arrays."""
    names = [name for name in ("month", "gross_adds", "channel", "cost") if name in table.column_names]
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in names}


def incremental_costs(*runs: Columns, channels: tuple[str, ...] = SWITCHABLE_CHANNELS) -> Columns:
    """Extra cost of a channel over all extra gross adds, by month, for the one channel that changes in a pair of runs.

    With two changed channels one pair cannot tell their adds apart, so neither has a number; nor has a month without
    extra gross adds. `runs` are the months and the channels of one run, then of the other.
    """
    if not runs:
        return {}
    monthly, by_name, base_monthly, base_by_name = runs
    extra_adds = monthly["gross_adds"].astype(float) - base_monthly["gross_adds"]
    extra_cost = {
        channel: cost_of(channel, by_name, monthly["month"]) - cost_of(channel, base_by_name, monthly["month"])
        for channel in channels
    }
    changed = [channel for channel, cost in extra_cost.items() if np.any(cost != 0.0)]
    if len(changed) != 1:
        return {}
    denominator = np.where(extra_adds > 0, extra_adds, np.nan)
    return {changed[0]: extra_cost[changed[0]] / denominator}


def cost_of(channel: str, channels: Columns, months: np.ndarray) -> np.ndarray:
    """A channel's cost by month, zero where it has no row."""
    rows = channels["channel"] == channel
    cost = dict(zip(channels["month"][rows], channels["cost"][rows], strict=True))
    return np.nan_to_num(np.array([cost.get(month, 0.0) for month in months], dtype=float))


def by_channel(row_months: list[int], row_channels: list[str], months: list[int], costs: Columns) -> np.ndarray:
    """The costs laid out for rows of month x channel."""
    place = {month: index for index, month in enumerate(months)}
    return np.array(
        [
            costs[channel][place[month]] if channel in costs else np.nan
            for month, channel in zip(row_months, row_channels, strict=True)
        ],
        dtype=float,
    )
