"""Compiled kernels: whether those of this version are at hand; if not, one run compiles them for all the others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LINE = "compiling the model once for this version; it takes about a minute, and later runs start at once ..."


def mark() -> Path:
    """The empty file that says that a run of this version has been through all of its kernels."""
    from sim import SOURCES

    return Path(os.environ["NUMBA_CACHE_DIR"]) / f"complete-{SOURCES}-{sys.implementation.cache_tag}"


def at_hand() -> bool:
    """Whether a run can start at once."""
    return mark().exists()


def keep() -> None:
    """Remember that they are; where nothing can be written, the next command compiles again."""
    try:
        mark().parent.mkdir(parents=True, exist_ok=True)
        mark().touch()
    except OSError:
        return


def tell(quiet: bool) -> None:
    """Say why the first run takes long, where it does."""
    if not quiet and not at_hand():
        print(LINE, file=sys.stderr, flush=True)
