"""The operators of a city as its operators.yaml states them: shares, prices, quality, awareness and networks."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.citytable import Table, unknown_columns
from sim.draws import hash_ids
from sim.errors import nearest
from sim.findings import Findings, plural

Array = np.ndarray[Any, Any]

PREMISES = ("street_level", "business_centre", "shopping_centre", "industrial")
SIZES = ("micro", "small", "medium", "large")
REACTIONS = ("passive", "losses", "price_war")
FILE = "operators.yaml"
SHARE_TOLERANCE = 1e-6
NAMES_COMPARED = 2000  # known names among which the nearest to an unknown one is sought

BOUNDS: dict[str, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "quality": (0.0, 1.0),
    "price_index": (0.05, 20.0),
    "brand": (0.0, 1.0),
    "advertising_per_month": (0.0, 1e9),
    "telemarketers": (0, 1000),
    "reps": (0, 200),
}
WHOLE = ("telemarketers", "reps")
KEYS = ("name", "focal", *BOUNDS, "tariffs", "reaction", "network")
NEEDED = ("name", "share", "quality", "price_index", "tariffs", "brand", "advertising_per_month")


@dataclass(frozen=True)
class OperatorSpec:
    """What a city says of one operator; the first of a city is the focal one."""

    name: str
    address: np.uint64
    focal: bool
    share: float  # of occupied premises with a provider, at the start
    quality: float  # index from 0 to 1
    price_index: float  # level of all its prices relative to its tariff
    tariff: Array = field(repr=False)  # (4 size classes, 4 premises types), money a month, before the price index
    brand: float  # unaided awareness
    advertising_per_month: float
    telemarketers: int
    reps: int
    reaction: str
    network: Array = field(repr=False)  # (zones,) bool
    network_since: Array = field(repr=False)  # (zones,) day, not-a-time where always or never


def read_operators(data: Any, coverage: Table | None, zones: list[str], findings: Findings) -> tuple[OperatorSpec, ...]:
    """The operators, the focal one first; whatever is wrong is found at once."""
    entries = data.get("operators") if isinstance(data, Mapping) else data
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        findings.error(FILE, "is not a list of operators", remedy="write 'operators:' and one '- name: ...' for each")
        return ()
    if isinstance(data, Mapping):
        note_assumption(data, findings)
    names = [str(entry.get("name", "")).strip() for entry in entries]
    check_list(names, entries, findings)
    networks = read_networks(coverage, names, zones, findings)
    specs = [
        read_operator(entry, label(names, i), networks.get(names[i]), len(zones), findings)
        for i, entry in enumerate(entries)
    ]
    return tuple(sorted((spec for spec in specs if spec), key=lambda spec: not spec.focal))


def label(names: list[str], i: int) -> str:
    """How messages name an operator."""
    return names[i] or f"operator {i + 1}"


def note_assumption(data: Mapping[str, Any], findings: Findings) -> None:
    """Assumed operators are remarked on wherever the findings are printed."""
    strange = [str(key) for key in data if key not in ("operators", "assumption", "note")]
    if strange:
        findings.note(FILE, f"unknown keys are ignored: {plural(strange)}")
    if data.get("assumption"):
        findings.note(FILE, str(data.get("note") or "the operators of this city are assumptions")[:300])


def check_list(names: list[str], entries: list[Any], findings: Findings) -> None:
    """Two to eight operators, each name once, exactly one focal, shares that fit into the whole."""
    if not 2 <= len(entries) <= 8:
        findings.error(FILE, f"names {len(entries)} operators", remedy="a city has 2 to 8")
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        findings.error(FILE, f"names '{name}' more than once", column="name", remedy="give each operator its own name")
    focal = [label(names, i) for i, entry in enumerate(entries) if entry.get("focal") is True]
    if len(focal) != 1:
        found = f"{len(focal)} operators are focal" + (f" ({plural(focal)})" if focal else "")
        findings.error(FILE, found, column="focal", remedy="write 'focal: true' at exactly one, your client")
    shares = [entry.get("share") for entry in entries]
    numbers = [share for share in shares if isinstance(share, int | float) and 0.0 <= share <= 1.0]
    total = float(sum(numbers))
    if len(numbers) == len(shares) and total > 1.0 + SHARE_TOLERANCE:
        findings.error(FILE, f"the shares sum to {total:.4g}, more than 1", column="share", remedy="lower them")
    elif len(numbers) == len(shares) and total < 1.0 - SHARE_TOLERANCE:
        message = f"the shares sum to {total:.4g} and are scaled up to 1, for they are shares of the premises served"
        findings.note(FILE, f"{message}; how many begin without a provider follows from the market itself")


def read_operator(
    entry: Mapping[str, Any], name: str, covered: tuple[Array, Array] | None, zones: int, findings: Findings
) -> OperatorSpec | None:
    """One operator; None when a mistake leaves it incomplete."""
    before = len(findings.errors)
    for key in entry:
        if key not in KEYS:
            findings.note(FILE, f"unknown key is ignored ({nearest(str(key), KEYS)})", column=f"{name}.{key}")
    for key in NEEDED:
        if entry.get(key) is None:
            close = difflib.get_close_matches(key, [str(other) for other in entry if other not in KEYS], 1)
            remedy = f"'{close[0]}' should be '{key}'" if close else "add it"
            findings.error(FILE, "is missing", column=f"{name}.{key}", remedy=remedy)
    values = {key: read_number(entry, name, key, findings) for key in BOUNDS}
    reaction = str(entry.get("reaction", "passive"))
    if reaction not in REACTIONS:
        findings.error(FILE, nearest(reaction, REACTIONS), column=f"{name}.reaction", value=reaction)
    if not isinstance(entry.get("focal", False), bool):
        findings.error(FILE, "must be true or false", column=f"{name}.focal", value=str(entry["focal"]))
    if entry.get("focal") is True and (values["reps"] or reaction != "passive"):
        message = "is a rival's; what the focal operator does in the field is decided in department"
        findings.note(FILE, message, column=f"{name}.reps" if values["reps"] else f"{name}.reaction")
    tariff = read_tariff(entry.get("tariffs"), name, findings)
    network, since = read_network(entry.get("network", "all"), name, covered, zones, findings)
    if len(findings.errors) > before or tariff is None:
        return None
    return OperatorSpec(
        name=name,
        address=hash_ids(np.array([name]))[0],
        focal=bool(entry.get("focal", False)),
        tariff=tariff,
        reaction=reaction,
        network=network,
        network_since=since,
        **values,
    )


def read_number(entry: Mapping[str, Any], name: str, key: str, findings: Findings) -> Any:
    """One plain number of an operator within its bounds."""
    low, high = BOUNDS[key]
    value = entry.get(key, 0)
    kind: Any = int if key in WHOLE else float
    if value is None:
        return kind(0)
    if isinstance(value, bool) or not isinstance(value, int if key in WHOLE else int | float):
        wanted = "a whole number" if key in WHOLE else "a number"
        findings.error(FILE, f"must be {wanted}", column=f"{name}.{key}", value=str(value), remedy="write plain digits")
        return kind(0)
    if not low <= value <= high:
        message = f"must lie between {low:g} and {high:g}"
        percent = high == 1.0 and 1.0 < value <= 100.0
        remedy = f"per cent? write {value / 100.0:g}" if percent else "correct the value"
        findings.error(FILE, message, column=f"{name}.{key}", value=str(value), remedy=remedy)
        return kind(0)
    return kind(value)


def read_tariff(data: Any, name: str, findings: Findings) -> Array | None:
    """Prices by size class and premises type: a table, or a base by size class and multipliers by premises type."""
    column = f"{name}.tariffs"
    if data is None:
        return None
    if not isinstance(data, Mapping):
        findings.error(
            FILE, "is neither a table nor base and multipliers", column=column, remedy="see the bundled city"
        )
        return None
    if "base" in data:
        base = named_numbers(data["base"], SIZES, f"{column}.base", findings)
        times = named_numbers(data.get("multipliers"), PREMISES, f"{column}.multipliers", findings)
        return None if base is None or times is None else np.outer(base, times).astype(np.float32)
    if named_keys(data, SIZES, column, findings):
        rows = [named_numbers(data[size], PREMISES, f"{column}.{size}", findings) for size in SIZES]
        return None if any(row is None for row in rows) else np.array(rows, np.float32)
    return None


def named_keys(data: Any, names: tuple[str, ...], column: str, findings: Findings) -> bool:
    """A mapping with exactly these names."""
    if not isinstance(data, Mapping):
        findings.error(FILE, "is missing or not a mapping", column=column, remedy=f"give {', '.join(names)}")
        return False
    strange = [str(key) for key in data if key not in names]
    missing = [key for key in names if key not in data]
    if missing:
        hint = f"; unknown here: {plural(strange)}" if strange else ""
        findings.error(FILE, f"lacks {plural(missing)}{hint}", column=column, remedy=f"give {', '.join(names)}")
    elif strange:
        findings.note(FILE, f"unknown keys are ignored: {plural(strange)}", column=column)
    return not missing


def named_numbers(data: Any, names: tuple[str, ...], column: str, findings: Findings) -> Array | None:
    """Positive numbers by name, in the order of the names."""
    if not named_keys(data, names, column, findings):
        return None
    bad = [key for key in names if isinstance(data[key], bool) or not isinstance(data[key], int | float)]
    bad += [key for key in names if key not in bad and not 0.0 < data[key] <= 1e9]
    for key in bad:
        findings.error(FILE, "must be a number above 0", column=f"{column}.{key}", value=str(data[key]))
    return None if bad else np.array([data[key] for key in names], np.float64)


def read_network(
    network: Any, name: str, covered: tuple[Array, Array] | None, zones: int, findings: Findings
) -> tuple[Array, Array]:
    """Zones with a network, and since when: all of them, or those of coverage.csv."""
    always = np.ones(zones, bool), np.full(zones, np.datetime64("NaT"), "datetime64[D]")
    if network not in ("all", "coverage"):
        message = "must be 'all' or 'coverage'"
        findings.error(FILE, message, column=f"{name}.network", value=str(network), remedy="list zones in coverage.csv")
    elif network == "coverage" and covered is None:
        message = "coverage.csv has no row for this operator"
        findings.error(
            FILE, message, column=f"{name}.network", value="coverage", remedy="add its zones, or write 'all'"
        )
    elif network == "all" and covered is not None:
        message = "the network is in all zones; its rows in coverage.csv tell only since when"
        findings.note(FILE, message, column=f"{name}.network")
        return always[0], covered[1]
    return always if covered is None else covered


def read_networks(
    coverage: Table | None, names: list[str], zones: list[str], findings: Findings
) -> dict[str, tuple[Array, Array]]:
    """Zones and dates of coverage.csv by operator."""
    columns = ("operator", "zone_id", "since")
    if coverage is None or not unknown_columns(coverage, columns, columns[:2], findings):
        return {}
    operator = matched(coverage, "operator", names, findings)
    zone = matched(coverage, "zone_id", zones, findings)
    unset = np.full(coverage.size, np.datetime64("NaT"), "datetime64[D]")
    since = coverage.dates("since", findings) if "since" in coverage else unset
    networks = {}
    for i in np.unique(operator[operator >= 0]).tolist():
        rows = np.flatnonzero((operator == i) & (zone >= 0))
        built, dates = np.zeros(len(zones), bool), np.full(len(zones), np.datetime64("NaT"), "datetime64[D]")
        built[zone[rows]], dates[zone[rows]] = True, since[rows]
        networks[names[i]] = (built, dates)
    return networks


def matched(table: Table, column: str, known: list[str], findings: Findings, also: tuple[str, ...] = ()) -> Array:
    """Numbers of known names in a column; -1 and a mistake where the name is unknown, -2 - j for those in `also`."""
    codes, texts = table.codes(column)
    places = {name: i for i, name in enumerate(known)} | {name: -2 - j for j, name in enumerate(also)}
    numbers = np.array([places.get(text, -1) for text in texts], np.int32)
    unknown = np.flatnonzero(numbers == -1)
    if unknown.size:
        first, times = np.full(len(texts), codes.size), np.bincount(codes, minlength=len(texts))
        np.minimum.at(first, codes, np.arange(codes.size))
    for k in unknown[: findings.shown].tolist():
        message = f"is unknown (in {times[k]:,} rows)" if times[k] > 1 else "is unknown"
        hint = nearest(texts[k], known[:NAMES_COMPARED]) if texts[k] else "every row needs this value"
        findings.rows(table, column, first[k : k + 1], message, hint)
    if unknown.size > findings.shown:
        rest = unknown[findings.shown :]
        message = f"{rest.size:,} further names in column {column} are unknown (in {times[rest].sum():,} rows)"
        findings.error(table.file, message, remedy=f"known: {plural(known)}")
    return numbers[codes]
