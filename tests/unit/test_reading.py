"""Final tables as numpy: the same numbers as Arrow's own ways give, without the libraries that those bring."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.reading import read_columns

TABLE = pa.table(
    {
        "name": pa.array(["a", "b", None, "a", "b", "b"]),
        "month": pa.array([1, 2, 3, 1, 2, 3], pa.int64()),
        "count": pa.array([5, None, 7, 8, 9, 10], pa.int64()),
        "share": pa.array([0.5, None, 0.25, 1.0, 2.0, float("nan")]),
        "day": pa.array([0, 1, None, 3, 4, 20000], pa.int32()).cast(pa.date32()),
        "flag": pa.array([True, False, None, True, True, False]),
    }
)


@pytest.fixture
def path(tmp_path):
    pq.write_table(TABLE, tmp_path / "table.parquet", row_group_size=2)
    return tmp_path / "table.parquet"


def test_all_kinds_of_columns_are_as_arrow_reads_them(path):
    found = read_columns(path)
    for name in TABLE.column_names:
        wanted = TABLE.column(name).to_numpy()
        assert found[name].dtype == wanted.dtype, name
        np.testing.assert_array_equal(found[name], wanted)


def test_rows_are_those_that_pass_every_test(path):
    found = read_columns(path, ["share", "name"], [("name", "=", "b"), ("month", ">=", 2)])
    assert list(found) == ["share", "name"]
    np.testing.assert_array_equal(found["share"], [np.nan, 2.0, np.nan])
    assert found["name"].tolist() == ["b", "b", "b"]


def test_nothing_that_passes_is_an_empty_column_of_its_kind(path):
    found = read_columns(path, where=[("month", ">=", 99)])
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(TABLE.column_names, 0)
    assert found["share"].dtype == float and found["day"].dtype == "datetime64[D]"


def test_pandas_stays_unread(path):
    code = (
        f"import sys; from pathlib import Path; from experiments.reading import read_columns; place = {str(path)!r}\n"
    )
    code += "read_columns(Path(place)); print([name for name in ('pandas', 'pyarrow.dataset') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
