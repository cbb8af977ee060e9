"""What each room of the market keeps when it is saved, and what is built anew from city, parameters and seed.

Every attribute of every room stands on one side or the other: a test walks through a market and finds those that
stand on neither.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.compensation.effort import Policy
from sim.competitors import Plan
from sim.conduct import Manners
from sim.crm import Crm
from sim.plans import Guess
from sim.reps import RepTable
from sim.stages import Estimate
from sim.state import MarketState
from sim.steps.fieldteams import DoorList
from sim.steps.telemarketing import CallList
from sim.territories import Patches


class Room(NamedTuple):
    """Names of a room's attributes; `kept` may reach inside a tuple, as in `appeal.price`, and is put back in order."""

    kept: tuple[str, ...]
    given: tuple[str, ...] = ()


CITYS_OWN = ("id_hash", "zone", "building", "premises")  # columns that never change
COLUMNS = tuple(name for name in MarketState.__dataclass_fields__ if name not in CITYS_OWN)

ROOMS: dict[str, Room] = {
    "Market": Room(
        (
            *("day", "running", "steps", "opening_revenue", "state", "scene", "turnover", "record", "orders", "diary"),
            *("news", "ledger", "watch", "cohorts", "teams", "operators", "call_centre", "telemarketing", "call_lists"),
            *("price_news", "waiting"),
            *("crews", "observation", "datacollector", "field"),
        ),
        ("parameters", "city", "given_city", "luck", "scheme", "base", "calendar", "tenants", "keys"),
    ),
    "MarketState": Room(("stirred", *COLUMNS), ("mind", "deal", "contracts", "urge_columns", "held", *CITYS_OWN)),
    "Rows": Room(("buffer", "size")),
    "Scene": Room(
        (
            *("presence", "media", "answered", "discovery", "network", "appeal.price", "appeal.attention"),
            *("signing.notice_share", "signing.talks_left"),
        ),
        (
            *("world", "calendar", "fading", "urge", "appeal", "presence_at_rest", "presence_fading", "peers"),
            *("terms", "talks", "signing", "fault_rates", "zones", "gossip", "upkeep", "held"),
        ),
    ),
    "Turnover": Room(("prepared_until",), ("city", "lives", "opening_rate", "footfall_factor", "begun")),
    "Record": Room(
        (
            *("month_left", "total", "flow", "zone", "channel", "revenue_change", "orders_by_operator", "lost_to"),
            *("asked", "events", "sums"),
        ),
        ("operators", "zones", "_of_month", "_held"),
    ),
    "EventLog": Room(("blocks",)),
    "Orders": Room(("buffer", "count")),
    "CallDiary": Room(("_rows", "_days")),
    "News": Room(("table", "size")),
    "Ledger": Room(("month", "closed")),
    "Watch": Room(("lost", "customers")),
    "PriceNews": Room(("noticed", "stir")),
    "WaitingCalls": Room(("row", "end")),
    "Cohorts": Room(("row", "address", "origin", "since", "joined", "installed", "counts", "watching")),
    "FieldTeams": Room(("lists",)),
    "DoorList": Room(("order", "cursor", "begun")),
    "Operator": Room(
        ("price_factor", "budget_factor", "telemarketers", "reps", "policy", "plans", "answers_until"),
        ("number", "spec", "name"),
    ),
    "StaffTable": Room(("skill", "busy_minutes", "shift_start", "shift_end"), ("first",)),
    "CallList": Room(("order", "cursor", "consent_key")),
    "Crews": Room(("recent", "budget", "per_day", "vain_share"), ("job_days", "capacity_factor", "follows")),
    "Observation": Room(
        (
            *("months", "dates", "monthly", "by_operator", "by_channel", "by_zone", "by_rep", "ledger", "field_days"),
            "cumulative_margin",
        )
    ),
    "FieldDays": Room(("days", "reps", "effort", "bills", "counts", "young", "size")),
    "MonthlyCollector": Room(("latest", "days", "_model_vars")),
    "FieldForce": Room(
        (
            *("department", "crm", "appointments", "afterthoughts", "patched", "owner", "doors", "start", "current"),
            *("intensity", "mean_bill", "guess", "dated", "policy", "payroll", "behaviour", "pace"),
            *("policy_people", "policy_bill"),
            *("contracts_ever", "bills_ever", "cancelled_ever", "effort_days_ever", "usual_pace"),
        ),
        (
            *("parameters", "scheme", "city", "scene", "streams", "reps", "rules", "visit", "keys", "early_days"),
            *("_held", "_ground"),
        ),
    ),
    "Department": Room(
        ("course", "stage", "team", "control", "coaching", "head_rows", "competence", "estimate", "plan_bills", "_due"),
        ("decided", "world", "calendar", "priority", "close_day"),
    ),
    "Course": Room(("stages",), ("start", "hired", "productive", "heads")),
    "Stage": Room(("cost",), ("name", "begins", "ends", "people", "account", "cost_per_day")),
    "Team": Room(
        (
            *("reps", "knowledge", "described", "future_heads", "vacancies", "quit_days", "patches", "row_of_post"),
            *("patch_of_zone", "patch_of_door", "_visits_before", "_changes", "sought"),
        ),
        ("decided", "world", "calendar", "city", "streams", "course", "potential", "worth", "lessons"),
    ),
    "RepTable": Room(tuple(RepTable.__dataclass_fields__), ("_of_columns", "_held")),
    "Patches": Room(("posts", "post_of_zone", "shared_zone", "shared_post")),
    "Policy": Room(("table", "row", "days_a_step")),
    "Payroll": Room(("before", "balance"), ("scheme", "calendar", "reps", "_asked")),
    "Behaviour": Room(
        ("advantage", "asked_day", "manners", "hurried", "next_day"),
        ("decided", "world", "intelligence", "scheme", "scene", "rules", "streams"),
    ),
}

# Agents are made anew from the tables whose rows they are; the rest belongs to Mesa.
MESAS = frozenset(
    (
        *("call_centre_agents", "telemarketing_agents", "rep_agents", "head_agents", "rng", "random", "_seed", "_rng"),
        *("_agents", "_agents_by_type", "_all_agents", "agent_id_counter", "agents_made", "model", "unique_id", "pos"),
        *("model_reporters", "agent_reporters", "agenttype_reporters", "_agent_records", "_agenttype_records"),
        *("tables", "_validated", "step", "_step", "_user_step", "time", "_time", "scenario", "_simulator"),
    )
)

# Columns that other rooms hold too, in the tuples that kernels take: they are filled, never replaced.
FILLED = frozenset(("MarketState", "Scene"))
# Buffers with room at their end: what is in use is kept.
USED = {
    "Rows": ("buffer", "size"),
    "FieldDays": ("young", "size"),
    "Orders": ("buffer", "count"),
    "News": ("table", "size"),
}
# What does not stand in a house just built, and is made when it is put back.
MADE: dict[str, type[Any]] = {made.__name__: made for made in (CallList, DoorList, Patches, Policy)}
NAMED: dict[str, type[Any]] = {named.__name__: named for named in (Crm, Estimate, Guess, Manners, Plan)}
