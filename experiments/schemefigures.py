"""The pictures on pay schemes: attainment, effort and sales by the day of the period, and who gains by ability."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.story import city_line, note_of, readable_name
from experiments.style import FAINT, INK, frame, margins, new_figure, save, save_numbers

if TYPE_CHECKING:
    from experiments.job import Job

# Okabe and Ito, in an order in which neighbours differ in lightness too.
COLOURS = ("#0060A0", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A7A7A", "#222222")
STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
BINS = np.arange(0.0, 2.51, 0.1)
ACROSS = 4  # panels of measures in a line
MEASURED = {
    "orders_per_rep_month": "contracts a rep-month",
    "bills_signed_per_rep_month": "bills signed a rep-month, {money}",
    "revenue": "revenue, million {money}",
    "margin": "margin, million {money}",
    "income_per_rep_month": "income a rep-month, {money}",
    "pay_per_contract": "pay per contract, {money}",
    "effort": "effort (1: a usual day)",
    "share_over_plan": "rep-months over plan",
    "last_week_over_mean": "last week over the mean",
    "first_week_over_mean": "first week over the mean",
    "orders_micro_share": "contracts with micro firms",
    "orders_large_share": "contracts with large firms",
    "discounts_per_order": "discounts per contract, {money}",
    "early_churn_per_month": "early churn a month",
    "quits_per_rep_year": "quits a rep-year",
    "ability_of_stayers": "ability of those who stay",
}
UNITS = {"revenue": 1e-6, "margin": 1e-6}


def draw_schemes(job: Job) -> list[Path]:
    """Draws the pictures on schemes; returns their files."""
    from experiments.schemetables import People

    people, folder = People(job.folder, job.options["schemes"]), job.folder / "figures"
    pictures = {
        "scheme_measures": measures(job),
        "attainment": attainment(job, people),
        "by_day_of_period": by_day(job),
        "by_decile": by_decile(job),
    }
    for name, (figure, head, rows) in pictures.items():
        save(figure, folder, name)
        save_numbers(folder, name, head, rows)
    return [folder / f"{name}.png" for name in pictures]


def look(place: int) -> dict[str, Any]:
    """Colour and line of a scheme by its place."""
    return {"color": COLOURS[place % len(COLOURS)], "linestyle": STYLES[place % len(STYLES)], "linewidth": 1.9}


def panels(job: Job, number: int, title: str, subtitle: str) -> tuple[Any, Any]:
    """A framed figure with panels side by side."""
    figure = new_figure()
    footer = f"{city_line(job.city)}\n{job.plan.replications} paired seeds. {note_of(job.city)}"
    box = margins(figure, footer) | {"wspace": 0.22}
    axes = figure.subplots(1, number, squeeze=False, gridspec_kw=box)[0]
    frame(figure, title, subtitle, footer)
    return figure, axes


def measures(job: Job) -> tuple[Any, Any, list[Any]]:
    """Every measure of every scheme with its interval, and how often it is higher than under the first."""
    table, schemes = read(job, "schemes.csv"), job.options["schemes"]
    lines_of_panels = -(-len(MEASURED) // ACROSS)
    figure = new_figure(2.2 + lines_of_panels * (0.75 + 0.2 * len(schemes)))
    footer = f"{city_line(job.city)}\n{job.plan.replications} paired seeds. {note_of(job.city)}"
    box = margins(figure, footer) | {"left": 0.16, "wspace": 0.28, "hspace": 0.75}
    grid = figure.subplots(lines_of_panels, ACROSS, sharey=True, squeeze=False, gridspec_kw=box)
    for axes, (name, words) in zip(grid.flat, MEASURED.items(), strict=True):
        mine = {row["scheme"]: row for row in table if row["measure"] == name and row["mean"]}
        one_measure(axes, mine, schemes, UNITS.get(name, 1.0))
        axes.set_title(words.format(money=job.city.currency), color=INK, size=8.5)
    grid[0, 0].set_yticks(range(len(schemes)), [readable_name(scheme) for scheme in schemes])
    grid[0, 0].set_ylim(len(schemes) - 0.4, -0.8)
    first = readable_name(schemes[0])
    subtitle = f"Means of the runs with 90 % intervals; per cent: pairs in which it is higher than under {first}"
    frame(figure, f"What {len(schemes)} pay schemes do, measure by measure", subtitle, footer)
    difference = ("difference", "difference_low", "difference_high", "probability_higher")
    head = ("measure", "scheme", "mean", "low", "high", *difference)
    return figure, head, [tuple(row[name] for name in head) for row in table if row["measure"] in MEASURED]


def one_measure(axes: Any, rows: dict[str, dict[str, str]], schemes: Any, unit: float) -> None:
    """One measure of all schemes: a dot with its interval each, and the odds beside it."""
    for place, scheme in enumerate(schemes):
        row = rows.get(scheme)
        if row is None:
            continue
        mean, low, high = (unit * float(row[name] or row["mean"]) for name in ("mean", "low", "high"))
        colour = look(place)["color"]
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6)
        axes.plot([mean], [place], marker="o", markersize=4.5, color=colour)
        if row["probability_higher"]:
            odds = f"{float(row['probability_higher']):.0%}"
            axes.annotate(odds, (mean, place), (0, 4), textcoords="offset points", ha="center", size=7, color=FAINT)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(labelsize=7.5)


def attainment(job: Job, people: Any) -> tuple[Any, Any, list[Any]]:
    """How often a rep-month reaches which part of its plan."""
    rep = people.rep
    there = rep["productive"] & np.isfinite(rep["attainment"])
    over, rows = {}, []
    for place, name in enumerate(people.schemes):
        values = rep["attainment"][there & (rep["run"] // people.replications == place)]
        over[name] = float(np.mean(values >= 1.0)) if values.size else float("nan")
        counts, _ = np.histogram(np.minimum(values, BINS[-1] - 1e-9), BINS)
        shares = counts / max(values.size, 1)
        rows += [(name, float(low), float(share), int(values.size)) for low, share in zip(BINS, shares, strict=False)]
    first, best = people.schemes[0], max(over, key=lambda name: np.nan_to_num(over[name]))
    title = f"{readable_name(best)}: {over[best]:.0%} of rep-months reach the plan"
    title += f" ({readable_name(first)}: {over[first]:.0%})" if best != first else ""
    subtitle = "Bills signed over the plan, months of productive representatives; the last step holds all beyond"
    figure, (axes,) = panels(job, 1, title, subtitle)
    for place, name in enumerate(people.schemes):
        shares = [row[2] for row in rows if row[0] == name]
        axes.stairs(shares, BINS, label=f"{readable_name(name)} ({over[name]:.0%} over plan)", **look(place))
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.set_xlabel("attainment of the plan", color=FAINT)
    axes.set_ylabel("share of rep-months", color=FAINT)
    axes.legend(frameon=False, loc="upper right")
    return figure, ("scheme", "attainment_from", "share_of_rep_months", "rep_months"), rows


def read(job: Job, name: str) -> list[dict[str, str]]:
    """A table of the folder."""
    with (job.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(axes: Any, rows: list[dict[str, str]], schemes: Any, x: str) -> None:
    """One line a scheme with its band."""
    for place, name in enumerate(schemes):
        mine = [row for row in rows if row["scheme"] == name and row["value"]]
        at = [float(row[x]) for row in mine]
        low, value, high = ([float(row[column] or "nan") for row in mine] for column in ("low", "value", "high"))
        axes.fill_between(at, low, high, color=look(place)["color"], alpha=0.13, linewidth=0)
        axes.plot(at, value, label=readable_name(name), **look(place))


def by_day(job: Job) -> tuple[Any, Any, list[Any]]:
    """Effort and sales by the working day, counted from the period's end."""
    table = [row for row in read(job, "by_day_of_period.csv") if row["anchor"] == "end"]
    schemes = job.options["schemes"]
    figure, axes = panels(
        job,
        2,
        "Effort and sales by the day of the period",
        "Working days before the period's end; line: mean, band: 90 %",
    )
    names = {"effort": "effort (1: a usual day)", "orders_over_mean": "contracts over the scheme's mean day"}
    for place, (measure, words) in enumerate(names.items()):
        rows = [row for row in table if row["measure"] == measure]
        lines(axes[place], rows, schemes, "day")
        axes[place].set_title(words, color=INK)
        axes[place].set_xlabel("working day (-1: the last)", color=FAINT)
    axes[0].legend(frameon=False)
    head = tuple(table[0]) if table else ()
    return figure, head, [tuple(row.values()) for row in table]


def by_decile(job: Job) -> tuple[Any, Any, list[Any]]:
    """Contracts and income of each decile of ability."""
    table = read(job, "by_decile.csv")
    figure, axes = panels(
        job,
        2,
        "Who sells and earns how much, by ability",
        "Deciles of ability in the first scheme; line: mean, band: 90 %",
    )
    names = {
        "orders_per_rep_month": "contracts a rep-month",
        "income_per_rep_month": f"income a rep-month, {job.city.currency}",
    }
    for place, (measure, words) in enumerate(names.items()):
        rows = [row for row in table if row["measure"] == measure]
        lines(axes[place], rows, job.options["schemes"], "decile")
        axes[place].set_title(words, color=INK)
        axes[place].set_xlabel("decile of ability (10: the ablest)", color=FAINT)
        axes[place].set_xticks(range(1, 11))
    axes[0].legend(frameon=False)
    head = tuple(table[0]) if table else ()
    return figure, head, [tuple(row.values()) for row in table]
