"""How many people answer and dial next month: staff and crews follow what a month brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.agents.operator import Operator
from sim.agents.people import CallCentreAgent, Telemarketer, staff_agents
from sim.observation import customers_by_zone
from sim.scene import found_by_chance
from sim.steps.telemarketing import CallList
from sim.telephone import agents_needed, line_answered, mean_handling

if TYPE_CHECKING:
    from sim.market import Market


def plan_next_month(market: Market, days: int) -> None:
    """Crews and people at the common numbers follow what this month of so many working days brought."""
    scene, record, p = market.scene, market.record, market.parameters.world
    market.crews.close_month(record.orders_by_operator / days)
    staff_call_centre(market, record.total["inbound_calls"] / days, record.total["service_calls"] / days)
    state, operators = market.state, len(market.operators)
    customers = customers_by_zone(state.provider, state.zone, operators, scene.zones).sum(1)
    scene.discovery[:] = found_by_chance(p.needs, customers)
    load = zip(customers[1:], record.asked[1:] / days, strict=True)
    fewest = market.parameters.call_centre.agents_min
    line = market.base.hours, p.calls, p.economics, market.calendar.per_month, fewest
    scene.answered[1:] = [line_answered(ours, calls, *line) for ours, calls in load]


def staff_call_centre(market: Market, sales_per_day: float, service_per_day: float) -> None:
    """As many agents as are decided, or as these calls of the focal operator need."""
    p, decided, hours = market.parameters.world, market.parameters.call_centre, market.base.hours
    handling = mean_handling(p.calls, sales_per_day, service_per_day)
    occupancy = p.economics.agent_occupancy_share
    needed = agents_needed(sales_per_day + service_per_day, handling, hours, occupancy, decided.agents_min)
    agents, table = market.call_centre_agents, market.call_centre
    market.call_centre_agents = staff_agents(market, CallCentreAgent, agents, table, decided.agents or needed, hours)


def staff_telemarketing(market: Market, operator: Operator) -> None:
    """As many telemarketers as an operator has now; with the first it gets its list of numbers."""
    people, number = operator.telemarketers, operator.number
    if people and number not in market.call_lists:
        luck = market.luck("call list"), market.luck("consent")
        market.call_lists[number] = CallList(market.state, operator.spec.address, *luck)
    agents, table = market.telemarketing_agents.get(number, []), market.telemarketing[number]
    market.telemarketing_agents[number] = staff_agents(market, Telemarketer, agents, table, people, market.base.hours)
