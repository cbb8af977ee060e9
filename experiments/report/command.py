"""`fieldcast report DIR`: a proposal as HTML, PDF and XLSX from a finished folder of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.compose import Request

NAMES = {"html": "report.html", "pdf": "report.pdf", "xlsx": "report.xlsx"}


def run(request: Request) -> int:
    """Make the report; returns the exit code."""
    from experiments.report.chapters import document
    from experiments.report.html import write_html
    from experiments.report.look import look_of
    from experiments.report.pdf import write_pdf
    from experiments.report.pictures import draw_pictures
    from experiments.report.source import open_source
    from experiments.report.words import Words
    from experiments.report.xlsx import write_xlsx

    given = request.options
    wanted = given["scenario"] if "scenario" in request.given else None
    source = open_source(Path(request.path[0]).expanduser(), wanted)
    template = Path(given["template"]).expanduser() if given["template"] else None
    look = look_of(template)
    words = Words(given["language"], source.city.currency)
    folder = request.out_folder() if "out" in request.given else source.folder / f"report_{words.language}"
    folder.mkdir(parents=True, exist_ok=True)
    draw_pictures(source, words, folder / "figures")
    content = document(source, words, given["client"] or "")
    write_html(content, folder / "figures", look, template, folder / NAMES["html"])
    write_pdf(content, folder / "figures", look, template, folder / NAMES["pdf"])
    write_xlsx(source, words, content, look, folder / NAMES["xlsx"])
    print(content["blocks"][1]["text"])
    print(f"\nReport: {folder}/ ({', '.join(NAMES.values())}, figures/)")
    return 0
