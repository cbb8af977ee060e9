"""The map of a forecast: where the customers are, where the decision changes it, and where representatives went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.reading import read_columns
from experiments.story import Story
from experiments.style import INK, frame, margins, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAP_HEAD = (
    *("zone_id", "month", "baseline_share", "scenario_share", "difference", "pairs"),
    *("difference_standard_error", "share_is_clear", "difference_is_clear", "visits_per_100_premises"),
)
CLEAR = 2.0  # standard errors


@dataclass(frozen=True)
class ByZone:
    """The numbers of the map, one a zone in the order of the city."""

    base: np.ndarray
    here: np.ndarray
    difference: np.ndarray
    error: np.ndarray  # standard error of the difference over the pairs
    share_is_clear: np.ndarray  # differs from the whole city's share
    difference_is_clear: np.ndarray  # differs from zero
    visits: np.ndarray  # per 100 premises over the run
    pairs: int


def by_zone(story: Story) -> ByZone:
    """What the map shows, with its standard errors."""
    base, here = shares_by_zone(story)
    whole_city = story.pair("market_share")[1][:, -1:]
    difference = here - base
    return ByZone(
        mean_by_zone(base),
        mean_by_zone(here),
        mean_by_zone(difference),
        standard_error(difference),
        is_clear(here - whole_city),
        is_clear(difference),
        visits_by_zone(story),
        base.shape[0],
    )


def shares_by_zone(story: Story) -> np.ndarray:
    """Market share in the last month as (side, pair, zone), sides being baseline and scenario, zones in city order."""
    result = zone_cube(story, "market_share", [("month", "=", story.last_month)])
    return result[:, ~np.isnan(result).all(axis=2).any(axis=0)]


def visits_by_zone(story: Story) -> np.ndarray:
    """Visits of a run per 100 premises, mean of the scenario's runs; zero where nobody visits."""
    visits = zone_cube(story, "visits", [("month", ">=", 1)])[1]
    premises = np.bincount(story.city.zone, minlength=len(story.city.zone_id))
    return np.nan_to_num(100 * mean_by_zone(visits) / np.maximum(premises, 1))


def zone_cube(story: Story, column: str, filters: list[Any]) -> np.ndarray:
    """A column summed over the months let through, as (side, replication, zone); nan where there is no row."""
    columns = ["scenario", "replication", "zone_id", column]
    read = read_columns(story.folder / "monthly_by_zone.parquet", columns, filters)
    scenario, replication, zone, value = (read[name] for name in columns)
    places = {name: place for place, name in enumerate(np.asarray(story.city.zone_id).astype(str).tolist())}
    row = np.array([places[name] for name in zone], dtype=int)
    result = np.full((2, int(replication.max()) + 1, len(places)), np.nan)
    for side, name in enumerate((story.baseline, story.scenario)):
        here = (scenario == name) & ~np.isnan(value.astype(float))
        cells = replication[here], row[here]
        result[side][cells] = 0.0
        np.add.at(result[side], cells, value[here].astype(float))
    return result


def mean_by_zone(values: np.ndarray) -> np.ndarray:
    """The mean over the runs, nan for a zone without served premises."""
    counted = np.sum(~np.isnan(values), axis=0)
    return np.where(counted > 0, np.nansum(values, axis=0) / np.maximum(counted, 1), np.nan)


def standard_error(values: np.ndarray) -> np.ndarray:
    """The standard error of the mean over the runs, nan where there are fewer than two."""
    counted = np.sum(~np.isnan(values), axis=0)
    spread = np.nansum((values - mean_by_zone(values)) ** 2, axis=0) / np.maximum(counted - 1, 1)
    return np.where(counted > 1, np.sqrt(spread / np.maximum(counted, 1)), np.nan)


def is_clear(values: np.ndarray) -> np.ndarray:
    """Whether the mean over the runs lies further from zero than chance takes it; never so with a single run."""
    mean, error = mean_by_zone(values), standard_error(values)
    return np.where(np.isnan(error), False, (np.abs(np.nan_to_num(mean)) >= CLEAR * np.nan_to_num(error)) & (mean != 0))


# ---- the picture -----------------------------------------------------------------------------------------------


def territory_map(story: Story) -> tuple[Figure, list[Any]]:
    """Where the customers are at the end, where the decision makes a difference, and where doors were knocked on."""
    from experiments.maps import territory_axes
    from experiments.outlines import outlines_of

    found, outlines = by_zone(story), outlines_of(story.city)
    visited = bool(found.visits.any())
    figure = new_figure(5.6 if visited else 6.6)
    box = margins(figure, story.map_footer, right=0.97) | {"left": 0.04, "wspace": 0.05}
    height = figure.get_size_inches()[1]
    box |= {"bottom": box["bottom"] + 0.62 / height, "top": 1 - 1.05 / height}
    axes = figure.subplots(1, 3 if visited else 2, gridspec_kw=box)
    other, name = story.names
    chance = f"may be chance: within {CLEAR:.0f} standard errors\nof"
    territory_axes(
        *(axes[0], story.city, found.here),
        label="share of served premises",
        percent=True,
        outlines=outlines,
        faded=~found.share_is_clear,
        faded_label=f"{chance} the city's share",
    )
    territory_axes(
        *(axes[1], story.city, 100 * found.difference),
        label="points of share",
        diverging=True,
        districts=False,
        outlines=outlines,
        faded=~found.difference_is_clear,
        faded_label=f"{chance} zero",
    )
    titles = [f"Market share, {name}", f"{name} minus {other}", "Visits over the run"]
    if visited:
        territory_axes(
            axes[2], story.city, found.visits, label="visits per 100 premises", districts=False, outlines=outlines
        )
    for panel, title in zip(axes, titles, strict=False):
        panel.set_title(title, color=INK)
    subtitle = f"Market share by zone in month {story.last_month}, mean of the runs"
    frame(figure, map_title(found.difference, found.difference_is_clear), subtitle, story.map_footer)
    return figure, map_rows(story, found)


def map_rows(story: Story, found: ByZone) -> list[Any]:
    """The numbers behind the map."""
    ids = np.asarray(story.city.zone_id).astype(str).tolist()
    numbers = [column.tolist() for column in (found.base, found.here, found.difference)]
    more = [column.tolist() for column in (found.error, found.share_is_clear, found.difference_is_clear, found.visits)]
    return [
        (zone, story.last_month, base, here, difference, found.pairs, error, str(clear).lower(), str(moved).lower(), v)
        for zone, base, here, difference, error, clear, moved, v in zip(ids, *numbers, *more, strict=True)
    ]


def map_title(difference: np.ndarray, clear: np.ndarray) -> str:
    """The take-away of the map: in how many zones the share surely moves, and by how much where it moves most."""
    known = ~np.isnan(difference)
    if not difference[known].any():
        return "Market share is the same in every zone"
    sure, zones = difference[known & clear], int(known.sum())
    if not sure.size:
        return f"In none of {zones} zones does market share move by more than chance"
    most = f"{100 * sure[np.argmax(np.abs(sure))]:+.1f}".replace("-", "\u2212")
    up, down = int(np.sum(sure > 0)), int(np.sum(sure < 0))
    if up and down:
        return f"Market share rises in {up} of {zones} zones, falls in {down}; at most {most} points"
    where = f"all {zones} zones" if sure.size == zones else f"{sure.size} of {zones} zones, elsewhere it may be chance"
    return f"Market share {'rises' if up else 'falls'} in {where}; at most {most} points"
