"""Facts of the field: what more representatives bring, what stays when they stop, calls, tours, and lists that tire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.judge import Case, Computed, Numbers, Stack

Array = np.ndarray[Any, Any]
Tables = Mapping[str, Mapping[str, Array]]

TEAMS = (2, 4, 8, 16, 32)
FEWEST_LIFT = 0.10  # of the calls, for carry-over to be judged
CLOSED_FROM = 7  # the month from which nobody visits
LAST_LIFT = 13
SPREADING = (4, 16)  # areas, relative to the city as it is, between which travel binds


def months_of(run: Tables, name: str, first: int, last: int) -> Array:
    """A monthly metric from month `first` to month `last`."""
    month = run["monthly"]["month"]
    return np.asarray(run["monthly"][name], float)[(month >= first) & (month <= last)]


def total(run: Tables, name: str, first: int, last: int) -> float:
    """The sum of a monthly metric over months."""
    return float(months_of(run, name, first, last).sum())


def first_visit_month(run: Tables) -> int:
    """The month of the first visit, 1 for the first after the decision."""
    table = run["monthly"]
    return int(table["month"][np.argmax(table["visits"] > 0)])


# ---- T1 --------------------------------------------------------------------------------------------------------


def response(case: Case) -> Numbers:
    """Gross adds of the six months from the first visit on, by team, and of the passive run."""
    first = first_visit_month(case[f"reps_{TEAMS[-1]}"])
    adds = [total(case[f"reps_{team}"], "gross_adds", first, first + 5) for team in TEAMS]
    return {"adds": np.array(adds), "passive": total(case["passive"], "gross_adds", first, first + 5)}


def response_lines(seeds: Stack) -> dict[str, float]:
    """Log-log slopes of all adds from 2 to 8 representatives, and of incremental adds at each doubling."""
    adds, passive = seeds["adds"].mean(axis=0), seeds["passive"].mean()
    slope = float(np.polyfit(np.log(TEAMS[:3]), np.log(adds[:3]), 1)[0])
    more = np.maximum(adds - passive, 1e-9)
    steps = np.log2(more[1:] / more[:-1])
    lines = {"total_slope": slope}
    lines |= {f"incremental_slope_{a}_{b}": float(s) for a, b, s in zip(TEAMS, TEAMS[1:], steps, strict=False)}
    return lines | {"fall_of_slope": float(steps[-1] - steps[0])}


# ---- T2 --------------------------------------------------------------------------------------------------------


def carry_over(case: Case) -> Numbers:
    """Calls of the months 1 to 13 in the run whose visits stop, and in the passive one; and calls to representatives,
    which are the field's contacts beyond those of visits and appointments."""
    found: Numbers = {name: months_of(case[name], "inbound_calls", 1, LAST_LIFT) for name in ("stopped", "passive")}
    table = case["stopped"]["channels"]
    rows = (table["channel"] == "field") & (table["month"] >= 1) & (table["month"] <= LAST_LIFT)
    visited = months_of(case["stopped"], "contacts", 1, LAST_LIFT)
    return found | {"to_reps": np.asarray(table["contacts"][rows], float) - visited}


def carry_over_lines(seeds: Stack) -> dict[str, float]:
    """What is left of the incremental calls after the visits stop, relative to the last two months with visits."""
    stopped, passive = seeds["stopped"].mean(axis=0), seeds["passive"].mean(axis=0)
    lift, everywhere = stopped - passive, stopped + seeds["to_reps"].mean(axis=0) - passive
    base = float(lift[CLOSED_FROM - 3 : CLOSED_FROM - 1].mean())
    left = after(lift, "after") | after(everywhere, "all_after")
    usual = float(passive[CLOSED_FROM - 3 : CLOSED_FROM - 1].mean())
    judged = base >= FEWEST_LIFT * usual
    pairs = np.array([lift[i : i + 2].mean() for i in (CLOSED_FROM, CLOSED_FROM + 2, CLOSED_FROM + 4)])
    left |= {"lift": base / usual, "largest_rise": np.diff(pairs).max() / base}
    return {name: float(value) if judged or name == "lift" else float("nan") for name, value in left.items()}


def after(lift: Array, name: str) -> dict[str, float]:
    """What is left in the first month after the stop, in the second to fourth and in the fifth to seventh."""
    base = lift[CLOSED_FROM - 3 : CLOSED_FROM - 1].mean()
    spans = {1: (0, 1), 3: (1, 4), 6: (4, 7)}
    return {
        f"{name}_{label}": lift[CLOSED_FROM - 1 + a : CLOSED_FROM - 1 + b].mean() / base
        for label, (a, b) in spans.items()
    }


# ---- T3, T4 ----------------------------------------------------------------------------------------------------


def in_pairs(case: Case, pairs: Mapping[str, tuple[str, str]], column: str, months: tuple[int, int]) -> Numbers:
    """A count over some months of an active and of its passive run, for each pair by name; months count from that of
    the first visit, and from that of the decision, as 0."""
    found: Numbers = {}
    for name, (active, passive) in pairs.items():
        for since, month in (("visit", first_visit_month(case[active])), ("decision", 1)):
            found[f"{name}_{since}"] = total(case[active], column, month + months[0], month + months[1])
            found[f"{name}_{since}_usual"] = total(case[passive], column, month + months[0], month + months[1])
    return found


def multiple(seeds: Stack, name: str) -> float:
    """The active run's count as a multiple of the passive one's."""
    return float(seeds[name].sum() / seeds[f"{name}_usual"].sum())


def spill_over(case: Case) -> Numbers:
    """Calls in the third and fourth month, from the first visit and from the decision, in each pair of runs."""
    pairs = {name: (f"{name}_active", f"{name}_passive") for name in ("default", "entrant", "cut")}
    return in_pairs(case, pairs, "inbound_calls", (2, 3))


def spill_over_lines(seeds: Stack) -> dict[str, float]:
    """The lift of calls to the common number, as a share of the passive calls."""
    lines = {
        "default_from_visit": "default_visit",
        "default_from_decision": "default_decision",
        "entrant_from_visit": "entrant_visit",
        "entrant_from_decision": "entrant_decision",
        "links_off": "cut_visit",
    }
    return {line: multiple(seeds, name) - 1.0 for line, name in lines.items()}


FLOWS = ("low_3", "low", "medium", "high")


def growth(case: Case) -> Numbers:
    """Gross adds in months 4 to 6, from the first visit and from the decision, in each pair of runs."""
    pairs = {name: (f"{name}_active", f"{'low' if name == 'low_3' else name}_passive") for name in FLOWS}
    return in_pairs(case, pairs, "gross_adds", (3, 5))


def growth_lines(seeds: Stack) -> dict[str, float]:
    """Gross adds as a multiple of the passive ones, and how it falls as the passive flow rises."""
    low, medium, high = (multiple(seeds, f"{name}_visit") for name in FLOWS[1:])
    return {
        "low_6_from_visit": low,
        "low_6_from_decision": multiple(seeds, "low_decision"),
        "low_3_from_visit": multiple(seeds, "low_3_visit"),
        "low_3_from_decision": multiple(seeds, "low_3_decision"),
        "fall_low_medium": low - medium,
        "fall_medium_high": medium - high,
    }


# ---- T15 -------------------------------------------------------------------------------------------------------


def tour_lengths(case: Case) -> Numbers:
    """Sums from which the regression of the days' tours follows, and visits a day in cities of three areas."""
    tours = case["usual"]["tours"]
    way = tours["km"] > 0
    stops, area = tours["stops"][way], tours["km2"][way]
    x, y = np.log(stops * area), np.log(tours["km"][way])
    theory = 0.7124 * np.sqrt(area * stops) + 0.6 * np.sqrt(area)
    found: Numbers = {"sums": np.array([x.size, x.sum(), y.sum(), (x * x).sum(), (x * y).sum()])}
    found["level"] = np.array([np.log(tours["km"][way] / theory).sum(), x.size])
    for times in (1, *SPREADING):
        run = case["usual" if times == 1 else f"area_{times}"]["tours"]
        found[f"visits_{times}"] = np.array([run["visits"][0], run["days"][0]])
    return found


def tour_lines(seeds: Stack) -> dict[str, float]:
    """Slope and level of tours against stops times area; how visits a day rise with density."""
    n, x, y, xx, xy = seeds["sums"].sum(axis=0)
    ratio, days = seeds["level"].sum(axis=0)
    per_day = {times: np.divide(*seeds[f"visits_{times}"].sum(axis=0)) for times in (1, *SPREADING)}
    thin, thinner = SPREADING
    return {
        "slope": float((n * xy - x * y) / (n * xx - x * x)),
        "level": float(np.exp(ratio / days)),
        "density_slope": float(np.log(per_day[thin] / per_day[thinner]) / np.log(thinner / thin)),
        "density_slope_in_town": float(np.log(per_day[1] / per_day[thin]) / np.log(thin)),
    }


# ---- T20 -------------------------------------------------------------------------------------------------------


def depletion(case: Case) -> Numbers:
    """Contacts and orders by pass of the list, on the telephone and at the door."""
    found: Numbers = {}
    for name, run, table in (("phone", "phone", "dials"), ("door", "field", "visits")):
        found[f"{name}_contacts"] = case[run][table]["contacts"][:5]
        found[f"{name}_orders"] = case[run][table]["orders"][:5]
    return found


def depletion_lines(seeds: Stack) -> dict[str, float]:
    """The fall of conversion by the fifth pass, and its largest rise from one pass to the next."""
    rate = {
        name: seeds[f"{name}_orders"].sum(axis=0) / np.maximum(seeds[f"{name}_contacts"].sum(axis=0), 1.0)
        for name in ("phone", "door")
    }
    fall = {name: float(1.0 - each[4] / each[0]) for name, each in rate.items()}
    return {
        "phone_fall": fall["phone"],
        "phone_largest_rise": float(np.diff(rate["phone"]).max() / rate["phone"][0]),
        "door_fall": fall["door"],
        "phone_less_door_fall": fall["phone"] - fall["door"],
    }


# ---- T23 -------------------------------------------------------------------------------------------------------


def costs(case: Case) -> Numbers:
    """Costs and gross adds by channel over twelve months, and of all channels together."""
    found: Numbers = {}
    for run, channels in (("field", ("inbound", "field")), ("phone", ("telemarketing",)), ("passive", ("inbound",))):
        table = case[run]["channels"]
        for channel in channels:
            rows = (table["channel"] == channel) & (table["month"] >= 1) & (table["month"] <= 12)
            found[f"{run}_{channel}"] = np.array([table["cost"][rows].sum(), table["gross_adds"][rows].sum()], float)
        rows = (table["month"] >= 1) & (table["month"] <= 12)
        found[f"{run}_all"] = np.array([table["cost"][rows].sum(), table["gross_adds"][rows].sum()], float)
    return found


def cost_lines(seeds: Stack) -> dict[str, float]:
    """Costs of an acquisition relative to each other, attributed by last touch and incremental."""
    sums = {name: each.sum(axis=0) for name, each in seeds.items()}

    def cost(name: str) -> float:
        return float(sums[name][0] / max(sums[name][1], 1.0))

    more = sums["field_all"] - sums["passive_all"]
    incremental = float(more[0] / more[1]) if more[1] > 0 else float("nan")
    inbound, field, phone = cost("passive_inbound"), cost("field_field"), cost("phone_telemarketing")
    return {
        "field_over_inbound": field / inbound,
        "incremental_over_attributed": incremental / field,
        "phone_over_inbound": phone / inbound,
        "phone_over_field": phone / field,
        "inbound_cost": inbound,
        "field_cost": field,
    }


FIELD = {
    "T1": Computed(response, response_lines),
    "T2": Computed(carry_over, carry_over_lines),
    "T3": Computed(spill_over, spill_over_lines),
    "T4": Computed(growth, growth_lines),
    "T15": Computed(tour_lengths, tour_lines),
    "T20": Computed(depletion, depletion_lines),
    "T23": Computed(costs, cost_lines),
}
