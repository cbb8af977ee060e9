"""Numba, without waiting for scipy's linear algebra, which no kernel uses.

With its first kernel numba reads its own arithmetic of arrays, and looks whether scipy is there by reading all of its
linear algebra: a fifth of a second. Here it finds none; a kernel that multiplies matrices would read it then.
"""

from __future__ import annotations

from sim.later import postponed

with postponed(["scipy.linalg"]):
    from numba.np import arraymath as arraymath
