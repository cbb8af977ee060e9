"""The pictures of a forecast: scenario beside baseline with the decision marked, fit to stand in a proposal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.cube import Cube
from experiments.fans import HEAD, Panel, draw_panel, fan_rows, headroom, name_ends
from experiments.style import INK, frame, house_style, margins, new_figure, save, save_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNEL_NAMES = {"inbound": "inbound", "field": "field", "telemarketing": "telemarketing"}


@dataclass
class Story:
    """What all pictures of one forecast share."""

    folder: Path
    baseline: str
    scenario: str
    currency: str
    city_line: str
    note: str
    city: Any = None
    warmup: int = 12
    _cubes: dict[str, Cube] = field(default_factory=dict)

    def cube(self, channel: str = "") -> Cube:
        """The monthly table, or that of one channel."""
        if channel not in self._cubes:
            where = {"table": "monthly_by_channel", "channel": channel} if channel else {}
            # The month before the first one holds the opening stock and no flow: a picture would show a fall to zero.
            self._cubes[channel] = Cube(self.folder, from_month=1 - self.warmup, **where)
        return self._cubes[channel]

    def pair(self, column: str, channel: str = "") -> tuple[np.ndarray, np.ndarray]:
        """A column of baseline and scenario as (pair, month); pairs of which a run is missing are left out."""
        cube = self.cube(channel)
        values = cube.column(column)
        sides = values[cube.scenarios.index(self.baseline)], values[cube.scenarios.index(self.scenario)]
        whole = ~np.isnan(sides[0]).all(axis=1) & ~np.isnan(sides[1]).all(axis=1)
        return sides[0][whole], sides[1][whole]

    @property
    def pairs(self) -> int:
        """Paired runs that are there."""
        return len(self.pair("customers")[0])

    @property
    def seeds(self) -> str:
        """How many pairs there are, in words."""
        return f"{self.pairs} paired seed{'s' if self.pairs != 1 else ''}"

    @property
    def footer(self) -> str:
        """City, source, seeds and what is assumed."""
        bands = "line: median; dark band: 50 % of the runs; light band: 90 %" if self.pairs > 1 else "one run a side"
        return f"{self.city_line}\n{self.seeds}; {bands}. {self.note}"

    @property
    def map_footer(self) -> str:
        """The same for a map, which has no bands."""
        return f"{self.city_line}\n{self.seeds}. {self.note}"


# ---- take-aways ------------------------------------------------------------------------------------------------


def in_window(story: Story, column: str, first: int, channel: str = "") -> tuple[float, float, float]:
    """Mean of baseline and scenario from a month on, and the share of the pairs in which the scenario has more."""
    base, here = story.pair(column, channel)
    inside = story.cube(channel).months >= first
    left, right = (mean_of_runs(side[:, inside]) for side in (base, here))
    more = np.where(left == right, 0.5, right > left)
    return float(left.mean()), float(right.mean()), float(more.mean())


def mean_of_runs(side: np.ndarray) -> np.ndarray:
    """The mean month of each run; a month without a number does not count."""
    counted = np.maximum(np.sum(~np.isnan(side), axis=1), 1)
    return np.nansum(side, axis=1) / counted


def last_month(story: Story) -> int:
    """The last month of the run."""
    return int(story.cube().months[-1])


def change_words(base: float, here: float, more: float, pairs: int, during: str) -> str:
    """`12 % more over 24 months (in 19 of 20 pairs)`, or that nothing changes."""
    if base == here:
        return "no change"
    percent = 100 * abs(here - base) / max(abs(base), 1e-9)
    share = more if here > base else 1 - more
    size = f"{percent:.0f} %" if percent >= 9.95 else f"{percent:.1f} %"
    return f"{size} {'more' if here > base else 'fewer'}{during} ({odds(share, pairs)})"


def odds(share: float, pairs: int) -> str:
    """In how many of the pairs it is so."""
    return f"in {share * pairs:.3g} of {pairs} pairs" if pairs > 1 else "one pair"


def flow_title(story: Story, column: str, noun: str) -> str:
    """The take-away on a flow: the whole time after the decision."""
    change = change_words(*in_window(story, column, 1), story.pairs, f" over {last_month(story)} months")
    return f"{noun} with {spoken(story.scenario)}: {change}"


def stock_title(story: Story, column: str, noun: str, show: Callable[[float], str]) -> str:
    """The take-away on a stock: the last month."""
    base, here, more = in_window(story, column, last_month(story))
    if base == here:
        return f"{noun} after {last_month(story)} months: {show(here)} on both sides"
    sure = f"{'more' if here > base else 'less'} {odds(more if here > base else 1 - more, story.pairs)}"
    levels = f"{show(here)} against {show(base)} with {spoken(story.baseline)}"
    return f"{noun} after {last_month(story)} months: {levels} ({sure})"


def margin_title(story: Story) -> str:
    """The take-away on money: what is left over, more or less, and how sure that is."""
    base, here, more = in_window(story, "cumulative_margin", last_month(story))
    if base == here:
        return f"{spoken(story.scenario).capitalize()} leaves the cumulative margin as it is"
    gained = here > base
    share = more if gained else 1 - more
    change = f"{story.currency} {thousands(abs(here - base))} {'more' if gained else 'less'}"
    name, other = spoken(story.scenario).capitalize(), spoken(story.baseline)
    return f"{name} earns {change} than {other} in {last_month(story)} months ({odds(share, story.pairs)})"


def spoken(name: str) -> str:
    """A scenario's name as one says it."""
    return name.replace("_", " ")


def thousands(value: float) -> str:
    """Money in words short enough for a title."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.2f} million"
    return f"{float(f'{value:.3g}'):,.0f}".replace(",", " ")


def percent(value: float) -> str:
    """A share for a title."""
    return f"{100 * value:.1f} %"


def whole(value: float) -> str:
    """A count for a title."""
    return f"{value:,.0f}".replace(",", " ")


# ---- the pictures ----------------------------------------------------------------------------------------------


def levels_and_difference(story: Story, column: str, title: str, subtitle: str, kind: str) -> tuple[Figure, list[Any]]:
    """Two panels: both sides as fans, and their paired difference, which is what the decision changes."""
    base, here = story.pair(column)
    panels = [
        Panel("scenario beside baseline", spoken(story.baseline), spoken(story.scenario), base, here, kind),
        Panel("scenario minus baseline, pair by pair", "", "", None, here - base, kind),
    ]
    return draw(story, panels, title, subtitle, [1.75, 1.0], share_y=False)


def draw(
    story: Story, panels: list[Panel], title: str, subtitle: str, widths: list[float], share_y: bool = True
) -> tuple[Figure, list[Any]]:
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


def inbound_calls(story: Story) -> tuple[Figure, list[Any]]:
    """Sales calls to the common number."""
    title = flow_title(story, "inbound_calls", "Inbound calls")
    return levels_and_difference(story, "inbound_calls", title, "Sales calls to the common number, per month", "count")


def awareness(story: Story) -> tuple[Figure, list[Any]]:
    """Mean awareness among businesses."""
    title = stock_title(story, "awareness", "Awareness", percent)
    subtitle = "Mean awareness of the operator among all businesses of the city, at month end"
    return levels_and_difference(story, "awareness", title, subtitle, "share")


def customers(story: Story) -> tuple[Figure, list[Any]]:
    """Customers at month end."""
    title = stock_title(story, "customers", "Customers", whole)
    return levels_and_difference(story, "customers", title, "Business customers at month end", "stock")


def cumulative_margin(story: Story) -> tuple[Figure, list[Any]]:
    """What is left over since the decision."""
    subtitle = f"Cumulative margin since the decision, {story.currency}"
    return levels_and_difference(story, "cumulative_margin", margin_title(story), subtitle, "money")


def churn(story: Story) -> tuple[Figure, list[Any]]:
    """Customers lost, to competitors and with the business itself."""
    names = {"churn_competitor": "lost to competitors", "churn_closure": "closed, moved away or without a provider"}
    names_of_sides = spoken(story.baseline), spoken(story.scenario)
    panels = [Panel(name, *names_of_sides, *story.pair(column), "count") for column, name in names.items()]
    title = flow_title(story, "churn_competitor", "Customers lost to competitors")
    return draw(story, panels, title, "Customers lost per month, by reason", [1.0, 1.0])


def gross_adds_by_channel(story: Story) -> tuple[Figure, list[Any]]:
    """New customers by the channel of their order."""
    names_of_sides = spoken(story.baseline), spoken(story.scenario)
    panels = [Panel("all channels", *names_of_sides, *story.pair("gross_adds"), "count")]
    for channel, name in CHANNEL_NAMES.items():
        if story.cube(channel).months.size and any(np.nansum(side) > 0 for side in story.pair("gross_adds", channel)):
            panels.append(Panel(name, *names_of_sides, *story.pair("gross_adds", channel), "count"))
    title = flow_title(story, "gross_adds", "Gross adds")
    subtitle = "Activated new customers per month, by the channel of the order"
    return draw(story, panels, title, subtitle, [1.0] * len(panels))


# ---- the map ---------------------------------------------------------------------------------------------------

MAP_HEAD = ("zone_id", "month", "baseline_share", "scenario_share", "difference", "pairs")


def shares_by_zone(story: Story) -> np.ndarray:
    """Market share in the last month as (side, pair, zone), sides being baseline and scenario, zones in city order."""
    import pyarrow.parquet as pq

    columns = ["scenario", "replication", "zone_id", "market_share"]
    at_end = [("month", "=", last_month(story))]
    table = pq.read_table(story.folder / "monthly_by_zone.parquet", columns=columns, filters=at_end)
    scenario, replication, zone, share = (table.column(name).to_numpy(zero_copy_only=False) for name in columns)
    zones = {name: place for place, name in enumerate(np.asarray(story.city.zone_id).astype(str).tolist())}
    result = np.full((2, int(replication.max()) + 1, len(zones)), np.nan)
    row = np.array([zones[name] for name in zone], dtype=int)
    for side, name in enumerate((story.baseline, story.scenario)):
        here = scenario == name
        result[side, replication[here], row[here]] = share[here].astype(float)
    return result[:, ~np.isnan(result).all(axis=2).any(axis=0)]


def territory_map(story: Story) -> tuple[Figure, list[Any]]:
    """Where the customers are at the end, and where the decision makes a difference."""
    from experiments.maps import territory_axes

    base, here = shares_by_zone(story)
    level, difference = mean_by_zone(here), mean_by_zone(here - base)
    figure = new_figure(6.0)
    box = margins(figure, story.map_footer, right=0.91) | {"left": 0.06, "bottom": 0.08, "wspace": 0.3}
    axes = figure.subplots(1, 2, gridspec_kw=box)
    name, other = spoken(story.scenario), spoken(story.baseline)
    territory_axes(axes[0], story.city, level, label="share of served premises", percent=True)
    territory_axes(axes[1], story.city, 100 * difference, label="points of share", diverging=True, districts=False)
    axes[0].set_title(f"share with {name}", color=INK)
    axes[1].set_title(f"{name} minus {other}", color=INK)
    subtitle = f"Market share by zone in month {last_month(story)}, mean of the runs"
    frame(figure, map_title(difference), subtitle, story.map_footer)
    ids = np.asarray(story.city.zone_id).astype(str).tolist()
    columns = zip(ids, mean_by_zone(base), level, difference, strict=True)
    month, pairs = last_month(story), base.shape[0]
    return figure, [(zone, month, float(b), float(h), float(d), pairs) for zone, b, h, d in columns]


def mean_by_zone(values: np.ndarray) -> np.ndarray:
    """The mean over the runs, nan for a zone without served premises."""
    counted = np.sum(~np.isnan(values), axis=0)
    return np.where(counted > 0, np.nansum(values, axis=0) / np.maximum(counted, 1), np.nan)


def map_title(difference: np.ndarray) -> str:
    """The take-away of the map: in how many zones the share is higher, and by how much where it moves most."""
    known = difference[~np.isnan(difference)]
    if not known.any():
        return "Market share is the same in every zone"
    up, down = int(np.sum(known > 0)), int(np.sum(known < 0))
    most = known[np.argmax(np.abs(known))]
    signed = f"{100 * most:+.1f}".replace("-", "\u2212")
    if known.size in (up, down):
        way = "rises" if up else "falls"
        return f"Market share {way} in all {known.size} zones, at most by {signed} points"
    return f"Market share rises in {up} of {known.size} zones, falls in {down}; at most {signed} points"


FIGURES: dict[str, Callable[[Story], tuple[Figure, list[Any]]]] = {
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
