"""The picture of simulation-based calibration: ranks of the truth, which lie evenly where posteriors are right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.style import FAINT, SCENARIO, frame, house_style, margins, new_figure, save

if TYPE_CHECKING:
    from experiments.calibration.priors import Priors

Array = np.ndarray[Any, Any]

BINS = 10


def draw_ranks(ranks: Array, priors: Priors, folder: Path) -> None:
    """One histogram a parameter, over the band in which even ranks would lie in 99 of 100 cases."""
    from scipy.stats import binom

    number = len(ranks)
    low, high = binom.ppf([0.005, 0.995], number, 1.0 / BINS)
    footer = (
        f"{number} histories of a made-up city of 1 500 businesses; grey: 99 % of even ranks. Synthetic throughout."
    )
    with house_style():
        figure = new_figure(5.2)
        rows = -(-len(priors) // 3)
        grid = figure.subplots(rows, 3, squeeze=False, gridspec_kw=margins(figure, footer) | {"hspace": 0.5})
        for place, axes in enumerate(grid.flat):
            if place >= len(priors):
                axes.set_axis_off()
                continue
            axes.axhspan(low, high, color=FAINT, alpha=0.18, linewidth=0)
            axes.hist(ranks[:, place], bins=BINS, range=(0, 1), color=SCENARIO, rwidth=0.9)
            axes.set_title(priors.each[place].name.replace("_", " "), size=8.5)
            axes.set_xticks([0, 0.5, 1])
            axes.set_ylim(0, max(high * 1.4, 1))
        frame(
            figure, "Ranks of the true values among posterior draws", "Even ranks: intervals hold what they say", footer
        )
        save(figure, folder, "ranks")
