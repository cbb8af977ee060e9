"""`fieldcast backtest`: calibrates on the first months of a history, forecasts the rest, and says how good that was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.bank import bank_plan, days_of, read_bank
from experiments.calibration.command import FEWEST_RUNS, footer_of, stored_history
from experiments.calibration.history import FEWEST_MONTHS, STOCKS, History, history_of
from experiments.calibration.pictures import TITLES
from experiments.calibration.posterior import Bank, Fit, fit
from experiments.calibration.predictive import months_of
from experiments.calibration.priors import Priors
from experiments.calibration.scores import LEVELS, WITHOUT_MODEL, Score, scored
from experiments.calibration.statistics import MONTH_DAYS
from experiments.job import Job, Planned, loaded_city, work
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.journal import Journal

Array = np.ndarray[Any, Any]

MODEL = "fieldcast"
HELD_BACK_SHARE = 3  # one month in so many is held back unless holdout= says how many


@dataclass(frozen=True)
class Tested:
    """One figure's held-back months: the truth, and every method's draws (n, months)."""

    label: str
    name: str
    months: Array
    seen: Array  # the whole series
    truth: Array
    draws: dict[str, Array]

    def scores(self) -> dict[str, Score]:
        """Each method's scores."""
        return {method: scored(draws, self.truth) for method, draws in self.draws.items()}


def run(request: Request) -> int:
    """Carries out `fieldcast backtest`; returns its exit code."""
    return work(request, new_plan, results)


def new_plan(request: Request, version: str) -> Planned:
    """The bank over all months; those held back are known to the forecast's judge alone."""
    city, ref = loaded_city(request)
    history = history_of(request.options["history"], city)
    holdout = held_back(request.options["holdout"], history)
    planned = bank_plan(request, version, city, ref, history)
    return replace(planned, options={**planned.options, "holdout": holdout})


def held_back(given: int | None, history: History) -> int:
    """How many months are held back, with enough left to calibrate on."""
    holdout = given or max(len(history) // HELD_BACK_SHARE, 1)
    left = len(history) - holdout
    if left < FEWEST_MONTHS:
        raise InputError(
            f"holdout = {holdout}: {left} of {len(history)} months are left to calibrate on; hold back "
            f"{max(len(history) - FEWEST_MONTHS, 0)} or fewer"
        )
    first = history.first(left)
    if not first.series:
        raise InputError(f"the first {left} months hold no figure; hold back fewer with holdout=")
    return holdout


# ---- the test ----------------------------------------------------------------------------------------------------


def results(job: Job, journal: Journal) -> str:
    """Writes scores, months and the picture; gives the words for the terminal."""
    if len(journal.done()) < FEWEST_RUNS:
        return f"{len(journal.done())} runs were finished; {FEWEST_RUNS} are the fewest for a posterior."
    history = stored_history(job)
    days = days_of(history, job.city)
    bank = read_bank(job.folder, job.plan, Priors.from_plain(job.options["priors"]), history, days)
    tested = tests_of(history, bank, days, job)
    write(job, tested)
    draw(job, history, tested)
    return told(tested, history)


def tests_of(history: History, bank: Bank, days: Array, job: Job) -> list[Tested]:
    """Every figure of the history with its forecasts."""
    seen = len(history) - job.options["holdout"]
    found = fit_first(history, bank, days, seen, job)
    drawn = months_of(replace(found, history=history), bank, days, job.plan.seed).drawn
    tested = []
    for place, one in enumerate(history.series):
        truth = one.values[seen:]
        if not np.isfinite(truth).any() or not np.isfinite(one.values[:seen]).any():
            continue
        draws = {MODEL: counted_on(one.name, drawn[:, place], one.values, seen)}
        draws |= without_model(one.name, one.values, days, seen)
        tested.append(Tested(one.label, one.name, history.months[seen:], one.values, truth, draws))
    return tested


def fit_first(history: History, bank: Bank, days: Array, seen: int, job: Job) -> Fit:
    """The posterior from the first months alone."""
    first, options = history.first(seen), job.options
    there = [np.isfinite(one.values[:seen]).any() for one in history.series]
    part = Bank(bank.units, bank.point, bank.root[:, there, :seen])
    priors = Priors.from_plain(options["priors"])
    return fit(first, priors, part, days[:seen], options["weights"], options["draws"], job.plan.seed)


def counted_on(name: str, drawn: Array, values: Array, seen: int) -> Array:
    """The forecast of the months after `seen`; a stock is counted on from where it was last known."""
    if name not in STOCKS:
        return drawn[:, seen:]
    last = int(np.flatnonzero(np.isfinite(values[:seen]))[-1])
    return np.asarray(drawn[:, seen:] - drawn[:, last : last + 1] + values[last])


def without_model(name: str, values: Array, days: Array, seen: int) -> dict[str, Array]:
    """The forecasts that need no model, of flows as if all months had as many working days."""
    scale = np.ones(len(values)) if name in STOCKS else MONTH_DAYS / days
    rates = values * scale
    found = {method: forecast(rates[:seen], len(values) - seen) for method, forecast in WITHOUT_MODEL.items()}
    return {method: draws / scale[seen:] for method, draws in found.items() if draws is not None}


# ---- the files ---------------------------------------------------------------------------------------------------

HEAD = ("figure", "method", "months", "mean_absolute_error", "crps", "crps_over_naive")
MONTHS_HEAD = (
    "figure",
    "method",
    "month",
    "observed",
    "low_90",
    "low_80",
    "low_50",
    "median",
    "high_50",
    "high_80",
    "high_90",
)
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def write(job: Job, tested: list[Tested]) -> None:
    """Writes backtest.csv and backtest_months.csv."""
    from experiments.style import save_numbers

    rows, months = [], []
    for one in tested:
        scores = one.scores()
        for method, score in scores.items():
            against = score.crps / scores["naive"].crps if "naive" in scores and scores["naive"].crps else float("nan")
            known = int(np.isfinite(one.truth).sum())
            covered = [score.coverage[level] for level in LEVELS]
            rows.append((one.label, method, known, score.error, score.crps, against, *covered, score.width))
            bands = np.quantile(one.draws[method], QUANTILES, axis=0)
            for place, month in enumerate(one.months):
                months.append((one.label, method, str(month), float(one.truth[place]), *map(float, bands[:, place])))
    head = (*HEAD, *(f"coverage_{level}" for level in LEVELS), "width_90")
    save_numbers(job.folder / "figures", "backtest", head, rows)
    save_numbers(job.folder / "figures", "backtest_months", MONTHS_HEAD, months)


def told(tested: list[Tested], history: History) -> str:
    """The scores for the terminal."""
    first = tested[0].months[0] if tested else history.months[-1]
    lines = [f"Forecast from {first} on, {len(tested[0].months) if tested else 0} months held back."]
    lines += [history.note] if history.note else []
    lines.append(f"{'figure':<16} {'method':<22} {'error':>8} {'CRPS':>8}  bands of 50/80/90 % hold")
    for one in tested:
        for method, score in one.scores().items():
            held = "/".join(f"{score.coverage[level]:.0%}" for level in LEVELS)
            lines.append(f"{one.label:<16} {method:<22} {score.error:>8.3g} {score.crps:>8.3g}  {held}")
    covered = [one.scores()[MODEL].coverage[90] for one in tested]
    if covered:
        months = sum(int(np.isfinite(one.truth).sum()) for one in tested)
        lines.append(f"In all, the model's 90 % bands hold {np.mean(covered):.0%} of {months} figures.")
    return "\n".join(lines)


def draw(job: Job, history: History, tested: list[Tested]) -> None:
    """Draws the months before and after the cut, with the model's bands and the naive line."""
    from experiments.style import BASELINE, INK, SCENARIO, calendar_axis, frame, house_style, margins, new_figure, save

    shown = tested[:4]
    if not shown:
        return
    footer = footer_of(job.city, history)
    dates = history.months.astype("datetime64[D]") + 14
    with house_style():
        figure = new_figure(3.4 + 2.1 * (len(shown) > 2))
        box = margins(figure, footer) | {"hspace": 0.55, "wspace": 0.2}
        grid = figure.subplots(1 + (len(shown) > 2), min(len(shown), 2), squeeze=False, gridspec_kw=box)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_axis_off()
        for axes, one in zip(grid.flat, shown, strict=False):
            after = dates[-len(one.months) :]
            for low, high, alpha in ((0.05, 0.95, 0.16), (0.25, 0.75, 0.30)):
                band = np.quantile(one.draws[MODEL], [low, high], axis=0)
                axes.fill_between(after, *band, color=SCENARIO, alpha=alpha, linewidth=0)
            axes.plot(after, np.median(one.draws[MODEL], axis=0), color=SCENARIO, linewidth=1.8)
            if "naive" in one.draws:
                axes.plot(after, np.median(one.draws["naive"], axis=0), color=BASELINE, linestyle=(0, (4, 1.6)))
            axes.plot(dates, one.seen, "o", color=INK, markersize=3)
            axes.axvline(after[0] - 14, color=INK, linewidth=0.9)
            axes.set_title(TITLES.get(one.name, one.name), color=INK)
            calendar_axis(axes, len(dates), labels=7)
            if one.name not in STOCKS:
                axes.set_ylim(bottom=0)
        words = (
            "Dots: the history; right of the line it was held back. Bands: 50 and 90 %; dashed: the last month goes on"
        )
        frame(figure, "What the model said of months it had not seen", words, footer)
        save(figure, job.folder / "figures", "backtest")


if __name__ == "__main__":
    from experiments.multirun import hydra_main

    hydra_main("backtest")
