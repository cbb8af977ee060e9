"""`fieldcast pilot`: the test sale on plots of each premises type, and how often a decision made from it is right."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.pilotground import Belief, Ground, ground_of
from experiments.pilotoffers import offer_table, overrides
from experiments.style import cell_text
from sim.cityoperators import PREMISES
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from sim.parameters import Parameters
    from sim.testsale import Worked

Array = np.ndarray[Any, Any]

# What the worlds are drawn over, each in its range of the parameter book: what a visit is worth, and how hard customers
# are to move.
DRAWN = (
    "world.field.woken_months",
    "world.field.personal_logit",
    "world.needs.shopping_rate_per_month",
    "world.choice.price_elasticity_logit",
)
PLOTS, WEEKS = (1, 2, 4, 8), (1, 2, 4, 8)
REPEATS = 10  # test sales of each size in each world
DAYS_PER_WEEK = 5
TAIL = 1.6449  # of the standard normal, for an interval of 90 %


# ---- one test sale -----------------------------------------------------------------------------------------------


def visits_by_type(weeks: int, parameters: Parameters) -> int:
    """Visits to each premises type: the sellers' time is shared among the four."""
    p, mode = parameters.world.department, parameters.department.mode
    sellers = float(getattr(p.test_sellers, mode))
    return max(round(weeks * DAYS_PER_WEEK * sellers * p.test_visits_per_day / len(PREMISES)), 1)


@dataclass(frozen=True, eq=False)
class Order:
    """The doors of one premises type in the order in which zones, and doors inside them, are drawn for plots."""

    door: Array
    place: Array  # of the door's zone among the zones drawn
    number: Array  # of the door within its zone


def order_of_doors(ground: Ground, kind: int, luck: Any) -> Order:
    """Draw doors at random; zones stand in the order of their first door, so that each comes up by its doors."""
    doors = np.flatnonzero(ground.premises == kind)
    drawn = doors[np.argsort(luck.uniform(ground.address[doors], 0), kind="stable")]
    zones, first, zone = np.unique(ground.zone[drawn], return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))[zone] if zones.size else zone
    by_place = np.argsort(place, kind="stable")
    place = place[by_place]
    number = np.arange(place.size) - np.searchsorted(place, np.arange(zones.size))[place]
    return Order(drawn[by_place], place, number)


def doors_of_plots(order: Order, plots: int, visits: int) -> Array:
    """The doors visited: as many in each of the first zones; what a zone lacks is made up for in the others."""
    share, last = -(-visits // plots), int(np.searchsorted(order.place, plots))
    chosen = order.number[:last] < share
    doors = np.concatenate([order.door[:last][chosen], order.door[:last][~chosen], order.door[last:]])
    return doors[:visits]


@dataclass(frozen=True, eq=False)
class Sale:
    """One test sale: doors visited, of all four types, what came of them, and what each counts for in the end."""

    door: Array
    worked: Worked
    counts: Array


def sell_on_plots(
    ground: Ground, orders: Sequence[Order], plots: int, visits: int, days: float, belief: Belief, luck: Any
) -> Sale:
    """Visit the plots, follow up as far as the days reach, and allow for what ripens later."""
    from sim.testsale import spread, work_plots

    drawn = [doors_of_plots(order, plots, visits) for order in orders]
    doors, day = np.concatenate(drawn), np.concatenate([spread(some.size, days) for some in drawn])
    worked = work_plots(ground.of.rows(doors), ground.address[doors], day, days, luck)
    return Sale(doors, worked, belief.growth * (worked.signed + belief.close * worked.open))


def orders_of(ground: Ground, luck: Any) -> list[Order]:
    """The order of doors of each premises type."""
    return [order_of_doors(ground, kind, luck) for kind in range(len(PREMISES))]


def conversion_seen(ground: Ground, sale: Sale) -> float:
    """Conversion by type as seen, with what ripens later, weighted as the prospects of the city are."""
    return float(share_by_type(ground, sale, sale.counts) @ ground.mix)


def share_by_type(ground: Ground, sale: Sale, counts: Array) -> Array:
    """Deals of a visit by premises type (4,)."""
    kind = ground.premises[sale.door]
    visits, deals = (np.bincount(kind, weights, minlength=len(PREMISES)) for weights in (None, counts))
    return np.divide(deals, visits, out=np.zeros(len(PREMISES)), where=visits > 0)


def builds(ground: Ground, sale: Sale) -> bool:
    """The decision: build when visits earn their cost."""
    return conversion_seen(ground, sale) >= ground.required


def pilot_table(ground: Ground, sale: Sale) -> list[dict[str, Any]]:
    """What the test sale showed by premises type, with 90 % intervals of sampling, and the truth beside it."""
    from sim.stages import Outcomes, estimate

    kind, bills, signed = ground.premises[sale.door], ground.bill[sale.door], sale.worked.signed
    sums = [np.bincount(kind, signed * bills**power, minlength=len(PREMISES)) for power in range(3)]
    waiting = np.bincount(kind, sale.worked.open, minlength=len(PREMISES))
    visits, unknown = np.bincount(kind, minlength=len(PREMISES)), np.full(len(PREMISES), np.nan)
    outcomes = Outcomes(sums[0], sums[1], sums[2], waiting, unknown, unknown, unknown)
    seen = estimate(visits, lambda _: outcomes)
    in_the_end = share_by_type(ground, sale, sale.counts)
    rows = []
    for number, name in enumerate(PREMISES):
        middle = (seen.deals[number] + 2.0) / (seen.visits[number] + 4.0)  # of the interval, as its error counts it
        reach, bill_reach = TAIL * seen.conversion_error[number], TAIL * seen.bill_error[number]
        here = ground.premises == number
        rows.append(
            {
                "premises": name,
                "visits": int(seen.visits[number]),
                "deals": int(seen.deals[number]),
                "open": int(waiting[number]),
                "conversion": float(seen.conversion[number]),
                "conversion_low": float(max(middle - reach, 0.0)),
                "conversion_high": float(min(middle + reach, 1.0)),
                "bill": float(seen.bill[number]),
                "bill_low": float(seen.bill[number] - bill_reach),
                "bill_high": float(seen.bill[number] + bill_reach),
                "conversion_in_the_end": float(in_the_end[number]),
                "conversion_true": float(ground.chance[here].mean()) if here.any() else np.nan,
            }
        )
    return rows


def error_table(grounds: Sequence[Ground], parameters: Parameters, seed: int) -> list[dict[str, Any]]:
    """How often a decision from p plots of each type and w weeks is wrong, over all worlds and repeated test sales."""
    from sim.draws import Streams

    designs = [(plots, weeks) for plots in PLOTS for weeks in WEEKS]
    should = np.array([truth(ground) >= ground.required for ground in grounds])
    beliefs = {weeks: Belief.of(grounds[0], weeks * DAYS_PER_WEEK) for weeks in WEEKS}
    built = np.zeros((len(designs), len(grounds), REPEATS), bool)
    for number, ground in enumerate(grounds):
        for repeat in range(REPEATS):
            luck = Streams(seed + number)("pilot", repeat)
            orders = orders_of(ground, luck)
            for row, (plots, weeks) in enumerate(designs):
                visits = visits_by_type(weeks, parameters)
                days = float(weeks * DAYS_PER_WEEK)
                sale = sell_on_plots(ground, orders, plots, visits, days, beliefs[weeks], luck)
                built[row, number, repeat] = builds(ground, sale)
    return [
        error_row(plots, weeks, visits_by_type(weeks, parameters) * len(PREMISES), made, should)
        for (plots, weeks), made in zip(designs, built, strict=True)
    ]


def error_row(plots: int, weeks: int, visits: int, built: Array, should: Array) -> dict[str, Any]:
    """One size of test sale: decisions made, (worlds, repeats), beside the right ones, (worlds,)."""
    wrong = (built != should[:, None]).mean(1)
    return {
        "plots": plots,
        "weeks": weeks,
        "visits": visits,
        "wrong": float(wrong.mean()),
        "wrong_error": float(wrong.std() / np.sqrt(should.size)),
        "built_in_vain": float(built[~should].mean()) if (~should).any() else np.nan,
        "missed": float(1.0 - built[should].mean()) if should.any() else np.nan,
        "worth_building": float(should.mean()),
        "worlds": should.size,
    }


def truth(ground: Ground) -> float:
    """What visits to all prospects of the world bring in the end, follow-ups and later calls among it."""
    return float(ground.chance.mean())


def drawn_worlds(request: Request, count: int) -> list[dict[str, float]]:
    """Values of the drawn numbers for every world but the first, uniform in the ranges of the parameter book."""
    from sim.draws import Streams, hash_ids
    from sim.parameters import book

    _, mapping = request.parameters(request.options["scenario"])
    ranges = {row.path: (float(row.low), float(row.high)) for row in book(mapping) if row.path in DRAWN}
    free = [path for path in DRAWN if path not in request.overrides]
    luck = Streams(request.options["seed"])("worlds")
    share = [luck.uniform(hash_ids(np.array([path] * count)) + np.arange(count, dtype=np.uint64)) for path in free]
    return [
        {
            path: low + (high - low) * float(u[number])
            for path, u in zip(free, share, strict=True)
            for low, high in [ranges[path]]
        }
        for number in range(count)
    ]


# ---- the command -------------------------------------------------------------------------------------------------


def run(request: Request) -> int:
    """Carries out `fieldcast pilot`; returns its exit code."""
    from experiments import kernels
    from sim.city import load_city
    from sim.draws import Streams

    options, folder = request.options, request.out_folder()
    own = {"months": 1, "warmup": 0}
    base, _ = request.parameters(options["scenario"], more=own)
    if not base.department.active:
        raise InputError(
            f"scenario = {options['scenario']} has no department to test; give one with department.active=true"
        )
    city = load_city(options["city"], [Path(options["configs"])] if options["configs"] else [])
    kernels.tell(options["quiet"])
    worlds: list[dict[str, float]] = [{}, *drawn_worlds(request, options["worlds"] - 1)]
    grounds = []
    for number, values in enumerate(worlds):
        parameters, _ = request.parameters(options["scenario"], more={**own, **values})
        grounds.append(ground_of(parameters, city, options["seed"] + number, options["payback"]))
    here, visits = grounds[0], visits_by_type(options["weeks"], base)
    luck = Streams(options["seed"])("pilot", REPEATS)
    days = float(options["weeks"] * DAYS_PER_WEEK)
    sale = sell_on_plots(here, orders_of(here, luck), options["plots"], visits, days, Belief.of(here, days), luck)
    tables = {
        "pilot": pilot_table(here, sale),
        "offers": offer_table(here, sale, conversion_seen(here, sale)),
        "errors": error_table(grounds, base, options["seed"]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        write(folder / f"{name}.csv", rows)
    draw(tables["errors"], folder, city.name)
    print(words(tables, here, conversion_seen(here, sale), options, city.currency))
    advised = overrides(tables["offers"], base.offers.price_factors)
    if advised:
        print("\nThese prices as decisions of a forecast:", *advised, sep="\n  ")
    print(f"\nTables and the figure: {folder}/")
    return 0


def words(
    tables: dict[str, list[dict[str, Any]]], ground: Ground, seen: float, options: dict[str, Any], money: str
) -> str:
    """The answer for the terminal."""
    lines = [f"{'premises':18}{'visits':>7}{'deals':>7}  {'conversion (90 %)':24}{'in the end':12}{'mean bill (90 %)'}"]
    for row in tables["pilot"]:
        share = f"{row['conversion']:.1%} ({row['conversion_low']:.1%} to {row['conversion_high']:.1%})"
        share = f"{share:24}{row['conversion_in_the_end']:.1%}"
        bill = "nothing sold" if not row["deals"] else f"{row['bill']:.0f} {money}"
        if row["deals"] > 1:
            bill += f" ({row['bill_low']:.0f} to {row['bill_high']:.0f})"
        lines.append(f"{row['premises']:18}{row['visits']:7}{row['deals']:7}  {share:36}{bill}")
    verdict = "build" if seen >= ground.required else "do not build"
    lines += [
        "",
        f"Conversion of all prospects, with what ripens later: {seen:.2%}; a visit costs {ground.cost_per_visit:.0f}"
        f" {money} and earns it back within {options['payback']} months from {ground.required:.2%} on: {verdict}.",
        f"The plan of a practised representative: {seen * ground.visits_per_day * 21:.1f} contracts a month.",
        "Where a visit earns most: "
        + "; ".join(
            f"{row['size']} at {row['premises']} (at {row['price_factor']:.0%} of the list price)"
            for row in sorted(tables["offers"], key=lambda row: -row["margin_per_visit"])[:3]
        ),
    ]
    errors = tables["errors"]
    lines += ["", f"Wrong decisions in {errors[0]['worlds']} worlds, by plots of each type and weeks:"]
    lines.append(f"{'plots':>6}" + "".join(f"{weeks:>8} wk" for weeks in WEEKS))
    for plots in PLOTS:
        cells = [row for row in errors if row["plots"] == plots]
        lines.append(f"{plots:6}" + "".join(f"{row['wrong']:>11.0%}" for row in cells))
    return "\n".join([*lines, f"(building pays in {errors[0]['worth_building']:.0%} of these worlds)"])


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """A table as CSV; nothing where there is no number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(list(rows[0]))
        writer.writerows([[cell_text(cell) for cell in row.values()] for row in rows])


def draw(rows: list[dict[str, Any]], folder: Path, city: str) -> None:
    """Wrong decisions by weeks, a line for each number of plots."""
    from experiments.style import SCENARIO, frame, house_style, margins, new_figure, save, save_numbers

    footer = (
        f"{city}; {rows[0]['worlds']} worlds drawn over the ranges of the parameter book, {REPEATS} test sales in each"
    )
    with house_style():
        figure = new_figure()
        axes = figure.subplots(gridspec_kw=margins(figure, footer))
        for plots, alpha in zip(PLOTS, (0.35, 0.55, 0.75, 1.0), strict=True):
            cells = [row for row in rows if row["plots"] == plots]
            weeks, wrong = [row["weeks"] for row in cells], [100 * row["wrong"] for row in cells]
            label = f"{plots} plots of each type" if plots > 1 else "1 plot of each type"
            axes.plot(weeks, wrong, color=SCENARIO, alpha=alpha, marker="o", label=label)
        axes.legend(frameon=False)
        axes.set_xlabel("weeks of test sales")
        axes.set_ylabel("wrong decisions, %")
        axes.set_ylim(bottom=0)
        frame(figure, "How large the test sale must be", "Decisions to build or not that are wrong", footer)
        save(figure, folder / "figures", "pilot_errors")
    save_numbers(folder / "figures", "pilot_errors", list(rows[0]), [list(row.values()) for row in rows])
