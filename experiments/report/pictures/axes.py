"""What the axes of all pictures share: numbers, months and labels as the language writes them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.words import Words
from experiments.style import FAINT, HISTORY, INK, spread_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito, in an order in which neighbours differ in lightness too; lines differ in dashes, surfaces in hatching.
COLOURS = ("#0060A0", "#E69F00", "#009E73", "#7A7A7A", "#CC79A7", "#56B4E9", "#D55E00", "#222222")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
HATCHES = ("", "////", "\\\\\\\\", "xxxx")


def line_look(place: int) -> dict[str, Any]:
    """Colour and dashes of the line in this place."""
    return {"color": COLOURS[place % len(COLOURS)], "linestyle": DASHES[place % len(DASHES)], "linewidth": 1.8}


def wrapped(name: str, width: int = 15) -> str:
    """A label on several short lines."""
    return textwrap.fill(name, width, break_long_words=False)


def number_axis(axes: Axes, words: Words, kind: str, signed: bool = False, across: bool = False) -> None:
    """Numbers as the language writes them, in the unit of the picture, on the upright axis or on the level one."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis: Any = axes.xaxis if across else axes.yaxis
    whole = kind in ("count", "stock")
    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=whole))
    places = axes.get_xticks() if across else axes.get_yticks()
    step = float(np.diff(places[:2])[0]) if len(places) > 1 else 1.0
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, step, words, kind, signed)))
    axes.tick_params(labelsize=8)


def tick(value: float, step: float, words: Words, kind: str, signed: bool) -> str:
    """A number on an axis."""
    if kind == "share":
        digits = min(digits_of(round(100 * step, 6)), 2)
        return words.number(100 * value, digits, signed) + "\u00a0" + (words("unit.points") if signed else "%")
    for size, key in ((1e6, "million"), (1e3, "thousand")):
        if kind == "money" and step * 10 >= size:
            return words.number(value / size, digits_of(step / size), signed) + "\u00a0" + words(f"figure.{key}")
    return words.number(value, digits_of(step), signed)


def digits_of(step: float) -> int:
    """How many digits after the mark a step needs."""
    return next((digits for digits in (0, 1, 2) if abs(round(step, digits) - step) < 1e-9), 3)


def short_money(value: float, words: Words, signed: bool = False) -> str:
    """An amount short enough for a cell."""
    for size, key, digits in ((1e6, "million", 2), (1e3, "thousand", 0)):
        if abs(value) >= size:
            return words.number(value / size, digits, signed) + "\u00a0" + words(f"figure.{key}")
    return words.number(value, 0, signed)


def calendar(axes: Axes, words: Words, narrow: bool = False) -> None:
    """Half-years below the axis, in the language; years where it is narrow, single months where it is short."""
    from matplotlib.dates import date2num, num2date
    from matplotlib.ticker import FixedFormatter, FixedLocator

    low, high = axes.get_xlim()
    months = (high - low) / 30.4
    shown = (
        (1,)
        if narrow and months > 25
        else (1, 7)
        if months > 11
        else (1, 4, 7, 10)
        if months > 5
        else tuple(range(1, 13))
    )
    begin, end = (np.datetime64(num2date(day).date(), "M") for day in (low, high + 1))
    firsts = [month for month in np.arange(begin, end + 1) if int(str(month)[5:]) in shown]
    days = [float(date2num(month.astype("datetime64[D]"))) for month in firsts]
    kept = [(day, month) for day, month in zip(days, firsts, strict=True) if low - 0.5 <= day <= high + 0.5]
    axes.xaxis.set_major_locator(FixedLocator([day for day, _ in kept]))
    labels = [words.short_month(f"{month}-01").replace(" ", "\n") for _, month in kept]
    axes.xaxis.set_major_formatter(FixedFormatter(labels))
    axes.tick_params(labelsize=8)


def mark_decision(axes: Axes, begin: Any, decision: Any, words: Words, spoken: bool = True) -> None:
    """History on a tinted ground, and a line on the day of the decision, with words below where there is room."""
    axes.axvline(decision, color=INK, linewidth=1.0, zorder=1)
    if begin < decision:
        axes.axvspan(begin, decision, color=HISTORY, linewidth=0, zorder=0)
    if not spoken:
        return
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top"}
    axes.annotate(words("figure.decision"), (decision, 0.99), xytext=(3, 0), color=INK, size=7.5, **place)
    if begin < decision:
        left: dict[str, Any] = {"xytext": (-3, 0), "color": FAINT, "ha": "right", "size": 7.5}
        axes.annotate(words("figure.history"), (decision, 0.99), **left, **place)


def name_lines(axes: Axes, ends: list[float], names: list[str], colours: list[str]) -> None:
    """Each line's name beside its end, right of the picture."""
    low, high = axes.get_ylim()
    labels = [wrapped(name, 13) for name in names]
    lines = max(label.count("\n") + 1 for label in labels)
    heights = spread_labels(ends, gap=0.055 * lines * (high - low))
    right = axes.get_xlim()[1]
    for height, label, colour in zip(heights, labels, colours, strict=True):
        style: dict[str, Any] = {"size": 7.5, "weight": "bold", "color": colour, "ha": "left", "va": "center"}
        axes.annotate(label, (right, height), xytext=(3, 0), textcoords="offset points", annotation_clip=False, **style)


def above(axes: Axes, text: str, at: tuple[float, float], **style: Any) -> None:
    """A number just above a place."""
    look: dict[str, Any] = {"ha": "center", "va": "bottom", "size": 8, "color": INK, "xytext": (0, 2)}
    axes.annotate(text, at, textcoords="offset points", **(look | style))


def headroom(axes: Axes, share: float = 0.1) -> None:
    """Room on top for numbers or names."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + share * (high - low))
