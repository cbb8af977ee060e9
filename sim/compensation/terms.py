"""The terms of pay schemes: what each means, its unit and limits, and the door where they are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import nearest
from sim.nodes import number_mistake


@dataclass(frozen=True)
class Term:
    """A term: its unit, its meaning, the highest value that makes sense, and whether it is money."""

    unit: str
    meaning: str
    most: float = float("inf")
    money: bool = True  # whether it grows with the level of pay; the others give pay its shape


_MONTH, _BILLS = "money a month", "monthly bills for one monthly bill"
TERMS: dict[str, Term] = {
    "salary": Term(_MONTH, "Paid whatever is sold."),
    "base": Term(_MONTH, "Paid whatever is sold."),
    "commission_factor": Term(_BILLS, "Paid for every monthly bill that counts: 0.75 of a bill of 280 is 210.", 36.0),
    "money_per_contract": Term("money a contract", "Paid for every contract signed."),
    "bonus": Term("money a period", "Paid once the plan is reached."),
    "growth_factor": Term("times", "How many times as high the commission is beyond the plan.", 20.0, False),
    "cap_factor": Term("times the plan", "What is sold beyond it pays nothing.", 20.0, False),
    "floor_share": Term("share of the plan", "What is sold below it pays nothing.", 1.0, False),
    "draw": Term(_MONTH, "Paid in advance on commission."),
    "prizes": Term("list of money a period", "Prize of the first, the second, and so on.", 1e12),
    "clawback_share": Term("share", "Part of the commission taken back when a customer is lost early.", 1.0, False),
    "clawback_months": Term("months", "How long after activation a customer who leaves was lost early.", 60.0, False),
    "up_share": Term("share", "Part of what was sold beyond the plan that comes on top of the next one.", 1.0, False),
    "down_share": Term("share", "Part of what was missed that is taken off the next plan.", 1.0, False),
    "steps": Term("list of breakpoints", "Breakpoints, each with a rate from there on, a lump sum, or both."),
}
STARTS = {"from_share_of_plan": 10.0, "from_bills": 1e12}  # and the highest that makes sense
STEP_KEYS = (*STARTS, "rate", "lump")
STEP_FORM = "[{from_share_of_plan: 0.5, rate: 0.5}, {from_share_of_plan: 1.0, rate: 1.0, lump: 1000}]"


def mistakes_of(term: str, value: Any) -> list[str]:
    """Everything that is wrong with the value of a term, told as help."""
    path = f"scheme.terms.{term}"
    if term == "prizes":
        return _prize_mistakes(path, value)
    if term == "steps":
        return _step_mistakes(path, value)
    problem = _number_mistake(value, TERMS[term])
    return [f"{path} {problem}"] if problem else []


def settled(term: str, value: Any) -> Any:
    """A term's value, already checked, as a scheme keeps it: a number, prizes, or breakpoints with their rates."""
    if term == "prizes":
        return tuple(float(prize) for prize in value)
    if term == "steps":
        return _settled_steps(value)
    return float(value)


def shown(term: str, value: Any) -> Any:
    """A kept term as it is written in a file."""
    if term == "prizes":
        return list(value)
    if term == "steps":
        start = ("from_bills", "from_share_of_plan")
        return [{start[of_plan]: at, "rate": rate, "lump": lump} for at, of_plan, rate, lump in value]
    return value


def scaled(term: str, value: Any, factor: float) -> Any:
    """A kept term with its money a factor as high; what gives pay its shape stays."""
    if not TERMS[term].money:
        return value
    if term == "prizes":
        return tuple(factor * prize for prize in value)
    if term == "steps":
        return tuple((at, of_plan, factor * rate, factor * lump) for at, of_plan, rate, lump in value)
    return factor * value


def _number_mistake(value: Any, term: Term) -> str:
    problem = number_mistake(value)
    if problem:
        return problem
    if value < 0:
        return f"= {value} is negative; pay must not fall as sales grow: give 0 or more"
    return _too_much(value, term.most, term.unit) if value > term.most else ""


def _too_much(value: float, most: float, unit: str) -> str:
    percent = f"; if {value:g} % is meant, write {value / 100:g}" if most <= 36.0 else ""
    return f"= {value:g} is more than {most:g} ({unit}){percent}"


def _prize_mistakes(path: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not value:
        return [f"{path} = {value!r} must be a list of prizes, such as [3000, 2000, 1000]"]
    found = []
    for number, prize in enumerate(value):
        problem = _number_mistake(prize, TERMS["prizes"])
        if problem:
            found.append(f"{path}[{number}] {problem}")
        elif number and not number_mistake(value[number - 1]) and prize > value[number - 1]:
            found.append(
                f"{path}[{number}] = {prize} is more than the prize before it, {value[number - 1]}: whoever sells more "
                "would earn less; write the highest prize first"
            )
    return found


def _step_mistakes(path: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not value:
        return [f"{path} = {value!r} must be a list of breakpoints, such as {STEP_FORM}"]
    found = [mistake for number, step in enumerate(value) for mistake in _one_step(f"{path}[{number}]", step)]
    return found or _order_mistakes(path, value)


def _one_step(path: str, step: Any) -> list[str]:
    if not isinstance(step, Mapping):
        return [f"{path} = {step!r} must be a breakpoint, as in {STEP_FORM}"]
    found = [f"unknown key '{path}.{key}'; {nearest(str(key), STEP_KEYS)}" for key in step if key not in STEP_KEYS]
    if found:
        return found
    starts = [key for key in STARTS if key in step]
    if len(starts) != 1:
        found.append(f"{path} must begin somewhere: give either from_share_of_plan or from_bills, as in {STEP_FORM}")
    if "rate" not in step and "lump" not in step:
        found.append(f"{path} pays nothing; give it a rate, a lump, or both, as in {STEP_FORM}")
    limits = {**STARTS, "rate": TERMS["commission_factor"].most, "lump": 1e12}
    units = {"from_share_of_plan": "times the plan", "rate": _BILLS}
    for key in (key for key in STEP_KEYS if key in step):
        problem = _number_mistake(step[key], Term(units.get(key, "money"), "", limits[key]))
        if problem:
            found.append(f"{path}.{key} {problem}")
    if not found and step[starts[0]] == 0 and step.get("lump", 0) > 0:
        found.append(f"{path}.lump is paid without a sale; put it into base")
    return found


def _order_mistakes(path: str, steps: Any) -> list[str]:
    """Breakpoints in one unit, each beyond the one before."""
    units = list(dict.fromkeys(key for step in steps for key in STARTS if key in step))
    if len(units) > 1:
        return [
            f"{path} mixes from_share_of_plan and from_bills, whose order hangs on the plan; write all in one of them"
        ]
    found = []
    for number in range(1, len(steps)):
        before, here = steps[number - 1][units[0]], steps[number][units[0]]
        if here <= before:
            word = "overlaps" if here == before else "lies below"
            found.append(
                f"{path}[{number}].{units[0]} = {here} {word} the breakpoint before it, {before}; "
                "write each breakpoint once, the lowest first"
            )
    return found


def _settled_steps(value: Any) -> tuple[tuple[float, bool, float, float], ...]:
    """Breakpoints as (start, share of the plan?, rate from there, lump); one without a rate goes on with the last."""
    found, rate = [], 0.0
    for step in value:
        of_plan = "from_share_of_plan" in step
        rate = float(step.get("rate", rate))
        start = float(step["from_share_of_plan" if of_plan else "from_bills"])
        found.append((start, of_plan, rate, float(step.get("lump", 0.0))))
    return tuple(found)
