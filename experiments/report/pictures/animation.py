"""The territory month by month as a moving picture (GIF)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.pictures.ground import (
    FLOWS,
    LAYERS,
    by_month,
    colour_bar,
    has_zones,
    limits_of,
    month_title,
    plain_map,
)
from experiments.report.pictures.paper import Paper
from experiments.report.source import Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

DPI = 100
FRAME_MILLISECONDS, LAST_MILLISECONDS = 450, 2500
COLOURS = 128


def animation(source: Source, paper: Paper, name: str, dpi: int = DPI) -> bytes | None:
    """One layer of the map from the decision to the end of the run, a month a frame; nothing where it is not known."""
    column, kind = LAYERS[name]
    if not has_zones(source, column):
        return None
    months, values = by_month(source, column)
    if column in FLOWS and not np.nansum(values):
        return None
    figure = paper.figure(4.6)
    axes = figure.subplots()
    limits = limits_of(values)
    outlines = source.outlines
    painted = plain_map(axes, outlines, values[-1], limits)
    colour_bar(figure, axes, painted, paper, name, kind)
    frames = []
    for month, here in zip(months, values, strict=True):
        repaint(axes, outlines, painted, here)
        axes.set_title(month_title(source, paper, int(month)), size=10)
        frames.append(frame_of(figure, dpi))
    return as_gif(frames)


def repaint(axes: Any, outlines: Any, painted: Any, values: np.ndarray) -> None:
    """Gives the zones the colours of another month."""
    from experiments.maps import NO_DATA, rgba

    number = np.where(outlines.zones >= 0, values[np.maximum(outlines.zones, 0)], np.nan)
    faces = painted.to_rgba(np.nan_to_num(number, nan=painted.norm.vmin))
    axes.collections[0].set_facecolor(np.where(np.isnan(number)[:, None], rgba(NO_DATA), faces))


def frame_of(figure: Figure, dpi: int = DPI) -> Image.Image:
    """The picture as it stands, in a palette of few colours."""
    from PIL import Image

    found = io.BytesIO()
    figure.savefig(found, format="png", dpi=dpi)
    return Image.open(found).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def as_gif(frames: list[Image.Image]) -> bytes:
    """The frames as one moving picture that begins anew after its last month has stood for a while."""
    found = io.BytesIO()
    times = [FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS]
    frames[0].save(found, format="GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=False)
    return found.getvalue()
