"""Calibration: histories, priors, statistics, the surrogate and its posterior, on pencil-sized cases."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.calibration.history import FIGURES, History, Series, history_of, read, shipped
from experiments.calibration.identify import next_data, pairs, parameters, report
from experiments.calibration.posterior import Bank, fit
from experiments.calibration.priors import BRAND, SHARE, Prior, Priors, priors_of
from experiments.calibration.sampler import draws
from experiments.calibration.statistics import computed, figures, roots, scatter, statistics_of
from experiments.calibration.surrogate import features, fitted, terms
from sim.errors import InputError
from tests.tiny import tiny_city

MONTHS = np.arange("2026-01", "2027-01", dtype="datetime64[M]")
DAYS = np.full(12, 21.0)
HALF = Priors((Prior("a", 1.0, 4.0, True, ""), Prior("b", 0.0, 10.0, False, "")), 0.2, 0.3)


def written(folder, text, name="history.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def history(**values):
    return History(MONTHS, tuple(Series(name, np.asarray(v, float)) for name, v in values.items()), "test")


# ---- histories -------------------------------------------------------------------------------------------------------


def test_a_history_may_have_gaps_and_a_decimal_comma(tmp_path):
    text = "month;inbound_calls;customers\n2026-03;12,5;100\n2026-01;10;\n2026-04;9;101\n"
    found = read(written(tmp_path, text), [])
    assert found.months.astype(str).tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert found.decision_month == "2026-05"
    np.testing.assert_array_equal(found.series[0].values, [10, np.nan, 12.5, 9])
    assert read(written(tmp_path, found.as_csv(), "again.csv"), []).as_csv() == found.as_csv()


def test_a_history_by_zone_has_a_series_for_each(tmp_path):
    rows = [f"2026-0{month},{zone},{month}" for zone in ("NW", "SE") for month in (1, 2, 3)]
    found = read(written(tmp_path, "month,zone_id,gross_adds\n" + "\n".join(rows)), ["NW", "SE"])
    assert [one.label for one in found.series] == ["gross_adds:NW", "gross_adds:SE"]
    assert found.first(2).series[0].values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("month,inbound_calls\n2026-13,1\n", "is not a month"),
        ("month,inbound_calls\n2026-01,1\n2026-01,2\n2026-02,1\n", "earlier row"),
        ("month,zone_id,churn\n2026-01,XX,1\n2026-02,XX,1\n2026-03,XX,1\n", "no known zone"),
        ("month,channel,churn\n2026-01,inbound,1\n", "by channel"),
        ("month,zone_id,channel,churn\n2026-01,NW,inbound,1\n", "by zone and by channel"),
        ("month,calls\n2026-01,1\n", "no figures"),
        ("inbound_calls\n3\n", "no column month"),
        ("month,inbound_calls\n2026-01,1\n2026-02,2\n", "fewest"),
        ("month,inbound_calls\n2026-01,many\n2026-02,2\n", "is not a number"),
    ],
)
def test_a_broken_history_is_told_with_a_remedy(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        read(written(tmp_path, text), ["NW"])


def test_shipped_histories_are_labelled_synthetic():
    city = tiny_city()
    assert "synthetic" in " ".join(shipped())
    assert "Synthetic" in history_of("melbourne_synthetic", city).note
    with pytest.raises(InputError, match="did you mean 'melbourne_synthetic'"):
        history_of("melbourne_syntetic", city)
    with pytest.raises(InputError, match="has no history"):
        history_of(None, city)


# ---- priors ----------------------------------------------------------------------------------------------------------


def test_values_and_units_turn_into_each_other():
    units = np.array([[0.5, 0.25], [0.0, 1.0]])
    values = HALF.values(units)
    np.testing.assert_allclose(values, [[2.0, 2.5], [1.0, 10.0]])
    np.testing.assert_allclose(HALF.units(values), units)


def test_points_fill_the_prior_and_keep_awareness_above_the_share():
    both = Priors((Prior(SHARE, 0.1, 0.4, True, ""), Prior(BRAND, 0.1, 0.4, True, "")), 0.2, 0.3)
    values = both.values(both.points(500, 3))
    assert (values[:, 1] > values[:, 0]).all()
    assert not np.array_equal(both.points(5, 3), both.points(5, 4))
    assert np.abs(HALF.points(400, 1).mean(0) - 0.5).max() < 0.02


def test_the_share_is_looked_for_where_the_customers_say(tmp_path):
    from experiments.compose import compose_scenario, configs_of

    mapping = configs_of(None).parameters("passive", {})[1]
    assert compose_scenario("passive", None, {}).situation.focal_share is None
    given = priors_of(None, mapping, tiny_city(), history(customers=np.full(12, 12.0)))
    share = given.each[given.paths.index(SHARE)]
    assert share.low < 12 / (60 * 0.97) < share.high < 1.15 * 12 / (60 * 0.97)
    rate = given.each[given.paths.index("world.needs.shopping_rate_per_month")]
    assert (rate.low, rate.high) == (0.01, 0.025)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("world.needs.shoping_rate_per_month", "did you mean"),
        ("department.reps", "no range"),
        ("world.peers.picks", "whole number"),
        ("world.needs.renewal_factor:9:4", "below the second"),
        ("world.needs.renewal_factor:4", "path:low:high"),
    ],
)
def test_what_cannot_be_fitted_is_told(path, told):
    from experiments.compose import configs_of

    mapping = configs_of(None).parameters("passive", {})[1]
    with pytest.raises(InputError, match=told):
        priors_of([path], mapping, tiny_city(), history(customers=np.full(12, 12.0)))


# ---- statistics ------------------------------------------------------------------------------------------------------


def test_roots_turn_back_into_figures_whatever_the_working_days():
    days = np.array([20.0, 23.0])
    for name in FIGURES:
        np.testing.assert_allclose(figures(name, roots(name, np.array([4.0, 90.0]), days), days), [4.0, 90.0])
    calls = roots("inbound_calls", np.array([39.625, 45.625]), days)  # as many a day in both months
    assert calls[0] == pytest.approx(calls[1])


def test_level_and_trend_of_a_straight_line_leave_out_unknown_months():
    line = 5.0 + 0.1 * np.arange(12)
    seen = history(customers=np.where(np.arange(12) == 3, np.nan, line**2))
    statistics = statistics_of(seen)
    level, trend = computed(statistics, roots("customers", seen.series[0].values, DAYS)[None])
    assert level == pytest.approx(np.delete(line, 3).mean())
    assert trend == pytest.approx(1.2)
    assert [one.kind for one in statistics_of(seen.first(4))] == ["level"]
    assert scatter(seen.series[0], line) == pytest.approx(0.0, abs=1e-12)


# ---- surrogate and sampler -------------------------------------------------------------------------------------------


def test_the_surrogate_finds_a_square_and_its_noise():
    luck = np.random.default_rng(1)
    units = luck.random((400, 2))
    mean = 3.0 + 2.0 * units[:, 0] ** 2 - units[:, 1]
    values = np.stack([mean + 0.1 * luck.standard_normal(400), 5.0 + luck.standard_normal(400)], axis=1)
    found = fitted(units, values, np.repeat(np.arange(200), 2))
    middle = np.array([[0.5, 0.5]])
    assert found.degree[0] >= 2
    assert found.mean(middle)[0, 0] == pytest.approx(3.0, abs=0.05)
    np.testing.assert_allclose(found.noise(middle)[0], [0.1, 1.0], rtol=0.15)
    np.testing.assert_allclose(found.jacobian(middle[0])[0], [2.0, -1.0], atol=0.15)
    assert len(terms(3, 2)) == features(units, 3).shape[1] == 10


def test_noise_that_grows_across_the_prior_is_found():
    luck = np.random.default_rng(2)
    units = luck.random((600, 1))
    values = np.exp(2.0 * units) * luck.standard_normal((600, 1))
    noise = fitted(units, values, np.arange(600)).noise(np.array([[0.1], [0.9]]))[:, 0]
    assert noise[1] / noise[0] == pytest.approx(np.exp(1.6), rel=0.3)


def test_draws_follow_a_normal_density_and_depend_on_the_seed_alone():
    def density(units):
        return -0.5 * (np.square((units - [0.4, 0.6]) / [0.05, 0.1])).sum(1)

    start = np.random.default_rng(3).random((2000, 2))
    found = draws(density, start, 1000, 5)
    np.testing.assert_allclose(found.mean(0), [0.4, 0.6], atol=0.02)
    np.testing.assert_allclose(found.std(0), [0.05, 0.1], rtol=0.15)
    np.testing.assert_array_equal(found, draws(density, start, 1000, 5))
    assert not np.array_equal(found, draws(density, start, 1000, 6))


# ---- the posterior ---------------------------------------------------------------------------------------------------

PAIR = Priors(tuple(Prior(name, 1.0, 2.0, False, "") for name in ("rate", "twin", "silent")), 0.2, 0.3)


def bank_of(units, seed=4):
    """Calls grow with rate times twin, gross adds a little; nothing hangs on silent."""
    luck = np.random.default_rng(seed)
    product = (1.0 + units[:, 0]) * (1.0 + units[:, 1])
    calls = luck.poisson(40.0 * product[:, None], (len(units), 12))
    adds = luck.poisson(20.0 * product[:, None], (len(units), 12))
    root = np.stack([roots("inbound_calls", calls, DAYS), roots("gross_adds", adds, DAYS)], axis=1)
    others = {"customers": (1.0 + units[:, 0]) + 0.01 * luck.standard_normal(len(units))}
    return Bank(units, np.arange(len(units)), root, others)


@pytest.fixture(scope="module")
def found():
    truth = bank_of(np.array([[0.3, 0.6, 0.5]]), seed=9)
    calls, adds = (figures(n, truth.root[0, i], DAYS) for i, n in enumerate(("inbound_calls", "gross_adds")))
    bank = bank_of(PAIR.points(300, 1))
    return fit(history(inbound_calls=calls, gross_adds=adds), PAIR, bank, DAYS, number=600), bank


def test_the_posterior_holds_what_was_put_in(found):
    values = found[0].values
    product = values[:, 0] * values[:, 1]
    low, high = np.quantile(product, [0.01, 0.99])
    assert low < 1.3 * 1.6 < high
    assert product.std() < 0.1
    assert found[0].out_of_reach == []


def test_a_planted_pair_cannot_be_told_apart_and_the_silent_parameter_stays_an_assumption(found):
    flagged = {(one.first, one.second): one.verdict for one in pairs(found[0]) if one.verdict}
    assert flagged == {("rate", "twin"): "cannot be told apart"}
    assert {one.path: one.verdict for one in parameters(found[0])}["silent"] == "assumption"


def test_the_datum_that_tells_the_pair_apart_is_asked_for_first(found):
    first = next_data(*found)[0]
    assert first.name == "customers"
    assert first.narrowing[:2].min() > 0.5 > 0.1 > first.narrowing[2]
    words = report(*found, name=lambda path: path)
    assert "Customers at month end: would narrow" in words and "rate and twin move every given figure alike" in words


def test_a_history_out_of_reach_is_told(found):
    _, bank = found
    calls = np.full(12, 900.0)
    far = fit(history(inbound_calls=calls, gross_adds=np.full(12, 20.0)), PAIR, bank, DAYS, number=100)
    assert "inbound_calls level" in far.out_of_reach
    assert "do not rely on the fit" in report(far, bank, lambda path: path)


def test_a_figure_of_weight_zero_is_left_out_and_noisy_months_count_for_less(found):
    _, bank = found
    calm, wild = np.full(12, 80.0), np.where(np.arange(12) % 2, 20.0, 180.0)
    one = fit(history(inbound_calls=calm, gross_adds=wild), PAIR, bank, DAYS, number=100)
    assert one.inflation[:2].tolist() == [1.0, 1.0] and one.inflation[2:].min() > 2.0
    left = fit(history(inbound_calls=calm, gross_adds=wild), PAIR, bank, DAYS, {"gross_adds": 0.0}, number=100)
    assert [each.label for each in left.statistics] == ["inbound_calls level", "inbound_calls trend"]


def test_many_figures_by_zone_are_put_together_without_losing_what_they_say():
    units = PAIR.points(300, 1)
    luck = np.random.default_rng(8)
    product = (1.0 + units[:, 0]) * (1.0 + units[:, 1])
    root = roots("gross_adds", luck.poisson(3.0 * product[:, None, None], (300, 40, 12)), DAYS)
    seen = luck.poisson(3.0 * 1.3 * 1.6, (40, 12)).astype(float)
    series = tuple(Series("gross_adds", seen[i], "zone_id", str(i)) for i in range(40))
    zones = fit(History(MONTHS, series, "test"), PAIR, Bank(units, np.arange(300), root), DAYS, number=300)
    both = zones.values[:, 0] * zones.values[:, 1]
    assert np.quantile(both, 0.02) < 1.3 * 1.6 < np.quantile(both, 0.98)
    assert both.std() < 0.12
