"""`fieldcast city`: check a folder, show a city, import the client's files, write templates, make a city up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.citycheck import check
from experiments.cityimport.command import run as bring_in
from experiments.citymake import run as make
from experiments.citytemplate import template
from experiments.options import MAKING
from experiments.style import grouped
from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from sim.city import City

FORMS = "city check DIR, city show [CITY], city import MAPPING, city template DIR, or city make"
TAKES = {
    "check": "a folder",
    "show": "at most one city",
    "import": "a mapping file",
    "template": "a folder",
    "make": "no further word but out=DIR and figures",
}


def run(request: Any) -> int:
    """The words after `city` choose what is done."""
    words = list(request.path)
    verb = words[0] if words else ""
    if verb != "import" and request.options.get("findings"):
        raise InputError(f"findings belongs to city import, not to city {verb}; city check takes out=DIR")
    if verb == "make" and len(words) == 1:
        return make(request)
    refuse_figures(request, verb)
    if verb == "check" and len(words) == 2:
        return check(words[1], request.out_folder() if request.options.get("out") else None)
    if verb == "show" and len(words) <= 2:
        name = words[1] if len(words) == 2 else request.options.get("city") or "melbourne"
        configs = request.options.get("configs")
        return show(
            name,
            request.out_folder(),
            search=[Path(configs)] if configs else [],
            quiet=bool(request.options.get("quiet")),
        )
    if verb in ("import", "template") and len(words) == 2:
        return bring_in(request, words[1]) if verb == "import" else template(words[1])
    if verb in TAKES:
        raise InputError(f"city {verb} takes {TAKES[verb]}; write {FORMS}")
    raise InputError(f"city = {verb!r} is unknown ({nearest(verb, TAKES)}); write {FORMS}")


def refuse_figures(request: Any, verb: str) -> None:
    """The figures of a synthetic city belong to `city make` alone."""
    strange = [name for name in MAKING if name in getattr(request, "given", ())]
    if strange:
        raise InputError(f"{', '.join(strange)} belongs to city make, not to city {verb}; leave it out")


def show(name: str | Path, out: Path, *, search: list[Path] | None = None, quiet: bool = False) -> int:
    """Prints what a city holds and draws its map."""
    from sim.city import load_city

    city = load_city(name, search or [])
    if not quiet:
        print("\n".join(statistics(city)))
    draw(city, out)
    print(f"map: {out / 'figures' / 'city_map.png'} (and .svg); numbers: {out / 'figures' / 'data' / 'city_map.csv'}")
    return 0


def statistics(city: City) -> list[str]:
    """Zones, premises, operators and remarks, as lines of text."""
    title = f"{city.name} ({city.country}{' ' + city.subdivision if city.subdivision else ''}), {city.snapshot}"
    zones = f"{city.zone_id.size} zones, {city.area_km2.sum():.1f} km2, {city.territory.number_of_edges()} links"
    travel = f"travel between zones up to {city.travel_minutes.max():.0f} minutes"
    tenants = int(city.occupied.sum())
    units = f"{grouped(city.n)} premises: {grouped(tenants)} businesses, {grouped(city.n - tenants)} vacant"
    lines = [title, attribution(city), "", f"{zones}; {travel}", units, "", *premises_table(city), ""]
    lines += [*operator_table(city), "", *origin_lines(city)]
    return lines + [str(finding) for finding in city.findings]


def attribution(city: City) -> str:
    """Whose data these are."""
    return city.attribution or f"Source: {city.source or 'not stated'}"


def premises_table(city: City) -> list[str]:
    """Businesses by premises type and size class, with the vacant units."""
    import numpy as np

    from sim.city import PREMISES, SIZES

    lines = [f"{'premises':18}" + "".join(f"{name:>9}" for name in (*SIZES, "vacant", "all"))]
    for kind, name in enumerate(PREMISES):
        here = city.premises_type == kind
        sizes = np.bincount(city.size_class[here & city.occupied], minlength=len(SIZES))
        counts = [*sizes.tolist(), int((here & ~city.occupied).sum()), int(here.sum())]
        lines.append(f"{name:18}" + "".join(f"{grouped(count):>9}" for count in counts))
    sizes = np.bincount(city.size_class[city.occupied], minlength=len(SIZES)).tolist()
    return [*lines, f"{'all':18}" + "".join(f"{grouped(n):>9}" for n in (*sizes, int((~city.occupied).sum()), city.n))]


def operator_table(city: City) -> list[str]:
    """The operators; with the remark on what is assumed."""
    head = f"{'operator':18}{'share':>8}{'quality':>9}{'prices':>8}{'awareness':>11}{'advertising':>13}{'zones':>7}"
    lines = [head]
    for each in city.operators:
        name = each.name + (" (focal)" if each.focal else "")
        lines.append(
            f"{name:18}{each.share:8.1%}{each.quality:9.2f}{each.price_index:8.2f}{each.brand:11.0%}"
            f"{grouped(each.advertising_per_month):>13}{int(each.network.sum()):7}"
        )
    return [*lines, f"(advertising in {city.currency} a month)", *city.assumptions]


def origin_lines(city: City) -> list[str]:
    """What of the city is real, and what is not."""
    kinds = {"real": city.real, "imputed": city.imputed, "assumed": city.assumed, "absent": city.absent}
    return [f"{kind}: {', '.join(words)}" for kind, words in kinds.items() if words]


def draw(city: City, out: Path) -> None:
    """The map of businesses by area, with its numbers."""
    import numpy as np

    from experiments.maps import territory_axes
    from experiments.style import frame, house_style, new_figure, save, save_numbers

    tenants = np.bincount(city.zone[city.occupied], minlength=city.zone_id.size)
    density = np.where(tenants > 0, tenants / city.area_km2, np.nan)
    with house_style():
        figure = new_figure(7.6)
        axes = figure.add_axes((0.04, 0.21, 0.92, 0.67))
        territory_axes(axes, city, density, label="businesses per km² (logarithmic scale)", logarithmic=True)
        title = f"{city.name}: {grouped(tenants.sum())} businesses in {city.zone_id.size} zones"
        frame(figure, title, "Density of businesses by zone", "\n".join([attribution(city), *city.assumptions]))
        save(figure, out / "figures", "city_map")
    head = ("zone_id", "name", "district", "area_km2", "businesses", "vacant", "businesses_per_km2")
    columns = (city.zone_id, city.zone_name, city.district, city.area_km2, tenants, city.vacant, density)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    save_numbers(out / "figures", "city_map", head, rows)
