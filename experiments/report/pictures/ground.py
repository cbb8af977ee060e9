"""The territory in pictures: what the decision changes where, zone by zone and month by month, and the ways between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.pictures.axes import tick
from experiments.report.pictures.paper import Paper, Picture, Rows
from experiments.report.source import Source
from experiments.style import BASELINE, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MONTHS_SHOWN, ACROSS = 8, 4
FLOWS = ("visits", "gross_adds", "won_from_competitors", "inbound_calls")  # shown summed up since the decision
LAYERS = {  # name: column, kind of number
    "map_share": ("market_share", "share"),
    "map_awareness": ("awareness", "share"),
    "map_visits": ("visits", "count"),
    "map_won": ("won_from_competitors", "count"),
}
NEGATIVE_HATCH = "xxxx"


def has_zones(source: Source, column: str = "customers") -> bool:
    """Whether the runs recorded this of their zones."""
    import pyarrow.parquet as pq

    path = source.folder / "monthly_by_zone.parquet"
    return path.exists() and column in pq.read_schema(path).names


def by_month(source: Source, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Months from the last one of history on, and a column of the scenario as (month, zone), mean of the runs.

    A level as it is; a flow summed up since the decision, per 100 premises.
    """
    wanted = ["scenario", "replication", "month", "zone_id", column]
    table = source.table("monthly_by_zone", wanted, [("scenario", "=", source.scenario), ("month", ">=", 0)])
    months, month = np.unique(table["month"], return_inverse=True)
    places = {zone: place for place, zone in enumerate(np.asarray(source.city.zone_id).astype(str).tolist())}
    zone = np.array([places[name] for name in table["zone_id"]], int)
    values = table[column].astype(float)
    there = np.isfinite(values)
    total, counted = np.zeros((2, months.size, len(places)))
    np.add.at(total, (month[there], zone[there]), values[there])
    np.add.at(counted, (month[there], zone[there]), 1)
    mean = np.divide(total, counted, out=np.full_like(total, np.nan), where=counted > 0)
    return months, since_decision(source, months, mean) if column in FLOWS else mean


def since_decision(source: Source, months: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """A flow summed up from month 1 on, per 100 premises of each zone."""
    premises = np.bincount(source.city.zone, minlength=flow.shape[1])
    summed = np.cumsum(np.where((months >= 1)[:, None], np.nan_to_num(flow), 0.0), axis=0)
    return np.where(premises > 0, 100 * summed / np.maximum(premises, 1), np.nan)


# ---- one map -----------------------------------------------------------------------------------------------------


def extra_customers(source: Source, paper: Paper) -> Picture | None:
    """Extra customers by zone at the end of the run; zones that lose are crossed, for prints without colour."""
    from experiments.maps import territory_axes
    from experiments.zonemap import mean_by_zone, zone_cube

    if not has_zones(source):
        return None
    customers = zone_cube(source.story, "customers", [("month", "=", source.story.last_month)])
    extra = mean_by_zone(customers[1] - customers[0])
    figure = paper.figure(4.6)
    axes = figure.subplots()
    outlines = source.outlines
    label = paper.words("figure.extra_customers")
    territory_axes(axes, source.city, extra, label=label, diverging=bool((extra < 0).any()), outlines=outlines)
    cross_losses(axes, outlines, extra)
    rows = [(str(zone), float(value)) for zone, value in zip(source.city.zone_id, extra, strict=True)]
    return figure, ("zone_id", "extra_customers"), rows


def cross_losses(axes: Axes, outlines: Any, values: np.ndarray) -> None:
    """Crosses over the zones below zero."""
    from matplotlib.collections import PathCollection

    below = [
        shape
        for shape, zone in zip(outlines.shapes, outlines.zones, strict=True)
        if zone >= 0 and np.nan_to_num(values[zone]) < 0
    ]
    cover: Any = PathCollection(below, facecolors="none", edgecolors=INK, linewidths=0.0, hatch=NEGATIVE_HATCH)
    axes.add_collection(cover, autolim=False)


# ---- month by month ----------------------------------------------------------------------------------------------


def maps_of(name: str) -> Any:
    """Small maps of one layer as a picture of the table."""
    return lambda source, paper: small_maps(source, paper, name)


def small_maps(source: Source, paper: Paper, name: str) -> Picture | None:
    """The territory in up to eight months, all to one scale of colours."""
    column, kind = LAYERS[name]
    if not has_zones(source, column):
        return None
    months, values = by_month(source, column)
    if column in FLOWS and not np.nansum(values):
        return None
    shown = np.unique(np.linspace(0, months.size - 1, min(MONTHS_SHOWN, months.size)).round().astype(int))
    figure = paper.figure(4.4)
    lines = -(-shown.size // ACROSS)
    grid = figure.subplots(lines, min(ACROSS, shown.size), squeeze=False)
    outlines, limits = source.outlines, limits_of(values)
    for axes, place in zip(grid.flat, shown, strict=False):
        painted = plain_map(axes, outlines, values[place], limits)
        axes.set_title(month_title(source, paper, int(months[place])), size=8)
    for axes in list(grid.flat)[shown.size :]:
        axes.set_visible(False)
    colour_bar(figure, grid, painted, paper, name, kind)
    return figure, ("zone_id", "month", column), map_rows(source, months, values)


def limits_of(values: np.ndarray) -> tuple[float, float]:
    """The ends of the scale: all but the outermost hundredth, so that one small zone does not pale the others."""
    there = values[np.isfinite(values)]
    return float(np.quantile(there, 0.0)), float(np.quantile(there, 0.99)) or 1.0


def plain_map(axes: Axes, outlines: Any, values: np.ndarray, limits: tuple[float, float]) -> Any:
    """A small map without names and scale; dots also where a picture is of lines, for it has many corners."""
    from experiments.maps import colours, frame_city, paint

    nowhere = np.zeros(values.size, bool)
    painted = paint(axes, outlines, values, nowhere, colours(values, limits, False, False), False)
    for surface in axes.collections:
        surface.set_rasterized(True)
        surface.set_linewidth(0.15)
    for edge in axes.patches:
        edge.set_rasterized(True)
    frame_city(axes, outlines)
    return painted


def month_title(source: Source, paper: Paper, month: int) -> str:
    """Which month a map shows."""
    cube = source.story.cube()
    first = cube.dates[cube.months == 1][0].astype("datetime64[M]")  # without a warm-up month 0 is not in the table
    date = first + (month - 1)
    before = paper.words("figure.before") if month == 0 else paper.words("figure.month", month=month)
    return f"{before} ({paper.words.short_month(date)})"


def colour_bar(figure: Figure, grid: Any, painted: Any, paper: Paper, name: str, kind: str) -> None:
    """The scale of colours below all maps."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    bar = figure.colorbar(painted, ax=grid, orientation="horizontal", shrink=0.6, aspect=50, pad=0.02, extend="max")
    bar.set_label(paper.words(f"figure.{name}"), size=8)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=kind == "count"))
    step = float(np.diff(bar.ax.get_xticks()[:2])[0])
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, step, paper.words, kind, False)))
    bar.ax.tick_params(labelsize=8)


def map_rows(source: Source, months: np.ndarray, values: np.ndarray) -> Rows:
    """The numbers behind the maps, all months of them."""
    zones = np.asarray(source.city.zone_id).astype(str).tolist()
    return [
        (zone, int(month), float(values[line, place]))
        for line, month in enumerate(months)
        for place, zone in enumerate(zones)
    ]


# ---- the graph ---------------------------------------------------------------------------------------------------


def network(source: Source, paper: Paper) -> Picture | None:
    """The territory as the model sees it: zones with their businesses, and the minutes between them."""
    from matplotlib.collections import LineCollection

    if not has_zones(source, "market_share"):
        return None
    city, words = source.city, paper.words
    share = by_month(source, "market_share")[1][-1]
    businesses = np.bincount(city.zone[city.occupied], minlength=city.zone_id.size)
    links = links_of(source)
    figure = paper.figure(4.6)
    axes = figure.subplots()
    minutes = np.array([link[2] for link in links])
    width = link_width(minutes, minutes.min(initial=np.inf))
    ends = [[(city.x[a], city.y[a]), (city.x[b], city.y[b])] for a, b, _ in links]
    axes.add_collection(LineCollection(ends, linewidths=width, colors=BASELINE, alpha=0.75, zorder=1))
    sizes = dot_sizes(businesses, int(businesses.max()))
    look: dict[str, Any] = {"cmap": "YlGnBu", "edgecolors": INK, "linewidths": 0.5, "zorder": 2, "plotnonfinite": True}
    dots = axes.scatter(city.x, city.y, s=sizes, c=share, **look)
    axes.set_aspect("equal")
    axes.axis("off")
    colour_bar(figure, axes, dots, paper, "map_share", "share")
    key_of_sizes(axes, paper, businesses, minutes)
    rows: Rows = [("zone", str(zone), "", float(businesses[i]), float(share[i])) for i, zone in enumerate(city.zone_id)]
    rows += [("link", str(city.zone_id[a]), str(city.zone_id[b]), float(m), float("nan")) for a, b, m in links]
    axes.set_title(words("figure.network", zones=len(city.zone_id), links=len(links)), size=9)
    return figure, ("kind", "zone_id", "other_zone_id", "businesses_or_minutes", "market_share"), rows


def links_of(source: Source) -> list[tuple[int, int, float]]:
    """The links as rows of zones with their minutes."""
    place = {zone: row for row, zone in enumerate(source.city.territory)}
    return [(place[a], place[b], float(minutes)) for a, b, minutes in source.city.territory.edges(data="minutes")]


def key_of_sizes(axes: Axes, paper: Paper, businesses: np.ndarray, minutes: np.ndarray) -> None:
    """What a dot's size and a line's width mean."""
    from matplotlib.lines import Line2D

    words, most = paper.words, int(businesses.max())
    grey: dict[str, Any] = {"color": BASELINE, "markeredgecolor": INK, "markeredgewidth": 0.5}
    handles = []
    for number in (most // 4, most):
        label = words("figure.businesses", number=words.number(number))
        size = float(np.sqrt(dot_sizes(number, most)))
        handles.append(Line2D([], [], marker="o", linestyle="", markersize=size, label=label, **grey))
    ends = [float(minutes.min()), float(minutes.max())] if minutes.size else []
    for end in ends:
        label = words("figure.minutes", number=words.rounded(end))
        handles.append(Line2D([], [], color=BASELINE, linewidth=float(link_width(end, ends[0])), label=label))
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
    axes.legend(handles=handles, frameon=False, fontsize=8, labelspacing=1.1, **place)


def dot_sizes(businesses: Any, most: int) -> Any:
    """The area of a zone's dot."""
    return 14 + 240 * businesses / max(most, 1)


def link_width(minutes: Any, shortest: float) -> Any:
    """A link's width: the shortest way is the widest."""
    return 0.4 + 2.4 * shortest / np.maximum(minutes, 1e-9)
