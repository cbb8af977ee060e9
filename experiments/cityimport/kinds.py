"""Premises types by the rules of a mapping: the first rule that fits decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.citytable import in_numpy
from sim.findings import Findings

if TYPE_CHECKING:
    from experiments.cityimport.mapping import Condition, PremisesTypes
    from sim.citytable import Table

Array = np.ndarray[Any, Any]
MANY = 1_000_000  # tenants: more than any building has


def ruled(table: Table, tenants: Array, types: PremisesTypes, mapping: str, findings: Findings) -> Array:
    """The type of every row as text, empty where no rule fits; `tenants` counts the businesses of its building."""
    kind = np.full(table.size, "", "U15")
    for number, rule in enumerate(types.rules):
        fits = kind == ""
        for condition in (rule, *rule.and_):
            place = f"premises_types.rules.{number}"
            fits &= meets(table, tenants, condition, place, mapping, findings)
        kind[fits] = rule.type
    if types.otherwise:
        kind[kind == ""] = types.otherwise
    return kind


def meets(table: Table, tenants: Array, condition: Condition, place: str, mapping: str, findings: Findings) -> Array:
    """Which rows meet one condition; texts are compared without regard to capitals."""
    good = np.ones(table.size, bool)
    if condition.tenants_at_least is not None:
        good &= tenants >= condition.tenants_at_least
    if condition.column is None:
        return good
    name = as_read(condition.column)
    if name not in table:
        return np.zeros(table.size, bool)  # told where the columns are read
    values = pc.utf8_lower(table.columns[name])
    for words, test in ((condition.is_, None), (condition.begins, pc.starts_with), (condition.ends, pc.ends_with)):
        if words is not None:
            good &= any_of(values, words, test)
    if condition.contains is not None:
        good &= any_of(values, condition.contains, pc.match_substring)
    if condition.matches is not None:
        good &= matching(table.columns[name], condition.matches, place, mapping, findings)
    if condition.at_least is not None or condition.below is not None:
        number, _ = table.parsed(name)
        with np.errstate(invalid="ignore"):
            good &= number >= (-np.inf if condition.at_least is None else condition.at_least)
            good &= number < (np.inf if condition.below is None else condition.below)
    return good


def any_of(values: Any, words: tuple[str, ...], test: Any) -> Array:
    """Which values are one of the words, or begin with, end with or contain one."""
    low = [word.strip().lower() for word in words]
    if test is None:
        return in_numpy(pc.is_in(values, value_set=pa.array(low, pa.string())))
    found = np.zeros(len(values), bool)
    for word in low:
        found |= in_numpy(test(values, word))
    return found


def matching(values: Any, pattern: str, place: str, mapping: str, findings: Findings) -> Array:
    """Which values hold the pattern; the engine takes a time that grows with the length alone."""
    try:
        return in_numpy(pc.match_substring_regex(values, pattern, ignore_case=True))
    except pa.ArrowInvalid as error:
        message = f"is no pattern ({' '.join(str(error).split())[:100]})"
        findings.error(mapping, message, column=f"{place}.matches", value=pattern, remedy="use RE2's syntax")
        return np.zeros(len(values), bool)


def as_read(column: str) -> str:
    """The name under which a column that only rules ask for is read."""
    return f"rule: {column}"


def rule_columns(types: PremisesTypes) -> list[str]:
    """Their columns that rules ask for."""
    asked = [each.column for rule in types.rules for each in (rule, *rule.and_) if each.column]
    return list(dict.fromkeys(asked))
