"""A client's own months: read, put in order, and looked through for gaps, broken months and sums that do not fit."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from sim.cityrows import optional, text_column
from sim.citytable import Table, unknown_columns
from sim.findings import Findings, plural

Array = np.ndarray[Any, Any]

HISTORY_COLUMNS = ("month", "inbound_calls", "gross_adds", "churn", "customers")
FLOWS = ("inbound_calls", "gross_adds", "churn")
CHANCE = 2.5  # standard deviations of a count, within which a month may differ by chance
PARTIAL = 0.6  # of the usual month: a first or last month with less was probably not yet, or not wholly, counted
SLIP = 5.0  # times the usual month, or a fifth of it: probably another unit, or two months in one
SUMS_TOLERANCE = 0.02  # of the customers


def read_history(table: Table, findings: Findings) -> dict[str, Array] | None:
    """The client's own months, oldest first."""
    if not unknown_columns(table, HISTORY_COLUMNS, ("month",), findings):
        return None
    texts = text_column(table, "month")
    bad = np.array([not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) for text in texts.tolist()])
    findings.rows(table, "month", np.flatnonzero(bad), "is not a month", "write it as YYYY-MM")
    values = {name: optional(table, name, findings, 1e9) for name in HISTORY_COLUMNS[1:] if name in table}
    if not values:
        findings.error(table.file, "has months but no numbers", remedy=f"give any of {', '.join(HISTORY_COLUMNS[1:])}")
    if bad.any():
        return None
    month = texts.astype("datetime64[M]")
    order = np.argsort(month, kind="stable")
    steps = np.diff(month[order]).astype(int)
    again = order[1:][steps == 0]
    findings.rows(table, "month", again, "stands in an earlier row too", "give each month once")
    if (steps > 1).any():
        gone = np.setdiff1d(np.arange(month.min(), month.max() + 1), month)
        message = f"{gone.size} months are missing between the others: {plural(map(str, gone))}"
        findings.warning(table.file, message, remedy="add them, with empty cells where a number is not known")
    return {"month": month[order]} | {name: column[order] for name, column in values.items()}


def examine_history(table: Table, history: dict[str, Array], findings: Findings) -> None:
    """Doubts about the months: half-counted ones, slips of the pen, gaps in columns, sums that do not fit."""
    order = np.argsort(text_column(table, "month"), kind="stable")
    for name in history:
        if name != "month":
            examine_column(table, name, history[name], order, findings)
    if {"customers", "gross_adds", "churn"} <= history.keys():
        examine_sums(table, history, order, findings)
    if history["month"].size < 6:
        message = f"holds {history['month'].size} months"
        findings.note(table.file, message, remedy="12 or more tell a season from a trend")


def examine_column(table: Table, name: str, values: Array, order: Array, findings: Findings) -> None:
    """One column of the months, oldest first; `order` are their rows in the file."""
    known = np.isfinite(values)
    if not known.any():
        findings.warning(table.file, f"column {name} is empty", remedy="leave the column out")
        return
    empty = order[~known]
    findings.rows(table, name, empty, "is empty: this month tells nothing of it", "fill it if it is known", "NOTE")
    if name not in FLOWS or known.sum() < 4:
        return
    usual = float(np.median(values[known]))
    ends = np.isin(np.arange(values.size), [0, values.size - 1])
    low = min(PARTIAL * usual, usual - CHANCE * usual**0.5)  # of a few a month, none at all may be chance
    with np.errstate(invalid="ignore"):
        partial = ends & (values < low)
        slip = ~partial & (usual > 5.0) & ((values > SLIP * usual) | (values < usual / SLIP))
    message = f"is less than {PARTIAL:.0%} of the usual month ({usual:,.0f}): a month that was not counted whole?"
    remedy = "leave a partial month out"
    findings.rows(table, name, order[partial], message, remedy, "WARNING")
    message = f"is far from the usual month ({usual:,.0f}): another unit, or several months in one?"
    findings.rows(table, name, order[slip], message, "correct it, or leave the cell empty", "WARNING")


def examine_sums(table: Table, history: dict[str, Array], order: Array, findings: Findings) -> None:
    """Customers of a month are those of the month before, with who came and without who left."""
    customers = history["customers"]
    follows = np.diff(history["month"]).astype(int) == 1
    expected = customers[:-1] + history["gross_adds"][1:] - history["churn"][1:]
    with np.errstate(invalid="ignore"):
        off = follows & (np.abs(customers[1:] - expected) > np.maximum(SUMS_TOLERANCE * customers[:-1], 2.0))
        more = history["churn"] > customers + history["gross_adds"]
    message = "is not last month's customers + gross adds - churn"
    remedy = "churn is to competitors and by closures; count customers on the last day of the month"
    findings.rows(table, "customers", order[1:][off], message, remedy, "WARNING")
    findings.rows(table, "churn", order[more], "is more than all customers", "count contracts that ended", "WARNING")
