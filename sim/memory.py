"""What building a market needed for a moment goes back to the system: memory, and the compiler's own code."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from pathlib import Path

LARGE = 200_000  # premises from which the memory of the building is worth giving back
COMPILER = "libllvmlite"
DONT_NEED = 4  # of madvise(2) on Linux
SELDOM = 100_000, 20, 20  # new objects after which Python looks for circles among them, instead of 700, 10, 10


def collect_seldom() -> None:
    """Look for circles of objects a hundred times less often than Python does by itself.

    Reading libraries and loading kernels makes half a million objects that stay, and looking through them again and
    again is a quarter of a command's start; a run makes arrays, which go by themselves.
    """
    gc.set_threshold(*SELDOM)


def give_back_memory(rows: int) -> None:
    """Return what a market's building needed for a moment to the system (Linux with the GNU C library only)."""
    if sys.platform != "linux":
        return
    part_with_compiler()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if rows > LARGE and trim is not None:
        trim(0)


@cache
def part_with_compiler() -> int:
    """Once the kernels are there, the compiler's code (60 MB of a file) leaves the process's memory; whatever is
    compiled later brings back what it needs. Returns how many bytes may go; said once a process."""
    advise, parted = getattr(ctypes.CDLL(None), "madvise", None), 0
    if advise is None:
        return 0
    for start, end in code_of(COMPILER, Path("/proc/self/maps").read_text()):
        if advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONT_NEED) == 0:
            parted += end - start
    return parted


def code_of(library: str, maps: str) -> list[tuple[int, int]]:
    """Where a library's code lies, by the system's list of a process's memory: what is read and executed and never
    written, and so can be read from the file again."""
    found = []
    for line in maps.splitlines():
        place, rights, *rest = line.split()
        if rights == "r-xp" and len(rest) > 3 and Path(rest[-1]).name.startswith(library):
            start, end = (int(each, 16) for each in place.split("-"))
            found.append((start, end))
    return found
