"""Forecasts from a posterior: every two replications share a draw of the parameters and differ by chance alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request
    from sim.city import City

SEEDS_PER_DRAW = 2
NOTE, SAMPLE = "calibration.json", "posterior.csv"


@dataclass(frozen=True)
class Posterior:
    """A finished calibration: what a forecast must know of it, and its draws."""

    folder: Path
    note: Mapping[str, Any]
    draws: tuple[dict[str, float], ...]  # dotted name: value

    @property
    def paths(self) -> list[str]:
        """The fitted parameters."""
        return list(self.draws[0])

    def of_replications(self, replications: int) -> tuple[dict[str, float], ...]:
        """The draw of each replication; more replications leave the first ones as they are."""
        wanted = -(-replications // SEEDS_PER_DRAW)
        if wanted > len(self.draws):
            most = SEEDS_PER_DRAW * len(self.draws)
            raise InputError(
                f"replications = {replications}: {self.folder} holds {len(self.draws)} draws, enough for {most}; "
                "give fewer replications, or calibrate with draws= more"
            )
        return tuple(self.draws[replication // SEEDS_PER_DRAW] for replication in range(replications))


def read_posterior(given: str) -> Posterior:
    """The posterior in the folder of a calibration."""
    from experiments.compose import at_home

    folder = at_home(given)
    if not (folder / NOTE).is_file() or not (folder / SAMPLE).is_file():
        raise InputError(f"posterior={given} holds no {NOTE} and {SAMPLE}; give the folder of a finished calibration")
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        with (folder / SAMPLE).open(encoding="utf-8", newline="") as file:
            rows = [{k: float(v) for k, v in row.items() if k != "draw"} for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError):
        raise InputError(f"posterior={given}: {NOTE} or {SAMPLE} cannot be read; calibrate again") from None
    if not rows or not {"months", "decision_month", "fixed", "city_content"} <= set(note):
        raise InputError(f"posterior={given}: {NOTE} or {SAMPLE} is not whole; calibrate again")
    return Posterior(folder, note, tuple(rows))


def prepared(request: Request) -> Posterior:
    """The posterior of a request, which then covers the history and has what was set beside the fit."""
    found = read_posterior(request.options["posterior"])
    if "city" not in request.given:
        request.options["city"] = found.note["city"]
    history = {"calendar.decision_month": found.note["decision_month"], "warmup": found.note["months"]}
    set_before = {**found.note["fixed"], **history}
    mistakes = [
        f"{path} is drawn from the posterior; leave it out" for path in found.paths if path in request.overrides
    ]
    for path, value in set_before.items():
        if path in request.given and request.overrides.get(path, value) != value:
            mistakes.append(f"{path} = {request.overrides[path]}: the calibration had {value}; leave it out")
    if mistakes:
        raise InputError(mistakes)
    request.overrides = {**request.overrides, **set_before}
    return found


def check_city(found: Posterior, city: City) -> None:
    """Refuse a city that is not the one that was calibrated."""
    if city.content_hash != found.note["city_content"]:
        raise InputError(
            f"posterior={found.folder} was fitted to city={found.note['city']} as it was then; city {city.name} is "
            "another or has changed: calibrate again"
        )
