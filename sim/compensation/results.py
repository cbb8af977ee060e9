"""What representatives achieved in a period: all that a pay scheme may look at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

NONE, ONE = np.zeros(()), np.ones(())  # of everybody alike
ROUNDING = 1e-9  # a plan of three bills of 33.3 is reached by these three, whatever their sum in binary


class Results(NamedTuple):
    """Results of the period, one number a representative, shape (n,); bills are monthly, in the city's currency.

    A field that is left out is the same for everybody: a month, a team of one, no plan of the team, nothing taken back.
    """

    contracts: Array  # signed in the period
    bills_signed: Array  # monthly bills of these
    bills_activated: Array  # monthly bills of contracts that went into service in the period
    bills_cancelled: Array  # monthly bills of orders that fell through before they went into service
    team: Array  # monthly bills signed by the whole team
    rank: Array  # 1 is the best of the team
    balance: Array  # what was paid and not yet earned: of a draw, or taken back and not yet repaid
    contracts_activated: Array = NONE  # that went into service in the period
    bills_left_early: Array = NONE  # monthly bills of customers, once sold by the person, who left within the clawback
    team_plan: Array = NONE  # plan of the whole team, in monthly bills of the period
    team_size: Array = ONE  # people in the field
    months: Array = ONE  # length of the period: 1, 3 for a quarter, about 1/21 for a day; salaries are by the month

    def without_sales(self) -> Results:
        """The same people had they sold nothing, and so ranked behind everybody."""
        none = np.zeros_like(self.bills_signed, dtype=np.float64)
        return self._replace(
            contracts=none,
            bills_signed=none,
            bills_activated=none,
            bills_cancelled=none,
            team=none,
            rank=none + np.inf,
            contracts_activated=none,
            bills_left_early=none,
        )

    def as_activated(self) -> Results:
        """The same with what went into service in the place of what was signed; the team's total and ranks stay."""
        return self._replace(
            contracts=self.contracts_activated + 0.0 * self.contracts, bills_signed=self.bills_activated
        )


def reached(sold: Array, mark: Array) -> Array:
    """Whether sales reach a mark, rounding apart; no mark is never reached."""
    return (mark > 0.0) & (sold >= mark * (1.0 - ROUNDING))


def imagined(contracts: Array, mean_bill: float) -> Results:
    """What a representative expects of so many contracts: each brings the mean bill, goes into service and stays."""
    bills, none = contracts * mean_bill, np.zeros(len(contracts))
    return Results(contracts, bills, bills, none, bills, none + 1.0, none, contracts_activated=contracts)
