"""State and scene as one reference each: a kernel takes two arguments instead of a hundred arrays.

Numba looks at every array that it is handed, which costs a small kernel more than its work. A reference is handed
over in about a microsecond, whatever it holds: columns and groups of columns by the names of `MarketState` and
`Scene`, the same memory.
"""

from __future__ import annotations

from typing import Any

from numba import njit, types
from numba.experimental import structref

COLUMNS = (
    *("id_hash", "tenancy", "address", "zone", "premises", "employees", "size_class", "usage", "provider"),
    *("contract_start", "contract_end", "renewals", "monthly_bill", "opt_out", "news", "news_day", "touch_day"),
    *("shopping_limit", "decision_day", "offers", "offer_channel", "appeal", "order_operator", "unsettled_until"),
    *("rest_until", "turnover_day", "fault_day", "resizing_day"),
    *("mind", "deal", "contracts", "urge_columns"),
)
SCENE = (
    *("fading", "urge", "appeal", "presence", "presence_at_rest", "presence_fading", "answered", "discovery"),
    *("network", "peers", "terms", "talks", "gossip", "signing", "upkeep", "fault_rates", "media"),
)
COUNTS = (
    *("sums", "closures", "asked", "orders_by_operator", "orders_by_channel", "contacts", "calls_by_zone"),
    *("won_by_zone", "switches"),
)
GROUND = ("crm", "rules", "visit", "appointments", "afterthoughts")
REPS = (
    *("stage", "ability", "skill", "lift", "lift_large", "effort", "visits_ever", "visits", "contacts", "followups"),
    *("contracts", "bills_signed", "contracts_activated", "bills_activated", "bills_cancelled", "bills_left_early"),
    *("effort_sum", "days_worked"),
)


class _Reference(types.StructRef):
    """Fields of the types that they are given with."""

    def preprocess_fields(self, fields: Any) -> Any:
        """A number that never changes is still a number."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class HeldStateType(_Reference):
    """The type of `HeldState`."""


@structref.register
class HeldSceneType(_Reference):
    """The type of `HeldScene`."""


@structref.register
class HeldCountsType(_Reference):
    """The type of `HeldCounts`."""


@structref.register
class HeldGroundType(_Reference):
    """The type of `HeldGround`."""


@structref.register
class HeldRepsType(_Reference):
    """The type of `HeldReps`."""


class _Held(structref.StructRefProxy):  # type: ignore[misc]
    """A reference that has its type at hand: numba asks for it at every call, and a slot answers faster than code."""

    __slots__ = ("_numba_type_",)

    @classmethod
    def _numba_box_(cls, ty: Any, mi: Any) -> Any:
        reference = super()._numba_box_(ty, mi)
        reference._numba_type_ = ty
        return reference


class HeldState(_Held):
    """The columns of the state, for kernels."""

    __slots__ = ()


class HeldScene(_Held):
    """What the scene says, for kernels."""

    __slots__ = ()


class HeldCounts(_Held):
    """What a month counts, for kernels."""

    __slots__ = ()


class HeldGround(_Held):
    """What the field department knows of its doors and how it works them, for kernels."""

    __slots__ = ()


class HeldReps(_Held):
    """The representatives' table, for kernels."""

    __slots__ = ()


structref.define_proxy(HeldState, HeldStateType, COLUMNS)
structref.define_proxy(HeldScene, HeldSceneType, SCENE)
structref.define_proxy(HeldCounts, HeldCountsType, COUNTS)
structref.define_proxy(HeldGround, HeldGroundType, GROUND)
structref.define_proxy(HeldReps, HeldRepsType, REPS)


@njit(cache=True)
def hold_state(columns):
    """A reference to these columns, in the order of `COLUMNS`."""
    return HeldState(*columns)


@njit(cache=True)
def hold_scene(parts):
    """A reference to these parts, in the order of `SCENE`."""
    return HeldScene(*parts)


@njit(cache=True)
def hold_counts(parts):
    """A reference to these parts, in the order of `COUNTS`."""
    return HeldCounts(*parts)


@njit(cache=True)
def hold_ground(parts):
    """A reference to these parts, in the order of `GROUND`."""
    return HeldGround(*parts)


@njit(cache=True)
def hold_reps(parts):
    """A reference to these columns, in the order of `REPS`."""
    return HeldReps(*parts)
