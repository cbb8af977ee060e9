"""What the building of a large market needed for a moment goes back to the system."""

from __future__ import annotations

import ctypes
import sys

LARGE = 200_000  # premises from which the memory of the building is worth giving back


def give_back_memory(rows: int) -> None:
    """Return what the building of a large market needed for a moment to the system (GNU C library only)."""
    if rows > LARGE and sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
