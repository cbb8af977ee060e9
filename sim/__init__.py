"""The model: a city's telecom B2B market, day by day. `Market` is the way in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.market import Market as Market


def __getattr__(name: str) -> Any:
    """Load the market when it is asked for: who only reads parameters need not wait for it."""
    if name == "Market":
        from sim.market import Market

        return Market
    raise AttributeError(f"module 'sim' has no attribute '{name}'")


def _keep_kernels_apart() -> str:
    """Keep compiled kernels by version of the sources, numba misses a change in a kernel that another one calls.

    Returns the version, a hash of the sources.
    """
    folder = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.read_bytes())
    home = folder if os.access(folder, os.W_OK) else Path.home() / ".cache" / "fieldcast"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(home / "__pycache__" / f"kernels-{digest.hexdigest()}"))
    return digest.hexdigest()


SOURCES = _keep_kernels_apart()
