"""Stand-ins for modules that somebody imports and a run does not use: they are read when something of them is asked
for, or never."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands for a module that is read when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system looks for
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def postponed(names: Sequence[str], with_parts: bool = False) -> Iterator[None]:
    """Whoever imports these modules inside gets their stand-ins; later imports are as ever.

    Modules inside a package that is postponed cannot be imported; `with_parts`, they can, without the package itself.
    """
    absent = {name: Later(name) for name in names if name not in sys.modules}
    for name, module in absent.items():
        spec = find_spec(name) if with_parts else None
        if spec is not None and spec.submodule_search_locations:
            module.__path__ = list(spec.submodule_search_locations)
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
