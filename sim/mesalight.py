"""Mesa, without waiting for libraries that it brings along and a run does not use: they are read at their first use."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType, ModuleType
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


@contextmanager
def frames_without_source() -> Iterator[None]:
    """Whoever asks inside for the frames of a call gets them without their lines of source: Mesa's loggers ask for the
    names of their module and class, and looking for the lines among all modules takes a quarter of a second."""
    usual = inspect.getouterframes, inspect.stack
    inspect.getouterframes = outer_frames  # type: ignore[assignment]
    inspect.stack = lambda *_: outer_frames(sys._getframe(1))  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getouterframes, inspect.stack = usual


def outer_frames(frame: FrameType | None, _context: int = 0) -> list[inspect.FrameInfo]:
    """A frame and those that called it, without source."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append(inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None))
        frame = frame.f_back
    return found


with postponed(POSTPONED), frames_without_source():
    import mesa as mesa
