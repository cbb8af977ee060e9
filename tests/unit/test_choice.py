"""The nested logit against its formula, and what holds a customer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logsumexp

from sim.choice import STAY, Appeal, decide, leave_share
from sim.draws import hash_ids
from sim.scene import NO_LIMIT, Links, Scene
from sim.state import NONE, MarketState
from sim.steps import needs
from tests.worlds import first_morning, market, middle_city

N = 20_000
BRAND = np.array([0.5, -0.2, 0.1])
ADDRESS = hash_ids(np.array([f"B{i}" for i in range(N)]))
SCENE = market(months=1, warmup=0).scene
KEY = np.uint64(42)
TODAY = 0


def appeal(**changed) -> Appeal:
    """Three operators that differ in their brand alone."""
    alike = SCENE.appeal._replace(
        price=np.full((3, 4, 4), 100.0),
        usual_price=np.full((4, 4), 100.0),
        brand=BRAND,
        quality=np.zeros(3),
        address=hash_ids(np.array(["One", "Two", "Three"])),
        no_provider_logit=-0.3,
        similarity=1.0,
    )
    return alike._replace(**changed)


def searching(provider: int = NONE, rows: int = N, offers: int = 0b111) -> MarketState:
    """Businesses with offers on the table, and no early end to pay for."""
    state = MarketState.empty(rows, 3)
    state.address[:], state.provider[:], state.offers[:] = ADDRESS[:rows], provider, offers
    state.price_sensitivity[:], state.usage[:] = 1.0, 1.0
    state.monthly_bill[:] = 100.0 if provider >= 0 else 0.0
    return state


def choices(
    state: MarketState,
    of: Appeal,
    links: Links | None = None,
    notice: float = 0.0,
    credit: float = 0.0,
    time: int = NO_LIMIT,
):
    """What these businesses choose, and who is held back."""
    lonely = Links(np.zeros(len(state) + 1, np.int32), np.empty(0, np.int32))
    rows = np.arange(len(state))
    heard = np.full(3, notice), np.full(3, time), credit
    return decide(KEY, of, state.mind, SCENE.fading, state.deal, links or lonely, rows, TODAY, *heard)


def shares(chosen: np.ndarray) -> np.ndarray:
    """Shares of staying and of the three operators."""
    return np.bincount(chosen + 1, minlength=4) / chosen.size


def in_theory(values: np.ndarray, stay: float, similarity: float) -> np.ndarray:
    """Shares of staying and of the offers under the nested logit."""
    inclusive = logsumexp(values / similarity)
    leave = expit(similarity * inclusive - stay)
    return np.concatenate([[1 - leave], leave * np.exp(values / similarity - inclusive)])


def assert_alike(observed: np.ndarray, expected: np.ndarray, n: int = N) -> None:
    """Shares within four standard errors."""
    assert (np.abs(observed - expected) <= 4 * np.sqrt(expected * (1 - expected) / n) + 1e-12).all()


def test_with_scale_one_shares_are_those_of_a_plain_logit() -> None:
    chosen, _ = choices(searching(), appeal())
    utility = np.exp(np.array([-0.3, *BRAND]))
    assert_alike(shares(chosen), utility / utility.sum())


@pytest.mark.parametrize("similarity", [0.5, 0.7])
def test_with_a_nest_shares_are_those_of_the_nested_logit(similarity: float) -> None:
    chosen, _ = choices(searching(), appeal(similarity=similarity))
    assert_alike(shares(chosen), in_theory(BRAND, -0.3, similarity))


def test_a_nest_makes_rivals_closer_and_staying_likelier() -> None:
    plain, _ = choices(searching(), appeal())
    nested, _ = choices(searching(), appeal(similarity=0.5))
    assert shares(nested)[0] > shares(plain)[0]


def test_nobody_chooses_an_offer_that_is_not_on_the_table() -> None:
    chosen, _ = choices(searching(offers=0b101), appeal())
    assert set(chosen) == {STAY, 0, 2}
    assert_alike(shares(chosen)[[0, 1, 3]], in_theory(BRAND[[0, 2]], -0.3, 1.0))


def test_without_an_offer_everybody_stays() -> None:
    chosen, held_back = choices(searching(offers=0), appeal())
    assert (chosen == STAY).all()
    assert not held_back.any()


def test_nobody_leaves_for_the_present_provider() -> None:
    chosen, _ = choices(searching(provider=1), appeal())
    assert not (chosen == 1).any()


def test_inertia_and_fee_hold_customers_as_the_formula_says() -> None:
    state = searching(provider=1)
    state.size_class[:], state.term_months[:], state.contract_end[:] = 3, 24, 200
    of = appeal()
    stay = BRAND[1] + of.inertia_logit[3] + 200 * of.fee_logit_per_day
    assert_alike(shares(choices(state, of)[0])[[0, 1, 3]], in_theory(BRAND[[0, 2]], stay, 1.0))


def test_a_longer_term_to_run_holds_more_customers_and_never_fewer() -> None:
    late, early = searching(provider=1), searching(provider=1)
    for state, days in ((late, 20), (early, 300)):
        state.term_months[:], state.contract_end[:] = 24, days
    left_late, left_early = choices(late, appeal())[0] != STAY, choices(early, appeal())[0] != STAY
    assert left_early.sum() < left_late.sum()
    assert (left_late | ~left_early).all()


def test_a_contract_without_term_costs_no_fee() -> None:
    without, over = searching(provider=1), searching(provider=1)
    without.term_months[:], without.contract_end[:] = 0, 300
    over.term_months[:], over.contract_end[:] = 24, -1
    np.testing.assert_array_equal(choices(without, appeal())[0], choices(over, appeal())[0])


def test_unhappy_customers_leave_more_often() -> None:
    content, unhappy = searching(provider=1), searching(provider=1)
    unhappy.satisfaction[:], unhappy.satisfaction_day[:] = -1.0, TODAY
    assert (choices(unhappy, appeal())[0] != STAY).mean() > (choices(content, appeal())[0] != STAY).mean() + 0.05


def test_a_dearer_offer_loses_choices_and_wins_none() -> None:
    price = np.full((3, 4, 4), 100.0)
    price[0] *= 1.05
    before, after = choices(searching(), appeal())[0], choices(searching(), appeal(price=price))[0]
    assert (after == 0).sum() < (before == 0).sum()
    assert ((before == 0) | (after != 0)).all()


def test_prices_count_relative_to_the_present_bill() -> None:
    dear, cheap = searching(provider=1), searching(provider=1)
    dear.monthly_bill[:] = 120.0
    cheap.monthly_bill[:] = 80.0
    assert (choices(dear, appeal())[0] != STAY).mean() > (choices(cheap, appeal())[0] != STAY).mean() + 0.1


def test_sellers_and_peers_speak_for_an_offer() -> None:
    plain, praised = searching(), searching()
    praised.appeal[:, 0] = 32
    assert_alike(shares(choices(praised, appeal())[0]), in_theory(np.add(BRAND, [1.0, 0, 0]), -0.3, 1.0))
    ring = Links(np.arange(N + 1, dtype=np.int32), np.roll(np.arange(N, dtype=np.int32), 1))
    plain.provider[::2] = 2  # every second business's one peer is a customer of the third operator
    plain.monthly_bill[::2] = 100.0
    chosen = choices(plain, appeal(peers_logit=1.0), ring)[0][1::2]
    assert_alike(shares(chosen), in_theory(np.add(BRAND, [0, 0, 1.0]), -0.3, 1.0), N // 2)


def test_notice_and_credit_hold_back_as_many_as_the_formula_says() -> None:
    state, of, credit = searching(provider=1), appeal(), 0.8
    value, stay = logsumexp(BRAND[[0, 2]]), BRAND[1] + appeal().inertia_logit[0]
    _, held_back = choices(state, of, notice=0.4, credit=credit)
    gone, kept = leave_share(value, stay, 1.0), leave_share(value, stay + credit, 1.0)
    assert_alike(np.array([held_back.mean()]), np.array([0.4 * (gone - kept)]))


def test_no_credit_holds_nobody_back() -> None:
    assert not choices(searching(provider=1), appeal(), notice=1.0, credit=0.0)[1].any()


def test_a_business_without_provider_gives_no_notice() -> None:
    assert not choices(searching(), appeal(), notice=1.0, credit=5.0)[1].any()


def test_a_choice_depends_on_nobody_elses_row() -> None:
    state, some = searching(), searching(rows=500)
    np.testing.assert_array_equal(choices(state, appeal())[0][:500], choices(some, appeal())[0])


def focal_wins(price_factor: float, keys: range) -> int:
    """How many searching non-customers of the default city's operators choose the focal one at its price level."""
    wins = 0
    for key in keys:
        base = first_morning(middle_city(), seed=key)
        state, scene = base.state, base.scene
        scene.appeal.price[0] *= price_factor
        rows = np.flatnonzero(state.provider > 0)
        for _ in range(6):
            search(base, state, scene, rows)
            chosen, _ = decide(
                base.luck("rivals", base.day).key,
                scene.appeal,
                state.mind,
                scene.fading,
                state.deal,
                scene.peers,
                rows,
                base.day,
                np.zeros(scene.operators),
                scene.signing.talks_left,
                0.0,
            )
            wins += int((chosen == 0).sum())
            base.day += 1
    return wins


def search(base, state: MarketState, scene: Scene, rows: np.ndarray) -> None:
    """Everybody begins a search; whoever asks the focal operator is answered."""
    state.close_search(rows)
    needs.begin_search(state, scene, base.diary, base.record, rows, base.day, base.luck("needs", base.day))
    callers = base.diary.due(10_000)
    needs.put_offers(state, callers, 0, 0, np.zeros(callers.size))


def test_the_contestable_price_elasticity_of_the_default_city_lies_between_2_and_3() -> None:
    dear, cheap = focal_wins(1.05, range(3)), focal_wins(1 / 1.05, range(3))
    elasticity = np.log(dear / cheap) / (2 * np.log(1.05))
    assert -3.0 < elasticity < -2.0
