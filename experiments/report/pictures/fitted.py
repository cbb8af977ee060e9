"""What a calibration narrows: each fitted parameter's range before and after, side by side on one scale."""

from __future__ import annotations

from typing import Any

from experiments.report.pictures.axes import wrapped
from experiments.report.pictures.paper import Paper, Picture
from experiments.report.source import Source
from experiments.style import BASELINE, INK, SCENARIO

HEAD = ("parameter", "before_low", "before_high", "after_low", "median", "after_high", "spread_gone")


def fitted(source: Source, paper: Paper) -> Picture | None:
    """The range each parameter may have had, and inside it the nine tenths that agree with the client's months."""
    if source.beside.posterior is None:
        return None
    from experiments.report.fitted import learned

    each, words = learned(source.beside.posterior)[::-1], paper.words
    figure = paper.figure(0.7 + 0.42 * len(each))
    axes = figure.subplots()
    for place, one in enumerate(each):
        low, middle, high = one.places
        axes.barh(place, 1.0, height=0.5, color="#E9E9E9", edgecolor=BASELINE, linewidth=0.6, zorder=1)
        axes.barh(place, high - low, left=low, height=0.5, color=SCENARIO, zorder=2)
        axes.plot([middle, middle], [place - 0.25, place + 0.25], color="white", linewidth=2.2, zorder=3)
        for at, value, side in ((0.0, one.prior[0], "right"), (1.0, one.prior[1], "left")):
            spot: dict[str, Any] = {"xytext": (-4 if at == 0.0 else 4, 0), "ha": side, "va": "center", "size": 7.5}
            axes.annotate(words.precise(value), (at, place), textcoords="offset points", color=INK, **spot)
    axes.set_yticks(range(len(each)), [wrapped(words.parameter(one.path), 34) for one in each], size=8)
    axes.set(xlim=(-0.14, 1.14), xticks=[])
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(False)
    axes.set_xlabel(words("figure.fitted"), size=8)
    rows = [(one.path, *one.prior, one.low, one.median, one.high, one.contraction) for one in each[::-1]]
    return figure, HEAD, rows
