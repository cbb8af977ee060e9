"""`fieldcast calibrate`: fits a few parameters to a history, and says what it pins down and what it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.bank import bank_plan, days_of, read_bank
from experiments.calibration.history import History, history_of, read
from experiments.calibration.identify import next_data, pairs, parameters, report
from experiments.calibration.pictures import draw_contraction, draw_fit, draw_pairs
from experiments.calibration.posterior import Bank, Fit, fit
from experiments.calibration.predictive import months_of
from experiments.calibration.priors import Priors
from experiments.job import Job, Planned, loaded_city, work

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal
    from sim.city import City

Array = np.ndarray[Any, Any]

FEWEST_RUNS = 30
NOTE = "calibration.json"  # what a forecast needs to draw from the posterior


def run(request: Request) -> int:
    """Carries out `fieldcast calibrate`; returns its exit code."""
    return work(request, new_plan, results)


def new_plan(request: Request, version: str) -> Planned:
    """The bank of simulations for the history."""
    city, ref = loaded_city(request)
    return bank_plan(request, version, city, ref, history_of(request.options["history"], city))


# ---- the results -------------------------------------------------------------------------------------------------


def results(job: Job, journal: Journal) -> str:
    """Writes the posterior, the pictures and the report; gives the words for the terminal."""
    if len(journal.done()) < FEWEST_RUNS:
        return f"{len(journal.done())} runs were finished; {FEWEST_RUNS} are the fewest for a posterior."
    found, bank, days = fitted_in(job, stored_history(job))
    name = spoken_name
    write_posterior(job.folder, found)
    write_note(job, found)
    tell_apart = pairs(found)
    write_tables(job.folder, found, bank)
    words = report(found, bank, name)
    (job.folder / "identifiability.md").write_text(words, encoding="utf-8")
    footer = footer_of(job.city, found.history)
    draw_fit(found, months_of(found, bank, days, job.plan.seed), job.folder / "figures", footer)
    draw_pairs(found, tell_apart, name, job.folder / "figures", footer)
    draw_contraction(parameters(found), name, job.folder / "figures", footer)
    return f"{words}\nforecast with it: fieldcast forecast posterior={job.folder}"


def stored_history(job: Job) -> History:
    """The history that the folder was begun with."""
    history = read(job.folder / "history.csv", job.city.zone_id.tolist())
    return replace(history, source=job.options.get("source", "history.csv"), note=job.options.get("note", ""))


def fitted_in(job: Job, history: History) -> tuple[Fit, Bank, Array]:
    """The posterior of a history from the runs of the job's folder."""
    days = days_of(history, job.city)
    priors = Priors.from_plain(job.options["priors"])
    bank = read_bank(job.folder, job.plan, priors, history, days)
    found = fit(history, priors, bank, days, job.options["weights"], job.options["draws"], job.plan.seed)
    return found, bank, days


def spoken_name(path: str) -> str:
    """A parameter as a reader wants it: the last words of its path."""
    return path.removeprefix("world.").removeprefix("situation.").replace("_", " ").replace(".", ": ")


def footer_of(city: City, history: History) -> str:
    """City, history and what is assumed."""
    from experiments.story import city_line, note_of

    note = " ".join(part for part in (history.note, note_of(city)) if part)
    return f"{city_line(city)}\nHistory: {history.source}. {note}"


# ---- the files ---------------------------------------------------------------------------------------------------


def write_posterior(folder: Path, found: Fit) -> None:
    """Writes posterior.csv, one draw a row."""
    lines = [",".join(["draw", *found.priors.paths])]
    lines += [",".join([str(i), *(f"{v:.8g}" for v in row)]) for i, row in enumerate(found.values.tolist())]
    (folder / "posterior.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_note(job: Job, found: Fit) -> None:
    """Writes what a forecast must know: city, history's length, and all that was set beside the fitted parameters."""
    note = {
        "city": job.plan.city.name,
        "city_content": job.plan.city.content_hash,
        "version": job.plan.version,
        "scenario": job.options["scenario"],
        "first_month": str(found.history.months[0]),
        "decision_month": found.history.decision_month,
        "months": len(found.history),
        "fixed": job.options["fixed"],
        "priors": found.priors.plain(),
        "source": found.history.source,
        "note": found.history.note,
        "out_of_reach": found.out_of_reach,
    }
    text = json.dumps(note, indent=1, ensure_ascii=False, default=str)
    (job.folder / NOTE).write_text(text + "\n", encoding="utf-8")


def write_tables(folder: Path, found: Fit, bank: Bank) -> None:
    """Writes what the fit leaves of each statistic, and what each further datum would bring."""
    from experiments.style import save_numbers

    at = np.median(found.units, axis=0)[None]
    mean, noise = found.surrogate.mean_and_noise(at)
    rows = [
        (
            *(one.label, float(found.observed[i]), float(mean[0, i]), float(noise[0, i]), float(found.inflation[i])),
            *(float(found.nearest[i]), int(found.surrogate.degree[i])),
            *(float(found.surrogate.missed[i]), float(found.weight[i])),
        )
        for i, one in enumerate(found.statistics)
    ]
    head = ("statistic", "observed", "expected", "noise", "inflation", "off", "degree", "missed_share", "weight")
    save_numbers(folder / "figures", "statistics", head, rows)
    told = [(one.name, one.words, *map(float, one.narrowing)) for one in next_data(found, bank)]
    save_numbers(folder / "figures", "next_datum", ("datum", "what", *found.priors.paths), told)


if __name__ == "__main__":
    from experiments.multirun import hydra_main

    hydra_main("calibrate")
