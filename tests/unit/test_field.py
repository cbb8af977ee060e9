"""The field day: minutes, what a visit leaves behind and finds out, afterthoughts, follow-ups and later calls."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from sim.awareness import MEMORY_UNIT, PERSUASION_UNIT
from sim.choice import offer_value, stay_value
from sim.crm import UNKNOWN
from sim.market import Market
from sim.reps import RepTable
from sim.state import FIELD, INBOUND, LONG_AGO, NEVER, NONE, VACANT
from sim.steps import callbacks, field, patches
from tests.tiny import tiny_city, tiny_operators
from tests.worlds import column, events, market, middle_city, small_city

MET = {
    f"world.field.decision_maker_share.{kind}": 1.0
    for kind in ("street_level", "business_centre", "shopping_centre", "industrial")
}
UNMET = dict.fromkeys(MET, 0.0)
MUTE = {"world.field.woken_months": 0.0, "world.field.refusal_share": 0.0}  # visits wake nobody and annoy nobody


def active(numbers=None, city=None, months: int = 3, reps: int = 2, seed: int = 1, **run) -> Market:
    """A market with a field department."""
    decided = {"department.active": True, "department.reps": reps, "record.events": True, **(numbers or {})}
    return market(city or middle_city(), seed, decided, months=months, **{"warmup": 0, **run})


@cache
def usual() -> Market:
    """Half a year of two representatives."""
    return active(months=6).run()


def first_field_day(numbers=None, city=None, **decided) -> Market:
    """A market on the evening of its first day with visits."""
    made = active(numbers, city, **decided)
    while not (made.field.crm.visit_day > LONG_AGO).any():
        made.step()
    return made


def visited(made: Market) -> np.ndarray:
    """Rows that have been visited."""
    return np.flatnonzero(made.field.crm.visit_day > LONG_AGO)


# ---- doors -----------------------------------------------------------------------------------------------------------


def test_no_door_is_visited_twice_within_the_revisit_days_but_for_a_new_tenant() -> None:
    made = active({"department.revisit_days": 20}, small_city(), months=8).run()
    log, new = events(made, "visit"), set(events(made, "opening")["business_id"])
    pauses = []
    for door in set(log["business_id"]) - new:
        pauses += np.diff(log["day"][log["business_id"] == door]).tolist()
    assert len(pauses) > 30 and min(pauses) >= 20


def test_nobody_visits_own_customers_vacant_premises_or_signed_orders() -> None:
    made = active(city=small_city(), months=4)
    seen = 0
    while made.running:
        before = made.state.provider.copy(), made.state.order_operator.copy(), made.field.crm.forbids.copy()
        made.step()
        doors = np.flatnonzero(made.field.crm.visit_day == made.day - 1)
        provider, order, forbidden = (each[doors] for each in before)
        assert (provider != 0).all() and (made.state.provider[doors] != VACANT).all()
        assert (order != 0).all() and not forbidden.any()
        seen += doors.size
    assert seen > 40


def test_zones_without_the_network_are_not_visited() -> None:
    operators = tiny_operators()
    operators[0]["network"] = "coverage"
    city = tiny_city(
        operators, coverage={"operator": ["Focal", "Focal"], "zone_id": ["NW", "SE"], "since": ["2020-01-01"] * 2}
    )
    made = active(city=city).run()
    assert set(events(made, "visit")["zone_id"]) == {"NW", "SE"}


def test_everybody_works_the_own_patch() -> None:
    made = active(months=2).run()
    log = events(made, "visit")
    rows = {name: row for row, name in enumerate(np.asarray(made.city.premises_id).astype(str))}
    owners = {made.field.owner[rows[door]] for door in log["business_id"]}
    assert owners == {0, 1}
    for rep in (0, 1):
        zones = set(log["zone_id"][log["actor_id"] == rep])
        assert not zones & set(log["zone_id"][log["actor_id"] == 1 - rep])


# ---- minutes ---------------------------------------------------------------------------------------------------------


def minutes_of(made: Market, doors: np.ndarray) -> float:
    """Minutes of visits that all meet the decision-maker, in the order of the tour."""
    rules, crm = made.field.rules, made.field.crm
    ways = sum(patches.way_minutes(rules, crm, a, b) for a, b in pairwise(doors))
    return ways + float((rules.waiting_minutes[made.state.premises[doors]] + rules.talk_minutes).sum())


def test_the_day_is_filled_and_never_longer_than_its_minutes() -> None:
    dutiful = {"department.conduct.split": False}  # unpaid work left undone would leave more of the day for doors
    made = first_field_day({**MET, **MUTE, **dutiful}, reps=1)
    rules, effort = made.field.rules, made.field.reps.effort[0]
    free = rules.working_minutes * effort * (1.0 - rules.paperwork_share) - rules.start_minutes
    log = events(made, "visit")
    rows = {name: row for row, name in enumerate(np.asarray(made.city.premises_id).astype(str))}
    doors = np.array([rows[door] for door in log["business_id"]])
    assert free - 60.0 < minutes_of(made, doors) <= free


def test_more_effort_is_a_longer_day() -> None:
    lazy, keen = (
        first_field_day({"world.effort.controlled_effort": e, "world.effort.uncontrolled_effort": e}, reps=1)
        for e in (0.3, 1.2)
    )
    assert visited(keen).size > 2 * visited(lazy).size > 0


def test_the_way_is_indoors_on_foot_or_by_car() -> None:
    made = active(city=small_city())
    rules, crm = made.field.rules, made.field.crm
    crm.x[:4], crm.y[:4] = [0.0, 0.0, 0.2, 8.0], 0.0
    walk = 0.2 * rules.minutes_per_km
    assert patches.way_minutes(rules, crm, 0, 1) == rules.indoor_minutes
    assert patches.way_minutes(rules, crm, 0, 2) == pytest.approx(rules.indoor_minutes + walk)
    assert patches.way_minutes(rules, crm, 0, 3) == pytest.approx(rules.indoor_minutes + 4.0 + 0.15 * 40.0 * walk)


def test_decision_makers_are_met_by_premises_type() -> None:
    made = usual()
    kind = dict(zip(np.asarray(made.city.premises_id).astype(str), made.state.premises, strict=True))
    visits, contacts = events(made, "visit")["business_id"], events(made, "contact")
    met = contacts["business_id"]
    followed = len(events(made, "followup")["day"])
    for number, share in enumerate(made.field.rules.decision_maker):
        n = sum(kind[door] == number for door in visits)
        got = sum(kind[door] == number for door in met)
        if n > 50:
            assert abs(got - n * share) < 4 * np.sqrt(n * share * (1 - share)) + followed


# ---- what a visit leaves behind --------------------------------------------------------------------------------------


def test_a_talk_is_remembered_and_pleases() -> None:
    made = first_field_day({**MET, **MUTE})
    p, doors = made.parameters.world.field, visited(made)
    others = np.setdiff1d(np.arange(len(made.state)), doors)
    assert (made.state.memory[doors, 0] * MEMORY_UNIT >= p.visit_recall_share - 0.01).all()
    assert np.median(made.state.persuasion[doors, 0] * PERSUASION_UNIT) == pytest.approx(p.visit_persuasion, abs=0.01)
    assert (made.state.touch_day[doors, FIELD] == made.day - 1).all()
    assert (made.state.touch_day[others, FIELD] < made.day - 1).all()


def test_a_card_left_with_somebody_else_is_remembered_less_and_pleases_nobody() -> None:
    made = first_field_day({**UNMET, **MUTE})
    doors = visited(made)
    assert np.median(made.state.memory[doors, 0] * MEMORY_UNIT) == pytest.approx(
        made.parameters.world.field.leaflet_recall_share, abs=0.01
    )
    mute = first_field_day({**UNMET, **MUTE, "world.field.visit_persuasion": 0.0})
    assert made.state.persuasion[doors, 0].tolist() == mute.state.persuasion[doors, 0].tolist()
    assert (made.field.crm.known_day[doors] == LONG_AGO).all()


def test_whoever_refuses_is_not_visited_again() -> None:
    made = active(
        {**MET, "world.field.refusal_share": 1.0, "world.field.woken_months": 0.0}, small_city(), months=6
    ).run()
    log, new = events(made, "contact"), set(events(made, "opening")["business_id"])
    doors = log["business_id"][~np.isin(log["business_id"], list(new))]
    assert len(doors) > 20 and len(set(doors)) == len(doors)


def test_a_visit_that_wakes_nobody_brings_no_order_but_from_those_who_look_already() -> None:
    asleep = active({"world.field.woken_months": 0.0, "world.field.followup_months": 0.0}, months=6).run()
    assert column(asleep, "orders_field").sum() < column(usual(), "orders_field").sum()
    assert (asleep.field.afterthoughts == NEVER).all()


def test_a_woken_business_weighs_our_offer_alone() -> None:
    made = first_field_day({**MET, "world.field.woken_months": 1000.0, "world.field.decided_at_door_share": 1.0})
    doors = visited(made)
    woken = doors[(made.state.offers[doors] & 1) > 0]
    assert woken.size > 3
    assert np.isin(made.state.offers[woken], [1]).mean() > 0.7  # the rest looked around before
    assert (made.state.offer_channel[woken, 0] == FIELD).all()
    assert ((made.state.decision_day[woken] != NEVER) | (made.state.order_operator[woken] != NONE)).all()


def test_those_woken_decide_at_the_door_or_later_by_their_share() -> None:
    made = first_field_day({**MET, "world.field.woken_months": 1000.0, "world.field.decided_at_door_share": 0.0})
    assert not (made.state.offers[visited(made)] & 1).all()
    noted = made.field.afterthoughts
    assert (noted < NEVER).any() and noted.min() > made.day - 1


def test_afterthoughts_come_after_the_mean_of_their_days() -> None:
    numbers = {**MET, "world.field.woken_months": 1000.0, "world.field.decided_at_door_share": 0.0}
    waits = []
    made = active({**numbers, "department.reps": 8}, months=2)
    book = made.field.afterthoughts
    while made.running:
        before, today = book.copy(), made.day
        made.step()
        noted = (book != before) & (book != NEVER)
        waits.extend((book[noted] - today).tolist())
    assert min(waits) >= 1
    assert np.mean(waits) == pytest.approx(15.5, abs=4 * 15 / np.sqrt(len(waits)))


# ---- what it finds out -----------------------------------------------------------------------------------------------


def test_what_is_told_is_what_is_true() -> None:
    written = {"department.conduct.split": False}
    made = first_field_day({**MET, **MUTE, **written, "world.field.revealed_share": 1.0})
    crm, state, doors = made.field.crm, made.state, visited(made)
    assert (crm.known_day[doors] == made.day - 1).all()
    assert (crm.provider[doors] == state.provider[doors]).mean() > 0.9  # some switched in the evening
    term = doors[(state.term_months[doors] > 0) & (state.provider[doors] == crm.provider[doors])]
    assert (crm.contract_end[term] == state.contract_end[term]).mean() > 0.9


def test_without_candour_the_crm_stays_empty_and_no_appointment_is_made() -> None:
    made = active({"world.field.revealed_share": 0.0}, months=4).run()
    assert (made.field.crm.provider == UNKNOWN).all() and (made.field.crm.contract_end == NEVER).all()
    assert column(made, "followups").sum() == 0 and (made.field.appointments == NEVER).all()


def test_the_best_offer_of_a_rival_is_the_lowest_bill_on_the_table() -> None:
    made = active(city=middle_city())
    state, price = made.state, made.scene.appeal.price
    row = int(np.flatnonzero(state.provider == 0)[0])
    state.offers[row] = 0b1
    assert np.isnan(field.best_rival_offer(price, state.deal, row))
    state.offers[row] = 0b1110
    bills = price[1:, state.size_class[row], state.premises[row]] * state.usage[row]
    assert field.best_rival_offer(price, state.deal, row) == pytest.approx(bills.min())


# ---- follow-ups ------------------------------------------------------------------------------------------------------


def test_appointments_fall_before_the_known_contract_end() -> None:
    made = active(months=4).run()
    crm, days = made.field.crm, made.field.appointments
    rows = np.flatnonzero(days < NEVER)
    lead = made.parameters.world.field.followup_lead_days
    end = crm.contract_end[rows].astype(int)
    assert rows.size > 20
    assert (days[rows] < end).all()
    assert (end - days[rows] >= lead).mean() > 0.8  # only ends that are near are called on earlier than the lead says


def test_follow_ups_are_made_when_due_and_struck() -> None:
    made = usual()
    assert column(made, "followups").sum() > 0
    log = events(made, "followup")
    assert len(set(zip(log["day"].tolist(), log["business_id"].tolist(), strict=True))) == len(log["day"])


def test_without_the_worth_of_follow_ups_none_are_made() -> None:
    assert column(active({"world.field.followup_months": 0.0}, months=4).run(), "followups").sum() == 0


# ---- who answers whom ------------------------------------------------------------------------------------------------

SURE_CARD = {
    "world.field.card_kept_share": 1.0,
    "world.field.card_fading_per_month": 0.0,
    "world.field.same_person_share": 1.0,
    "world.field.rep_reached_share": 1.0,
}


def rings(numbers: dict, later_days: int = 0, gone: bool = False) -> np.ndarray:
    """Which of the visited would ring their representative some days after."""
    made = first_field_day(numbers)
    if gone:
        made.field.reps.stage[:] = 2
    callers, today = visited(made), made.day - 1 + later_days
    force, key = made.field, made.luck("cards", today).key
    people = force.reps.held, force.ground, force.behaviour.manners.promise
    return callbacks.ring(key, key, made.state.held, *people, callers, today)


def test_whoever_has_the_card_at_hand_rings_the_representative() -> None:
    assert rings(SURE_CARD).all()


@pytest.mark.parametrize("link", ["card_kept_share", "same_person_share", "rep_reached_share"])
def test_with_one_link_missing_the_common_number_rings(link: str) -> None:
    assert not rings({**SURE_CARD, f"world.field.{link}": 0.0}).any()


def test_a_representative_who_left_is_not_rung() -> None:
    assert not rings(SURE_CARD, gone=True).any()


def test_after_the_memory_of_the_visit_the_common_number_rings() -> None:
    span = usual().scene.calendar.span(usual().parameters.world.field.visit_memory_months)
    assert rings(SURE_CARD, later_days=span).all()
    assert not rings(SURE_CARD, later_days=span + 1).any()


def test_a_visited_caller_at_the_common_number_gets_an_offer_without_the_personal_weight() -> None:
    no_cards = {"world.field.card_kept_share": 0.0, "world.field.decided_at_door_share": 0.0}
    made = active({**no_cards, "world.field.woken_months": 20.0}, months=4).run()
    gained = (
        column(made, "inbound_calls").sum()
        - column(market(middle_city(), months=4, warmup=0).run(), "inbound_calls").sum()
    )
    offered = (made.state.offers & 1) > 0
    by_phone = offered & (made.state.offer_channel[:, 0] == INBOUND)
    assert gained > 20 and (by_phone & (made.field.crm.visit_day > LONG_AGO)).any()


def test_with_all_cards_kept_the_thoughtful_ring_the_representative() -> None:
    thoughtful = {"world.field.decided_at_door_share": 0.0, "world.field.woken_months": 20.0}
    kept, lost = (
        column(
            active({**thoughtful, **SURE_CARD, "world.field.card_kept_share": share}, months=4).run(), "inbound_calls"
        )
        for share in (1.0, 0.0)
    )
    assert kept.sum() < lost.sum()


# ---- the offer -------------------------------------------------------------------------------------------------------


def utility(made: Market, row: int) -> tuple[float, float]:
    """Of our offer, and of staying."""
    state, scene = made.state, made.scene
    parts = scene.appeal, state.mind, scene.fading, state.deal, scene.peers, row
    return offer_value(*parts, 0, made.day), stay_value(*parts, made.day)


def offer(made: Market, row: int, seller: float) -> None:
    """A representative's offer of this mastery, without promises."""
    ground = made.field.crm, made.field.visit
    field.offer_all(np.uint64(1), made.state.held, *ground, np.array([row]), np.array([seller]), np.zeros(1))


def bound_row(made: Market) -> int:
    """A business bound for long to the rival."""
    state = made.state
    far = (state.provider == 1) & (state.term_months > 0) & (state.contract_end > made.day + 100)
    return int(np.flatnonzero(far)[0])


def test_the_personal_channel_and_skill_weigh_in_the_offer() -> None:
    made = active(city=small_city())
    row, p = bound_row(made), made.parameters.world.field
    plain = utility(made, row)[0]
    offer(made, row, 0.0)
    assert utility(made, row)[0] - plain == pytest.approx(p.personal_logit, abs=1 / 64)
    offer(made, row, 1.0)
    assert utility(made, row)[0] - plain == pytest.approx(p.personal_logit + p.skill_logit, abs=1 / 64)


def test_a_buy_out_takes_its_part_of_the_fee_off_the_wish_to_stay() -> None:
    whole, none = (active({"department.buyout_share": share}, small_city()) for share in (1.0, 0.0))
    row = bound_row(none)
    for made in (whole, none):
        offer(made, row, 0.0)
    fee = none.scene.appeal.fee_logit_per_day * (none.state.contract_end[row] - none.day)
    assert utility(whole, row)[0] - utility(none, row)[0] == pytest.approx(fee)
    assert fee > 0 and utility(whole, row)[1] == utility(none, row)[1]


def test_a_buy_out_is_for_the_representatives_alone() -> None:
    made = active({"department.buyout_share": 1.0}, small_city())
    row = bound_row(made)
    made.state.offers[row] = 1
    made.state.offer_channel[row, 0] = INBOUND
    with_fee = utility(made, row)[0]
    made.state.contract_end[row] = made.day
    assert utility(made, row)[0] == pytest.approx(with_fee)


def test_a_buy_out_costs_money_when_the_contract_goes_into_service() -> None:
    bought = active({"department.buyout_share": 1.0}, months=6).run()
    assert column(bought, "cost_discounts").sum() > column(usual(), "cost_discounts").sum()
    ledger = bought.tables()["ledger"]
    paid = ledger["amount"][(ledger["account"] == "discounts") & (ledger["channel"] == "field")]
    assert paid.sum() < 0


def test_who_sells_along_makes_the_pair_more_skilled_and_most_at_large_clients():
    reps = RepTable.empty()
    reps.add(2)
    reps.ability[:], reps.skill[:] = 2.0, 0.5
    reps.lift[0], reps.lift_large[0] = 0.25, 0.5
    mastery = [[np.exp(field.mastery_at_the_door(reps.held, rep, large)) for rep in (0, 1)] for large in (False, True)]
    assert mastery == [pytest.approx([1.5, 1.0]), pytest.approx([2.0, 1.0])]
