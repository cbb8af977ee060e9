"""Which runs are the same world with one channel off, and under which names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.runner import Plan

MEDIA = ("online", "outdoor", "radio", "press", "mail")
OFF: dict[str, dict[str, Any]] = {
    "field": {"department.active": False},
    "telemarketing": {"telemarketing.telemarketers": 0},
    "advertising": {"advertising.budget_factor": 0.0, **{f"advertising.media.{name}": 0.0 for name in MEDIA}},
}
BOOKED = {"field": "field", "telemarketing": "telemarketing", "advertising": "inbound"}  # where a channel's cost stands


def without(scenario: str, channel: str) -> str:
    """The name of a scenario with a channel off."""
    return f"{scenario} without {channel}"


def counterparts(plan: Plan, position: int) -> dict[str, int]:
    """The runs with the same seed and one channel off, by the channel under which the ledger books it."""
    point, replication = divmod(position, plan.replications)
    wanted = {BOOKED[channel]: plan.places.get(without(plan.points[point].name, channel)) for channel in OFF}
    return {booked: index * plan.replications + replication for booked, index in wanted.items() if index is not None}
