"""What a test sale advises by size and place: where to visit, at which price, and the overrides that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.pilotground import PRICES
from sim.cityoperators import PREMISES, SIZES

if TYPE_CHECKING:
    from experiments.pilot import Sale
    from experiments.pilotground import Ground
    from sim.decisions import PriceFactors

Array = np.ndarray[Any, Any]

GUESS_VISITS = 30.0  # for which the mean of all doors counts in the conversion of a size in a place
LEAST, MOST = 0.2, 5.0  # bounds of a price factor


def offer_table(ground: Ground, sale: Sale, usual: float) -> list[dict[str, Any]]:
    """By size and place: visits, deals, what a visit earns beyond its cost, and the price at which it earns most."""
    rows = []
    for kind, premises in enumerate(PREMISES):
        for size, name in enumerate(SIZES):
            here = (ground.premises == kind) & (ground.size == size)
            if not here.any():
                continue
            on_plot = here[sale.door]
            visits, deals = int(on_plot.sum()), int((on_plot & sale.worked.signed).sum())
            conversion = (float(sale.counts[on_plot].sum()) + GUESS_VISITS * usual) / (visits + GUESS_VISITS)
            bill = float(ground.bill[here].mean())
            earned = [
                float((each[here] * (ground.bill[here] * factor * ground.value_per_bill - ground.cost_per_deal)).mean())
                for factor, each in zip(PRICES, ground.at_price, strict=True)
            ]
            margin = conversion * (bill * ground.value_per_bill - ground.cost_per_deal) - ground.cost_per_visit
            rows.append(
                {
                    "premises": premises,
                    "size": name,
                    "prospects": int(here.sum()),
                    "visits": visits,
                    "deals": deals,
                    "conversion": float(conversion),
                    "list_bill": bill,
                    "margin_per_visit": float(margin),
                    "price_factor": PRICES[int(np.argmax(earned))],
                    "advice": "visit" if margin > 0.0 else "leave to the telephone",
                }
            )
    return rows


def overrides(rows: list[dict[str, Any]], present: PriceFactors) -> list[str]:
    """The advised prices as overrides for a command line, a line for each size class with a price of its own."""
    lines = []
    for size in SIZES:
        named = getattr(present, size).model_dump()
        for row in rows:
            if row["size"] == size:
                factor = named[row["premises"]] * row["price_factor"]
                named[row["premises"]] = round(min(max(factor, LEAST), MOST), 4)
        cells = ", ".join(f"{place}: {named[place]:g}" for place in PREMISES if named[place] != 1.0)
        if cells:
            lines.append(f"'offers.price_factors.{size}={{{cells}}}'")
    return lines
