"""A client's own months: read from a file, a city or the shipped histories, whole or by zone or channel."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from sim.city import City

Array = np.ndarray[Any, Any]

FIGURES = ("inbound_calls", "gross_adds", "churn", "customers")
# What tells more, where a client has it; a file given with history= may hold these too.
FURTHER = ("churn_competitor", "churn_closure", "won_from_competitors", "orders", "market_closures")
COLUMNS = (*FIGURES, *FURTHER)
STOCKS = ("customers",)
PARTS = ("zone_id", "channel")  # a history may be split by one of these
CHANNELS = ("inbound", "field", "telemarketing")
COUNTED_BY = {"zone_id": FIGURES, "channel": ("gross_adds",)}  # what the model counts by zone and by channel
LARGEST = 1e9
MOST_MONTHS = 120
FEWEST_MONTHS = 3


@dataclass(frozen=True)
class Series:
    """One figure month by month, not-a-number where the client has none; `part` is a zone or a channel, or empty."""

    name: str
    values: Array
    kind: str = ""  # zone_id, channel or empty
    part: str = ""

    @property
    def label(self) -> str:
        """How the series is called in tables: its name, and its part behind a colon."""
        return f"{self.name}:{self.part}" if self.part else self.name


@dataclass(frozen=True)
class History:
    """Consecutive months, and the series that are known of them."""

    months: Array  # datetime64[M], none left out
    series: tuple[Series, ...]
    source: str
    note: str = ""  # where it is synthetic

    def __len__(self) -> int:
        return self.months.size

    @property
    def decision_month(self) -> str:
        """The month after the last one, as YYYY-MM."""
        return str(self.months[-1] + 1)

    def first(self, months: int) -> History:
        """The first so many months."""
        cut = tuple(replace(one, values=one.values[:months]) for one in self.series)
        kept = tuple(one for one in cut if np.isfinite(one.values).any())
        return replace(self, months=self.months[:months], series=kept)

    def named(self, name: str) -> Series | None:
        """The whole city's series of a name."""
        return next((one for one in self.series if one.name == name and not one.part), None)

    def as_csv(self) -> str:
        """The history as the file that gives the same one."""
        import csv

        kind = next((one.kind for one in self.series if one.kind), "")
        names = [name for name in COLUMNS if any(one.name == name for one in self.series)]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["month", *([kind] if kind else []), *names])
        for part in dict.fromkeys(one.part for one in self.series):
            mine = {one.name: one.values for one in self.series if one.part == part}
            for place, month in enumerate(self.months):
                cells = ["" if np.isnan(v) else f"{v:.10g}" for v in (mine.get(n, _empty(self))[place] for n in names)]
                writer.writerow([str(month), *([part] if kind else []), *cells])
        return text.getvalue()


def _empty(history: History) -> Array:
    return np.full(len(history), np.nan)


# ---- where it comes from -----------------------------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """The histories that come with the product, by name; all of them are synthetic."""
    import configs

    folder = Path(configs.__file__).parent / "history"
    return {path.stem: path for path in sorted(folder.glob("*.csv"))}


def history_of(given: str | None, city: City) -> History:
    """The history of a command: a file, a shipped name, or the city's own."""
    from experiments.compose import at_home

    if given is None:
        if not city.history:
            message = f"city {city.name} has no history.csv; give one with history=FILE, or a shipped one: "
            raise InputError(message + f"{', '.join(f'history={name}' for name in shipped())}")
        columns = {name: values for name, values in city.history.items() if name in COLUMNS}
        return checked(whole(city.history["month"], columns, "history.csv"), "history.csv")
    place = at_home(given)
    if place.is_file():
        return read(place, city.zone_id.tolist())
    if given in shipped():
        return replace(
            read(shipped()[given], city.zone_id.tolist()), note="Synthetic: simulated with known parameters."
        )
    raise InputError(f"history={given} is neither a file nor a shipped history; {nearest(given, shipped())}")


def whole(month: Array, columns: dict[str, Array], source: str) -> History:
    """A history of the whole city from columns; months that are left out become empty ones."""
    months = np.arange(month.min(), month.max() + 1) if month.size else month
    return History(months, tuple(Series(name, spread(months, month, v)) for name, v in columns.items()), source)


def spread(months: Array, month: Array, values: Array) -> Array:
    """Values at their months, not-a-number elsewhere."""
    found = np.full(months.size, np.nan)
    found[(month - months[0]).astype(int)] = values
    return found


# ---- reading -----------------------------------------------------------------------------------------------------


def read(path: Path, zones: Iterable[str]) -> History:
    """A history from CSV, XLSX or Parquet; all mistakes at once."""
    from sim.cityfiles import read_table
    from sim.findings import Findings

    findings = Findings()
    table = read_table(path, findings)
    history = of_table(table, findings, set(zones)) if table is not None else None
    if findings.errors or history is None:
        raise InputError([str(finding) for finding in findings.errors] or [f"history={path} cannot be read"])
    return checked(history, path.name)


def of_table(table: Any, findings: Any, zones: set[str]) -> History | None:
    """The history of a table of text; findings where something is wrong."""
    kinds = [kind for kind in PARTS if kind in table]
    names = [name for name in COLUMNS if name in table]
    if "month" not in table:
        findings.error(table.file, "has no column month", remedy="write months as YYYY-MM in a column 'month'")
        return None
    if len(kinds) > 1:
        findings.error(table.file, "is split by zone and by channel", remedy="give one of zone_id and channel")
    if not names:
        hint = nearest(next(iter(table.columns)), COLUMNS)
        findings.error(table.file, f"has no figures ({hint})", remedy=f"give any of {', '.join(FIGURES)}")
    texts = table.columns["month"].to_pylist()
    bad = np.array([not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) for text in texts], bool)
    findings.rows(table, "month", np.flatnonzero(bad), "is not a month", "write it as YYYY-MM")
    part = table.columns[kinds[0]].to_pylist() if kinds else [""] * table.size
    if kinds:
        check_parts(table, kinds[0], part, names, zones, findings)
    values = {name: table.numbers(name, findings, 0, LARGEST, needed=False) for name in names}
    again = repeated(list(zip(texts, part, strict=True)))
    findings.rows(table, "month", again, "stands in an earlier row too", "give each month once (of a zone or channel)")
    if findings.errors or not table.size:
        return None
    return split(np.array(texts, "datetime64[M]"), np.array(part), values, kinds[0] if kinds else "", table.file)


def check_parts(table: Any, kind: str, part: list[str], names: list[str], zones: set[str], findings: Any) -> None:
    """Zones are the city's, channels the model's, and figures such as the model counts by them."""
    known = zones if kind == "zone_id" else set(CHANNELS)
    wrong = np.array([one not in known for one in part], bool)
    findings.rows(table, kind, np.flatnonzero(wrong), f"is no known {kind.removesuffix('_id')}", "correct the name")
    if other := [name for name in names if name not in COUNTED_BY[kind]]:
        by = kind.removesuffix("_id")
        remedy = f"by {by} give {', '.join(COUNTED_BY[kind])} only; whole figures go into a file without {kind}"
        findings.error(table.file, f"gives {', '.join(other)} by {by}", remedy=remedy)


def repeated(keys: list[Any]) -> Array:
    """Rows whose key stands in an earlier one."""
    seen: set[Any] = set()
    rows = []
    for row, key in enumerate(keys):
        if key in seen:
            rows.append(row)
        seen.add(key)
    return np.array(rows, int)


def split(month: Array, part: Array, values: dict[str, Array], kind: str, source: str) -> History:
    """One series a figure and part."""
    months = np.arange(month.min(), month.max() + 1)
    series = []
    for one in dict.fromkeys(part.tolist()):
        mine = part == one
        for name, column in values.items():
            found = spread(months, month[mine], column[mine])
            if np.isfinite(found).any():
                series.append(Series(name, found, kind, one))
    return History(months, tuple(series), source)


def checked(history: History, source: str) -> History:
    """A history that can be fitted to: some consecutive months, at least one figure."""
    mistakes = []
    if not any(np.isfinite(one.values).any() for one in history.series):
        mistakes.append(f"{source} holds no figure; give any of {', '.join(FIGURES)}")
    if len(history) < FEWEST_MONTHS:
        mistakes.append(f"{source} has {len(history)} months; {FEWEST_MONTHS} are the fewest, 12 or more say much more")
    if len(history) > MOST_MONTHS:
        mistakes.append(f"{source} spans {len(history)} months; give the last {MOST_MONTHS}")
    if mistakes:
        raise InputError(mistakes)
    return history
