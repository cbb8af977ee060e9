"""Every fact of the validation card is computed right, on tables made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.validation import field_facts as field
from experiments.validation import market_facts as market
from experiments.validation import people_facts as people
from experiments.validation import reduce
from experiments.validation.judge import stacked


def monthly(first: int = 1, **columns) -> dict:
    """A run with a monthly table that begins with month `first`."""
    size = len(next(iter(columns.values())))
    table = {name: np.array(values, float) for name, values in columns.items()}
    return {"monthly": {"month": np.arange(first, first + size), **table}}


def lines(module_lines, *seeds) -> dict[str, float]:
    return module_lines(stacked(seeds))


def table_of(*rows, names: str) -> dict:
    """A table from rows of values."""
    labels = names.split()
    columns = [list(each) for each in zip(*rows, strict=True)]
    return {name: np.array(values) for name, values in zip(labels, columns, strict=True)}


# ---- T1 to T4 --------------------------------------------------------------------------------------------------


def test_response_is_the_log_log_slope_of_adds_and_of_incremental_adds() -> None:
    # 100 passive adds in six months; teams bring 10, 20, 30, 40 and 40 more
    more = dict(zip(field.TEAMS, (10, 20, 30, 40, 40), strict=True))
    case = {"passive": monthly(gross_adds=[0, 100, 0, 0, 0, 0, 0, 999])}
    for team, extra in more.items():
        case[f"reps_{team}"] = monthly(
            gross_adds=[50, 100 + extra, 0, 0, 0, 0, 0, 999], visits=[0, 9, 9, 9, 9, 9, 9, 9]
        )
    found = lines(field.response_lines, field.response(case))
    assert found["incremental_slope_2_4"] == pytest.approx(1.0)
    assert found["incremental_slope_4_8"] == pytest.approx(np.log2(1.5))
    assert found["incremental_slope_16_32"] == pytest.approx(0.0)
    assert found["fall_of_slope"] == pytest.approx(-1.0)
    assert found["total_slope"] == pytest.approx(np.log(130 / 110) / np.log(4), rel=0.01)


def test_a_department_that_brings_nothing_has_no_slope() -> None:
    flat = monthly(gross_adds=[5.0] * 8, visits=[0] + [1] * 7)
    case = {"passive": flat} | {f"reps_{team}": flat for team in field.TEAMS}
    assert lines(field.response_lines, field.response(case))["total_slope"] == pytest.approx(0.0)


def calls(lift: list[float], to_reps: int = 0) -> dict[str, float]:
    """A run in which visits stop after month 6; until then people also ring their representatives."""
    ringing = [to_reps] * 6 + [0] * 7
    contacts = {"month": np.arange(1, 14), "channel": np.full(13, "field"), "contacts": 50 + np.array(ringing)}
    case = {
        "passive": monthly(inbound_calls=[100] * 13),
        "stopped": monthly(inbound_calls=(100 + np.array(lift)).tolist(), contacts=[50] * 13) | {"channels": contacts},
    }
    return lines(field.carry_over_lines, field.carry_over(case))


def test_carry_over_is_relative_to_the_last_two_months_with_visits() -> None:
    found = calls([0, 0, 0, 0, 30, 50, 40, 24, 20, 16, 8, 4, 0])
    assert found["lift"] == pytest.approx(0.4)
    assert found["after_1"] == pytest.approx(1.0)
    assert found["after_3"] == pytest.approx(0.5)
    assert found["after_6"] == pytest.approx(0.1)
    assert found["largest_rise"] == pytest.approx((12 - 22) / 40)


def test_calls_to_representatives_belong_to_all_calls() -> None:
    found = calls([0, 0, 0, 0, 20, 20, 30, 20, 20, 20, 5, 5, 5], to_reps=20)
    assert found["after_1"] == pytest.approx(1.5)
    assert found["all_after_1"] == pytest.approx(0.75) and found["all_after_6"] == pytest.approx(0.125)


def test_carry_over_of_a_small_lift_is_not_judged() -> None:
    found = calls([0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9])
    assert found["lift"] == pytest.approx(0.09) and np.isnan(found["after_1"])


def test_a_rise_after_the_stop_is_seen() -> None:
    assert calls([0, 0, 0, 0, 40, 40, 40, 20, 20, 20, 20, 30, 30])["largest_rise"] == pytest.approx(0.25)


def test_spill_over_counts_the_third_and_fourth_month() -> None:
    active = monthly(inbound_calls=[10, 10, 12, 14, 15, 99], visits=[0, 1, 1, 1, 1, 1])
    passive = monthly(inbound_calls=[10, 10, 10, 10, 10, 10])
    case = {
        f"{name}_{kind}": run
        for name in ("default", "entrant", "cut")
        for kind, run in (("active", active), ("passive", passive))
    }
    found = lines(
        field.spill_over_lines,
        field.spill_over(
            case | {"cut_active": passive | {"monthly": {**passive["monthly"], "visits": active["monthly"]["visits"]}}}
        ),
    )
    assert found["default_from_visit"] == pytest.approx(0.45)  # months 4 and 5, for the first visit is in month 2
    assert found["default_from_decision"] == pytest.approx(0.30)  # months 3 and 4
    assert found["links_off"] == 0.0


def test_growth_is_a_multiple_of_the_passive_adds() -> None:
    passive = monthly(gross_adds=[10] * 7)
    case = {f"{name}_passive": passive for name in ("low", "medium", "high")}
    for name, adds in (("low", 30), ("low_3", 20), ("medium", 15), ("high", 12)):
        case[f"{name}_active"] = monthly(gross_adds=[10, 10, 10, adds, adds, adds, 40], visits=[1] * 7)
    found = lines(field.growth_lines, field.growth(case))
    assert found["low_6_from_visit"] == pytest.approx(3.0) and found["low_3_from_decision"] == pytest.approx(2.0)
    assert found["fall_low_medium"] == pytest.approx(1.5) and found["fall_medium_high"] == pytest.approx(0.3)


# ---- T5 to T8 --------------------------------------------------------------------------------------------------


def rep_table(rows) -> dict:
    names = "month stage ability orders bills_signed income pay_fixed"
    return {"reps": table_of(*rows, names=names)}


def test_dropping_cap_and_floor_compares_bills_of_twelve_months() -> None:
    def rows(bills, income):
        return [
            (3, "productive", 1.0, 9, 999.0, 0.0, 0.0),  # before people are settled
            (4, "productive", 1.0, 2, bills, income, 5.0),
            (15, "productive", 1.0, 2, bills, income, 5.0),
            (16, "productive", 1.0, 9, 999.0, income, 5.0),
        ]

    case = {"legacy": rep_table(rows(100.0, 10.0)), "linear": rep_table(rows(110.0, 10.0))}
    found = lines(people.dropping_lines, people.dropping(case))
    assert found["revenue_gain"] == pytest.approx(0.1) and found["contracts_gain"] == 0.0
    assert found["pay_ratio"] == pytest.approx(1.0)


def test_gain_by_ability_compares_lower_and_upper_tenths() -> None:
    abilities = np.arange(1, 11) / 10

    def rows(orders):
        return [
            (5, "productive", float(ability), int(number), 0.0, 10.0, 5.0)
            for ability, number in zip(abilities, orders, strict=True)
        ]

    case = {
        "bonus": rep_table(rows([2] * 3 + [4] * 4 + [10] * 3)),
        "linear": rep_table(rows([3] * 3 + [4] * 4 + [11] * 3)),
    }
    found = lines(people.ability_lines, people.by_ability(case))
    assert found["bottom_less_top"] == pytest.approx(0.5 - 0.1)
    assert found["mean_gain"] == pytest.approx(58 / 52 - 1)


def test_weeks_compare_orders_a_person_day() -> None:
    # a month of twenty days: one order a day, two on the last five, none on the first five
    orders = [0] * 5 + [1] * 10 + [2] * 5
    days = {
        "month": np.full(20, 4),
        "workday": np.arange(1, 21),
        "workdays_left": np.arange(19, -1, -1),
        "orders": np.array(orders),
        "reps": np.full(20, 2),
    }
    case = {name: {"days": days} for name in people.PERIODIC}
    found = lines(people.week_lines, people.weeks(case))
    assert found["quota_last"] == pytest.approx(2.0) and found["linear_first"] == 0.0


def test_effort_is_read_by_what_was_still_to_sell_the_evening_before() -> None:
    # one person, four days; the plan of 100 is reached on the second evening
    diary = table_of(
        (10, 5, 3, 0, 1.5, 1.0, 1, 80.0, 100.0),
        (11, 5, 2, 0, 1.5, 1.0, 2, 100.0, 100.0),
        (12, 5, 1, 0, 0.5, 1.0, 2, 100.0, 100.0),
        (13, 5, 0, 0, 0.5, 1.0, 0, 0.0, 100.0),
        names="day month workdays_left rep effort ability contracts bills plan",
    )
    sums = people.gap_sums(diary)
    # the second day had a fifth of the plan to sell (bin 2), the third none (bin 0); the mean effort is 1
    assert sums[2].tolist() == [1.5, 1.0, 1.0]
    assert sums[0].tolist() == [0.5, 1.0, 1.0]
    assert sums[:, 1].sum() == 2


def test_the_drop_beyond_the_plan_is_relative_to_the_peak() -> None:
    sums = np.zeros((6, 3))
    sums[:, 1] = 100
    sums[:, 0] = [80, 110, 120, 100, 90, 70]
    sums[:, 2] = [100, 90, 50, 30, 10, 0]
    found = people.effort_lines({"bonus": sums[None], "growing": sums[None]})
    assert found["bonus_chance_at_peak"] == pytest.approx(0.5)
    assert found["bonus_far_over_peak"] == pytest.approx(70 / 120)
    assert found["growing_drop_beyond"] == pytest.approx(1 - 80 / 120)


# ---- T9, T11, T12 ----------------------------------------------------------------------------------------------


def test_defection_is_annual_churn_by_share() -> None:
    shares = {"A": 0.5, "B": 0.3, "C": 0.2}
    rows = [(m, name, 100 * s, s, 3 * (1 - s) * s) for m in (0, 1, 2) for name, s in shares.items()]
    operators = table_of(*rows, names="month operator customers market_share churn_competitor")
    found = lines(market.defection_lines, market.defection({"passive": {"operators": operators}}))
    assert found["largest_deviation"] == pytest.approx(0.0, abs=1e-12)  # churn is 0.36 (1 - share) by construction
    assert found["correlation"] == pytest.approx(-1.0)
    assert found["annual_churn"] == pytest.approx(0.36 * (0.5 * 0.5 + 0.7 * 0.3 + 0.8 * 0.2))


def test_at_risk_counts_lives_by_span() -> None:
    lives = {
        "begun": np.array([0, 0, 0, 0, 90]),
        "ended": np.array([5, 15, 15, 30, 100]),
        "how": np.array([0, 0, 1, 2, 2]),
    }
    found = market.at_risk(lives, 10, 3)
    assert found["alive"].tolist() == [4, 3, 1]  # the fifth could not be followed for thirty days
    assert found["switched"].tolist() == [1, 1, 0]
    assert found["closed"].tolist() == [0, 1, 0]
    kept = market.kept_share({f"x_{name}": value[None] for name, value in found.items()}, "x")
    assert kept == pytest.approx([0.75, 1 - 1 / 2.5, 1.0])


def test_equal_hazards_give_no_rise_of_renewal() -> None:
    alive = 1000 * 0.8 ** np.arange(5)
    spans = {"alive": alive, "switched": alive * 0.2, "closed": np.zeros(5)}
    month = {"alive": np.full(30, 100.0), "switched": np.ones(30), "closed": np.zeros(30)}
    month["switched"][23] = 5
    seed = {f"{name}_{key}": value for name in ("usual", "alike") for key, value in spans.items()}
    found = lines(market.renewal_lines, seed | {f"term_{key}": value for key, value in month.items()})
    assert found["rise_in_points"] == pytest.approx(0.0) and found["rise_without_differences"] == pytest.approx(0.0)
    assert found["hazard_at_the_end"] == pytest.approx(5.0)


def test_the_slope_of_a_pareto_law_is_its_exponent() -> None:
    sizes = (1.0 - (np.arange(200_000) + 0.5) / 200_000) ** (-1 / 1.2)
    assert market.tail_slope(sizes, (10, 500)) == pytest.approx(-1.2, abs=0.02)


def test_the_top_fifth_of_bills() -> None:
    case = {
        "passive": {"bills": {"bill": np.array([60.0, 10, 10, 10, 10])}, "city": {"employees": np.arange(1.0, 600)}}
    }
    assert lines(market.tail_lines, market.tails(case))["top_fifth_of_bills"] == pytest.approx(0.6)


# ---- T15, T16, T19 to T23 --------------------------------------------------------------------------------------


def test_tours_that_follow_the_law_have_its_slope() -> None:
    luck = np.random.default_rng(1)
    stops, area = luck.integers(5, 20, 100).astype(float), luck.uniform(0.1, 4.0, 100)
    tours = {"stops": stops, "km2": area, "km": 1.1 * np.sqrt(stops * area)}
    tours |= {"visits": np.array([1600.0]), "days": np.array([100.0])}
    thin, thinner = ({**tours, "visits": np.array([n])} for n in (800.0, 400.0))
    case = {"usual": {"tours": tours}, "area_4": {"tours": thin}, "area_16": {"tours": thinner}}
    found = lines(field.tour_lines, field.tour_lengths(case))
    assert found["slope"] == pytest.approx(0.5)
    assert found["density_slope"] == pytest.approx(0.5) and found["density_slope_in_town"] == pytest.approx(0.5)


def test_erlang_a_of_an_even_day_is_the_closed_form(monkeypatch) -> None:
    from sim import telephone
    from sim.queueing import erlang_a

    class Even:
        share, slot_minutes = np.full(4, 0.25), 15.0

        def agents_by_slot(self, agents: int) -> np.ndarray:
            return np.full(4, agents)

    monkeypatch.setattr(telephone, "OpeningHours", Even)
    assert market.expected_to_give_up(1.0, 30.0, 6.0, 5) == pytest.approx(erlang_a(30.0, 6.0, 5, 3.0)[1])
    assert market.expected_to_give_up(1.0, 30.0, 6.0, 5) == pytest.approx(0.0603, abs=0.0005)


def test_congestion_compares_shares_of_callers() -> None:
    seed = {"1.0": np.array([100.0, 5, 5]), "1.2": np.array([120.0, 12, 10]), "1.37": np.array([100.0, 15, 15])}
    found = lines(market.congestion_lines, seed)
    assert found["doubling"] == pytest.approx(3.0)
    assert found["to_erlang_1.2"] == pytest.approx(1.2)
    assert found["convexity"] == pytest.approx(0.05 / 0.17 - 0.05 / 0.2)


def test_the_called_are_compared_with_themselves_uncalled() -> None:
    calls = {"called_day": np.array([10.0, 10.0, 10.0, 190.0]), "called": np.array(["a", "b", "c", "d"])}
    none = {"called_day": np.array([]), "called": np.array([], str)}
    woken = {"left_day": np.array([20.0, 73.0, 74.0, 200.0]), "left": np.array(["a", "b", "c", "d"])}
    quiet = {"left_day": np.array([5.0, 60.0]), "left": np.array(["a", "b"])}
    case = {"called": {"woken": calls | woken}, "uncalled": {"woken": none | quiet}}
    assert market.waking(case)["counts"].tolist() == [3.0, 2.0, 1.0]  # "c" left too late, "d" was called too late
    assert lines(market.waking_lines, market.waking(case))["churn_ratio"] == pytest.approx(2.0)


def test_reactions_within_six_months_count() -> None:
    seeds = []
    for days, same in (([200.0, 230.0], [1.0, 0.0]), ([400.0], [1.0]), ([100.0], [1.0]), ([], [])):
        told = {"first_visit": np.array([150.0]), "day": np.array(days), "same": np.array(same)}
        seeds.append(market.passivity({"active": {"reactions": told}}))
    found = lines(market.passivity_lines, *seeds)
    assert found["launches_answered"] == pytest.approx(0.25) and found["same_instrument"] == pytest.approx(0.5)


def test_without_reactions_no_launch_is_answered() -> None:
    told = {"first_visit": np.array([150.0]), "day": np.empty(0), "same": np.empty(0)}
    found = lines(market.passivity_lines, market.passivity({"active": {"reactions": told}}))
    assert found["launches_answered"] == 0.0 and np.isnan(found["same_instrument"])


def test_depletion_is_the_fall_to_the_fifth_pass() -> None:
    phone = {"contacts": np.full(6, 100.0), "orders": np.array([10.0, 9, 8, 7, 6, 99])}
    doors = {"contacts": np.full(6, 100.0), "orders": np.array([10.0, 10, 11, 10, 9, 99])}
    found = lines(field.depletion_lines, field.depletion({"phone": {"dials": phone}, "field": {"visits": doors}}))
    assert found["phone_fall"] == pytest.approx(0.4) and found["door_fall"] == pytest.approx(0.1)
    assert found["phone_largest_rise"] == pytest.approx(-0.1)
    assert found["phone_less_door_fall"] == pytest.approx(0.3)


def test_bottleneck_compares_waits_by_load() -> None:
    case = {}
    for team, orders, adds, wait in (("0", 10, 9, 5), ("1", 15, 13, 6), ("2", 18, 15, 9), ("4", 20, 15, 15)):
        case[f"reps_{team}"] = monthly(
            orders=[orders] * 12,
            cancelled=[orders - adds] * 12,
            gross_adds=[adds] * 12,
            install_wait_days=[wait] * 12,
            visits=[0] + [1] * 11,
        )
    found = lines(market.bottleneck_lines, market.bottleneck(case))
    assert found["highest_load"] == pytest.approx(1.0) and found["longest_wait"] == 15
    assert found["convexity"] == pytest.approx(6 / 0.1 - 1 / 0.25)
    assert found["cancelled_points"] == pytest.approx(15.0)
    assert found["installed_over_signed_growth"] == pytest.approx((15 / 9) / 2)


def test_costs_of_an_acquisition_by_channel() -> None:
    def channels(*rows):
        return {"channels": table_of(*rows, names="month channel cost gross_adds")}

    case = {
        "passive": channels((0, "inbound", 9e9, 0), (1, "inbound", 1000.0, 10), (1, "field", 0.0, 0)),
        "field": channels((1, "inbound", 1100.0, 12), (1, "field", 5000.0, 10)),
        "phone": channels((1, "telemarketing", 600.0, 2)),
    }
    found = lines(field.cost_lines, field.costs(case))
    assert found["field_over_inbound"] == pytest.approx(5.0)
    assert found["incremental_over_attributed"] == pytest.approx((5100 / 12) / 500)
    assert found["phone_over_field"] == pytest.approx(0.6)


# ---- events ----------------------------------------------------------------------------------------------------

EVENTS = "day event business_id operator actor_id channel value"


def test_a_tour_counts_places_and_closes_the_way() -> None:
    x, y = np.array([0.0, 1, 1, 0, 0.5, 0.5, 9]), np.array([0.0, 0, 1, 1, 1, 1, 9])
    rows = [(3, "visit", str(i), "F", 0, "field", np.nan) for i in (0, 1, 2, 4, 5, 3)]
    rows += [(4, "visit", str(i), "F", 0, "field", np.nan) for i in (0, 1, 6)]  # two zones: no tour
    found = reduce.tours(table_of(*rows, names=EVENTS), x, y, np.array([0] * 6 + [1]), {str(i): i for i in range(7)})
    assert found["stops"].tolist() == [5] and found["km"] == pytest.approx([4.0])
    assert found["km2"] == pytest.approx([(6 / 4) ** 2])
    assert (found["visits"][0], found["days"][0]) == (9, 2)


def test_the_last_bill_of_a_business_counts_and_a_closed_one_does_not() -> None:
    events = table_of(
        (1, "activated", "a", "F", -1, "", 10.0),
        (2, "renewal", "a", "F", -1, "", 12.0),
        (2, "renewal", "b", "F", -1, "", 7.0),
        (3, "closure", "b", "F", -1, "", 7.0),
        names=EVENTS,
    )
    assert reduce.bills(events)["bill"].tolist() == [12.0]


def test_lives_end_by_a_switch_a_closure_or_not_at_all() -> None:
    events = table_of(
        (1, "activated", "a", "F", -1, "", 1.0),
        (1, "activated", "b", "F", -1, "", 1.0),
        (5, "churn", "a", "F", -1, "", 1.0),
        (5, "activated", "a", "R", -1, "", 1.0),
        (7, "closure", "b", "F", -1, "", 1.0),
        (8, "churn", "z", "F", -1, "", 1.0),  # begun before the run
        names=EVENTS,
    )
    found = reduce.lives(events, 20)
    assert found["begun"].tolist() == [1, 1, 5] and found["ended"].tolist() == [5, 7, 20]
    assert found["how"].tolist() == [reduce.CHURNED, reduce.CLOSED, reduce.GOING_ON]


def test_an_order_belongs_to_the_last_pass_before_it() -> None:
    events = table_of(
        (1, "dial", "a", "F", -1, "telemarketing", np.nan),
        (2, "dial", "b", "F", -1, "telemarketing", np.nan),
        (3, "dial", "a", "F", -1, "telemarketing", np.nan),
        (4, "order", "a", "F", -1, "telemarketing", 1.0),
        (5, "order", "b", "F", -1, "inbound", 1.0),  # by another channel
        (6, "closure", "a", "F", -1, "", 1.0),
        (7, "dial", "a", "F", -1, "telemarketing", np.nan),  # a new tenant: its first
        (8, "dial", "a", "R", -1, "telemarketing", np.nan),  # a rival's
        names=EVENTS,
    )
    found = reduce.passes(events, "dial", "telemarketing", "F")
    assert found["contacts"][:3].tolist() == [3, 1, 0] and found["orders"][:3].tolist() == [0, 1, 0]


def test_prices_and_people_of_one_day_are_one_reaction() -> None:
    events = table_of(
        (1, "call", "a", "F", -1, "inbound", np.nan),
        (9, "visit", "a", "F", 0, "field", np.nan),
        (20, "reaction", "", "R", -1, "", 0.9),
        (20, "reaction", "", "R", -1, "field", 2.0),
        (30, "reaction", "", "S", -1, "", 0.9),
        names=EVENTS,
    )
    found = reduce.reactions(events)
    assert found["first_visit"].tolist() == [9] and found["same"].tolist() == [1, 0]
