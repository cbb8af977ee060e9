"""The model's columns as Arrow: the contract's first, then what the model adds, nan as null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.schema import TABLES, arrow_type

if TYPE_CHECKING:
    import pyarrow as pa

Columns = dict[str, np.ndarray]


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


def listed(values: list[Any], kind: str) -> pa.Array:
    """One column given as a list, without pandas; None becomes null."""
    import pyarrow as pa

    if kind == "text":
        builder = pa.lib.StringBuilder()
        builder.append_values(values)
        return builder.finish()
    plain = {"count": "int64", "number": "float64", "flag": "bool", "date": "datetime64[D]"}[kind]
    filled = np.array([0 if value is None else value for value in values], np.dtype(plain))
    return by_bytes(filled, np.array([value is not None for value in values], bool)).cast(arrow_type(kind))


def by_bytes(values: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Numbers, flags and days as Arrow, nan and what is not known as null; `pa.array` would read the whole of pandas
    for it."""
    import pyarrow as pa

    if known is None:
        known = ~np.isnan(values) if values.dtype.kind in "fM" else np.ones(len(values), bool)
    if values.dtype.kind == "M":
        plain, kind = values.view(np.int64).astype(np.int32), pa.date32()
    else:
        plain = values.astype(np.uint8) if values.dtype.kind == "b" else np.ascontiguousarray(values)
        kind = pa.from_numpy_dtype(plain.dtype)
    gaps = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(plain), [gaps, pa.py_buffer(plain)])
