"""Columns of a final table as numpy, without the second that Arrow's own ways take to read pandas and its datasets."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

Columns = dict[str, np.ndarray]
Test = tuple[str, str, Any]  # column, sign, value: a row is read where all tests hold
SIGNS = {"=": operator.eq, "==": operator.eq, ">=": operator.ge, "<=": operator.le}


def read_columns(path: Path, columns: Iterable[str] | None = None, where: Sequence[Test] = ()) -> Columns:
    """These columns (all unless named) of the rows that pass every test; row groups without such rows are not read."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        names = list(dict.fromkeys(file.schema_arrow.names if columns is None else columns))
        if not where:
            return as_columns(file.read(columns=names), names)
        parts = [part for group in range(file.num_row_groups) if (part := rows_of(file, group, names, where))]
        if not parts:
            return as_columns(file.schema_arrow.empty_table(), names)
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def rows_of(file: Any, group: int, names: list[str], where: Sequence[Test]) -> Columns | None:
    """The rows of one row group that pass every test, or nothing."""
    tested = list(dict.fromkeys(name for name, _, _ in where))
    found = as_columns(file.read_row_group(group, columns=tested), tested)
    passed = np.logical_and.reduce([SIGNS[sign](found[name], value) for name, sign, value in where])
    if not passed.any():
        return None
    rest = [name for name in names if name not in found]
    found |= as_columns(file.read_row_group(group, columns=rest), rest)
    return {name: found[name][passed] for name in names}


def as_columns(table: pa.Table, names: list[str]) -> Columns:
    """Columns of an Arrow table as numpy arrays."""
    return {name: as_numpy(table.column(name)) for name in names}


def as_numpy(column: pa.ChunkedArray) -> np.ndarray:
    """One column: a missing number as nan, a missing day as not-a-time, a missing word or flag as None."""
    import pyarrow as pa

    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
    kind = array.type
    if pa.types.is_string(kind):
        return words_of(array)
    if pa.types.is_date32(kind):
        days = np.asarray(plain_numbers(array, "int32"), dtype=np.int64)
        return np.where(known(array), days, np.iinfo(np.int64).min).view("datetime64[D]")
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return np.array(array.to_pylist(), dtype=None if not array.null_count and len(array) else object)
    values = plain_numbers(array, str(kind).replace("double", "float64"))
    return np.where(known(array), values, np.nan) if array.null_count else values


def plain_numbers(array: pa.Array, kind: str) -> np.ndarray:
    """The stored numbers as they lie in memory; anything where one is missing."""
    data = array.buffers()[1]
    return np.frombuffer(data, kind, len(array), array.offset * np.dtype(kind).itemsize) if data else np.empty(0, kind)


def known(array: pa.Array) -> np.ndarray:
    """Which cells hold a value."""
    gaps = array.buffers()[0] if array.null_count else None
    if gaps is None:
        return np.ones(len(array), bool)
    bits = np.unpackbits(np.frombuffer(gaps, np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].astype(bool)


def words_of(array: pa.Array) -> np.ndarray:
    """Words as objects, each different one made once."""
    coded = array.dictionary_encode()
    different = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    places = np.where(known(coded.indices), plain_numbers(coded.indices, "int32"), -1)
    return np.asarray(different[places])
