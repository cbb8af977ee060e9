"""The picture of the benchmark: what a business costs on a day, by the size of the city, and where the time goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.benchmarktables import NANO, Found, cost
from experiments.style import (
    BASELINE,
    FAINT,
    INK,
    SCENARIO,
    frame,
    grouped,
    house_style,
    margins,
    new_figure,
    save,
    save_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers = list[tuple[Any, ...]]

STEPS_SHOWN = 8
SERIES = {  # by kind and scenario: label, colour, line, mark
    ("twin", "active"): ("pure-Mesa twin, active", BASELINE, "--", "s"),
    ("product", "active"): ("Fieldcast, active", SCENARIO, "-", "o"),
    ("product", "passive"): ("Fieldcast, passive", SCENARIO, ":", "^"),
}


def picture(found: Found, folder: Path) -> None:
    """Draws the costs into the folder, with the numbers drawn."""
    with house_style():
        figure, numbers = draw_costs(found.rows, found.shares, found.conditions)
        save(figure, folder / "figures", "benchmark")
    save_numbers(folder / "figures", "benchmark", ("series", "businesses", "ns_per_business_day"), numbers)


def draw_costs(
    rows: list[dict[str, Any]], shares: dict[str, dict[str, float]], conditions: dict[str, str]
) -> tuple[Figure, Numbers]:
    """Cost by size on the left, shares of the steps on the right; returns the numbers drawn too."""
    numbers = points_of(rows)
    figure = new_figure()
    footer = "; ".join(f"{name} {value}" for name, value in conditions.items())
    footer += ". Processor time of the run, after the city is built; shares as a profile of the day's calls sees them."
    frame(figure, title_of(numbers), "One core, every case in a process of its own", footer)
    grid = figure.add_gridspec(1, 2, width_ratios=(1.25, 1.0), wspace=0.62, **margins(figure, footer))
    costs, parts = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    draw_sizes(costs, numbers)
    draw_steps(parts, shares)
    return figure, numbers


def points_of(rows: list[dict[str, Any]]) -> Numbers:
    """Series, businesses and nanoseconds of a business and day, by series and size; of like sizes the cheaper one.

    Of active markets only those that stand beside a twin: the others have more in them.
    """
    found: dict[tuple[str, int], float] = {}
    for row in rows:
        if row["compared"] or row["scenario"] == "passive":
            at = SERIES[row["kind"], row["scenario"]][0], row["businesses"]
            found[at] = min(cost(row) / NANO, found.get(at, float("inf")))
    return [(label, size, each) for (label, size), each in sorted(found.items())]


def title_of(numbers: Numbers) -> str:
    """The take-away: the ratio at the largest size that both were measured at."""
    labels = {key: value[0] for key, value in SERIES.items()}
    twin, product = ({n: c for name, n, c in numbers if name == labels[kind, "active"]} for kind in ("twin", "product"))
    both = [size for size in twin if size in product]
    if not both:
        return f"A business costs {min(each for _, _, each in numbers):.3g} ns a day at best"
    size = max(both)
    ratio = twin[size] / product[size]
    times = grouped(ratio) if ratio >= 10.0 else f"{ratio:.1f}"
    return f"With {grouped(size)} businesses a day of the pure-Mesa twin costs {times} times as much"


def draw_sizes(axes: Axes, numbers: Numbers) -> None:
    """Cost by size, both on logarithmic scales."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    for label, colour, line, mark in SERIES.values():
        points = [(size, cost) for name, size, cost in numbers if name == label]
        if points:
            axes.plot(*zip(*points, strict=True), color=colour, linestyle=line, marker=mark, label=label, linewidth=1.8)
            axes.annotate(
                grouped(points[-1][1]), points[-1], textcoords="offset points", xytext=(0, 8), ha="center", color=INK
            )
    axes.set_xlabel("businesses")
    axes.set_ylabel("ns of a business and day")
    axes.set_title("Cost by size of the city")
    axes.margins(x=0.12, y=0.14)
    axes.legend(frameon=False, fontsize=8.5)


def draw_steps(axes: Axes, shares: dict[str, dict[str, float]]) -> None:
    """The steps that take most, of all runs profiled."""
    most: dict[str, float] = {}
    for steps in shares.values():
        for step, share in steps.items():
            most[step] = max(share, most.get(step, 0.0))
    names = sorted(most, key=most.__getitem__)[-STEPS_SHOWN:]
    height = 0.8 / max(len(shares), 1)
    for number, (run, steps) in enumerate(shares.items()):
        places = [place + 0.4 - height * (number + 0.5) for place in range(len(names))]
        colour, hatch = ((SCENARIO, None), (BASELINE, "////"))[number % 2]
        values = [100.0 * steps.get(name, 0.0) for name in names]
        axes.barh(places, values, height, color=colour, hatch=hatch, edgecolor="white", linewidth=0.4, label=run)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#E4E4E4")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("% of the run", color=FAINT)
    axes.set_title("Where a run's time goes")
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
