"""`fieldcast report DIR`: a proposal as HTML, PDF and XLSX from a finished folder of runs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.compose import Request
    from experiments.report.pictures.paper import Paper
    from experiments.report.source import Source

NAMES = {"html": "report.html", "pdf": "report.pdf", "xlsx": "report.xlsx"}


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for unused memory inside: with a city in it each takes a fifth of a second, and a report needs none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@uncollected()
def run(request: Request) -> int:
    """Make the report; returns the exit code."""
    from experiments.compose import at_home
    from experiments.report.beside import beside
    from experiments.report.drawing import levels_of
    from experiments.report.pictures.paper import Paper
    from experiments.report.source import open_source
    from experiments.report.words import Words
    from sim.errors import InputError

    given = request.options
    wanted = given["scenario"] if "scenario" in request.given else None
    levels, mistakes = levels_of(given["levels"])
    if mistakes:
        raise InputError(mistakes)
    source = open_source(at_home(request.path[0]), wanted)
    source.beside = beside(source.folder, source.city.content_hash, given)
    paper = Paper(Words(given["language"], source.city.currency), levels=levels)
    folder = request.out_folder() if "out" in request.given else source.folder / f"report_{paper.words.language}"
    template = at_home(given["template"]) if given["template"] else None
    print(write(source, paper, given["client"] or "", template, folder))
    print(f"\nReport: {folder}/ ({', '.join(NAMES.values())}, figures/)")
    return 0


def write(source: Source, paper: Paper, client: str, template: Path | None, folder: Path) -> str:
    """Writes pictures, page, document and workbook into the folder; returns the verdict's first sentence."""
    from experiments.report.chapters import document
    from experiments.report.html import write_html
    from experiments.report.look import look_of
    from experiments.report.pdf import write_pdf
    from experiments.report.pictures.catalogue import FITTED, PICTURES, SWEPT, draw_pictures
    from experiments.report.xlsx import write_xlsx

    look = look_of(template)
    folder.mkdir(parents=True, exist_ok=True)
    draw_pictures(source, source.beside.sweep, paper, folder / "figures", ("svg",), (*PICTURES, *SWEPT, *FITTED))
    content: dict[str, Any] = document(source, paper.words, client)
    write_html(content, folder / "figures", look, template, folder / NAMES["html"])
    write_pdf(content, folder / "figures", look, template, folder / NAMES["pdf"])
    write_xlsx(source, paper.words, content, look, folder / NAMES["xlsx"])
    return str(content["blocks"][1]["text"])
