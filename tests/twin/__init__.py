"""A twin of the market in pure Mesa: the oracle of correctness and the peer of the benchmark.

Businesses, operators and people at the telephone are Mesa agents with plain Python numbers, and every one of them is
asked on every day, as one would usually write it. The twin draws from the product's addresses, so it must agree with
the product event by event.

Taken from the product is what is no rule of a day: the loaded city and its peer ties, parameters per working day, the
state of the first morning with the solved constants of a standing market, the traits of the tenant who moves in next
(drawn by the month there), and how many people and crews a month's load calls for.

Outside the twin, and so switched off where the two are compared: telemarketing, rivals' field teams and answers,
scripted events, campaigns and offers of the focal operator, the retention desk. Books, attribution and monthly tables
are not days' rules and are not kept.
"""

from tests.twin.model import Twin

__all__ = ["Twin"]
