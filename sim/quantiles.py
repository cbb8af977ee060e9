"""Scipy's quantiles of the standard normal law, without the rest of its special functions.

Their package reads numpy's tests and its compiler of Fortran on the way, a sixth of a second; the function itself needs
neither.
"""

from __future__ import annotations

from sim.later import postponed

try:
    with postponed(["scipy.special"], with_parts=True):
        from scipy.special._ufuncs import ndtri
except ImportError:  # another layout of scipy: the function is the same, only later
    from scipy.special import ndtri

__all__ = ["ndtri"]
