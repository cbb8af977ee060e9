"""Coordinates: from degrees, kilometres, metres or any EPSG code to a plane in kilometres, and to degrees."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.citydoctor import swapped_country
from sim.errors import InputError
from sim.findings import Findings
from sim.territory import KM_PER_DEGREE, plane_km

Array = np.ndarray[Any, Any]
WIDE_KM = 500.0
EXTRA = "pip install 'fieldcast[geo]'"


class Plane:
    """The city's ground: an origin in degrees, or none where the coordinates are already a plane."""

    def __init__(self, coordinates: str):
        self.coordinates = coordinates
        self.origin: tuple[float, float] | None = None

    @property
    def degrees(self) -> bool:
        """Whether places are known in degrees."""
        return self.coordinates not in ("km", "m")

    @property
    def columns(self) -> tuple[str, str]:
        """What the two columns of coordinates are called."""
        return ("lon", "lat") if self.coordinates == "lonlat" else ("x", "y")

    def settle(self, lon: Array, lat: Array) -> None:
        """The middle of what was read becomes the origin."""
        if self.degrees and self.origin is None:
            self.origin = float(np.nanmean(lon)), float(np.nanmean(lat))

    def km(self, first: Array, second: Array) -> tuple[Array, Array]:
        """Kilometres east and north of places in degrees, or of a plane's own."""
        if self.origin is None:
            times = 0.001 if self.coordinates == "m" else 1.0
            return first * times, second * times
        return plane_km(first, second, *self.origin)

    def degrees_of(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Longitude and latitude of places in kilometres."""
        assert self.origin is not None
        lon0, lat0 = self.origin
        return lon0 + x / (KM_PER_DEGREE * np.cos(np.radians(lat0))), lat0 + y / KM_PER_DEGREE


def in_degrees(first: Array, second: Array, coordinates: str) -> tuple[Array, Array]:
    """Longitude and latitude; a plane without a code stays as it is."""
    if not coordinates.startswith("EPSG"):
        return first, second
    try:
        import pyproj
    except ImportError:
        message = f"coordinates: {coordinates} needs pyproj, which is not installed; {EXTRA}"
        raise InputError(f"{message}, or give longitude and latitude") from None
    pyproj.network.set_network_enabled(False)
    try:
        turn = pyproj.Transformer.from_crs(int(coordinates[5:]), 4326, always_xy=True)
        lon, lat = turn.transform(np.asarray(first, float), np.asarray(second, float))
    except pyproj.exceptions.ProjError as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"coordinates: {coordinates} is no usable system of coordinates ({reason})") from None
    return np.where(np.isfinite(lon), lon, np.nan), np.where(np.isfinite(lat), lat, np.nan)


def check_places(
    file: str, columns: tuple[str, str], lon: Array, lat: Array, plane: Plane, country: str, findings: Findings
) -> bool:
    """Places lie on the globe, in one city, and are not swapped."""
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        findings.error(
            file, "no place has usable coordinates", column=columns[0], remedy=f"are they {plane.coordinates}?"
        )
        return False
    middle = float(np.median(lon[known])), float(np.median(lat[known]))
    if plane.degrees:
        told = swapped_country(*middle, country)
        if told:
            findings.error(
                file, told, column=columns[0], remedy=f"exchange {columns[0]} and {columns[1]} in the mapping"
            )
            return False
        if max(abs(middle[0]) / 180.0, abs(middle[1]) / 85.0) > 1.0:
            found = f"the middle place is {middle[0]:g}, {middle[1]:g}: no degrees"
            remedy = "metres of a grid? write coordinates: EPSG:CODE"
            findings.error(file, found, column=columns[0], remedy=remedy)
            return False
    return True


def far_off(x: Array, y: Array) -> Array:
    """Which places lie so far from the middle one that they cannot be of one city."""
    with np.errstate(invalid="ignore"):
        far: Array = np.hypot(x - np.nanmedian(x), y - np.nanmedian(y)) > WIDE_KM / 2.0
    return far
