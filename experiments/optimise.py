"""`fieldcast optimise`: the best department under constraints: the front of margin against risk, a robust choice."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.clusters import check_engine
from experiments.designs import Dimension
from experiments.mishaps import alone_in
from experiments.runner import DesignPoint
from experiments.trials import (
    Bench,
    Bound,
    Outcome,
    RunFailed,
    front,
    largest_regret,
    last_margin,
    read_bounds,
    tried,
    violations,
)
from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.compose import Request

MAY_CHANGE = {"resume", "trials", "workers", "engine", "engine_address", "quiet"}
SETTINGS, STORAGE = "optimise.json", "trials.journal"


@dataclass(frozen=True)
class Search:
    """What is searched: dimensions, scenarios, constraints, and where it runs."""

    request: Request
    folder: Path
    dimensions: Sequence[Dimension]
    scenarios: Sequence[str]
    bounds: Sequence[Bound]
    bench: Bench

    def points(self, values: Mapping[str, Any]) -> list[DesignPoint]:
        """A department in every scenario."""
        return [DesignPoint(name, *self.request.parameters(name, more=values)) for name in self.scenarios]


def run(request: Request) -> int:
    """Try departments until enough were tried, and write down what was found; returns the exit code."""
    if find_spec("optuna") is None:
        raise InputError("fieldcast optimise needs an extra: pip install 'fieldcast[optimise]'")
    search = taken_up(request) if request.options["resume"] else begun(request)
    trials, quiet = request.options["trials"], bool(request.options["quiet"])
    return alone_in(search.folder, "optimise", "trials", lambda: carried_out(search, trials, quiet))


# ---- beginning ------------------------------------------------------------------------------------------------------


def begun(request: Request) -> Search:
    """A new search in its folder."""
    search = search_of(request, request, request.out_folder())
    search.folder.mkdir(parents=True, exist_ok=True)
    note = {"words": request.words, "city": search.bench.city.content_hash, "version": search.bench.version}
    (search.folder / SETTINGS).write_text(json.dumps(note, indent=1), encoding="utf-8")
    return search


def taken_up(request: Request) -> Search:
    """The search of a folder, with this command's workers and number of trials."""
    from experiments.cli import COMMANDS
    from experiments.compose import at_home, read

    folder = at_home(request.options["resume"])
    if not (folder / SETTINGS).is_file():
        raise InputError(f"resume={folder} is no folder of fieldcast optimise; give the folder that was stopped")
    if request.given - MAY_CHANGE:
        other = ", ".join(sorted(request.given - MAY_CHANGE))
        raise InputError(f"{other} cannot change when a search is resumed; allowed: {', '.join(sorted(MAY_CHANGE))}")
    note = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    words = [word for word in note["words"] if not word.startswith("out=")]
    search = search_of(read("optimise", COMMANDS["optimise"], words), request, folder)
    for name, now in (("city", search.bench.city.content_hash), ("version", search.bench.version)):
        if note[name] != now:
            raise InputError(f"resume={folder}: {name} was {note[name]} and is {now}; begin anew")
    return search


def search_of(request: Request, working: Request, folder: Path) -> Search:
    """Everything that is searched, checked; engine and workers come from the command that is working."""
    from experiments import __version__
    from experiments.job import loaded_city
    from experiments.runner import keep_city
    from experiments.schema import MONTHLY
    from experiments.sweep import dimensions_of

    dimensions, mistakes = dimensions_of(request)
    if not dimensions and not mistakes:
        mistakes.append("optimise has nothing to choose; give values as department.reps='interval(2,12)'")
    bounds = read_bounds(request.options["under"])
    for bound in bounds:
        if bound.name.partition("@")[0] not in MONTHLY:
            mistakes.append(f"under: '{bound.name}' is no monthly metric; {nearest(bound.name, MONTHLY)}")
    if mistakes:
        raise InputError(mistakes)
    options, where = request.options, working.options
    check_engine(where["engine"], where["engine_address"])
    city, ref = loaded_city(request)
    keep_city(ref, city)
    engine = where["engine"], where["workers"], where["engine_address"]
    bench = Bench(ref, options["seed"], options["replications"], __version__, *engine)
    scenarios = options["scenarios"] or [options["scenario"]]
    search = Search(request, folder, dimensions, scenarios, bounds, bench)
    search.points({one.path: one.ends[0] for one in dimensions})
    return search


# ---- searching ------------------------------------------------------------------------------------------------------


def carried_out(search: Search, trials: int, quiet: bool) -> int:
    """Try departments, each chosen in the light of those before; the same ones however often it was stopped."""
    study = opened(search.folder)
    request = search.request
    baseline = DesignPoint("baseline", *request.parameters(request.options["baseline"], baseline=True))
    base = np.array([last_margin(table) for table in search.bench.monthly([baseline])[0]])
    while (done := len(ended(study))) < trials:
        study.sampler = sampler(request.options["seed"] + done)
        trial = study.ask(distributions(search.dimensions))
        values = {
            one.path: one.values[trial.params[one.path]] if one.values else trial.params[one.path]
            for one in search.dimensions
        }
        trial.set_user_attr("values", values)
        try:
            found = tried(search.bench, search.points(values), base, search.bounds)
        except (InputError, RunFailed) as error:
            trial.set_user_attr("reason", str(error))
            study.tell(trial, state=failed())
            continue
        trial.set_user_attr("outcome", found.as_plain())
        trial.set_user_attr("violations", violations(found, search.bounds))
        study.tell(trial, (found.margin, found.risk))
        if not quiet:
            print(f"trial {done + 1} of {trials}: margin {found.margin:,.0f}, risk {found.risk:,.0f}", file=sys.stderr)
    return finish(search, ended(study))


def opened(folder: Path) -> Any:
    """The study of a folder; a trial that was under way when it stopped is done anew."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(folder / STORAGE))),
        study_name="fieldcast",
        directions=["maximize", "minimize"],
        load_if_exists=True,
    )
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=failed())
    return study


def failed() -> Any:
    """The state of a trial that came to nothing."""
    from optuna.trial import TrialState

    return TrialState.FAIL


def ended(study: Any) -> list[Any]:
    """Trials that came to an end of their own, good or not."""
    return [trial for trial in study.get_trials(deepcopy=False) if {"outcome", "reason"} & set(trial.user_attrs)]


def sampler(seed: int) -> Any:
    """Tree-structured Parzen estimators that know the constraints; a fresh one for every trial needs no memory."""
    import warnings

    import optuna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(
            seed=seed % 2**32, constraints_func=lambda trial: trial.user_attrs.get("violations", [])
        )


def distributions(dimensions: Sequence[Dimension]) -> dict[str, Any]:
    """What may be chosen, as optuna has it; listed values by their place."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    return {
        one.path: CategoricalDistribution(list(range(len(one.values))))
        if one.values
        else (IntDistribution(int(one.low), int(one.high)) if one.whole else FloatDistribution(one.low, one.high))
        for one in dimensions
    }


# ---- what was found -------------------------------------------------------------------------------------------------


def finish(search: Search, trials: list[Any]) -> int:
    """Write the trials, the front and the picture; say the best, the safest and the robust choice."""
    from experiments.style import save_numbers

    good = [trial for trial in trials if "outcome" in trial.user_attrs]
    reasons = [trial.user_attrs["reason"] for trial in trials if "reason" in trial.user_attrs]
    fits = np.array([all(each <= 0 for each in trial.user_attrs["violations"]) for trial in good], bool)
    found = [Outcome(**trial.user_attrs["outcome"]) for trial in good]
    points = np.array([(each.margin, each.risk) for each in found]).reshape(-1, 2)
    on_front, regret = np.zeros(len(good), bool), np.full(len(good), np.nan)
    if fits.any():
        gains = np.array([[each.by_scenario[name] for name in search.scenarios] for each in found])
        on_front[fits], regret[fits] = front(points[fits]), largest_regret(gains[fits])
    paths = [one.path for one in search.dimensions]
    head = ["trial", *paths, "margin", "risk", *(f"margin_{name}" for name in search.scenarios)]
    head += [*(bound.name for bound in search.bounds), "fits", "on_front", "largest_regret"]
    rows = [
        (
            *(number, *(str(trial.user_attrs["values"][path]) for path in paths), each.margin, each.risk),
            *(each.by_scenario[name] for name in search.scenarios),
            *(each.bounds[bound.name] for bound in search.bounds),
            *(str(bool(fits[place])).lower(), str(bool(on_front[place])).lower(), float(regret[place])),
        )
        for place, (number, trial, each) in enumerate(zip(range(1, len(good) + 1), good, found, strict=True))
    ]
    save_numbers(search.folder, "trials", head, rows)
    said = sentences(search, good, found, fits, on_front, regret, reasons)
    (search.folder / "optimise.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
    if fits.any():
        draw(search, points, fits, on_front, int(np.nanargmin(regret)))
    print("\n".join(said))
    print(f"\nResults: {search.folder}/ (optimise.txt, front.png, data/trials.csv)")
    return 1 if len(good) < len(trials) else 0


def sentences(
    search: Search, good: Any, found: Any, fits: Any, on_front: Any, regret: Any, reasons: list[str]
) -> list[str]:
    """The choices in words."""
    said = [
        f"{len(good)} departments tried in {', '.join(search.scenarios)}, {search.bench.replications} runs in each."
    ]
    if reasons:
        said.append(f"{len(reasons)} could not be tried: {'; '.join(dict.fromkeys(reasons))}.")
    if not fits.any():
        nearest = min(range(len(good)), key=lambda i: max(good[i].user_attrs["violations"], default=0.0), default=None)
        said.append("None keeps all constraints; give more trials, wider ranges, or looser constraints.")
        if nearest is not None:
            said.append(f"Nearest: {values_said(good[nearest])}.")
        return said
    margin = np.where(fits, [each.margin for each in found], -np.inf)
    risk = np.where(fits, [each.risk for each in found], np.inf)
    for name, place in (
        ("Most margin", margin.argmax()),
        ("Least risk", risk.argmin()),
        ("Robust", np.nanargmin(regret)),
    ):
        each = found[int(place)]
        text = f"{name}: {values_said(good[int(place)])}: {each.margin:+,.0f} on average, "
        text += f"worst fifth {each.risk:,.0f} below"
        said.append(
            text + (f", never more than {regret[place]:,.0f} behind the best" if name == "Robust" else "") + "."
        )
    said.append(
        f"{int(on_front.sum())} of them make the front of margin against risk; {int((~fits).sum())} break a constraint."
    )
    return said


def values_said(trial: Any) -> str:
    """A department in words."""
    values = trial.user_attrs["values"].items()
    return ", ".join(f"{path} {f'{one:.4g}' if isinstance(one, float) else one}" for path, one in values)


def draw(search: Search, points: Any, fits: Any, on_front: Any, robust: int) -> None:
    """Margin against risk: what was tried, the front, and the robust choice."""
    from experiments.style import BASELINE, INK, SCENARIO, frame, house_style, margins, new_figure, save

    footer = (
        "Margin: mean gain over the baseline; risk: how far the worst fifth of the runs lie below it. Ring: robust."
    )
    with house_style():
        figure = new_figure()
        axes = figure.subplots(1, 1, gridspec_kw=margins(figure, footer))
        axes.scatter(points[~on_front, 1], points[~on_front, 0], s=20, color=BASELINE, alpha=0.6, linewidths=0)
        order = np.argsort(points[on_front, 1])
        axes.plot(points[on_front, 1][order], points[on_front, 0][order], "o-", color=SCENARIO, linewidth=1.4)
        axes.scatter(points[robust, 1], points[robust, 0], s=160, facecolors="none", edgecolors=INK, linewidths=1.4)
        axes.set_xlabel("risk")
        axes.set_ylabel("margin over the baseline")
        frame(figure, f"{int(on_front.sum())} departments that no other betters", f"{len(points)} tried", footer)
        save(figure, search.folder, "front")
