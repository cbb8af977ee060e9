"""Design points of a sweep: a base with other values, made into parameters only when they are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from experiments.runner import DesignPoint, Plan
from sim.errors import InputError
from sim.parameters import apply, check, known_paths

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sim.parameters import Parameters

SCHEME = "department.scheme."


class SweptPoint(DesignPoint):
    """A base with other values; ten thousand of them are as small as their values."""

    def __init__(self, name: str, base: DesignPoint, values: dict[str, Any], own: str | None = None):
        self.__dict__.update(name=name, base=base, values=values, own=own, mapping={})

    base: DesignPoint
    own: str | None  # a user's folder of configurations

    @property
    def parameters(self) -> Parameters:  # type: ignore[override]
        """The base's parameters with the values put in; InputError where one is not allowed."""
        if any(path.startswith(SCHEME) or not is_leaf(path) for path in self.values):
            return self._composed()
        found: Any = self.base.parameters
        for path, value in self.values.items():
            try:
                found = replaced(found, path.split("."), value)
            except ValidationError as error:
                reason = error.errors()[0]["msg"].lower()
                raise InputError(f"{self.name}: {path} = {value}: {reason}; see fieldcast parameters") from None
        return found  # type: ignore[no-any-return]

    def _composed(self) -> Parameters:
        """By the long way, which resolves pay schemes anew."""
        from experiments.compose import with_scheme

        values = dict(self.values)
        if f"{SCHEME}name" in values:  # the base's own kind and terms belong to another scheme
            values = {f"{SCHEME}kind": "", f"{SCHEME}terms": {}} | values
        return check(with_scheme(apply(self.base.mapping, values), Path(self.own) if self.own else None))


def with_draws(plan: Plan, draws: Sequence[Mapping[str, Any]]) -> Plan:
    """The plan with values of its own for each replication, the same in every design point."""
    drawn = [SweptPoint(point.name, point, dict(values)) for point in plan.points for values in draws]
    return replace(plan, drawn=tuple(drawn))


def is_leaf(path: str) -> bool:
    """Whether a path is a single number or word of the configuration."""
    field = known_paths().get(path)
    return field is not None and "[" not in path and not hasattr(field.annotation, "model_fields")


def replaced(model: BaseModel, parts: list[str], value: Any) -> BaseModel:
    """A model with one value inside it put in and checked."""
    name, *rest = parts
    if rest:
        return model.model_copy(update={name: replaced(getattr(model, name), rest, value)})
    return type(model).model_validate({**model.__dict__, name: value})


# ---- in the folder -----------------------------------------------------------------------------------------------


def bases_of(plan: Plan) -> list[DesignPoint]:
    """The bases of a plan's swept points, each once, in order."""
    found: list[DesignPoint] = []
    for point in plan.points:
        if isinstance(point, SweptPoint) and not any(point.base is base for base in found):
            found.append(point.base)
    return found


def as_json(plan: Plan) -> dict[str, Any]:
    """The points of a plan in short: whole ones by their place, swept ones by name, base and values."""
    bases, whole, rows = bases_of(plan), 0, []
    for point in plan.points:
        if isinstance(point, SweptPoint):
            base = next(place for place, one in enumerate(bases) if one is point.base)
            rows.append([point.name, base, point.values])
        else:
            rows.append([point.name, -1 - whole, {}])
            whole += 1
    return {"points": rows, "pairs": list(plan.pairs)}


def from_json(told: dict[str, Any], whole: list[DesignPoint], bases: list[DesignPoint], own: str | None) -> Any:
    """The points and pairs of a plan that was told in short."""
    points = [
        SweptPoint(name, bases[place], values, own) if place >= 0 else whole[-1 - place]
        for name, place, values in told["points"]
    ]
    return tuple(points), tuple(told["pairs"])
