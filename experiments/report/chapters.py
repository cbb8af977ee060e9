"""The chapters of a report, from the summary to the stamp; each says what its tables hold, whichever way it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from experiments.report import department, fitted, register, studies
from experiments.report.blocks import Block, cards, contents, heading, note, picture, points, table, text
from experiments.report.source import Source
from experiments.report.verdict import Answer, answer_of, sentences
from experiments.report.words import THIN, Words
from experiments.story import readable_name

SUMMARY_KPIS = (
    *("inbound_calls", "gross_adds", "churn_competitor", "customers", "market_share", "awareness"),
    *("revenue", "cost", "cumulative_margin"),
)
MONTHLY = ("inbound_calls", "gross_adds", "churn_competitor", "customers", "awareness", "margin", "cumulative_margin")
MONEY = ("margin", "cumulative_margin")
SHARES = ("awareness",)
NEW_PAGE = ("method", "results", "zones", "register", "data")
LYING = ("register",)  # chapters on pages that lie, for a table of many columns
ZONES_SHOWN = 12
FEW_PAIRS = 10  # with fewer an interval of nine in ten is the range of all
RESULTS = (
    *(
        "differences",
        "waterfall",
        "customers",
        "inbound_calls",
        "gross_adds",
        "gross_adds_by_channel",
        "awareness",
        "churn",
        "revenue",
    ),
    *("costs", "funnel", "survival", "backlog", "call_centre"),
)
TERRITORY = ("map", "network", "map_share", "map_awareness", "map_visits", "map_won")


def document(source: Source, words: Words, client: str) -> dict[str, Any]:
    """The whole report as plain data."""
    answer = answer_of(source)
    blocks: list[Block] = []
    left_out: list[str] = []
    for name, chapter in CHAPTERS.items():
        inside = chapter(source, words, answer)
        if inside:
            blocks += [heading(words(f"chapter.{name}"), 1, name, name in NEW_PAGE, name in LYING), *inside]
            blocks += [contents()] if name == "summary" else []
        else:
            left_out.append(words(f"left_out.{name}"))
    if left_out:
        blocks += [heading(words("chapter.left_out"), 1, "left_out"), points(left_out)]
    return {
        "language": words.language,
        "title": words("title", scenario=readable_name(words.scenario(source.scenario))),
        "client": words("for_client", client=client) if client else "",
        "place": f"{source.city.name} ({source.city.country})",
        "period": period(source, words),
        "remarks": [words("remark.assumed")] if source.city.assumptions else [],
        "contents": words("contents"),
        "blocks": blocks,
    }


def period(source: Source, words: Words) -> str:
    """Which months the report is about."""
    cube = source.story.cube()
    after = cube.dates[cube.months >= 1]
    return words("period", first=words.month(after[0]), last=words.month(after[-1]), months=len(after))


# ---- summary -----------------------------------------------------------------------------------------------------


def summary(source: Source, words: Words, answer: Answer) -> list[Block]:
    """The verdict with its odds, the figures that matter, cost and break-even, risks, and what to decide when."""
    blocks = [text(sentence, lead=True) for sentence in sentences(answer, source, words)]
    blocks.append(cards([card(source, words, name) for name in ("customers", "cumulative_margin", "inbound_calls")]))
    blocks += [
        picture("cumulative_margin", words("caption.cumulative_margin")),
        heading(words("summary.risks"), 2),
        points(risks(source, words, answer)),
        heading(words("summary.decide"), 2),
        points(department.what_to_decide(source, words, answer)),
        heading(words("summary.numbers"), 2),
        kpi_table(source, words, SUMMARY_KPIS),
        note(words("summary.how_to_read", pairs=answer.pairs)),
    ]
    return blocks


def card(source: Source, words: Words, name: str) -> tuple[str, str, str]:
    """One number that matters, as a difference with its interval."""
    row = source.kpi(name) or {}
    is_money = name in ("cumulative_margin", "revenue", "cost")
    show: Callable[..., str] = words.money if is_money else words.whole if name == "customers" else words.rounded
    low, high = show(row.get("difference_low"), True), show(row.get("difference_high"), True)
    what = words("card.difference", what=words(f"kpi.{name}"), window=words.window(row.get("window", "")))
    return what, show(row.get("difference"), True), words("card.interval", low=low, high=high)


def kpi_table(source: Source, words: Words, names: tuple[str, ...]) -> Block:
    """KPIs of both sides with difference, interval and odds."""
    head = ["what", "unit", "window", "baseline", "scenario", "difference", "interval", "odds"]
    sides = {"baseline": words.scenario(source.baseline), "scenario": words.scenario(source.scenario)}
    rows = []
    for name in names:
        here, base = source.kpi(name), source.kpi(name, source.baseline)
        if not here or not base or here["difference"] is None:
            continue
        unit = here["unit"]
        ends = (words.in_unit(here[end], unit, True) for end in ("difference_low", "difference_high"))
        levels = [words.in_unit(side["mean"], unit) for side in (base, here)]
        change = [words.in_unit(here["difference"], unit, True), words.span(next(ends), next(ends))]
        label = [words(f"kpi.{name}"), words.unit(unit, source.city.currency), words.window(here["window"])]
        rows.append([*label, *levels, *change, words.chance(here["probability_better"])])
    return table([sides.get(one, words.get(f"head.{one}", one)) for one in head], rows, words=3)


def risks(source: Source, words: Words, answer: Answer) -> list[str]:
    """What may go wrong, as the runs show it."""
    found = []
    if answer.margin_low is not None:
        key = "risk.worst" if answer.margin_low < 0 else "risk.least"
        found.append(words(key, low=words.money(answer.margin_low, answer.margin_low < 0)))
    if answer.deepest is not None and answer.deepest < 0 and not source.moves.only_others:
        month = words.month(source.story.cube().dates[answer.deepest_place])
        found.append(words("risk.funding", amount=words.money(-answer.deepest), month=month))
    for name in ("install_wait_days", "inbound_abandoned_share", "cancelled"):
        row, base = source.kpi(name), source.kpi(name, source.baseline)
        if row and base and row["difference"] and row["difference_low"] > 0:
            unit = row["unit"]
            levels = words.in_unit(base["mean"], unit), words.in_unit(row["mean"], unit)
            found.append(words("risk.rises", what=words(f"kpi.{name}"), base=levels[0], here=levels[1]))
    if answer.pairs < FEW_PAIRS:
        found.append(words("risk.few", pairs=answer.pairs))
    found += [words("risk.assumed"), words("risk.one_model")]
    return found


# ---- the middle --------------------------------------------------------------------------------------------------


def method(source: Source, words: Words, answer: Answer) -> list[Block]:
    """How the numbers come about, in plain words."""
    plan = source.config
    counts = {
        "businesses": words.number(int(source.city.occupied.sum())),
        "zones": len(source.city.zone_id),
        "operators": len(source.city.operators),
        "pairs": plan["replications"],
        "warmup": source.story.warmup,
    }
    return [text(words(f"method.{part}", **counts)) for part in ("world", "field", "pairs", "limits")]


def scenarios(source: Source, words: Words, answer: Answer) -> list[Block]:
    """What the scenario decides otherwise than the baseline, and all scenarios of a comparison side by side."""
    changed = register.differences(source.points[source.baseline], source.points[source.scenario], words)
    head = [words("head.parameter"), words.scenario(source.baseline), words.scenario(source.scenario)]
    key = "scenarios.intro" if source.has_baseline else "scenarios.reference"
    blocks = [text(words(key, baseline=words.scenario(source.baseline))), table(head, changed)]
    if len(source.others) > 1:
        blocks += [heading(words("scenarios.all"), 2), all_scenarios(source, words)]
    return blocks


def all_scenarios(source: Source, words: Words) -> Block:
    """Every scenario of a comparison against the baseline."""
    names = ("customers", "gross_adds", "inbound_calls", "cumulative_margin")
    rows = []
    for name in source.others:
        found = [source.kpi(kpi, name) or {} for kpi in names]
        cells = [words.rounded(row.get("difference"), True) for row in found]
        rows.append([words.scenario(name), *cells, words.chance(found[-1].get("probability_better"))])
    return table([words("head.scenario"), *(words(f"kpi.{name}") for name in names), words("head.odds_margin")], rows)


def results(source: Source, words: Words, answer: Answer) -> list[Block]:
    """Month by month with intervals, and the pictures of it."""
    blocks: list[Block] = []
    for name in RESULTS:
        blocks.append(picture(name, words(f"caption.{name}")))
    blocks += [heading(words("results.by_month"), 2, page=True), text(words("results.by_month_intro"))]
    for name in MONTHLY:
        blocks += [heading(words(f"kpi.{name}"), 3), month_table(source, words, name)]
    return blocks


def month_table(source: Source, words: Words, name: str) -> Block:
    """One metric month by month: both medians, and the paired difference with its interval."""
    import numpy as np

    cube, sides = source.story.cube(), source.story.pair(name)
    show: Callable[..., str] = words.share if name in SHARES else words.rounded
    rows = []
    for place in np.flatnonzero(cube.months >= 1):
        base, here = sides[0][:, place], sides[1][:, place]
        low, middle, high = np.quantile(here - base, [0.05, 0.5, 0.95])
        medians = [show(float(np.median(side))) for side in (base, here)]
        change = [show(float(middle), True), words.span(show(float(low), True), show(float(high), True))]
        date = words.short_month(cube.dates[place]).replace(" ", THIN)
        rows.append([str(cube.months[place]), date, *medians, *change])
    names = words.scenario(source.baseline), words.scenario(source.scenario)
    head = [words("head.month"), words("head.date"), *names, words("head.difference"), words("head.interval")]
    return table(head, rows, words=2, small=True)


def by_zone(source: Source, words: Words, answer: Answer) -> list[Block]:
    """Where the difference is made."""
    from experiments.figures import has_map
    from experiments.zonemap import by_zone as numbers_by_zone
    from experiments.zonemap import zone_cube

    if not has_map(source.story):
        return []
    import numpy as np

    zones = numbers_by_zone(source.story)
    customers = zone_cube(source.story, "customers", [("month", "=", source.story.last_month)])
    extra = np.nan_to_num(np.nanmean(customers[1] - customers[0], axis=0))
    city = source.city
    rows = [
        [
            f"{city.zone_name[zone]}",
            words.number(float(extra[zone]), 0, True),
            words.share(float(zones.base[zone])),
            words.share(float(zones.here[zone])),
            words.rounded(float(zones.visits[zone])),
        ]
        for zone in np.argsort(-extra, kind="stable")[:ZONES_SHOWN]
    ]
    head = [words(f"head.{name}") for name in ("zone", "extra_customers", "share_base", "share_here", "visits_per_100")]
    drawn = [picture(name, words(f"caption.{name}")) for name in TERRITORY]
    return [*drawn, text(words("zones.intro", shown=len(rows))), table(head, rows)]


CHAPTERS: dict[str, Callable[[Source, Words, Answer], list[Block]]] = {
    "summary": summary,
    "method": method,
    "scenarios": scenarios,
    "results": results,
    "zones": by_zone,
    "department": department.plan,
    "motivation": department.motivation,
    "sensitivity": studies.sensitivity,
    "calibration": fitted.chapter,
    "validation": studies.validation,
    "register": register.chapter,
    "data": register.data,
    "stamp": register.stamp,
}
