"""The words of a report in one language: a catalogue of strings, and how the language writes numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "pl")
THIN = "\u00a0"  # between thousands: no line breaks there
MINUS = "\u2212"


@cache
def catalogue(language: str) -> dict[str, str]:
    """All strings of a language by dotted key."""
    return dict(flat(read_yaml(f"{language}.yaml") or {}))


@cache
def meanings(language: str) -> dict[str, str]:
    """What each number of the parameter book means, by dotted name; English stands in the book itself."""
    return dict(read_yaml(f"meanings_{language}.yaml") or {})


def read_yaml(name: str) -> Any:
    """A file of words, or nothing where there is none of this name."""
    import yaml

    path = resources.files("experiments.report").joinpath("words", name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # compiled, where it is there
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) if path.is_file() else None


def flat(mapping: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested strings as pairs of a dotted key and a string."""
    found = []
    for key, value in mapping.items():
        path = f"{prefix}{key}"
        found += flat(value, f"{path}.") if isinstance(value, Mapping) else [(path, str(value))]
    return found


class Words:
    """Strings and numbers of one language; `currency` is a code as AUD or PLN."""

    def __init__(self, language: str, currency: str):
        self.language = language
        self._strings = catalogue(language)
        self.currency = self._strings.get(f"currency.{currency}", currency)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The string of a key with its blanks filled."""
        return self._strings[key].format(**values) if values else self._strings[key]

    def get(self, key: str, otherwise: str) -> str:
        """The string of a key, or another one where the catalogue has none, as for a client's own scenario."""
        return self._strings.get(key, otherwise)

    # ---- numbers ----------------------------------------------------------------------------------------------------

    def number(self, value: float | None, digits: int = 0, signed: bool = False) -> str:
        """A number with so many digits after the mark; a dash where there is none."""
        if value is None or value != value:
            return "–"
        text = f"{value:{'+' if signed else ''},.{digits}f}"
        if not text.strip("+-0.,"):
            text = text.lstrip("+-")
        mark = "," if self.language == "pl" else "."
        return text.replace(",", THIN).replace(".", mark).replace("-", MINUS)

    def exact(self, value: float) -> str:
        """A number that is given, with the digits that a reader can use."""
        if (value == int(value) or abs(value) >= 1000) and abs(value) < 1e9:
            return self.number(value)
        text = f"{value:.4g}".replace("-", MINUS)
        return text.replace(".", ",") if self.language == "pl" else text

    def rounded(self, value: float | None, signed: bool = False) -> str:
        """A number without false digits: three leading ones, at most one after the mark above ten."""
        if value is None or value != value:
            return "–"
        size = abs(value)
        if size < 5e-4:
            return "0"
        if size >= 1000:
            places = len(f"{size:.0f}") - 3
            return self.number(round(value, -places), 0, signed)
        return self.number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3, signed)

    def whole(self, value: float | None, signed: bool = False) -> str:
        """A count of people or customers without parts of one, where there are at least ten."""
        if value is None or value != value or not 10 <= abs(value) < 1000:
            return self.rounded(value, signed)
        return self.number(value, 0, signed)

    def precise(self, value: float) -> str:
        """A number with three digits that count, however small it is."""
        return self.exact(float(f"{value:.3g}"))

    def share(self, value: float | None, signed: bool = False) -> str:
        """A share in per cent; a difference of shares in percentage points."""
        if value is None or value != value:
            return "–"
        digits = 1 if abs(value) >= 0.1 else 2
        return self.number(100 * value, digits, signed) + THIN + (self("unit.points") if signed else "%")

    def percent(self, value: float) -> str:
        """A share that is given, in per cent without digits that say nothing."""
        return f"{self.exact(round(100 * value, 6))}{THIN}%"

    def money(self, value: float | None, signed: bool = False) -> str:
        """An amount, rounded, with its currency where the language puts it."""
        text = self.rounded(value, signed)
        return f"{text}{THIN}{self.currency}" if self.language == "pl" else f"{self.currency}{THIN}{text}"

    def chance(self, value: float | None) -> str:
        """A chance, never 0 or 100 % by rounding alone."""
        if value is None or value != value:
            return "–"
        percent = round(100 * value)
        if 0 < value < 1:
            percent = min(max(percent, 1), 99)
        return f"{percent}{THIN}%"

    def in_unit(self, value: float | None, unit: str, signed: bool = False) -> str:
        """A KPI in its unit, which stands elsewhere in the row."""
        return self.share(value, signed) if unit.startswith("share") else self.rounded(value, signed)

    def unit(self, unit: str, code: str) -> str:
        """A unit in words; `code` is what stands in it for the city's currency."""
        plain = unit.replace(code, "MONEY")
        return self.get(f"units.{unit}", self.get(f"units.{plain}", plain)).replace("MONEY", self.currency)

    def span(self, low: str, high: str) -> str:
        """From where to where in words, or the one value where both ends are the same."""
        return low if low == high else self("range", low=low, high=high)

    # ---- dates ------------------------------------------------------------------------------------------------------

    def month(self, date: Any) -> str:
        """A month with its year, from anything that reads as YYYY-MM-DD."""
        year, month = str(date)[:7].split("-")
        return f"{self(f'months.{int(month)}')} {year}"

    def day(self, date: Any) -> str:
        """A day in words, from anything that reads as YYYY-MM-DD."""
        year, month, day = str(date)[:10].split("-")
        return self("day", day=int(day), month=self(f"months_of.{int(month)}"), year=year)

    def short_month(self, date: Any) -> str:
        """A month with its year, short enough for a table."""
        year, month = str(date)[:7].split("-")
        return f"{self(f'months_short.{int(month)}')} {year}"

    def window(self, months: str) -> str:
        """The months of a KPI, as `months 1-24`."""
        return months.replace("months", self("window.months")).replace("month ", self("window.month") + " ")

    def parameter(self, path: str) -> str:
        """A parameter as a reader says it; what it means, or the last words of its path, where no name is given."""
        plain = path.split(".")[-1].replace("_", " ")
        said = plain if self.language == "en" else meanings(self.language).get(path, plain)
        return self.get(f"parameter.{path}", re.split(r"[;:(]", said)[0].strip().rstrip("."))

    def meaning(self, path: str, plain: str) -> str:
        """What a number of the parameter book means; `plain` is what the book says."""
        if self.language == "en":
            return plain
        return meanings(self.language).get(path) or self.get(f"parameter.{path}", plain)

    def value(self, value: Any) -> str:
        """A decided value as a reader says it."""
        if isinstance(value, dict):
            return "; ".join(f"{self.get(f'term.{key}', key)}: {self.value(one)}" for key, one in value.items()) or "–"
        if value is None or value in ([], ()):
            return "–"
        if isinstance(value, list | tuple):
            return ", ".join(map(self.value, value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.exact(value)
        word = str(value).lower() if isinstance(value, bool) else str(value)
        return self.get(f"value.{word}", self.get(f"scheme.{word}", word.replace("_", " ")))

    def scenario(self, name: str) -> str:
        """The name of a scenario, or of the pay scheme that a scenario stands for, as a reader says it."""
        return self.get(f"scenario.{name}", self.get(f"scheme.{name}", name.replace("_", " ")))
