"""Whether calibration finds what was put in: `python -m experiments.calibration.recovery`.

Synthetic clients of one small made-up city, each with parameters drawn from the prior, share one bank of simulations.
Of each the posterior is computed from its history alone; intervals are counted that hold the truth. Ranks of the truth
among the draws (simulation-based calibration, Talts et al. 2018) are taken over the clients and over bank runs left out
in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.bank import places, read_bank
from experiments.calibration.history import FIGURES, History, Series
from experiments.calibration.identify import Pair, pairs
from experiments.calibration.posterior import Bank, Fit, fit
from experiments.calibration.priors import Priors, priors_of, settings
from experiments.calibration.recoverypicture import draw_ranks
from experiments.calibration.statistics import figures
from experiments.job import Job, Planned, work
from experiments.options import Command
from experiments.runner import CityRef, DesignPoint, Plan
from experiments.style import save_numbers

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal

Array = np.ndarray[Any, Any]

BUSINESSES, PRESET, CITY_SEED = 1500, "domain_default", 1
FIRST, MONTHS = "2026-01", 12
PLANTED = ("world.needs.shopping_rate_per_month", "world.needs.renewal_factor")  # both make customers look around
CLIENTS, LEFT_OUT, DRAWS = 40, 120, 400
COMMAND = Command(
    "experiments.calibration.recovery",
    "how well known parameters are found again, over synthetic clients with one bank of simulations",
    ("python -m experiments.calibration.recovery out=runs/recovery",),
    ("out", "seed", "quiet", "points", "replications", "workers", "engine", "engine_address", "fail_fast", "resume"),
    {},
    defaults={"points": 300, "replications": 2},
)


def main(words: Sequence[str] | None = None) -> int:
    """Entry of `python -m experiments.calibration.recovery`."""
    from experiments.compose import read
    from sim.errors import InputError

    try:
        said = list(sys.argv[1:] if words is None else words)
        return work(read("python -m experiments.calibration.recovery", COMMAND, said), new_plan, results)
    except InputError as error:
        print("\n".join(f"error: {message}" for message in error.messages), file=sys.stderr)
        return 2


# ---- the plan ----------------------------------------------------------------------------------------------------


def new_plan(request: Request, version: str) -> Planned:
    """First the clients, with parameters drawn from the prior, then the bank."""
    from experiments import __version__
    from sim.city import load_city

    folder = made_city(request.out_folder())
    city = load_city(folder)
    history = blank()
    shared = {"calendar.decision_month": history.decision_month, "warmup": MONTHS, "months": 1}
    quiet = {"record.zones": False, "record.reps": False, "record.ledger": False}
    base = DesignPoint("passive", *request.parameters("passive", more=shared | quiet))
    priors = priors_of([*settings()["fit"], PLANTED[1]], base.mapping, city, history)
    seed = request.options["seed"]
    clients = clients_of(priors, base, seed)
    bank = places(priors, base, request.options["points"], seed, None)
    ref = CityRef(str(folder), city.content_hash)
    plan = Plan((*clients, *bank), request.options["replications"], seed, ref, version or __version__, own_seeds=True)
    return Planned(plan, city, {"priors": priors.plain(), "points": len(bank)})


def made_city(out: Path) -> Path:
    """The folder of the small city, beside the results."""
    from experiments.citymake import write_city
    from sim.cityplan import city_plan

    folder = out.with_name(f"{out.name}_city").resolve()
    if not (folder / "city.yaml").exists():
        write_city(city_plan(PRESET, {"businesses": BUSINESSES}), CITY_SEED, folder, PRESET, {"businesses": BUSINESSES})
    return folder


def blank() -> History:
    """The months of all clients, before anything is known of them."""
    months = np.datetime64(FIRST, "M") + np.arange(MONTHS)
    names = [name for name in FIGURES if name != "customers"]  # that would narrow the prior to one client's share
    return History(months, tuple(Series(name, np.ones(MONTHS)) for name in names), "synthetic clients")


def clients_of(priors: Priors, base: DesignPoint, seed: int) -> list[DesignPoint]:
    """Clients with parameters drawn from the prior."""
    from experiments.swept import SweptPoint

    units = np.random.default_rng([seed, 41]).random((CLIENTS * 50, len(priors)))
    values = priors.values(units[priors.allowed(units)][:CLIENTS])
    return [
        SweptPoint(f"client_{number:02d}", base, dict(zip(priors.paths, map(float, row), strict=True)))
        for number, row in enumerate(values, start=1)
    ]


# ---- the results -------------------------------------------------------------------------------------------------


def results(job: Job, journal: Journal) -> str:
    """Writes the tables and the picture of ranks; gives the table for the terminal."""
    priors, history = Priors.from_plain(job.options["priors"]), whole_blank()
    days = working_days_of(job, history)
    runs = read_bank(job.folder, job.plan, priors, history, days)
    is_client = runs.point < CLIENTS
    bank = Bank(runs.units[~is_client], runs.point[~is_client], runs.root[~is_client])
    found = [fit_of(runs, run, priors, bank, days) for run in first_runs(runs, range(CLIENTS))]
    truth = np.array([runs.units[run] for run in first_runs(runs, range(CLIENTS))])
    rows, ranks = rows_of(found, truth, priors), ranks_of(runs, bank, priors, days, found, truth)
    write(job.folder, rows, found, ranks, priors)
    return told(rows, ranks.shape[0])


def whole_blank() -> History:
    """The clients' months with all four figures."""
    history = blank()
    return History(history.months, tuple(Series(name, np.ones(MONTHS)) for name in FIGURES), history.source)


def working_days_of(job: Job, history: History) -> Array:
    """Working days of the clients' months."""
    from experiments.calibration.bank import days_of

    return days_of(history, job.city)


def first_runs(runs: Bank, points: Any) -> Iterator[int]:
    """The first run of each of these points."""
    for point in points:
        yield int(np.flatnonzero(runs.point == point)[0])


def fit_of(runs: Bank, run: int, priors: Priors, bank: Bank, days: Array) -> Fit:
    """The posterior of one run, taken for a client's history."""
    history = whole_blank()
    seen = tuple(Series(one.name, figures(one.name, runs.root[run, i], days)) for i, one in enumerate(history.series))
    return fit(History(history.months, seen, "client"), priors, bank, days, None, DRAWS, seed=run + 1)


def rows_of(found: Sequence[Fit], truth: Array, priors: Priors) -> list[dict[str, Any]]:
    """Each parameter: how often its intervals hold the truth, what the data took away, whether the pair is flagged."""
    rows = []
    for place, path in enumerate(priors.paths):
        mine = np.stack([one.units[:, place] for one in found])
        within = {f"cover_{level}": cover(mine, truth[:, place], level / 100) for level in (50, 90)}
        middle = np.median(mine, axis=1)
        rows.append(
            {"parameter": path, "clients": len(found)}
            | within
            | {
                "correlation": float(np.corrcoef(middle, truth[:, place])[0, 1]),
                "contraction": float(1.0 - (mine.std(1) / priors.points(4096, 11).std(0)[place]).mean()),
                "median_error": float(
                    np.median(np.abs(priors.each[place].value(middle) / of(priors, truth, place) - 1))
                ),
            }
        )
    return rows


def of(priors: Priors, units: Array, place: int) -> Array:
    """The values of one parameter."""
    return priors.each[place].value(units[:, place])


def cover(draws: Array, truth: Array, level: float) -> float:
    """Share of the clients whose central interval holds the truth."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    return float(((truth >= low) & (truth <= high)).mean())


def ranks_of(runs: Bank, bank: Bank, priors: Priors, days: Array, found: Sequence[Fit], truth: Array) -> Array:
    """Share (histories, parameters) of the draws that lie below the truth: clients, then bank points left out."""
    ranks = [(one.units < mine).mean(0) for one, mine in zip(found, truth, strict=True)]
    last = int(bank.point.max()) + 1
    chosen = np.linspace(CLIENTS, last - 1, LEFT_OUT).astype(int)
    for point, run in zip(chosen, first_runs(runs, chosen), strict=True):
        left = fit_of(runs, run, priors, bank.without(int(point)), days)
        ranks.append((left.units < runs.units[run]).mean(0))
    return np.array(ranks)


def planted(found: Sequence[Fit]) -> tuple[int, int]:
    """In how many clients the planted pair is flagged, and how many other pairs are said to be inseparable."""
    mine = [[pair for pair in pairs(one) if pair.verdict] for one in found]

    def is_planted(pair: Pair) -> bool:
        return {pair.first, pair.second} == set(PLANTED)

    others = sum(not is_planted(pair) and pair.verdict == "cannot be told apart" for each in mine for pair in each)
    return sum(any(map(is_planted, each)) for each in mine), others


def write(folder: Path, rows: list[dict[str, Any]], found: Sequence[Fit], ranks: Array, priors: Priors) -> None:
    """Writes calibration_recovery.csv, the ranks and their picture."""
    from scipy.stats import kstest

    flagged, others = planted(found)
    for place, row in enumerate(rows):
        within = np.abs(ranks[:, place] - 0.5)
        row |= {"histories": len(ranks), "cover_50_all": share(within <= 0.25), "cover_90_all": share(within <= 0.45)}
        row["ranks_p"] = float(kstest(ranks[:, place], "uniform").pvalue)
        row["pair_flagged"] = flagged / len(found) if row["parameter"] in PLANTED else ""
        row["others_flagged"] = others if row["parameter"] in PLANTED else ""
    save_numbers(folder / "figures", "calibration_recovery", list(rows[0]), [tuple(row.values()) for row in rows])
    save_numbers(folder / "figures", "calibration_ranks", priors.paths, [tuple(map(float, row)) for row in ranks])
    draw_ranks(ranks, priors, folder / "figures")


def share(truths: Array) -> float:
    """How many of them are true."""
    return float(truths.mean())


def told(rows: list[dict[str, Any]], histories: int) -> str:
    """The table for the terminal."""
    lines = [f"{rows[0]['clients']} synthetic clients; ranks over {histories} histories."]
    for row in rows:
        lines.append(
            f"{row['parameter']:<42} 50 % holds {row['cover_50']:.0%}, 90 % holds {row['cover_90']:.0%} "
            f"({row['cover_90_all']:.0%} of all histories), "
            f"contraction {row['contraction']:.2f}, correlation {row['correlation']:+.2f}, ranks p {row['ranks_p']:.2f}"
        )
    lines.append(
        f"planted pair flagged in {rows[0]['pair_flagged']:.0%}; other pairs inseparable: {rows[0]['others_flagged']}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
