"""The take-away above a picture: what the decision changes, by how much, and in how many of the pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments.kpis import stays_above
from experiments.story import Sides, Story
from experiments.style import grouped


@dataclass(frozen=True)
class Change:
    """Medians over the pairs, as the lines show them: both sides, their difference, and in how many pairs it is so."""

    base: float
    here: float
    difference: float
    share: float  # of the pairs that move the way of the difference; a tie counts half
    pairs: int

    @property
    def up(self) -> bool:
        """Whether the scenario has more."""
        return self.difference > 0

    @property
    def odds(self) -> str:
        """In how many of the pairs it is so."""
        return odds(self.share, self.pairs)


def change_of(base: np.ndarray, here: np.ndarray) -> Change:
    """What changes between the two sides, given one number a run."""
    difference = float(np.median(here - base))
    more = float(np.mean(np.where(here == base, 0.5, here > base)))
    return Change(
        float(np.median(base)), float(np.median(here)), difference, more if difference > 0 else 1 - more, len(base)
    )


def odds(share: float, pairs: int) -> str:
    """A share of the pairs in words."""
    return f"in {share * pairs:.3g} of {pairs} pairs" if pairs > 1 else "one pair"


def over_run(story: Story, sides: Sides) -> Change:
    """The change of a run's mean month; a month without a number does not count."""
    inside = story.cube().months >= 1
    return change_of(*(mean_month(side[:, inside]) for side in sides))


def mean_month(side: np.ndarray) -> np.ndarray:
    """The mean month of each run."""
    return np.nansum(side, axis=1) / np.maximum(np.sum(~np.isnan(side), axis=1), 1)


def at_end(sides: Sides) -> Change:
    """The change in the last month."""
    return change_of(*(np.nan_to_num(side[:, -1]) for side in sides))


# ---- one title a picture ---------------------------------------------------------------------------------------


def flow_title(story: Story, column: str, noun: str) -> str:
    """The take-away on a flow: the whole time after the decision."""
    change = over_run(story, story.pair(column))
    name = story.names[1]
    if not change.difference:
        return f"{name}: {noun} as without it over {story.last_month} months"
    percent = 100 * abs(change.difference) / max(abs(change.base), 1e-9)
    size = f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.1f} %"
    return f"{name}: {size} {'more' if change.up else 'fewer'} {noun} over {story.last_month} months ({change.odds})"


def stock_title(story: Story, column: str, noun: str, show: Callable[[float], str]) -> str:
    """The take-away on a stock: the last month."""
    change = at_end(story.pair(column))
    when = f"{noun} after {story.last_month} months"
    if not change.difference:
        return f"{when}: {show(change.here)} on both sides"
    sure = f"{'more' if change.up else 'less'} {change.odds}"
    return f"{when}: {show(change.here)}, {story.names[0]} {show(change.base)} ({sure})"


def churn_title(story: Story) -> str:
    """The take-away on churn: a rate, for who has more customers loses more of them."""
    change = over_run(story, story.churn_rate("churn_competitor", scaled=False))
    noun = f"Churn to competitors: {rate(change.here)} of customers a month"
    if not change.difference:
        return f"{noun} on both sides"
    sure = f"{'higher' if change.up else 'lower'} {change.odds}"
    return f"{noun}, {story.names[0]} {rate(change.base)} ({sure})"


def margin_title(story: Story) -> str:
    """The take-away on money: what is left over, more or less, and how sure that is."""
    change = at_end(story.pair("cumulative_margin"))
    other, name = story.names
    if not change.difference:
        return f"{name} leaves the cumulative margin as it is"
    size = f"{story.currency} {thousands(abs(change.difference))}"
    months = f"in {story.last_month} months ({change.odds})"
    if story.moves.only_others:
        return f"{name} {'brings' if change.up else 'costs'} us {size} of margin {months}"
    return f"{name} earns {size} {'more' if change.up else 'less'} than {other} {months}"


def break_even_title(months: np.ndarray) -> str:
    """When the runs break even: half of them by a month, or how few do at all."""
    found = months[np.isfinite(months)]
    if not found.size:
        return "break-even: in no pair within the run"
    never = months.size - found.size
    middle = np.quantile(months, 0.5, method="inverted_cdf")
    half = f"half of the pairs by month {middle:.0f}" if np.isfinite(middle) else "later than the run for most"
    rest = f"not within the run in {never} of {months.size}" if never else f"within the run in all {months.size}"
    return f"break-even: {half};\n{rest}"


def break_even_months(story: Story) -> np.ndarray:
    """Of each pair, the month from which the scenario's cumulative margin stays ahead."""
    base, here = story.pair("cumulative_margin")
    return stays_above((here - base)[:, story.cube().months >= 1])


# ---- numbers in a title ----------------------------------------------------------------------------------------


def thousands(value: float) -> str:
    """Money in words short enough for a title."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.2f} million"
    return grouped(float(f"{value:.3g}"))


def percent(value: float) -> str:
    """A share for a title."""
    return f"{100 * value:.1f} %"


def rate(value: float) -> str:
    """A small share for a title."""
    return f"{100 * value:.2f} %"
