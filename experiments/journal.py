"""The journal: finished runs, appended one by one with a checksum: nothing finished is lost, nothing torn is read.

The file is a sequence of frames `marker, length, digest, payload`; the digest covers the payload. A payload is a short
JSON head (position in the plan, run_id, status, error, seconds, sizes of the tables) and the run's tables as Arrow IPC.
"""

from __future__ import annotations

import errno
import io
import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sim.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

MARKER = b"FCJ1"
FRAME = struct.Struct("<4sQ16s")
HEAD = struct.Struct("<I")


@dataclass
class Finished:
    """What is known of a run that has ended, well or badly."""

    position: int
    run_id: str
    status: str = "done"
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    tables: dict[str, int] = field(default_factory=dict)  # name: bytes of its Arrow IPC, in order
    extra: dict[str, dict[str, str]] = field(default_factory=dict)  # table: kinds of the columns beyond the contract


def pack(finished: Finished, tables: dict[str, pa.Table]) -> bytes:
    """The payload of one run: its head, then its tables."""
    blobs = {name: ipc_bytes(table) for name, table in tables.items()}
    finished.tables = {name: len(blob) for name, blob in blobs.items()}
    head = json.dumps(asdict(finished)).encode()
    return HEAD.pack(len(head)) + head + b"".join(blobs.values())


def ipc_bytes(table: pa.Table) -> bytes:
    """A table as a compressed Arrow IPC stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def digest(payload: bytes) -> bytes:
    """The checksum of a payload."""
    return blake2b(payload, digest_size=16).digest()


class Journal:
    """The finished runs of one results folder; one writer at a time."""

    def __init__(self, path: Path):
        self.path = path
        self.offsets: dict[int, int] = {}  # position in the plan: where its last payload begins
        self.status: dict[int, str] = {}
        self.lost_frames = 0
        self._lock: Any = None
        self._file: io.FileIO | None = None

    def open(self) -> Journal:
        """Takes the writer's lock, reads what is there and cuts off a torn end."""
        try:
            self._take_lock()
            self.path.touch()
            good_end = self.scan()
            self._file = self.path.open("r+b", buffering=0)
            self._file.truncate(good_end)
            self._file.seek(good_end)
        except OSError as error:
            self.close()
            raise InputError(
                f"{self.path.parent}: cannot be written ({error.strerror}); make it writable, or copy it to where it is"
            ) from None
        except BaseException:
            self.close()
            raise
        return self

    def _take_lock(self) -> None:
        """One writer at a time: a second one is told so at once."""
        from filelock import FileLock, Timeout

        self._lock = FileLock(self.path.with_suffix(".lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            self._lock = None
            raise InputError(
                f"resume = {self.path.parent}: another fieldcast is writing this folder; wait until it ends, or stop it"
            ) from None

    def scan(self) -> int:
        """Learns where every intact run lies; returns where the next one goes."""
        self.offsets.clear()
        self.status.clear()
        self.lost_frames = 0
        good_end = 0
        with self.path.open("rb") as file:
            for offset, payload, end in frames(file):
                good_end = end
                if payload is None:
                    self.lost_frames += 1
                    continue
                head = read_head(payload)
                self._note(head.position, offset, head.status)
        if self.path.stat().st_size > good_end:
            self.lost_frames += 1
        return good_end

    def _note(self, position: int, offset: int, status: str) -> None:
        self.offsets[position] = offset
        self.status[position] = status

    def append(self, payload: bytes) -> Finished:
        """Writes one run and makes sure that it is on disk; a run for which there is no room leaves nothing behind."""
        assert self._file is not None, "the journal is not open for writing"
        if not self.is_there():
            raise FileNotFoundError(errno.ENOENT, "was deleted or moved", str(self.path))
        begin = self._file.tell()
        try:
            left = memoryview(FRAME.pack(MARKER, len(payload), digest(payload)) + payload)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(begin)
            self._file.seek(begin)
            raise
        head = read_head(payload)
        self._note(head.position, begin + FRAME.size, head.status)
        return head

    def is_there(self) -> bool:
        """Whether the file that is being written still stands under its name."""
        try:
            return self._file is not None and os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except OSError:
            return False

    def from_its_start(self) -> io.FileIO:
        """The open file at its first byte; it can be read even where its name is gone."""
        assert self._file is not None, "the journal is not open for writing"
        self._file.seek(0)
        return self._file

    def done(self) -> set[int]:
        """Positions of the runs that ended well."""
        return {position for position, status in self.status.items() if status == "done"}

    def is_done(self, position: int) -> bool:
        """Whether a run ended well."""
        return self.status.get(position) == "done"

    def finished(self, position: int) -> Finished:
        """The head of one run."""
        with self.path.open("rb") as file:
            return self._head_at(file, position)

    def payload(self, position: int) -> bytes:
        """One run as it was written."""
        offset = self.offsets[position]
        with self.path.open("rb") as file:
            file.seek(offset - FRAME.size)
            _, length, _ = FRAME.unpack(file.read(FRAME.size))
            return file.read(length)

    def tables(self, position: int, names: Iterable[str]) -> dict[str, pa.Table]:
        """Some tables of one run, those that it recorded."""
        with self.path.open("rb") as file:
            sizes, found = self._head_at(file, position).tables, {}
            wanted, place = set(names), file.tell()
            for name, size in sizes.items():
                if name in wanted:
                    file.seek(place)
                    found[name] = read_ipc(file.read(size))
                place += size
        return found

    def _head_at(self, file: BinaryIO, position: int) -> Finished:
        file.seek(self.offsets[position])
        (length,) = HEAD.unpack(file.read(HEAD.size))
        return Finished(**json.loads(file.read(length)))

    def close(self) -> None:
        """Gives the file and the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Journal:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()


def frames(file: BinaryIO) -> Iterator[tuple[int, bytes | None, int]]:
    """Every whole frame as (where its payload begins, payload or nothing when its checksum fails, where it ends)."""
    size = os.fstat(file.fileno()).st_size
    position = 0
    while size - position >= FRAME.size:
        file.seek(position)
        marker, length, checksum = FRAME.unpack(file.read(FRAME.size))
        begin = position + FRAME.size
        if marker != MARKER or length > size - begin:
            return
        payload = file.read(length)
        position = begin + length
        yield begin, payload if digest(payload) == checksum else None, position


def read_head(payload: bytes) -> Finished:
    """The head of a payload."""
    (length,) = HEAD.unpack_from(payload)
    return Finished(**json.loads(payload[HEAD.size : HEAD.size + length]))


def read_ipc(blob: bytes) -> pa.Table:
    """A table from its Arrow IPC stream."""
    import pyarrow as pa

    with pa.ipc.open_stream(blob) as reader:
        return reader.read_all()


def tables_of(payload: bytes) -> dict[str, pa.Table]:
    """All tables of a payload."""
    (length,) = HEAD.unpack_from(payload)
    begin, found = HEAD.size + length, {}
    for name, size in read_head(payload).tables.items():
        found[name] = read_ipc(payload[begin : begin + size])
        begin += size
    return found
