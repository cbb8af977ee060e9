"""The way into a study: its options from the command line, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from experiments.grammar import split
from experiments.options import Command
from sim.errors import InputError

Study = Callable[[int, int, Path], None]
"""Runs so many replications in so many processes, and writes its tables into a folder."""


def study_command(name: str, told: str, replications: int, workers: int, out: str) -> Command:
    """A study as a command, with its defaults; the example says them all."""
    chosen = {"replications": replications, "workers": workers, "out": out}
    words = " ".join(f"{option}={value}" for option, value in chosen.items())
    return Command(
        f"experiments.{name}",
        told,
        (f"python -m experiments.{name} {words}",),
        tuple(chosen),
        {},
        defaults={**chosen, "workers": 1},
    )


def options_of(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """The options of a study's command line; all mistakes at once."""
    said = split(command.module.rpartition(".")[2], command, words)
    if said.mistakes:
        raise InputError(said.mistakes)
    return {**command.defaults, **said.options}


def carry_out(command: Command, study: Study, words: Sequence[str] | None) -> int:
    """Runs a study as its command line, or these words, have it; returns the exit code."""
    try:
        chosen = options_of(command, sys.argv[1:] if words is None else words)
    except InputError as error:
        print("\n".join(f"error: {message}" for message in error.messages), file=sys.stderr)
        return 2
    study(chosen["replications"], chosen["workers"], Path(chosen["out"]))
    return 0
