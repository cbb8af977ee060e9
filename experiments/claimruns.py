"""The markets of the claims study: teams, passive flows, mechanisms switched off, and what is kept of each run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
Settings = Mapping[str, Any]
Run = dict[str, Array]
Row = dict[str, Any]

SHORT, MONTHS, LONG, WARMUP = 7, 12, 24, 6
REPS = 6
TEAMS = (3, 6, 12, 17)  # 17 is one representative for 800 doors
CARDS = (1.0, 0.75, 0.5, 0.25, 0.0)
DOOR_SEEDS = 4  # replications in which every visit is written down
CLOSED_FROM = 7  # the month from which nobody visits, where carry-over is measured
COLUMNS = (
    *("inbound_calls", "gross_adds", "visits", "contacts", "followups", "orders_field", "orders_inbound", "awareness"),
    *("customers", "reps_productive", "plan_attainment", "cumulative_margin", "cost_field_fixed", "rep_effort"),
)
FLOWS: dict[str, Settings] = {
    "low": {"situation.focal_share": 0.08, "situation.focal_brand": 0.10},
    "medium": {},
    "high": {"situation.focal_share": 0.30, "situation.focal_brand": 0.42},
}


def zero(high: float) -> Row:
    """A claim switched off, with its range widened down to zero."""
    return {"value": 0.0, "range": [0.0, high], "source": "engineering-prior"}


# What the market itself has: these settings hold for the passive run of the pair too.
TALK: Settings = {
    "world.signals.telling_share": zero(0.5),
    "world.signals.complaining_share": zero(0.6),
    "world.signals.van_recall_share": zero(0.05),
}
# What belongs to the field: the passive run does not feel it.
CALLERS: Settings = {
    "world.field.card_kept_share": 1.0,
    "world.field.card_fading_per_month": 0.0,
    "world.field.same_person_share": 1.0,
    "world.field.rep_reached_share": 1.0,
}
AWARENESS: Settings = {"world.field.visit_recall_share": 0.0, "world.field.leaflet_recall_share": 0.0}
PERSUASION: Settings = {"world.field.visit_persuasion": 0.0}
MECHANISMS: dict[str, tuple[Settings, Settings]] = {  # name: (of the market, of the field)
    "nothing (the full model)": ({}, {}),
    "follow-ups": ({}, {"world.field.followup_months": 0.0}),
    "new tenants": ({}, {"world.field.new_tenant_known_share": 0.0}),
    "contract-end knowledge": ({}, {"world.field.revealed_share": 0.0}),
    "callers to the common number": ({}, CALLERS),
    "afterthoughts": ({}, {"world.field.decided_at_door_share": 1.0}),
    "waking by visits": ({}, {"world.field.woken_months": 0.0}),
    "awareness from visits": ({}, AWARENESS),
    "persuasion from visits": ({}, PERSUASION),
    "personal channel": ({}, {"world.field.personal_logit": 0.0}),
    "talk": (TALK, {}),
    "customers among peers": ({"world.choice.peers_logit": 0.0}, {}),
    "awareness, persuasion and talk": (TALK, {**AWARENESS, **PERSUASION}),
    "all links": ({**TALK, "world.choice.peers_logit": 0.0}, {**CALLERS, **AWARENESS, **PERSUASION}),
    "dismissal after probation": ({}, {"world.department.probation_floor_share": 0.0}),
}


# ---- markets to run --------------------------------------------------------------------------------------------------


class Job(NamedTuple):
    """One market, to be run with every seed."""

    scenario: str
    settings: str  # as JSON, so that equal markets are run once
    months: int = MONTHS
    doors: bool = False  # write every visit down


class Pair(NamedTuple):
    """An active market and the passive one it is measured against."""

    active: Job
    passive: Job


def pair_of(market: Settings, field: Settings, months: int = MONTHS, doors: bool = False) -> Pair:
    """Settings of the market hold for both, those of the field for the active run alone."""
    active = {"department.reps": REPS, **market, **field}
    return Pair(
        Job("active", json.dumps(active, sort_keys=True), months, doors),
        Job("passive", json.dumps(dict(market), sort_keys=True), months, doors),
    )


def pairs() -> dict[tuple[str, ...], Pair]:
    """All pairs of the study by the table they belong to and their name in it."""
    found: dict[tuple[str, ...], Pair] = {}
    for flow, market in FLOWS.items():
        for reps in TEAMS:
            found["reach", flow, str(reps)] = pair_of(market, {"department.reps": reps}, SHORT)
    for card in CARDS:
        found["callers", f"{card:g}"] = pair_of({}, {**CALLERS, "world.field.card_kept_share": card})
    found |= {("mechanisms", name): pair_of(*settings) for name, settings in MECHANISMS.items()}
    found["closing",] = pair_of({}, {"department.close_month": CLOSED_FROM})
    found["long",] = pair_of({}, {}, LONG)
    found["doors",] = pair_of({}, {}, doors=True)
    return found


def jobs_of(plan: Mapping[tuple[str, ...], Pair], replications: int) -> list[tuple[Job, int]]:
    """Every run of the study once, those of one market together."""
    jobs = dict.fromkeys(job for pair in plan.values() for job in (pair.passive, pair.active))
    return [
        (job, seed + 1) for job in jobs for seed in range(min(replications, DOOR_SEEDS) if job.doors else replications)
    ]


def run_job(job: Job, seed: int) -> dict[str, Run]:
    """One run, reduced to the columns of the study from month 1 on."""
    from experiments import scenario
    from sim.city import load_city
    from sim.market import Market

    kept = {"record.zones": False, "record.ledger": False, "record.events": job.doors}
    settings = {"months": job.months, "warmup": WARMUP, **kept, **json.loads(job.settings)}
    market = Market(scenario(job.scenario, **settings), city=_city(load_city), seed=seed).run()
    tables = market.tables()
    found = {"month": {name: _since_decision(tables["monthly"], name) for name in COLUMNS}}
    found["month"] |= _by_channel(tables["monthly_by_channel"])
    if "monthly_by_rep" in tables:
        found["reps"] = tables["monthly_by_rep"]
    if job.doors:
        found["doors"] = doors_of(tables["events"], market.city)
    return found


_cities: dict[str, Any] = {}


def _city(load: Any) -> Any:
    """The bundled city, read once a process."""
    if not _cities:
        _cities["melbourne"] = load("melbourne")
    return _cities["melbourne"]


def _since_decision(table: Run, name: str) -> Array:
    return np.asarray(table[name], np.float64)[table["month"] >= 1]


def _by_channel(table: Run) -> Run:
    found: Run = {}
    for channel in ("inbound", "field"):
        rows = {name: np.asarray(column)[table["channel"] == channel] for name, column in table.items()}
        each = _since_decision(rows, "cac_influenced")
        cost = _since_decision(rows, "cost")
        found |= {f"cost_{channel}": cost, f"adds_{channel}": _since_decision(rows, "gross_adds")}
        found[f"contacts_{channel}"] = _since_decision(rows, "contacts")
        found[f"influenced_{channel}"] = np.where(each > 0, cost / np.where(each > 0, each, 1.0), 0.0)
    return found


def doors_of(events: Run, city: Any) -> Run:
    """What is told by single events: who was visited and who called, and when; work and deals by premises type."""
    row_of = {name: row for row, name in enumerate(np.asarray(city.premises_id).astype(str))}
    rows = np.array([row_of.get(name, -1) for name in events["business_id"]], np.int64)
    events = {**events, "row": rows, "premises": np.asarray(city.premises_type)[rows]}
    focal = (events["operator"] == city.operators[0].name) & (rows >= 0)

    def of(event: str, channel: str) -> Run:
        chosen = (events["event"] == event) & (events["channel"] == channel) & focal
        return {name: column[chosen] for name, column in events.items()}

    visits, calls = of("visit", "field"), of("call", "inbound")
    usual, number = main_premises(visits["day"], visits["actor_id"], visits["premises"])
    found = {"visit_row": visits["row"], "visit_day": visits["day"], "call_row": calls["row"], "call_day": calls["day"]}
    found["call_month"] = months_since_decision(calls["date"], events["date"])
    found["visit_month"] = months_since_decision(visits["date"], events["date"])
    found["tenants"] = np.array([city.occupied.sum()])
    for name, event in (("visits", "visit"), ("contacts", "contact"), ("orders", "order")):
        found[name] = np.bincount(of(event, "field")["premises"], minlength=4).astype(float)
    found["rep_days"] = np.bincount(usual, minlength=4).astype(float)
    found["visits_on_days"] = np.bincount(usual, weights=number, minlength=4)
    return found


def months_since_decision(dates: Array, all_dates: Array) -> Array:
    """The month of each date, 1 for the first after the decision; the events begin with the first month of history."""
    month = dates.astype("datetime64[M]").astype(np.int64)
    first = int(all_dates.min().astype("datetime64[M]").astype(np.int64)) if all_dates.size else 0
    return month - first - WARMUP + 1


def main_premises(day: Array, actor: Array, premises: Array) -> tuple[Array, Array]:
    """For each representative's day, the premises type of most visits and the number of all."""
    _, which = np.unique(np.stack([day, actor]), axis=1, return_inverse=True)
    counts = np.zeros((int(which.max(initial=-1)) + 1, 4), np.int64)
    np.add.at(counts, (which.ravel(), premises), 1)
    return counts.argmax(axis=1), counts.sum(axis=1)
