"""The department in a report: its stages with dates and costs, what its people did, and when to decide what."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.blocks import Block, heading, picture, table, text
from experiments.report.source import Source
from experiments.report.words import THIN, Words

if TYPE_CHECKING:
    from experiments.report.verdict import Answer

ACCOUNTS = (
    *("field_fixed", "field_variable", "recruiting", "training", "consultants", "management"),
    *("installation", "discounts"),
)
SPANS = 6  # of months beside each other, as many as a page is wide
BANDS = (0.0, 0.5, 0.8, 1.0, 1.3, 1.5, np.inf)  # of attainment


def plan(source: Source, words: Words, answer: Answer) -> list[Block]:
    """Stages with their dates, and what each account costs beside the baseline."""
    if not source.parameters.department.active:
        return []
    head = [words("head.stage"), words("head.begins"), words("head.ends"), words("head.people")]
    rows = [
        [words.get(f"stage.{name}", name), begins, ends, words.exact(round(people, 2))]
        for name, begins, ends, people in stages(source, words)
    ]
    return [
        text(words(f"department.intro_{source.parameters.department.mode}", reps=source.parameters.department.reps)),
        table(head, rows, words=3),
        heading(words("department.costs"), 2),
        costs(source, words),
    ]


def stages(source: Source, words: Words) -> list[tuple[str, str, str, float]]:
    """Each stage with its first and last day and the people who work on it."""
    from sim.stages import FAR, plan_course

    calendar = calendar_of(source)
    decided = source.parameters.department
    start = int(calendar.first_day[calendar.warmup + decided.start_month - 1])
    course = plan_course(decided, source.parameters.world.department, calendar, start)

    def date(day: int) -> str:
        return words.day(calendar.dates[day]) if day < len(calendar.dates) else words("department.after_run")

    found = []
    for stage in course.stages:
        last = words("department.open_end") if stage.ends >= FAR else date(stage.ends - 1)
        found.append((stage.name, date(stage.begins), last, stage.people))
    return found


def calendar_of(source: Source) -> Any:
    """The working days of the runs."""
    from sim.workdays import workdays

    p, city = source.parameters, source.city
    return workdays(p.calendar.decision_month, p.warmup, p.months, city.country, city.subdivision)


def costs(source: Source, words: Words) -> Block:
    """Extra cost of each account by half-years, in a long run by longer spans, mean of the pairs."""
    cube, halves = source.story.cube(), spans(source.story.last_month)
    rows = []
    for account in ACCOUNTS:
        base, here = source.story.pair(f"cost_{account}")
        extra = [float((here - base)[:, (cube.months >= a) & (cube.months <= b)].sum(axis=1).mean()) for a, b in halves]
        if any(abs(value) >= 0.5 for value in extra):
            cells = [words.rounded(value) for value in [*extra, sum(extra)]]
            rows.append([words(f"account.{account}"), *cells])
    names = [words("department.months", first=first, last=last) for first, last in halves]
    return table([words("head.account", currency=words.currency), *names, words("head.total")], rows)


def spans(last: int) -> list[tuple[int, int]]:
    """The months of a run in half-years, in a long run in years or more, so that a page holds them side by side."""
    step = 6 * -(-last // (6 * SPANS))
    return [(first, min(first + step - 1, last)) for first in range(1, last + 1, step)]


def motivation(source: Source, words: Words, answer: Answer) -> list[Block]:
    """The pay scheme with its terms, and how far plans were reached."""
    if not source.parameters.department.active:
        return []
    from sim.given import scheme_of

    scheme = scheme_of(source.parameters)
    terms = [[words.get(f"term.{name}", name), words.value(value)] for name, value in scheme.terms]
    blocks = [
        text(words("motivation.intro", scheme=words.get(f"scheme.{scheme.name}", scheme.name.replace("_", " ")))),
        table([words("head.term"), words("head.value")], terms),
    ]
    people = productive(source)
    if not people:
        return blocks
    drawn = [picture(name, words(f"caption.{name}")) for name in ("attainment", "effort")]
    said = [text(words("motivation.attained")), attainment(people, words), pay_line(people, source, words)]
    return [*blocks, *said, *drawn]


def productive(source: Source) -> dict[str, np.ndarray]:
    """Months of productive representatives in the scenario."""
    columns = ["scenario", "stage", "attainment", "income", "orders", "month"]
    found = source.table("monthly_by_rep", columns)
    if not found:
        return {}
    here = (found["scenario"] == source.scenario) & (found["stage"] == "productive") & (found["month"] >= 1)
    return {name: values[here] for name, values in found.items()} if here.any() else {}


def attainment(people: dict[str, np.ndarray], words: Words) -> Block:
    """The distribution of plan attainment over representatives' months."""
    values = people["attainment"].astype(float)
    values = values[np.isfinite(values)]
    counts, _ = np.histogram(values, BANDS)
    ends = [words.percent(end) for end in BANDS[:-1]]
    spans = [words("motivation.band", low=low, high=high) for low, high in pairwise(ends)]
    spans.append(words("motivation.beyond", low=ends[-1]))
    total = max(int(counts.sum()), 1)
    rows = [[span, f"{words.number(100 * count / total, 1)}{THIN}%"] for span, count in zip(spans, counts, strict=True)]
    return table([words("head.attainment"), words("head.rep_months")], rows)


def pay_line(people: dict[str, np.ndarray], source: Source, words: Words) -> Block:
    """What a representative earns and sells in a month."""
    income = people["income"].astype(float)
    middle, low, high = (float(np.quantile(income, share)) for share in (0.5, 0.1, 0.9))
    orders = float(np.mean(people["orders"]))
    amounts = {"middle": words.money(middle), "low": words.money(low), "high": words.money(high)}
    return text(words("motivation.pay", **amounts, orders=words.number(orders, 1)))


def what_to_decide(source: Source, words: Words, answer: Answer) -> list[str]:
    """The decisions and their dates."""
    if source.moves.only_others:
        return [words("decide.others")]
    if not source.parameters.department.active:
        return [words("decide.other"), words(f"decide.{answer.pays}")]
    found = [words(f"decide.{answer.pays}")]
    by_name = {name: (begins, ends) for name, begins, ends, _ in stages(source, words)}
    if "test_sales" in by_name:
        found.append(words("decide.test_sales", date=by_name["test_sales"][1]))
    if "recruiting" in by_name:
        found.append(words("decide.recruiting", date=by_name["recruiting"][1]))
    if "independence" in by_name:
        found.append(words("decide.independence", date=by_name["independence"][0]))
    return found
