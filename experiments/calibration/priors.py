"""What is fitted and what is thought of it beforehand: ranges of the parameter book, as a cube with sides of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.calibration.history import History
    from sim.city import City

Array = np.ndarray[Any, Any]

SHARE, BRAND = "situation.focal_share", "situation.focal_brand"
MARGIN = 1.02  # unaided awareness counts customers, so it lies above the share
MOST_PARAMETERS = 8
MOST_TRIES = 50
FEWEST_OUTSIDERS, MOST_OUTSIDERS = 0.005, 0.95  # as the model cuts them


@dataclass(frozen=True)
class Prior:
    """One fitted parameter: any value from low to high, evenly, or evenly in its logarithm."""

    path: str
    low: float
    high: float
    log: bool
    meaning: str

    @property
    def name(self) -> str:
        """The last word of its path."""
        return self.path.rpartition(".")[2]

    def value(self, unit: Array) -> Array:
        """Values at places of the unit interval."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** unit)
        return np.asarray(self.low + unit * (self.high - self.low))

    def unit(self, value: Array) -> Array:
        """Places in the unit interval of values."""
        if self.log:
            return np.asarray(np.log(np.asarray(value) / self.low) / np.log(self.high / self.low))
        return np.asarray((np.asarray(value) - self.low) / (self.high - self.low))

    def plain(self) -> dict[str, Any]:
        """The prior as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Priors:
    """All fitted parameters; every place in the cube is as likely as another, where awareness is not below share."""

    each: tuple[Prior, ...]
    share: float  # the focal operator's, where it is not fitted
    brand: float

    def __len__(self) -> int:
        return len(self.each)

    @property
    def paths(self) -> list[str]:
        """Dotted names."""
        return [one.path for one in self.each]

    def values(self, units: Array) -> Array:
        """Values (n, parameters) at places of the cube."""
        return np.stack([one.value(units[:, i]) for i, one in enumerate(self.each)], axis=1)

    def units(self, values: Array) -> Array:
        """Places in the cube (n, parameters) of values."""
        return np.stack([one.unit(values[:, i]) for i, one in enumerate(self.each)], axis=1)

    def allowed(self, units: Array) -> Array:
        """Which places (n, parameters) are inside the prior."""
        inside = np.asarray(((units >= 0.0) & (units <= 1.0)).all(1))
        if SHARE not in self.paths and BRAND not in self.paths:
            return inside
        fixed = {SHARE: self.share, BRAND: self.brand}
        share, brand = (self.column(path, units) if path in self.paths else fixed[path] for path in (SHARE, BRAND))
        return inside & (brand >= MARGIN * share)

    def column(self, path: str, units: Array) -> Array:
        """The values of one parameter at places of the cube, cut at its sides."""
        place = self.paths.index(path)
        return self.each[place].value(np.clip(units[:, place], 0.0, 1.0))

    def chart(self, units: Array) -> Array:
        """Places in coordinates in which the market answers smoothly: awareness as that of businesses yet to be won.

        What it takes to be known by so many of them is linear in the probit of their share.
        """
        from scipy.special import ndtri

        if BRAND not in self.paths:
            return units
        place = self.paths.index(BRAND)
        share = self.column(SHARE, units) if SHARE in self.paths else self.share
        outsiders = (self.column(BRAND, units) - share) / (1.0 - share)
        low, high = ndtri(FEWEST_OUTSIDERS), ndtri(self.each[place].high)
        charted = units.copy()
        charted[:, place] = (ndtri(np.clip(outsiders, FEWEST_OUTSIDERS, MOST_OUTSIDERS)) - low) / (high - low)
        return charted

    def points(self, number: int, seed: int) -> Array:
        """So many places (number, parameters) that fill the prior evenly: an additive recurrence (Roberts 2018)."""
        ratio = root_of_unity_plus(len(self))
        steps = ratio ** -np.arange(1.0, len(self) + 1)
        shift = np.random.default_rng([seed, len(self)]).random(len(self))
        tried = (shift + np.arange(1, MOST_TRIES * number + 1)[:, None] * steps) % 1.0
        found = tried[self.allowed(tried)]
        if len(found) < number:
            raise InputError(
                "awareness lies below the share nearly everywhere in the prior; look at operators.yaml: brand"
            )
        return np.asarray(found[:number])

    def plain(self) -> dict[str, Any]:
        """The priors as plain data."""
        return {"each": [one.plain() for one in self.each], "share": self.share, "brand": self.brand}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Priors:
        """The priors of plain data."""
        return cls(tuple(Prior(**one) for one in plain["each"]), plain["share"], plain["brand"])


def root_of_unity_plus(dimensions: int) -> float:
    """The positive x with x ** (dimensions + 1) = x + 1: the golden ratio and its kin."""
    x = 1.5
    for _ in range(60):
        x = (1.0 + x) ** (1.0 / (dimensions + 1))
    return x


# ---- from the book and configs/calibration.yaml ------------------------------------------------------------------


def settings() -> dict[str, Any]:
    """What configs/calibration.yaml holds."""
    from sim.shipped import load

    return dict(load(resources.files("configs").joinpath("calibration.yaml")))


def priors_of(fit: Sequence[str] | None, mapping: Mapping[str, Any], city: City, history: History) -> Priors:
    """The priors of the named parameters, `path` or `path:low:high`; `mapping` is the scenario's configuration."""
    known, mistakes = settings(), list[str]()
    focal = city.operators[0]
    share = focal.share / sum(spec.share for spec in city.operators)
    situation = mapping.get("situation") or {}
    stands = {SHARE: situation.get("focal_share") or share, BRAND: situation.get("focal_brand") or focal.brand}
    found = []
    for text in fit or known["fit"]:
        try:
            found.append(prior_of(text, mapping, known, stands, city, history))
        except InputError as error:
            mistakes += error.messages
    twice = {one.path for one in found if [other.path for other in found].count(one.path) > 1}
    mistakes += [f"fit names {path} twice; give it once" for path in sorted(twice)]
    if len(found) > MOST_PARAMETERS:
        mistakes.append(f"fit names {len(found)} parameters; at most {MOST_PARAMETERS} can be told apart in a bank")
    if mistakes:
        raise InputError(mistakes)
    return Priors(tuple(found), float(stands[SHARE]), float(stands[BRAND]))


def prior_of(
    text: str,
    mapping: Mapping[str, Any],
    known: Mapping[str, Any],
    stands: Mapping[str, float],
    city: City,
    history: History,
) -> Prior:
    """One prior; InputError with the remedy where none is known."""
    from sim.parameters import book, known_paths

    path, *ends = text.split(":")
    if path not in known_paths():
        raise InputError(f"fit={text}: unknown parameter '{path}'; {nearest(path, known_paths())}")
    meaning = next((row.meaning for row in book(mapping) if row.path == path), "")
    if ends:
        low, high = two_numbers(text, ends)
        return Prior(path, low, high, low > 0, meaning)
    if path in known["priors"]:
        return shipped_prior(path, known, stands, city, history)
    row = next((row for row in book(mapping) if row.path == path), None)
    if row is None or not path.startswith("world.") or isinstance(row.value, str | bool):
        raise InputError(f"fit={path}: the parameter book gives it no range; write fit={path}:LOW:HIGH")
    if not float(row.low) < float(row.high):
        raise InputError(f"fit={path}: its range is one number ({row.low}); write fit={path}:LOW:HIGH")
    if isinstance(row.value, int) and "." not in str(row.low) and known_paths()[path].annotation is int:
        raise InputError(f"fit={path} is a whole number and cannot be fitted; sweep it instead")
    return Prior(path, float(row.low), float(row.high), False, meaning)


def two_numbers(text: str, ends: list[str]) -> tuple[float, float]:
    """The ends of `path:low:high`."""
    try:
        low, high = map(float, ends)
    except ValueError:
        raise InputError(f"fit={text} must be path or path:low:high") from None
    if not low < high:
        raise InputError(f"fit={text}: the first number must be below the second")
    return low, high


def shipped_prior(
    path: str, known: Mapping[str, Any], stands: Mapping[str, float], city: City, history: History
) -> Prior:
    """A prior of configs/calibration.yaml; the opening share's is narrow where customers are counted."""
    node = known["priors"][path]
    low, high = node["range"] if "range" in node else (stands[path] * part for part in node["times"])
    customers = history.named("customers")
    if path == SHARE and customers is not None:
        first = customers.values[np.isfinite(customers.values)][0]
        implied = float(first) / served(city)
        if not 0.0 < implied < 0.9:
            raise InputError(
                f"the history begins with {first:,.0f} customers, but the city has {served(city):,.0f} businesses "
                "with a provider; look at businesses.csv and history.csv"
            )
        low, high = (implied * part for part in known["customers_times"])
    if path in (SHARE, BRAND):
        high = min(high, 0.9)
    return Prior(path, float(low), float(high), node["scale"] == "log", node["meaning"])


def served(city: Any) -> float:
    """Businesses with a provider, about: new tenants take a while."""
    return float(city.occupied.sum()) * SERVED_SHARE


SERVED_SHARE = 0.97
