"""The report's numbers in full, as a workbook with native charts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from experiments.kpis import kpis
from experiments.report import register
from experiments.report.source import Source
from experiments.report.words import Words

CREATED = datetime(2000, 1, 1)  # a fixed day, so that the same input gives the same bytes
CHARTS = ("customers", "gross_adds", "inbound_calls", "churn_competitor", "cumulative_margin")
WIDEST = 60
NUMBERS = (
    *("mean", "low", "high", "difference", "difference_low", "difference_high"),
    "probability_better",
)


def write_xlsx(source: Source, words: Words, document: dict[str, Any], look: dict[str, Any], out: Path) -> None:
    """Writes summary, months, zones, register and stamp, each on a sheet."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": document["title"], "author": "fieldcast", "created": CREATED})
        head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
        sheet(book, words("chapter.summary"), head, *summary_rows(source, words))
        month_sheet(book, source, words, head)
        zones = zone_rows(source, words)
        if zones:
            sheet(book, words("chapter.zones"), head, *zones)
        names = [words(f"head.{name}") for name in register.COLUMNS]
        sheet(book, words("chapter.register"), head, names, register.register_cells(source, words, plain=True))
        stamp = next(block for block in register.stamp(source, words) if block["kind"] == "table")
        sheet(book, words("chapter.stamp"), head, stamp["head"], stamp["rows"])


def sheet(book: Any, name: str, head: Any, names: list[str], rows: list[list[Any]]) -> Any:
    """A table on a sheet of its own, its head in view."""
    page = book.add_worksheet(name[:31].replace(":", " "))
    page.write_row(0, 0, names, head)
    for place, row in enumerate(rows, 1):
        page.write_row(place, 0, [None if blank(cell) else cell for cell in row])
    for column, title in enumerate(names):
        longest = max([len(str(title)), *(len(str(row[column])) for row in rows)])
        page.set_column(column, column, min(longest + 2, WIDEST))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
    return page


def blank(cell: Any) -> bool:
    """Whether a cell is no number and no word."""
    return cell is None or (isinstance(cell, float) and not np.isfinite(cell))


def summary_rows(source: Source, words: Words) -> tuple[list[str], list[list[Any]]]:
    """Every KPI of every scenario, unrounded, in words and under its own name."""
    known = {kpi.name for kpi in kpis(source.story.last_month, source.city.currency)}
    rows = [
        [
            *(words.get(f"kpi.{row['kpi']}", ""), row["kpi"], words.unit(row["unit"], source.city.currency)),
            *(words.window(row["window"]), words.scenario(row["scenario"]), *(row.get(name) for name in NUMBERS)),
        ]
        for row in source.rows
        if row["kpi"] in known
    ]
    return [words(f"head.{name}") for name in ("what", "kpi", "unit", "window", "scenario", *NUMBERS)], rows


def month_sheet(book: Any, source: Source, words: Words, head: Any) -> None:
    """Means and paired differences of the main metrics by month, with a chart of each."""
    cube = source.story.cube()
    names, columns = (
        [words("head.month"), words("head.date")],
        [cube.months.tolist(), [str(date)[:10] for date in cube.dates]],
    )
    for metric in CHARTS:
        base, here = source.story.pair(metric)
        change = here - base
        sides = [words.scenario(name) for name in (source.baseline, source.scenario)]
        change_of = [words(f"head.{name}") for name in ("difference", "difference_low", "difference_high")]
        names += [f"{words(f'kpi.{metric}')}: {one}" for one in (*sides, *change_of)]
        low, high = np.quantile(change, [0.05, 0.95], axis=0)
        columns += [np.mean(values, axis=0).tolist() for values in (base, here, change)] + [low.tolist(), high.tolist()]
    rows = [list(row) for row in zip(*columns, strict=True)]
    page = sheet(book, words("results.by_month"), head, names, rows)
    charts = book.add_worksheet(words("chapter.results")[:31])
    for place, metric in enumerate(CHARTS):
        charts.insert_chart(
            1 + 16 * (place // 2), 8 * (place % 2), line_chart(book, page, source, words, metric, len(rows))
        )


def line_chart(book: Any, page: Any, source: Source, words: Words, metric: str, months: int) -> Any:
    """Both sides of a metric month by month."""
    chart = book.add_chart({"type": "line"})
    first = 2 + 5 * CHARTS.index(metric)
    for offset, (name, colour, dash) in enumerate(
        ((source.baseline, "#7A7A7A", "dash"), (source.scenario, "#0060A0", "solid"))
    ):
        column = first + offset
        chart.add_series(
            {
                "name": words.scenario(name),
                "categories": [page.get_name(), 1, 1, months, 1],
                "values": [page.get_name(), 1, column, months, column],
                "line": {"color": colour, "width": 2, "dash_type": dash},
            }
        )
    chart.set_title({"name": words(f"kpi.{metric}"), "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"})
    chart.set_x_axis({"interval_unit": 6, "num_font": {"size": 8}})
    chart.set_size({"width": 500, "height": 300})
    return chart


def zone_rows(source: Source, words: Words) -> tuple[list[str], list[list[Any]]] | None:
    """Every zone with its shares, their difference and the visits."""
    from experiments.figures import has_map
    from experiments.zonemap import by_zone

    if not has_map(source.story):
        return None
    zones, city = by_zone(source.story), source.city
    heads = ("zone_id", "zone", "share_base", "share_here", "difference", "standard_error", "visits_per_100")
    names = [words(f"head.{name}") for name in heads]
    values = (zones.base, zones.here, zones.difference, zones.error, zones.visits)
    rows = [
        [str(city.zone_id[zone]), str(city.zone_name[zone]), *(float(column[zone]) for column in values)]
        for zone in range(len(city.zone_id))
    ]
    return names, rows
