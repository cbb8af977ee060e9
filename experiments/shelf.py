"""Results of a long computation, kept on disk one by one until it is finished, so that a resumed command finds them.

A result is columns by table; its file is named by a hash of what leads to it. Nothing in it is a pickle.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

Columns = dict[str, np.ndarray[Any, Any]]
Tables = dict[str, Columns]

BETWEEN = "|"  # table and column, in the name of an array
BEGUN = "begun.json"
MAY_CHANGE = {"resume", "workers", "quiet"}


class Shelf:
    """The results that are there already, in a folder of its own inside the command's folder."""

    def __init__(self, folder: Path, stamp: str):
        self.folder, self.stamp = folder / ".finished", stamp

    def get(self, what: str) -> Tables | None:
        """A result, or None where it has to be computed."""
        found: Tables = {}
        try:
            with np.load(self._path(what)) as file:
                for name in file.files:
                    table, _, column = name.partition(BETWEEN)
                    found.setdefault(table, {})[column] = file[name]
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        return found

    def put(self, what: str, result: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep a result; its file appears whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(what)
        part = path.with_suffix(f".{os.getpid()}.part")
        arrays = {f"{table}{BETWEEN}{name}": plain(one) for table, own in result.items() for name, one in own.items()}
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        part.replace(path)

    def clear(self) -> None:
        """The whole is written: parts are needed no more."""
        for path in self.folder.glob("*"):
            path.unlink()
        if self.folder.exists():
            self.folder.rmdir()

    def _path(self, what: str) -> Path:
        return self.folder / f"{hashed(self.stamp, what)}.npz"


def plain(column: Any) -> np.ndarray[Any, Any]:
    """A column without Python objects: texts of a fixed width."""
    array = np.asarray(column)
    return array.astype(np.str_) if array.dtype == object else array


def hashed(*texts: str) -> str:
    """Twenty hexadecimal digits of some texts."""
    return blake2b("\0".join(texts).encode(), digest_size=10).hexdigest()


def stamp(configs: str | None) -> str:
    """A hash of all that results rest on: the program, its configuration, and a user's own."""
    from sim import SOURCES

    files = sorted(path for path in Path(str(resources.files("configs"))).rglob("*") if path.suffix in (".yaml", ".gz"))
    if configs:
        files += sorted(path for path in Path(configs).expanduser().resolve().rglob("*.yaml"))
    return hashed(SOURCES, *(blake2b(path.read_bytes()).hexdigest() for path in files))


# ---- begin, or go on ---------------------------------------------------------------------------------------------


def taken_up(request: Request) -> tuple[Request, Shelf]:
    """The request that a folder was begun with, with this command's workers, and its shelf; new ones are begun."""
    from experiments.cli import COMMANDS
    from experiments.compose import read

    now, folder = stamp(request.options["configs"]), request.out_folder()
    if not request.options["resume"]:
        folder.mkdir(parents=True, exist_ok=True)
        note = {"command": request.command, "words": request.words, "stamp": now}
        (folder / BEGUN).write_text(json.dumps(note, indent=1), encoding="utf-8")
        return request, Shelf(folder, now)
    note = noted(folder, request)
    words = [word for word in note["words"] if not word.startswith(("out=", "workers=", "quiet="))]
    words += [word for word in request.words if not word.startswith("resume=")]
    again = read(request.command, COMMANDS[request.command], [*words, f"resume={folder}"])
    before, now = note["stamp"], stamp(again.options["configs"])
    if before != now:
        raise InputError(f"resume = {folder}: the program or its configuration has changed since; begin anew with out=")
    return again, Shelf(folder, now)


def noted(folder: Path, request: Request) -> dict[str, Any]:
    """What a folder was begun with; refuses one of another kind, and options that cannot change."""
    try:
        note = json.loads((folder / BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        note = {}
    if note.get("command") != request.command:
        raise InputError(
            f"resume = {folder} is no folder of fieldcast {request.command}; give the folder that was stopped"
        )
    other = sorted(request.given - MAY_CHANGE)
    if other:
        raise InputError(
            f"{', '.join(other)} cannot change when {request.command} is resumed; allowed: "
            f"{', '.join(sorted(MAY_CHANGE - {'resume'}))}"
        )
    return dict(note)
