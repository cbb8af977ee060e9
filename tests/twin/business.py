"""A premises and its tenant as a Mesa agent: every day it looks at its dates, wonders whether to look for an offer,
and chooses when the search ends."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log
from typing import TYPE_CHECKING, Any

import mesa

from tests.twin.luck import NEVER, date_after, draw, lognormal, pair, tenancy_address
from tests.twin.mind import Impression, remembered

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.operators import Operator

NONE, VACANT, LONG_AGO = -1, -2, -16000
INBOUND, FIELD = 0, 1
DAILY_MAX = 0.5
RAISED = 1.01


@dataclass(eq=False)
class Order:
    """A signature that waits for installation."""

    business: Business
    operator: Operator
    channel: int
    placed: int
    promised: int
    ready: int
    work: float
    refused: bool
    bill: float


class Business(mesa.Agent):
    """One premises; columns of the opening state become attributes."""

    def __init__(self, model: Twin, columns: dict[str, Any], minds: list[Impression]):
        super().__init__(model)
        self.__dict__.update(columns)
        self.minds, self.peers = minds, []
        self.offers: dict[int, tuple[int, float]] = {}  # channel and the seller's effect, by operator
        self.order: Order | None = None

    # ---- who is there ------------------------------------------------------------------------------------------------

    def begin_day(self) -> None:
        """Look at the dates, and feel like looking around; what changes this morning is felt from tomorrow on."""
        model, today = self.model, self.model.day
        chance = self.chance(today)
        starts = chance and draw(model.key_of_needs, self.address) < chance
        if self.turnover_day == today:
            starts = False
            if self.provider == VACANT:
                self.move_in(today)
            else:
                self.close(today)
        if self.resizing_day == today:
            self.resize(today)
        if starts:
            model.shoppers.append(self)
        if self.decision_day == today:
            model.deciders.append(self)
        if self.fault_day == today or self.contract_end == today:
            model.troubled.append(self)

    def close(self, today: int) -> None:
        """The tenant is gone, with its contract, order and search."""
        model = self.model
        if self.provider > NONE:
            model.note("closure", self, self.provider, value=self.monthly_bill)
            model.operators[self.provider].customers -= 1
        else:
            model.note("closure", self, NONE)
        if self.order is not None:
            model.orders.remove(self.order)
            model.cancel(self.order)
        self.provider, self.monthly_bill, self.contract_start, self.contract_end = VACANT, 0.0, LONG_AGO, NEVER
        self.term_months = self.renewals = 0
        self.news = self.satisfaction = 0.0
        self.unsettled_until = self.rest_until = LONG_AGO
        self.fault_day = self.resizing_day = self.decision_day = NEVER
        self.offers = {}
        self.tenancy += 1
        self.address = tenancy_address(self.id_hash, self.tenancy)
        self.turnover_day = date_after(draw(model.key("demography", 0), self.address, 2), model.opening_rate, today)
        model.closed.append(self)

    def move_in(self, today: int) -> None:
        """A new tenant has no provider, no contract and no memories."""
        model = self.model
        self.__dict__.update(model.next_tenant(self))
        self.minds = [Impression() for _ in self.minds]
        self.provider = NONE
        age = model.lives(-log(draw(model.key("demography", 0), self.address, 3)))
        self.turnover_day = int(min(today + max(ceil(age), 1), NEVER))
        self.fault_day = date_after(draw(model.key("faults"), self.address), model.fault_rates[NONE], today)
        self.resizing_day = date_after(draw(model.key("resizing"), self.address, 1), model.upkeep.resizing_rate, today)
        model.note("opening", self, NONE)
        model.opened.append(self)

    def resize(self, today: int) -> None:
        """Grow or shrink by a step; growth unsettles."""
        upkeep, key = self.model.upkeep, self.model.key("resizing")
        grows = draw(key, self.address) < 0.5
        factor = upkeep.resizing_factor if grows else 1.0 / upkeep.resizing_factor
        self.usage *= factor
        self.monthly_bill *= factor
        if grows:
            self.unsettled_until = today + upkeep.unsettled_days
        self.resizing_day = date_after(draw(key, self.address, 1), upkeep.resizing_rate, today)

    # ---- looking for an offer ----------------------------------------------------------------------------------------

    def chance(self, today: int) -> float:
        """Today's chance to start looking."""
        if self.provider == VACANT or self.decision_day != NEVER or self.order is not None:
            return 0.0
        urge, fading = self.model.urge, self.model.fading
        if self.provider == NONE:
            return min(urge.rate_per_day * urge.no_provider_factor, DAILY_MAX)
        chance = urge.rate_per_day * self.inclination
        if self.news or self.satisfaction:
            news = remembered(self.news, today - self.news_day, 0.0, fading.news)
            chance *= exp(news - urge.dissatisfaction_slope * self.contentment(today))
        if self.term_months and (
            0 <= self.contract_end - today <= urge.window_days
            or (self.renewals and today - self.contract_start <= urge.window_days)
        ):
            chance *= urge.renewal_factor
        if today <= self.unsettled_until:
            chance *= urge.unsettled_factor
        return min(chance, DAILY_MAX)

    def contentment(self, today: int) -> float:
        """Satisfaction today."""
        return remembered(self.satisfaction, today - self.satisfaction_day, 0.0, self.model.fading.satisfaction)

    def hear(self, stir: float, today: int) -> None:
        """A neighbour's news makes it more likely to look around."""
        gossip = self.model.gossip
        before = remembered(self.news, today - self.news_day, 0.0, self.model.fading.news)
        self.news = min(max(before + min(gossip.further, stir), stir), gossip.most)
        self.news_day = today

    def search(self, today: int) -> None:
        """Set the search's last day, and call the best of the operators that come to mind."""
        model, key = self.model, self.model.key_of_needs
        days = max(ceil(model.urge.search_days[self.size_class] * (0.5 + draw(key, self.address, 1))), 1)
        self.decision_day = min(today + days, NEVER - 1)
        calls_left, lost = model.urge.calls_max, False
        for _, operator in sorted(self.come_to_mind(key, today), key=lambda each: -each[0]):
            if calls_left == 0:
                break
            calls_left -= 1
            operator.asked += 1
            if operator.number == 0:
                model.diary[today + int(draw(key, self.address, 2) * days)].append(self)
                continue
            refused = not operator.answers(key, self, today)
            if refused and not lost and draw(key, self.address, 5) < model.urge.lost_caller_rival_share:
                calls_left, lost = calls_left + 1, True

    def come_to_mind(self, key: int, today: int) -> list[tuple[float, Operator]]:
        """Operators that are known or found, with what is expected of them."""
        model, found = self.model, []
        for operator in model.operators:
            if not operator.network[self.zone] or self.provider == operator.number:
                continue
            where = pair(self.address, operator.address)
            mind = self.minds[operator.number]
            known = mind.awareness(self.exposure * operator.presence, today, model.fading)
            if draw(key, where, 1) < known + (1.0 - known) * operator.discovery:
                dearer = log(operator.price[self.size_class][self.premises] / self.usual_price())
                value = self.standing_value(operator, today) + self.price_value(dearer)
                found.append((model.urge.shortlist_logit * value - log(-log(draw(key, where, 2))), operator))
        return found

    def usual_price(self) -> float:
        """What businesses of this size and place usually pay for usual needs."""
        return self.model.appeal.usual_price[self.size_class][self.premises]

    def consider(self, key: int, today: int) -> None:
        """Weigh an offer in hand against staying, and ask nobody else."""
        days = self.model.urge.search_days[self.size_class] * (0.5 + draw(key, self.address, 1))
        self.decision_day = min(today + max(ceil(days), 1), NEVER - 1)

    def take_offer(self, operator: int, channel: int, logit: float) -> None:
        """An offer lies on the table; a better approach by the same operator replaces a worse one."""
        effect = min(max(round(logit * 32.0), -128), 127) / 32.0
        if operator not in self.offers or effect > self.offers[operator][1]:
            self.offers[operator] = channel, effect

    def still_calls(self) -> bool:
        """Whether it has not decided, nor got the focal offer or enough others meanwhile."""
        return self.decision_day != NEVER and 0 not in self.offers and len(self.offers) < self.model.urge.calls_max

    def is_ordered(self) -> bool:
        """Whether an order with the focal operator is open."""
        return self.order is not None and self.order.operator.number == 0

    # ---- choosing ----------------------------------------------------------------------------------------------------

    def peer_share(self, operator: int) -> float:
        """Share of the served peers who are customers of an operator."""
        providers = [peer.provider for peer in self.peers if peer.provider >= 0]
        return providers.count(operator) / len(providers) if providers else 0.0

    def standing_value(self, operator: Operator, today: int) -> float:
        """What speaks for an operator apart from price and seller."""
        appeal = self.model.appeal
        goodwill = self.minds[operator.number].goodwill(today, self.model.fading)
        value = operator.brand + appeal.quality_logit * operator.quality + appeal.persuasion_logit * goodwill
        return value + appeal.peers_logit * self.peer_share(operator.number)

    def price_value(self, dearer: float) -> float:
        """Utility of a price whose log lies so far above what it is compared with."""
        return self.model.appeal.price_logit * self.price_sensitivity * dearer

    def fee_value(self, today: int) -> float:
        """Utility of the fee for leaving early."""
        left = max(self.contract_end - today, 0) if self.term_months else 0
        return self.model.appeal.fee_logit_per_day * left

    def stay_value(self, today: int) -> float:
        """Utility of leaving things as they are."""
        model, appeal = self.model, self.model.appeal
        if self.provider < 0:
            return appeal.no_provider_logit
        value = self.standing_value(model.operators[self.provider], today) + appeal.inertia_logit[self.size_class]
        return value + self.fee_value(today) + appeal.satisfaction_logit * self.contentment(today)

    def offer_value(self, operator: Operator, today: int) -> float:
        """Utility of an offer on the table."""
        channel, effect = self.offers[operator.number]
        present = self.monthly_bill if self.provider >= 0 else self.usual_price() * self.usage
        value = self.standing_value(operator, today) + self.price_value(log(operator.bill_for(self) / present))
        if channel == FIELD and operator.number == 0:
            value += self.model.appeal.buyout_share * self.fee_value(today)
        return value + effect

    def decide(self) -> None:
        """At its end a search brings an order or a decision to stay."""
        model, today = self.model, self.model.day
        chosen = self.choose(model.key("rivals"), today)
        if chosen is None:
            self.rest_until = min(today + model.urge.rest_days, NEVER)
        else:
            model.signed.append((self, chosen, self.offers[chosen.number][0]))
        self.decision_day, self.offers = NEVER, {}

    def choose(self, key: int, today: int) -> Operator | None:
        """The operator whose offer is taken up, if any; a provider who learns of it may hold the business back."""
        model, best, best_score, inclusive = self.model, None, float("-inf"), 0.0
        for operator in model.operators:
            if operator.number in self.offers and operator.number != self.provider:
                score = self.offer_value(operator, today) / model.appeal.similarity
                inclusive += exp(score)
                score -= log(-log(draw(key, pair(self.address, operator.address))))
                if score > best_score:
                    best, best_score = operator, score
        if best is None:
            return None
        stay, value, luck = self.stay_value(today), model.appeal.similarity * log(inclusive), draw(key, self.address)
        if luck >= 1.0 / (1.0 + exp(stay - value)):
            return None
        if self.provider >= 0 and draw(key, self.address, 1) < model.operators[self.provider].notice_share:
            stay += model.signing.credit_logit * self.price_sensitivity
            if luck >= 1.0 / (1.0 + exp(stay - value)):
                self.stay_on(today)
                return None
        return best

    def stay_on(self, today: int) -> None:
        """A credit holds the customer back for twelve more months."""
        self.contract_start, self.contract_end, self.term_months = today, today + self.model.signing.held_days, 12
        self.renewals = min(self.renewals + 1, 255)
        self.model.note("renewal", self, self.provider, value=self.monthly_bill)

    def sign(self, key: int, operator: Operator, channel: int, today: int) -> Order:
        """The particulars of an order."""
        signing, where = self.model.signing, pair(self.address, operator.address)
        ready = today + 1 + int(signing.permission_days[self.premises] * (0.5 + draw(key, where, 5)))
        work = signing.job_days * lognormal(draw(key, where, 6), signing.job_sd)
        refused, promised = draw(key, where, 7) < signing.refused_share, today + signing.promise_days
        bill = operator.bill_for(self)
        self.order = Order(self, operator, channel, today, promised, ready, work, refused, bill)
        self.model.note("order", self, operator.number, channel=channel, value=bill)
        return self.order

    # ---- being a customer --------------------------------------------------------------------------------------------

    def switch(self, order: Order, today: int) -> int:
        """The contract begins; returns the provider before."""
        model, left, before = self.model, self.provider, self.monthly_bill
        self.provider, self.monthly_bill, self.renewals, self.order = order.operator.number, order.bill, 0, None
        self.satisfaction = model.upkeep.late_satisfaction_per_week * (max(today - order.promised, 0) / 5.0)
        self.satisfaction_day = today
        self.begin_term(model.key("terms"), today)
        self.minds[order.operator.number].meet(today, model.fading, 1.0)
        self.fault_day = date_after(draw(model.key("service"), self.address), model.fault_rates[self.provider], today)
        order.operator.customers += 1
        if left > NONE:
            model.operators[left].customers -= 1
            model.note("churn", self, left, value=before)
        model.note("activated", self, self.provider, channel=order.channel, value=order.bill)
        return left

    def begin_term(self, key: int, today: int) -> None:
        """How long the contract runs."""
        terms, luck, kind = self.model.terms, draw(key, self.address), 0
        while kind < 2 and luck >= terms.until[kind]:
            kind += 1
        self.term_months, self.contract_start = terms.months[kind], today
        self.contract_end = min(today + terms.days[kind], NEVER - 1)

    def end_day(self) -> None:
        """The network fails the customer, or the contract comes to its end."""
        today = self.model.day
        if self.fault_day == today:
            self.suffer(today)
        if self.contract_end == today and self.provider > NONE:
            self.renew(self.model.key("renewals"), today)

    def suffer(self, today: int) -> None:
        """A fault annoys and unsettles a customer, who tells the peers."""
        model, upkeep = self.model, self.model.upkeep
        if self.provider > NONE:
            idle = today - self.satisfaction_day
            self.satisfaction = self.satisfaction * exp(-model.fading.satisfaction * idle) + upkeep.fault_satisfaction
            self.satisfaction_day, self.unsettled_until = today, today + upkeep.unsettled_days
            model.news.append((self, model.operators[self.provider], None))
        self.fault_day = date_after(draw(model.key("faults"), self.address), model.fault_rates[self.provider], today)

    def renew(self, key: int, today: int) -> None:
        """A new term at today's tariff; who pays more than before looks around."""
        model = self.model
        bill = model.operators[self.provider].bill_for(self)
        if bill > RAISED * self.monthly_bill:
            self.unsettled_until = today + model.upkeep.unsettled_days
        self.monthly_bill, self.renewals = bill, min(self.renewals + 1, 255)
        self.begin_term(key, today)
        model.note("renewal", self, self.provider, value=bill)
