"""`fieldcast figures DIR`: every picture of a finished folder, for a page or a slide, in English or Polish."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.finished import Sweep
    from experiments.report.source import Source

MOST_LEVELS = 4


def run(request: Request) -> int:
    """Draw what the folder allows; returns the exit code."""
    from experiments.compose import at_home
    from experiments.report.pictures.catalogue import ANIMATIONS, draw_animations, draw_pictures
    from experiments.report.pictures.paper import Paper
    from experiments.report.words import Words

    given, place = request.options, at_home(request.path[0])
    only, kinds, levels = checked(given)
    source, sweep = opened(place, given["scenario"] if "scenario" in request.given else None, given["sweep"])
    wanted = only or allowed(source, sweep, kinds)
    words = Words(given["language"], currency_of(source, sweep))
    paper = Paper(words, given["size"], levels, titled=True)
    folder = request.out_folder() if "out" in request.given else place / f"figures_{words.language}_{paper.size}"
    still = [name for name in wanted if name not in ANIMATIONS]
    drawn = draw_pictures(source, sweep, paper, folder, [kind for kind in kinds if kind != "gif"], still)
    if source is not None and "gif" in kinds:
        drawn += draw_animations(source, paper, folder, [name for name in wanted if name in ANIMATIONS])
    say(drawn, [name for name in wanted if name not in drawn], folder, given["only"] is not None)
    return 0


def say(drawn: list[str], absent: list[str], folder: Path, named: bool) -> None:
    """Tells what was drawn and where; what was asked for by name and could not be is an error."""
    if named and absent:
        raise InputError(
            f"only = {', '.join(absent)}: the folder lacks what this shows (zones, people, a sweep of two)"
        )
    if not drawn:
        raise InputError("there is nothing to draw in this folder; give a finished forecast, comparison or sweep")
    print(f"{len(drawn)} figures: {', '.join(drawn)}")
    if absent:
        print(f"Not there, for the folder lacks what they show: {', '.join(absent)}")
    print(f"\nFigures: {folder}/ (the numbers behind each in data/)")


# ---- what is asked for -------------------------------------------------------------------------------------------


def checked(given: dict[str, Any]) -> tuple[Sequence[str], list[str], tuple[int, ...]]:
    """Names, formats and levels, or an InputError with all mistakes."""
    from experiments.report.pictures.catalogue import NAMES
    from experiments.report.pictures.paper import FORMATS

    kinds = given["formats"] or ["png", "svg", "pdf", "gif"]
    mistakes = [
        f"formats = {one} is no format; {nearest(one, (*FORMATS, 'gif'))}"
        for one in kinds
        if one not in (*FORMATS, "gif")
    ]
    names = given["only"] or ()
    mistakes += [f"only = {one} is no figure; {nearest(one, NAMES)}" for one in names if one not in NAMES]
    levels, more = levels_of(given["levels"])
    if mistakes + more:
        raise InputError(mistakes + more)
    return names, list(kinds), levels


def allowed(source: Source | None, sweep: Sweep | None, kinds: list[str]) -> list[str]:
    """All pictures of the kind of folder that is given."""
    from experiments.report.pictures.catalogue import ANIMATIONS, PICTURES, SWEPT

    still = [*(PICTURES if source else ()), *(SWEPT if sweep else ())] if set(kinds) - {"gif"} else []
    return [*still, *(ANIMATIONS if source and "gif" in kinds else ())]


def levels_of(given: Any) -> tuple[tuple[int, ...], list[str]]:
    """The bands of the fan charts in per cent of the runs, and what is wrong with them."""
    from experiments.report.pictures.paper import LEVELS

    if given is None:
        return LEVELS, []
    found = [int(one) for one in given if one.isdigit() and 0 < int(one) < 100]
    if len(found) < len(given) or len(found) > MOST_LEVELS:
        said = f"must be one to {MOST_LEVELS} whole numbers from 1 to 99, as levels=50,90"
        return LEVELS, [f"levels = {','.join(given)} {said}"]
    return tuple(sorted(found)), []


# ---- what is drawn from ------------------------------------------------------------------------------------------


def opened(place: Path, scenario: str | None, sweep: str | None) -> tuple[Source | None, Sweep | None]:
    """The folder as a forecast or comparison, or as a sweep; a sweep may stand beside the first."""
    from experiments.compose import at_home
    from experiments.finished import open_sweep
    from experiments.report.source import open_source, read_config

    if (place / "config.yaml").is_file() and read_config(place)["command"] == "sweep":
        return None, open_sweep(place)
    return open_source(place, scenario), open_sweep(at_home(sweep)) if sweep else None


def currency_of(source: Source | None, sweep: Sweep | None) -> str:
    """The city's currency."""
    from sim.city import load_city
    from sim.shipped import load

    if source is not None:
        return source.city.currency
    assert sweep is not None
    city = load(sweep.folder / "config.yaml")["city"]
    return load_city(city["name"], [Path(folder) for folder in city["search"]]).currency
