"""What a month earns and costs besides the field: revenue, the network, advertising, people on the telephone."""

from __future__ import annotations

from typing import Any

from sim.advertising import spent_in
from sim.ledger import Ledger
from sim.parameters import Parameters
from sim.record import Record


def pay_for_inbound(
    parameters: Parameters, ledger: Ledger, record: Record, focal: Any, agents: int, month: int, opening_revenue: float
) -> None:
    """Customers' bills, what serving them costs, advertising, and the common number's and the retention desk's staff.

    The call centre's wages are parted between selling and serving by the minutes talked.
    """
    p, total = parameters.world.economics, record.total
    revenue = opening_revenue + record.revenue_change
    ledger.earn("customers", revenue)
    ledger.pay("network", "customers", revenue * p.network_cost_share)
    budget = focal.spec.advertising_per_month * focal.budget_factor
    ledger.pay("advertising", "inbound", budget + spent_in(parameters.advertising, month))
    wages = agents * p.agent_cost_per_month
    minutes = total["sales_minutes"] + total["service_minutes"]
    sales_part = total["sales_minutes"] / minutes if minutes else 0.0
    ledger.pay("call_centre", "inbound", wages * sales_part)
    ledger.pay("call_centre", "customers", wages * (1.0 - sales_part))
    if month >= 1 and parameters.retention.agents:
        ledger.pay("call_centre", "customers", parameters.retention.agents * p.agent_cost_per_month)
