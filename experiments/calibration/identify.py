"""What the data pin down, what stays an assumption, which parameters they cannot tell apart, which datum to ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from experiments.calibration.posterior import Bank, Fit
from experiments.calibration.priors import Priors
from experiments.calibration.surrogate import fitted

Array = np.ndarray[Any, Any]

PINNED, PARTLY = 0.6, 0.25  # contraction above which a parameter is pinned down, or partly
ALIKE = 0.95  # cosine of two parameters' effects on all figures, in units of their noise
TIED = 0.6  # correlation of two parameters in the posterior
FELT = 1.0  # length of such an effect below which it cannot be told from chance
WORTH_ASKING = 0.05  # share by which a datum narrows what is least known
SURVEY = 400  # answers of a survey of awareness
YEAR = 12.0


@dataclass(frozen=True)
class Parameter:
    """One parameter before and after."""

    path: str
    prior: tuple[float, float]
    median: float
    low: float  # of the 90 % interval
    high: float
    places: tuple[float, float, float]  # of low, median and high in the prior, 0 to 1
    contraction: float  # share of the prior's spread that the data took away
    verdict: str


@dataclass(frozen=True)
class Pair:
    """Two parameters, and whether the data can tell them apart."""

    first: str
    second: str
    correlation: float  # in the posterior
    likeness: float  # cosine of their effects
    verdict: str  # empty, or why they are flagged


@dataclass(frozen=True)
class Datum:
    """What a client could be asked for, and by how much it would narrow each parameter."""

    name: str
    words: str
    narrowing: Array  # (parameters,) share of the spread


# ---- parameters --------------------------------------------------------------------------------------------------


def parameters(fit: Fit) -> list[Parameter]:
    """Every parameter with its 90 % interval and contraction."""
    return judged_draws(fit.priors, fit.units)


def judged_draws(priors: Priors, units: Array) -> list[Parameter]:
    """The same from the draws alone, as places in the prior (draws, parameters)."""
    prior = priors.points(4096, 11).std(0)
    found = []
    for place, one in enumerate(priors.each):
        places = np.quantile(units[:, place], [0.05, 0.5, 0.95])
        low, median, high = one.value(places).tolist()
        where = (float(places[0]), float(places[1]), float(places[2]))
        contraction = float(np.clip(1.0 - units[:, place].std() / prior[place], 0.0, 1.0))
        verdict = judged(contraction)
        found.append(Parameter(one.path, (one.low, one.high), median, low, high, where, contraction, verdict))
    return found


def judged(contraction: float) -> str:
    """A contraction in words."""
    return "pinned down" if contraction >= PINNED else "partly" if contraction >= PARTLY else "assumption"


# ---- pairs -------------------------------------------------------------------------------------------------------


def pairs(fit: Fit) -> list[Pair]:
    """Every two parameters; flagged where the figures cannot tell one from the other."""
    if len(fit.priors) < 2:
        return []
    correlation = np.corrcoef(fit.units, rowvar=False)
    effects = whitened_effects(fit)
    size = np.linalg.norm(effects, axis=0)
    found = []
    for a, b in combinations(range(len(fit.priors)), 2):
        felt = size[a] >= FELT and size[b] >= FELT
        likeness = float(effects[:, a] @ effects[:, b] / max(size[a] * size[b], 1e-12)) if felt else 0.0
        tied = float(correlation[a, b])
        verdict = "cannot be told apart" if abs(likeness) >= ALIKE else "tied" if abs(tied) >= TIED else ""
        found.append(Pair(fit.priors.paths[a], fit.priors.paths[b], tied, likeness, verdict))
    return found


def whitened_effects(fit: Fit) -> Array:
    """What a step across the whole prior does to all figures (k, parameters), in independent units of their noise."""
    at = np.median(fit.units, axis=0)
    scaled = fit.surrogate.jacobian(at) / (fit.surrogate.noise(at[None])[0] * fit.inflation)[:, None]
    scaled *= np.sqrt(fit.weight)[:, None]
    return np.linalg.solve(np.linalg.cholesky(fit.surrogate.correlation), scaled)


# ---- the next datum ----------------------------------------------------------------------------------------------

CANDIDATES = {
    "inbound_calls": "monthly sales calls to the common number",
    "gross_adds": "monthly gross adds",
    "churn": "monthly churn, to competitors and with closures",
    "customers": "customers at month end",
    "churn_competitor": "churn split into losses to competitors and closed businesses",
    "won_from_competitors": "gross adds split into businesses won from competitors and new ones",
    "awareness_unaided": f"unaided awareness from a survey of {SURVEY} businesses in the last month",
    "orders": "signed orders beside activations",
    "market_closures": "the register's count of closed businesses in the city",
}
MORE_MONTHS = "more_months"


def next_data(fit: Fit, bank: Bank) -> list[Datum]:
    """What could be asked for, the most telling first: by how much each parameter's spread would shrink.

    Linear and Gaussian about the middle of the posterior; a datum counts for what the given figures do not say already.
    """
    at, spread = np.median(fit.units, axis=0), np.atleast_2d(np.cov(fit.units, rowvar=False))
    spread = spread + 1e-9 * np.eye(len(spread))
    have = {one.name for one in fit.history.series if not one.part}
    found = [more_months(fit, spread)]
    for name, words in CANDIDATES.items():
        if name == "churn_competitor" and "churn_closure" in have:
            continue
        if name in bank.others and name not in have and np.ptp(bank.others[name]) > 0:
            found.append(Datum(name, words, narrowed(spread, *own_news(fit, bank, name, at))))
    return sorted(found, key=lambda one: -float(one.narrowing.max()))


def more_months(fit: Fit, spread: Array) -> Datum:
    """Another year of the same figures: as if each had its noise again."""
    effects = whitened_effects(fit) * np.sqrt(YEAR / len(fit.history))
    return Datum(MORE_MONTHS, "twelve more months of the same figures", narrowed(spread, effects, np.eye(len(effects))))


def own_news(fit: Fit, bank: Bank, name: str, at: Array) -> tuple[Array, Array]:
    """Effect (1, parameters) and variance (1, 1) of a datum beyond what the given figures say."""
    other = fitted(bank.units, bank.others[name][:, None], bank.point, fit.priors.chart)
    mine = other.residuals[:, 0] * other.noise(at[None])[0, 0]
    noise = fit.surrogate.noise(at[None])[0]
    given = fit.surrogate.residuals * noise
    share = np.linalg.lstsq(given, mine, rcond=None)[0]
    effect = other.jacobian(at)[0] - share @ fit.surrogate.jacobian(at)
    variance = float(np.var(mine - given @ share))
    if name == "awareness_unaided":
        level = float(np.clip(other.mean(at[None])[0, 0], 0.01, 0.99))
        variance += level * (1.0 - level) / SURVEY
    return effect[None], np.array([[max(variance, 1e-12)]])


def narrowed(spread: Array, effects: Array, noise: Array) -> Array:
    """Share (parameters,) by which the spread of each parameter shrinks."""
    gain = spread @ effects.T @ np.linalg.inv(effects @ spread @ effects.T + noise)
    left = np.diag(spread - gain @ effects @ spread)
    return np.asarray(1.0 - np.sqrt(np.maximum(left, 0.0) / np.diag(spread)))


# ---- in words ----------------------------------------------------------------------------------------------------


def report(fit: Fit, bank: Bank, name: Callable[[str], str]) -> str:
    """The identifiability report; `name` says a parameter's path as a reader wants it."""
    found, tied, data = parameters(fit), [pair for pair in pairs(fit) if pair.verdict], next_data(fit, bank)
    figures = ", ".join(dict.fromkeys(one.name for one in fit.history.series))
    first, last = fit.history.months[0], fit.history.months[-1]
    parts = [
        f"# What the history says\n\n{fit.history.source}: {figures}, {first} to {last} ({len(fit.history)} months)."
    ]
    parts += [fit.history.note] if fit.history.note else []
    parts.append(f"{len(bank.units)} simulations of {len(np.unique(bank.point))} places in the prior.")
    for verdict, heading in VERDICTS.items():
        rows = [line_of(one, name) for one in found if one.verdict == verdict]
        parts.append(f"## {heading}\n\n" + ("\n".join(rows) or "None."))
    parts.append(
        "## What the data cannot tell apart\n\n" + ("\n".join(map(pair_line(name), tied)) or "No two parameters.")
    )
    parts.append("## What to ask for next\n\n" + "\n".join(asked(found, data, name)))
    parts.append("## How well the model fits\n\n" + "\n".join(fit_lines(fit)))
    return "\n\n".join(parts) + "\n"


VERDICTS = {
    "pinned down": "Pinned down by the data",
    "partly": "Narrowed, but not pinned down",
    "assumption": "Stays an assumption",
}


def line_of(one: Parameter, name: Callable[[str], str]) -> str:
    """A parameter in one line."""
    return (
        (
            f"- {name(one.path)}: {one.median:.3g}, with 90 % between {one.low:.3g} and {one.high:.3g} "
            f"(before: {one.prior[0]:.3g} to {one.prior[1]:.3g}); {one.contraction:.0%} of the prior's spread is gone"
        )
        .replace("%", " %")
        .replace("  %", " %")
    )


def pair_line(name: Callable[[str], str]) -> Callable[[Pair], str]:
    """Says a pair in one line."""

    def line(pair: Pair) -> str:
        both = f"- {name(pair.first)} and {name(pair.second)}"
        if pair.verdict == "tied":
            way = "one high, the other low" if pair.correlation < 0 else "both high or both low"
            return (
                f"{both} are tied ({way}; correlation {pair.correlation:+.2f}): better known together than each alone."
            )
        return (
            f"{both} move every given figure alike (likeness {pair.likeness:+.2f}): whatever one is made to be, "
            "the other can make up for it. Fix one of them, or ask for a datum that tells them apart."
        )

    return line


def asked(found: Sequence[Parameter], data: Sequence[Datum], name: Callable[[str], str]) -> list[str]:
    """The most telling data in words."""
    lines = []
    for datum in data:
        gains = [(gain, one) for gain, one in zip(datum.narrowing.tolist(), found, strict=True) if gain >= WORTH_ASKING]
        told = ", ".join(
            f"{name(one.path)} by {gain:.0%}".replace("%", " %") for gain, one in sorted(gains, key=lambda g: -g[0])
        )
        if told:
            lines.append(f"- {datum.words[0].upper()}{datum.words[1:]}: would narrow {told}.")
    return lines[:4] or ["Nothing in the list would narrow any parameter by 5 % or more."]


def fit_lines(fit: Fit) -> list[str]:
    """Where history and model disagree, and how well the surrogate stands for the model."""
    lines = []
    for label in fit.out_of_reach:
        off = fit.nearest[[one.label for one in fit.statistics].index(label)]
        more = "more" if off > 0 else "less"
        lines.append(
            f"- {label}: {abs(off):.1f} standard deviations {more} than anything in the prior gives together with the "
            "other figures. Look at the figure, at the city's operators, or widen the prior; until then do not rely on "
            "the fit."
        )
    noisy = [one.label for one, factor in zip(fit.statistics, fit.inflation, strict=True) if factor > 1.0]
    if noisy:
        lines.append(
            f"- These scatter more from month to month than the model's do, and count for less: {', '.join(noisy)}."
        )
    missed = np.nan_to_num(fit.surrogate.missed)
    worst = int(np.argmax(missed))
    lines.append(
        f"- The surrogate misses most in {fit.statistics[worst].label}, where {missed[worst]:.0%} of its noise is not "
        "chance; more points make it smaller.".replace("%", " %")
        if missed[worst] > 0.2
        else "- The surrogate stands well for the model: what it misses is small beside chance."
    )
    return lines if fit.out_of_reach else ["- Every figure lies within what the model can do.", *lines]
