"""The list of pictures by name, and the drawing of all or some of them into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.finished import Sweep
from experiments.report.pictures.animation import DPI, animation
from experiments.report.pictures.bars import costs, funnel, waterfall
from experiments.report.pictures.fans import FANS, cumulative_margin, differences, fan_of, gross_adds_by_channel
from experiments.report.pictures.fitted import fitted
from experiments.report.pictures.ground import LAYERS, extra_customers, maps_of, network
from experiments.report.pictures.paper import Paper, Picture, entitle, save_picture
from experiments.report.pictures.pay import attainment, effort
from experiments.report.pictures.service import backlog, call_centre, survival
from experiments.report.pictures.swept import SWEPT
from experiments.report.source import Source
from experiments.style import house_style

PICTURES: dict[str, Callable[[Source, Paper], Picture | None]] = {
    **{name: fan_of(name) for name in FANS},
    "cumulative_margin": cumulative_margin,
    "gross_adds_by_channel": gross_adds_by_channel,
    "differences": differences,
    "waterfall": waterfall,
    "costs": costs,
    "funnel": funnel,
    "map": extra_customers,
    **{name: maps_of(name) for name in LAYERS},
    "network": network,
    "survival": survival,
    "backlog": backlog,
    "call_centre": call_centre,
    "attainment": attainment,
    "effort": effort,
}
FITTED = {"fitted": fitted}  # of a calibration beside the runs; only a report has one
ANIMATIONS = {name.replace("map_", "months_"): name for name in LAYERS}  # the layer that each moving picture shows
NAMES = (*PICTURES, *SWEPT, *ANIMATIONS)


def draw_pictures(
    source: Source | None,
    sweep: Sweep | None,
    paper: Paper,
    folder: Path,
    formats: Sequence[str],
    names: Sequence[str] = (*PICTURES, *SWEPT),
) -> list[str]:
    """Draws the named pictures that the tables allow; returns the names of those drawn."""
    done = []
    with house_style():
        for name in names:
            picture = drawn(source, sweep, paper, name)
            if picture is None:
                continue
            save_picture(finished(picture, source, paper, name), paper, folder, name, formats)
            done.append(name)
    return done


def finished(picture: Picture, source: Source | None, paper: Paper, name: str) -> Picture:
    """The picture with its title and foot, where the paper wants them."""
    if paper.titled:
        entitle(picture[0], paper.words(f"caption.{name}"), footer(source, paper))
    return picture


def drawn(source: Source | None, sweep: Sweep | None, paper: Paper, name: str) -> Picture | None:
    """One picture, or nothing where what it shows was not recorded or was not there."""
    if name in SWEPT:
        return SWEPT[name](sweep, paper) if sweep else None
    return (PICTURES | FITTED)[name](source, paper) if source else None


def draw_animations(source: Source, paper: Paper, folder: Path, names: Sequence[str], dpi: int = DPI) -> list[str]:
    """Draws the named moving pictures that the tables allow; returns the names of those drawn."""
    done = []
    with house_style():
        for name in names:
            moving = animation(source, paper, ANIMATIONS[name], dpi)
            if moving is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{name}.gif").write_bytes(moving)
                done.append(name)
    return done


def footer(source: Source | None, paper: Paper) -> str:
    """City, source, pairs and bands, and what is assumed."""
    if source is None:
        return paper.words("figure.sweep_footer")
    words = paper.words
    levels = ", ".join(f"{level}\u00a0%" for level in sorted(paper.levels))
    said = words("figure.footer", pairs=source.story.pairs, levels=levels)
    assumed = f" {words('figure.assumed')}" if source.city.assumptions else ""
    return f"{source.story.city_line}\n{said}{assumed}"
