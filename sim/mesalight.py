"""Mesa, without waiting for libraries that it brings along and a run does not use: they are read at their first use."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

# Mesa reads pandas for its data frames, and scipy.spatial for spaces without a grid: 50 MB and half a second.
POSTPONED = ("pandas", "mesa.experimental.continuous_space")


class Later(ModuleType):
    """Stands for a module that is read when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system looks for
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def postponed(names: Sequence[str]) -> Iterator[None]:
    """Whoever imports these modules inside gets their stand-ins; later imports are as ever."""
    absent = {name: Later(name) for name in names if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with postponed(POSTPONED):
    import mesa as mesa
