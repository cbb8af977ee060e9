"""The department's stages and dates, its money, its people's skill, its heads, and who leaves."""

from __future__ import annotations

from collections import Counter

import mesa
import numpy as np
import pytest

from sim.agents.field_rep import rep_agents
from sim.agents.head_of_sales import head_agents
from sim.department import Department
from sim.draws import Streams
from sim.errors import InputError
from sim.learning import accompanied, after_leaving, forget, lead, learn, lessons, new_head, newcomer_skill, supervise
from sim.ledger import ACCOUNTS, Ledger
from sim.reps import LEFT, PRODUCTIVE, TRAINING
from sim.stages import Outcomes
from sim.workdays import workdays
from sim.world import ByMode
from tests.worlds import shipped, small_city

CALENDAR = workdays("2027-01", 2, 12, "AU", "VIC")
START = int(CALENDAR.first_day[2])
MONTH = CALENDAR.per_month
P = shipped().world.department
LESSONS = lessons(P, CALENDAR)
CITY = small_city()
FIELD_ACCOUNTS = ("recruiting", "training", "consultants", "management", "field_fixed")


ALL_PASS = {"certificate_pass_share": ByMode(turnkey=1.0, alone=1.0)}


def department(seed: int = 1, numbers: dict | None = None, off: tuple[str, ...] = (), **decided) -> Department:
    """A department of the tiny city, with some stages off, and claims and decisions changed at will."""
    d = shipped().department
    stages = d.stages.model_copy(update=dict.fromkeys(off, False))
    d = d.model_copy(update={"active": True, "reps": 3, "stages": stages, **decided})
    return Department(d, P.model_copy(update=ALL_PASS | (numbers or {})), CALENDAR, CITY, Streams(seed), START)


class Run:
    """A department let run for some months; everybody makes ten visits a day and earns what they could elsewhere."""

    def __init__(self, of: Department, months: int = 12, income: float | None = None, sold: tuple[float, ...] = (1.0,)):
        self.department, self.ledger = of, Ledger()
        self.stage: list[str] = []
        self.changes: Counter[str] = Counter()
        last = int(CALENDAR.first_day[2 + months]) if months < 12 else CALENDAR.days
        pay = P.outside_wage_per_month if income is None else income
        for day in range(START, last):
            self.day(day)
            if CALENDAR.closes_month(day):
                of.reps.bills_signed[:] = of.reps.plan * np.resize(sold, len(of.reps))
                changes = of.close_month(day, self.ledger, np.full(len(of.reps), pay))
                self.changes.update({name: len(rows) for name, rows in changes._asdict().items()})
                self.ledger.close_month()

    def day(self, day: int) -> None:
        of = self.department
        if CALENDAR.opens_month(day):
            of.reps.begin_month()
        of.open_day(day)
        self.stage.append(of.stage_today(day))
        of.plan_per_rep(lambda estimate: 1000.0)
        of.open_month(day)
        of.reps.visits_ever[of.reps.stage == PRODUCTIVE] += 10
        of.after_day(day)

    def cost(self, account: str) -> float:
        return float(-sum(month[ACCOUNTS.index(account)].sum() for month in self.ledger.closed))


NOBODY_QUITS = {"quit_rate_per_month": 0.0}
NO_HEAD_INSIDE = {"head_inside_share": 0.0}
STEADY = NOBODY_QUITS | NO_HEAD_INSIDE


# ---- dates -----------------------------------------------------------------------------------------------------------


def test_turnkey_takes_four_weeks_to_the_first_visit():
    run = Run(department(), 2)
    assert run.department.reps.productive_day.tolist() == [START + 20] * 3


def test_alone_takes_ten_to_fourteen_weeks():
    run = Run(department(mode="alone"), 4)
    weeks = (run.department.reps.productive_day - START) / 5
    assert ((weeks >= 10) & (weeks <= 14)).all()


def test_stages_follow_each_other():
    stages = list(dict.fromkeys(Run(department(), 8).stage))
    assert stages == ["test_sales", "recruiting", "debugging", "processes", "remote_support", "independence"]


def test_debugging_processes_and_support_take_one_one_and_three_months():
    steps = {step.stage: step for step in department().timeline()}
    months = {name: round((step.ends - step.begins) / MONTH) for name, step in steps.items()}
    assert (months["debugging"], months["processes"], months["remote_support"]) == (1, 1, 3)
    assert steps["independence"].begins == steps["remote_support"].ends


def test_a_stage_left_out_moves_no_later_month():
    whole, without = department(), department(off=("debugging",))
    assert without.course.begin("processes") == whole.course.begin("processes")
    assert "debugging" not in {step.stage for step in without.timeline()}


def test_leaving_out_the_labour_market_saves_its_time():
    assert department().course.hired - department(off=("labour_market",)).course.hired == P.labour_market_days.turnkey


def test_alone_has_no_remote_support():
    assert "remote_support" not in {step.stage for step in department(mode="alone").timeline()}


def test_building_begins_with_the_month_decided():
    assert department(start_month=4).course.start == CALENDAR.first_day[5]
    assert department(start_month=4).stage_today(START) == "planned"


def test_a_start_beyond_the_run_never_comes():
    run = Run(department(start_month=100))
    assert set(run.stage) == {"planned"} and run.department.timeline() == []


# ---- inactive, empty, closed -----------------------------------------------------------------------------------------


def test_inactive_costs_nothing_and_does_nothing():
    run = Run(department(active=False), 3)
    assert not len(run.department.reps) and not any(run.cost(account) for account in FIELD_ACCOUNTS)
    assert set(run.stage) == {"none"} and (run.department.patch_of_zone == -1).all()


def test_without_representatives_recruiters_and_consultants_still_cost():
    run = Run(department(reps=0), 6)
    assert run.cost("recruiting") > 0 and run.cost("consultants") > 0
    assert run.cost("field_fixed") == run.cost("training") == run.cost("management") == 0
    assert not len(run.department.reps) and (run.department.patch_of_zone == -1).all()


def test_after_the_close_nobody_is_left_and_nothing_costs():
    run = Run(department(close_month=5), 8)
    reps = run.department.reps
    assert (reps.stage == LEFT).all() and (run.department.patch_of_door == -1).all()
    assert reps.left_day.max() == CALENDAR.first_day[6] - 1
    assert [run.ledger.closed[month].any() for month in (3, 4, 5)] == [True, False, False]
    assert run.stage[-1] == "closed" and run.department.timeline()[-1].ends == CALENDAR.first_day[6]


# ---- money -----------------------------------------------------------------------------------------------------------


def test_the_stages_add_up_to_the_ledger():
    run = Run(department(), 9)
    booked = sum(run.cost(account) for account in FIELD_ACCOUNTS)
    assert sum(step.cost for step in run.department.timeline()) == pytest.approx(booked)
    run.ledger.check()


def test_recruiting_three_costs_one_funnel_and_the_standing_recruiter():
    run = Run(department(numbers=STEADY), 1)
    standing = P.recruiter_standing_share * P.recruiter_cost_per_day * CALENDAR.days_in_month[2]
    funnel = 5 * P.recruiter_cost_per_day + 3 * P.vacancy_cost_per_rep + 12 * P.trial_cost_per_candidate
    assert run.cost("recruiting") == pytest.approx(funnel + standing)
    assert run.cost("training") == 3 * P.training_cost_per_rep


def test_consultants_are_paid_by_the_day():
    run = Run(department(off=("debugging", "processes", "remote_support")), 2)
    days = 2 * P.test_sales_days.turnkey + P.labour_market_days.turnkey + 15
    assert run.cost("consultants") == pytest.approx(days * P.consultant_cost_per_day)


def test_alone_pays_no_consultant_but_its_own_managers():
    run = Run(department(mode="alone"), 3)
    assert run.cost("consultants") == 0 and run.cost("management") > 0


def test_a_head_costs_a_month_s_wage_a_month():
    run = Run(department(numbers=STEADY), 6)
    last = run.ledger.closed[-1][ACCOUNTS.index("management")].sum()
    assert -last == pytest.approx(P.head_cost_per_month)


# ---- skill -----------------------------------------------------------------------------------------------------------


def test_practice_follows_the_learning_curve():
    start = np.array([P.starting_skill_share])
    months = 4.5
    expected = 1 - (1 - P.starting_skill_share) * np.exp(-months / P.learning_months)
    assert learn(start, months * MONTH, 0.0, LESSONS)[0] == pytest.approx(expected)
    assert expected == pytest.approx(0.9, abs=0.01)


def test_coaching_shortens_learning_by_its_effect():
    start = np.array([0.4])
    coached = learn(start, 10.0, 1.0, LESSONS)
    assert coached == pytest.approx(learn(start, 10.0 / (1 - P.coaching_effect_share), 0.0, LESSONS))


def test_days_of_practice_add_up_to_the_closed_form():
    of = Run(department(numbers=STEADY, off=("debugging", "processes", "remote_support")), 2).department
    days = int(CALENDAR.first_day[4]) - (START + 20)
    closed = learn(np.array([P.starting_skill_share]), days, 0.0, LESSONS)
    assert of.reps.skill == pytest.approx(np.repeat(closed, 3))


def test_idle_months_take_part_of_what_was_learned():
    after = forget(np.array([0.9]), 0.4, MONTH, LESSONS)
    assert after[0] == pytest.approx(0.9 - P.forgetting_per_month * 0.5, abs=1e-4)


def test_the_coached_learn_faster_than_those_alone():
    turnkey, alone = Run(department(numbers=STEADY), 6), Run(department(numbers=STEADY, mode="alone"), 6)
    assert turnkey.department.reps.skill.min() > alone.department.reps.skill.max()


def test_described_processes_keep_more_of_what_a_leaver_knew():
    described, not_described = (after_leaving(0.8, 1, 2, written, P) for written in (True, False))
    assert not_described == pytest.approx(0.8 * (1 - P.knowledge_lost_share / 2))
    assert described > not_described


def test_newcomers_start_with_what_the_department_passes_on():
    assert newcomer_skill(0.4, 0.0, True, P) == 0.4
    assert newcomer_skill(0.4, 1.0, True, P) == pytest.approx(0.4 + 0.6 * P.described_transfer_share)
    assert newcomer_skill(0.4, 1.0, False, P) == pytest.approx(0.4 + 0.6 * P.hearsay_transfer_share)


# ---- heads and control -----------------------------------------------------------------------------------------------


def test_control_is_the_share_of_a_full_span():
    span = P.model_copy(update={"span_reps": 7.0})
    assert [supervise(people, 1, True, 0, 1.0, False, span).control for people in (7, 14)] == [1.0, 0.5]


def test_a_head_in_training_looks_after_fewer_and_coaches_less():
    span = P.model_copy(update={"span_reps": 8.0})
    half = supervise(8, 0.5, 0.5, 0, 1.0, False, span)
    assert half.control == 0.5 and half.coaching == 0.25


def test_heads_grow_into_their_post_and_faster_with_a_mentor():
    start = np.array([0.4])
    days = round(P.head_learning_months * MONTH)
    grown, mentored = start, start
    for _ in range(days):
        grown, mentored = lead(grown, False, P, MONTH), lead(mentored, True, P, MONTH)
    assert grown[0] == pytest.approx(1 - 0.6 * np.exp(-days / (P.head_learning_months * MONTH)))
    assert grown[0] < mentored[0] < 1.0


def test_a_taught_head_begins_nearer_to_a_practised_one():
    assert new_head(False, 0.0, P) == P.head_outside_competence
    assert new_head(True, 0.5, P) == pytest.approx(0.5 + 0.5 * P.head_inside_competence)


def test_turnkey_heads_are_ahead_of_those_alone():
    turnkey, alone = (Run(department(numbers=STEADY, mode=mode), 10).department for mode in ("turnkey", "alone"))
    assert alone.competence[0] < turnkey.competence[0] < 1.0
    assert turnkey.coaching.max() > alone.coaching.max()


def test_without_leadership_a_trained_head_coaches_fully_from_the_first_day():
    of = Run(department(numbers=STEADY, off=("remote_support",), **off_for_people("leadership")), 4).department
    assert of.heads == 1 and of.coaching.tolist() == [1.0] * 3


# ---- the debugging ---------------------------------------------------------------------------------------------------


def test_everybody_s_turn_comes_to_be_accompanied():
    rows = np.array([3, 5, 7])
    assert sorted(np.concatenate([accompanied(rows, 1, day) for day in range(3)]).tolist()) == [3, 5, 7]
    assert accompanied(rows, 9, 1).size == 3 and accompanied(rows[:0], 2, 1).size == 0


def test_who_sells_along_closes_part_of_the_gap_in_the_first_month_alone():
    of = department(numbers=STEADY)
    lifted = []
    for day in range(START, START + 20 + CALENDAR.span(P.debugging_months) + 5):
        of.open_day(day)
        lifted.append(of.reps.lift.copy())
    first = lifted[20]
    assert np.count_nonzero(first) == 1
    assert first.max() == pytest.approx(P.companion_share * (1.0 - P.starting_skill_share))
    assert not np.concatenate(lifted[:20]).any() and not np.concatenate(lifted[-5:]).any()


def test_without_companions_nobody_sells_along():
    of = department(**off_for_people("companions"))
    for day in range(START, START + 21):
        of.open_day(day)
    assert not of.reps.lift.any() and not of.reps.lift_large.any()


@pytest.mark.parametrize(
    ("mode", "off", "begins"),
    [
        ("turnkey", (), "debugging"),
        ("turnkey", ("debugging",), None),
        ("alone", (), "processes"),
        ("alone", ("processes",), None),
    ],
)
def test_sales_and_technical_service_meet_from_their_stage_on(mode, off, begins):
    of = department(mode=mode, off=off)
    first = []
    for day in range(START, int(CALENDAR.first_day[9])):
        of.open_day(day)
        first += [day] if of.meets_crews(day) else []
    assert first[:1] == ([] if begins is None else [of.course.begin(begins)])


def test_without_a_head_the_director_keeps_half_an_eye():
    alone = supervise(6, 0, False, 0, 1.0, False, P)
    assert alone.control == P.director_control_share and alone.coaching == 0.0


def test_consultants_on_site_coach_everybody_they_can():
    assert supervise(6, 0, False, 1, 1.0, False, P) == (1.0, 1.0)


@pytest.mark.parametrize(("reps", "heads", "expected"), [(3, 0, 1), (7, 0, 1), (8, 0, 2), (20, 1, 1), (0, 0, 0)])
def test_heads_are_one_for_every_span_unless_decided(reps, heads, expected):
    assert department(reps=reps, heads=heads).heads_needed == expected


def test_the_head_takes_over_when_the_processes_are_described():
    run = Run(department(numbers=STEADY), 4)
    assert run.department.course.heads == run.department.course.end("processes")
    assert run.department.head_rows == [-1]


def test_a_head_found_inside_leaves_the_field_and_is_replaced():
    run = Run(department(numbers=NOBODY_QUITS | {"head_inside_share": 1.0}), 4)
    (row,) = run.department.head_rows
    assert run.department.reps.stage[row] == LEFT and run.changes["promotions"] == 1
    assert len(run.department.team.employed) == 3 and run.changes["hires"] == 4


# ---- people ----------------------------------------------------------------------------------------------------------


def test_the_same_number_is_the_same_person_in_every_scenario():
    few, many = (
        Run(department(reps=2), 2).department.reps,
        Run(department(reps=5, off=("debugging",)), 2).department.reps,
    )
    assert (few.ability == many.ability[:2]).all() and (few.address == many.address[:2]).all()


def test_nobody_visits_before_the_certificate():
    of = department()
    for day in range(START, START + 20):
        of.open_day(day)
        assert (of.patch_of_zone == -1).all()
    assert of.reps.stage.tolist() == [TRAINING] * 3 and of.reps.hired_day.tolist() == [START + 15] * 3
    of.open_day(START + 20)
    assert of.reps.stage.tolist() == [PRODUCTIVE] * 3 and set(of.patch_of_zone) == {0, 1, 2}


def test_a_failed_certification_is_repeated_a_week_later():
    hardly = {"certificate_pass_share": ByMode(turnkey=0.3, alone=0.3)}
    of = department(numbers=hardly)
    at_once = department(numbers=hardly, **off_for_people("certification"))
    for day in range(START, START + 16):
        of.open_day(day), at_once.open_day(day)
    late = of.reps.productive_day - (START + 20)
    assert late.max() > 0 and (late % P.certificate_repeat_days == 0).all()
    assert (at_once.reps.productive_day == START + 20).all()


def test_poor_income_makes_people_quit():
    numbers = NO_HEAD_INSIDE | {"quit_rate_per_month": 0.03}
    quits = {
        income: sum(Run(department(seed, numbers, reps=20), income=income).changes["quits"] for seed in (1, 2))
        for income in (0.0, 2 * P.outside_wage_per_month)
    }
    assert quits[0.0] > 2 * quits[2 * P.outside_wage_per_month] > 0


def test_a_leaver_is_replaced_after_the_funnel_s_time():
    of = Run(department(numbers=STEADY), 3).department
    today = int(CALENDAR.first_day[5]) - 1
    of.team.leave(np.array([1]), today, "quits")
    assert 1 not in of.patch_of_zone and (of.patch_of_zone >= 0).all()
    for day in range(today + 1, today + 1 + 40):
        of.open_day(day)
    ready = today + P.refill_days.turnkey + P.training_days.turnkey
    assert of.reps.productive_day[3] == ready and of.reps.post[3] == of.reps.post[1]
    assert of.row_of_post.tolist() == [0, 3, 2] and set(of.patch_of_zone) == {0, 2, 3}


def off_for_people(*parts: str) -> dict:
    """The decisions with some of what may become of people switched off."""
    return {"people": shipped().department.people.model_copy(update=dict.fromkeys(parts, False))}


def test_without_quits_nobody_quits_however_poor():
    numbers = NO_HEAD_INSIDE | {"quit_rate_per_month": 1.0}
    stays, goes = (Run(department(numbers=numbers, **more), 4, 0.0) for more in (off_for_people("quits"), {}))
    assert stays.changes["quits"] == 0 and goes.changes["quits"] > 0


def test_without_dismissal_the_probation_ends_well_for_all():
    run = Run(department(numbers=STEADY, **off_for_people("dismissal")), 5, sold=(0.1, 1.0, 1.0))
    assert run.changes["dismissals"] == 0 and not run.department.reps.probation.any()


def test_without_forgetting_idle_days_cost_no_skill():
    kept, lost = (department(**more) for more in (off_for_people("forgetting"), {}))
    for of in (kept, lost):
        for day in range(START, START + 21):
            of.open_day(day)
        of.reps.skill[:] = 0.9
        of.team.practise(np.zeros(3))
    assert (kept.reps.skill == 0.9).all() and (lost.reps.skill < 0.9).all()


def potential_of_people(of: Department) -> np.ndarray:
    owner = of.patch_of_zone
    return np.bincount(owner, weights=of.team.potential)[np.unique(owner)]


def test_patches_are_cut_anew_for_those_who_are_there():
    near, anew = (
        Run(department(numbers=STEADY, reps=3, rebalance=policy), 2).department for policy in ("neighbours", "anew")
    )
    assert (near.patch_of_door == anew.patch_of_door).all()
    today = int(CALENDAR.first_day[4]) - 1
    for of in (near, anew):
        of.team.leave(np.array([0]), today, "quits")
        assert set(of.patch_of_zone) == {1, 2}
    assert np.ptp(potential_of_people(anew)) <= np.ptp(potential_of_people(near))
    assert potential_of_people(anew).tolist() == [30, 30]


def test_who_sells_less_than_half_of_what_the_team_reaches_goes_after_the_probation():
    poor, fair = (Run(department(numbers=STEADY), 5, sold=(share, 1.0, 1.0)) for share in (0.3, 0.6))
    assert poor.changes["dismissals"] == 1 and fair.changes["dismissals"] == 0
    assert not fair.department.reps.probation.any()


def test_a_plan_that_nobody_reaches_condemns_nobody():
    assert Run(department(numbers=STEADY), 5, sold=(0.3,)).changes["dismissals"] == 0


def test_the_plan_counts_the_days_in_the_field():
    of = department()
    for day in range(START, START + 21):
        of.open_day(day)
    of.plan_per_rep(lambda estimate: 1000.0)
    of.open_month(START + 20)
    days, month = CALENDAR.days_in_month, CALENDAR.month_of_day[START + 20]
    there = CALENDAR.first_day[month] + days[month] - (START + 20)
    assert of.reps.plan == pytest.approx(np.full(3, 1000.0 * there / days[month]))


def test_agents_follow_the_table():
    of, model = Run(department(numbers=STEADY), 4).department, mesa.Model(rng=1)
    agents = rep_agents(model, [], of.reps)
    assert [agent.rep_id for agent in agents] == ["rep-0", "rep-1", "rep-2"]
    assert agents[0].ability == of.reps.ability[0] and agents[0].stage == "productive"
    of.team.leave(np.array([1]), CALENDAR.days - 1, "quits")
    assert [agent.row for agent in rep_agents(model, agents, of.reps)] == [0, 2]
    heads = head_agents(model, [], of.head_rows)
    assert len(heads) == 1 and not heads[0].from_inside
    assert head_agents(model, heads, []) == [] and len(model.agents) == 2


# ---- test sales ------------------------------------------------------------------------------------------------------


def test_test_sales_estimate_conversion_and_bill_with_their_errors():
    of = department()
    due = [day for day in range(START, START + 30) if of.test_sale_due(day)]
    assert due == [START + P.test_sales_days.turnkey - 1]
    seen = of.sell_on_plots(
        lambda visits: Outcomes(
            np.array([4, 0, 1, 4]), np.array([400, 0, 90, 800]), np.array([4e4, 0, 8100, 2e5]), *np.ones((4, 4))
        )
    )
    assert seen.visits.tolist() == [40] * 4
    assert seen.conversion[:2].tolist() == [0.1, 0.0] and (seen.conversion_error > 0).all()
    assert seen.bill[0] == 100.0 and seen.bill_error[0] == 0.0
    assert np.isnan(seen.bill[1]) and np.isnan(seen.bill_error[2])
    assert not of.test_sale_due(START + 9)


def test_the_plan_comes_from_what_the_test_sales_showed():
    of = department()
    outcomes = Outcomes(np.full(4, 4), np.full(4, 400.0), np.full(4, 4e4), *np.ones((4, 4)))
    of.sell_on_plots(lambda visits: outcomes)
    assert of.plan_per_rep(lambda seen: float(200 * seen.conversion.mean() * seen.bill.mean())) == pytest.approx(2000)
    assert of.plan_per_rep(lambda seen: float("nan")) == 0.0


# ---- at the door -----------------------------------------------------------------------------------------------------


def test_zones_that_the_city_lacks_and_a_close_before_the_start_are_told_at_once():
    with pytest.raises(InputError) as raised:
        department(priority_zones=("NW", "NEE"), start_month=3, close_month=3)
    zones, close = raised.value.messages
    assert "'NEE'" in zones and "did you mean 'NE'" in zones
    assert "close_month = 3" in close and "start_month = 3" in close


def test_priority_zones_are_marked():
    assert department(priority_zones=("SW",)).priority.tolist() == [False, False, True, False]
