"""Mesa, without waiting for libraries that it brings along and a run does not use: they are read at their first use."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType

from sim.later import postponed

# Mesa reads pandas for its data frames, networkx for graphs on which agents move, and scipy.spatial for spaces without
# a grid: 60 MB and most of a second.
POSTPONED = ("pandas", "networkx", "mesa.experimental.continuous_space")


@contextmanager
def frames_without_source() -> Iterator[None]:
    """Whoever asks inside for the frames of a call gets them without their lines of source, and their module by its
    name: Mesa's loggers ask for the names of their module and class, and looking through the files of all modules for
    them takes a third of a second."""
    usual = inspect.getouterframes, inspect.stack, inspect.getmodule
    inspect.getouterframes = outer_frames  # type: ignore[assignment]
    inspect.stack = lambda *_: outer_frames(sys._getframe(1))  # type: ignore[assignment]
    inspect.getmodule = lambda thing, *more: (
        module_of(thing) if isinstance(thing, FrameType) else usual[2](thing, *more)
    )
    try:
        yield
    finally:
        inspect.getouterframes, inspect.stack, inspect.getmodule = usual


def module_of(frame: FrameType) -> ModuleType | None:
    """The module whose code a frame runs."""
    return sys.modules.get(frame.f_globals["__name__"])


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
