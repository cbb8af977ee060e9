"""`fieldcast validate`: the validation card, from the runs that its facts need to a table, a page and a verdict."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import kernels
from experiments.mishaps import alone_in
from experiments.shelf import Shelf, taken_up
from experiments.validation.card import Row, as_csv, as_html, as_markdown, as_text, row_of, tally
from experiments.validation.equalpay import matched
from experiments.validation.facts import Facts, chosen, runs_of, seeds_of, shipped_facts
from experiments.validation.field_facts import FIELD
from experiments.validation.judge import Computed, estimates
from experiments.validation.market_facts import MARKET
from experiments.validation.people_facts import PEOPLE
from experiments.validation.runs import Job, Kept, carried_out, jobs_of

if TYPE_CHECKING:
    from experiments.compose import Request

SEEDS = {"quick": 8, "full": 40}
SEARCHING = 6  # seeds on which schemes are brought to equal cost
TITLE = "The validation card"


def run(request: Request) -> int:
    """Carries out `fieldcast validate`; returns its exit code."""
    facts = shipped_facts()
    chosen(facts, request.options["facts"])  # a wrong name is refused before there is a folder
    request, shelf = taken_up(request)
    folder = request.out_folder()
    return alone_in(folder, "validate", "runs", lambda: carried_through(request, facts, shelf, folder))


def carried_through(request: Request, facts: Facts, shelf: Shelf, folder: Path) -> int:
    """Runs what is missing and writes the card; a finished folder says so."""
    if (folder / "validation.html").exists():
        print(f"Nothing to do: {folder} is finished.")
        return 0
    kernels.tell(bool(request.options["quiet"]))
    rows = judged(facts, chosen(facts, request.options["facts"]), Work(request, shelf))
    about = made_with(request)
    (folder / "validation.csv").write_text(as_csv(rows), encoding="utf-8")
    (folder / "validation.md").write_text(as_markdown(rows, TITLE, about), encoding="utf-8")
    (folder / "validation.html").write_text(as_html(rows, TITLE, about), encoding="utf-8")
    shelf.clear()
    if not request.options["quiet"]:
        print(as_text(rows) + "\n")
    print("\n".join(tally(rows)))
    print(f"\nThe card: {folder}/validation.html (and .md, .csv)")
    return 0


def made_with(request: Request) -> str:
    """The command that makes the card."""
    from experiments import __version__

    words = [word for word in request.words if not word.startswith(("out=", "workers=", "quiet=", "resume="))]
    return f"Fieldcast {__version__}, `fieldcast validate{''.join(' ' + shlex.quote(word) for word in words)}`."


class Work:
    """The runs of a card; none is done twice, not even by a command that was stopped and resumed."""

    def __init__(self, request: Request, shelf: Shelf):
        options = request.options
        self.seeds, self.seed, self.configs = SEEDS[options["effort"]], options["seed"], options["configs"]
        self.workers, self.quiet, self.shelf = options["workers"], options["quiet"], shelf
        self.done: dict[str, Kept] = {}

    def carry_out(self, jobs: Sequence[Job]) -> list[Kept]:
        """What is kept of the jobs, in their order."""
        for job in jobs:
            if repr(job) not in self.done and (kept := self.shelf.get(repr(job))) is not None:
                self.done[repr(job)] = kept
        left = [job for job in jobs if repr(job) not in self.done]
        for job, kept in zip(left, carried_out(left, self.workers, self.quiet), strict=True):
            self.done[repr(job)] = kept
            self.shelf.put(repr(job), kept)
        return [self.done[repr(job)] for job in jobs]


def judged(facts: Facts, names: Sequence[str], work: Work) -> list[Row]:
    """Every line of the facts: one plan of runs for all of them, then each from its own."""
    runs = runs_of(facts, names)
    facts = at_equal_cost(facts, list(runs), work)
    seeds = seeds_of({name: facts.runs[name] for name in runs}, work.seeds)
    jobs = jobs_of(facts, seeds, work.seed, work.configs)
    found: dict[str, list[Kept]] = {name: [] for name in runs}
    for job, kept in zip(jobs, work.carry_out(jobs), strict=True):
        found[job.name].append(kept)
    return [row for name in names for row in judge_fact(facts, name, found)]


def judge_fact(facts: Facts, name: str, found: dict[str, list[Kept]]) -> list[Row]:
    """The lines of one fact; a seed counts where all of its runs have it."""
    fact = facts.facts[name]
    if fact.needs:
        return [row_of(name, fact, label, None, 0) for label in fact.lines]
    how = computed()[name]
    seeds = min(len(found[run]) for run in fact.runs.values())
    numbers = [how.measure({role: found[run][seed] for role, run in fact.runs.items()}) for seed in range(seeds)]
    lines = estimates(how, numbers)
    return [row_of(name, fact, label, lines[label], seeds) for label in fact.lines]


def computed() -> dict[str, Computed]:
    """How every fact is computed, by its name."""
    return {**FIELD, **MARKET, **PEOPLE}


def at_equal_cost(facts: Facts, names: Sequence[str], work: Work) -> Facts:
    """The facts with the terms of schemes set where two are compared at equal cost."""
    runs: dict[str, Any] = dict(facts.runs)
    for name in names:
        other = facts.runs[name].equal_pay
        if other is not None:
            few = min(SEARCHING, *seeds_of({each: facts.runs[each] for each in (name, other.run)}, work.seeds).values())
            here, there = (jobs_of(facts, {each: few}, work.seed, work.configs) for each in (name, other.run))
            runs[name] = matched(facts, name, here, there, work.carry_out)
    return facts.model_copy(update={"runs": runs})
