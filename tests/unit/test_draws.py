"""Random numbers by address: as even and independent as those of a good generator, and nobody's depend on others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from sim.draws import (
    BLOCK,
    Luck,
    Streams,
    as_limit,
    dates_after,
    draw,
    hash_ids,
    mix,
    mix_int,
    normal,
    pair_addresses,
    stream_key,
    tenancy_addresses,
)

N = 1 << 15
RARE = 1e-5  # every seed is fixed: a test that passes once passes always
NEVER = 32767

STREAMS = Streams(7)
COUNTED = np.arange(N, dtype=np.uint64)
HASHED = hash_ids(np.array([f"B{i:05d}" for i in range(N)]))


def across(keys: list[Luck], address: int = 17, k: int = 0) -> np.ndarray:
    """The number at one address under many keys."""
    return np.array([draw(key.key, np.uint64(address), np.uint64(k)) for key in keys])


# Sequences along every axis in which draws are taken, over addresses that are counted (structured) and hashed.
OURS: dict[str, Callable[[], np.ndarray]] = {
    "counted addresses": lambda: STREAMS("needs", 3).uniform(COUNTED),
    "addresses 2**32 apart": lambda: STREAMS("needs", 3).uniform(COUNTED << np.uint64(32)),
    "even addresses": lambda: STREAMS("needs", 3).uniform(COUNTED * np.uint64(1 << 20)),
    "hashed addresses": lambda: STREAMS("needs", 3).uniform(HASHED),
    "tenancies": lambda: STREAMS("needs", 3).uniform(
        tenancy_addresses(np.full(N, 99, np.uint64), np.arange(N).astype(np.uint16))
    ),
    "pairs with operators": lambda: STREAMS("needs", 3).uniform(
        pair_addresses(np.repeat(HASHED[: N // 4], 4), np.tile(hash_ids(np.array(["A", "B", "C", "D"])), N // 4))
    ),
    "pairs of counted addresses": lambda: STREAMS("needs").uniform(pair_addresses(COUNTED, COUNTED + np.uint64(1))),
    "days": lambda: across([STREAMS("needs", day) for day in range(N)]),
    "draws of one day": lambda: np.array(
        [draw(STREAMS("needs", 3).key, np.uint64(17), np.uint64(k)) for k in range(N)]
    ),
    "streams": lambda: across([STREAMS(f"stream {i}") for i in range(N // 4)]),
    "seeds": lambda: across([Streams(seed)("needs") for seed in range(N // 4)]),
}
PHILOX: dict[str, Callable[[], np.ndarray]] = {
    f"Philox {i}": lambda i=i: np.random.Generator(np.random.Philox(key=i)).random(N)  # type: ignore[misc]
    for i in range(4)
}
SEQUENCES = OURS | PHILOX

# Pairs of sequences that must have nothing to do with each other.
TWINS: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
    "streams": lambda: (STREAMS("needs", 3).uniform(HASHED), STREAMS("signals", 3).uniform(HASHED)),
    "days": lambda: (STREAMS("needs", 3).uniform(HASHED), STREAMS("needs", 4).uniform(HASHED)),
    "days, counted": lambda: (STREAMS("needs", 0).uniform(COUNTED), STREAMS("needs", 1).uniform(COUNTED)),
    "k": lambda: (STREAMS("needs", 3).uniform(HASHED, 0), STREAMS("needs", 3).uniform(HASHED, 1)),
    "k, counted": lambda: (STREAMS("needs", 3).uniform(COUNTED, 0), STREAMS("needs", 3).uniform(COUNTED, 1)),
    "seeds": lambda: (Streams(1)("needs").uniform(COUNTED), Streams(2)("needs").uniform(COUNTED)),
    "tenancies": lambda: (
        STREAMS("tenant").uniform(tenancy_addresses(HASHED, np.zeros(N, np.uint16))),
        STREAMS("tenant").uniform(tenancy_addresses(HASHED, np.ones(N, np.uint16))),
    ),
    "a business and its pair": lambda: (
        STREAMS("rivals").uniform(HASHED),
        STREAMS("rivals").uniform(pair_addresses(HASHED, np.full(N, HASHED[5]))),
    ),
    "Philox": lambda: (PHILOX["Philox 0"](), PHILOX["Philox 1"]()),
}


def unlikely(counts: np.ndarray) -> float:
    """The chance of counts at least as uneven under equal chances; very even ones are suspicious too."""
    p = float(stats.chisquare(counts.ravel()).pvalue)
    return min(p, 1.0 - p)


def grid(first: np.ndarray, second: np.ndarray, side: int = 16) -> np.ndarray:
    """Counts of pairs of numbers on a grid."""
    return np.histogram2d(first, second, bins=side, range=[[0, 1], [0, 1]])[0]


@pytest.mark.parametrize("name", SEQUENCES)
def test_numbers_are_uniform(name: str) -> None:
    u = SEQUENCES[name]()
    assert u.min() > 0.0 and u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > RARE
    assert unlikely(np.bincount((u * 256).astype(int), minlength=256)) > RARE


@pytest.mark.parametrize("name", SEQUENCES)
def test_low_bits_are_as_uniform_as_high_ones(name: str) -> None:
    low = (SEQUENCES[name]() * 2.0**30) % 1.0
    assert unlikely(np.bincount((low * 256).astype(int), minlength=256)) > RARE


@pytest.mark.parametrize("name", SEQUENCES)
def test_neighbours_in_a_sequence_have_nothing_to_do_with_each_other(name: str) -> None:
    u = SEQUENCES[name]()
    for lag in (1, 2, 3, 4, 16, 64, 256):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) * np.sqrt(u.size - lag) < 4.5
    assert unlikely(grid(u[::2], u[1::2])) > RARE


@pytest.mark.parametrize("name", SEQUENCES)
def test_runs_up_are_as_long_as_chance_makes_them(name: str) -> None:
    u = SEQUENCES[name]()
    rises = np.count_nonzero(np.diff(u) > 0)
    turns = np.count_nonzero(np.diff(np.sign(np.diff(u))))
    n = u.size
    assert abs(rises - (n - 1) / 2) < 4.5 * np.sqrt((n + 1) / 12)
    assert abs(turns - 2 * (n - 2) / 3) < 4.5 * np.sqrt((16 * n - 29) / 90)


@pytest.mark.parametrize("name", TWINS)
def test_two_sequences_are_independent(name: str) -> None:
    first, second = TWINS[name]()
    assert abs(np.corrcoef(first, second)[0, 1]) * np.sqrt(N) < 4.5
    assert unlikely(grid(first, second)) > RARE
    assert stats.kstest((first + second) % 1.0, "uniform").pvalue > RARE


def test_normal_numbers_agree_with_scipy() -> None:
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 2001), 10.0 ** -np.arange(7.0, 17.0), [0.5, 1 - 2**-53]])
    ours = np.array([normal(each) for each in u])
    np.testing.assert_allclose(ours, ndtri(u), rtol=2e-14, atol=1e-15)


def test_the_order_of_the_addresses_changes_no_number() -> None:
    luck, shuffled = STREAMS("needs", 3), np.random.default_rng(1).permutation(N)
    np.testing.assert_array_equal(luck.uniform(HASHED)[shuffled], luck.uniform(HASHED[shuffled]))


def test_one_more_address_changes_no_number_of_the_others() -> None:
    luck = STREAMS("needs", 3)
    np.testing.assert_array_equal(luck.uniform(HASHED[1:]), luck.uniform(HASHED)[1:])


def test_one_more_stream_changes_no_number_of_the_others() -> None:
    alone, crowded = Streams(7), Streams(7)
    crowded("something new", 2)
    assert alone("needs", 3) == crowded("needs", 3)
    assert crowded("something new", 3).key != crowded("needs", 3).key


def test_asking_for_one_day_leaves_the_others_as_they_were() -> None:
    before = STREAMS("needs", 3).key
    STREAMS("needs", 4)
    assert STREAMS("needs", 3).key == before


def test_a_key_is_the_same_for_ever() -> None:
    assert stream_key(1, "needs") == 4681290700083633715
    assert draw(Streams(1)("needs", 5).key, np.uint64(17), np.uint64(0)) == 0.4703269300212511


def test_mixing_is_the_same_in_python_and_in_kernels() -> None:
    for value in (0, 1, 12345, 2**63, 2**64 - 1):
        assert mix_int(value) == int(mix(np.uint64(value)))


def test_mixing_changes_half_of_the_bits() -> None:
    changed = [mix_int(1000) ^ mix_int(1000 ^ (1 << bit)) for bit in range(64)]
    assert 28 < np.mean([each.bit_count() for each in changed]) < 36


def test_an_id_has_the_same_address_beside_longer_ones() -> None:
    assert hash_ids(np.array(["B1"]))[0] == hash_ids(np.array(["B1", "a much longer id", "ż"]))[0]
    assert len(set(HASHED.tolist())) == N
    assert hash_ids(np.array([], dtype=str)).size == 0


def test_rows_below_a_limit_are_all_rows_below_the_chance() -> None:
    luck, chance = STREAMS("needs", 3), np.linspace(0.0, 0.5, N)
    below = luck.below(HASHED, as_limit(chance))
    exact = np.flatnonzero(luck.uniform(HASHED) < chance)
    assert set(exact) <= set(below)
    assert below.size - exact.size <= 2


def test_every_row_is_looked_at_whatever_their_number() -> None:
    luck, limit = STREAMS("needs", 4), as_limit(np.full(N, 0.3))
    drawn = luck.below(HASHED, limit)
    for n in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5):
        assert luck.below(HASHED[:n], limit[:n]).tolist() == drawn[drawn < n].tolist()


def test_limits_bound_their_chances_and_stay_in_32_bits() -> None:
    assert as_limit(np.array([0.0, 1e-12, 0.5, 1.0])).tolist() == [0, 1, 2**31, 2**32 - 1]


def test_dates_follow_a_constant_rate_and_begin_tomorrow() -> None:
    rate, today = 0.02, 100
    dates = dates_after(STREAMS("faults").key, HASHED, 0, np.full(N, rate), today, NEVER).astype(int)
    wait = dates - today
    assert wait.min() == 1
    assert wait.mean() == pytest.approx(1 / (1 - np.exp(-rate)), rel=0.02)
    assert (wait > 50).mean() == pytest.approx(np.exp(-rate * 50), abs=0.01)


def test_what_has_no_rate_never_comes() -> None:
    dates = dates_after(STREAMS("faults").key, HASHED[:3], 0, np.array([0.0, 1e-12, 1.0]), 5, NEVER)
    assert dates[:2].tolist() == [NEVER, NEVER]
    assert dates[2] > 5
