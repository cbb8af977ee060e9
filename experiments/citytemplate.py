"""`fieldcast city template DIR`: templates of all files of a city and of an import, with every column explained."""

from __future__ import annotations

import os
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.errors import InputError

FOLDER = "template"


def template(path: str) -> int:
    """Writes the templates into a new folder, and says what to do with them."""
    from experiments.compose import at_home, refuse_filled

    folder = at_home(path)
    refuse_filled(folder)
    try:
        copied(resources.files("configs").joinpath(FOLDER), folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({os.strerror(error.errno or 0)}); give another place") from None
    print(f"{folder / 'city'}: a tiny city with every file and column, explained in README.md")
    print(f"{folder / 'import'}: a mapping file with every key explained, and made-up files that it reads")
    print(f"Try it: fieldcast city import {folder / 'import' / 'import.yaml'} out=DIR")
    return 0


def copied(source: Traversable, folder: Path) -> None:
    """A folder of the product with all that it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in sorted(source.iterdir(), key=lambda item: item.name):
        if each.is_dir():
            copied(each, folder / each.name)
        else:
            (folder / each.name).write_bytes(each.read_bytes())
