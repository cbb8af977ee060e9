"""What goes back to the system: the compiler's code leaves memory, and nothing else does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.memory import code_of

MAPS = """\
7f00-7f10 r--p 00000000 fe:00 1 /env/llvmlite/binding/libllvmlite.so
7f10-7fa0 r-xp 00010000 fe:00 1 /env/llvmlite/binding/libllvmlite.so
7fa0-7fb0 rw-p 000a0000 fe:00 1 /env/llvmlite/binding/libllvmlite.so
8000-8010 r-xp 00000000 fe:00 2 /usr/lib/libother.so
9000-9010 r-xp 00000000 00:00 0
"""
BUILD = """
import ctypes
from numba import njit
from sim.memory import part_with_compiler

@njit
def twice(x):
    return 2 * x

@njit
def thrice(x):
    return 3 * x

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

assert twice(2) == 4
before = resident()
parted = part_with_compiler()
assert parted > 10_000_000 and before - resident() > 10_000_000, (parted, before, resident())
assert part_with_compiler() == parted and thrice(2) == 6 and twice(3) == 6
"""


def test_only_code_that_can_be_read_again_is_parted_with():
    assert code_of("libllvmlite", MAPS) == [(0x7F10, 0x7FA0)]
    assert code_of("libnone", MAPS) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads the system's list of a process's memory")
def test_the_compiler_leaves_memory_and_compiles_on():
    subprocess.run([sys.executable, "-c", BUILD], check=True)
