"""The month as it is reported: one row for the market, one for each operator, channel and zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from sim.awareness import survey
from sim.cohorts import present_value
from sim.fielddays import FieldDays
from sim.ledger import ACCOUNTS
from sim.reps import LEFT, PRODUCTIVE, STAGES
from sim.state import CHANNELS

if TYPE_CHECKING:
    from sim.market import Market

Array = np.ndarray[Any, Any]

COUNTED = (
    "inbound_calls",
    "service_calls",
    "inbound_answered",
    "inbound_abandoned",
    "dials",
    "talks",
    "opt_outs",
    "visits",
    "contacts",
    "followups",
    "cancelled",
    "won_from_competitors",
    "saved",
    "retention_calls",
    "retention_renewals",
    "retention_missed",
    "market_shopping",
    "market_woken",
    "market_closures",
    "market_openings",
)
COSTS = tuple(name for name in ACCOUNTS if name not in ("revenue", "cash"))


class Observation:
    """Monthly tables as lists of columns, one entry for each month seen."""

    def __init__(self) -> None:
        self.months: list[int] = []
        self.dates: list[np.datetime64] = []
        self.monthly: list[dict[str, float]] = []
        self.by_operator: list[dict[str, Array]] = []
        self.by_channel: list[dict[str, Array]] = []
        self.by_zone: list[dict[str, Array]] = []
        self.by_rep: list[dict[str, Array]] = []
        self.ledger: list[Array] = []
        self.field_days = FieldDays()
        self.cumulative_margin = 0.0

    def see(self, market: Market, month: int, date: np.datetime64) -> None:
        """Write the month down, before its counts are set to zero."""
        heads = _heads(market)
        self.months.append(month)
        self.dates.append(date)
        self.by_operator.append(_operators(market, heads))
        self.by_channel.append(_channels(market))
        if market.parameters.record.zones:
            self.by_zone.append(_zones(market, heads))
        if market.parameters.record.reps and market.field is not None:
            self.by_rep.append(by_rep(market))
        self.ledger.append(market.ledger.month.copy())
        row = _monthly(market, heads)
        self.cumulative_margin += row["margin"] if month >= 1 else 0.0
        row["cumulative_margin"] = self.cumulative_margin
        rate = market.parameters.world.economics.discount_rate_per_year
        row["margin_present_value"] = row["margin"] * float(present_value(rate, month)) if month >= 1 else 0.0
        self.monthly.append(row)

    def tables(self, market: Market) -> dict[str, dict[str, Array]]:
        """The tables of SCHEMA.md, without the columns that the runner puts in front."""
        record = market.parameters.record
        names = [spec.name for spec in market.city.operators]
        tables = {
            "monthly": self._long([{k: np.array([v]) for k, v in row.items()} for row in self.monthly]),
            "monthly_by_operator": self._long(self.by_operator, "operator", names),
            "monthly_by_channel": self._long(self.by_channel, "channel", list(CHANNELS)),
        }
        if record.zones:
            tables["monthly_by_zone"] = self._long(self.by_zone, "zone_id", list(np.asarray(market.city.zone_id, str)))
        if record.reps and self.by_rep:
            tables["monthly_by_rep"] = self._reps()
            period = market.field.scheme.period if market.field else "month"
            tables["field_by_day"] = self.field_days.table(market.calendar, period)
        if market.cohorts.counts:
            tables["survival"] = market.cohorts.table(market.parameters.world.economics.discount_rate_per_year)
        if record.ledger:
            tables["ledger"] = self._ledger()
        return tables

    def _long(self, rows: list[dict[str, Array]], label: str = "", labels: list[str] | None = None) -> dict[str, Array]:
        size = len(labels) if labels else 1
        table: dict[str, Array] = {
            "month": np.repeat(np.array(self.months, np.int64), size),
            "date": np.repeat(np.array(self.dates, "datetime64[D]"), size),
        }
        if labels:
            table[label] = np.tile(np.array(labels, dtype=object), len(self.months))
        return table | {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def _reps(self) -> dict[str, Array]:
        sizes = [len(rows["rep_id"]) for rows in self.by_rep]
        head = {
            "month": np.repeat(np.array(self.months, np.int64), sizes),
            "date": np.repeat(np.array(self.dates, "datetime64[D]"), sizes),
        }
        return head | {name: np.concatenate([rows[name] for rows in self.by_rep]) for name in self.by_rep[0]}

    def _ledger(self) -> dict[str, Array]:
        from sim.ledger import CHANNELS as BOOKED

        amounts = np.array(self.ledger)
        month, account, channel = np.nonzero(amounts)
        return {
            "month": np.array(self.months, np.int64)[month],
            "date": np.array(self.dates, "datetime64[D]")[month],
            "account": np.array(ACCOUNTS, dtype=object)[account],
            "channel": np.array(BOOKED, dtype=object)[channel],
            "amount": amounts[month, account, channel],
        }


def _heads(market: Market) -> dict[str, Any]:
    """Counts over all businesses that several tables share."""
    state, scene = market.state, market.scene
    sums, by_zone, tenants = survey(
        state.mind, scene.fading, scene.presence, state.provider, state.zone, scene.zones, market.day
    )
    counts = customers_by_zone(state.provider, state.zone, scene.operators, scene.zones)
    return {
        "customers": counts.sum(1),
        "served": int(counts.sum()),
        "tenants": tenants,
        "awareness": sums / max(int(tenants.sum()), 1),
        "awareness_by_zone": by_zone,
        "ours_by_zone": counts[0],
        "served_by_zone": counts.sum(0),
        "monthly_revenue": float(state.monthly_bill[state.provider == 0].sum(dtype=np.float64)),
    }


@njit(cache=True)
def customers_by_zone(provider, zone, operators, zones):
    """Customers (o, zones) of every operator."""
    counts = np.zeros((operators, zones), np.int64)
    for i in range(provider.size):
        if provider[i] >= 0:
            counts[provider[i], zone[i]] += 1
    return counts


def ratio(numerator: Array | float, denominator: Array | float) -> Any:
    """A ratio, null (nan) where there is nothing to divide by."""
    top, bottom = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    out = np.full(np.broadcast(top, bottom).shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out if out.ndim else float(out)


def _operators(market: Market, heads: dict[str, Any]) -> dict[str, Array]:
    flow = market.record.flow
    return {
        "customers": heads["customers"],
        "market_share": ratio(heads["customers"], heads["served"]),
        "gross_adds": flow["gross_adds"],
        "churn_competitor": flow["churn_competitor"],
        "churn_closure": flow["churn_closure"],
        "awareness": heads["awareness"][:, 0],
        "price_index": np.array([operator.price_index for operator in market.operators]),
        "telemarketers": np.array([operator.telemarketers for operator in market.operators]),
        "reps": _field_staff(market),
    }


def _field_staff(market: Market) -> Array:
    """Representatives at work; the focal operator's are the productive ones of its department."""
    reps = np.array([operator.reps for operator in market.operators])
    if market.field is not None:
        reps[0] = (market.field.reps.stage == PRODUCTIVE).sum()
    return reps


def _channels(market: Market) -> dict[str, Array]:
    count = market.record.channel
    cost = np.array([market.ledger.cost_of_channel(name) for name in CHANNELS])
    return {
        "contacts": count["contacts"],
        "orders": count["orders"],
        "gross_adds": count["gross_adds"],
        "cost": cost,
        "cac_last_touch": ratio(cost, count["gross_adds"]),
        "cac_influenced": ratio(cost, count["influenced"]),
        "cac_incremental": np.full(len(CHANNELS), np.nan),
    }


def _zones(market: Market, heads: dict[str, Any]) -> dict[str, Array]:
    count = market.record.zone
    return {
        "customers": heads["ours_by_zone"],
        "market_share": ratio(heads["ours_by_zone"], heads["served_by_zone"]),
        "awareness": ratio(heads["awareness_by_zone"], heads["tenants"]),
        "visits": count["visits"],
        "inbound_calls": count["inbound_calls"],
        "gross_adds": count["gross_adds"],
        "churn_competitor": count["churn_competitor"],
        "won_from_competitors": count["won_from_competitors"],
    }


def _monthly(market: Market, heads: dict[str, Any]) -> dict[str, float]:
    record, ledger = market.record, market.ledger
    row: dict[str, float] = {name: int(record.total[name]) for name in COUNTED}
    answered, gained = row["inbound_answered"], int(record.flow["gross_adds"][0])
    row["inbound_wait_minutes"] = ratio(record.total["wait_minutes"], answered)
    orders = record.channel["orders"]
    row |= {f"orders_{name}": int(n) for name, n in zip(CHANNELS, orders, strict=True)} | {"orders": int(orders.sum())}
    row["backlog"] = int((market.orders["operator"] == 0).sum())
    row["install_wait_days"] = ratio(record.total["install_wait_days"], gained)
    lost = {name: int(record.flow[name][0]) for name in ("churn_competitor", "churn_closure")}
    row |= {"gross_adds": gained, **lost, "net_adds": gained - sum(lost.values())}
    row["customers"] = int(heads["customers"][0])
    row["market_share"] = ratio(row["customers"], heads["served"])
    for name, value in zip(("awareness", "awareness_aided", "awareness_unaided"), heads["awareness"][0], strict=True):
        row[name] = float(value)
    costs = {f"cost_{name}": ledger.cost(name) for name in COSTS}
    revenue, cost = ledger.revenue(), sum(costs.values())
    row |= {"monthly_revenue": heads["monthly_revenue"], "revenue": revenue, "cost": cost, "margin": revenue - cost}
    row |= {"cumulative_margin": 0.0} | costs
    for number, name in enumerate(CHANNELS):
        row[f"cac_{name}"] = ratio(ledger.cost_of_channel(name), int(record.channel["gross_adds"][number]))
    return row | {"cac_field_incremental": np.nan} | _reps(market)


def _reps(market: Market) -> dict[str, float]:
    """The department in sum; null where there is nobody."""
    if market.field is None:
        return {
            "reps": 0,
            "reps_productive": 0,
            "plan": np.nan,
            "plan_attainment": np.nan,
            "rep_effort": np.nan,
            "rep_quits": 0,
        }
    reps = market.field.reps
    return {
        "reps": int((reps.stage != LEFT).sum()),
        "reps_productive": int((reps.stage == PRODUCTIVE).sum()),
        "plan": float(reps.plan.sum()) or np.nan,
        "plan_attainment": ratio(reps.bills_signed.sum(), reps.plan.sum()),
        "rep_effort": ratio(reps.effort_sum.sum(), reps.days_worked.sum()),
        "rep_quits": int(market.record.total["rep_quits"]),
    }


def by_rep(market: Market) -> dict[str, Array]:
    """Everybody in post this month, or who left in it; and leavers to whom orders or pay still fall."""
    reps, day = market.field.reps, market.day  # type: ignore[union-attr]
    first = int(market.calendar.first_day[market.calendar.month_of_day[day]])
    in_post = (reps.hired_day <= day) & (reps.left_day >= first)
    rows = np.flatnonzero(in_post | (reps.contracts > 0) | (reps.pay_fixed + reps.pay_variable != 0.0))
    return {
        "rep_id": np.array([f"rep-{row}" for row in rows], dtype=object),
        "stage": np.array(STAGES, dtype=object)[reps.stage[rows]],
        "probation": reps.probation[rows].copy(),
        "days_in_post": np.minimum(reps.left_day[rows], day + 1) - reps.hired_day[rows],
        "ability": reps.ability[rows],
        "skill": reps.skill[rows].copy(),
        "effort": ratio(reps.effort_sum[rows], reps.days_worked[rows]),
        "visits": reps.visits[rows].copy(),
        "contacts": reps.contacts[rows].copy(),
        "orders": reps.contracts[rows].copy(),
        "plan": reps.plan[rows].copy(),
        "attainment": ratio(reps.bills_signed[rows], reps.plan[rows]),
        "pay_fixed": reps.pay_fixed[rows].copy(),
        "pay_variable": reps.pay_variable[rows].copy(),
        "income": reps.pay_fixed[rows] + reps.pay_variable[rows],
        "bills_signed": reps.bills_signed[rows].copy(),
        "followups": reps.followups[rows].copy(),
        "bills_cancelled": reps.bills_cancelled[rows].copy(),
        "bills_left_early": reps.bills_left_early[rows].copy(),
        "discounts": reps.discounts[rows].copy(),
        "unpaid_work": market.field.behaviour.work_done(len(reps))[rows],  # type: ignore[union-attr]
    }
