"""The journal keeps what is finished and drops what is torn."""

from __future__ import annotations

import pyarrow as pa
import pytest

from experiments.journal import Finished, Journal, pack
from sim.errors import InputError


def payload(position: int, status: str = "done", customers: int = 7) -> bytes:
    return pack(Finished(position, f"run{position}", status), {"monthly": pa.table({"customers": [customers]})})


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.bin"
    with Journal(path) as journal:
        for position in range(3):
            journal.append(payload(position, customers=10 + position))
    return path


def test_every_finished_run_is_read_back(path):
    with Journal(path) as journal:
        assert journal.done() == {0, 1, 2}
        assert journal.tables(1, ["events", "monthly"])["monthly"].to_pydict() == {"customers": [11]}
        assert journal.finished(2).run_id == "run2"
        assert not journal.tables(1, ["events"])


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_torn_last_frame_is_dropped_and_the_next_run_takes_its_place(path, cut):
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path) as journal:
        assert journal.done() == {0, 1}
        assert journal.lost_frames == 1
        journal.append(payload(2, customers=99))
    with Journal(path) as journal:
        assert journal.tables(2, ["monthly"])["monthly"].to_pydict() == {"customers": [99]}
        assert journal.lost_frames == 0


def test_a_damaged_run_in_the_middle_is_left_out_and_the_others_stay(path):
    with Journal(path) as journal:
        inside = journal.offsets[1] + 30
    damaged = bytearray(path.read_bytes())
    damaged[inside] ^= 0xFF
    path.write_bytes(damaged)
    with Journal(path) as journal:
        assert journal.done() == {0, 2}


def test_rubbish_at_the_end_is_cut_off(path):
    good = path.read_bytes()
    path.write_bytes(good + b"rubbish" * 20)
    with Journal(path) as journal:
        assert journal.done() == {0, 1, 2}
    assert path.read_bytes() == good


def test_the_last_word_on_a_run_counts(path):
    with Journal(path) as journal:
        journal.append(payload(3, "failed"))
        assert journal.done() == {0, 1, 2}
        journal.append(payload(3, "done"))
        assert journal.done() == {0, 1, 2, 3}


def test_a_second_writer_is_told_that_the_folder_is_in_use(path):
    with Journal(path), pytest.raises(InputError, match="another fieldcast is writing"):
        Journal(path).open()
