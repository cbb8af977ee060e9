"""What sets a scenario apart from its baseline: what we decide, and what others do around us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.decisions import Event
    from sim.parameters import Parameters

OUR_DECISIONS = ("telemarketing", "advertising", "offers", "call_centre", "crews", "retention", "department")
SPELT_OUT = 2  # so many events are told one by one


@dataclass(frozen=True)
class Moves:
    """Whether we decide otherwise than in the baseline, and in words what others do otherwise."""

    ours: bool = True
    others: str = ""

    @property
    def only_others(self) -> bool:
        """Whether nothing but the market around us differs."""
        return bool(self.others) and not self.ours


OURS = Moves()


def moves_between(baseline: Parameters, scenario: Parameters, focal: str) -> Moves:
    """What the scenario has otherwise than its baseline; `focal` is our operator's name."""
    added = [event for event in scenario.events if event not in baseline.events]
    gone = [event for event in baseline.events if event not in scenario.events]
    ours = any(getattr(scenario, name) != getattr(baseline, name) for name in OUR_DECISIONS)
    ours = ours or any(event.operator == focal for event in [*added, *gone])
    others = [event for event in added if event.operator != focal]
    missing = [event for event in gone if event.operator != focal]
    return Moves(ours, in_words(others, missing))


def in_words(added: Sequence[Event], gone: Sequence[Event]) -> str:
    """What others do, as the clause after `when`."""
    told = [spoken_event(event) for event in added] + [f"it does not happen that {spoken_event(e)}" for e in gone]
    if len(told) > SPELT_OUT:
        return f"the market moves otherwise ({len(told)} events)"
    return " and ".join(told)


def spoken_event(event: Event) -> str:
    """One event as a clause."""
    who = {"largest": "the largest rival", "rivals": "every rival"}.get(event.operator, event.operator)
    until = f" to month {event.until_month - 1}" if event.until_month else ""
    return f"{who} {DEEDS[event.event](event)} month {event.month}{until}"


def new_tariff(event: Event) -> str:
    """Prices in words."""
    percent = f"{abs(event.price_factor - 1) * 100:.3g} %"
    return f"{'cuts' if event.price_factor < 1 else 'raises'} its prices by {percent} in"


POLICIES = {
    "passive": "lets everything pass",
    "losses": "watches its losses and may answer",
    "price_war": "answers every price cut",
}
DEEDS: dict[str, Callable[[Event], str]] = {
    "tariff_change": new_tariff,
    "telemarketing": lambda event: (
        f"has {event.telemarketers} people call the city's businesses from"
        if event.telemarketers
        else "stops calling businesses in"
    ),
    "advertising": lambda event: f"advertises {event.budget_factor:g} times as much from",
    "field_team": lambda event: (
        f"builds a field team of {event.reps} from" if event.reps else "gives up its field team in"
    ),
    "network_built": lambda event: f"brings its network to {', '.join(event.zones) or 'the whole city'} in",
    "reaction": lambda event: f"{POLICIES[event.reaction]} from",
}


# ---- out of sight ----------------------------------------------------------------------------------------------


def out_of_sight(parameters: Parameters) -> list[str]:
    """A remark for everything that is to begin after the last month, or to happen before the first one."""
    last, first = parameters.months, 1 - parameters.warmup
    begins = {f"events[{place}].month": event.month for place, event in enumerate(parameters.events)}
    if parameters.telemarketing.telemarketers:
        begins["telemarketing.from_month"] = parameters.telemarketing.from_month
    if any(parameters.advertising.media.model_dump().values()):
        begins["advertising.from_month"] = parameters.advertising.from_month
    if parameters.department.active:
        begins["department.start_month"] = parameters.department.start_month
    return [too_late(name, month, last) for name, month in begins.items() if month > last] + [
        too_early(name, month, first) for name, month in begins.items() if month < first
    ]


def too_late(name: str, month: int, last: int) -> str:
    """The remark on what begins after the end."""
    remedy = f"give an earlier month, or months={month + 1} or more"
    return f"NOTE {name} = {month} lies after the last month ({last}); nothing of it will be seen; {remedy}"


def too_early(name: str, month: int, first: int) -> str:
    """The remark on what lies before the history."""
    remedy = f"give a later month, or warmup={1 - month} or more"
    return f"NOTE {name} = {month} lies before the first month of history ({first}) and does not happen; {remedy}"
