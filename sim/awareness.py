"""What stays in a mind: awareness, persuasion and fatigue, kept as values at the last contact and read in closed form.

Awareness of an operator comes from two independent sources, A = 1 - (1 - ambient)(1 - memory): the ambient presence
of the brand (advertising and residential customers, the same stock for all, weighted by the business's own exposure)
and the memory of contacts (talks, visits, neighbours' words), which holds for three weeks and then fades
(Aravindakshan and Naik 2011).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.nearby import hint
from sim.workdays import Workdays
from sim.world import Signals

Array = np.ndarray[Any, Any]

# Helpers that take groups of columns are inlined: handing a group of arrays on, row by row, would cost more than
# the work itself.

AIDED = 0.2  # awareness above which a name is recognised (DOMAIN.md M3)
UNAIDED = 0.5  # and above which it comes to mind by itself, if it is among the three highest
TOP_OF_MIND = 3
SURVEYED = 16_384  # businesses asked at once

# The stocks of a mind are kept in narrow whole numbers of these units: a million businesses with four operators would
# otherwise fill three times the memory.
MEMORY_UNIT = 1 / 65535
PERSUASION_UNIT = 1 / 4096
FATIGUE_UNIT = 1 / 16


class Mind(NamedTuple):
    """Columns of what businesses know and feel, by premises (n) and operator (o)."""

    exposure: Array  # (n,) float32, how much of the ambient presence reaches the business
    memory: Array  # (n, o) uint16 in MEMORY_UNIT, awareness from contacts, at contact_day
    persuasion: Array  # (n, o) int16 in PERSUASION_UNIT, at contact_day
    fatigue: Array  # (n, o) uint8 in FATIGUE_UNIT, at contact_day
    contact_day: Array  # (n, o) int16


class Fading(NamedTuple):
    """Rates per working day at which the stocks fade."""

    hold_days: float
    memory: float
    persuasion: float
    fatigue: float
    news: float
    satisfaction: float


def fading(p: Signals, recovery_per_month: float, calendar: Workdays) -> Fading:
    """The fading rates of a world, per working day."""
    rate = calendar.daily_fading
    return Fading(
        float(p.hold_days),
        rate(p.forgetting_per_month),
        rate(p.persuasion_fading_per_month),
        rate(p.fatigue_fading_per_month),
        rate(p.news_fading_per_month),
        rate(recovery_per_month),
    )


@njit(cache=True)
def remembered(value, idle_days, hold_days, rate):
    """A stock after some idle days: full during the hold, then fading exponentially."""
    if value == 0.0 or idle_days <= hold_days:  # most stocks are empty: spare them the exponential
        return float(value)
    return value * np.exp(-rate * (idle_days - hold_days))


@njit(cache=True)
def fading_table(days, hold_days, rate):
    """What is left of a stock by idle days: spares a look at every row the exponential."""
    left = np.empty(days)
    for idle in range(days):
        left[idle] = remembered(1.0, idle, hold_days, rate)
    return left


@njit(inline="always")
def faded(value, idle_days, rate, left):
    """`remembered` without a hold, from a table as far as it reaches."""
    if value == 0.0 or idle_days <= 0:
        return float(value)
    return value * left[idle_days] if idle_days < left.size else remembered(value, idle_days, 0.0, rate)


@njit(inline="always")
def will_meet(mind, row):
    """Hints of what a contact changes in a mind."""
    hint(mind.memory, row)
    hint(mind.persuasion, row)
    hint(mind.fatigue, row)
    hint(mind.contact_day, row)


@njit(inline="always")
def awareness_of(mind, fading, presence, row, operator, today):
    """Awareness of one operator in one mind."""
    ambient_unknown = np.exp(-mind.exposure[row] * presence[operator])
    idle = today - mind.contact_day[row, operator]
    memory = MEMORY_UNIT * mind.memory[row, operator]
    return 1.0 - ambient_unknown * (1.0 - remembered(memory, idle, fading.hold_days, fading.memory))


@njit(inline="always")
def persuasion_of(mind, fading, row, operator, today):
    """Goodwill towards one operator in one mind."""
    goodwill = PERSUASION_UNIT * mind.persuasion[row, operator]
    return remembered(goodwill, today - mind.contact_day[row, operator], 0.0, fading.persuasion)


@njit(inline="always")
def fatigue_of(mind, fading, row, operator, today):
    """How tired one business is of one operator's contacts."""
    tired = FATIGUE_UNIT * mind.fatigue[row, operator]
    return remembered(tired, today - mind.contact_day[row, operator], 0.0, fading.fatigue)


@njit(inline="always")
def meet(mind, fading, row, operator, today, recall_share, persuasion, fatigue):
    """One contact: rolls the three stocks to today and adds to them.

    Only what is new in the memory is held anew: the stocks are dated back by as many days of the hold as are over for
    the old and the new part together.
    """
    idle = float(today - mind.contact_day[row, operator])
    memory = remembered(MEMORY_UNIT * mind.memory[row, operator], idle, fading.hold_days, fading.memory)
    added = (1.0 - memory) * recall_share
    over = 0
    if memory > 0.0 and idle > 0.0:
        over = int(np.rint(memory / (memory + added) * min(idle, fading.hold_days)))
    goodwill = (persuasion + persuasion_of(mind, fading, row, operator, today)) * np.exp(fading.persuasion * over)
    tired = (fatigue + fatigue_of(mind, fading, row, operator, today)) * np.exp(fading.fatigue * over)
    mind.memory[row, operator] = np.uint16(np.rint((memory + added) / MEMORY_UNIT))
    mind.persuasion[row, operator] = np.int16(np.rint(min(max(goodwill, -7.9), 7.9) / PERSUASION_UNIT))
    mind.fatigue[row, operator] = np.uint8(np.rint(min(tired, 15.9) / FATIGUE_UNIT))
    mind.contact_day[row, operator] = today - over


@njit(cache=True)
def meet_all(mind, fading, rows, operators, today, recall_share, persuasion, fatigue):
    """Contacts of many businesses with the same effects."""
    for i in range(rows.size):
        meet(mind, fading, rows[i], operators[i], today, recall_share, persuasion, fatigue)


@njit(cache=True)
def forget_all(mind, rows, today):
    """New tenants know nobody yet."""
    for i in range(rows.size):
        mind.memory[rows[i]] = 0
        mind.persuasion[rows[i]] = 0
        mind.fatigue[rows[i]] = 0
        mind.contact_day[rows[i]] = today


def survey(mind, fading, presence, provider, zone, zones, today):
    """Awareness of all tenants: sums by operator of A, aided and unaided (o, 3), focal sums by zone, tenants by
    zone."""
    sums, by_zone, tenants = np.zeros((presence.size, 3)), np.zeros(zones), np.zeros(zones, np.int64)
    idle = np.arange(max(today - int(mind.contact_day.min(initial=today)), 0) + 1)
    left = np.exp(-fading.memory * np.maximum(idle - fading.hold_days, 0.0)).astype(np.float32)
    heard = -presence.astype(np.float32)  # numpy takes many exponentials at once, and twice as many of this width
    for first in range(0, provider.size, SURVEYED):
        part = slice(first, min(first + SURVEYED, provider.size))
        level = np.exp(np.multiply.outer(heard, mind.exposure[part]))  # so far what presence leaves unknown
        _know(level, mind.memory[part], mind.contact_day[part], left, provider[part], today)
        _count(level, provider[part], zone[part], sums, by_zone, tenants)
    return sums, by_zone, tenants


@njit(cache=True)
def _know(level, memory, contact_day, left, provider, today):
    """Awareness (o, n) in place of what the presence of brands leaves unknown; `awareness_of` says the same of one
    mind."""
    unit, whole = np.float32(MEMORY_UNIT), np.float32(1.0)
    for o in range(level.shape[0]):
        of = level[o]
        for row in range(of.size):
            known = unit * np.float32(memory[row, o]) * left[max(today - contact_day[row, o], 0)]
            of[row] = whole if provider[row] == o else whole - of[row] * (whole - known)


@njit(cache=True)
def _count(level, provider, zone, sums, by_zone, tenants):
    """Add up the answers of tenants; operator by operator, so that many rows are looked at at once."""
    higher = np.empty(provider.size, np.int8)
    for o in range(level.shape[0]):
        of, total, aided, unaided = level[o], sums[o, 0], 0, 0
        higher[:] = 0
        for p in range(level.shape[0]):
            other = level[p]
            for row in range(of.size):
                higher[row] += other[row] > of[row]
        for row in range(of.size):
            unaided += (provider[row] >= -1) & (of[row] > UNAIDED) & (higher[row] < TOP_OF_MIND)
        for row in range(of.size):
            if provider[row] >= -1:
                total += of[row]
                aided += of[row] > AIDED
        sums[o, 0] = total
        sums[o, 1] += aided
        sums[o, 2] += unaided
    for row in range(provider.size):
        if provider[row] >= -1:
            by_zone[zone[row]] += level[0, row]
            tenants[zone[row]] += 1
