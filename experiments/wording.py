"""Outcomes, conditions and parameters of a sweep in plain words, with the name beside them that the tables use."""

from __future__ import annotations

from functools import cache

SIGNS_SAID = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}
PAYS_BACK = "difference_cumulative_margin"  # above zero, the decision has earned what it cost
CAPITALS = {"arpu", "cac", "aht"}
SIDES = {"difference_": "the difference in {} to the baseline", "baseline_": "the baseline's {}"}


def outcome_said(name: str) -> str:
    """An outcome: `difference_customers@24` is "the difference in customers to the baseline in month 24"."""
    stem, _, month = name.partition("@")
    side = next((side for side in SIDES if stem.startswith(side)), "")
    metric = stem.removeprefix(side)
    unit = "" if month else unit_of(metric)
    words = SIDES.get(side, "{}").format(spaced(metric))
    return words + (f" in month {month}" if month else "") + (f" ({unit})" if unit else "")


def spaced(name: str) -> str:
    """The name of a metric or a parameter as words."""
    return " ".join(word.upper() if word in CAPITALS else word for word in name.split("_"))


@cache
def unit_of(kpi: str) -> str:
    """What a KPI is counted in, where its name does not say so."""
    from experiments.kpis import kpis

    units = {one.name: one.unit for one in kpis(24, "")}
    unit = units.get(kpi, "").strip()
    return unit if " per " in unit else ""


def condition_said(name: str, sign: str, bound: float) -> str:
    """What is looked for: an outcome on one side of a bound; of the margin's difference, whether the decision pays."""
    stem, _, month = name.partition("@")
    if stem == PAYS_BACK and bound == 0:
        pays = "does not pay back" if sign.startswith("<") else "pays back"
        return f"the decision {pays} {f'by month {month}' if month else 'within the run'} ({name} {sign} 0)"
    what = outcome_said(name)
    return f"{what} {verb(what)} {SIGNS_SAID[sign]} {bound:g}"


def input_said(path: str) -> str:
    """What limits a box: a parameter by its last word and its path, or a number of the baseline."""
    if path.startswith("baseline_"):
        return outcome_said(path)
    last = spaced(path.rpartition(".")[2])
    return f"{last} ({path})" if "." in path else path


def verb(what: str) -> str:
    """Gross adds are, churn is."""
    noun = what.partition(" (")[0].partition(" in month ")[0]
    many = noun.endswith("s") and not noun.endswith("ss") and not noun.startswith("the difference")
    return "are" if many else "is"
