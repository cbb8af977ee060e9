"""Results of kernels without a Python frame of numba's own, in which a Ctrl-C would be lost.

For every array that a kernel returns, numba asks a Python function of its own which class to make. A signal that has
come while the kernel ran is answered on that function's first line, inside the kernel's return: what is raised there
reaches nobody as KeyboardInterrupt, but as a SystemError of the kernel. Python's own cache answers in C instead,
where no signal is looked at; it is also faster.
"""

from __future__ import annotations

from functools import lru_cache

from numba.core import serialize

if not hasattr(serialize._numba_unpickle, "cache_info"):
    serialize._numba_unpickle = lru_cache(maxsize=None)(serialize._numba_unpickle)
