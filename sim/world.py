"""What we claim about the world: one frozen class a part, one number a field; values, ranges and sources stand in configs/world."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of the world; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BySize(Part):
    """One number for each size class."""

    micro: float
    small: float
    medium: float
    large: float


class ByPremises(Part):
    """One number for each premises type."""

    street_level: float
    business_centre: float
    shopping_centre: float
    industrial: float


class Bills(Part):
    """Lines and usage of a business."""


class Peers(Part):
    """Who talks to whom."""


class Territory(Part):
    """Distances and travel inside a zone."""


class World(Part):
    """All parts."""

    territory: Territory
    peers: Peers
    bills: Bills
