"""A finished folder of runs, opened for a report: its configuration, tables and KPIs, or a clear word why not."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.folder import check_tables
from experiments.reading import Test, read_columns
from experiments.report.beside import Beside
from sim.errors import InputError, nearest

if TYPE_CHECKING:
    from experiments.moves import Moves
    from experiments.outlines import Outlines
    from experiments.story import Story
    from sim.city import City
    from sim.parameters import Parameters

KINDS = ("forecast", "compare")
BESIDE = {"sweep": "sweep", "calibrate": "calibration", "validate": "validation"}  # as what a report takes them in
NEEDED = ("config.yaml", "manifest.json", "plan.parquet", "runs.parquet", "monthly.parquet", "summary.csv")


@dataclass
class Source:
    """One finished folder: `baseline` and `scenario` are the two sides that the report is about."""

    folder: Path
    config: dict[str, Any]
    manifest: dict[str, Any]
    baseline: str
    scenario: str
    beside: Beside = field(default_factory=Beside)

    @cached_property
    def points(self) -> dict[str, dict[str, Any]]:
        """The configuration of every scenario by name."""
        return {one["name"]: one["configuration"] for one in self.config["scenarios"]}

    @property
    def others(self) -> list[str]:
        """All scenarios but the baseline."""
        return [name for name in self.points if name != self.baseline]

    @property
    def has_baseline(self) -> bool:
        """Whether the first side is what the operator does today, and not just the first of a comparison."""
        builds = self.points[self.baseline]["department"]["active"]
        return self.config["command"] == "forecast" or not builds

    @cached_property
    def parameters(self) -> Parameters:
        """The scenario's parameters."""
        from sim.parameters import check

        return check(self.points[self.scenario])

    @cached_property
    def city(self) -> City:
        """The city, if it still is where the runs found it."""
        from sim.city import load_city

        place = self.config["city"]
        city = load_city(place["name"], [Path(folder) for folder in place["search"]])
        if city.content_hash != place["content"]:
            raise InputError(f"city = {place['name']}: its files changed after {self.folder} was made; run it again")
        return city

    @cached_property
    def outlines(self) -> Outlines:
        """The shapes that all maps draw."""
        from experiments.outlines import outlines_of

        return outlines_of(self.city)

    @cached_property
    def story(self) -> Story:
        """What the pictures share."""
        from experiments.story import Story, city_line, note_of

        city = self.city
        story = Story(self.folder, self.baseline, self.scenario, city.currency, city_line(city), note_of(city))
        story.city, story.warmup = city, int(self.points[self.baseline]["warmup"])
        story.country, story.subdivision = city.country, city.subdivision
        story.moves = self.moves
        return story

    @cached_property
    def moves(self) -> Moves:
        """What sets the scenario apart from its baseline."""
        from experiments.moves import moves_between
        from sim.parameters import check

        return moves_between(check(self.points[self.baseline]), self.parameters, self.city.operators[0].name)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of summary.csv with numbers as numbers."""
        path = self.folder / "summary.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = [{key: as_number(key, value) for key, value in row.items()} for row in csv.DictReader(file)]
        except (OSError, ValueError, csv.Error) as error:
            raise InputError(f"{path} cannot be read ({error}); run the forecast again") from None
        if not rows or not {"kpi", "scenario", "mean", "difference", "window"} <= set(rows[0]):
            raise InputError(f"{path} lacks rows or columns; run the forecast again")
        return rows

    def kpi(self, name: str, scenario: str = "") -> dict[str, Any] | None:
        """One row of the summary, or nothing."""
        wanted = scenario or self.scenario
        return next((row for row in self.rows if row["kpi"] == name and row["scenario"] == wanted), None)

    def table(self, name: str, columns: list[str], filters: Sequence[Test] = ()) -> dict[str, np.ndarray]:
        """Columns of a final table, or nothing of it where the runs did not record it."""
        path = self.folder / f"{name}.parquet"
        return read_columns(path, columns, filters) if path.exists() else {}

    def digest(self) -> str:
        """A hash over the names of all runs: what the numbers hang on, and nothing else."""
        from experiments.runner import digest_of

        return digest_of(sorted(self.table("runs", ["run_id"])["run_id"].tolist()))


WORDS = ("kpi", "unit", "scenario", "window", "better")


def as_number(key: str, value: str | None) -> Any:
    """A cell of summary.csv."""
    if key in WORDS or value is None:
        return value or ""
    return float(value) if value != "" else None


# ---- opening -----------------------------------------------------------------------------------------------------


def open_source(folder: Path, scenario: str | None = None) -> Source:
    """The folder as a source of a report; raises InputError when it is none."""
    from experiments import __version__

    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give the folder of a finished forecast or comparison")
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if "config.yaml" in missing:
        told = f"{', '.join(missing)} missing"
        raise InputError(f"{folder} holds no results ({told}); give the folder of a finished forecast")
    config = read_config(folder)
    check_kind(folder, config)
    if missing:
        remedy = f"finish it first: fieldcast {config['command']} 'resume={folder}'"
        raise InputError(f"{folder} is not finished ({', '.join(missing)} missing); {remedy}")
    manifest = read_manifest(folder)
    if manifest.get("version") != __version__:
        message = f"{folder} was made by version {manifest.get('version')}, this is {__version__}"
        raise InputError(f"{message}; run it again, or make the report with that version")
    done = manifest.get("runs", {})
    if done.get("failed") or done.get("done") != done.get("planned"):
        left = f"{done.get('done')} of {done.get('planned')} runs are done"
        raise InputError(f"{folder}: {left}; finish it first: fieldcast {config['command']} 'resume={folder}'")
    check_tables(folder)
    return Source(folder, config, manifest, *two_sides(folder, config, scenario))


def check_kind(folder: Path, config: Mapping[str, Any]) -> None:
    """Refuse the folder of another command."""
    command = config.get("command")
    if command not in KINDS:
        remedy = f"; `fieldcast report` of one takes it in, as {BESIDE[command]}={folder}" if command in BESIDE else ""
        raise InputError(f"{folder} is the folder of a {command}; give a finished forecast or comparison{remedy}")


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration in a folder."""
    from experiments.folder import stored_config

    try:
        return stored_config(folder)
    except InputError as error:
        raise InputError([message.replace("resume = ", "", 1) for message in error.messages]) from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{folder / 'manifest.json'} cannot be read; run the forecast again") from None
    return manifest if isinstance(manifest, dict) else {}


def two_sides(folder: Path, config: dict[str, Any], scenario: str | None) -> tuple[str, str]:
    """Baseline and scenario of the report: of a comparison the first one after its reference unless named."""
    names = [one["name"] for one in config["scenarios"]]
    roles = [one.get("role") for one in config["scenarios"]]
    baseline = names[roles.index("baseline")] if "baseline" in roles else names[0]
    others = [name for name in names if name != baseline]
    if not others:
        raise InputError(f"{folder} holds {baseline} alone; a report needs a scenario beside its baseline")
    if scenario is not None and scenario not in others:
        raise InputError(f"scenario = {scenario} is not in {folder}; {nearest(scenario, others)}")
    return baseline, scenario or others[0]
