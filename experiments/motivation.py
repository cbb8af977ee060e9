"""The motivation study: what pay schemes do to effort, sales and plans; `python -m experiments.motivation`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments import motivationmarkets as markets
from experiments import motivationtables as alone
from experiments.claims import show, write
from experiments.grammar import split
from experiments.motivationpeople import Ground
from experiments.motivationruns import Runs
from experiments.options import Command
from sim.errors import InputError

OPTIONS = ("replications", "workers", "out")
COMMAND = Command(
    "experiments.motivation",
    "pay schemes against the facts of sales research: people alone, and in the market",
    ("python -m experiments.motivation replications=6 workers=2 out=docs/tables/motivation",),
    OPTIONS,
    {},
    defaults={"replications": 6, "workers": 1, "out": "docs/tables/motivation"},
)


def study(replications: int, workers: int, out: Path) -> None:
    """Run everything, write the tables as they are finished, and print them."""
    from experiments import scenario

    out.mkdir(parents=True, exist_ok=True)
    runs = Runs(replications, workers)
    ground = Ground(*markets.usual_day(runs))
    claims = scenario("active").world.effort
    people = alone.Alone(alone.Person(claims, claims.controlled_effort), ground)
    keep(out, "ground", [{"contracts_per_day": ground.intensity, "bill": ground.bill, "plan": people.plan}])
    for of_people in alone.TABLES:
        keep(out, f"alone_{of_people.__name__}", of_people(people))
    for of_markets in markets.TABLES:
        keep(out, f"market_{of_markets.__name__}", of_markets(runs))


def keep(out: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """A table into the folder and onto the terminal."""
    write(out / f"{name}.csv", rows)
    show(name, rows)


def options(words: Sequence[str]) -> dict[str, Any]:
    """The options of the command line; all mistakes at once."""
    said = split("motivation", COMMAND, words)
    if said.mistakes:
        raise InputError(said.mistakes)
    return {**COMMAND.defaults, **said.options}


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.motivation`."""
    try:
        chosen = options(sys.argv[1:] if words is None else words)
    except InputError as error:
        print("\n".join(f"error: {message}" for message in error.messages), file=sys.stderr)
        return 2
    study(chosen["replications"], chosen["workers"], Path(chosen["out"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
