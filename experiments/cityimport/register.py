"""The client's register of businesses as our columns; rows that cannot be used stop, or are left out and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.cityimport.bands import bands_of, drawn
from experiments.cityimport.days import as_day, each_distinct
from experiments.cityimport.kinds import as_read, rule_columns, ruled
from experiments.cityimport.places import Plane, check_places, far_off, in_degrees
from sim.cityoperators import PREMISES
from sim.cityrows import BUSINESS_COLUMNS, hash_bytes
from sim.citytable import in_numpy
from sim.findings import Findings

if TYPE_CHECKING:
    from experiments.cityimport.mapping import Plan
    from experiments.cityimport.sources import Place
    from sim.citytable import Table

Array = np.ndarray[Any, Any]

OURS = (*BUSINESS_COLUMNS[:10], "district")
BAND_REMEDY = "give a number, a band such as 10-49, or its meaning under bands: {CODE: [10, 49]}"


class Register:
    """The rows of a register with what is found out about each, and which of them are kept."""

    def __init__(self, table: Table, plan: Plan, mapping: str, findings: Findings):
        assert plan.businesses is not None
        self.table, self.plan, self.mapping, self.findings = table, plan, mapping, findings
        self.level = "WARNING" if plan.businesses.leave_out else "ERROR"
        self.keep: Array = np.ones(table.size, bool)
        self.employees: Array = np.zeros(table.size, np.int64)
        self.first: Array = np.full(table.size, np.nan)  # longitude, or x of a plane
        self.second: Array = np.full(table.size, np.nan)
        self.banded = 0

    def refuse(self, column: str, rows: Array, message: str, remedy: str) -> None:
        """Rows that cannot be used: mistakes, or left out with a doubt."""
        rows = rows[self.keep[rows]]
        if rows.size:
            if self.level == "ERROR":
                remedy = f"{remedy}; or leave such rows out with businesses: {{leave_out: true}}"
            else:
                message, remedy = f"{message}: left out", remedy
            self.findings.rows(self.table, column, rows, message, remedy, self.level)
            self.keep[rows] = False

    def places(self, plane: Plane, country: str) -> None:
        """Where every business lies."""
        one, other = plane.columns
        if one not in self.table or other not in self.table:
            return
        values = []
        for column in (one, other):
            number, empty = self.table.parsed(column)
            self.refuse(column, np.flatnonzero(empty), "is empty", "give its place")
            bad = np.flatnonzero(~np.isfinite(number) & ~empty)
            self.refuse(column, bad, "is no coordinate", "write digits with one decimal sign")
            values.append(number)
        self.first, self.second = in_degrees(values[0], values[1], plane.coordinates)
        lost = np.isfinite(values[0]) & np.isfinite(values[1]) & ~np.isfinite(self.first + self.second)
        self.refuse(
            one, np.flatnonzero(lost), f"lies outside the ground of {plane.coordinates}", "check the coordinates"
        )
        first, second = (np.where(self.keep, each, np.nan) for each in (self.first, self.second))
        if not check_places(self.table.file, plane.columns, first, second, plane, country, self.findings):
            self.keep[:] = False
            return
        plane.settle(np.nanmedian(first, keepdims=True), np.nanmedian(second, keepdims=True))
        far = np.flatnonzero(far_off(*plane.km(first, second)))
        self.refuse(one, far, "lies more than 250 km from the middle of the city", "correct it, or import one city")

    def ids(self) -> None:
        """Every business has an id of its own."""
        ids = self.table.bytes("business_id")
        self.refuse("business_id", np.flatnonzero(ids == b""), "is empty", "give every row an id")
        address = hash_bytes(ids)
        order = np.argsort(address, kind="stable")
        twice = np.sort(order[1:][address[order][1:] == address[order][:-1]])
        self.refuse("business_id", twice, "stands in an earlier row too", "one row for each place of business")

    def sizes(self) -> None:
        """Employees, drawn inside their bands."""
        assert self.plan.businesses is not None
        codes, texts = self.table.codes("employees")
        low, high = bands_of(texts, self.plan.businesses.bands)
        low, high = low[codes], high[codes]
        self.refuse("employees", np.flatnonzero(low < 1), "is no number of employees and no band", BAND_REMEDY)
        address = hash_bytes(self.table.bytes("business_id"))
        self.employees = drawn(np.maximum(low, 1), np.maximum(high, 1), address)
        self.banded = int((high[self.keep] > low[self.keep]).sum())

    def buildings(self) -> Array:
        """Codes of the buildings, -1 where unknown; businesses at one point may share one."""
        assert self.plan.businesses is not None
        if "building_id" in self.table:
            codes, texts = self.table.codes("building_id")
            return np.where(np.array([text != "" for text in texts])[codes], codes, -1)
        if self.plan.businesses.buildings == "same_point" and np.isfinite(self.first).any():
            spots = np.round(np.nan_to_num(np.stack([self.first, self.second], axis=1)), 6)
            _, code = np.unique(spots, axis=0, return_inverse=True)
            return code.ravel()
        return np.full(self.table.size, -1)

    def kinds(self, building: Array) -> Any:
        """The premises type of every row as text."""
        tenants = np.zeros(self.table.size, np.int64)
        known = building >= 0
        tenants[known] = np.bincount(building[known])[building[known]]
        types = self.plan.premises_types
        if not types.rules and not types.otherwise:
            if "premises_type" not in self.table:
                remedy = "map the column premises_type, or give premises_types: {rules: [...], otherwise: street_level}"
                self.findings.error(self.table.file, "nothing tells the premises types", remedy=remedy)
                return None
            kind = self.table.columns["premises_type"]
        else:
            kind = pa.array(ruled(self.table, tenants, types, self.mapping, self.findings).tolist(), pa.string())
            if "premises_type" in self.table:  # what the client states comes before the rules
                stated = self.table.columns["premises_type"]
                known_type = pc.is_in(stated, value_set=pa.array(PREMISES))
                kind = pc.if_else(known_type, stated, kind)
        column = "premises_type" if "premises_type" in self.table else "business_id"
        unknown = np.flatnonzero(~in_numpy(pc.is_in(kind, value_set=pa.array(PREMISES))))
        message = "no rule gives it a premises type" if column == "business_id" else "is no premises type"
        remedy = "add a rule, otherwise: TYPE, or values: {premises_type: {THEIR WORD: street_level}}"
        self.refuse(column, unknown, message, remedy)
        return kind

    def columns(self, zone_ids: Any, kind: Any, building: Array) -> dict[str, Any]:
        """The columns of businesses.csv for the rows that are kept."""
        assert self.plan.businesses is not None
        table = self.table
        found: dict[str, Any] = {
            "business_id": table.columns["business_id"],
            "zone_id": zone_ids,
            "premises_type": kind,
            "sector": table.columns["sector"] if "sector" in table else pa.array([""] * table.size, pa.string()),
            "employees": pa.array(self.employees),
        }
        if "building_id" in table:
            found["building_id"] = table.columns["building_id"]
        elif (building >= 0).any():
            found["building_id"] = pc.binary_join_element_wise("H", pc.cast(pa.array(building), pa.string()), "")
        for name in ("floor", "provider", "monthly_bill"):
            if name in table:
                found[name] = table.columns[name]
        if "contract_end" in table:
            found["contract_end"] = each_distinct(table.columns["contract_end"], as_day, self.plan.businesses.dates)
        rows = pa.array(np.flatnonzero(self.keep))
        return {name: values.take(rows) for name, values in found.items()}


def read_register(plan: Plan, place: Place, plane: Plane, country: str) -> Register | None:
    """The register of businesses, its sizes, places and types found out; None where nothing is left to look at."""
    source = plan.businesses
    assert source is not None
    asked = {as_read(column): column for column in rule_columns(plan.premises_types)}
    ours = (*OURS, *plane.columns, *asked)
    source = source.model_copy(update={"columns": {**source.columns, **asked}})
    table = place.table(source, "businesses", ours, ("business_id", "employees"))
    if table is None:
        return None
    register = Register(table, plan, place.mapping, place.findings)
    register.ids()
    register.places(plane, country)
    register.sizes()
    return register
