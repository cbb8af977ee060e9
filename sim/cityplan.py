"""What a synthetic city is made from: a few figures, typed and checked, and the presets that come with the product."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import InputError, nearest
from sim.shipped import load

SHARES_TOLERANCE = 0.005  # a column of rounded percentages
FOLDER = "synthetic"


class Figures(BaseModel):
    """A group of figures; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


class ByType(Figures):
    """One number for each premises type."""

    street_level: float = Field(ge=-10.0, le=1000.0)
    business_centre: float = Field(ge=-10.0, le=1000.0)
    shopping_centre: float = Field(ge=-10.0, le=1000.0)
    industrial: float = Field(ge=-10.0, le=1000.0)


class ByClass(Figures):
    """One number for each size class."""

    micro: float = Field(ge=0.0, le=1e6)
    small: float = Field(ge=0.0, le=1e6)
    medium: float = Field(ge=0.0, le=1e6)
    large: float = Field(ge=0.0, le=1e6)


class OperatorFigures(Figures):
    """An operator of a synthetic city; the first is the focal one."""

    name: str = Field(min_length=1, max_length=60)
    share: float = Field(gt=0.0, lt=1.0)
    brand: float = Field(ge=0.0, le=1.0)
    quality: float = Field(ge=0.0, le=1.0)
    price_index: float = Field(gt=0.05, le=20.0)
    advertising_per_business: float = Field(ge=0.0, le=1000.0)
    reaction: str = "passive"


class Tariffs(Figures):
    """Monthly bills of a typical business by size class, and how they differ by premises type."""

    base: ByClass
    multipliers: ByType


class Speeds(Figures):
    """How fast one gets from zone to zone."""

    walk_km_per_hour: float = Field(ge=1.0, le=10.0)
    drive_km_per_hour: float = Field(ge=5.0, le=130.0)
    parking_minutes: float = Field(ge=0.0, le=60.0)


class CityPlan(Figures):
    """The figures of a synthetic city."""

    name: str = Field(min_length=1, max_length=80)
    country: str = Field(pattern="^[A-Z]{2}$")
    subdivision: str = ""
    currency: str = Field(pattern="^[A-Z]{3}$")
    time_zone: str
    snapshot: int = Field(ge=1900, le=2200)
    population: int | None = Field(None, ge=1000, le=100_000_000)
    businesses_per_1000: float = Field(ge=1.0, le=500.0)
    businesses: int | None = Field(None, ge=100, le=5_000_000)
    area_km2: float = Field(gt=0.05, le=20_000.0)
    density_per_km2: float | None = Field(None, gt=0.0, le=60_000.0)  # of businesses; instead of the area
    layout: Literal["ring", "grid"]
    districts: int | None = Field(None, ge=1, le=5000)
    district_spread: float = Field(ge=0.0, le=2.0)
    premises: ByType
    area: ByType
    centrality: ByType
    per_building: ByType
    sizes: ByClass
    size_basis: str
    employees_exponent: float = Field(ge=1.1, le=1.3)
    vacant_share: float = Field(ge=0.0, le=1.0)
    operators: tuple[OperatorFigures, ...] = Field(min_length=2, max_length=8)
    tariffs: Tariffs
    speeds: Speeds

    @property
    def size(self) -> int:
        """Business premises: as given, or from the population."""
        if self.businesses is not None:
            return self.businesses
        return max(100, round((self.population or 0) * self.businesses_per_1000 / 1000.0))

    @property
    def district_count(self) -> int:
        """Districts: as given, or so many that one of their four zones has some hundred premises."""
        return self.districts or max(3, round(self.size / 417))


def preset_names() -> list[str]:
    """Names of the presets."""
    files = resources.files("configs").joinpath(FOLDER).iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def city_plan(preset: str, changes: Mapping[str, Any] | None = None) -> CityPlan:
    """A preset with some figures changed; raises InputError with all mistakes.

    A new number of premises keeps the preset's density: `area_km2` follows unless it is given too.
    """
    names = preset_names()
    if preset not in names:
        raise InputError(
            f"preset = {preset!r} is no preset of a city; {nearest(preset, names)} (all: {', '.join(names)})"
        )
    figures: dict[str, Any] = load(resources.files("configs").joinpath(FOLDER, f"{preset}.yaml"))
    changes = dict(changes or {})
    usual = checked(figures)
    for group in ("premises", "sizes"):
        given = changes.get(group)
        if isinstance(given, Mapping):
            changes[group] = figures[group] | dict(given)
    for one, other in (("population", "businesses"), ("businesses", "population")):
        if one in changes and other not in changes:
            figures[other] = None
    plan = checked(figures | changes)
    if plan.density_per_km2 is not None:
        plan = with_density(plan, plan.density_per_km2, "area_km2" in changes)
        changes["area_km2"] = plan.area_km2
    resized = plan.size != usual.size
    if resized and "districts" not in changes:
        plan = plan.model_copy(update={"districts": None})
    if resized and "area_km2" not in changes:
        area = math.ceil(usual.area_km2 * plan.size / usual.size * 100.0) / 100.0
        plan = plan.model_copy(update={"area_km2": max(area, 0.06)})
    return plan


def with_density(plan: CityPlan, density_per_km2: float, area_given: bool) -> CityPlan:
    """The plan with the area that gives its businesses this density."""
    if area_given:
        message = f"density_per_km2 = {density_per_km2:g} and area_km2 = {plan.area_km2:g} say the same thing twice"
        raise InputError(f"{message}; give one of them")
    area = math.ceil(plan.size / density_per_km2 * 100.0) / 100.0
    if not 0.05 < area <= 20_000.0:
        message = f"density_per_km2 = {density_per_km2:g} spreads {plan.size} businesses over {area:g} km2"
        raise InputError(f"{message}; give a density that leaves from 0.06 to 20,000 km2")
    return plan.model_copy(update={"area_km2": area})


def checked(figures: Mapping[str, Any]) -> CityPlan:
    """The figures as a plan, or help for each that cannot be."""
    try:
        plan = CityPlan.model_validate(figures)
    except ValidationError as error:
        raise InputError([_message(each, figures) for each in error.errors()]) from None
    mistakes = [message for group in ("premises", "sizes", "area") if (message := _shares_mistake(plan, group))]
    if plan.businesses is None and plan.population is None:
        mistakes.append("businesses is missing, and so is population; give one of them, as businesses=5000")
    if plan.size < plan.district_count * 4:
        mistakes.append(
            f"districts = {plan.district_count} leaves some of their four zones without a business, for there are "
            f"{plan.size}; give at most {plan.size // 4}"
        )
    total = sum(each.share for each in plan.operators)
    if total > 1.0 + SHARES_TOLERANCE:
        mistakes.append(f"the operators' shares sum to {total:.3g}, more than 1; lower them")
    if mistakes:
        raise InputError(mistakes)
    return plan


def _shares_mistake(plan: CityPlan, group: str) -> str:
    shares = getattr(plan, group).model_dump()
    low = [name for name, share in shares.items() if share < 0.0]
    if low:
        return f"{group}.{low[0]} = {shares[low[0]]:g} is negative; give shares from 0 to 1"
    total = sum(shares.values())
    if abs(total - 1.0) > SHARES_TOLERANCE:
        given = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        hint = " (percentages? write 0.9 for 90 %)" if 95.0 < total < 105.0 else ""
        return f"{group}: the shares sum to {total:.4g} and should sum to 1{hint}: {given}"
    return ""


def _message(error: Any, figures: Mapping[str, Any]) -> str:
    where = [str(each) for each in error["loc"]]
    path = ".".join(where)
    if error["type"] == "extra_forbidden":
        parent: Any = CityPlan
        for word in where[:-1]:
            field = getattr(parent, "model_fields", {}).get(word)
            parent = field.annotation if field else None
        known = list(getattr(parent, "model_fields", {}))
        return f"a city has no figure '{path}'; {nearest(where[-1], known)}"
    if error["type"] == "missing":
        return f"{path} is missing; give it"
    return f"{path} = {error['input']!r} cannot be: {error['msg'][0].lower()}{error['msg'][1:]}"
