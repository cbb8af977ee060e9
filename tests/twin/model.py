"""The twin's market: a Mesa model of agents and plain numbers, laid out from a product market's first morning."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Any

import mesa
import numpy as np

from sim.premises import donor_rows
from sim.state import MarketState
from sim.telephone import agents_needed, line_answered, mean_handling
from sim.tenants import draw_traits
from tests.twin.business import VACANT, Business, Order
from tests.twin.field import Field
from tests.twin.luck import Streams, draw, pair, plain
from tests.twin.mind import FATIGUE_UNIT, MEMORY_UNIT, PERSUASION_UNIT, Impression
from tests.twin.operators import CallCentreAgent, CommonNumber, Operator

COLUMNS = (
    *("id_hash", "tenancy", "address", "zone", "premises", "employees", "size_class", "usage", "exposure"),
    *("price_sensitivity", "inclination", "provider", "contract_start", "contract_end", "term_months", "renewals"),
    *("satisfaction", "satisfaction_day", "news", "news_day", "decision_day", "unsettled_until", "rest_until"),
    *("turnover_day", "fault_day", "resizing_day", "monthly_bill"),
)
NUMBERS = ("urge", "fading", "appeal", "terms", "talks", "gossip", "signing", "upkeep")
OF_DONORS = ("employees", "size_class")
OF_TENANTS = ("usage", "exposure", "price_sensitivity", "inclination")


class Twin(mesa.Model):
    """The same city, day by day, by people who are asked one after the other; a step is a working day."""

    def __init__(self, market: Any, events: bool = False):
        super().__init__(rng=1)
        scene, base, state = market.scene, market.base, market.state
        self.day, self.calendar, self.parameters = market.day, market.calendar, market.parameters
        self.streams, self.keys = Streams(market.luck.seed), {}
        for name in NUMBERS:
            setattr(self, name, plain(getattr(scene, name)))
        self.fault_rates, self.presence_fading = scene.fault_rates.tolist(), scene.presence_fading
        self.rival_share = float(scene.world.calls.lost_caller_rival_share)
        self.opening_rate, self.footfall = base.opening_rate, base.footfall_factor
        self.life_pieces = [each.tolist() for each in (base.lives.begun(), base.lives.edges, base.lives.rates)]
        self.hours, self.number = base.hours, CommonNumber(self, base.hours.edges.tolist(), base.hours.until.tolist())
        self.city, self.product_streams, self.draft = market.city, market.luck, MarketState.empty(1, scene.operators)
        self.operators = [self._operator(market, number) for number in range(scene.operators)]
        self.businesses = self._settle(state, base.links)
        self.call_centre = self._staff(len(market.call_centre), [])
        self.recent = [market.crews.recent[i].tolist() for i in range(4)]
        self.orders: list[Order] = []
        self.news: list[tuple[Business, Operator, int | None]] = []  # provider left (joined), None: a complaint
        self.diary: dict[int, list[Business]] = defaultdict(list)
        self.field = Field(self, market) if market.field is not None else None
        self.events: list[tuple[Any, ...]] | None = [] if events else None

    # ---- the day -----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One working day, in the order of the model."""
        self.closed, self.opened, self.signed = [], [], []
        self.shoppers, self.deciders, self.troubled = [], [], []
        self.keys, self.key_of_needs = {}, self.streams("needs", self.day)
        if self.field is not None and self.calendar.opens_month(self.day):
            self.field.meet_crews()
        self.agents_by_type[Business].do("begin_day")
        for business in self.shoppers:
            business.search(self.day)
        self.spread_news()
        callers = self.diary.pop(self.day, [])
        if self.field is not None:
            self.field.open_day()
            self.field.work()
            callers = self.field.take_calls(callers)
        self.number.answer(callers)
        for business in self.deciders:
            business.decide()
        self.take_orders()
        self.install()
        for business in self.troubled:
            business.end_day()
        if self.calendar.closes_month(self.day):
            self.plan_month(int(self.calendar.days_in_month[self.calendar.month_of_day[self.day]]))
        self.day += 1

    def key(self, stream: str, day: int | None = None) -> int:
        """The key of a stream today, or of one that knows no days."""
        if stream not in self.keys:
            self.keys[stream] = self.streams(stream, self.day if day is None else day)
        return self.keys[stream]

    def spread_news(self) -> None:
        """Brands' presence follows their budgets, and yesterday's news reaches the peers."""
        for operator in self.operators:
            operator.presence += self.presence_fading * (operator.presence_at_rest - operator.presence)
        told, self.news = self.news, []
        for business, operator, left in told:
            for peer in business.peers:
                if peer.provider != VACANT:
                    self.tell(business, peer, operator, left)

    def tell(self, business: Business, peer: Business, operator: Operator, left: int | None) -> None:
        """A peer hears a piece of news with a chance, and may feel like looking around."""
        gossip, today, key = self.gossip, self.day, self.key("signals")
        where, mind = pair(business.address, peer.address), peer.minds[operator.number]
        if left is None:
            if draw(key, where, 1) < gossip.complaining:
                mind.meet(today, self.fading, gossip.word, -gossip.good * gossip.bad_factor)
            return
        told, stir = draw(key, where) < gossip.telling, 0.0
        mind.meet(today, self.fading, gossip.word if told else gossip.van, gossip.good if told else 0.0)
        if told and peer.provider != operator.number:
            around = sum(other.provider == operator.number for other in peer.peers)
            stir = gossip.wakes if around >= gossip.threshold[peer.size_class] else 0.0
        if left >= 0 and peer.provider == left and (told or draw(key, where, 2) < gossip.noticing):
            stir = max(stir, gossip.defects)
        if stir > 0.0:
            peer.hear(stir, today)

    def take_orders(self) -> None:
        """Who signed today waits for a crew, in an order of luck."""
        for business, operator, channel in sorted(self.signed, key=lambda each: each[0].address):
            operator.orders += 1
            self.orders.append(business.sign(self.key("rivals"), operator, channel, self.day))

    def cancel(self, order: Order) -> None:
        """An order is lost."""
        self.note("cancelled", order.business, order.operator.number, channel=order.channel, value=order.bill)
        order.business.order = None

    def install(self) -> None:
        """Customers who lose patience cancel; crews work off the orders whose premises may be entered, oldest first."""
        today, key, waiting, done, joined, late = self.day, self.key("service"), [], [], [], []
        for operator in self.operators:
            operator.budget = min(operator.budget, 0.0) + operator.per_day
        for order in self.orders:
            fate = self.fate(order, key, today)
            if fate == "lost":
                self.cancel(order)
            else:
                (done if fate == "installed" else waiting).append(order)
        self.orders = waiting
        for order in done:
            left = order.business.switch(order, today)
            joined.append((order.business, order.operator, left))
            if today > order.promised:
                late.append((order.business, order.operator, None))
        self.news += joined + late

    def fate(self, order: Order, key: int, today: int) -> str:
        """What today brings an open order: it waits, is lost, or is installed."""
        upkeep, operator = self.upkeep, order.operator
        if order.refused and order.ready <= today:
            return "lost"
        where = pair(order.business.address, operator.address)
        if today - order.placed > upkeep.cancelling_after_days:
            factor = upkeep.late_cancelling_factor if today > order.promised else 1.0
            if draw(key, where) < upkeep.cancelling_chance * factor:
                return "lost"
        if order.ready <= today and operator.budget > 0.0:
            if draw(key, where, 1) >= operator.vain_share:
                operator.budget -= order.work
                return "installed"
            operator.budget -= upkeep.vain_trip_days
            order.ready = today + upkeep.vain_trip_delay_days
        return "waits"

    # ---- the month ---------------------------------------------------------------------------------------------------

    def plan_month(self, days: int) -> None:
        """Crews, staff and what is found by chance follow what the month brought."""
        world, fewest = self.parameters.world, self.parameters.call_centre.agents_min
        p = world.installation
        self.recent = [*self.recent[1:], [operator.orders / days for operator in self.operators]]
        job_days = p.job_days + p.vain_trip_days * p.vain_trip_share / (1.0 - p.vain_trip_share)
        sales, service = self.number.sales / days, self.number.service / days
        handling, occupancy = mean_handling(world.calls, sales, service), world.economics.agent_occupancy_share
        needed = agents_needed(sales + service, handling, self.hours, occupancy, fewest)
        self.call_centre = self._staff(needed, self.call_centre)
        customers = [operator.customers for operator in self.operators]
        line = self.hours, world.calls, world.economics, self.calendar.per_month, fewest
        for operator, ours in zip(self.operators, customers, strict=True):
            mean = sum(month[operator.number] for month in self.recent[:3]) / 3
            operator.per_day = p.capacity_factor * mean * job_days
            size = len(customers) * ours / sum(customers)
            operator.discovery = world.needs.discovery_share * min(size, 1.0)
            operator.answered = float(line_answered(ours, operator.asked / days, *line))
            operator.asked = operator.orders = 0
        self.number.sales = self.number.service = 0

    def _staff(self, people: int, agents: list[CallCentreAgent]) -> list[CallCentreAgent]:
        """Hire or let go until there are so many."""
        for agent in agents[people:]:
            agent.remove()
        first = draw(self.streams("agents"), self.operators[0].address)
        new = range(len(agents), people)
        return agents[:people] + [CallCentreAgent(self, number, first, self.hours.minutes) for number in new]

    # ---- who moves in ------------------------------------------------------------------------------------------------

    def next_tenant(self, business: Business) -> dict[str, float]:
        """Size and sector of a business of the same kind nearby and traits of its own, as the product draws them."""
        address, draft, first = np.array([business.address], np.uint64), self.draft, np.zeros(1, np.int64)
        donor = donor_rows(self.city, np.array([business.row]), address)
        draft.address[:], draft.zone[:] = address, business.zone
        for name in OF_DONORS:
            getattr(draft, name)[:] = getattr(self.city, name)[donor]
        draw_traits(draft, first, self.parameters.world, self.footfall, self.product_streams)
        return {name: getattr(draft, name)[0].item() for name in (*OF_DONORS, *OF_TENANTS)}

    def lives(self, hazard: float) -> float:
        """The age at which a tenant's cumulated hazard of closing is used up."""
        begun, edges, rates = self.life_pieces
        piece = bisect_right(begun, hazard) - 1
        return edges[piece] + (hazard - begun[piece]) / rates[piece]

    # ---- laying it out -----------------------------------------------------------------------------------------------

    def _operator(self, market: Any, number: int) -> Operator:
        """An operator as the first morning finds it."""
        scene, crews = market.scene, market.crews
        spec = {"number": number, "customers": market.operators[number].customers}
        for of, names in (
            (scene, ("network", "presence", "presence_at_rest", "answered", "discovery")),
            (scene.appeal, ("price", "brand", "quality", "address")),
            (scene.signing, ("notice_share",)),
            (crews, ("per_day", "vain_share")),
        ):
            spec |= {name: getattr(of, name)[number].tolist() for name in names}
        return Operator(self, spec)

    def _settle(self, state: Any, links: Any) -> list[Business]:
        """All premises with their tenants, minds and peers."""
        columns = [getattr(state, name).tolist() for name in COLUMNS]
        units = {"memory": MEMORY_UNIT, "persuasion": PERSUASION_UNIT, "fatigue": FATIGUE_UNIT, "contact_day": 1}
        stocks = [(getattr(state, name) * unit).tolist() for name, unit in units.items()]
        people = []
        for row, values in enumerate(zip(*columns, strict=True)):
            minds = [Impression(*stock) for stock in zip(*(each[row] for each in stocks), strict=True)]
            people.append(Business(self, dict(zip(COLUMNS, values, strict=True)) | {"row": row}, minds))
        start, peers = links.indptr.tolist(), links.indices.tolist()
        for business in people:
            business.peers = [people[row] for row in peers[start[business.row] : start[business.row + 1]]]
        return people

    # ---- what is seen ------------------------------------------------------------------------------------------------

    def note(self, name: str, business: Business, operator: int, **more: Any) -> None:
        """Note an event, if events are wanted."""
        if self.events is not None:
            self.events.append((self.day, name, business.row, operator, more))
