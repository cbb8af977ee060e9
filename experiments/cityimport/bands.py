"""Employees from numbers or bands: a number inside a band is drawn by the business's own luck."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.cityrows import CITY_SEED, PARETO_EXPONENT
from sim.draws import Streams

Array = np.ndarray[Any, Any]
Band = tuple[int, int]

MOST = 2000  # of an open band, as a place of business hardly has more; ten times its lower end where that is more
PLAIN = re.compile(r"\d{1,7}(?:[.,]0+)?")
NUMBER = r"(\d{1,3}(?:[ .,'\u00a0]\d{3})+|\d{1,7})"
# The last word may be anything short, such as 'employees' or 'osób'.
AFTER = r"(?:\s*[^\d\s]{1,20}\.?){0,2}"
FROM_TO = re.compile(rf"(?:od\s+|from\s+)?{NUMBER}\s*(?:-|–|—|to|do|\.\.+|bis)\s*{NUMBER}{AFTER}", re.IGNORECASE)
BELOW = re.compile(rf"(?:<|less than|under|below|poniżej|mniej niż|unter)\s*{NUMBER}{AFTER}", re.IGNORECASE)
UP_TO = re.compile(rf"(?:<=|≤|up to|do|bis)\s*{NUMBER}{AFTER}", re.IGNORECASE)
ABOVE = re.compile(rf"(?:>|more than|over|above|powyżej|więcej niż|über)\s*{NUMBER}{AFTER}", re.IGNORECASE)
OPEN = re.compile(
    rf"(?:>=|≥|od|from|ab)\s*{NUMBER}{AFTER}|{NUMBER}\s*(?:\+|and more|or more|i więcej|und mehr){AFTER}", re.I
)


def band_of(text: str, bands: Mapping[str, Band]) -> Band | None:
    """First and last number of employees that a text means; None where it means none."""
    if text in bands:
        return bands[text]
    if PLAIN.fullmatch(text):
        number = int(re.split("[.,]", text)[0])
        return number, number
    if found := FROM_TO.fullmatch(text):
        return whole(found[1]), whole(found[2])
    for form, shift in ((BELOW, -1), (UP_TO, 0)):
        if found := form.fullmatch(text):
            return 0, whole(found[1]) + shift
    for form, shift in ((ABOVE, 1), (OPEN, 0)):
        if found := form.fullmatch(text):
            low = whole(next(group for group in found.groups() if group)) + shift
            return low, max(MOST, 10 * low)
    return None


def whole(digits: str) -> int:
    """A number with or without marks between its thousands."""
    return int(re.sub(r"\D", "", digits))


def bands_of(texts: list[str], bands: Mapping[str | int, Band]) -> tuple[Array, Array]:
    """Lowest and highest number of each distinct text; 0 where it is none. Nobody at work counts as one person."""
    given = {str(code): band for code, band in bands.items()}
    low, high = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
    for i, text in enumerate(texts):
        band = band_of(text, given) if len(text) <= 60 else None
        if band is not None and band[1] >= max(band[0], 1):
            low[i], high[i] = max(band[0], 1), band[1]
    return low, high


def drawn(low: Array, high: Array, address: Array) -> Array:
    """Employees inside their bands, from a power law, by the address of the business."""
    uniform = Streams(CITY_SEED)("city.employees").uniform(address)
    bottom, top = low.astype(float), high.astype(float) + 1.0
    value = bottom * (1.0 - uniform * (1.0 - (bottom / top) ** PARETO_EXPONENT)) ** (-1.0 / PARETO_EXPONENT)
    return np.clip(value.astype(np.int64), low, high)
