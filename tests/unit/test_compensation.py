"""Pay schemes: cases worked by hand, what holds for every scheme, and the door where terms are checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import configs
from sim.compensation import SCHEMES, Results, bind, scaled, terms_of, written
from sim.compensation.results import imagined
from sim.compensation.scheme import follow
from sim.compensation.terms import TERMS
from sim.errors import InputError
from sim.given import scheme_of
from sim.parameters import apply, check, defaults

CASES = yaml.safe_load(Path(__file__).with_name("pay_cases.yaml").read_text(encoding="utf-8"))
FILES = sorted((Path(configs.__file__).parent / "scheme").glob("*.yaml"))
SHIPPED = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
SALES = st.lists(st.floats(0, 1e6), min_size=2, max_size=20)
MONEY = st.floats(0, 1e5)


def sold(bills) -> Results:
    """Results of people who signed these monthly bills."""
    return imagined(np.asarray(bills, float), 1.0)


def mistakes(name, terms) -> str:
    with pytest.raises(InputError) as error:
        bind(name, terms)
    return "\n".join(error.value.messages)


def results_of(case) -> Results:
    """The results of a case of one person; what it does not name is usual."""
    usual = sold([case["bills_signed"]])
    named = {name: np.array([float(case[name])]) for name in Results._fields if name in case}
    return usual._replace(**named)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['scheme']}-{case['bills_signed']}" for case in CASES])
def test_pay_is_what_a_sales_manager_works_out(case):
    scheme, results, plan = bind(case["scheme"], case["terms"]), results_of(case), np.array([float(case["plan"])])
    assert scheme.pay(results, plan).tolist() == pytest.approx([case["pay"]])
    if "next_balance" in case:
        assert scheme.next_balance(results, plan).tolist() == pytest.approx([case["next_balance"]])
    if "next_plan" in case:
        assert scheme.next_plan(results, plan).tolist() == pytest.approx([case["next_plan"]])


def test_every_scheme_has_a_pay_case():
    assert {case["scheme"] for case in CASES} == set(SCHEMES)


def test_what_goes_on_into_the_next_period_has_a_case():
    carried = {(case["scheme"], key) for case in CASES for key in ("next_balance", "next_plan") if key in case}
    assert {(name, "next_balance") for name, member in SCHEMES.items() if member.next_balance} <= carried
    assert {(name, "next_plan") for name, member in SCHEMES.items() if member.next_plan} <= carried


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_scheme_binds_under_its_file_name(file):
    assert bind(**SHIPPED[file.stem]).name == file.stem


def test_every_scheme_is_shipped_with_a_line_of_meaning():
    assert {file.stem for file in FILES} == set(SCHEMES)
    assert all(file.read_text(encoding="utf-8").startswith("# ") for file in FILES)


def test_every_term_has_a_meaning():
    assert {term for kind in SCHEMES for term in terms_of(kind)} == set(TERMS)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(SCHEMES)),
    level=st.floats(0, 10),
    bills=SALES,
    plan=MONEY,
    balance=MONEY,
    lost=MONEY,
    months=st.sampled_from([0.05, 1.0, 3.0]),
)
def test_pay_is_finite_and_does_not_fall_as_sales_grow(name, level, bills, plan, balance, lost, months):
    scheme, bills = scaled(bind(**SHIPPED[name]), level), np.sort(bills)
    more = {"team": 7000 + bills, "rank": np.arange(len(bills), 0, -1.0), "balance": balance, "bills_left_early": lost}
    results = sold(bills)._replace(**more, months=months, team_size=len(bills), team_plan=3 * plan)
    pay = scheme.pay(results, np.full(len(bills), plan))
    assert pay.shape == bills.shape and np.isfinite(pay).all()
    assert (np.diff(pay) >= -1e-9 * np.abs(pay[1:])).all()
    assert (pay >= scheme.fixed_part(results, np.full(len(bills), plan)) - 1e-9 * pay).all()


def test_pay_divides_into_what_is_sure_and_what_is_earned():
    scheme, plan = bind("commission", {"base": 5000, "commission_factor": 0.5}), np.array([3000.0, 3000.0])
    results = sold([0, 1000])
    assert scheme.fixed_part(results, plan).tolist() == [5000, 5000]
    assert (scheme.pay(results, plan) - scheme.fixed_part(results, plan)).tolist() == [0, 500]


def test_the_sure_part_of_a_quota_bonus_leaves_the_bonus_out():
    scheme = bind("quota_bonus", {"base": 5500, "bonus": 2000})
    for plan in (0.0, 100.0):
        assert scheme.fixed_part(sold([500]), np.array([plan])).tolist() == [5500]


def test_a_plan_of_three_odd_bills_is_reached_by_these_three():
    scheme = bind("quota_bonus", {"base": 0, "bonus": 1})
    assert scheme.pay(sold([0.1 + 0.2]), np.array([0.3])) == 1
    assert scheme.pay(sold([0.3]), np.array([0.1 + 0.2])) == 1


def test_a_commission_of_zero_is_a_salary():
    results, plan = sold([0, 10, 1000]), np.full(3, 100.0)
    commission = bind("commission", {"base": 700, "commission_factor": 0}).pay(results, plan)
    assert commission.tolist() == bind("fixed", {"salary": 700}).pay(results, plan).tolist()


def test_a_scheme_is_the_same_in_whatever_order_its_terms_stand():
    one = bind("quota_bonus", {"base": 1, "bonus": 2})
    assert one == bind("quota_bonus", {"bonus": 2.0, "base": 1.0})
    assert hash(one) == hash(bind("quota_bonus", {"bonus": 2, "base": 1}))


@pytest.mark.parametrize(
    "name, terms, said",
    [
        ("comission", {}, ["scheme.kind = comission is no pay scheme", "did you mean 'commission'?"]),
        (None, {}, ["scheme.kind = None", "known: capped_commission, clawback, commission"]),
        ("fixed", {"salry": 1, "salary": 2}, ["'scheme.terms.salry' of scheme 'fixed'", "did you mean 'salary'?"]),
        ("fixed", {"salary": 1, "bonus": 2}, ["'bonus' is a term of quota_bonus"]),
        ("fixed", {}, ["scheme.terms.salary is missing", "terms: {salary: ...}"]),
        ("fixed", None, ["scheme.terms.salary is missing"]),
        ("fixed", 6500, ["scheme.terms = 6500 must be a section", "{salary: ...}"]),
        ("fixed", {"salary": "6500"}, ["scheme.terms.salary = '6500' is text"]),
        ("fixed", {"salary": True}, ["scheme.terms.salary = true is not a number"]),
        ("fixed", {"salary": None}, ["scheme.terms.salary is empty"]),
        ("fixed", {"salary": [1]}, ["scheme.terms.salary = [1] is not a number"]),
        ("fixed", {"salary": -1}, ["scheme.terms.salary = -1 is negative", "give 0 or more"]),
        ("fixed", {"salary": float("inf")}, ["scheme.terms.salary = inf is not finite"]),
        ("fixed", {"salary": float("nan")}, ["scheme.terms.salary = nan is not finite"]),
    ],
)
def test_a_wrong_term_is_told_with_its_remedy(name, terms, said):
    told = mistakes(name, terms)
    assert all(part in told for part in said), told


def test_all_mistakes_are_told_at_once():
    told = mistakes("mixed_growing", {"base": -1, "comission_factor": 1, "growth_factor": "x"})
    assert len(told.split("\n")) == 4
    assert "did you mean 'commission_factor'?" in told
    assert "scheme.terms.commission_factor is missing" in told


@pytest.mark.parametrize(
    "kind, terms, said",
    [
        ("quota_floor", {"floor_share": 50}, ["floor_share = 50 is more than 1", "if 50 % is meant, write 0.5"]),
        (
            "capped_commission",
            {"cap_factor": 120},
            ["cap_factor = 120 is more than 20", "if 120 % is meant, write 1.2"],
        ),
        ("commission", {"commission_factor": 75}, ["commission_factor = 75", "if 75 % is meant, write 0.75"]),
        ("tournament", {"prizes": 500}, ["scheme.terms.prizes = 500 must be a list of prizes, such as [3000"]),
        ("tournament", {"prizes": []}, ["must be a list of prizes"]),
        ("tournament", {"prizes": [500, "x"]}, ["scheme.terms.prizes[1] = 'x' is text"]),
        (
            "tournament",
            {"prizes": [500, 900]},
            ["prizes[1] = 900 is more than the prize before it", "highest prize first"],
        ),
        (
            "piecewise",
            {"steps": {}},
            ["scheme.terms.steps = {} must be a list of breakpoints", "from_share_of_plan: 0.5"],
        ),
        ("piecewise", {"steps": [1]}, ["scheme.terms.steps[0] = 1 must be a breakpoint"]),
        ("piecewise", {"steps": [{"rate": 1}]}, ["steps[0] must begin somewhere", "from_share_of_plan or from_bills"]),
        ("piecewise", {"steps": [{"from_bills": 1}]}, ["steps[0] pays nothing", "a rate, a lump, or both"]),
        ("piecewise", {"steps": [{"from_bils": 1, "rate": 1}]}, ["'scheme.terms.steps[0].from_bils'; did you mean"]),
        ("piecewise", {"steps": [{"from_bills": 0, "rate": -1}]}, ["steps[0].rate = -1 is negative", "must not fall"]),
        ("piecewise", {"steps": [{"from_bills": 0, "lump": 9}]}, ["steps[0].lump is paid without a sale", "into base"]),
        ("piecewise", {"steps": [{"from_share_of_plan": 80, "rate": 1}]}, ["if 80 % is meant, write 0.8"]),
        (
            "piecewise",
            {"steps": [{"from_bills": 5, "rate": 1}, {"from_bills": 5, "rate": 2}]},
            ["steps[1].from_bills = 5 overlaps the breakpoint before it, 5", "the lowest first"],
        ),
        (
            "piecewise",
            {"steps": [{"from_bills": 5, "rate": 1}, {"from_bills": 3, "rate": 2}]},
            ["steps[1].from_bills = 3 lies below the breakpoint before it, 5"],
        ),
        (
            "piecewise",
            {"steps": [{"from_bills": 5, "rate": 1}, {"from_share_of_plan": 1, "rate": 2}]},
            ["mixes from_share_of_plan and from_bills", "write all in one of them"],
        ),
    ],
)
def test_a_wrong_shape_of_pay_is_told_with_its_remedy(kind, terms, said):
    told = mistakes(kind, {**SHIPPED[kind]["terms"], **terms})
    assert len(told.split("\n")) == 1 and all(part in told for part in said), told


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_a_scheme_is_written_as_it_was_given(name):
    scheme = bind(**SHIPPED[name])
    assert bind(name, written(scheme)) == scheme


# ---- the family among itself -----------------------------------------------------------------------------------------


def test_breakpoints_can_write_the_other_shapes():
    def shaped(*steps):
        return bind(
            "piecewise",
            {
                "base": 100,
                "steps": [dict(zip(("from_share_of_plan", "rate", "lump"), step, strict=False)) for step in steps],
            },
        )

    results, plan = sold(np.linspace(0, 3000, 61)), np.full(61, 1000.0)
    same = {
        "mixed_growing": ({"commission_factor": 0.5, "growth_factor": 3}, shaped((0, 0.5), (1, 1.5))),
        "capped_commission": ({"commission_factor": 0.5, "cap_factor": 1.5}, shaped((0, 0.5), (1.5, 0))),
        "quota_floor": ({"commission_factor": 0.5, "floor_share": 0.25}, shaped((0.25, 0.5))),
        "quota_bonus": ({"bonus": 70}, shaped((1, 0, 70))),
    }
    for name, (terms, steps) in same.items():
        expected = bind(name, {"base": 100, **terms}).pay(results, plan)
        assert steps.pay(results, plan) == pytest.approx(expected), name


def test_any_scheme_can_count_what_went_into_service():
    terms = {"base": 5000, "commission_factor": 0.75}
    results = sold([1000, 2000])._replace(bills_activated=np.array([700.0, 0.0]))
    counted = bind("commission", terms, counts="activation").pay(results, np.zeros(2))
    assert counted.tolist() == bind("commission_on_activation", terms).pay(results, np.zeros(2)).tolist()
    per_contract = bind("commission_per_contract", {"base": 0, "money_per_contract": 9}, counts="activation")
    assert per_contract.pay(results._replace(contracts_activated=np.array([2.0, 0.0])), np.zeros(2)).tolist() == [18, 0]


def test_a_draw_that_is_paid_back_costs_what_the_commission_costs():
    """What is paid less what is still owed is the commission, over any course of months."""
    scheme, bills = bind("draw_recoverable", {"draw": 3000, "commission_factor": 2}), [0, 500, 4000, 100, 9000, 1500]
    balance, paid = np.zeros(1), 0.0
    for month in bills:
        results = sold([month])._replace(balance=balance)
        paid += float(scheme.pay(results, np.zeros(1))[0])
        balance = scheme.next_balance(results, np.zeros(1))
    assert paid - balance[0] == pytest.approx(2 * sum(bills))


def test_what_a_clawback_takes_is_what_was_paid_for_the_lost():
    scheme = bind("clawback", {"base": 0, "commission_factor": 1, "clawback_share": 1, "clawback_months": 6})
    balance, paid = np.zeros(1), 0.0
    for month, lost in ((1000, 0), (200, 900), (100, 0), (800, 300)):
        results = sold([month])._replace(balance=balance, bills_left_early=np.array([lost]))
        paid += float(scheme.pay(results, np.zeros(1))[0])
        balance = scheme.next_balance(results, np.zeros(1))
    assert paid - balance[0] == pytest.approx(2100 - 1200)
    assert scheme.clawback_months == 6 and bind(**SHIPPED["commission"]).clawback_months == 0


def test_a_plan_follows_up_more_than_down():
    plan = follow(np.full(3, 100.0), np.array([140.0, 100.0, 60.0]), 0.5, 0.25)
    assert plan.tolist() == [120, 100, 90]


def test_what_carries_nothing_leaves_plan_and_balance():
    scheme = bind(**SHIPPED["commission"])
    assert not scheme.carries_balance and not scheme.carries_plan
    assert scheme.next_plan(sold([500]), np.array([100.0])).tolist() == [100]
    assert scheme.next_balance(sold([500])._replace(balance=np.array([7.0])), np.array([100.0])).tolist() == [0]


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_twice_the_money_is_twice_the_pay(name):
    scheme, plan = bind(**SHIPPED[name]), np.full(7, 2000.0)
    bills = np.linspace(0, 6000, 7)
    results = sold(bills)._replace(rank=np.arange(7, 0, -1.0), team=bills + 5000, team_size=7.0, team_plan=8000.0)
    assert scaled(scheme, 2).pay(results, plan) == pytest.approx(2 * scheme.pay(results, plan))


# ---- from a configuration --------------------------------------------------------------------------------------------


def test_one_term_can_be_set_by_its_dotted_name():
    scheme = scheme_of(check(apply(defaults(), {"department.scheme.terms.base": 6000})))
    assert dict(scheme.terms)["base"] == 6000
    assert dict(scheme.terms)["growth_factor"] == SHIPPED["mixed_growing"]["terms"]["growth_factor"]


def test_a_dotted_term_goes_into_the_section_given_beside_it():
    changes = {"department.scheme.terms.base": 6000, "department.scheme.terms": {"growth_factor": 2}}
    assert dict(scheme_of(check(apply(defaults(), changes))).terms) == {
        "base": 6000,
        "commission_factor": SHIPPED["mixed_growing"]["terms"]["commission_factor"],
        "growth_factor": 2,
    }


def test_a_scheme_has_the_times_that_are_decided():
    decided = {"period": "quarter", "credited": "sale", "counts": "activation"}
    scheme = scheme_of(check(apply(defaults(), {f"department.scheme.{key}": value for key, value in decided.items()})))
    assert (scheme.period, scheme.credited, scheme.counts) == ("quarter", "sale", "activation")
