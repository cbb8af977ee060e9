"""`fieldcast city import MAPPING out=DIR`: from the client's files to a city's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.citycheck import tell, verdict
from sim.errors import InputError
from sim.findings import Findings


def run(request: Any, mapping: str) -> int:
    """Carries out the import; 2 when something is wrong, and then nothing is written."""
    from experiments.cityimport.assemble import imported
    from experiments.cityimport.write import write_folder

    if not request.options.get("out"):
        raise InputError("city import needs a place for the city; write out=DIR")
    folder = request.out_folder()
    findings = Findings()
    city = imported(Path(mapping).expanduser(), findings)
    shown = findings.ordered()
    tell(shown)
    if city is None:
        print(f"{mapping}: {verdict(shown).replace('not usable yet', 'nothing is written')}")
        return 2
    write_folder(city, folder)
    if not request.options.get("quiet"):
        print("\n".join(city.notes))
    print(f"{city.meta.get('name')}: {folder}/ ({verdict(shown)})")
    print(f"Check it with: fieldcast city check {folder}; look at it with: fieldcast city show {folder}")
    return 0
