"""`fieldcast city import MAPPING out=DIR`: from the client's files to a city's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.citycheck import WRITTEN, tell, verdict, write
from sim.errors import InputError
from sim.findings import SHOWN, Findings


def run(request: Any, mapping: str) -> int:
    """Carries out the import; 2 when something is wrong, and then nothing is written."""
    from experiments.cityimport.assemble import imported
    from experiments.cityimport.write import write_folder

    if not request.options.get("out"):
        raise InputError("city import needs a place for the city; write out=DIR")
    folder, page = request.out_folder(), findings_folder(request)
    findings = Findings(WRITTEN if page else SHOWN)
    city = imported(Path(mapping).expanduser(), findings)
    shown = findings.ordered()
    tell(shown)
    if page:
        write(shown, mapping, page)
        print(f"findings: {page / 'findings.html'} and {page / 'findings.csv'}")
    if city is None:
        print(f"{mapping}: {verdict(shown).replace('not usable yet', 'nothing is written')}")
        return 2
    write_folder(city, folder)
    if not request.options.get("quiet"):
        print("\n".join(city.notes))
    print(f"{city.meta.get('name')}: {folder}/ ({verdict(shown)})")
    print(f"Check it with: fieldcast city check {folder}; look at it with: fieldcast city show {folder}")
    return 0


def findings_folder(request: Any) -> Path | None:
    """Where the findings are written, if anywhere."""
    from experiments.compose import at_home, refuse_filled

    if not request.options.get("findings"):
        return None
    folder = at_home(request.options["findings"])
    refuse_filled(folder)
    return folder
