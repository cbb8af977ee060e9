"""The field department's day: representatives as Mesa agents, the doors they reach, and who rings back."""

from __future__ import annotations

from math import ceil, exp, hypot, log
from typing import TYPE_CHECKING, Any

import mesa

from sim.department import Department
from sim.draws import Streams
from sim.fieldforce import rules_of
from sim.reps import PRODUCTIVE
from sim.steps.field import visit_of
from tests.twin.business import FIELD, LONG_AGO, NONE, Business
from tests.twin.luck import NEVER, draw, pair, plain

if TYPE_CHECKING:
    from tests.twin.model import Twin

CANDIDATES, FEW, LARGE, TIE, NEW_TENANT_DAYS, LEAST_MASTERY = 26, 8, 3, 1e-6, 60, 0.05


class Rep(mesa.Agent):
    """A representative: a row of the department's table, and a patch of doors."""

    def __init__(self, model: Twin, row: int):
        super().__init__(model)
        self.row, self.zone, self.effort = row, -1, 0.0
        self.patch: list[Business] = []

    def begin_day(self, table: Any) -> None:
        """What the department's table says of the person today."""
        self.productive = table.stage[self.row].item() == PRODUCTIVE
        self.ability, self.skill = table.ability[self.row].item(), table.skill[self.row].item()
        self.lift, self.lift_large = table.lift[self.row].item(), table.lift_large[self.row].item()

    def sells(self, business: Business, lift: float) -> float:
        """The effect of the person's offer."""
        visit = self.model.field.visit
        return visit.personal_logit + visit.skill_logit * log(max(self.ability * (self.skill + lift), LEAST_MASTERY))

    def plan_day(self) -> list[tuple[Business, bool]]:
        """Doors to reach today and whether by appointment: appointments first, then doors until the minutes are
        spent."""
        rules = self.model.field.rules
        left = rules.working_minutes * self.effort * (1.0 - rules.paperwork_share) - rules.start_minutes
        kept = self.appointments(0.5 * left)
        left -= len(kept) * rules.followup_minutes
        return [(each, True) for each in kept] + [(each, False) for each in self.knock(self.doors_to_try(), left)]

    def appointments(self, minutes: float) -> list[Business]:
        """The own appointments that are due, and those of colleagues who have left the field."""
        field, kept = self.model.field, []
        for business in field.due:
            made_by = business.rep
            ours = made_by is self or (made_by is not None and not made_by.productive and business.owner is self)
            lost = business.provider < NONE or business.provider == 0 or business.is_ordered() or business.forbids
            if ours and minutes >= field.rules.followup_minutes and not lost:
                kept.append(business)
                minutes -= field.rules.followup_minutes
        return kept

    def doors_to_try(self) -> list[Business]:
        """The day's doors in the order of the way, of one zone of the patch."""
        field = self.model.field
        doors = field.doors_of_day([each for each in self.patch if each.zone == self.zone])
        if len(doors) < FEW:
            worth: dict[int, list[float]] = {}
            for each in self.patch:
                if (value := field.worth(each)) > 0.0:
                    worth.setdefault(each.zone, []).append(value)
            self.zone, most = -1, 0.0
            for zone in sorted(worth):
                values = worth[zone]
                day = sum(values) / len(values) * min(len(values), CANDIDATES)
                if day > most:
                    self.zone, most = zone, day
            doors = field.doors_of_day([each for each in self.patch if each.zone == self.zone])
        return tour(doors)

    def knock(self, doors: list[Business], left: float) -> list[Business]:
        """The doors that the minutes suffice for."""
        rules, key, operator = self.model.field.rules, self.model.key("field"), self.model.operators[0].address
        for i, business in enumerate(doors):
            if i > 0:
                walk = distance(doors[i - 1], business) * rules.minutes_per_km
                left -= rules.indoor_minutes + (min(walk, 4.0 + 0.15 * walk) if walk > 0.0 else 0.0)
            met = draw(key, pair(business.address, operator)) < rules.decision_maker[business.premises]
            left -= rules.waiting_minutes[business.premises] + (rules.talk_minutes if met else rules.refused_minutes)
            if left < 0.0:
                return doors[:i]
        return doors

    def meet(self, business: Business, by_date: bool) -> None:
        """A visit or an appointment: what it leaves, what is told, and whether it wakes."""
        model, today, visit = self.model, self.model.day, self.model.field.visit
        key, where = model.key("field"), pair(business.address, model.operators[0].address)
        business.visit_day, business.rep = today, self
        mind = business.minds[0]
        tired = mind.weariness(today, model.fading)
        model.note("followup" if by_date else "visit", business, 0, actor=self.row, channel=FIELD)
        if not by_date and draw(key, where) >= model.field.rules.decision_maker[business.premises]:
            mind.meet(today, model.fading, visit.leaflet)
            return
        model.note("contact", business, 0, actor=self.row, channel=FIELD)
        weight = visit.fatigue_factor**tired
        outcome = self.wake(business, by_date, weight, key, where)
        persuasion = visit.persuasion * weight + visit.annoyance * tired
        mind.meet(today, model.fading, visit.recall, persuasion, visit.fatigue)
        told = draw(key, where, 1) < visit.revealed and business.provider >= 0 and business.term_months > 0
        if outcome == "talked" and draw(key, where, 3) < visit.refusal:
            business.forbids = True
        if outcome == "woken":
            if business.decision_day == NEVER:
                business.consider(model.key("woken by a visit"), today)
            lift = self.lift_large if business.size_class == LARGE else self.lift
            business.take_offer(0, FIELD, self.sells(business, lift))
        elif outcome == "later":
            days = max(ceil(-visit.afterthought_days * log(draw(key, where, 5))), 1)
            model.field.afterthoughts[business] = min(today + days, NEVER)
        if by_date:
            del model.field.diary[business]
        elif told and visit.followup_days > 0.0 and business.contract_end - today > 5:
            model.field.diary[business] = max(business.contract_end - visit.lead_days, today + 5)

    def wake(self, business: Business, by_date: bool, weight: float, key: int, where: int) -> str:
        """Whether a talk makes a business weigh the offer at once, later, or not."""
        model, today, visit = self.model, self.model.day, self.model.field.visit
        if business.decision_day != NEVER:
            return "woken"
        rests = business.unsettled_until < today < business.rest_until
        if business.order is not None or (rests and not by_date):
            return "talked"
        worth = visit.woken_days * business.chance(today)
        if by_date:
            worth = visit.followup_days * model.urge.rate_per_day * business.inclination
        if draw(key, where, 2) >= 1.0 - exp(-worth * weight):
            return "talked"
        return "later" if not by_date and draw(key, where, 4) >= visit.at_door else "woken"


class Field:
    """The department on its ground; who is hired, trained and looked after is the product's department."""

    def __init__(self, model: Twin, market: Any):
        first = int(market.calendar.first_day[market.calendar.warmup])
        decided, world = market.parameters.department, market.parameters.world
        streams = Streams(market.luck.seed)
        self.department = Department(decided, world.department, market.calendar, market.city, streams, first)
        self.model, self.effort, self.share = model, world.effort, world.field.new_tenant_known_share
        self.delay = round(world.field.new_tenant_delay_days)
        self.rules, self.visit = plain(rules_of(market.parameters, market.city)), plain(visit_of(market.scene))
        self.reps: list[Rep] = []
        self.floors: list[float] = []
        self.patched = None
        self.diary: dict[Business, int] = {}  # appointments
        self.afterthoughts: dict[Business, int] = {}
        x, y = market.field.crm.x.tolist(), market.field.crm.y.tolist()
        for business in model.businesses:
            business.x, business.y, business.owner = x[business.row], y[business.row], None
            self.forget(business)

    def forget(self, business: Business) -> None:
        """Nothing that was known of a door holds for the next tenant."""
        business.visit_day, business.rep, business.forbids, business.opened_day = LONG_AGO, None, False, NEVER
        self.diary.pop(business, None)
        self.afterthoughts.pop(business, None)

    def meet_crews(self) -> None:
        """Once the department meets the technical service, crews agree access beforehand."""
        if self.department.meets_crews(self.model.day):
            p = self.model.parameters.world.installation
            self.model.operators[0].vain_share = p.vain_trip_share * p.coordination_factor

    def open_day(self) -> None:
        """Tenants changed overnight; the department's people come, and everybody decides on the day's effort."""
        model, department, today = self.model, self.department, self.model.day
        for business in model.closed:
            self.forget(business)
        key = model.key("openings heard of")
        for business in model.opened if department.exists(today) else ():
            if draw(key, business.address, 1) < self.share:
                business.opened_day = today + self.delay
        department.open_day(today)
        table, known = department.reps, len(self.reps)
        self.reps += [Rep(model, row) for row in range(known, len(table))]
        if self.patched is not department.patch_of_door or known < len(table):
            self.cut_patches(department.patch_of_door)
        if model.calendar.opens_month(today) or known < len(table) or department.test_sale_due(today):
            p, control = self.effort, department.control.tolist()
            gain = p.controlled_effort - p.uncontrolled_effort
            self.floors = [round(p.uncontrolled_effort + gain * each, 2) for each in control]
        for rep in self.reps:
            rep.begin_day(table)
            rep.effort = self.floors[rep.row] if rep.productive else 0.0

    def cut_patches(self, patch_of_door: Any) -> None:
        """Everybody begins a new patch afresh."""
        self.patched = patch_of_door
        for rep in self.reps:
            rep.patch, rep.zone = [], -1
        for business, owner in zip(self.model.businesses, patch_of_door.tolist(), strict=True):
            business.owner = self.reps[owner] if 0 <= owner < len(self.reps) else None
            if business.owner is not None:
                business.owner.patch.append(business)
        for rep in self.reps:
            rep.patch.sort(key=lambda each: each.zone)

    def work(self) -> None:
        """Everybody plans the day and walks it; practice adds to skill."""
        today, at_work = self.model.day, [rep for rep in self.reps if rep.effort > 0.0]
        self.due = sorted((each for each, day in self.diary.items() if day <= today), key=lambda each: each.address)
        plans = [(rep, rep.plan_day()) for rep in at_work]
        for rep, doors in plans:
            for business, by_date in doors:
                rep.meet(business, by_date)
            self.department.reps.visits_ever[rep.row] += len(doors)
        self.department.after_day(today)

    def worth(self, business: Business) -> float:
        """What a door is worth today: those not visited for longest come first, known new tenants before them."""
        model, idle = self.model, self.model.day - business.visit_day
        if business.provider < NONE or business.provider == 0 or business.is_ordered() or business.forbids:
            return 0.0
        if idle < self.rules.revisit_days or not model.operators[0].network[business.zone]:
            return 0.0
        value = (1.0 + min(idle, 2000) / 2000.0) * (1.0 + TIE * draw(0, business.address))
        return value * (4.0 if 0 <= model.day - business.opened_day <= NEW_TENANT_DAYS else 1.0)

    def doors_of_day(self, here: list[Business]) -> list[Business]:
        """The most valuable door, and others that are worth much and lie near it."""
        worth = [(value, each) for each in here if (value := self.worth(each)) > 0.0]
        if not worth:
            return []
        first = max(worth, key=lambda each: each[0])[1]
        pace = self.rules.minutes_per_km / 10.0
        near = [(value / (1.0 + distance(first, each) * pace), each) for value, each in worth]
        return [each for _, each in sorted(near, key=lambda each: -each[0])[:CANDIDATES]]

    def take_calls(self, callers: list[Business]) -> list[Business]:
        """Whoever thought it over calls today; callers who ring their representative get the offer from the one they
        know, the others ring the common number."""
        model, visit, today = self.model, self.visit, self.model.day
        for business in [each for each, day in self.afterthoughts.items() if day <= today]:
            del self.afterthoughts[business]
            free = business.decision_day == NEVER and business.order is None
            if free and business.provider >= NONE and business.provider != 0:
                business.consider(model.key("afterthoughts"), today)
                callers.append(business)
        others, key = [], model.key("cards")
        for business in callers:
            rep, since = business.rep, today - business.visit_day
            chance = visit.card_chance * exp(-visit.card_fading * since) if since <= visit.card_days else 0.0
            if rep is not None and rep.productive and draw(key, business.address) < chance:
                business.take_offer(0, FIELD, rep.sells(business, 0.0))
            else:
                others.append(business)
        return others


def distance(a: Business, b: Business) -> float:
    """Straight way between two doors, km."""
    return hypot(a.x - b.x, a.y - b.y)


def tour(doors: list[Business]) -> list[Business]:
    """An order of stops: nearest neighbour from the first, improved by 2-opt as a closed way."""
    n, order = len(doors), []
    way = [[distance(a, b) for b in doors] for a in doors]
    left, at = list(range(n)), 0
    while left:
        left.remove(at)
        order.append(at)
        at = min(left, key=way[at].__getitem__, default=0)
    better = True
    while better:
        better = False
        for i in range(n - 2):
            for j in range(i + 2, n):
                a, b, c, d = order[i], order[i + 1], order[j], order[(j + 1) % n]
                if a != d and way[a][c] + way[b][d] < way[a][b] + way[c][d] - 1e-12:
                    order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1]
                    better = True
    return [doors[place] for place in order]
