"""Results on the shelf come back as they were, and what is torn or belongs to something else does not."""

from __future__ import annotations

import numpy as np

from experiments.shelf import Shelf

RESULT = {
    "monthly": {"customers": np.array([3, 4]), "share": np.array([0.1, np.nan])},
    "bills": {"operator": np.array(["Rival", "Focal", "Źle"], dtype=object), "raw": np.array([b"a", b"bc"])},
}


def shelf(folder, stamp="now"):
    return Shelf(folder, stamp)


def test_a_result_comes_back_as_it_was(tmp_path):
    shelf(tmp_path).put("a run", RESULT)
    found = shelf(tmp_path).get("a run")
    assert {name: list(columns) for name, columns in found.items()} == {
        name: list(columns) for name, columns in RESULT.items()
    }
    for name, columns in RESULT.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(found[name][column], values)
    assert found["monthly"]["customers"].dtype == np.int64 and found["bills"]["raw"].dtype.kind == "S"


def test_another_run_or_another_program_finds_nothing(tmp_path):
    shelf(tmp_path).put("a run", RESULT)
    assert shelf(tmp_path).get("another run") is None
    assert shelf(tmp_path, "later").get("a run") is None


def test_a_torn_file_is_as_good_as_none(tmp_path):
    shelf(tmp_path).put("a run", RESULT)
    [path] = (tmp_path / ".finished").iterdir()
    path.write_bytes(path.read_bytes()[:-40])
    assert shelf(tmp_path).get("a run") is None


def test_a_cleared_shelf_leaves_no_folder(tmp_path):
    shelf(tmp_path).put("a run", RESULT)
    shelf(tmp_path).clear()
    shelf(tmp_path).clear()
    assert not list(tmp_path.iterdir())
