"""Contracts begin, run on, are renewed, and end."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.awareness import meet_all
from sim.draws import Luck
from sim.opening import term_mix
from sim.orders import Orders
from sim.record import Record
from sim.scene import Scene
from sim.state import NEVER, NONE, MarketState
from sim.steps.signals import News

Array = np.ndarray[Any, Any]

RAISED = 1.01  # a renewal that makes the bill this much dearer unsettles the customer


def activate(state: MarketState, scene: Scene, done: Orders, late_weeks: Array, news: News, record: Record, today: int,
             luck: Luck) -> None:
    """The new provider takes over: the switch counts today for both sides, and neighbours hear of it."""
    rows, new = done["row"], done["operator"]
    if not rows.size:
        return
    old = state.provider[rows].astype(np.int64)
    leave(state, scene, rows[old > NONE], record, today, "churn_competitor")
    state.provider[rows] = new
    state.monthly_bill[rows] = done["bill"]
    state.renewals[rows] = 0
    state.satisfaction[rows] = scene.world.installation.late_satisfaction_per_week * late_weeks
    state.satisfaction_day[rows] = today
    state.order_operator[rows] = NONE
    begin_term(state, scene, rows, today, luck)
    meet_all(state.mind, scene.fading, rows, new, today, 1.0, 0.0, 0.0)
    news.joined(rows, new, old)
    late = late_weeks > 0
    news.complaint(rows[late], new[late])
    _count_activations(state, scene, done, old, record, today)
    state.stir(rows)


def _count_activations(state: MarketState, scene: Scene, done: Orders, old: Array, record: Record, today: int) -> None:
    record.add_flow("gross_adds", done["operator"])
    ours = done["operator"] == 0
    record.add_zone("gross_adds", state.zone[done["row"][ours]])
    record.add_channel("gross_adds", done["channel"][ours])
    for channel in range(3):
        record.channel["influenced"][channel] += int((done["influenced"][ours] >> channel & 1).sum())
    record.add("won_from_competitors", int((old[ours] > NONE).sum()))
    record.revenue_change += float(done["bill"][ours].sum()) * month_left(scene, today)
    record.event(today, "activated", done["row"], done["operator"], channel=done["channel"], value=done["bill"])


def leave(state: MarketState, scene: Scene, rows: Array, record: Record, today: int, how: str) -> None:
    """Customers are lost to a competitor or by closure."""
    provider = state.provider[rows].astype(np.int64)
    record.add_flow(how, provider)
    ours = rows[provider == 0]
    if how == "churn_competitor":
        record.add_zone("churn_competitor", state.zone[ours])
    record.revenue_change -= float(state.monthly_bill[ours].sum(dtype=np.float64)) * month_left(scene, today)
    record.event(today, "churn" if how == "churn_competitor" else "closure", rows, provider, value=state.monthly_bill[rows])


def month_left(scene: Scene, today: int) -> float:
    """The part of this month that is still to come, today included."""
    calendar = scene.calendar
    month = calendar.month_of_day[today]
    first = int(np.searchsorted(calendar.month_of_day, month))
    return 1.0 - (today - first) / int(calendar.days_in_month[month])


def begin_term(state: MarketState, scene: Scene, rows: Array, today: int, luck: Luck) -> None:
    """A contract begins today, with a term drawn from the mix at signing."""
    kinds, bounds = term_mix(scene.world.terms)
    term = kinds[np.searchsorted(bounds, luck.uniform(state.address[rows], 0)).clip(0, 2)]
    length = np.where(term == 24, scene.calendar.span(24), scene.calendar.span(12))
    state.term_months[rows] = term
    state.contract_start[rows] = today
    state.contract_end[rows] = np.minimum(today + length, NEVER - 1)


def run_on(state: MarketState, scene: Scene, record: Record, today: int, luck: Luck) -> None:
    """Contracts that end today are renewed at today's tariff; those whose window opens wake their customers."""
    state.stir(np.flatnonzero(state.contract_end == today + scene.urge.window_days))
    ended = np.flatnonzero(state.contract_end == today)
    ended = ended[state.provider[ended] > NONE]
    if not ended.size:
        return
    provider = state.provider[ended]
    bill = scene.appeal.price[provider, state.size_class[ended], state.premises[ended]] * state.usage[ended]
    raised = ended[bill > RAISED * state.monthly_bill[ended]]
    state.unsettled_until[raised] = today + round(scene.world.needs.unsettled_days)
    state.monthly_bill[ended] = bill
    state.renewals[ended] = np.minimum(state.renewals[ended].astype(np.int64) + 1, 255)
    begin_term(state, scene, ended, today, luck)
    state.stir(ended)
    record.event(today, "renewal", ended, provider, value=bill)
