"""The card as a table, as Markdown, as one HTML page and on the terminal."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.validation.facts import FactEntry, LineEntry
from experiments.validation.judge import (
    INSIDE,
    NOT_AVAILABLE,
    NOT_JUDGED,
    OUTSIDE,
    OVERLAPS,
    REPORTED,
    Estimate,
    verdict,
)

COLUMNS = (
    *("fact", "statement", "source", "evidence", "metric", "window", "band_low", "band_high", "mean", "low", "high"),
    *("verdict", "kind", "line", "where", "seeds", "explanation"),
)
JUDGED = (INSIDE, OVERLAPS, OUTSIDE)


@dataclass(frozen=True)
class Row:
    """One line of a fact, judged."""

    name: str
    fact: FactEntry
    label: str
    line: LineEntry
    found: Estimate
    verdict: str
    seeds: int

    @property
    def explanation(self) -> str:
        """Why it is outside or was not judged; what it needs, where it is not available."""
        if self.verdict == NOT_AVAILABLE:
            return f"needs {self.fact.needs}"
        return self.line.explanation if self.verdict in (OUTSIDE, NOT_JUDGED) else ""


def row_of(name: str, fact: FactEntry, label: str, found: Estimate | None, seeds: int) -> Row:
    """A line with its verdict; without an estimate it is not available."""
    line = fact.lines[label]
    if found is None:
        nothing = Estimate(np.nan, np.nan, np.nan)
        return Row(name, fact, label, line, nothing, NOT_AVAILABLE, 0)
    return Row(name, fact, label, line, found, verdict(found, line), seeds)


def number(value: float | None) -> str:
    """A number with three figures; nothing where there is none."""
    if value is None or not np.isfinite(value):
        return ""
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(digits, 4)}f}"


def band(line: LineEntry) -> str:
    """A band in words."""
    if line.kind == REPORTED:
        return ""
    if line.low is None:
        return f"at most {number(line.high)}"
    return f"at least {number(line.low)}" if line.high is None else f"{number(line.low)} to {number(line.high)}"


def interval(found: Estimate) -> str:
    """A mean with its interval."""
    if not np.isfinite(found.mean):
        return ""
    around = f" ({number(found.low)} .. {number(found.high)})" if np.isfinite(found.low) else ""
    return number(found.mean) + around


def as_csv(rows: Sequence[Row]) -> str:
    """The card as validation.csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        low, high = ("" if end is None else end for end in (row.line.low, row.line.high))
        found = [f"{value:.6g}" if np.isfinite(value) else "" for value in row.found]
        fact = [row.name, row.fact.statement, row.fact.source, row.fact.evidence, row.line.says, row.fact.window]
        judged = [row.verdict, row.line.kind, row.label, row.fact.where, row.seeds, row.explanation]
        writer.writerow([*fact, low, high, *found, *judged])
    return text.getvalue()


def tally(rows: Sequence[Row]) -> list[str]:
    """How many facts and lines lie where, in sentences."""
    names = list(dict.fromkeys(row.name for row in rows))
    missing = [name for name in names if all(row.verdict == NOT_AVAILABLE for row in rows if row.name == name)]
    out = [name for name in names if any(row.name == name and row.verdict == OUTSIDE for row in rows)]
    unjudged = [
        name
        for name in names
        if name not in (*missing, *out) and not any(row.verdict in JUDGED for row in rows if row.name == name)
    ]
    good = [name for name in names if name not in (*missing, *out, *unjudged)]
    lines = [row for row in rows if row.verdict in JUDGED]
    hard = [row for row in lines if row.line.kind == "hard"]
    said = [
        f"{len(good)} of {len(names)} facts have every line inside or overlapping its band"
        + (f": {', '.join(good)}." if good else ".")
    ]
    if out:
        said.append(f"A line lies outside in {', '.join(out)}.")
    if unjudged:
        said.append(f"Not judged: {', '.join(unjudged)}.")
    if missing:
        said.append(f"Not available: {', '.join(missing)}.")
    for kind, some in (("Hard", hard), ("All judged", lines)):
        counts = [f"{sum(row.verdict == each for row in some)} {each}" for each in JUDGED]
        said.append(f"{kind} lines: {len(some)}, of them {', '.join(counts)}.")
    return said


HOW = """Each number comes from the tables of many runs with different seeds; contrasts are taken between runs with the
same luck. In brackets stands the 90 % interval of the number itself (jackknife over seeds). *Inside*: the whole
interval lies in the band; *overlaps*: part of it; *outside*: none of it. *hard*: outside would mean that a mechanism is
wrong. Bands are not widened, and no parameter was set with a fact in view. Evidence: C checked in the source, Cw
checked but weak, M general knowledge, D derived, S a claim to be tested, A assumption."""


def as_markdown(rows: Sequence[Row], title: str, facts: str) -> str:
    """The card as validation.md; `facts` says with what it was made."""
    parts = [f"# {title}", "", facts, "", *(f"- {line}" for line in tally(rows)), "", HOW, ""]
    for name, group in by_fact(rows):
        fact = group[0].fact
        parts += [f"## {name}. {fact.statement}", "", f"{fact.source} [{fact.evidence}]. {sentence(fact.window)}"]
        seeds = f", {group[0].seeds} seeds" if group[0].seeds else ""
        parts += [f"Run in: {fact.where}{seeds}.", ""]
        parts += ["| line | band | simulated | verdict | kind |", "|---|---|---|---|---|"]
        for row in group:
            cells = (sentence(row.line.says, ""), band(row.line), interval(row.found), row.verdict, row.line.kind)
            parts.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
        told = list(dict.fromkeys(row.explanation for row in group if row.explanation))
        parts += ["", *told, ""] if told else [""]
    return "\n".join(parts).rstrip() + "\n"


def by_fact(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows of each fact, in their order."""
    names = dict.fromkeys(row.name for row in rows)
    return [(name, [row for row in rows if row.name == name]) for name in names]


def sentence(text: str, end: str = ".") -> str:
    """Words as a sentence."""
    return text[:1].upper() + text[1:] + (end if not text.endswith(end or " ") else "")


STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
td,th{border-bottom:1px solid #ddd;padding:.25rem .5rem;text-align:left}
td.inside{background:#dff0d8}td.overlaps{background:#fcf8e3}td.outside{background:#f2dede}
.small{color:#666;font-size:.9em}"""


def as_html(rows: Sequence[Row], title: str, facts: str) -> str:
    """The card as one page that asks nothing from outside."""
    esc = html.escape
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{esc(title)}</title><style>{STYLE}</style><h1>{esc(title)}</h1><p>{esc(facts)}</p><ul>"
    ]
    parts += [f"<li>{esc(line)}</li>" for line in tally(rows)]
    parts.append(f'</ul><p class="small">{esc(HOW.replace("*", ""))}</p>')
    for name, group in by_fact(rows):
        fact = group[0].fact
        parts.append(f"<h2>{esc(name)}. {esc(fact.statement)}</h2>")
        about = f"{fact.source} [{fact.evidence}]. {sentence(fact.window)} Run in: {fact.where}."
        parts.append(f'<p class="small">{esc(about)}</p>')
        parts.append("<table><tr><th>line<th>band<th>simulated<th>verdict<th>kind</tr>")
        for row in group:
            cells = (sentence(row.line.says, ""), band(row.line), interval(row.found))
            told = "".join(f"<td>{esc(cell)}</td>" for cell in cells)
            mark = row.verdict if row.verdict in JUDGED else "none"
            parts.append(f'<tr>{told}<td class="{mark}">{esc(row.verdict)}</td><td>{esc(row.line.kind)}</td></tr>')
        parts.append("</table>")
        parts += [f"<p>{esc(why)}</p>" for why in dict.fromkeys(row.explanation for row in group if row.explanation)]
    return "\n".join(parts) + "\n</html>\n"


def as_text(rows: Sequence[Row]) -> str:
    """The card on the terminal."""
    lines = []
    for name, group in by_fact(rows):
        lines.append(f"{name:<4} {group[0].fact.statement}")
        for row in group:
            found = interval(row.found) or "-"
            lines.append(
                f"     {found:<28} {band(row.line) or '-':<18} {row.verdict:<14} {row.line.kind:<9}{row.line.says}"
            )
            if row.explanation:
                lines.append(f"       {row.explanation}")
    return "\n".join(lines)
