"""Doubts about a city that can be read: swapped coordinates, likely duplicates, odd sizes, shares that clash."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc

from sim.cityhistory import examine_history
from sim.cityoperators import OperatorSpec
from sim.citytable import Table, in_numpy
from sim.findings import Findings, plural
from sim.territory import KM_PER_DEGREE

Array = np.ndarray[Any, Any]

FAR_KM = 150.0  # from the middle zone: more than any city's own ground
LARGE_ZONE, SMALL_ZONE = 1500, 3  # businesses
ZONE_KM2 = 400.0  # a larger zone was probably measured in hectares or square metres
DENSE_PER_KM2 = 60_000.0  # businesses; the densest office districts have some ten thousand
LARGE_EMPLOYER = 5_000  # employees under one roof
SPEED_KM_PER_HOUR = (1.0, 130.0)  # between the middles of linked zones
MOJIBAKE = r"Ã[\x{80}-\x{ff}©¤¶¼±³]|Å[\x{80}-\x{ff}‚›„º¼]|Ä[\x{80}-\x{ff}…‡™]|â€|ï»¿|\x{fffd}"
LONG_TERM_YEARS = 10
TWICE_SHARE = 0.4  # of rows that are like an earlier one; a table put in twice has half
SHARE_GAP = 0.05  # between the share that operators.yaml states and the one that the rows or the months show
# Rough middles of countries (latitude, longitude, reach in km): enough to tell a swapped pair.
COUNTRIES = {
    "AT": (47.6, 14.1, 400),
    "AU": (-27, 134, 2600),
    "BE": (50.6, 4.7, 250),
    "BG": (42.7, 25.5, 400),
    "BR": (-10, -52, 2900),
    "CA": (58, -97, 3600),
    "CH": (46.8, 8.2, 300),
    "CN": (35, 104, 3200),
    "CZ": (49.8, 15.5, 350),
    "DE": (51.2, 10.4, 600),
    "DK": (56, 10, 450),
    "EE": (58.7, 25.5, 300),
    "ES": (39.5, -4, 2000),
    "FI": (64.5, 26, 800),
    "FR": (46.5, 2.5, 800),
    "GB": (54, -2.5, 750),
    "GR": (39, 23, 600),
    "HR": (45.2, 16.4, 400),
    "HU": (47.2, 19.4, 350),
    "IE": (53.2, -8, 350),
    "IN": (22, 79, 2200),
    "IT": (42.5, 12.5, 900),
    "JP": (37, 138, 2000),
    "KZ": (48, 67, 1900),
    "LT": (55.3, 23.9, 300),
    "LU": (49.8, 6.1, 100),
    "LV": (56.9, 24.9, 350),
    "MX": (24, -102, 2000),
    "NL": (52.2, 5.5, 300),
    "NO": (64.5, 13, 1300),
    "NZ": (-41.5, 173, 1200),
    "PL": (52, 19.3, 500),
    "PT": (39.6, -8, 1600),
    "RO": (45.9, 25, 500),
    "RS": (44.2, 20.8, 350),
    "SE": (62.5, 16, 1000),
    "SI": (46.1, 14.8, 200),
    "SK": (48.7, 19.5, 300),
    "TR": (39, 35, 1000),
    "UA": (49, 31.5, 900),
    "US": (40, -98, 4500),
    "ZA": (-29, 25, 1200),
}


def examine(
    meta: Any,
    tables: Mapping[str, Table],
    zones: dict[str, Any],
    rows: dict[str, Any] | None,
    operators: tuple[OperatorSpec, ...],
    links: list[tuple[str, str, dict[str, float]]],
    history: dict[str, Array] | None,
    findings: Findings,
) -> None:
    """All doubts about tables that were read; none of them stops a forecast."""
    for table in tables.values():
        examine_letters(table, findings)
    examine_places(tables["zones"], zones, meta, findings)
    if "links" in tables:
        examine_links(tables["links"], zones, links, findings)
    if rows is not None:
        examine_zones(tables["zones"], zones, rows, findings)
        if "businesses" in tables:
            examine_businesses(tables["businesses"], rows, meta, findings)
            examine_providers(rows, operators, findings)
    if history is not None:
        examine_history(tables["history"], history, findings)
        if rows is not None:
            examine_customers(history, rows, operators, findings)


def examine_letters(table: Table, findings: Findings) -> None:
    """Text that was read in one encoding and saved in another."""
    for name, values in table.columns.items():
        bad = np.flatnonzero(in_numpy(pc.match_substring_regex(values, MOJIBAKE)))
        message = "looks like text read in the wrong encoding (UTF-8 opened as Windows-1252)"
        findings.rows(
            table, name, bad, message, "open the source again as UTF-8, then save it as 'CSV UTF-8'", "WARNING"
        )


# ---- zones and links -------------------------------------------------------------------------------------------


def examine_places(table: Table, zones: dict[str, Any], meta: Any, findings: Findings) -> None:
    """Zones lie together, in their country, and their coordinates are not swapped."""
    x, y = zones["x"], zones["y"]
    if not (np.isfinite(x).all() and np.isfinite(y).all() and x.size):
        return
    degrees = "lon" in table and "x" not in table
    if degrees:
        lon, _ = table.parsed("lon")
        lat, _ = table.parsed("lat")
        country = str(meta.get("country", "")) if isinstance(meta, Mapping) else ""
        told = swapped_country(float(np.median(lon)), float(np.median(lat)), country)
        if told:
            findings.warning(table.file, told, column="lon", remedy="exchange the columns lon and lat")
            return
    far = np.flatnonzero(np.hypot(x - np.median(x), y - np.median(y)) > FAR_KM)
    column = "lon" if degrees else "x"
    message = f"lies more than {FAR_KM:g} km from the middle of the city"
    findings.rows(table, column, far, message, "are its coordinates swapped, or in another unit?", "WARNING")


def swapped_country(lon: float, lat: float, country: str) -> str:
    """Why a point is probably given as (latitude, longitude); empty when it is not, or when nobody can tell."""
    if abs(lat) > 85.0 and abs(lon) <= 85.0:
        return f"latitude {lat:g} lies beyond the pole: longitude and latitude are swapped"
    if country not in COUNTRIES:
        return ""
    if far_from(lon, lat, country) > COUNTRIES[country][2] and far_from(lat, lon, country) <= COUNTRIES[country][2]:
        return f"longitude {lon:g}, latitude {lat:g} is not in {country}; exchanged, it is"
    return ""


def far_from(lon: float, lat: float, country: str) -> float:
    """Great-circle kilometres to the middle of a country."""
    middle_lat, middle_lon, _ = COUNTRIES[country]
    a, b = np.radians(np.clip(lat, -90, 90)), np.radians(middle_lat)
    cosine = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(np.radians(lon - middle_lon))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) * KM_PER_DEGREE)


def examine_links(
    table: Table, zones: dict[str, Any], links: list[tuple[str, str, dict[str, float]]], findings: Findings
) -> None:
    """Minutes that no one can walk or drive."""
    row = {zone: i for i, zone in enumerate(zones["zone_id"].tolist())}
    ends = np.array([(row[a], row[b]) for a, b, _ in links], int).reshape(-1, 2)
    km = np.hypot(zones["x"][ends[:, 0]] - zones["x"][ends[:, 1]], zones["y"][ends[:, 0]] - zones["y"][ends[:, 1]])
    speed = km / np.array([each["minutes"] for *_, each in links]) * 60.0
    slow, fast = SPEED_KM_PER_HOUR
    for odd, words in (((speed < slow) & (km > 0.2), "slower than a walk"), (speed > fast, "faster than a road")):
        bad = np.flatnonzero(odd)
        if bad.size:
            a, b, about = links[int(bad[0])]
            message = (
                f"{bad.size} links are {words}, such as {a} - {b}: {km[bad[0]]:.1f} km in {about['minutes']:g} min"
            )
            remedy = "minutes, not seconds or hours; x and y in kilometres, not metres"
            findings.warning(table.file, message, column="minutes", remedy=remedy)
    degree = np.bincount(ends.ravel(), minlength=len(row))
    if (lonely := np.flatnonzero(degree == 1)).size > 0.5 * len(row) > 3:
        message = f"{lonely.size} zones have a single link"
        findings.note(table.file, message, remedy="link each zone with all its neighbours, or travel takes detours")


def examine_zones(table: Table, zones: dict[str, Any], rows: dict[str, Any], findings: Findings) -> None:
    """Zones of a size that patches, doors and chance can cope with."""
    area = zones["area_km2"]
    count = np.bincount(rows["zone"][rows["zone"] >= 0], minlength=area.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        message, remedy = f"is more than {ZONE_KM2:g} km2", "square kilometres, not hectares or square metres"
        findings.rows(table, "area_km2", np.flatnonzero(area > ZONE_KM2), message, remedy, "WARNING")
        dense = np.flatnonzero(count / area > DENSE_PER_KM2)
        message = f"holds more than {DENSE_PER_KM2:,.0f} businesses per km2"
        findings.rows(
            table, "area_km2", dense, message, "is the area too small, or a firm's register address here?", "WARNING"
        )
    large = np.flatnonzero(count > LARGE_ZONE)
    message = f"has more than {LARGE_ZONE:,} businesses"
    findings.rows(table, "zone_id", large, message, "split it: 50 to 400 are a good size", "WARNING")
    if (small := np.flatnonzero((count > 0) & (count < SMALL_ZONE))).size:
        names = plural(zones["zone_id"][small].tolist())
        message = f"{small.size} zones have fewer than {SMALL_ZONE} businesses: {names}"
        findings.note(table.file, message, remedy="join them to a neighbour: 50 to 400 are a good size")


# ---- businesses ------------------------------------------------------------------------------------------------


def examine_businesses(table: Table, rows: dict[str, Any], meta: Any, findings: Findings) -> None:
    """Impossible sizes, likely duplicates, terms that have ended."""
    employees = rows["employees"]
    message = f"is more than {LARGE_EMPLOYER:,} at one address"
    remedy = "count the people who work here, not those of the whole company"
    findings.rows(table, "employees", np.flatnonzero(employees > LARGE_EMPLOYER), message, remedy, "WARNING")
    if employees.size >= 50:
        alike = np.bincount(np.minimum(employees, 10_000)).max() / employees.size
        if alike == 1.0:
            findings.warning(table.file, "every business has the same number of employees", column="employees")
        elif (employees >= 250).mean() > 0.05:
            share = (employees >= 250).mean()
            message = f"{share:.0%} of businesses have 250 employees and more, where 0.2 to 0.5 % are usual"
            findings.warning(table.file, message, column="employees", remedy="people or turnover? here or everywhere?")
    examine_duplicates(table, findings)
    if "contract_end" in table:
        examine_terms(table, rows, meta, findings)


def examine_duplicates(table: Table, findings: Findings) -> None:
    """Rows that agree in everything but the id, their bill or contract end included, are hardly two businesses.

    Where neither is known, tenants of one house may be alike; but not most of them.
    """
    telling = [name for name in ("monthly_bill", "contract_end") if name in table]
    if not telling and "building_id" not in table:
        return
    again = alike_rows(table, telling or ["building_id"])
    if telling:
        message = "agrees with an earlier row in everything but the id: the same business twice?"
        remedy = "drop one of the two, or leave them if both exist"
        findings.rows(table, "business_id", again, message, remedy, "WARNING")
    elif again.size > TWICE_SHARE * table.size:
        message = f"{again.size:,} rows agree with an earlier one in everything but the id"
        remedy = "was the table put in twice?"
        findings.warning(table.file, message, column="business_id", remedy=remedy)


def alike_rows(table: Table, telling: list[str]) -> Array:
    """Rows that agree with an earlier one in everything but the id, where the telling columns are filled."""
    filled = np.ones(table.size, bool)
    key = np.zeros(table.size, np.int64)
    for name in table.columns:
        if name in ("business_id", "block_id"):
            continue
        codes, texts = table.codes(name)
        if name in telling:
            filled &= np.array([text != "" for text in texts])[codes]
        _, key = np.unique(key * len(texts) + codes, return_inverse=True)  # never above rows x texts
    order = np.flatnonzero(filled)
    order = order[np.argsort(key[order], kind="stable")]
    again: Array = np.sort(order[1:][np.diff(key[order]) == 0])
    return again


def examine_terms(table: Table, rows: dict[str, Any], meta: Any, findings: Findings) -> None:
    """Contract ends before the snapshot, or decades ahead."""
    year = re.match(r"(19|20)\d\d", str(meta.get("snapshot", "")) if isinstance(meta, Mapping) else "")
    start = np.datetime64(f"{year.group() if year else datetime.date.today().year}-01-01", "D")
    ends = rows["contract_end"]
    past = np.flatnonzero(ends < start)
    message = f"lies before the snapshot ({start.astype('datetime64[Y]')}): a term that has ended, or renewed itself"
    findings.rows(table, "contract_end", past, message, "give the present end, or leave the cell empty", "WARNING")
    late = np.flatnonzero(ends > start + np.timedelta64(366 * LONG_TERM_YEARS, "D"))
    message = f"lies more than {LONG_TERM_YEARS} years ahead"
    findings.rows(table, "contract_end", late, message, "open-ended? leave the cell empty", "WARNING")


# ---- shares ----------------------------------------------------------------------------------------------------


def examine_providers(rows: dict[str, Any], operators: tuple[OperatorSpec, ...], findings: Findings) -> None:
    """Shares among the rows whose provider is given, beside those that operators.yaml states."""
    known = rows["provider"][rows["provider"] >= 0]
    total = sum(each.share for each in operators)
    if known.size < 200 or known.size < 0.5 * rows["provider"].size or not total:
        return
    seen = np.bincount(known, minlength=len(operators)) / known.size
    for number, each in enumerate(operators):
        stated = each.share / total
        if abs(seen[number] - stated) > SHARE_GAP:
            message = f"{each.name} serves {seen[number]:.0%} of the businesses whose provider is given"
            remedy = f"operators.yaml says {stated:.0%}: correct one of the two"
            findings.warning(
                "operators.yaml", message, column=f"{each.name}.share", value=f"{each.share:g}", remedy=remedy
            )


def examine_customers(
    history: dict[str, Array], rows: dict[str, Any], operators: tuple[OperatorSpec, ...], findings: Findings
) -> None:
    """The focal operator's last number of customers beside its share of the businesses."""
    focal = next((each for each in operators if each.focal), None)
    customers = history.get("customers", np.empty(0))
    customers = customers[np.isfinite(customers)]
    if focal is None or not customers.size or not focal.share:
        return
    implied = customers[-1] / rows["zone"].size
    if not 0.5 < implied / focal.share < 1.5:
        message = f"the last month has {customers[-1]:,.0f} customers, {implied:.0%} of all businesses"
        remedy = f"operators.yaml gives {focal.name} {focal.share:.0%}: correct one of the two"
        findings.warning("history.csv", message, column="customers", remedy=remedy)
