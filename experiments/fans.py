"""Fan charts: median, half and nine tenths of the runs, month by month."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.style import BASELINE, FAINT, HISTORY, INK, SCENARIO, calendar_axis, spread_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HEAD = ("panel", "series", "month", "date", "low_90", "low_50", "median", "high_50", "high_90", "mean", "runs")
End = tuple[np.datetime64, float, str, str]  # where a line ends, its name and colour
STOCKS = ("share", "stock", "money")  # drawn at month end; a flow in the middle of its month


@dataclass
class Panel:
    """One pair of axes: two sides, or their difference alone when there is no base."""

    title: str
    base_name: str
    name: str
    base: np.ndarray | None  # (run, month)
    values: np.ndarray  # (run, month)
    kind: str  # count, rate, stock, share, money

    @property
    def is_difference(self) -> bool:
        """Whether the panel shows a difference, which has a zero line and a sign."""
        return self.base is None


def fan(values: np.ndarray) -> np.ndarray:
    """Quantiles by month, as (quantile, month); nan for a month in which no run has a number."""
    result = np.full((len(QUANTILES), values.shape[1]), np.nan)
    there = ~np.isnan(values).all(axis=0) if len(values) else np.zeros(values.shape[1], bool)
    if there.any():
        result[:, there] = np.nanquantile(values[:, there], QUANTILES, axis=0)
    return result


def fan_rows(
    panel: Panel, months: np.ndarray, dates: np.ndarray, baseline: str, scenario: str
) -> list[tuple[Any, ...]]:
    """The numbers behind a panel."""
    sides = [] if panel.base is None else [(baseline, panel.base)]
    sides.append((f"{scenario} minus {baseline}" if panel.is_difference else scenario, panel.values))
    rows: list[tuple[Any, ...]] = []
    for name, values in sides:
        bands = fan(values)
        for place, (month, date) in enumerate(zip(months, dates, strict=True)):
            there = values[~np.isnan(values[:, place]), place]
            mean = float(there.mean()) if there.size else float("nan")
            bands_here = [float(band) for band in bands[:, place]]
            rows.append((panel.title, name, int(month), str(date), *bands_here, mean, there.size))
    return rows


def draw_panel(axes: Axes, panel: Panel, months: np.ndarray, dates: np.ndarray) -> list[End]:
    """Draws a panel: history, the decision and the fans; returns where the lines end."""
    days = days_of(dates, panel.kind)
    first = int(np.argmax(months >= 1))
    mark_decision(axes, dates[0], dates[first], panel)
    ends = []
    if panel.base is not None:
        ends.append((days[-1], draw_fan(axes, days, fan(panel.base), BASELINE, dashed=True), panel.base_name, BASELINE))
    start = max(first - 1, 0)  # joined to the last month of history
    end = draw_fan(axes, days[start:], fan(panel.values)[:, start:], SCENARIO)
    ends.append((days[-1], end, panel.name, SCENARIO))
    finish_axes(axes, panel, dates[first:] if panel.is_difference else dates)
    return ends


def days_of(dates: np.ndarray, kind: str) -> np.ndarray:
    """Where on the calendar a month's number stands: a stock at its end, a flow in its middle."""
    if kind in STOCKS:
        return (dates.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return dates.astype("datetime64[D]") + 14


def draw_fan(axes: Axes, days: np.ndarray, bands: np.ndarray, colour: str, dashed: bool = False) -> float:
    """Draws bands and median; returns where the median ends."""
    axes.fill_between(days, bands[0], bands[4], color=colour, alpha=0.16, linewidth=0)
    axes.fill_between(days, bands[1], bands[3], color=colour, alpha=0.30, linewidth=0)
    axes.plot(days, bands[2], color=colour, linewidth=2.0, linestyle=(0, (4, 1.6)) if dashed else "-")
    return float(bands[2][-1])


def mark_decision(axes: Axes, begin: Any, decision: Any, panel: Panel) -> None:
    """History on a tinted ground, and a line on the day from which the two sides may differ."""
    axes.axvline(decision, color=INK, linewidth=1.0, zorder=1)
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top"}
    axes.annotate("decision", (decision, 1.0), xytext=(4, 0), color=INK, size=8.5, **place)
    if begin < decision and not panel.is_difference:
        axes.axvspan(begin, decision, color=HISTORY, linewidth=0, zorder=0)
        axes.annotate("history", (decision, 1.0), xytext=(-4, 0), color=FAINT, ha="right", size=8.5, **place)


def finish_axes(axes: Axes, panel: Panel, dates: np.ndarray) -> None:
    """Title, calendar, units and a zero line where it says something."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_title(panel.title, color=INK)
    calendar_axis(axes, len(dates), labels=round(14 * axes.get_position().width) + 1)
    axes.yaxis.set_major_locator(
        MaxNLocator(nbins=6, integer=panel.kind in ("count", "stock"), steps=[1, 2, 2.5, 5, 10])
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, panel)))
    axes.margins(x=0)
    axes.set_xlim(dates[0], days_of(dates, "stock")[-1])
    if panel.is_difference:
        axes.axhline(0, color=INK, linewidth=0.9)
    elif panel.kind in ("count", "rate"):
        axes.set_ylim(bottom=0)


def headroom(axes: Axes) -> None:
    """Room on top for the words at the decision."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.1 * (high - low))


def tick(value: float, panel: Panel) -> str:
    """A number on the axis, with a true minus sign, and a plus where it is a difference."""
    return plain_tick(value, panel).replace("-", "\u2212")


def plain_tick(value: float, panel: Panel) -> str:
    """A number on the axis in its unit."""
    sign = "+" if panel.is_difference and value > 0 else ""
    if panel.kind in ("share", "rate"):
        return f"{sign}{100 * value:.3g}{' pts' if panel.is_difference else ' %'}"
    if panel.kind == "money" and abs(value) >= 1e6:
        return f"{sign}{value / 1e6:.3g} m"
    if panel.kind == "money" and abs(value) >= 1e4:
        return f"{sign}{value / 1e3:.4g} k"
    return f"{sign}{value:,.4g}".replace(",", " ") if abs(value) < 1e4 else f"{sign}{value:,.0f}".replace(",", " ")


def name_ends(axes: Axes, ends: list[End]) -> None:
    """Writes each side's name at the end of its line instead of in a legend."""
    named = [(*end[:2], textwrap.fill(end[2], 14), end[3]) for end in ends if not np.isnan(end[1])]
    low, high = axes.get_ylim()
    lines = max(name.count("\n") + 1 for _, _, name, _ in named) if named else 1
    heights = spread_labels([end[1] for end in named], gap=0.055 * lines * (high - low))
    for (day, _, name, colour), height in zip(named, heights, strict=True):
        axes.annotate(
            name,
            (day, height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            size=9,
            weight="bold",
            annotation_clip=False,
        )
