"""The columns of every table that leaves a run: name, kind and unit, in the order in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Kinds: count (int64), number (float64), text, date, flag.
KEYS = {"run_id": "text", "scenario": "text", "replication": "count"}
MONTH = {"month": "count", "date": "date"}

MONTHLY_UNITS = {
    "inbound_calls": "calls",
    "service_calls": "calls",
    "inbound_answered": "calls",
    "inbound_abandoned": "calls",
    "inbound_wait_minutes": "minutes",
    "dials": "dials",
    "talks": "talks",
    "opt_outs": "businesses",
    "visits": "visits",
    "contacts": "contacts",
    "followups": "follow-ups",
    "orders_inbound": "orders",
    "orders_field": "orders",
    "orders_telemarketing": "orders",
    "orders": "orders",
    "cancelled": "orders",
    "backlog": "orders",
    "install_wait_days": "days",
    "gross_adds": "customers",
    "churn_competitor": "customers",
    "churn_closure": "customers",
    "net_adds": "customers",
    "customers": "customers",
    "won_from_competitors": "customers",
    "market_share": "share",
    "awareness": "share",
    "awareness_aided": "share",
    "awareness_unaided": "share",
    "monthly_revenue": "money",
    "revenue": "money",
    "cost": "money",
    "margin": "money",
    "cumulative_margin": "money",
    "margin_present_value": "money",
    "cost_advertising": "money",
    "cost_call_centre": "money",
    "cost_telemarketing": "money",
    "cost_field_fixed": "money",
    "cost_field_variable": "money",
    "cost_recruiting": "money",
    "cost_training": "money",
    "cost_consultants": "money",
    "cost_management": "money",
    "cost_installation": "money",
    "cost_discounts": "money",
    "cac_inbound": "money",
    "cac_field": "money",
    "cac_telemarketing": "money",
    "cac_field_incremental": "money",
    "reps": "reps",
    "reps_productive": "reps",
    "plan": "number",
    "plan_attainment": "share",
    "rep_effort": "number",
    "rep_quits": "reps",
    "saved": "customers",
    "retention_calls": "calls",
    "retention_renewals": "customers",
    "retention_missed": "customers",
    "market_shopping": "businesses",
    "market_woken": "businesses",
    "market_closures": "businesses",
    "market_openings": "businesses",
}
FRACTIONAL_UNITS = {"minutes", "days", "share", "money", "number"}
MONTHLY = {name: "number" if unit in FRACTIONAL_UNITS else "count" for name, unit in MONTHLY_UNITS.items()}

# The tables of a run as the model returns them: columns from `month` on.
TABLES: dict[str, dict[str, str]] = {
    "monthly": MONTH | MONTHLY,
    "monthly_by_operator": MONTH
    | {
        "operator": "text",
        "customers": "count",
        "market_share": "number",
        "gross_adds": "count",
        "churn_competitor": "count",
        "churn_closure": "count",
        "awareness": "number",
        "price_index": "number",
        "telemarketers": "count",
        "reps": "count",
    },
    "monthly_by_channel": MONTH
    | {
        "channel": "text",
        "contacts": "count",
        "orders": "count",
        "gross_adds": "count",
        "cost": "number",
        "cac_last_touch": "number",
        "cac_influenced": "number",
        "cac_incremental": "number",
    },
    "monthly_by_zone": MONTH
    | {
        "zone_id": "text",
        "customers": "count",
        "market_share": "number",
        "awareness": "number",
        "visits": "count",
        "inbound_calls": "count",
        "gross_adds": "count",
        "churn_competitor": "count",
        "won_from_competitors": "count",
    },
    "monthly_by_rep": MONTH
    | {
        "rep_id": "text",
        "stage": "text",
        "probation": "flag",
        "days_in_post": "count",
        "ability": "number",
        "skill": "number",
        "effort": "number",
        "visits": "count",
        "contacts": "count",
        "orders": "count",
        "plan": "number",
        "attainment": "number",
        "pay_fixed": "number",
        "pay_variable": "number",
        "income": "number",
    },
    "field_by_day": MONTH
    | {
        "workday": "count",
        "workdays_left": "count",
        "period_day": "count",
        "period_days_left": "count",
        "reps": "count",
        "effort": "number",
        "bills_signed": "number",
        "orders": "count",
        "orders_micro": "count",
        "orders_small": "count",
        "orders_medium": "count",
        "orders_large": "count",
        "activated": "count",
        "young": "count",
        "left_early": "count",
    },
    "survival": {
        "channel": "text",
        "age_months": "count",
        "customers": "count",
        "lost": "count",
        "bills": "number",
        "discount_factor": "number",
    },
    "ledger": MONTH | {"account": "text", "channel": "text", "amount": "number"},
    "events": {
        "day": "count",
        "date": "date",
        "event": "text",
        "business_id": "text",
        "zone_id": "text",
        "operator": "text",
        "actor_id": "text",
        "channel": "text",
        "value": "number",
    },
}

PLAN = KEYS | {"seed": "count"}
RUNS_END = {"status": "text", "error": "text"}
TIMINGS = KEYS | {"seconds": "number", "traceback": "text"}


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type in which a kind of column is stored."""
    import pyarrow as pa

    types = {"count": pa.int64(), "number": pa.float64(), "text": pa.string(), "date": pa.date32(), "flag": pa.bool_()}
    return types[kind]


def arrow_schema(columns: dict[str, str]) -> pa.Schema:
    """The Arrow schema of named kinds."""
    import pyarrow as pa

    return pa.schema([pa.field(name, arrow_type(kind)) for name, kind in columns.items()])
