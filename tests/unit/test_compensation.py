"""Pay schemes: cases worked by hand, what holds for every scheme, and the door where terms are checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import configs
from sim.compensation import SCHEMES, Results, bind, terms_of
from sim.compensation.results import imagined
from sim.errors import InputError

CASES = yaml.safe_load(Path(__file__).with_name("pay_cases.yaml").read_text(encoding="utf-8"))
FILES = sorted((Path(configs.__file__).parent / "scheme").glob("*.yaml"))
GOOD = {name: dict.fromkeys(terms_of(name), 1.0) for name in SCHEMES}
TERM = st.floats(0, 1e5)
SALES = st.lists(st.floats(0, 1e6), min_size=2, max_size=20)


def sold(bills) -> Results:
    """Results of people who signed these monthly bills."""
    return imagined(np.asarray(bills, float), 1.0)


def mistakes(name, terms) -> str:
    with pytest.raises(InputError) as error:
        bind(name, terms)
    return "\n".join(error.value.messages)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['scheme']}-{case['bills_signed']}" for case in CASES])
def test_pay_is_what_a_sales_manager_works_out(case):
    pay = bind(case["scheme"], case["terms"]).pay(sold([case["bills_signed"]]), np.array([float(case["plan"])]))
    assert pay.tolist() == pytest.approx([case["pay"]])


def test_every_scheme_has_a_pay_case():
    assert {case["scheme"] for case in CASES} == set(SCHEMES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_scheme_binds_under_its_file_name(file):
    shipped = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert bind(**shipped).name == file.stem


def test_every_scheme_is_shipped():
    assert {file.stem for file in FILES} == set(SCHEMES)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(SCHEMES)), terms=st.lists(TERM, min_size=3, max_size=3), bills=SALES, plan=TERM)
def test_pay_is_finite_and_does_not_fall_as_sales_grow(name, terms, bills, plan):
    scheme = bind(name, dict(zip(terms_of(name), terms, strict=False)))
    if "growth_factor" in terms_of(name):
        scheme = bind(name, {**dict(scheme.terms), "growth_factor": terms[2] / 1e4})
    pay = scheme.pay(sold(np.sort(bills)), np.full(len(bills), plan))
    assert np.isfinite(pay).all()
    assert (np.diff(pay) >= -1e-9 * np.abs(pay[1:])).all()


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
        ("comission", {}, ["scheme.name = comission is no pay scheme", "did you mean 'commission'?"]),
        (None, {}, ["scheme.name = None", "known: commission, fixed"]),
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


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_every_scheme_takes_its_own_terms(name):
    assert dict(bind(name, GOOD[name]).terms) == GOOD[name]
