"""Random numbers by address in plain Python integers: the same numbers as those of the product's kernels."""

from __future__ import annotations

from math import ceil, exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from sim.draws import stream_key

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
K_STEP = 0xD1342543DE82EF95
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
UNIT = 2.0**-53
NEVER = 32767

normal = NormalDist().inv_cdf


def mix(z: int) -> int:
    """SplitMix64's finaliser."""
    z = ((z ^ (z >> 30)) * FIRST) & MASK
    z = ((z ^ (z >> 27)) * SECOND) & MASK
    return z ^ (z >> 31)


def draw(key: int, address: int, k: int = 0) -> float:
    """A number in (0, 1); both mixes are written out, for this is called for every business on every day."""
    z = (key + GAMMA * address) & MASK
    z = ((z ^ (z >> 30)) * FIRST) & MASK
    z = ((z ^ (z >> 27)) * SECOND) & MASK
    z = ((z ^ (z >> 31)) + K_STEP * (k + 1)) & MASK
    z = ((z ^ (z >> 30)) * FIRST) & MASK
    z = ((z ^ (z >> 27)) * SECOND) & MASK
    return (((z ^ (z >> 31)) >> 11) + 0.5) * UNIT


def pair(address: int, other: int) -> int:
    """The address of a pair of entities."""
    return mix(address ^ mix(other))


def tenancy_address(premises: int, tenancy: int) -> int:
    """The address of a tenant: the premises' hash and the running number of the tenancy."""
    return mix((premises + GAMMA * (tenancy + 1)) & MASK)


def lognormal(uniform: float, sigma: float) -> float:
    """A lognormal number with mean one."""
    return exp(sigma * normal(uniform) - 0.5 * sigma**2)


def date_after(uniform: float, rate_per_day: float, today: int) -> int:
    """The day of an event with a constant daily rate, at least tomorrow."""
    if rate_per_day <= 0.0:
        return NEVER
    return min(today + max(ceil(-log(uniform) / rate_per_day), 1), NEVER)


def poisson(uniform: float, mean: float) -> int:
    """The number of events at a quantile, walking up from the smallest likely one."""
    n = max(int(mean - 10.0 * sqrt(mean) - 10.0), 0)
    chance = below = exp(-mean + sum(log(mean / k) for k in range(1, n + 1)))
    while below < uniform and chance > 1e-300:
        n += 1
        chance *= mean / n
        below += chance
    return n


def plain(group: Any) -> Any:
    """A group of parameters with lists and numbers of Python in place of NumPy's."""
    return type(group)(*(np.asarray(each).tolist() for each in group))


class Streams:
    """Keys of a run's streams by name and day."""

    def __init__(self, seed: int):
        self.seed = seed
        self._streams: dict[str, int] = {}

    def __call__(self, name: str, day: int = 0) -> int:
        if name not in self._streams:
            self._streams[name] = stream_key(self.seed, name)
        return mix(self._streams[name] ^ mix(day + 1))
