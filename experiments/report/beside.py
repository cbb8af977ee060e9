"""What lies beside the runs of a report: a sweep, a validation card, a calibration, each of the same city."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.calibration.draws import Posterior
    from experiments.finished import Sweep


@dataclass
class Beside:
    """Other studies that the report takes in; what is not given leaves its chapter out."""

    sweep: Sweep | None = None
    card: list[dict[str, str]] = field(default_factory=list)
    posterior: Posterior | None = None


def beside(folder: Path, city_content: str, given: dict[str, Any]) -> Beside:
    """The studies that a command line names, or that lie in the folder of the runs."""
    return Beside(
        sweep_of(given["sweep"], city_content),
        card_of(given["validation"], folder),
        posterior_of(given["calibration"], city_content),
    )


def sweep_of(given: str | None, city_content: str) -> Sweep | None:
    """The sweep, which must be of the same city."""
    from experiments.compose import at_home
    from experiments.finished import open_sweep
    from sim.shipped import load

    if given is None:
        return None
    sweep = open_sweep(at_home(given))
    if load(sweep.folder / "config.yaml")["city"]["content"] != city_content:
        raise InputError(f"sweep={given} was run in another city than the folder of the report; give one of this city")
    return sweep


def card_of(given: str | None, folder: Path) -> list[dict[str, str]]:
    """The lines of the validation card, from its own folder or from the folder of the runs."""
    from experiments.compose import at_home

    place = at_home(given) if given else folder
    path = place / "validation.csv"
    if not path.exists():
        if given:
            raise InputError(f"validation={given} holds no validation.csv; give the folder of fieldcast validate")
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({error}); run fieldcast validate again") from None
    if not lines or not {"fact", "statement", "verdict"} <= set(lines[0]):
        raise InputError(f"{path} is no validation card; run fieldcast validate again")
    return lines


def posterior_of(given: str | None, city_content: str) -> Posterior | None:
    """The calibration, which must be of the same city."""
    from experiments.calibration.draws import read_posterior

    if given is None:
        return None
    try:
        found = read_posterior(given)
    except InputError as error:
        raise InputError([message.replace("posterior=", "calibration=") for message in error.messages]) from None
    if found.note["city_content"] != city_content:
        raise InputError(f"calibration={given} was fitted to another city than that of the report; calibrate again")
    return found
