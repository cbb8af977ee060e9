"""The answer in words: the KPI table for the terminal, and two sentences with their odds."""

from __future__ import annotations

from typing import Any

from experiments.moves import OURS, Moves
from experiments.summary import Rows

TABLE_HEAD = ("KPI", "unit", "window", "{baseline}", "{scenario}", "difference", "90 % of pairs", "better in")


def readable(value: float | None, unit: str, signed: bool = False) -> str:
    """A number for a reader: shares in percent, money and counts without false digits."""
    if value is None:
        return "-"
    if unit.startswith("share") and not value:
        return "0 pts" if signed else "0 %"
    if unit.startswith("share"):
        digits = 1 if abs(value) >= 0.1 else 2 if abs(value) >= 0.001 else 3
        return rounded(100 * value, digits, signed) + (" pts" if signed else " %")
    return rounded(value, 0 if abs(value) >= 100 else 1, signed)


def rounded(value: float, digits: int, signed: bool) -> str:
    """A number with so many digits after the point, blanks between thousands and no minus zero."""
    text = f"{value:{'+' if signed else ''},.{digits}f}".replace(",", " ")
    return text if text.strip("+-0. ") else text.lstrip("+-")


def chance(value: float | None) -> str:
    """A chance for a reader, never 0 or 100 % by rounding."""
    if value is None:
        return "-"
    percent = round(100 * value)
    if 0 < value < 1:
        percent = min(max(percent, 1), 99)
    return f"{percent} %"


def kpi_table(rows: Rows, shown: set[str], baseline: str, scenario: str) -> str:
    """The KPI table of a scenario beside the baseline, aligned."""
    by_key = {(row["kpi"], row["scenario"]): row for row in rows}
    head = [word.format(baseline=baseline, scenario=scenario) for word in TABLE_HEAD]
    lines = [head]
    for (kpi, name), row in by_key.items():
        if name == scenario and kpi in shown and says_something(row, by_key[kpi, baseline]):
            lines.append(table_line(row, by_key[kpi, baseline]))
    return aligned(lines)


def says_something(row: dict[str, Any], base: dict[str, Any]) -> bool:
    """Whether a KPI is not zero on both sides; that no pair breaks even is worth a line."""
    return bool(row["mean"] or row["difference"] or base["mean"]) or row["kpi"] == "break_even_share"


def table_line(row: dict[str, Any], base: dict[str, Any]) -> list[str]:
    """One KPI of the table."""
    unit = row["unit"]
    interval = f"{readable(row['difference_low'], unit, True)} to {readable(row['difference_high'], unit, True)}"
    if row["difference"] is None:
        interval = own_interval(row)
    difference = [readable(row["difference"], unit, True), interval]
    levels = [readable(base["mean"], unit), readable(row["mean"], unit)]
    return [row["kpi"], unit, row["window"], *levels, *difference, chance(row["probability_better"])]


def own_interval(row: dict[str, Any]) -> str:
    """The quantiles of what is a comparison itself; a month that lies beyond the run is never."""
    if not row["pairs"] or row["kpi"] == "break_even_share":
        return "-"
    low, high = ("never" if row[end] is None else readable(row[end], row["unit"]) for end in ("low", "high"))
    return f"{low} to {high}"


def aligned(lines: list[list[str]]) -> str:
    """Columns side by side: words to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def cell(text: str, column: int) -> str:
        return text.ljust(widths[column]) if column < 3 else text.rjust(widths[column])

    rule = "  ".join("-" * width for width in widths)
    texts = ["  ".join(cell(text, column) for column, text in enumerate(line)).rstrip() for line in lines]
    return "\n".join([texts[0], rule, *texts[1:]])


# ---- the verdict -----------------------------------------------------------------------------------------------


def verdict(rows: Rows, baseline: str, scenario: str, currency: str, moves: Moves = OURS) -> str:
    """Two sentences with their odds, whichever way it goes: customers, and whether it pays.

    Where only others do something new, nothing of ours can pay: then the sentences say what their move does to us.
    """
    found = {row["kpi"]: row for row in rows if row["scenario"] == scenario and row["difference"] is not None}
    if "customers" not in found or "cumulative_margin" not in found:
        return f"No pair of runs of {baseline} and {scenario} was finished: nothing can be said about the difference."
    customers, margin = found["customers"], found["cumulative_margin"]
    month = customers["window"].replace("month", "the end of month")
    if moves.only_others:
        return f"{customers_hit(customers, moves.others, month)} {margin_hit(margin, currency)}"
    name = f"{scenario} (our decisions and the market's moves together)" if moves.others else scenario
    return f"{about_customers(customers, baseline, name, month)} {about_margin(margin, currency)}"


def about_customers(row: dict[str, Any], baseline: str, scenario: str, month: str) -> str:
    """The sentence on customers."""
    if unchanged(row):
        return f"Compared with {baseline}, {scenario} leaves the number of customers at {month} exactly as it is."
    size, direction = extent(row, "more", "fewer")
    return (
        f"Compared with {baseline}, {scenario} has {size} {direction} customers at {month} ({percent(row)}; "
        f"{interval(row)}) and is ahead {odds(row)}."
    )


def about_margin(row: dict[str, Any], currency: str) -> str:
    """The sentence on money."""
    months = row["window"].removeprefix("month ")
    if unchanged(row):
        return f"Its cumulative margin after {months} months is the same to the cent."
    size, direction = extent(row, "higher", "lower")
    return (
        f"Its cumulative margin after {months} months is {currency} {size} {direction} ({interval(row)}): "
        f"it {pays(row['probability_better'])} within the run, for it earns more {odds(row)}."
    )


def customers_hit(row: dict[str, Any], move: str, month: str) -> str:
    """The sentence on what others do to our customers."""
    if unchanged(row):
        return f"When {move}, our number of customers at {month} stays exactly as it is."
    size, direction = extent(row, "more", "fewer")
    return (
        f"When {move}, we have {size} {direction} customers at {month} ({percent(row)}; {interval(row)}): "
        f"{direction} {odds(row, row['difference'] >= 0)}."
    )


def margin_hit(row: dict[str, Any], currency: str) -> str:
    """The sentence on what others do to our money."""
    months = row["window"].removeprefix("month ")
    if unchanged(row):
        return f"Our cumulative margin after {months} months is the same to the cent."
    size, direction = extent(row, "higher", "lower")
    deed = "brings" if row["difference"] >= 0 else "costs"
    return (
        f"It {deed} us {currency} {size} of cumulative margin within {months} months ({interval(row)}): "
        f"our margin is {direction} {odds(row, row['difference'] >= 0)}."
    )


def extent(row: dict[str, Any], up: str, down: str) -> tuple[str, str]:
    """How large a difference is, for a reader, and the word for its direction."""
    return readable(abs(row["difference"]), row["unit"]), up if row["difference"] >= 0 else down


def unchanged(row: dict[str, Any]) -> bool:
    """Whether no pair shows a difference."""
    return bool(row["difference"] == row["difference_low"] == row["difference_high"] == 0)


def percent(row: dict[str, Any]) -> str:
    """The size of a difference beside the baseline's level."""
    return f"{100 * abs(row['difference']) / max(row['mean'] - row['difference'], 1.0):.1f} %"


def pays(probability: float) -> str:
    """What the odds amount to, in a word or two."""
    steps = ((0.95, "pays"), (0.75, "probably pays"), (0.25, "may or may not pay"), (0.05, "probably does not pay"))
    return next((word for limit, word in steps if probability >= limit), "does not pay")


def interval(row: dict[str, Any]) -> str:
    """The 90 % interval in words."""
    if row["pairs"] < 2:
        return "one pair of runs, so no interval"
    low, high = (readable(row[end], row["unit"], True) for end in ("difference_low", "difference_high"))
    return f"90 % of the pairs between {low} and {high}"


def odds(row: dict[str, Any], for_better: bool = True) -> str:
    """How often the scenario is better, or worse, counted in paired runs."""
    chance_of_it = row["probability_better"] if for_better else 1 - row["probability_better"]
    better, pairs = round(chance_of_it * row["pairs"], 6), row["pairs"]
    count = f"{better:.0f}" if float(better).is_integer() else f"{better:.1f}"
    return f"in {count} of {pairs} paired runs"
