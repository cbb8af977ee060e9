"""`fieldcast city check DIR`: the data doctor's findings on the terminal, and on request as a page and a table."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from sim.cityreasons import COLUMNS, why
from sim.findings import SHOWN, Finding, short

LEVELS = {"ERROR": "stops", "WARNING": "look at it", "NOTE": "to know"}
WRITTEN = 1000  # rows of one kind that the page and the table name


def check(path: str | Path, out: Path | None = None) -> int:
    """Prints all findings on a folder, writes them where asked; 2 when one of them is an ERROR."""
    from sim.city import check_city

    findings = check_city(path, WRITTEN if out else SHOWN)
    tell(findings)
    print(f"{path}: {verdict(findings)}")
    if out:
        write(findings, str(path), out)
        print(f"findings: {out / 'findings.html'} and {out / 'findings.csv'}")
    return 2 if any(each.level == "ERROR" for each in findings) else 0


def verdict(findings: Sequence[Finding]) -> str:
    """How many of each kind, and whether the folder can be used."""
    levels = [finding.level for finding in findings]
    counts = ", ".join(f"{levels.count(level)} {level}" for level in LEVELS)
    return f"{counts}; {'not usable yet' if 'ERROR' in levels else 'usable'}"


def reason(finding: Finding) -> str:
    """Why a finding matters, also where file and column are a client's own."""
    known = why(finding)
    ours = re.sub(r".*\(our (\w+)\)$", r"\1", finding.column or "")
    return known or next((text for (_, column), text in COLUMNS.items() if column == ours), "")


def tell(findings: Sequence[Finding]) -> None:
    """All findings on the terminal; why a thing matters stands below the last line about it."""
    for _, group in groupby(findings, key=lambda each: (each.level, reason(each))):
        print("\n".join(brief(list(group))))


def brief(findings: list[Finding]) -> list[str]:
    """Lines for findings of one level on one thing: some rows of each kind, the rest counted, and why it matters."""
    lines: list[str] = []
    for _, group in groupby(findings, key=lambda each: (each.file, each.column, each.message, each.remedy)):
        rows = list(group)
        lines += map(str, rows[:SHOWN])
        if len(rows) > SHOWN:
            lines.append(f"{rows[0].level} {rows[0].file}: the same in {len(rows) - SHOWN:,} more rows")
    because = reason(findings[-1])
    return lines + ([f"    why it matters: {because}"] if because and findings[-1].level != "NOTE" else [])


def write(findings: Sequence[Finding], name: str, out: Path) -> None:
    """findings.html and findings.csv."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "findings.html").write_text(as_page(findings, name), encoding="utf-8")
    (out / "findings.csv").write_text(as_table(findings), encoding="utf-8")


# ---- the table -------------------------------------------------------------------------------------------------

HEADER = ("level", "file", "row", "column", "value", "message", "why", "remedy")


def cells_of(finding: Finding) -> list[str]:
    """One finding as cells."""
    value = "" if finding.value is None else short(finding.value, 120)[1:-1]
    row = "" if finding.row is None else str(finding.row)
    return [
        finding.level,
        finding.file,
        row,
        finding.column or "",
        value,
        finding.message,
        reason(finding),
        finding.remedy,
    ]


def as_table(findings: Sequence[Finding]) -> str:
    """CSV that a spreadsheet opens without taking a value for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([harmless(cell) for cell in cells_of(finding)] for finding in findings)
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that begins like a formula is marked as text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


# ---- the page --------------------------------------------------------------------------------------------------

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem }
th { border-bottom: 2px solid #888 } td { border-bottom: 1px solid #ddd } code { background: #f3f3f3; padding: 0 .2rem }
.why { color: #555 } .ERROR { color: #8c1d18; font-weight: 600 } .WARNING { color: #7a5200; font-weight: 600 }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } code { background: #2a2a2a }
  .ERROR { color: #ff8a80 } .WARNING { color: #ffcc66 } .why { color: #aaa } }
"""


def as_page(findings: Sequence[Finding], name: str) -> str:
    """One HTML page without anything from outside."""
    rows = "\n".join(page_row(finding) for finding in findings)
    title = html.escape(f"City check: {name}")
    head = "<tr><th>level</th><th>where</th><th>value</th><th>what, and why it matters</th><th>remedy</th></tr>"
    table = f"<table>\n{head}\n{rows}\n</table>" if findings else "<p>Nothing to remark on.</p>"
    levels = "; ".join(f"{level}: {words}" for level, words in LEVELS.items())
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n<p>{html.escape(verdict(findings))} ({levels})</p>\n"
        f"{table}\n</body></html>\n"
    )


def page_row(finding: Finding) -> str:
    """One finding as a row of the page."""
    level, file, row, column, value, message, because, remedy = map(html.escape, cells_of(finding))
    place = file + (f", row {row}" if row else "") + (f", {column}" if column else "")
    shown = f"<code>{value}</code>" if finding.value is not None else ""
    because = f'<br><span class="why">{because}</span>' if because else ""
    return (
        f'<tr><td class="{level}">{level}</td><td>{place}</td><td>{shown}</td>'
        f"<td>{message}{because}</td><td>{remedy}</td></tr>"
    )
