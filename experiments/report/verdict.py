"""The answer in words: does it bring customers, does it pay, when, and how sure that is, whichever way it goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.kpis import stays_above
from experiments.report.source import Source
from experiments.report.words import Words

STEPS = ((0.95, "pays"), (0.75, "probably"), (0.25, "open"), (0.05, "probably_not"))


@dataclass(frozen=True)
class Answer:
    """What the paired runs say about customers and money at the end of the run."""

    pairs: int
    customers: float | None
    customers_low: float | None
    customers_high: float | None
    customers_share: float | None  # of the baseline's
    customers_odds: float | None
    margin: float | None
    margin_low: float | None
    margin_high: float | None
    margin_odds: float | None
    break_even: float  # month by which half of the pairs are ahead for good, or infinite
    break_even_share: float
    deepest: float | None  # the mean difference of cumulative margin at its lowest
    deepest_place: int

    @property
    def pays(self) -> str:
        """The key of what the odds amount to."""
        odds = self.margin_odds or 0.0
        return next((word for limit, word in STEPS if odds >= limit), "not")


def answer_of(source: Source) -> Answer:
    """The answer from summary and monthly tables."""
    customers, margin = source.kpi("customers") or {}, source.kpi("cumulative_margin") or {}
    cube = source.story.cube()
    base, here = source.story.pair("cumulative_margin")
    after = np.flatnonzero(cube.months >= 1)
    months = stays_above((here - base)[:, after])
    course = (here - base)[:, after].mean(axis=0) if len(here) else np.zeros(len(after))
    lowest = int(np.argmin(course))
    level = customers.get("mean")
    change = customers.get("difference")
    return Answer(
        pairs=len(here),
        customers=change,
        customers_low=customers.get("difference_low"),
        customers_high=customers.get("difference_high"),
        customers_share=None if level is None or change is None else change / max(level - change, 1.0),
        customers_odds=customers.get("probability_better"),
        margin=margin.get("difference"),
        margin_low=margin.get("difference_low"),
        margin_high=margin.get("difference_high"),
        margin_odds=margin.get("probability_better"),
        break_even=float(np.quantile(months, 0.5, method="inverted_cdf")) if len(months) else float("inf"),
        break_even_share=float(np.mean(np.isfinite(months))) if len(months) else 0.0,
        deepest=float(course[lowest]) if len(after) else None,
        deepest_place=int(after[lowest]) if len(after) else 0,
    )


def sentences(answer: Answer, source: Source, words: Words) -> list[str]:
    """The verdict: customers, money, break-even."""
    if answer.customers is None or answer.margin is None:
        return [words("verdict.nothing")]
    names = {"scenario": words.scenario(source.scenario), "baseline": words.scenario(source.baseline)}
    if source.moves.only_others:
        return [about_customers(answer, source, words, names), about_others(answer, source, words)]
    return [
        about_customers(answer, source, words, names),
        about_margin(answer, source, words),
        break_even(answer, words),
    ]


def about_customers(answer: Answer, source: Source, words: Words, names: dict[str, str]) -> str:
    """The sentence on customers."""
    assert answer.customers is not None
    if not answer.customers:
        return words("verdict.same_customers", **names, months=source.story.last_month)
    key = "verdict.more_customers" if answer.customers > 0 else "verdict.fewer_customers"
    return words(
        key,
        **names,
        size=words.whole(abs(answer.customers)),
        share=words.share(abs(answer.customers_share or 0.0)),
        low=words.whole(answer.customers_low, True),
        high=words.whole(answer.customers_high, True),
        months=source.story.last_month,
    )


def about_margin(answer: Answer, source: Source, words: Words) -> str:
    """The sentence on money."""
    assert answer.margin is not None
    key = "verdict.higher_margin" if answer.margin >= 0 else "verdict.lower_margin"
    return words(
        key,
        size=words.money(abs(answer.margin)),
        low=words.money(answer.margin_low, True),
        high=words.money(answer.margin_high, True),
        months=source.story.last_month,
        pays=words(f"verdict.{answer.pays}"),
        won=won_of(answer, words),
        pairs=answer.pairs,
    )


def about_others(answer: Answer, source: Source, words: Words) -> str:
    """The sentence on money where others do something and nothing is decided."""
    ends = {"low": words.money(answer.margin_low, True), "high": words.money(answer.margin_high, True)}
    change = words.money(answer.margin, True)
    return words("verdict.others_margin", change=change, **ends, months=source.story.last_month)


def won_of(answer: Answer, words: Words) -> str:
    """In how many of the pairs the scenario earned more; a tie counts half."""
    won = round((answer.margin_odds or 0.0) * answer.pairs, 1)
    return words.number(won, 0 if won == round(won) else 1)


def break_even(answer: Answer, words: Words) -> str:
    """The sentence on the month from which it is ahead."""
    if not answer.break_even_share:
        return words("verdict.never_even")
    if not np.isfinite(answer.break_even):
        return words("verdict.rarely_even", share=words.chance(answer.break_even_share))
    share = words.chance(answer.break_even_share)
    return words("verdict.even", month=int(answer.break_even), share=share)
