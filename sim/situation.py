"""Where the focal operator stands at the start: the city's operators, changed as the situation says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.decisions import Situation


def city_in(situation: Situation, city: Any) -> Any:
    """The city with the focal operator's share and awareness as given, and rivals that sell and answer as given.

    Rivals keep their proportions.
    """
    return _with_sellers(situation, _with_standing(situation, city))


def _with_standing(situation: Situation, city: Any) -> Any:
    if situation.focal_share is None and situation.focal_brand is None:
        return city
    focal, *rivals = city.operators
    total = sum(spec.share for spec in city.operators)
    share = focal.share if situation.focal_share is None else situation.focal_share * total
    scale = (total - share) / max(total - focal.share, 1e-12)
    brand = focal.brand if situation.focal_brand is None else situation.focal_brand
    changed = replace(focal, share=share, brand=brand), *(replace(rival, share=rival.share * scale) for rival in rivals)
    return replace(city, operators=changed, content_hash=f"{city.content_hash}:{share!r}:{brand!r}")


def _with_sellers(situation: Situation, city: Any) -> Any:
    """Rivals' sellers in proportion to their customers: whole people, so a small rival may have none."""
    given = situation.rival_reps, situation.rival_telemarketers, situation.rival_reaction
    if given == (None, None, None):
        return city
    focal, *rivals = city.operators
    total, tenants = sum(spec.share for spec in city.operators), int(city.occupied.sum())
    changed = []
    for rival in rivals:
        thousands = tenants * rival.share / total / 1000
        reps = rival.reps if given[0] is None else round(given[0] * thousands)
        telemarketers = rival.telemarketers if given[1] is None else round(given[1] * thousands)
        changed.append(replace(rival, reps=reps, telemarketers=telemarketers, reaction=given[2] or rival.reaction))
    return replace(city, operators=(focal, *changed), content_hash=f"{city.content_hash}:{given!r}")
