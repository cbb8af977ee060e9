"""Operators and the people at the focal operator's common number as Mesa agents."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf, log
from typing import TYPE_CHECKING, Any

import mesa

from tests.twin.business import INBOUND, Business
from tests.twin.luck import draw, lognormal, normal, pair, poisson

if TYPE_CHECKING:
    from tests.twin.model import Twin

GOLDEN = 0.6180339887498949


class Operator(mesa.Agent):
    """A competitor: its prices, its brand, its line and its crews."""

    def __init__(self, model: Twin, columns: dict[str, Any]):
        super().__init__(model)
        self.__dict__.update(columns)
        self.budget, self.asked, self.orders = 0.0, 0, 0

    def bill_for(self, business: Business) -> float:
        """The monthly bill that it would charge."""
        return self.price[business.size_class][business.premises] * business.usage

    def answers(self, key: int, business: Business, today: int) -> bool:
        """Whether a rival's line answers a call; if it does, its offer is on the table."""
        urge, where = self.model.urge, pair(business.address, self.address)
        if draw(key, where, 3) >= self.answered:
            return False
        business.take_offer(self.number, INBOUND, urge.skill_logit * normal(draw(key, where, 4)) + urge.inbound_logit)
        business.minds[self.number].meet(today, self.model.fading, urge.recall_share)
        return True


class CallCentreAgent(mesa.Agent):
    """Answers the common number; early and late shifts in turn, skills in pairs around the mean."""

    def __init__(self, model: Twin, number: int, first: float, minutes: float):
        super().__init__(model)
        self.number = number
        better = normal(min(max((first + GOLDEN * (number // 2)) % 1.0, 0.01), 0.99))
        self.skill = better if number % 2 == 0 else -better
        self.length = min(480.0, minutes)
        self.begins = minutes - self.length if number % 2 else 0.0
        self.ends = self.begins + self.length
        self.free, self.busy = self.begins, 0.0

    def begin_day(self) -> None:
        """Nobody has called yet."""
        self.free, self.busy = self.begins, 0.0


class Call:
    """One caller of a day, who may call twice."""

    def __init__(self, key: int, where: int, talks: Any, mean_minutes: float):
        self.luck = draw(key, where)  # of the minute
        self.handling = mean_minutes * lognormal(draw(key, where, 1), talks.log_sd)
        self.patience = -talks.patience_minutes * log(draw(key, where, 2))
        self.again = draw(key, where, 4) < talks.redial_share
        self.pause = -talks.redial_minutes * log(draw(key, where, 3))
        self.given_up, self.agent = 0, None


class CommonNumber:
    """The focal operator's day at the telephone: one queue for sales and service."""

    def __init__(self, model: Twin, edges: list[float], until: list[float]):
        self.model, self.edges, self.until = model, edges, until
        self.sales = self.service = 0  # calls of the month

    def answer(self, callers: list[Business]) -> None:
        """All calls of a day; who is answered gets an offer, who is not may turn to a rival."""
        model, key, team = self.model, self.model.key("inbound"), self.model.operators[0].address
        talks, agents = model.talks, model.call_centre
        callers = sorted((each for each in callers if each.still_calls()), key=lambda each: each.address)
        rush, level = self.rush_hours(key, team)
        service = self.service_calls(key, team, level)
        self.sales, self.service = self.sales + len(callers), self.service + service
        calls = [Call(key, pair(caller.address, team), talks, talks.sales_minutes) for caller in callers]
        calls += [Call(key, pair(team, number), talks, talks.service_minutes) for number in range(service)]
        profile = [self.until] * len(callers) + [rush] * service
        self.serve([(self.minute(call.luck, profile[i]), i) for i, call in enumerate(calls)], calls)
        occupancy = sum(agent.busy for agent in agents) / sum(agent.length for agent in agents)
        hurry = min(max((occupancy - talks.haste_occupancy_share) / (1.0 - talks.haste_occupancy_share), 0.0), 1.0)
        for caller, call in zip(callers, calls, strict=False):
            self.consult(caller, call, talks.haste_logit * hurry + talks.inbound_logit)
        for caller, call in zip(callers, calls, strict=False):
            if call.agent is None:
                self.turn_to_rival(key, caller)

    def rush_hours(self, key: int, team: int) -> tuple[list[float], float]:
        """The cumulated profile of the day's service calls, and the day's level."""
        sd, rush = self.model.talks.slot_level_log_sd, [0.0]
        for slot in range(len(self.until) - 1):
            level = lognormal(draw(key, team, 3 + slot), sd)
            rush.append(rush[-1] + (self.until[slot + 1] - self.until[slot]) * level)
        return [each / rush[-1] for each in rush], rush[-1]

    def service_calls(self, key: int, team: int, level: float) -> int:
        """Service calls of a day: Poisson around a level that differs from day to day."""
        talks, customers = self.model.talks, self.model.operators[0].customers
        own = lognormal(draw(key, team, 1), talks.service_level_log_sd)
        return poisson(draw(key, team, 2), talks.service_calls_per_customer_day * (customers * level) * own)

    def minute(self, uniform: float, until: list[float]) -> float:
        """The minute by which this share of the day's calls has come."""
        slot = 0
        while slot < len(until) - 2 and uniform >= until[slot + 1]:
            slot += 1
        slope = (self.edges[slot + 1] - self.edges[slot]) / (until[slot + 1] - until[slot])
        return slope * (uniform - until[slot]) + self.edges[slot]

    def serve(self, queue: list[tuple[float, int]], calls: list[Call]) -> None:
        """First come, first served by whoever is free first; callers who lose patience may call again."""
        agents = self.model.call_centre
        for agent in agents:
            agent.begin_day()
        heapify(queue)
        while queue:
            at, number = heappop(queue)
            call, best, start = calls[number], None, inf
            for agent in agents:
                begin = agent.free if agent.free > at else at
                sooner = begin < start or (begin == start and best is not None and agent.free < best.free)
                if sooner and begin < agent.ends:
                    best, start = agent, begin
            if best is not None and start - at <= call.patience:
                call.agent, best.free = best, start + call.handling
                best.busy += call.handling
                continue
            call.given_up += 1
            if call.given_up == 1 and call.again:
                heappush(queue, (at + call.patience + call.pause, number))

    def consult(self, caller: Business, call: Call, common: float) -> None:
        """What an answered call leaves, and what is noted of every caller."""
        model = self.model
        if call.agent is not None:
            caller.take_offer(0, INBOUND, model.talks.skill_logit * call.agent.skill + common)
            caller.minds[0].meet(model.day, model.fading, model.talks.recall_share)
            model.note("consultation", caller, 0, actor=call.agent.number, channel=INBOUND)
        else:
            model.note("abandoned", caller, 0, channel=INBOUND)
        model.note("call", caller, 0, channel=INBOUND)
        if call.given_up:
            model.note("redial", caller, 0, channel=INBOUND)

    def turn_to_rival(self, key: int, caller: Business) -> None:
        """Some lost callers call one more rival: the more present its brand, the likelier."""
        if draw(key, caller.address, 5) >= self.model.rival_share:
            return
        rivals = [
            rival
            for rival in self.model.operators[1:]
            if rival.network[caller.zone] and rival.number != caller.provider and rival.number not in caller.offers
        ]
        drawn = draw(key, caller.address, 6) * sum(rival.presence for rival in rivals)
        for rival in rivals:
            drawn -= rival.presence
            if drawn <= 0.0:
                caller.take_offer(rival.number, INBOUND, 0.0)
                return
