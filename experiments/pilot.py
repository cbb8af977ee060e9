"""`fieldcast pilot`: the test sale on plots of each premises type, and how often a decision made from it is right."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.pilotoffers import PRICES, offer_table, overrides
from experiments.style import cell_text
from sim.cityoperators import PREMISES
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from sim.parameters import Parameters

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


@dataclass(frozen=True, eq=False)
class Ground:
    """The prospects of a world: for every door its type, size and zone, the chance of a deal and the bill of one."""

    address: Array
    premises: Array
    size: Array
    zone: Array
    chance: Array
    bill: Array
    at_price: Array  # (prices, doors) chance of a deal at other prices
    cost_per_visit: float
    visits_per_day: float  # of a representative
    value_per_bill: float  # what one unit of a monthly bill earns until a deal must have paid back
    cost_per_deal: float

    @property
    def required(self) -> float:
        """The conversion at which a visit earns its cost, given the bills of this world's price list."""
        value = self.mean_bill * self.value_per_bill - self.cost_per_deal
        return self.cost_per_visit / value if value > 0.0 else np.inf

    @property
    def mean_bill(self) -> float:
        """Mean monthly bill of a deal."""
        return float((self.chance * self.bill).sum() / max(self.chance.sum(), 1e-12))

    @property
    def mix(self) -> Array:
        """Share of prospects by premises type."""
        counts = np.bincount(self.premises, minlength=len(PREMISES))
        return counts / max(counts.sum(), 1)


def ground_of(parameters: Parameters, city: Any, seed: int, payback_months: int) -> Ground:
    """Open a market and look at what a visit would bring at every door, in expectation."""
    from sim.decisions import Offers
    from sim.fieldforce import FieldForce
    from sim.market import Market
    from sim.offers import begin
    from sim.testsale import deal_chances, prospects

    market = Market(parameters, city, seed)
    state, scene, field = market.state, market.scene, market.field
    assert isinstance(field, FieldForce)
    if parameters.offers != Offers():
        begin(market.operators[0], state, scene, parameters.offers)  # the first month has not been opened yet
    rows = prospects(state)
    rows = rows[scene.network[0][state.zone[rows]]]
    at_price = []
    for factor in PRICES:
        price = scene.appeal.price.copy()
        price[0] *= factor
        offered = scene.appeal._replace(price=price)
        at_price.append(deal_chances(state, replace(scene, appeal=offered), field.rules, rows, market.day)[0])
    chance, bill = deal_chances(state, scene, field.rules, rows, market.day)
    p, visits = parameters.world, field.visits_per_day()
    people = p.effort.usual_pay_per_month + p.department.rep_overhead_cost_per_month
    people += p.department.head_cost_per_month / p.department.span_reps
    return Ground(
        state.address[rows].copy(),
        state.premises[rows].astype(np.int64),
        state.size_class[rows].astype(np.int64),
        state.zone[rows].astype(np.int64),
        chance,
        bill,
        np.array(at_price),
        people / (visits * scene.calendar.per_month),
        visits,
        payback_months * (1.0 - p.economics.network_cost_share),
        p.economics.installation_cost_per_job,
    )


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


def sell_on_plots(ground: Ground, orders: Sequence[Order], plots: int, visits: int, luck: Any) -> tuple[Array, Array]:
    """Doors visited, of all four types, and which of them signed."""
    doors = np.concatenate([doors_of_plots(order, plots, visits) for order in orders])
    return doors, luck.uniform(ground.address[doors], 1) < ground.chance[doors]


def orders_of(ground: Ground, luck: Any) -> list[Order]:
    """The order of doors of each premises type."""
    return [order_of_doors(ground, kind, luck) for kind in range(len(PREMISES))]


def conversion_seen(ground: Ground, doors: Array, signed: Array) -> float:
    """Conversion by type as seen, weighted as the prospects of the city are."""
    kind = ground.premises[doors]
    visits = np.bincount(kind, minlength=len(PREMISES))
    deals = np.bincount(kind[signed], minlength=len(PREMISES))
    share = np.divide(deals, visits, out=np.zeros(len(PREMISES)), where=visits > 0)
    return float(share @ ground.mix)


def builds(ground: Ground, doors: Array, signed: Array) -> bool:
    """The decision: build when visits earn their cost."""
    return conversion_seen(ground, doors, signed) >= ground.required


def pilot_table(ground: Ground, doors: Array, signed: Array) -> list[dict[str, Any]]:
    """What the test sale showed by premises type, with 90 % intervals of sampling, and the truth beside it."""
    from sim.stages import estimate

    kind, bills = ground.premises[doors], ground.bill[doors]
    sums = [np.bincount(kind, signed * bills**power, minlength=len(PREMISES)) for power in range(3)]
    seen = estimate(np.bincount(kind, minlength=len(PREMISES)), lambda _: (sums[0], sums[1], sums[2]))
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
                "conversion": float(seen.conversion[number]),
                "conversion_low": float(max(middle - reach, 0.0)),
                "conversion_high": float(min(middle + reach, 1.0)),
                "bill": float(seen.bill[number]),
                "bill_low": float(seen.bill[number] - bill_reach),
                "bill_high": float(seen.bill[number] + bill_reach),
                "conversion_true": float(ground.chance[here].mean()) if here.any() else np.nan,
            }
        )
    return rows


def error_table(grounds: Sequence[Ground], parameters: Parameters, seed: int) -> list[dict[str, Any]]:
    """How often a decision from p plots of each type and w weeks is wrong, over all worlds and repeated test sales."""
    from sim.draws import Streams

    designs = [(plots, weeks) for plots in PLOTS for weeks in WEEKS]
    should = np.array([truth(ground) >= ground.required for ground in grounds])
    built = np.zeros((len(designs), len(grounds), REPEATS), bool)
    for number, ground in enumerate(grounds):
        for repeat in range(REPEATS):
            luck = Streams(seed + number)("pilot", repeat)
            orders = orders_of(ground, luck)
            for row, (plots, weeks) in enumerate(designs):
                visits = visits_by_type(weeks, parameters)
                built[row, number, repeat] = builds(ground, *sell_on_plots(ground, orders, plots, visits, luck))
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
    """The conversion of visits to all prospects of the world."""
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
    doors, signed = sell_on_plots(here, orders_of(here, luck), options["plots"], visits, luck)
    tables = {
        "pilot": pilot_table(here, doors, signed),
        "offers": offer_table(here, doors, signed, conversion_seen(here, doors, signed)),
        "errors": error_table(grounds, base, options["seed"]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        write(folder / f"{name}.csv", rows)
    draw(tables["errors"], folder, city.name)
    print(words(tables, here, conversion_seen(here, doors, signed), options, city.currency))
    advised = overrides(tables["offers"], base.offers.price_factors)
    if advised:
        print("\nThese prices as decisions of a forecast:", *advised, sep="\n  ")
    print(f"\nTables and the figure: {folder}/")
    return 0


def words(
    tables: dict[str, list[dict[str, Any]]], ground: Ground, seen: float, options: dict[str, Any], money: str
) -> str:
    """The answer for the terminal."""
    lines = [f"{'premises':18}{'visits':>7}{'deals':>7}  {'conversion (90 %)':24}{'mean bill (90 %)'}"]
    for row in tables["pilot"]:
        share = f"{row['conversion']:.1%} ({row['conversion_low']:.1%} to {row['conversion_high']:.1%})"
        bill = "nothing sold" if not row["deals"] else f"{row['bill']:.0f} {money}"
        if row["deals"] > 1:
            bill += f" ({row['bill_low']:.0f} to {row['bill_high']:.0f})"
        lines.append(f"{row['premises']:18}{row['visits']:7}{row['deals']:7}  {share:24}{bill}")
    verdict = "build" if seen >= ground.required else "do not build"
    lines += [
        "",
        f"Conversion of all prospects, as seen: {seen:.2%}; a visit costs {ground.cost_per_visit:.0f} {money} and"
        f" earns it back within {options['payback']} months from {ground.required:.2%} on: {verdict}.",
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
    from experiments.style import INK, SCENARIO, frame, house_style, margins, new_figure, save, save_numbers

    footer = (
        f"{city}; {rows[0]['worlds']} worlds drawn over the ranges of the parameter book, {REPEATS} test sales in each"
    )
    with house_style():
        figure = new_figure()
        axes = figure.subplots(gridspec_kw=margins(figure, footer))
        for plots, alpha in zip(PLOTS, (0.35, 0.55, 0.75, 1.0), strict=True):
            cells = [row for row in rows if row["plots"] == plots]
            weeks, wrong = [row["weeks"] for row in cells], [100 * row["wrong"] for row in cells]
            axes.plot(weeks, wrong, color=SCENARIO, alpha=alpha, marker="o")
            axes.annotate(f" {plots} plots" if plots > 1 else " 1 plot", (weeks[-1], wrong[-1]), color=INK, size=8)
        axes.set_xlabel("weeks of test sales")
        axes.set_ylabel("wrong decisions, %")
        axes.set_ylim(bottom=0)
        frame(figure, "How large the test sale must be", "Decisions to build or not that are wrong", footer)
        save(figure, folder / "figures", "pilot_errors")
    save_numbers(folder / "figures", "pilot_errors", list(rows[0]), [list(row.values()) for row in rows])
