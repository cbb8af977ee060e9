"""What is decided: plain numbers with bounds, by the focal operator or by a scripted event."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of decisions; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(Section):
    """When the decision falls."""

    decision_month: str = Field(
        "2027-01", pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$", description="Month 1, as YYYY-MM."
    )


class Telemarketing(Section):
    """The focal operator's own telephone campaign."""

    telemarketers: int = Field(0, ge=0, le=1000, description="People who dial.")
    from_month: int = Field(1, ge=1, le=240, description="First month of the campaign, counted from the decision.")
    months: int = Field(240, ge=1, le=240, description="Length of the campaign.")


class Advertising(Section):
    """The focal operator's advertising after the decision."""

    budget_factor: float = Field(1.0, ge=0.0, le=20.0, description="Budget relative to today's, from month 1.")


class CallCentre(Section):
    """Staff behind the common number."""

    agents: int = Field(
        0, ge=0, le=5000, description="Agents of the focal operator; 0 lets staff follow calls with a month's lag."
    )
    agents_min: int = Field(4, ge=1, le=100, description="Never fewer agents than this.")


class Crews(Section):
    """Installers."""

    capacity: Literal["follows", "fixed"] = Field(
        "follows", description="Crew days follow the orders with a month's lag, or stay as they are at the start."
    )


class Event(Section):
    """Something that happens to the market in a month, whatever the operator decides."""

    month: int = Field(ge=-119, le=240, description="Month of the event, counted from the decision.")
    operator: str = Field(description="Name of the operator, or 'largest' for the largest rival.")
    event: Literal["tariff_change", "telemarketing", "advertising"]
    price_factor: float = Field(
        1.0, ge=0.2, le=5.0, description="tariff_change: new prices relative to the present ones."
    )
    telemarketers: int = Field(0, ge=0, le=1000, description="telemarketing: people who dial from this month on.")
    budget_factor: float = Field(1.0, ge=0.0, le=20.0, description="advertising: budget relative to today's.")


class Decisions(Section):
    """All decisions; the same names at the top level of a configuration."""

    calendar: Calendar = Calendar()
    telemarketing: Telemarketing = Telemarketing()
    advertising: Advertising = Advertising()
    call_centre: CallCentre = CallCentre()
    crews: Crews = Crews()
    events: tuple[Event, ...] = ()
