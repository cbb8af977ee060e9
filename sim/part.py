"""A part of the world: a frozen class of numbers that refuses unknown names."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of the world; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
