"""How representatives behave between their pay and the operator's wishes: desk work, doors of their own, promises.

Each choice follows from what one more sale would pay the person (`sim.incentives`); no scheme is known by name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.compensation import Scheme
from sim.compensation.outlook import ALONE, Outlook
from sim.decisions import Conduct as Decided
from sim.incentives import Standing, expected_gain, expected_loss
from sim.world import Conduct as Claims
from sim.world import Effort

Array = np.ndarray[Any, Any]

LEAST_DOOR = 0.02  # no door is worth less than this to its representative, relative to the mean one


class Manners(NamedTuple):
    """How each representative works these days, in the kernels' terms."""

    desk_share: Array  # (reps,) part of the day that goes into reports, meetings and service
    reports: Array  # (reps,) part of this unpaid work that is done
    noted: Array  # (reps,) part of what visits reveal that is written down
    promise: Array  # (reps,) chance that an offer promises too much
    taste: Array  # (reps, 4, 4) factor on the worth of doors by size class and premises; (0, 4, 4): the policy alone


class Motive(NamedTuple):
    """What the choices follow from, for representatives (n,)."""

    now: Standing
    later: Standing  # at the beginning of the next period
    later_factor: float  # what pay of the next period is worth today
    days_left: int  # in the period, today included
    pace: Array  # contracts a day of usual effort
    control: Array  # how well somebody watches, 0 to 1
    outlook: Outlook = ALONE  # what is expected of the period besides the own sales


class Ground(NamedTuple):
    """What the department expects of doors by size class and premises (4, 4) or premises (4,)."""

    bills: Array  # (4, 4) monthly bill
    conversion: Array  # (4, 4) deals a visit
    minutes: Array  # (4,) of a visit
    doors: Array  # (4, 4) how many there are
    search_days: Array  # (4,) from an offer to the decision, by size class


def dutiful(people: int, paperwork_share: float) -> Manners:
    """Everybody does as the operator wishes."""
    done = np.ones(people)
    return Manners(np.full(people, paperwork_share), done, done, np.zeros(people), np.zeros((0, 4, 4)))


def manners_of(
    decided: Decided,
    scheme: Scheme,
    p: Claims,
    effort: Effort,
    motive: Motive,
    ground: Ground,
    paperwork_share: float,
    usual_day_pay: float,
    here: Array,
) -> Manners:
    """Everybody's conduct until it is thought over again; what is switched off stays dutiful. Doors are weighed by
    those who are `here` (rows) alone."""
    manners = dutiful(len(motive.pace), paperwork_share)
    sale = expected_gain(scheme, motive.now, motive.now.bill, motive.outlook)
    own = effort.intrinsic_share_per_contract * effort.usual_pay_per_month
    if decided.split:
        done = work_done(motive.pace * (sale + own), motive.control, paperwork_share, usual_day_pay, p)
        manners = manners._replace(reports=done, noted=done, desk_share=paperwork_share * done)
    if decided.overpromising:
        loss = expected_loss(scheme, motive.now, motive.now.bill, motive.outlook)
        manners = manners._replace(promise=promises(sale, loss, motive.control, effort.usual_pay_per_month, p))
    if decided.picking:
        taste = np.ones((len(motive.pace), 4, 4))
        taste[here] = taste_for_doors(scheme, motive, ground, p, effort, here)
        manners = manners._replace(taste=taste)
    return manners


def seen(unseen: float, watched: float, control: Array) -> Array:
    """A number that moves with control from its unseen to its watched value."""
    return unseen + (watched - unseen) * control


def work_done(pay_per_day: Array, control: Array, paperwork_share: float, usual_day_pay: float, p: Claims) -> Array:
    """The part of the unpaid work that is done, where an hour more of selling pays so much (n,).

    Leaving a part x of it undone sells x * share / (1 - share) days more; doing it is worth its duty, the less the more
    is done: duty * (y - y * y / 2) of a day's usual pay at the part y.
    """
    saved = pay_per_day * paperwork_share / (1.0 - paperwork_share)
    duty = seen(p.duty_unseen_share, p.duty_seen_share, control) * usual_day_pay
    return np.clip(1.0 - saved / np.maximum(duty, 1e-9), p.duty_floor_share, 1.0)


def promises(gain: Array, loss: Array, control: Array, usual_pay: float, p: Claims) -> Array:
    """The share of offers that promise too much (n,): what the better odds pay, less what early leavers cost the
    person, against a scruple that grows with the share."""
    worth = p.promise_logit * gain - p.promise_loss_share * loss
    scruple = seen(p.scruple_unseen_share, p.scruple_seen_share, control) * usual_pay
    return np.clip(worth / np.maximum(scruple, 1e-9), 0.0, 1.0)


def taste_for_doors(scheme: Scheme, motive: Motive, ground: Ground, p: Claims, effort: Effort, here: Array) -> Array:
    """What doors of a size and premises are worth to these representatives (rows), relative to the mean door
    (here, 4, 4).

    Expected pay a minute: deals a visit x the sure worth of their pay / minutes of a visit. What a slow customer will
    pay in the next period counts as such. Control draws it towards the operator's own policy.
    """
    place, size, premises = _every_door(len(here))
    people = here[place]
    bills = ground.bills[size, premises]
    slow = ground.search_days[size] >= motive.days_left
    pay = np.empty(people.size)
    for rows, standing, factor in (
        (np.flatnonzero(~slow), motive.now, 1.0),
        (np.flatnonzero(slow), motive.later, motive.later_factor),
    ):
        if rows.size:
            pay[rows] = factor * expected_gain(scheme, standing, bills[rows], motive.outlook, people[rows])
    own = effort.intrinsic_share_per_contract
    sure = sure_worth(pay / effort.usual_pay_per_month + own, effort.risk_aversion)
    worth = (ground.conversion / ground.minutes)[size, premises] * np.maximum(sure, 0.0)
    worth = worth.reshape(-1, 4, 4)
    mean = (worth * ground.doors).sum(axis=(1, 2)) / max(ground.doors.sum(), 1.0)
    relative = np.maximum(worth / np.maximum(mean, 1e-12)[:, None, None], LEAST_DOOR)
    weight = seen(p.picking_unseen_share, p.picking_seen_share, motive.control[here])
    return np.asarray(relative ** weight[:, None, None])


@lru_cache(maxsize=64)
def _every_door(people: int) -> tuple[Array, ...]:
    """Person, size class and premises type of every kind of door for everybody, (people * 16,) each."""
    return tuple(each.ravel() for each in np.indices((people, 4, 4)))


def sure_worth(money: Array, risk_aversion: float) -> Array:
    """What an unlikely gain is worth to the risk averse, relative to its chance (constant absolute risk aversion)."""
    return np.asarray(-np.expm1(-risk_aversion * money) / risk_aversion if risk_aversion > 1e-6 else money)
