"""What representatives choose between their pay and the operator's wishes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compensation import bind
from sim.conduct import Ground, Motive, dutiful, manners_of, promises, sure_worth, taste_for_doors, work_done
from sim.decisions import Conduct
from sim.incentives import Standing
from tests.worlds import shipped

WORLD = shipped().world
CLAIMS, EFFORT = WORLD.conduct, WORLD.effort
COMMISSION = bind("commission", {"base": 5000, "commission_factor": 0.75})
FIXED = bind("fixed", {"salary": 6500})
GROUND = Ground(
    bills=np.outer([100.0, 300.0, 1000.0, 4000.0], [1.0, 1.0, 1.0, 3.0]),
    conversion=np.full((4, 4), 0.03),
    minutes=np.array([15.0, 18.0, 14.0, 20.0]),
    doors=np.full((4, 4), 10),
    search_days=np.array([8.0, 12.0, 40.0, 80.0]),
)
ALL = np.zeros(1, np.int64)  # rows of those who are there


def motive(people: int = 1, pace: float = 0.3, control: float = 1.0, days_left: int = 100) -> Motive:
    """Representatives at the beginning of a long period, for whom next period's pay is worth as much."""
    none = np.zeros(people)
    at = Standing(none, none, np.full(people, 1000.0), np.full(people, pace * 20), np.full(people, 300.0))
    return Motive(at, at, 1.0, days_left, np.full(people, pace), np.full(people, control))


def manners(scheme, decided: Conduct, control: float = 1.0):
    return manners_of(decided, scheme, CLAIMS, EFFORT, motive(control=control), GROUND, 0.2, 350.0, ALL)


# ---- unpaid work -----------------------------------------------------------------------------------------------------


def test_who_sells_for_nothing_does_all_of_the_unpaid_work() -> None:
    assert work_done(np.zeros(1), np.ones(1), 0.2, 350.0, CLAIMS).tolist() == [1.0]


def test_unpaid_work_falls_with_what_an_hour_of_selling_pays() -> None:
    # all of it sells 0.2 / 0.8 of a day: 80 a day x 0.25 = 20 against a duty of 0.6 x 350 = 210
    assert work_done(np.array([80.0]), np.ones(1), 0.2, 350.0, CLAIMS) == pytest.approx([1 - 20 / 210])
    done = work_done(np.array([50.0, 100.0, 1e6]), np.ones(3), 0.2, 350.0, CLAIMS)
    assert done[0] > done[1] > done[2] == CLAIMS.duty_floor_share


def test_who_is_watched_does_more_of_it() -> None:
    unseen, watched = work_done(np.full(2, 100.0), np.array([0.0, 1.0]), 0.2, 350.0, CLAIMS)
    assert unseen < watched


# ---- promises --------------------------------------------------------------------------------------------------------


def test_nobody_promises_too_much_for_nothing() -> None:
    assert promises(np.zeros(1), np.zeros(1), np.zeros(1), 7500.0, CLAIMS).tolist() == [0.0]


def test_promises_grow_with_the_pay_of_a_sale_and_fall_with_what_is_taken_back_and_with_control() -> None:
    def share(gain: float, loss: float, control: float) -> float:
        return float(promises(np.array([gain]), np.array([loss]), np.array([control]), 7500.0, CLAIMS)[0])

    assert share(200, 0, 1) > share(100, 0, 1) > 0
    assert share(200, 200, 1) < share(200, 0, 1) < share(200, 0, 0)


# ---- doors -----------------------------------------------------------------------------------------------------------


def taste(scheme, **numbers) -> np.ndarray:
    """Taste of one representative by size class and premises (4, 4)."""
    return taste_for_doors(scheme, motive(**numbers), GROUND, CLAIMS, EFFORT, ALL)[0]


def test_commission_draws_to_large_bills_and_a_salary_to_quick_visits() -> None:
    paid, salaried = taste(COMMISSION), taste(FIXED)
    assert (np.diff(paid[:, 0]) > 0).all() and paid[0, 3] > paid[0, 0]
    assert np.ptp(salaried[:, 0]) == 0.0  # no size is worth more
    assert np.argsort(salaried[0]).tolist() == np.argsort(-GROUND.minutes).tolist()


def test_control_draws_the_choice_to_the_operators_policy() -> None:
    assert np.ptp(np.log(taste(COMMISSION, control=1.0))) < np.ptp(np.log(taste(COMMISSION, control=0.0)))


def test_slow_customers_count_less_where_the_next_period_is_worth_less() -> None:
    soon = motive(days_left=20)
    cheap = taste_for_doors(COMMISSION, soon._replace(later_factor=0.5), GROUND, CLAIMS, EFFORT, ALL)[0]
    equal = taste_for_doors(COMMISSION, soon, GROUND, CLAIMS, EFFORT, ALL)[0]
    assert cheap[3, 0] / cheap[0, 0] < equal[3, 0] / equal[0, 0]  # large ones decide after 80 days


def test_a_lottery_is_worth_less_to_the_risk_averse() -> None:
    assert sure_worth(np.array([0.5]), 2.0) == pytest.approx([(1 - np.exp(-1.0)) / 2])
    assert sure_worth(np.array([0.5]), 0.0) == pytest.approx([0.5])


# ---- switches --------------------------------------------------------------------------------------------------------


def test_with_every_part_off_everybody_is_dutiful() -> None:
    off = Conduct(timing=False, split=False, picking=False, overpromising=False)
    for name, column in manners(COMMISSION, off)._asdict().items():
        np.testing.assert_array_equal(column, getattr(dutiful(1, 0.2), name))


@pytest.mark.parametrize("part, moved", [("split", "reports"), ("picking", "taste"), ("overpromising", "promise")])
def test_each_part_moves_its_own_manners_alone(part: str, moved: str) -> None:
    off = {"timing": False, "split": False, "picking": False, "overpromising": False}
    seen = manners(COMMISSION, Conduct(**{**off, part: True}))
    plain = dutiful(1, 0.2)
    assert not np.array_equal(getattr(seen, moved), getattr(plain, moved))
    for other in {"reports", "taste", "promise"} - {moved}:
        np.testing.assert_array_equal(getattr(seen, other), getattr(plain, other))


def test_who_has_left_weighs_no_doors_and_moves_nobody_elses_taste():
    everybody, left = motive(people=3), np.array([0, 2])
    whole = taste_for_doors(COMMISSION, everybody, GROUND, CLAIMS, EFFORT, np.arange(3))
    some = manners_of(Conduct(), COMMISSION, CLAIMS, EFFORT, everybody, GROUND, 0.2, 350.0, left).taste
    assert (some[left] == whole[left]).all() and (some[1] == 1.0).all()
