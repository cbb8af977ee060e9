"""The field department at work: people, patches and pay on one side, doors and what is known of them on the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numba import njit

from sim import attraction, credit, plans
from sim.behaviour import Behaviour
from sim.compensation import Scheme
from sim.compensation.effort import Policy, effort_at, team_policy
from sim.compensation.outlook import Outlook, uses
from sim.conduct import Motive
from sim.crm import Crm, empty_crm, empty_diary
from sim.department import Changes, Department
from sim.doors import DOORS, Rules, door_positions
from sim.draws import Streams
from sim.held import HeldGround, hold_ground
from sim.incentives import Standing
from sim.learning import learn
from sim.ledger import Ledger
from sim.orders import Orders
from sim.parameters import Parameters
from sim.payroll import Payroll
from sim.record import Record
from sim.reps import LEFT, PRODUCTIVE
from sim.scene import Scene, by_class
from sim.state import MarketState
from sim.steps import callbacks, field, patches
from sim.steps.signals import News
from sim.testsale import prospects, prospects_of, sell_on_plots, yields

Array = np.ndarray[Any, Any]

NOTHING = np.zeros((4, 4))
PRIOR_DAYS = 20.0  # days in the field for which the test sale counts in what a representative expects to sell


class FieldForce:
    """The focal operator's field sales on its ground."""

    def __init__(
        self, parameters: Parameters, scheme: Scheme, city: Any, state: MarketState, scene: Scene, streams: Streams
    ):
        self.parameters, self.scheme, self.city, self.scene, self.streams = parameters, scheme, city, scene, streams
        calendar = scene.calendar
        first = int(calendar.first_day[calendar.warmup])
        self.department = Department(parameters.department, parameters.world.department, calendar, city, streams, first)
        self.reps = self.department.reps
        self.crm = empty_crm(len(state), *door_positions(city, Streams(0)("doors")))
        self.appointments, self.afterthoughts = empty_diary(len(state)), empty_diary(len(state))
        self.rules, self.visit = rules_of(parameters, city), field.visit_of(scene)
        self.keys = np.stack([streams.keys(name, calendar.days) for name in field.FIELD_STREAMS], axis=1)
        self._held: Crm | None = None  # of the columns that `ground` refers to
        self.owner = np.full(len(state), -1, np.int64)
        self.doors, self.start = patches.doors_by_rep(self.owner, state.zone, 0)
        self.current = np.full(0, -1, np.int64)
        self.patched: Array | None = None
        self.intensity, self.mean_bill = 0.0, 0.0
        self.guess = plans.Guess(NOTHING, NOTHING, NOTHING, NOTHING, 0.0)
        self.dated = 0.0  # follow-ups that a visit brings about, by how much of them counts in a plan
        self.policy: Policy | None = None
        self.payroll = Payroll(scheme, scene.calendar, self.reps)
        self.behaviour = Behaviour(parameters, scheme, scene, self.rules, streams)
        self.usual_pace = 0.0  # contracts of a day of usual effort of a practised representative of ability 1
        self.department.team.worth = self.worth_of_job
        self.pace = np.empty(0)  # contracts that each expects of a day of usual effort
        self.policy_people, self.policy_bill = -1, 1.0
        months = scheme.clawback_months or parameters.department.conduct.early_months
        self.early_days = calendar.span(months)  # within which a customer who leaves was lost early
        self.contracts_ever, self.bills_ever, self.cancelled_ever, self.effort_days_ever = 0.0, 0.0, 0.0, 0.0

    @property
    def ground(self) -> HeldGround:
        """Doors, what is known of them and the diaries, for kernels."""
        if self._held is not self.crm:  # a market put back has other columns
            parts = self.crm, self.rules, self.visit, self.appointments, self.afterthoughts
            self._held, self._ground = self.crm, hold_ground(parts)
        return self._ground

    # ---- the day ----------------------------------------------------------------------------------------------------

    def open_day(self, state: MarketState, today: int) -> None:
        """Stages, newcomers and certificates of this morning; everybody decides on the day's effort."""
        calendar = self.scene.calendar
        self.department.open_day(today)
        self._take_patches()
        if self.department.test_sale_due(today):
            self.expect(state, today)
            guess, spans = self.guess, self._spans()
            self.department.sell_on_plots(
                lambda visits: sell_on_plots(state, self.scene, self.rules, visits, today, self.streams, guess, spans)
            )
            self.department.plan_bills = 0.0  # the plan is made anew from what was learned
            self._plan(state, today)
        people = len(self.reps)
        if self.policy is None or self.policy_people != people or (people and calendar.opens_month(today)):
            self._plan(state, today)
            self.behaviour.think_again()
        self._exert(today)
        if people and self.behaviour.is_due(today, people):
            self.behaviour.think(state, self._motive(today), self._conversion(), self._here(), today)

    def _take_patches(self) -> None:
        """Who owns which door today; whoever has a new patch begins it afresh."""
        if len(self.current) < len(self.reps):
            self.current = np.append(self.current, np.full(len(self.reps) - len(self.current), -1))
        if self.patched is not self.department.patch_of_door or len(self.start) <= len(self.reps):
            self.patched = self.department.patch_of_door
            self.owner = self.patched.astype(np.int64)
            self.doors, self.start = patches.doors_by_rep(self.owner, self.city.zone, len(self.reps))
            self.current[:] = -1

    def _plan(self, state: MarketState, today: int) -> None:
        """The month's plans, and what representatives expect of a day: the test sale first, their own record later."""
        if self.intensity == 0.0:
            self.expect(state, today)
        self._set_plans(state, today)
        days = PRIOR_DAYS + self.effort_days_ever
        usual = (PRIOR_DAYS * self.intensity + self.contracts_ever) / days
        bill = (PRIOR_DAYS * self.intensity * self.mean_bill + self.bills_ever) / max(usual * days, 1e-9)
        seller = self.reps.ability * np.maximum(self.reps.skill, 0.05)
        p = self.parameters.world.effort
        control = p.uncontrolled_effort + (p.controlled_effort - p.uncontrolled_effort) * self.department.control
        self.policy_people, self.policy_bill, self.pace = len(self.reps), bill, usual * seller
        self.usual_pace = usual
        outlook, here = self._outlook(today), self._here()
        of_each = self.payroll.plan(today)[here], self.pace[here], np.full(here.size, bill), p, control[here]
        policy = team_policy(self.scheme, *of_each, outlook=outlook, balance=self.payroll.balance[here])
        row = np.zeros(len(seller), np.int64)
        row[here] = policy.row
        self.policy = replace(policy, row=row)

    def _here(self) -> Array:
        """Rows of those who still choose how to work; all, once everybody has left."""
        rows = np.flatnonzero(self.reps.stage != LEFT)
        return rows if rows.size else np.arange(len(self.reps))

    def expect(self, state: MarketState, today: int) -> None:
        """An informed guess of what visits bring, made once: over all prospects, and by size class."""
        if self.intensity > 0.0:
            return
        rows = prospects(state)
        of, (test, plan) = prospects_of(state, self.scene, self.rules, rows, today), self._spans()
        year, within, kind = yields(of, plan), yields(of, test), (state.size_class[rows], state.premises[rows])
        shown = of.chance + within.calls + within.followups
        self.guess = plans.Guess(
            plans.by_kind(shown, *kind),
            plans.by_kind(year.talks + year.calls, *kind),
            plans.by_kind(year.followups, *kind),
            plans.by_kind(year.dated, *kind),
            float(of.chance.sum() / max(of.interest.sum(), 1e-12)),
        )
        self.dated = float(year.dated.mean())
        self.intensity = float(year.all.mean()) * self.visits_per_day()
        self.mean_bill = float((year.all * of.bill).sum() / max(year.all.sum(), 1e-12))

    def _spans(self) -> tuple[float, float]:
        """Working days of the test sales, and those within which what visits have begun counts in a plan."""
        stage = next((each for each in self.department.course.stages if each.name == "test_sales"), None)
        test = float(stage.ends - stage.begins) if stage else 0.0
        return test, max(self.scene.calendar.span(self.parameters.department.plan.ripening_months), test)

    def worth_of_job(self, ability: Array) -> Array:
        """The sure monthly pay that people of these abilities hold as good as the scheme's, once they are practised."""
        world, plan, month = self.parameters.world, self.department.plan_bills, self.scene.calendar.per_month
        reps, lost = self.parameters.department.reps, self.cancelled_ever / max(self.bills_ever, 1e-9)
        colleagues = Outlook(
            activated_share=max(1.0 - round(lost, 1), 0.1),
            colleagues=max(reps - 1, 0),
            colleague_contracts=self.usual_pace * month * attraction.months_of(self.scheme, month),
            colleague_sigma=world.department.ability_sigma,
            team_plan=plan * reps * attraction.months_of(self.scheme, month),
        )
        prospect = attraction.Prospect(self.usual_pace, self.policy_bill, plan, colleagues)
        return attraction.certain_worth(self.scheme, ability, prospect, month, world.effort)

    def _outlook(self, today: int) -> Outlook:
        """What everybody expects of the period besides the own sales, in steps, so that those alike share a policy."""
        period, of = self.payroll.period(today), uses(self.scheme)
        if not (of.rank or of.team or of.stays):
            return Outlook(months=period.months)  # nothing else moves this scheme's pay
        there = self.reps.stage == PRODUCTIVE
        colleagues = max(int(there.sum()) - 1, 0)
        pace = float(self.pace[there].mean()) if there.any() else 0.0
        lost = self.cancelled_ever / max(self.bills_ever, 1e-9)
        return Outlook(
            months=period.months,
            activated_share=max(1.0 - round(lost, 1), 0.1),
            colleagues=colleagues,
            colleague_contracts=float(round(pace * (period.last + 1 - period.first))),
            colleague_sigma=self.parameters.world.department.ability_sigma,
            team_plan=float(round(self.payroll.plan(today)[there].sum(), -2)),
        )

    def _set_plans(self, state: MarketState, today: int) -> None:
        """Everybody's plan: what a practised representative is to sell, by patch or record where so decided; ramped
        for newcomers."""
        department, decided, reps = self.department, self.parameters.department.plan, self.reps
        calendar, p = self.scene.calendar, self.parameters.world.department
        month, first = calendar.per_month, int(calendar.first_day[calendar.month_of_day[today]])
        if department.plan_bills == 0.0 or decided.kind == "potential":
            doors = prospects(state)
            doors = doors[self.scene.network[0][state.zone[doors]]]
            bills = self._bills_of_visits(state, doors)
        if department.plan_bills == 0.0:
            per_visit = float(bills.mean()) if decided.kind != "fixed" and doors.size else 0.0
            a_month = per_visit * self.visits_per_day() * month
            department.plan_per_rep(lambda _: decided.bills_per_month if decided.kind == "fixed" else a_month)
        department.open_month(first)
        practice = np.clip(first + 0.5 * month - reps.productive_day, 0.5 * month, None)
        reps.plan *= learn(
            p.starting_skill_share, practice, 0.0, department.team.lessons
        )  # newcomers' plans are ramped
        if decided.kind == "ratchet" or self.scheme.carries_plan:
            reps.plan *= reps.plan_factor
        if decided.kind == "potential":
            reps.plan *= plans.potential_of_people(bills, self.owner[doors], len(reps))

    def _bills_of_visits(self, state: MarketState, doors: Array) -> Array:
        """Monthly bills that a visit to each of these doors is expected to bring."""
        book = plans.bill_book(state, self.scene)
        return plans.bills_of_doors(self._conversion(), book, state.size_class[doors], state.premises[doors])

    def _conversion(self) -> Array:
        """Deals that a visit is expected to bring, by size class and premises type (4, 4)."""
        return plans.conversion(self.department.estimate, self.guess, self.parameters.department.plan.guess_visits)

    def visits_per_day(self) -> float:
        """Doors a day of a usual representative, about; follow-ups take their time."""
        return usual_visits(self.rules, self.city, self.dated)

    def _exert(self, today: int) -> None:
        """The best effort of everybody in the field, by days left in the period and bills signed in it so far."""
        if len(self.reps) and self.policy is not None:
            left, before = self.payroll.period(today).last + 1 - today, self.payroll.earlier("bills_signed")
            policy, bill = self.policy, max(self.policy_bill, 1e-9)
            _exert(self.reps.held, policy.table, policy.row, policy.days_a_step, before, bill, left)

    def work(self, state: MarketState, record: Record, today: int) -> None:
        """Everybody's day in the field."""
        if PRODUCTIVE in self.reps.stage:
            walks = patches.Patches(self.owner, self.doors, self.start, self.current)
            of = walks, self.ground, record, self.behaviour.manners
            field.walk_the_patches(state, self.scene, self.reps, *of, self.keys[today], today)
        self.department.after_day(today)

    def take_calls(self, state: MarketState, callers: Array, record: Record, today: int) -> Array:
        """Answer those of today's callers who ring their representative; returns those who ring the common number."""
        if not len(self.reps):
            return callers  # nobody has been visited yet
        people = self.reps, self.ground, self.behaviour.manners
        others = callbacks.take_calls(state, self.scene, *people, callers, record, self.keys[today], today)
        if self.policy is not None:
            period = self.payroll.period(today)
            self.behaviour.move_signatures(state, self.crm, self._motive, (period.first, period.last), today)
        return others

    def _motive(self, today: int) -> Motive:
        """Where everybody stands in the period, and where the next one will begin."""
        reps, payroll, period = self.reps, self.payroll, self.payroll.period(today)
        bill, none, plan = np.full(len(reps), self.policy_bill), np.zeros(len(reps)), payroll.plan(today)
        left, days = period.last + 1 - today, period.last + 1 - period.first
        contracts, sold = payroll.so_far("contracts"), payroll.so_far("bills_signed")
        now = Standing(contracts, sold, plan, self.pace * left, bill, payroll.balance)
        later = Standing(none, none, plan, self.pace * days, bill)
        patience = 1.0 + self.parameters.world.effort.impatience_per_week
        away = 1.0 if self.scheme.credited == "sale" else patience ** (-days / 5.0)
        return Motive(now, later, away, left, self.pace, self.department.control, self._outlook(today))

    # ---- what is credited -------------------------------------------------------------------------------------------

    def close_day(self, state: MarketState, new: Array, lost: Orders, done: Orders, news: News, today: int) -> None:
        """Orders signed, lost and installed today, and customers lost early, count for whoever sold them; who signed
        early gets the discount, and new customers find out what was promised and neglected."""
        if len(self.reps) and (len(new) or len(lost) or len(done)):
            discount = self.behaviour.discount_of(new)
            orders = new, lost.table, done.table
            regrets, early_days = self.behaviour.regrets, self.early_days
            sold, complain = credit.close_day(self.reps, self.ground, state, regrets, *orders, today, early_days)
            if discount.any():
                credit.give_discounts(self.reps, new, discount)
            state.stir(sold)
            if complain.size:
                news.complaint(complain, np.zeros(complain.size, np.int64))
        if self.scheme.period == "day":
            self.payroll.accrue(today)
            self._settle_period(today)

    def tenants_changed(self, state: MarketState, closed: Array, opened: Array, today: int) -> None:
        """What was known of a door's tenant goes with the tenant; some new ones are heard of."""
        if today < self.department.course.start or not (closed.size or opened.size):
            return
        p, heard = self.parameters.world.field, opened if self.department.exists(today) else opened[:0]
        openings = float(p.new_tenant_known_share), round(p.new_tenant_delay_days)
        known = self.reps.held, self.ground
        key = self.keys[today, field.OPENINGS]
        callbacks.tenants_changed(key, state.address, *known, closed, heard, openings, today, self.early_days)

    # ---- the month --------------------------------------------------------------------------------------------------

    def settle(self, today: int, ledger: Ledger) -> Changes:
        """Pay at the month's end: the fixed part for the days in post, and the variable part of a period that ends."""
        reps = self.reps
        if self.scheme.period != "day":
            self.payroll.accrue(today)
            if self.payroll.period(today).last == today:
                self._settle_period(today)
        ledger.pay("field_fixed", "field", float(reps.pay_fixed.sum()))
        ledger.pay("management", "field", self.behaviour.intelligence_cost() * self.department.exists(today))
        ledger.pay("field_variable", "field", float(reps.pay_variable.sum()))
        self.contracts_ever += float(reps.contracts.sum())
        self.bills_ever += float(reps.bills_signed.sum())
        self.cancelled_ever += float(reps.bills_cancelled.sum())
        self.effort_days_ever += float((reps.effort_sum * reps.ability * np.maximum(reps.skill, 0.05)).sum())
        self.payroll.close_month()
        return self.department.close_month(today, ledger, reps.pay_fixed + reps.pay_variable)

    def _settle_period(self, today: int) -> None:
        """The variable part is paid; a plan that follows what was sold moves."""
        reps, decided = self.reps, self.parameters.department.plan
        sold, plan = self.payroll.so_far("bills_signed"), self.payroll.plan(today)
        follows = self.payroll.settle(today)
        if self.scheme.period == "day":
            return  # plans are set by the month, and follow no single day
        if self.scheme.carries_plan:
            reps.plan_factor *= follows
        elif decided.kind == "ratchet":
            reps.plan_factor[:] = plans.ratchet(reps.plan_factor, sold, plan, decided)


@njit(cache=True)
def _exert(reps, table, row, days_a_step, before, bill, days_left):
    """Everybody's effort today, with `bill` as the mean bill of a contract; who is not in the field exerts none."""
    for rep in range(reps.stage.size):
        if reps.stage[rep] != PRODUCTIVE:
            reps.effort[rep] = 0.0
            continue
        of = table[row[rep if row.size != 1 else 0]]
        effort = effort_at(of, days_a_step, days_left, (before[rep] + reps.bills_signed[rep]) / bill)
        reps.effort[rep] = effort
        reps.effort_sum[rep] += effort
        reps.days_worked[rep] += 1


def rules_of(parameters: Parameters, city: Any) -> Rules:
    """Doors and minutes as decided and as the world has them."""
    p, decided, ground = parameters.world.field, parameters.department, parameters.world.territory
    named = np.isin(np.asarray(city.zone_id, str), np.asarray(decided.priority_zones, str))
    return Rules(
        policy=DOORS.index(decided.doors),
        revisit_days=decided.revisit_days,
        priority=named,
        working_minutes=float(p.working_minutes),
        paperwork_share=float(p.paperwork_share),
        start_minutes=float(p.start_minutes),
        indoor_minutes=float(p.indoor_minutes),
        refused_minutes=float(p.refused_minutes),
        talk_minutes=float(p.talk_minutes),
        followup_minutes=float(p.followup_minutes),
        waiting_minutes=by_class(p.waiting_minutes),
        decision_maker=by_class(p.decision_maker_share),
        minutes_per_km=float(ground.street_detour_factor / ground.walking_km_per_hour * 60.0),
    )


def usual_visits(r: Rules, city: Any, followups: float = 0.0) -> float:
    """Doors a day of a usual representative, about: minutes over minutes a door with its follow-ups."""
    share = np.bincount(city.premises_type[city.occupied], minlength=4) / max(int(city.occupied.sum()), 1)
    minutes = r.waiting_minutes + r.decision_maker * r.talk_minutes + (1.0 - r.decision_maker) * r.refused_minutes
    free = r.working_minutes * (1.0 - r.paperwork_share) - r.start_minutes
    return float(free / (share @ minutes + 2.0 * r.indoor_minutes + followups * r.followup_minutes))
