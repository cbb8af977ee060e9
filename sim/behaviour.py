"""Conduct day by day: what representatives think over each week, signatures they move, what customers find out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim import plans
from sim.compensation import Scheme
from sim.conduct import Ground, Motive, dutiful, manners_of
from sim.credit import Regrets
from sim.crm import Crm
from sim.doors import DOORS, Rules
from sim.draws import Streams
from sim.incentives import expected_gain
from sim.parameters import Parameters
from sim.scene import Scene
from sim.state import MarketState
from sim.timing import NOTHING, Terms, Worth, move_signatures

Array = np.ndarray[Any, Any]

NO_DISCOUNT = np.empty(0)
REFLECTION_DAYS = 5  # working days after which everybody thinks over how to work


class Behaviour:
    """How the department's people behave at present; with every part switched off they do as the operator wishes."""

    def __init__(self, parameters: Parameters, scheme: Scheme, scene: Scene, rules: Rules, streams: Streams):
        self.decided, self.world = parameters.department.conduct, parameters.world
        self.intelligence = parameters.department.intelligence
        self.advantage: Array | None = None  # (4, 4) how far rivals' list prices favour us, as last asked for
        self.asked_day = 0
        self.scheme, self.scene, self.rules, self.streams = scheme, scene, rules, streams
        self.manners = dutiful(0, rules.paperwork_share)
        self.hurried = NOTHING.forward  # rows whose decision was brought forward to today
        self.next_day = 0

    def work_done(self, people: int) -> Array:
        """The part of the unpaid work that each of the people does at present."""
        done = self.manners.reports
        return np.append(done, np.ones(people - len(done)))

    def think_again(self) -> None:
        """Something has changed: think it over at the next opportunity."""
        self.next_day = 0

    def is_due(self, today: int, people: int) -> bool:
        """Whether it is time to think over how to work."""
        return today >= self.next_day or len(self.manners.reports) != people

    def think(self, state: MarketState, motive: Motive, conversion: Array, here: Array, today: int) -> None:
        """Everybody thinks over how to work for the next days; `here` are the rows of those who have not left."""
        decided, world, share = self.decided, self.world, self.rules.paperwork_share
        self.next_day = today + REFLECTION_DAYS
        self.manners = dutiful(len(motive.pace), share)
        if len(motive.pace) and (decided.split or decided.picking or decided.overpromising):
            day_pay = world.effort.usual_pay_per_month / self.scene.calendar.per_month
            ground = self._ground(state, conversion)
            of = world.conduct, world.effort, motive, ground
            self.manners = manners_of(decided, self.scheme, *of, share, day_pay, here)
        self._learn(today)

    def _learn(self, today: int) -> None:
        """What the department's intelligence leaves of what visits reveal, and what list prices tell of doors."""
        people = len(self.manners.reports)
        if self.intelligence == "field" or not people:
            return
        self.manners = self.manners._replace(noted=np.zeros(people))
        if self.intelligence == "mystery_shopping" and DOORS[self.rules.policy] == "expected_value":
            age = self.scene.calendar.span(self.world.field.mystery_shopping_months)
            if self.advantage is None or today >= self.asked_day + age:
                appeal, self.asked_day = self.scene.appeal, today
                dearer = appeal.price[1:].mean(axis=0) / appeal.price[0]
                self.advantage = (dearer / dearer.mean()) ** -appeal.price_logit
            taste = self.manners.taste if len(self.manners.taste) else np.ones((people, 4, 4))
            self.manners = self.manners._replace(taste=taste * self.advantage)

    def intelligence_cost(self) -> float:
        """Cost of a month of asking rivals for their prices."""
        return self.world.field.mystery_shopping_cost_per_month if self.intelligence == "mystery_shopping" else 0.0

    def _ground(self, state: MarketState, conversion: Array) -> Ground:
        """What the department expects of its doors."""
        rules = self.rules
        met = rules.decision_maker
        minutes = rules.waiting_minutes + met * rules.talk_minutes + (1.0 - met) * rules.refused_minutes
        return Ground(
            plans.bill_book(state, self.scene),
            conversion,
            minutes + rules.indoor_minutes,
            plans.prospects_by_kind(state.provider, state.size_class, state.premises),
            self.scene.urge.search_days,
        )

    # ---- signatures -------------------------------------------------------------------------------------------------

    def move_signatures(
        self, state: MarketState, crm: Crm, motive: Callable[[int], Motive], period: tuple[int, int], today: int
    ) -> None:
        """Before a pay period (first and last day) ends, signatures are brought forward or put off; `motive` is asked
        only where there are some to move."""
        self.hurried, (first, last), p = NOTHING.forward, period, self.world.conduct
        if not self.decided.timing or today <= last - round(p.hurry_days):
            return
        terms = Terms(
            hurry_days=min(round(p.hurry_days), (last + 1 - first) // 4),
            reach_days=round(p.reach_days),
            agree_share=-float(np.expm1(-self.decided.discount_limit_share / p.hurry_discount_share)),
            put_off_share=p.put_off_share,
            toil=p.moving_toil_share * self.world.effort.usual_pay_per_month,
        )
        luck = self.streams("moved signatures", first)  # whoever refuses today refuses tomorrow
        price = self.scene.appeal.price[0]
        self.hurried = move_signatures(
            state, crm.rep, price, self._worth(motive, today), terms, today, last, luck
        ).forward

    def _worth(self, motive: Callable[[int], Motive], today: int) -> Worth:
        """What deals would add to everybody's pay, now and in the next period."""

        def worth(rep: Array, bill: Array) -> tuple[Array, Array]:
            where = motive(today)
            now = expected_gain(self.scheme, where.now.rows(rep), bill, where.outlook)
            later = expected_gain(self.scheme, where.later.rows(rep), bill, where.outlook)
            return now, where.later_factor * later

        return worth

    def discount_of(self, new: Array) -> Array:
        """Money given with each of today's orders for signing early; nothing at all where nobody was hurried."""
        if not self.hurried.size:
            return NO_DISCOUNT
        early = (new["operator"] == 0) & (new["row"][:, None] == self.hurried).any(axis=1)
        return np.asarray(12.0 * self.decided.discount_limit_share * new["bill"] * early)

    @property
    def regrets(self) -> Regrets:
        """What new customers find out these days."""
        p = self.world.conduct
        return Regrets(p.promise_satisfaction, p.neglect_satisfaction, self.manners.reports)
