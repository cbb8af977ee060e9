"""How operators other than the focal one answer: what they notice of their losses, whether they react, and with what.

An operator that answers by its losses sees those of one quarter, some months late and with an error. Most answers are
in kind, with what took its customers away; field teams need months before their first visit (Steenkamp and others
2005).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.draws import Luck, Streams, normal
from sim.record import Record
from sim.scene import Scene
from sim.state import FIELD, INBOUND, TELEMARKETING
from sim.world import Reactions

Array = np.ndarray[Any, Any]

QUARTER = 3
CHEAPER = 0.99  # a rival's prices relative to one's own, below which a price war is answered
NOTICE_MAX = 0.95  # no operator learns of more notices than this
NO_END = 10_000  # a month that does not come
PRICE = -1  # an answer by price, where others have their channel's number


class Plan(NamedTuple):
    """People who work for an operator from one month on, until another."""

    channel: int  # FIELD, TELEMARKETING, or INBOUND for retention calls
    people: int
    first_month: int
    until_month: int


class Answer(NamedTuple):
    """What an operator does about its losses; a price factor of 1 leaves prices as they are."""

    channel: int
    price_factor: float


class Watch:
    """Customers that each operator lost to others, month by month and by the channel of the seller who won them."""

    def __init__(self) -> None:
        self.lost: list[Array] = []  # (o, channels) of a month
        self.customers: list[Array] = []  # (o,) at its end

    def close_month(self, lost: Array, customers: Array) -> None:
        """Write a month down."""
        self.lost.append(lost.copy())
        self.customers.append(customers.copy())


# ---- noticing ------------------------------------------------------------------------------------------------------


def alarm(watch: Watch, operator: int, lag: int, noise: float, p: Reactions) -> int | None:
    """The channel to which an operator lost more than usual in the quarter it knows of, or None if it sees nothing.

    `lag` months have passed since that quarter began to be known (1: it has just ended); `noise` is standard normal.
    """
    last = len(watch.lost) - (lag - 1)
    first = last - QUARTER
    before = watch.lost[max(first - round(p.normal_months), 0) : max(first, 0)]
    if len(before) < p.normal_months / 2:
        return None
    quarter = sum(month[operator] for month in watch.lost[first:last])
    usual = QUARTER * np.mean([month[operator] for month in before], axis=0)
    seen = float(np.sum(quarter)) * np.exp(p.loss_noise_log_sd * noise)
    expected = float(np.sum(usual)) * customers_then(watch, operator, first, last, len(before))
    error = np.sqrt(expected + (p.loss_noise_log_sd * expected) ** 2)
    if seen <= p.loss_factor * expected or seen <= expected + p.loss_sigmas * error:
        return None
    return int(np.argmax(quarter - usual))


def customers_then(watch: Watch, operator: int, first: int, last: int, months: int) -> float:
    """Customers in a quarter relative to the months before, for losses are judged as a rate."""
    then = np.mean([month[operator] for month in watch.customers[first:last]])
    before = np.mean([month[operator] for month in watch.customers[first - months : first]])
    return float(then / max(before, 1.0))


# ---- answering -----------------------------------------------------------------------------------------------------


def passive(operator: Any, rivals: list[Any], watch: Watch, p: Reactions, luck: Luck) -> Answer | None:
    """Whatever happens, nothing is done about it."""
    return None


def by_losses(operator: Any, rivals: list[Any], watch: Watch, p: Reactions, luck: Luck) -> Answer | None:
    """Unusual losses may be answered: mostly with the instrument that caused them, sometimes by price."""
    own = np.array([operator.spec.address], np.uint64)
    lag = 1 + int(luck.uniform(own, 0)[0] * p.lag_months_max)
    channel = alarm(watch, operator.number, lag, normal(float(luck.uniform(own, 1)[0])), p)
    if channel is None or luck.uniform(own, 2)[0] >= p.answer_chance_per_quarter:
        return None
    kind = luck.uniform(own, 3)[0]
    if kind < p.price_only_share:
        return Answer(PRICE, price_cut(own, p, luck))
    too = kind < p.price_only_share + p.price_too_share
    return Answer(channel, price_cut(own, p, luck) if too else 1.0)


def price_war(operator: Any, rivals: list[Any], watch: Watch, p: Reactions, luck: Luck) -> Answer | None:
    """Whoever has become cheaper is answered by a cut of one's own, down to a floor."""
    own = np.array([operator.spec.address], np.uint64)
    cheapest = min(rival.price_factor for rival in rivals)
    if cheapest >= CHEAPER * operator.price_factor or luck.uniform(own, 2)[0] >= p.price_war_chance_per_quarter:
        return None
    lowest = min(p.price_floor_factor / operator.price_factor, 1.0)
    factor = max(price_cut(own, p, luck), lowest)
    return Answer(PRICE, factor) if factor < 1.0 else None


def price_cut(own: Array, p: Reactions, luck: Luck) -> float:
    """New prices relative to the present ones."""
    spread = p.price_cut_share_max - p.price_cut_share_min
    return float(1.0 - p.price_cut_share_min - spread * luck.uniform(own, 4)[0])


REACTIONS: dict[str, Callable[..., Answer | None]] = {"passive": passive, "losses": by_losses, "price_war": price_war}


def answer(
    operators: list[Any], watch: Watch, scene: Scene, record: Record, month: int, today: int, luck: Streams
) -> None:
    """Rivals decide at the opening of a quarter, and people whose month has come begin or end their work."""
    if (month - 1) % QUARTER == 0:
        decide(operators, watch, scene, record, month, today, luck("reactions", today))
    follow_plans(operators, scene, month)


def decide(
    operators: list[Any], watch: Watch, scene: Scene, record: Record, month: int, today: int, luck: Luck
) -> None:
    """Every rival looks at its losses and may answer; all look before anybody acts."""
    p, answers = scene.world.reactions, []
    for operator in operators[1:]:
        others = [other for other in operators if other is not operator]
        if operator.answers_until <= month:
            answers.append((operator, REACTIONS[operator.policy](operator, others, watch, p, luck)))
    for operator, answer in answers:
        if answer is not None:
            carry_out(operator, answer, scene, record, month, today)


def carry_out(operator: Any, answer: Answer, scene: Scene, record: Record, month: int, today: int) -> None:
    """The answer begins: prices at once, people from their month on."""
    p = scene.world.reactions
    if answer.price_factor != 1.0:
        set_prices(operator, scene, answer.price_factor)
        record.event(today, "reaction", np.array([-1]), operator.number, value=answer.price_factor)
    if answer.channel == PRICE:
        return
    plan = people_for(operator, answer.channel, month, p)
    operator.plans.append(plan)
    operator.answers_until = plan.until_month
    record.event(today, "reaction", np.array([-1]), operator.number, channel=answer.channel, value=plan.people)


def people_for(operator: Any, channel: int, month: int, p: Reactions) -> Plan:
    """A team or a campaign in proportion to the operator's customers."""
    per_1000 = {FIELD: p.reps_per_1000_customers, TELEMARKETING: p.telemarketers_per_1000_customers, INBOUND: 0.0}
    people = max(round(per_1000[channel] * operator.customers / 1000), 1) if channel != INBOUND else 0
    first = month + (round(p.build_up_months) if channel == FIELD else 0)
    return Plan(channel, people, first, first + round(p.campaign_months))


def set_prices(operator: Any, scene: Scene, factor: float) -> None:
    """New prices for new contracts and renewals; running contracts keep theirs."""
    operator.price_factor *= factor
    scene.appeal.price[operator.number] *= factor


def follow_plans(operators: list[Any], scene: Scene, month: int) -> None:
    """People of the operators' plans begin or end their work with this month."""
    for operator in operators:
        for plan in operator.plans:
            begins, ends = plan.first_month == month, plan.until_month == month
            if begins or ends:
                shift(operator, scene, plan, 1 if begins else -1)
        operator.plans = [plan for plan in operator.plans if plan.until_month > month]


def shift(operator: Any, scene: Scene, plan: Plan, sign: int) -> None:
    """More people on a task, or fewer."""
    if plan.channel == FIELD:
        operator.reps = max(operator.reps + sign * plan.people, 0)
    elif plan.channel == TELEMARKETING:
        operator.telemarketers = max(operator.telemarketers + sign * plan.people, 0)
    else:
        usual = scene.world.retention.notice_share
        busy = min(usual * scene.world.reactions.retention_factor, max(usual, NOTICE_MAX))
        scene.signing.notice_share[operator.number] = busy if sign > 0 else usual
