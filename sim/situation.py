"""Where the focal operator stands at the start: the city's operators, changed as the situation says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.decisions import Situation


def city_in(situation: Situation, city: Any) -> Any:
    """The city with the focal operator's share and awareness as given; rivals keep their proportions."""
    if situation.focal_share is None and situation.focal_brand is None:
        return city
    focal, *rivals = city.operators
    total = sum(spec.share for spec in city.operators)
    share = focal.share if situation.focal_share is None else situation.focal_share * total
    scale = (total - share) / max(total - focal.share, 1e-12)
    brand = focal.brand if situation.focal_brand is None else situation.focal_brand
    changed = replace(focal, share=share, brand=brand), *(replace(rival, share=rival.share * scale) for rival in rivals)
    return replace(city, operators=changed, content_hash=f"{city.content_hash}:{share!r}:{brand!r}")
