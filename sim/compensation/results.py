"""What representatives achieved in a period: all that a pay scheme may look at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Results(NamedTuple):
    """Results of the period, one number a representative, shape (n,); bills are monthly, in the city's currency."""

    contracts: Array  # signed in the period
    bills_signed: Array  # monthly bills of these
    bills_activated: Array  # monthly bills of contracts that went into service in the period
    bills_cancelled: Array  # monthly bills of orders that fell through, or of customers who left early
    team: Array  # monthly bills signed by the whole team
    rank: Array  # 1 is the best of the team
    balance: Array  # of a draw: what was advanced and not yet earned

    def without_sales(self) -> Results:
        """The same people had they sold nothing."""
        none = np.zeros_like(self.bills_signed, dtype=np.float64)
        return Results(none, none, none, none, none, self.rank, self.balance)


def imagined(contracts: Array, mean_bill: float) -> Results:
    """What a representative expects of so many contracts: each brings the mean bill, goes into service and stays."""
    bills, none = contracts * mean_bill, np.zeros(len(contracts))
    return Results(contracts, bills, bills, none, bills, none + 1.0, none)
