"""The motivation study: what pay schemes do to effort, sales and plans; `python -m experiments.motivation`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments import motivationmarkets as markets
from experiments import motivationtables as alone
from experiments.claims import show, write
from experiments.motivationintervals import over_seeds
from experiments.motivationpeople import Ground
from experiments.motivationruns import Runs
from experiments.studies import carry_out, study_command

COMMAND = study_command(
    "motivation",
    "pay schemes against the facts of sales research: people alone, and in the market",
    6,
    2,
    "docs/tables/motivation",
)


def study(replications: int, workers: int, out: Path) -> None:
    """Run everything, write the tables as they are finished, and print them."""
    from experiments import scenario

    out.mkdir(parents=True, exist_ok=True)
    runs = Runs(replications, workers)
    ground = Ground(*markets.usual_day(runs))
    claims = scenario("active").world.effort
    person = alone.Person(claims, claims.controlled_effort)
    plan = alone.Alone(person, ground).plan
    keep(out, "ground", [{"contracts_per_day": ground.intensity, "bill": ground.bill, "plan": plan}])
    for name, rows in of_people(person, ground, replications, workers).items():
        keep(out, f"alone_{name}", rows)
    for of_markets in markets.TABLES:
        keep(out, f"market_{of_markets.__name__}", of_markets(runs))


def of_people(person: alone.Person, ground: Ground, seeds: int, workers: int) -> dict[str, list[alone.Row]]:
    """The tables of people alone, means of a team's year with each seed's luck."""
    from joblib import Parallel, delayed

    calls = [delayed(tables_of_people)(alone.Alone(person, ground, seed)) for seed in range(1, seeds + 1)]
    found = Parallel(n_jobs=workers)(calls)
    return {name: over_seeds([tables[name] for tables in found]) for name in found[0]}


def tables_of_people(people: alone.Alone) -> dict[str, list[alone.Row]]:
    """Every table of people alone with one seed's luck, by name."""
    return {table.__name__: table(people) for table in alone.TABLES}


def keep(out: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """A table into the folder and onto the terminal."""
    write(out / f"{name}.csv", rows)
    show(name, rows)


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.motivation`."""
    return carry_out(COMMAND, study, words)


if __name__ == "__main__":
    sys.exit(main())
