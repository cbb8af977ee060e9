"""The pictures of a forecast: scenario beside baseline with the decision marked, fit to stand in a proposal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.fans import HEAD, Panel, days_of, draw_panel, fan_rows, headroom, name_ends
from experiments.story import PER_MONTH, Sides, Story
from experiments.style import FAINT, INK, SCENARIO, frame, grouped, house_style, margins, new_figure, save, save_numbers
from experiments.titles import (
    break_even_months,
    break_even_title,
    churn_title,
    flow_title,
    margin_title,
    percent,
    stock_title,
)
from experiments.zonemap import MAP_HEAD, territory_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHANNEL_NAMES = {"inbound": "inbound", "field": "field", "telemarketing": "telemarketing"}
Picture = tuple["Figure", list[Any]]  # with the numbers behind it


# ---- layouts ---------------------------------------------------------------------------------------------------


def levels_and_difference(story: Story, sides: Sides, title: str, subtitle: str, kind: str) -> Picture:
    """Two panels: both sides as fans, and their paired difference, which is what the decision changes."""
    base, here = sides
    other, name = story.names
    panels = [
        Panel("scenario beside baseline", other, name, base, here, kind),
        Panel("scenario minus baseline, pair by pair", "", "", None, here - base, kind),
    ]
    return draw(story, panels, title, subtitle, [1.75, 1.0], share_y=False)


def draw(
    story: Story, panels: list[Panel], title: str, subtitle: str, widths: list[float], share_y: bool = True
) -> Picture:
    """Panels side by side, with the numbers behind them."""
    figure = new_figure()
    # Names stand at the ends of the lines: between the panels, or at the right edge where panels share their axis.
    box = margins(figure, story.footer, right=0.885 if share_y else 0.975) | {"wspace": 0.12 if share_y else 0.48}
    axes = figure.subplots(1, len(panels), width_ratios=widths, sharey=share_y, squeeze=False, gridspec_kw=box)[0]
    rows: list[Any] = []
    cube = story.cube()
    ends = [draw_panel(*pair, cube.months, cube.dates) for pair in zip(axes, panels, strict=True)]
    for place in axes[:1] if share_y else axes:
        headroom(place)
    named = len(panels) - 1 if share_y else 0
    name_ends(axes[named], ends[named])
    for panel in panels:
        rows += fan_rows(panel, cube.months, cube.dates, story.baseline, story.scenario)
    frame(figure, title, subtitle, story.footer)
    return figure, rows


# ---- the pictures ----------------------------------------------------------------------------------------------


def inbound_calls(story: Story) -> Picture:
    """Sales calls to the common number."""
    title = flow_title(story, "inbound_calls", "inbound calls")
    subtitle = f"Sales calls to the common number, {PER_MONTH}"
    return levels_and_difference(story, story.flow("inbound_calls"), title, subtitle, "count")


def awareness(story: Story) -> Picture:
    """Mean awareness among businesses."""
    title = stock_title(story, "awareness", "Awareness", percent)
    subtitle = "Mean awareness of the operator among all businesses of the city, at month end"
    return levels_and_difference(story, story.pair("awareness"), title, subtitle, "share")


def customers(story: Story) -> Picture:
    """Customers at month end."""
    title = stock_title(story, "customers", "Customers", grouped)
    return levels_and_difference(story, story.pair("customers"), title, "Business customers at month end", "stock")


def churn(story: Story) -> Picture:
    """Customers lost, to competitors and with the business itself, as a share of all customers."""
    names = {"churn_competitor": "lost to competitors", "churn_closure": "closed or moved away"}
    panels = [Panel(name, *story.names, *story.churn_rate(column), "rate") for column, name in names.items()]
    subtitle = f"Customers lost {PER_MONTH}, as a share of the customers at the month's opening"
    return draw(story, panels, churn_title(story), subtitle, [1.0, 1.0])


def gross_adds_by_channel(story: Story) -> Picture:
    """New customers by the channel of their order."""
    panels = [Panel("all channels", *story.names, *story.flow("gross_adds"), "count")]
    for channel, name in CHANNEL_NAMES.items():
        if story.cube(channel).months.size and any(np.nansum(side) > 0 for side in story.pair("gross_adds", channel)):
            panels.append(Panel(name, *story.names, *story.flow("gross_adds", channel), "count"))
    title = flow_title(story, "gross_adds", "gross adds")
    subtitle = f"Activated new customers by the channel of the order, {PER_MONTH}"
    return draw(story, panels, title, subtitle, [1.0] * len(panels))


def cumulative_margin(story: Story) -> Picture:
    """What is left over since the decision, and when the scenario is ahead for good."""
    subtitle = f"Cumulative margin since the decision, {story.currency}"
    sides = story.pair("cumulative_margin")
    figure, rows = levels_and_difference(story, sides, margin_title(story), subtitle, "money")
    if not story.moves.only_others and np.any(sides[0] != sides[1]):
        months = break_even_months(story)
        draw_break_even(figure.axes[1], story, months)
        rows += break_even_rows(story, months)
    return figure, rows


BREAK_EVEN = "break-even month, share of pairs"


def draw_break_even(above: Axes, story: Story, months: np.ndarray) -> None:
    """How many pairs break even in each month, below the difference whose sign it is about."""
    figure: Any = above.figure
    box = above.get_position()
    above.set_position((box.x0, box.y0 + 0.4 * box.height, box.width, 0.6 * box.height))
    axes = figure.add_axes((box.x0, box.y0, box.width, 0.18 * box.height), sharex=above)
    above.tick_params(axis="x", which="both", labelbottom=False)
    cube = story.cube()
    after = cube.months >= 1
    counts = [int(np.sum(months == month)) for month in cube.months[after]]
    axes.bar(days_of(cube.dates[after], "money"), counts, width=22, color=SCENARIO)
    axes.set_ylim(0, max([*counts, 1]) * 1.1)
    axes.set_yticks([0, max(counts)] if any(counts) else [])
    axes.grid(visible=False)
    axes.set_title(break_even_title(months), color=INK, size=8.5)
    axes.set_ylabel("pairs", color=FAINT)


def break_even_rows(story: Story, months: np.ndarray) -> list[Any]:
    """The distribution of the break-even month; the last row, without a month, is the share that has none."""
    cube = story.cube()
    after = cube.months >= 1
    calendar = [(int(month), str(date)) for month, date in zip(cube.months[after], cube.dates[after], strict=True)]
    shares = [float(np.mean(months == month)) for month, _ in calendar] + [float(np.mean(~np.isfinite(months)))]
    series = f"{story.scenario} minus {story.baseline}"
    blank = ("",) * 5
    return [
        (BREAK_EVEN, series, *when, *blank, share, months.size)
        for when, share in zip([*calendar, ("", "")], shares, strict=True)
    ]


FIGURES: dict[str, Callable[[Story], Picture]] = {
    "inbound_calls": inbound_calls,
    "awareness": awareness,
    "customers": customers,
    "churn": churn,
    "gross_adds_by_channel": gross_adds_by_channel,
    "cumulative_margin": cumulative_margin,
    "territory_map": territory_map,
}


def has_map(story: Story) -> bool:
    """Whether the runs recorded their zones."""
    return story.city is not None and (story.folder / "monthly_by_zone.parquet").exists()


def draw_all(story: Story) -> list[Path]:
    """Draws every picture that the tables allow; returns their files."""
    folder = story.folder / "figures"
    drawn = []
    with house_style():
        for name, figure_of in FIGURES.items():
            if name == "territory_map" and not has_map(story):
                continue
            figure, rows = figure_of(story)
            save(figure, folder, name)
            save_numbers(folder, name, MAP_HEAD if name == "territory_map" else HEAD, rows)
            drawn.append(folder / f"{name}.png")
    return drawn
