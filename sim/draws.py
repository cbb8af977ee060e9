"""Random numbers by address: the same seed, stream, day, address and k always give the same number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numba import njit, uint32, uint64

from sim import boxing as boxing  # before any kernel returns an array
from sim import numbalight as numbalight  # before the first kernel is there

Array = np.ndarray[Any, Any]

GAMMA = np.uint64(0x9E3779B97F4A7C15)  # odd, SplitMix64's own increment
K_STEP = np.uint64(0xD1342543DE82EF95)  # odd, tells several draws of one day apart
MASK = (1 << 64) - 1
BLOCK = 64  # rows drawn at once
DAYS = 1024  # keys are made for so many days at once


@njit("uint64(uint64)", cache=True)
def mix(z):
    """SplitMix64's finaliser: every input bit reaches every output bit."""
    z = (z ^ (z >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> uint64(27))) * uint64(0x94D049BB133111EB)
    return z ^ (z >> uint64(31))


@njit("uint64(uint64, uint64, uint64)", cache=True)
def bits(key, address, k):
    """64 random bits at an address; the one place where a number comes from."""
    return mix(mix(key + GAMMA * address) + K_STEP * (k + uint64(1)))


@njit("float64(uint64, uint64, uint64)", cache=True)
def draw(key, address, k):
    """A number in (0, 1)."""
    return ((bits(key, address, k) >> uint64(11)) + 0.5) * 1.1102230246251565e-16


@njit(cache=True)
def normal(uniform):
    """The standard normal number at a quantile (Wichura 1988, algorithm AS 241, to 1e-15)."""
    q = uniform - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2509.0809287301226727 * r + 33430.575583588128105
        top = ((top * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125
        top = ((top * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608
        low = 5226.495278852545925 * r + 28729.085735721942674
        low = ((low * r + 39307.89580009271061) * r + 21213.794301586595867) * r + 5394.1960214247511077
        low = ((low * r + 687.1870074920579083) * r + 42.313330701600911252) * r + 1.0
        return q * top / low
    r = np.sqrt(-np.log(min(uniform, 1.0 - uniform)))
    if r <= 5.0:
        r -= 1.6
        top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        top = ((top * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504
        top = ((top * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734
        low = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        low = ((low * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455
        low = ((low * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        top = ((top * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123
        top = ((top * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772
        low = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
        low = ((low * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525
        low = ((low * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0
    return top / low if q > 0.0 else -top / low


@njit(cache=True)
def fill_uniform(key, address, k):
    """Numbers in (0, 1), one for each address."""
    out = np.empty(address.size)
    for i in range(address.size):
        out[i] = draw(key, address[i], k)
    return out


@njit(cache=True)
def date_after(uniform, rate_per_day, today, never):
    """The day of an event with a constant daily rate, at least tomorrow; `never` if it lies too far ahead."""
    if rate_per_day <= 0.0:
        return never
    return int(min(today + max(np.ceil(-np.log(uniform) / rate_per_day), 1.0), never))


@njit(cache=True)
def dates_after(key, address, k, rate_per_day, today, never):
    """Dates of events, one for each address and rate."""
    out = np.empty(address.size, np.int16)
    for i in range(address.size):
        out[i] = date_after(draw(key, address[i], k), rate_per_day[i], today, never)
    return out


@njit(cache=True)
def rows_below(key, address, limit):
    """Rows whose draw (k = 0) lies below their limit, a chance scaled to 2**32.

    By blocks of one length: a plain loop without branches draws and counts, many rows at once, and only blocks with
    a hit are searched for it.
    """
    blocks = address.size // BLOCK
    some, bound = address[: blocks * BLOCK].reshape(blocks, BLOCK), limit[: blocks * BLOCK].reshape(blocks, BLOCK)
    rows, n, high = np.empty(address.size, np.int64), 0, np.empty(BLOCK, np.uint32)
    for b in range(blocks):
        hits = 0
        for i in range(BLOCK):
            drawn = uint32(bits(key, some[b, i], uint64(0)) >> uint64(32))
            high[i] = drawn
            hits += drawn < bound[b, i]
        if hits > 0:
            for i in range(BLOCK):
                if high[i] < bound[b, i]:
                    rows[n] = b * BLOCK + i
                    n += 1
    for row in range(blocks * BLOCK, address.size):
        if uint32(bits(key, address[row], uint64(0)) >> uint64(32)) < limit[row]:
            rows[n] = row
            n += 1
    return rows[:n].copy()


@njit(cache=True)
def day_keys(stream, days):
    """Keys of a stream on the days from 0 on."""
    keys = np.empty(days, np.uint64)
    for day in range(days):
        keys[day] = mix(stream ^ mix(uint64(day) + uint64(1)))
    return keys


@njit(cache=True)
def hash_texts(raw, width):
    """64-bit hashes of fixed-width byte strings (FNV-1a, then mixed)."""
    n = raw.size // width
    out = np.empty(n, np.uint64)
    for i in range(n):
        h = uint64(0xCBF29CE484222325)
        for j in range(i * width, (i + 1) * width):
            if raw[j] == 0:
                break
            h = (h ^ uint64(raw[j])) * uint64(0x100000001B3)
        out[i] = mix(h)
    return out


@njit("uint64(uint64, uint64)", cache=True)
def tenancy_address(id_hash, tenancy):
    """The address of the tenant: the premises' hash and the running number of the tenancy."""
    return mix(id_hash + GAMMA * (tenancy + uint64(1)))


@njit(cache=True)
def tenancy_addresses(id_hash, tenancy):
    """Addresses of tenants, element by element."""
    out = np.empty(id_hash.size, np.uint64)
    for i in range(id_hash.size):
        out[i] = tenancy_address(id_hash[i], tenancy[i])
    return out


@njit("uint64(uint64, uint64)", cache=True)
def pair(address, other):
    """The address of a pair of entities, such as (business, operator)."""
    return mix(address ^ mix(other))


@njit(cache=True)
def pair_addresses(address, other):
    """Addresses of pairs, element by element; shapes broadcast by the caller."""
    out = np.empty(address.size, np.uint64)
    for i in range(address.size):
        out[i] = pair(address[i], other[i])
    return out


def hash_ids(ids: Array) -> Array:
    """64-bit addresses of text ids, as uint64 of shape (n,)."""
    raw = np.char.encode(np.asarray(ids, dtype=np.str_), "utf-8") if len(ids) else np.empty(0, "S1")
    width = raw.dtype.itemsize or 1
    return hash_texts(np.frombuffer(raw.tobytes(), np.uint8), width)


def mix_int(value: int) -> int:
    """`mix` on a plain Python integer."""
    z = value & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Luck(NamedTuple):
    """Uniform numbers of one stream on one day."""

    key: np.uint64

    def uniform(self, address: Array, k: int = 0) -> Array:
        """Numbers in (0, 1) as float64 of the shape of `address`; k < 2**24 tells several draws of one day apart."""
        return fill_uniform(self.key, address, k)

    def below(self, address: Array, limit: Array) -> Array:
        """Rows (int64) whose draw with k = 0 lies below `limit`, a uint32 column from `as_limit`."""
        return rows_below(self.key, address, limit)


luck_of: Callable[[tuple[np.uint64]], Luck] = partial(tuple.__new__, Luck)  # made thousands of times a run


class Streams:
    """The luck of one run: `streams("needs", day)`."""

    def __init__(self, seed: int):
        self.seed = int(seed)
        self._keys: dict[str, Array] = {}  # by stream, one for each day

    def __call__(self, name: str, day: int = 0) -> Luck:
        keys = self._keys.get(name)
        if keys is None or day >= len(keys):
            keys = self.keys(name, day + 1)
        return luck_of((keys[day],))

    def keys(self, name: str, days: int) -> Array:
        """Keys of a stream for at least so many days, uint64 (days,)."""
        keys = self._keys.get(name)
        if keys is None or days > len(keys):
            wide = -(-days // DAYS) * DAYS
            keys = self._keys[name] = day_keys(np.uint64(stream_key(self.seed, name)), wide)
        return keys

    def lasting(self, name: str) -> np.uint64:
        """The key of a stream whose luck belongs to no day."""
        return self(name).key


def stream_key(seed: int, name: str) -> int:
    """The key of a stream; made once a run."""
    words = np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),)).generate_state(1, np.uint64)
    return int(words[0])


def as_limit(chance: Array) -> Array:
    """A daily chance as a limit for `Luck.below`, rounded up so that it bounds the chance from above."""
    return np.minimum(np.ceil(np.asarray(chance, np.float64) * 4294967296.0), 4294967295.0).astype(np.uint32)
