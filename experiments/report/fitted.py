"""The chapter on the client's own months: what they pin down, what stays open, and what they cannot tell apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from experiments.calibration.identify import TIED, Parameter, judged_draws
from experiments.calibration.priors import Priors
from experiments.report.blocks import Block, note, picture, points, table, text
from experiments.report.source import Source
from experiments.report.words import Words

if TYPE_CHECKING:
    from experiments.calibration.draws import Posterior
    from experiments.report.verdict import Answer

WIDTHS = (2.8, 1.4, 1.8, 0.8, 1.9)


def chapter(source: Source, words: Words, answer: Answer) -> list[Block]:
    """What the client's own months pin down, parameter by parameter."""
    found = source.beside.posterior
    if found is None:
        return []
    each = learned(found)
    facts = {"months": found.note["months"], "source": found.note.get("source", "–")}
    head = [words(f"head.{name}") for name in ("parameter", "before", "after", "median", "learned")]
    blocks = [
        text(words("calibration.intro", **facts)),
        picture("fitted", words("caption.fitted")),
        table(head, [row_of(one, words) for one in each], widths=WIDTHS),
        note(words("calibration.spread")),
    ]
    if found.note.get("note"):
        blocks.append(note(words("calibration.remark", remark=found.note["note"])))
    tied = [words("calibration.pair", first=a, second=b) for a, b in tied_pairs(found, words)]
    blocks += [text(words("calibration.tied")), points(tied)] if tied else []
    off = [words.get(f"kpi.{name}", str(name)) for name in found.note.get("out_of_reach") or []]
    return [*blocks, text(words("calibration.out_of_reach", what=", ".join(off)))] if off else blocks


def units_of(found: Posterior) -> tuple[Priors, np.ndarray]:
    """The priors, and the draws as places in them, from 0 to 1."""
    priors = Priors.from_plain(found.note["priors"])
    return priors, priors.units(np.array([[row[path] for path in priors.paths] for row in found.draws]))


def learned(found: Posterior) -> list[Parameter]:
    """Every parameter before and after, as its calibration judges it."""
    return judged_draws(*units_of(found))


def row_of(one: Parameter, words: Words) -> list[str]:
    """One parameter: its range before and after, its median, and how much of the spread is gone."""
    before, after = (span(low, high, words) for low, high in (one.prior, (one.low, one.high)))
    verdict = words(f"learned.{one.verdict.replace(' ', '_')}", share=words.chance(one.contraction))
    return [words.parameter(one.path), before, after, words.precise(one.median), verdict]


def span(low: float, high: float, words: Words) -> str:
    """From where to where, with three digits each."""
    return words.span(words.precise(low), words.precise(high))


def tied_pairs(found: Posterior, words: Words) -> list[tuple[str, str]]:
    """Parameters of which the months know one only together with the other."""
    priors, units = units_of(found)
    if len(priors) < 2:
        return []
    correlation = np.corrcoef(units, rowvar=False)
    names = [words.parameter(path) for path in priors.paths]
    return [(names[a], names[b]) for a, b in combinations(range(len(names)), 2) if abs(correlation[a, b]) >= TIED]
