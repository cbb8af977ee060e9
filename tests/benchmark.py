"""How long runs take and how much memory they need: `python -m tests.benchmark` prints a table."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

RUN = """
import sys, time
from experiments import scenario
from sim.city import enlarge, load_city
from sim.market import Market

def resident(what):
    status = open("/proc/self/status").read()
    return int(status.split(what + ":")[1].split()[0]) * 1024 / 1e6

name, premises, months, warmup, reps, seed = sys.argv[1], *map(int, sys.argv[2:7])
changes = {"department.reps": reps} if reps else {}
parameters = scenario(name, **changes, months=months, warmup=warmup)
city = load_city("melbourne")
Market(parameters if premises <= 20_000 else scenario(name, months=1, warmup=0), city=city, seed=1).run()
if premises > 20_000:
    city = enlarge(city, premises / len(city.zone))
built, ran, market = [], [], None
for _ in range(1 if premises > 20_000 else 5):
    began, market = time.process_time(), None
    market = Market(parameters, city=city, seed=seed)
    built.append(time.process_time() - began)
    began = time.process_time()
    market.run()
    ran.append(time.process_time() - began)
print(len(city.zone), market.calendar.days, min(built), min(ran), resident("VmRSS"), resident("VmHWM"))
"""
CASES = (  # what, scenario, premises, months, warmup, reps
    ("default city, passive, 12 + 24 months", "passive", 0, 24, 12, 0),
    ("default city, active, 6 representatives", "active", 0, 24, 12, 6),
    ("default city, active, 5 representatives", "active", 0, 24, 12, 5),
    ("default city, active, 50 representatives", "active", 0, 24, 12, 50),
    ("140,000 premises (100,000 businesses), passive, 12 + 24 months", "passive", 138_600, 24, 12, 0),
    ("1,000,000 premises, passive, 3 months", "passive", 1_000_000, 3, 0, 0),
    ("1,000,000 premises, passive, 24 months", "passive", 1_000_000, 24, 0, 0),
)


def triad_gigabytes_per_second(n: int = 20_000_000) -> float:
    """Memory bandwidth: a = b + s * c over arrays that no cache holds, best of five."""
    b, c, a = np.ones(n), np.ones(n), np.empty(n)
    best = np.inf
    for _ in range(5):
        began = time.perf_counter()
        np.multiply(c, 3.0, out=a)
        np.add(a, b, out=a)
        best = min(best, time.perf_counter() - began)
    return 5 * 8 * n / best / 1e9


def main() -> None:
    """Run every case in a process of its own, on one core."""
    print(f"triad: {triad_gigabytes_per_second():.1f} GB/s; Python {sys.version.split()[0]}, numpy {np.__version__}")
    print("| what | premises | days | build, s | run, s of one core | resident, MB | at most, MB |")
    print("|---|---|---|---|---|---|---|")
    sizes = []
    for what, name, *numbers in CASES:
        words = [sys.executable, "-c", RUN, name, *map(str, numbers), "2"]
        done = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
        built, ran, resident, most = map(float, done[2:])
        print(f"| {what} | {done[0]} | {done[1]} | {built:.2f} | {ran:.2f} | {resident:.0f} | {most:.0f} |", flush=True)
        sizes.append((int(done[0]), resident, most))
    (rows, resident, most), (more_rows, more_resident, more_most) = sizes[0], sizes[-1]
    grown = [
        1e6 * (end - begin) / (more_rows - rows) for begin, end in ((resident, more_resident), (resident, more_most))
    ]
    print(f"bytes a row from the first to the last: {grown[0]:.0f}, building included {grown[1]:.0f}")


if __name__ == "__main__":
    main()
