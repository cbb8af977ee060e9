"""The options of the commands: their names, defaults, bounds and meaning."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LITERAL = (
    *("out", "resume", "merge", "table", "client", "template", "history", "posterior", "city", "configs"),
    *("sweep", "validation", "calibration", "facts", "where", "kpis", "baseline_kpis", "under", "findings"),
)


@dataclass(frozen=True)
class Option:
    """One option; `kind` is literal (taken as it stands), word, names (separated by commas), whole, flag, sets
    (overrides under names), run (a field of the parameters), or figure (checked by the command that takes it)."""

    name: str
    kind: str
    default: Any
    meaning: str
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """One command: the module that runs it, its help, its options and the words that may follow it."""

    module: str
    line: str
    examples: tuple[str, ...]
    options: tuple[str, ...]
    # Words that may follow the command, and how many words of PATH follow each: (least, most, name in the help).
    forms: Mapping[str, tuple[int, int, str]]
    # What the one PATH after the command is called in the help, as DIR; empty when the command takes none.
    takes: str = ""
    # Names of the options that choose a scenario; empty when the command takes no parameters.
    scenarios: tuple[str, ...] = ()
    # Defaults of this command that differ from those of OPTIONS.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    # Whether several values of a parameter are a dimension.
    sweeps: bool = False


def cores() -> int:
    """Processor cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


ALL = ("out", "seed", "quiet", "city", "configs")
DESIGNS = ("grid", "zip", "list", "lhs", "sobol", "morris")
RUNS = (
    *("scenario", "baseline", "months", "warmup", "replications", "workers", "engine", "engine_address"),
    *("fail_fast", "check", "resume"),
    *("record.zones", "record.reps", "record.ledger", "record.events"),
)
MAKING = (
    *(
        "preset",
        "name",
        "population",
        "businesses",
        "area_km2",
        "density_per_km2",
        "layout",
        "districts",
        "premises",
        "sizes",
    ),
    *("employees_exponent", "vacant_share"),
)

_TABLE = (
    Option("out", "literal", None, "folder for the results; runs/<date>_<time>_<command> unless given"),
    Option("seed", "whole", 1, "0 to 2^63-1", low=0, high=2**63 - 1),
    Option("quiet", "flag", False, "true shows only the last lines"),
    Option("city", "literal", "melbourne", "a bundled city or a folder"),
    Option("configs", "literal", None, "a folder searched before the built-in groups (scenario, scheme, world)"),
    Option("scenario", "word", "active", "what the operator does"),
    Option("baseline", "word", "passive", "what it is compared with"),
    Option("months", "run", 24, "months after the decision, 1 to 240"),
    Option("warmup", "run", 12, "months of history before it, 0 to 120"),
    Option("replications", "whole", 20, "runs of each scenario, 1 to 100000", low=1, high=100_000),
    Option("workers", "whole", cores(), "processes at a time, 1 or more", low=1, high=4096),
    Option(
        "engine", "word", "processes", "processes, serial, dask or ray", words=("processes", "serial", "dask", "ray")
    ),
    Option("fail_fast", "flag", False, "true stops at the first run that fails"),
    Option("check", "run", False, "true verifies state and books after every day"),
    Option("resume", "literal", None, "the folder of a run that was stopped"),
    Option("record.zones", "run", True, "keep the table by zone"),
    Option("record.reps", "run", True, "keep the table by representative"),
    Option("record.ledger", "run", True, "keep the ledger"),
    Option("record.events", "run", False, "keep every event"),
    Option("attribution", "flag", False, "true runs the scenario also with each of its channels off"),
    Option("scenarios", "names", None, "names of scenarios to compare, with the first"),
    Option("schemes", "names", None, "names of pay schemes to compare in the scenario, with the first"),
    Option("sets", "sets", None, "'{name:{parameter:value}, ...}', or a YAML file of these"),
    Option("equal_cost", "flag", False, "true scales pay until a rep-month costs as much as under the first scheme"),
    Option("client", "literal", None, "whom the report is for"),
    Option("language", "word", "en", "en or pl", words=("en", "pl")),
    Option("size", "word", "page", "page or slide (16 : 9)", words=("page", "slide")),
    Option("formats", "names", None, "png, svg, pdf, gif; all of them unless given"),
    Option("only", "names", None, "names of pictures; all that the folder allows unless given"),
    Option("levels", "names", None, "bands of the fan charts in per cent of the runs; 50,90 unless given"),
    Option("sweep", "literal", None, "folder of a finished sweep, for what the answer hangs on"),
    Option("validation", "literal", None, "folder of a validation card"),
    Option("calibration", "literal", None, "folder of a calibration"),
    Option("template", "literal", None, "a folder with look.yaml, report.html.j2 or report.typ of one's own"),
    Option("design", "word", "grid", "grid, zip, list, lhs, sobol or morris", words=DESIGNS),
    Option(
        "points",
        "whole",
        None,
        "rows of lhs (100), base samples of sobol (64), places in the prior (300)",
        low=1,
        high=1_000_000,
    ),
    Option("trajectories", "whole", None, "of morris (10)", low=1, high=100_000),
    Option("vary", "names", None, "numbers of the world to vary over their ranges in the book; * stands for any words"),
    Option("table", "literal", None, "a CSV file whose columns are parameters, for design=list"),
    Option("baselines", "word", "one", "one, or each: the baseline anew for every world", words=("one", "each")),
    Option("until.kpi", "word", None, "stop when the difference in this KPI is known well enough"),
    Option("until.half_width", "number", None, "half of the 95 % interval of the mean difference to reach"),
    Option("dry_run", "flag", False, "true says how many runs, how long and how large, and runs but one"),
    Option("shard", "word", None, "as 2/8: the second of eight parts, to be merged"),
    Option("merge", "literal", None, "folders of all shards, separated by commas"),
    Option("where", "literal", None, "what to look for, as where='difference_cumulative_margin@24<0'"),
    Option("kpis", "literal", None, "outcomes, as kpis=customers,difference_cumulative_margin@24"),
    Option("baseline_kpis", "literal", None, "KPIs of the baseline that boxes may be made of, as gross_adds"),
    Option("trials", "whole", 40, "departments to try", low=1, high=100_000),
    Option("under", "literal", None, "constraints, as 'under=cost_field_fixed<=60000,inbound_wait_minutes<=1.5'"),
    Option("engine_address", "word", None, "an existing Dask or Ray cluster"),
    Option("history", "literal", None, "own months: a file, or a shipped one; the city's history.csv unless given"),
    Option("fit", "names", None, "parameters to fit, as path or path:low:high; as in configs/calibration.yaml"),
    Option("draws", "whole", 1000, "rows of the posterior sample", low=20, high=100_000),
    Option("weights", "figure", None, "what each figure of the history counts for, as 'weights={churn:0.5}'"),
    Option("posterior", "literal", None, "folder of a calibration, from which each run draws its parameters"),
    Option("holdout", "whole", None, "months held back for the test; a third of them unless given", low=1, high=60),
    Option("findings", "literal", None, "folder for the findings of an import, as a page and a table"),
    Option("format", "word", "table", "table, csv or md", words=("table", "csv", "md")),
    Option("facts", "literal", "all", "facts to judge, as facts=T3,T9"),
    Option("effort", "word", "quick", "quick (some minutes) or full (half an hour)", words=("quick", "full")),
    Option("plots", "whole", 4, "zones of each premises type in the test sale, 1 to 50", low=1, high=50),
    Option("weeks", "whole", 2, "length of the test sale, 1 to 26", low=1, high=26),
    Option("worlds", "whole", 40, "worlds over which decisions are judged, 1 to 1000", low=1, high=1000),
    Option("payback", "whole", 12, "months within which a deal must earn its visits back, 1 to 60", low=1, high=60),
    Option("cities", "names", None, "businesses of the cities for product and twin (1000,10000,100000)"),
    Option("quick", "flag", False, "true measures small cities for seconds, to see that all is there"),
    Option("preset", "word", "regional_capital", "figures to begin with: a name in configs/synthetic"),
    Option("name", "figure", None, "name of the synthetic city"),
    Option("population", "figure", None, "inhabitants, from which the businesses follow"),
    Option("businesses", "figure", None, "business premises"),
    Option("area_km2", "figure", None, "built-up area; at the preset's density unless given"),
    Option("density_per_km2", "figure", None, "businesses per km2, instead of the area"),
    Option("layout", "figure", None, "districts on a ring or a grid"),
    Option("districts", "figure", None, "districts, each with a zone for each premises type"),
    Option("premises", "figure", None, "shares of premises types, as premises={street_level:0.5,...}"),
    Option("sizes", "figure", None, "shares of size classes, as sizes={micro:0.9,small:0.08,medium:0.017,large:0.003}"),
    Option("employees_exponent", "figure", None, "of the power law inside a size class, 1.1 to 1.3"),
    Option("vacant_share", "figure", None, "vacant units per business"),
)
OPTIONS = {option.name: option for option in _TABLE}


def option_mistake(option: Option, value: Any) -> str:
    """Why an option cannot take a value; empty when it can. The fields of the run are checked with the parameters."""
    if option.kind == "flag" and not isinstance(value, bool):
        return f"{option.name} = {value} must be true or false"
    if option.kind == "whole":
        return _whole_mistake(option, value)
    if option.name == "shard":
        return _shard_mistake(value)
    if option.kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        return f"{option.name} = {value} must be a number above 0"
    if option.kind == "names":
        return _names_mistake(option, value)
    if option.words and value not in option.words:
        return f"{option.name} = {value} is no choice; allowed: {', '.join(option.words)}"
    if option.kind == "word" and not isinstance(value, str):
        return f"{option.name} = {value} must be one name"
    return ""


def _whole_mistake(option: Option, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{option.name} = {value} must be a whole number, {option.low} to {option.high}"
    if not option.low <= value <= option.high:
        return f"{option.name} = {value} lies outside its bounds, {option.low} to {option.high}"
    return ""


def _names_mistake(option: Option, names: Any) -> str:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        return f"{option.name} names {', '.join(twice)} twice; give each once"
    return "" if all(names) and names else f"{option.name} needs names, as {option.name}=first,second"


def _shard_mistake(value: Any) -> str:
    part, slash, parts = str(value).partition("/")
    if slash and part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts):
        return ""
    return f"shard = {value} must say which part of how many, as shard=2/8"
