"""The market: builds the house from a city, parameters and a seed; `step()` is one working day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import advertising, books, foundation, saving, staffing
from sim.agents.field_rep import FieldRep, rep_agents
from sim.agents.head_of_sales import HeadOfSales, head_agents
from sim.agents.operator import Operator
from sim.agents.people import Person
from sim.city import City, load_city
from sim.cohorts import Cohorts
from sim.collector import MonthlyCollector
from sim.competitors import Watch, answer
from sim.department import Changes
from sim.draws import Streams
from sim.fieldforce import FieldForce
from sim.given import resolve, scheme_of
from sim.ledger import Ledger
from sim.memory import give_back_memory
from sim.mesalight import mesa
from sim.observation import Observation
from sim.opening import open_market
from sim.orders import Orders
from sim.parameters import Parameters
from sim.pricenews import PriceNews
from sim.reactions import check_events, happen
from sim.recollections import recollect
from sim.record import Record
from sim.scene import NO_LIMIT, make_scene, prices
from sim.situation import city_in
from sim.state import FIELD, VACANT
from sim.steps import demography, needs, retention, service, strides, telemarketing
from sim.steps.demography import Turnover
from sim.steps.fieldteams import FieldTeams
from sim.steps.needs import CallDiary
from sim.steps.retention import WaitingCalls
from sim.steps.service import Crews
from sim.steps.signals import News
from sim.steps.strides import Backlog, Phones, Today
from sim.steps.telemarketing import CallList
from sim.telephone import StaffTable

if TYPE_CHECKING:
    import pandas as pd


class Market(mesa.Model):  # type: ignore[misc]
    """A city's telecom B2B market; one step is one working day.

    `parameters` is a `Parameters`, a mapping as configs/ has it, or None for the shipped ones; `city` a `City`, a name
    or a folder; overrides are dotted names, as in `Market(**{"telemarketing.telemarketers": 4})`. `settle=False` leaves
    out the months before the first one seen, for a market into which a saved one is put back.
    """

    def __init__(
        self,
        parameters: Parameters | Mapping[str, Any] | None = None,
        city: City | str | Path | None = None,
        seed: int | None = None,
        **overrides: Any,
    ):
        settle = overrides.pop("settle", True)  # no parameter of the signature that Mesa's users know
        super().__init__(rng=1 if seed is None else int(seed))
        self.running: bool = True
        self.call_centre_agents: list[Person] = []
        self.rep_agents: list[FieldRep] = []
        self.head_agents: list[HeadOfSales] = []
        self.parameters = resolve(parameters, overrides)
        given = city if isinstance(city, City) else load_city(city or "melbourne")
        self.given_city = given  # before the situation has changed its operators
        self.city = city_in(self.parameters.situation, given)
        check_events(self.parameters, self.city)
        self.luck = Streams(1 if seed is None else int(seed))
        self.scheme = scheme_of(self.parameters)
        self.base = foundation.lay(self.city, self.parameters)
        self.calendar = self.base.calendar
        self.keys = np.stack([self.luck.keys(name, self.calendar.days) for name in strides.STREAMS], axis=1)
        self.day = 0
        self._open_house()
        self._hire_first()
        self._look_ahead()
        self.observation = Observation()
        if settle:
            self._settle_in()
            self.datacollector = MonthlyCollector(self.observation.monthly[0])
        give_back_memory(len(self.state))

    # ---- the day ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One working day."""
        if self.running:
            self._work_day()
            self.datacollector.collect(self)
            self.running = self.day < self.calendar.days

    def _work_day(self) -> None:
        """The events of a day, in the order of the model."""
        state, scene, record, day, luck = self.state, self.scene, self.record, self.day, self.luck

        if self.calendar.opens_month(day):
            self.open_month()  # events, budgets, staff
        record.month_left = self.calendar.month_left(day)
        today = Today(day, self.keys[day], luck)
        moves = self.turnover, self.orders, self.diary, self.budget_factors(), self.news
        closed, opened = strides.morning(state, scene, *moves, record, today)

        # ways to a contract
        self.dial()
        if self.decided_from_now:
            self._keep_customers()
        self.teams.walk(self.operators, state, scene, record, day, luck)
        callers = self.diary.due(day)
        if self.field is not None:
            self.field.tenants_changed(state, closed, opened, day)
            self.field.open_day(state, day)
            self.field.work(state, record, day)
            callers = self.field.take_calls(state, callers, record, day)
        phones = Phones(self.call_centre, self.base.hours)
        backlog = Backlog(self.orders, self.crews, self.news, self.ledger)
        new, lost, done = strides.afternoon(state, scene, phones, callers, backlog, record, today)

        # what follows from it
        self.cohorts.join(done.table)
        if self.field is not None:
            self.field.close_day(state, new, lost, done, self.news, day)
            if self.parameters.record.reps:
                self.observation.field_days.see(state, self.field.reps, new, done, day)
        rise = self.parameters.retention.renewal_rise_share if self.decided_from_now else 0.0
        strides.evening(state, scene, self.news, record, today, rise)

        if self.calendar.closes_month(day):
            self.close_month()  # bills, wages, metrics, next month's staff
        if self.parameters.check:
            self.check()
        self.day += 1

    def dial(self) -> None:
        """All telemarketing teams work through their lists."""
        for number, staff in self.telemarketing.items():
            if len(staff):
                calls, today = self.call_lists[number], self.day
                luck = self.luck("telemarketing", today), self.luck("woken", today)
                telemarketing.dial(self.state, self.scene, number, staff, calls, self.record, today, *luck)

    def _keep_customers(self) -> None:
        """The retention desk calls those whose term comes to its end, as far as its people have time."""
        decided, day, scene = self.parameters.retention, self.day, self.scene
        time_left = self.waiting.open_day(scene, decided, self.record, day) if decided.agents else NO_LIMIT
        if decided.proactive_share > 0.0:
            luck = self.luck("retention desk", day), self.luck("woken by retention", day)
            kept = self.waiting, self.diary, self.ledger, self.record
            retention.call_customers(self.state, scene, decided, *kept, time_left, day, *luck)

    @property
    def decided_from_now(self) -> bool:
        """Whether the decision's month has come."""
        return self.month >= 1

    @property
    def month(self) -> int:
        """The current month: 1 is the first after the decision, warm-up months are 0, -1, ..."""
        return self.calendar.number(int(self.calendar.month_of_day[min(self.day, self.calendar.days - 1)]))

    @property
    def customers(self) -> int:
        """The focal operator's customers."""
        return self.operators[0].customers

    # ---- the month --------------------------------------------------------------------------------------------------

    def open_month(self) -> None:
        """Scripted events, decisions that begin, and people on the telephone."""
        month = self.month
        happen(self.operators, self.state, self.scene, self.parameters, self.city.zone_id, self.record, month, self.day)
        answer(self.operators, self.watch, self.scene, self.record, month, self.day, self.luck)
        self.price_news.open_month(self.operators, self.scene)
        advertising.begin_or_end(self.parameters.advertising, self.scene, self.tenants, month)
        for operator in self.operators:
            staffing.staff_telemarketing(self, operator)
        if month % needs.LIMITS_MONTHS == 0:
            needs.refresh(self.state, self.scene, self.day, everybody=True)
        if month == 1 and not self.parameters.retention.reactive:
            self.scene.signing.notice_share[0] = 0.0
        if self._crews_meet_sales(month):
            p = self.parameters.world.installation
            self.crews.meet_sales(p.vain_trip_share * p.coordination_factor)
        until = self.day + int(self.calendar.days_in_month[self.calendar.month_of_day[self.day]])
        demography.prepare_month(self.state, self.scene, self.turnover, until, self.luck)
        self.opening_revenue = float(self.state.monthly_bill[self.state.provider == 0].sum(dtype=np.float64))

    def _crews_meet_sales(self, month: int) -> bool:
        """Whether sales and technical service meet regularly."""
        if self.parameters.crews.meetings == "department":
            return self.field is not None and self.field.department.meets_crews(self.day)
        return self.parameters.crews.meetings == "always" and month >= 1

    def close_month(self) -> None:
        """Bills and wages are paid, the month is written down, and the next one is planned."""
        self.record.sum_up()
        self._settle()
        index = int(self.calendar.month_of_day[self.day])
        if index >= foundation.SETTLING_MONTHS:
            self.observation.see(self, self.month, self.calendar.month_start[index])
            self.datacollector.see(self.observation.monthly[-1])
            self.cohorts.close_month(self.state, index)
            self.watch.close_month(self.record.lost_to, self.observation.by_operator[-1]["customers"])
        self.ledger.close_month()
        staffing.plan_next_month(self, int(self.calendar.days_in_month[index]))
        self.record.begin_month()
        if self.field is not None:
            self.field.reps.begin_month()

    def _settle(self) -> None:
        """Revenue, and the wages and budgets of the month."""
        p, ledger, people = self.parameters.world.economics, self.ledger, len(self.call_centre)
        month = self.month, self.opening_revenue
        books.pay_for_inbound(self.parameters, ledger, self.record, self.operators[0], people, *month)
        if self.field is not None:
            changes = self.field.settle(self.day, ledger)
            self.record.add("rep_quits", len(changes.quits))
            self._greet(changes)
        ledger.pay("telemarketing", "telemarketing", len(self.telemarketing[0]) * p.telemarketer_cost_per_month)

    def _greet(self, changes: Changes) -> None:
        """Representatives who came or went, as events and as agents."""
        for name, rows in (("hire", changes.hires), ("quit", changes.quits), ("dismissal", changes.dismissals)):
            self.record.event(self.day, name, np.full(len(rows), -1), 0, actor=rows, channel=FIELD)
        if self.field is not None:
            self.rep_agents = rep_agents(self, self.rep_agents, self.field.reps)
            self.head_agents = head_agents(self, self.head_agents, self.field.department.head_rows)

    def budget_factors(self) -> np.ndarray[Any, Any]:
        """Advertising of each operator relative to its opening budget."""
        return np.array([operator.budget_factor for operator in self.operators])

    # ---- building ---------------------------------------------------------------------------------------------------

    def _open_house(self) -> None:
        """Premises, people's minds, operators, tables: all as they are on the first morning."""
        base, world, city = self.base, self.parameters.world, self.city
        self.operators = [Operator(self, number, spec) for number, spec in enumerate(city.operators)]
        buyout = self.parameters.department.buyout_share
        self.scene = make_scene(city, world, base.calendar, base.still, base.answered.copy(), base.links, buyout)
        self.state = open_market(
            city,
            world,
            base.calendar,
            base.still,
            base.lives,
            base.opening_rate,
            prices(city.operators),
            base.footfall_factor,
            self.luck,
        )
        mean_ties = len(base.links.indices) / max(len(city.zone), 1)
        recollect(self.state, self.scene, base.still, mean_ties, self.luck("recollections"))
        self.turnover = Turnover(city, base.lives, base.opening_rate, base.footfall_factor, base.lives.begun())
        self.record = Record(len(self.operators), len(city.zone_id), self.parameters.record.events)
        self.orders, self.diary, self.news, self.ledger = Orders(), CallDiary(), News(), Ledger()
        self.opening_revenue = 0.0
        self.watch: Watch = Watch()
        self.price_news: PriceNews = PriceNews(len(self.operators))
        self.waiting: WaitingCalls = WaitingCalls()
        self.tenants: int = int(city.occupied.sum())  # at the opening
        self.cohorts = Cohorts()
        self.teams = FieldTeams()
        self.field: FieldForce | None = None
        if self.parameters.department.active:
            self.field = FieldForce(self.parameters, self.scheme, city, self.state, self.scene, self.luck)

    def _hire_first(self) -> None:
        """Staff and crews for the load of a standing market."""
        teams = self.scene.appeal.address
        self.call_centre = StaffTable(teams[0], self.luck("agents"))
        self.telemarketing = {i: StaffTable(teams[i], self.luck("telemarketers")) for i in range(len(teams))}
        self.telemarketing_agents: dict[int, list[Person]] = {}
        self.call_lists: dict[int, CallList] = {}
        customers, per_month = self.customers, self.calendar.per_month
        service_calls = customers * self.parameters.world.calls.service_calls_per_customer_month / per_month
        staffing.staff_call_centre(self, customers * foundation.SALES_CALLS_PER_CUSTOMER_DAY, service_calls)
        p = self.parameters.world.installation
        per_day = np.array([operator.customers for operator in self.operators]) * foundation.turnover_per_day(self.base)
        follows = self.parameters.crews.capacity == "follows"
        days = p.job_days + p.vain_trip_days * p.vain_trip_share / (1.0 - p.vain_trip_share)
        self.crews = Crews(per_day, days, p.capacity_factor, follows, p.vain_trip_share)

    def _look_ahead(self) -> None:
        """First dates of faults and growth, and everybody's chance to start looking."""
        tenants = np.flatnonzero(self.state.provider != VACANT)
        service.schedule_faults(self.state, self.scene, tenants, -1, self.luck("first faults"))
        service.schedule_resizing(self.state, self.scene, tenants, -1, self.luck("first resizing"))
        needs.refresh(self.state, self.scene, 0, everybody=True)

    def _settle_in(self) -> None:
        """The months before the first one seen, in which searches and orders fill up; then the opening stock."""
        events, self.record.events = self.record.events, None
        while self.day < self.calendar.first_day[foundation.SETTLING_MONTHS]:
            self._work_day()
        self.record.events = events
        self.observation.see(self, -self.parameters.warmup, self.calendar.month_start[foundation.SETTLING_MONTHS - 1])
        self.cohorts.begin(self.state, foundation.SETTLING_MONTHS)
        self.record.begin_month()

    # ---- using it ---------------------------------------------------------------------------------------------------

    def run(self, months: int | None = None) -> Market:
        """Step until the end, or until `months` after the decision are over; returns the market."""
        while self.running and (months is None or self.month <= months):
            self.step()
        return self

    def save(self, path: str | Path) -> Path:
        """Write the market to a file, from which it goes on bit for bit; returns the path."""
        return saving.save(self, path)

    @classmethod
    def load(cls, path: str | Path, city: City | str | Path | None = None) -> Market:
        """The market of a file, on the day on which it was saved; `city` where it is not in its folder any more."""
        return saving.load(cls, path, city)

    def fork(self, scenario: Parameters | Mapping[str, Any] | None = None, **overrides: Any) -> Market:
        """Another market with this one's past, which goes on with other decisions; on the morning of month 1."""
        return saving.fork(self, resolve(self.parameters if scenario is None else scenario, overrides))

    def tables(self) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
        """All tables so far, as columns by name."""
        tables = self.observation.tables(self)
        if self.record.events is not None:
            names = [spec.name for spec in self.city.operators]
            tables["events"] = self.record.events.table(
                self.calendar.dates, self.city.premises_id, self.city.zone, self.city.zone_id, names
            )
        return tables

    @property
    def monthly(self) -> pd.DataFrame:
        """The monthly metrics so far, as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.tables()["monthly"])

    def check(self) -> None:
        """Verify state and books; raises AssertionError."""
        self.state.check(len(self.operators))
        self.ledger.check()
