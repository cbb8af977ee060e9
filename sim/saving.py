"""Saving a market and taking it up again: everything that has changed since it was built, in a file without pickles.

The file is a zip of two members. `market.json` has the format's number, the digest of the program, city, seed,
parameters, and the rooms with what they keep (`kept.py`); arrays stand in it by number. `columns.bin` holds the arrays
one after the other, each described in `market.json` by its type, shape and first byte.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import descr_to_dtype, dtype_to_descr

from sim import SOURCES
from sim.agents.field_rep import rep_agents
from sim.agents.head_of_sales import head_agents
from sim.agents.people import CallCentreAgent, Telemarketer, staff_agents
from sim.city import City, load_city
from sim.collector import MonthlyCollector
from sim.errors import InputError
from sim.kept import FILLED, MADE, NAMED, ROOMS, USED
from sim.observation import by_rep
from sim.parameters import Parameters

if TYPE_CHECKING:
    from sim.market import Market

Array = np.ndarray[Any, Any]

FORMAT = 1
PLAIN = (bool, int, float, str)


class Taken:
    """What was taken from a market: a tree of plain values, and the arrays that it names by number.

    An object or array that several rooms hold is taken once, so that they hold the same one again afterwards.
    """

    def __init__(self, market: Market):
        self.arrays: list[Array] = []
        self._seen: dict[int, tuple[int, Any]] = {}  # by identity; the thing itself stands beside, to keep it alive
        self._rooms = 0
        self.tree = self._take(market)

    def _take(self, value: Any) -> Any:
        if value is None or (isinstance(value, PLAIN) and not isinstance(value, np.generic)):
            return value
        if isinstance(value, np.ndarray):
            return self._take_array(value)
        if isinstance(value, np.generic):
            return {"scalar": self._take_array(np.array(value))["array"]}
        if isinstance(value, dict):
            return {"pairs": [[self._take(key), self._take(each)] for key, each in value.items()]}
        if isinstance(value, list):
            return {"list": [self._take(each) for each in value]}
        if isinstance(value, tuple):
            name = type(value).__name__ if hasattr(value, "_fields") else ""
            return {"tuple": name, "items": [self._take(each) for each in value]}
        return self._take_room(value)

    def _take_array(self, value: Array) -> dict[str, Any]:
        if value.dtype == object:
            return {"texts": value.tolist()}
        if id(value) not in self._seen:
            self._seen[id(value)] = len(self.arrays), value
            self.arrays.append(value)
        return {"array": self._seen[id(value)][0]}

    def _take_room(self, room: Any) -> dict[str, Any]:
        name = type(room).__name__
        if name not in ROOMS:
            raise TypeError(f"a saved market cannot keep a {name}; give it a line in sim/kept.py")
        if id(room) in self._seen:
            return {"same": self._seen[id(room)][0]}
        number = self._rooms
        self._rooms += 1
        self._seen[id(room)] = number, room
        kept = {path: self._take(value) for path, value in kept_values(room, name)}
        return {"room": name, "number": number, "kept": kept}


def kept_values(room: Any, name: str) -> list[tuple[str, Any]]:
    """What a room keeps, by path; of a buffer the part in use."""
    values = [(path, reach(room, path)) for path in ROOMS[name].kept]
    buffer, size = USED.get(name, ("", ""))
    return [(path, value[..., : getattr(room, size)].copy() if path == buffer else value) for path, value in values]


def reach(room: Any, path: str) -> Any:
    """The value at a dotted path of attributes."""
    for name in path.split("."):
        room = getattr(room, name)
    return room


class PutBack:
    """Puts what was taken into a house just built from the same city, parameters and seed."""

    def __init__(self, arrays: list[Array]):
        self.arrays = arrays
        self._rooms: dict[int, Any] = {}

    def value(self, tree: Any, present: Any = None) -> Any:
        """The value of a part of the tree; `present` is what stands in its place now."""
        if not isinstance(tree, dict):
            return tree
        if "array" in tree:
            return self.arrays[tree["array"]]
        if "scalar" in tree:
            return self.arrays[tree["scalar"]][()]
        if "texts" in tree:
            return np.array(tree["texts"], dtype=object)
        if "same" in tree:
            return self._rooms[tree["same"]]
        if "room" in tree:
            return self._room(tree, present)
        if "pairs" in tree:
            return self._pairs(tree["pairs"], present if isinstance(present, dict) else {})
        if "list" in tree:
            before = present if isinstance(present, list) and len(present) == len(tree["list"]) else None
            return [self.value(each, before[i] if before else None) for i, each in enumerate(tree["list"])]
        items = [self.value(each) for each in tree["items"]]
        return NAMED[tree["tuple"]](*items) if tree["tuple"] else tuple(items)

    def _pairs(self, pairs: list[Any], present: dict[Any, Any]) -> dict[Any, Any]:
        """A dictionary keeps its kind: one with a default goes on having it."""
        found = {self.value(key): self.value(each, present.get(self.value(key))) for key, each in pairs}
        present.clear()
        present.update(found)
        return present

    def _room(self, tree: dict[str, Any], present: Any) -> Any:
        name = tree["room"]
        room = present if type(present).__name__ == name else object.__new__(MADE[name])
        self._rooms[tree["number"]] = room
        for path, kept in tree["kept"].items():
            *parents, last = path.split(".")
            owner = reach(room, ".".join(parents)) if parents else room
            before: Any = getattr(owner, last, None)
            value = self.value(kept, before)
            if name in FILLED and isinstance(value, np.ndarray):
                np.copyto(before, value)
            else:
                object.__setattr__(owner, last, value)
        return room


def put_back(market: Market, taken: Taken) -> None:
    """Bring a house just built to where another one was."""
    market.datacollector = MonthlyCollector(market.observation.monthly[0] if market.observation.monthly else {})
    PutBack(taken.arrays).value(taken.tree, market)
    collector = MonthlyCollector(market.observation.monthly[0])
    for name in ROOMS["MonthlyCollector"].kept:
        object.__setattr__(collector, name, getattr(market.datacollector, name))
    market.datacollector = collector
    seat_agents(market)


def seat_agents(market: Market) -> None:
    """Mesa's agents for the people of all tables."""
    hours, seats = market.base.hours, market.telemarketing_agents
    people = len(market.call_centre)
    for agent in market.call_centre_agents[people:]:
        agent.remove()
    market.call_centre_agents = seated(market, CallCentreAgent, market.call_centre_agents, market.call_centre, hours)
    for number, table in market.telemarketing.items():
        seats[number] = seated(market, Telemarketer, seats.get(number, []), table, hours)
    if market.field is not None:
        market.rep_agents = rep_agents(market, market.rep_agents, market.field.reps)
        market.head_agents = head_agents(market, market.head_agents, market.field.department.head_rows)


def seated(market: Market, kind: Any, agents: list[Any], table: Any, hours: Any) -> list[Any]:
    """One agent for each row of a staff table."""
    return staff_agents(market, kind, agents, table, len(table), hours)


# ---- the file -------------------------------------------------------------------------------------------------------


def save(market: Market, path: str | Path) -> Path:
    """Write a market to a file, which appears whole or not at all; returns its path."""
    path, taken = Path(path), Taken(market)
    columns, first = [], 0
    for array in taken.arrays:
        columns.append({"type": dtype_to_descr(array.dtype), "shape": array.shape, "first_byte": first})
        first += array.nbytes
    head = {
        "format": FORMAT,
        "program": SOURCES,
        "city": {
            "name": market.city.name,
            "folder": str(market.city.folder or ""),
            "content": market.city.content_hash,
        },
        "seed": market.luck.seed,
        "parameters": market.parameters.model_dump(mode="json"),
        "columns": columns,
        "market": taken.tree,
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.writestr("market.json", json.dumps(head))
            with file.open("columns.bin", "w") as out:
                for array in taken.arrays:
                    out.write(np.ascontiguousarray(array).tobytes())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror}; give a folder that exists and has room") from None
    return path


def load(kind: type[Market], path: str | Path, city: City | str | Path | None = None) -> Market:
    """The market of a file, at the day on which it was saved; `city` where it is no longer found in its folder."""
    head, arrays = read(Path(path))
    taken = Taken.__new__(Taken)
    taken.arrays, taken.tree = arrays, head["market"]
    parameters = Parameters.model_validate(head["parameters"])
    market = kind(parameters, found_city(Path(path), head["city"], city), head["seed"], settle=False)
    if market.city.content_hash != head["city"]["content"]:
        raise InputError(
            f"{path} was saved in another city, or the files of '{head['city']['name']}' have changed since; "
            f"give the city it was saved in, as Market.load(path, city=...)"
        )
    put_back(market, taken)
    return market


def read(path: Path) -> tuple[dict[str, Any], list[Array]]:
    """What a file holds; refuses what is no saved market, damaged, or of another version."""
    try:
        with zipfile.ZipFile(path) as file:
            head, columns = json.loads(file.read("market.json")), bytearray(file.read("columns.bin"))
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; give a file that market.save has written") from None
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError) as error:
        raise InputError(f"{path} is no saved market, or it is damaged ({error}); save the market anew") from None
    if head.get("format") != FORMAT:
        raise InputError(f"{path} has format {head.get('format')}, this program reads {FORMAT}; run the market anew")
    if head["program"] != SOURCES:
        raise InputError(
            f"{path} was saved by another version of the model ({head['program']}, this is {SOURCES}), in which it "
            "might go on otherwise; take that version, or run the market anew"
        )
    return head, [one_array(columns, each) for each in head["columns"]]


def one_array(columns: bytearray, described: dict[str, Any]) -> Array:
    """An array of its own out of the file's bytes."""
    descr = described["type"]
    dtype = descr_to_dtype([tuple(each) for each in descr] if isinstance(descr, list) else descr)
    count = int(np.prod(described["shape"], dtype=np.int64))
    flat = np.frombuffer(columns, dtype, count, described["first_byte"]) if count else np.empty(0, dtype)
    return flat.reshape(described["shape"]).copy()


def found_city(path: Path, said: dict[str, str], given: City | str | Path | None) -> City:
    """The city that was given, or the one of the file's folder."""
    if isinstance(given, City):
        return given
    if given is None and not (said["folder"] and Path(said["folder"]).is_dir()):
        where = said["folder"] or "no folder"
        raise InputError(f"{path}: its city '{said['name']}' was read from {where}; give it, as city=...")
    return load_city(given or said["folder"])


# ---- many futures of one past ---------------------------------------------------------------------------------------

FREE = (
    "department",
    "telemarketing",
    "advertising",
    "offers",
    "retention",
    "events",
    "check",
)  # begin to matter with month 1


def fork(market: Market, parameters: Parameters) -> Market:
    """Another market with the same past, and from today on with other decisions; the same as if it had been run with
    them from the first day."""
    check_fork(market, parameters)
    taken = Taken(market)
    other = type(market)(parameters, market.given_city, market.luck.seed, settle=False)
    anew = other.field is not None and parameters.department != market.parameters.department
    if anew or other.field is None:
        taken.tree["kept"].pop("field")
    if anew:
        other._work_day()  # on the first day the department makes up its mind about what to expect
    taken.arrays = [array.copy() for array in taken.arrays]
    put_back(other, taken)
    if anew and parameters.record.reps:
        other.observation.by_rep = [by_rep(other) for _ in other.observation.months]
    if other.field is None:
        other.observation.by_rep = []
    return other


def check_fork(market: Market, parameters: Parameters) -> None:
    """Refuse a future whose decisions would have changed the past."""
    before, after = market.parameters.model_dump(), parameters.model_dump()
    mistakes = [
        f"{name} differs from the market that is forked, and matters before month 1; run that market from the start"
        for name in before
        if name not in FREE and before[name] != after[name]
    ]
    if before["crews"] | {"meetings": ""} == after["crews"] | {"meetings": ""}:
        mistakes = [each for each in mistakes if not each.startswith("crews ")]  # meetings begin with month 1
    past = [[event for event in each["events"] if event["month"] < 1] for each in (before, after)]
    if past[0] != past[1]:
        mistakes.append("events before month 1 differ from the market that is forked; run that market from the start")
    decision = int(market.calendar.first_day[market.calendar.warmup])
    if any(before[name] != after[name] for name in (*FREE[:-1], "crews")) and market.day != decision:
        mistakes.append(
            f"decisions can change on the morning of month 1 alone (day {decision}), and this is day {market.day}; "
            "market.run(0) goes there"
        )
    if mistakes:
        raise InputError(mistakes)
