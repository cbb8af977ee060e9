"""Prices that move draw attention: for a while everybody looks at them more closely."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.scene import Scene

Array = np.ndarray[Any, Any]


class PriceNews:
    """What businesses have noticed of the operators' prices, and how much they have moved of late."""

    def __init__(self, operators: int) -> None:
        self.noticed = np.ones(operators)  # price factors of the last month
        self.stir = 0.0  # moves of prices that are still talked about, as a market mean of logs

    def open_month(self, operators: list[Any], scene: Scene) -> None:
        """This month's prices are noticed, and earlier moves fade.

        A price war makes buyers more sensitive to prices (van Heerde, Gijsbrechts and Pauwels 2008); rises count as
        cuts do.
        """
        p = scene.world.choice
        now = np.array([operator.price_factor for operator in operators])
        self.stir *= 1.0 - p.price_attention_fading_per_month
        if (now != self.noticed).any():
            customers = np.array([operator.customers for operator in operators], np.float64)
            self.stir += float(customers @ np.abs(np.log(now / self.noticed)) / max(customers.sum(), 1.0))
            self.noticed = now
        scene.appeal.attention[0] = 1.0 + p.price_attention_slope * self.stir
