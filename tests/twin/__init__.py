"""A twin of the market in pure Mesa: the oracle of correctness and the peer of the benchmark.

Businesses, operators, representatives and people at the telephone are Mesa agents with plain Python numbers. Every
business is asked on every day: it looks at its dates and wonders whether to look for an offer, as one would usually
write it; what it has to do with others then happens in the order of the market's day. The twin draws from the
product's addresses, so it must agree with the product event by event and column by column.

Taken from the product is what is no rule of a day: the loaded city and its peer ties, parameters per working day, the
state of the first morning with the solved constants of a standing market, the traits of the tenant who moves in next
(drawn by the month there), how many people and crews a month's load calls for, and the department's people: who is
hired, certified, promoted, coached and looked after, and has which patch. Under a fixed salary nobody does more than is
looked after, which is the effort here.

Outside the twin, and so switched off where the two are compared (`COMPARED` in
experiments/benchmarkcases.py): telemarketing, rivals' field teams
and answers, scripted events, campaigns and offers of the focal operator, and the retention desk, which the `active`
scenario does not have either; the conduct of representatives, selection by those who apply, quits and dismissals. Of
the policies for doors it has `sweep`. Books, attribution, credit and monthly tables are not days' rules and are not
kept.
"""

from __future__ import annotations

from typing import Any

from tests.twin.model import Twin
from tests.worlds import Morning


def twin_of(parameters: Any, city: Any, seed: int) -> Twin:
    """The twin of the market that these parameters, this city and this seed make."""
    return Twin(Morning(parameters, city, seed))


__all__ = ["Twin", "twin_of"]
