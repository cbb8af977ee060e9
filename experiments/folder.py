"""The results folder: it appears with its plan inside, can be resumed from what it holds, and ends with a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.runner import CityRef, DesignPoint, Plan
from experiments.swept import SweptPoint, as_json, bases_of, from_json, with_draws
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

# These may change between the first start and a resumption: no number depends on them.
FREE_ON_RESUME = {"resume", "workers", "engine", "engine_address", "quiet", "fail_fast", "check"}
OF_THE_PLAN = ("seed", "replications")
OF_THE_RUN = ("months", "warmup")
LIBRARIES = ("numpy", "numba", "mesa", "networkx", "scipy", "pyarrow", "joblib", "matplotlib", "hydra-core", "pydantic")
MOST_MISTAKES = 20
POINTS_KEY = "points"  # of a sweep
CONFIGURATION_KEY = "configuration"  # plan.parquet keeps a copy, so that an edited config.yaml is noticed


# ---- beginning -------------------------------------------------------------------------------------------------


def config_of(
    plan: Plan, command: str, options: Mapping[str, Any] | None = None, shard: str | None = None
) -> dict[str, Any]:
    """The full resolved configuration of a plan, all that a resumption needs; `options` are the command's own.

    Of swept points it holds the base; their values stand in plan.parquet.
    """
    whole = [point for point in plan.points if not isinstance(point, SweptPoint)]
    first = plan.points[plan.baseline] if plan.baseline is not None else None
    roles = ["baseline" if point is first else "scenario" for point in whole]
    whole += bases_of(plan)
    roles += ["base"] * (len(whole) - len(roles))
    rare: dict[str, Any] = {"own_seeds": True} if plan.own_seeds else {}
    rare |= {"draws": [point.values for point in plan.drawn[: plan.replications]]} if plan.drawn else {}
    return {
        "command": command,
        "version": plan.version,
        "seed": plan.seed,
        "replications": plan.replications,
        **rare,
        "options": dict(options or {}),
        "shard": shard,
        "city": {"name": plan.city.name, "content": plan.city.content_hash, "search": list(plan.city.search)},
        "scenarios": [
            {"name": point.name, "role": role, "values": point.values, "configuration": point.mapping}
            for point, role in zip(whole, roles, strict=True)
        ],
    }


def begin_folder(plan: Plan, folder: Path, config: dict[str, Any], files: Mapping[str, str] | None = None) -> None:
    """Makes the results folder appear with its plan, its configuration and other files already inside."""
    from experiments.tables import write_plan

    building = folder.with_name(f".{folder.name}.{os.getpid()}.begin")
    try:
        building.mkdir(parents=True)
        notes = {CONFIGURATION_KEY: json.dumps(config, default=str)}
        if bases_of(plan):
            notes[POINTS_KEY] = json.dumps(as_json(plan))
        write_plan(plan, building, notes)
        write_yaml(building / "config.yaml", config)
        for name, text in (files or {}).items():
            (building / name).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rmdir()  # an empty folder that the user made beforehand
        building.rename(folder)
    except OSError as error:
        message = f"out = {folder}: cannot be written ({error.strerror}); give another folder with out="
        raise InputError(message) from None
    finally:
        shutil.rmtree(building, ignore_errors=True)


def begin_numbered(plan: Plan, folder: Path, config: dict[str, Any], files: Mapping[str, str] | None = None) -> Path:
    """Begins a folder under a name of our own, numbered on where another command was faster; returns the folder."""
    names = (folder if number == 1 else folder.with_name(f"{folder.name}_{number}") for number in count(1))
    for name in names:
        try:
            begin_folder(plan, name, config, files)
            break
        except InputError:
            if not (name / "plan.parquet").exists():
                raise
    return name


def write_yaml(path: Path, config: dict[str, Any]) -> None:
    """Writes a configuration in the order in which it is given."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # compiled, where it is there: several times as fast
    text = yaml.dump(config, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    path.write_text(text, encoding="utf-8")


# ---- resuming --------------------------------------------------------------------------------------------------


def resumed_plan(request: Request, version: str) -> tuple[Plan, dict[str, Any]]:
    """The plan of a folder that was begun before; whatever the command line says otherwise is refused by name."""
    folder = request.out_folder()
    config = stored_config(folder)
    mistakes = [*edited(folder, config), *changed(request, config, version)]
    if mistakes:
        raise InputError(mistakes)
    return plan_of(folder, config), config


def plan_of(folder: Path, config: Mapping[str, Any]) -> Plan:
    """The plan of a folder: its configuration, and the points of a sweep from plan.parquet."""
    import pyarrow.parquet as pq

    told = (pq.read_metadata(folder / "plan.parquet").metadata or {}).get(POINTS_KEY.encode())
    return plan_from(config, json.loads(told) if told else None)


def stored_config(folder: Path) -> dict[str, Any]:
    """The configuration in a results folder."""
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        config = yaml.load((folder / "config.yaml").read_text(encoding="utf-8"), Loader=loader)
        if isinstance(config, dict) and {"command", "seed", "city", "scenarios"} <= set(config):
            return config
        reason = "is not the configuration of a run"
    except FileNotFoundError:
        reason = "is missing"
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        reason = "cannot be read"
    raise InputError(f"resume = {folder}: its config.yaml {reason}; give the folder that an earlier run has left")


def plan_from(config: Mapping[str, Any], swept: dict[str, Any] | None = None) -> Plan:
    """The plan that a stored configuration describes, with the points of a sweep if there are any."""
    from sim.parameters import check

    points: Any = [
        DesignPoint(one["name"], check(one["configuration"]), one["configuration"], one["values"])
        for one in config["scenarios"]
    ]
    roles, pairs = [one["role"] for one in config["scenarios"]], ()
    own = next(iter(config["city"]["search"]), None)
    if swept:
        whole = [point for point, role in zip(points, roles, strict=True) if role != "base"]
        bases = [point for point, role in zip(points, roles, strict=True) if role == "base"]
        points, pairs = from_json(swept, whole, bases, own)
    city = CityRef(config["city"]["name"], config["city"]["content"], tuple(config["city"]["search"]))
    baseline = roles.index("baseline") if "baseline" in roles else None
    plan = Plan(
        tuple(points),
        config["replications"],
        config["seed"],
        city,
        config["version"],
        baseline,
        pairs,
        own_seeds=config.get("own_seeds", False),
    )
    return with_draws(plan, config["draws"]) if config.get("draws") else plan


def edited(folder: Path, config: dict[str, Any]) -> list[str]:
    """What was changed in config.yaml after the folder was begun."""
    import pyarrow.parquet as pq

    try:
        begun_with = flat(json.loads(pq.read_metadata(folder / "plan.parquet").metadata[CONFIGURATION_KEY.encode()]))
    except (OSError, ValueError, KeyError, TypeError):
        return [f"resume = {folder}: its plan.parquet is missing or cannot be read; start again with out="]
    now = flat(json.loads(json.dumps(config, default=str)))
    found = [
        f"{folder / 'config.yaml'}: {path} is {now.get(path, 'gone')}, but the folder was begun with "
        f"{begun_with.get(path, 'nothing there')}; put it back, or start again with out="
        for path in dict.fromkeys([*begun_with, *now])
        if begun_with.get(path) != now.get(path)
    ]
    return found[:MOST_MISTAKES] + [f"... and {len(found) - MOST_MISTAKES} more"] * (len(found) > MOST_MISTAKES)


def flat(mapping: Any, prefix: str = "") -> dict[str, Any]:
    """A nested mapping as dotted paths."""
    if isinstance(mapping, Mapping) and mapping:
        return {key: value for name, inner in mapping.items() for key, value in flat(inner, f"{prefix}{name}.").items()}
    if isinstance(mapping, list) and mapping and isinstance(mapping[0], Mapping):
        return flat({inner.get("name", place): inner for place, inner in enumerate(mapping)}, prefix)
    return {prefix.rstrip("."): mapping}


def changed(request: Request, config: Mapping[str, Any], version: str) -> list[str]:
    """What the command line says otherwise than the folder."""
    said = {"command": request.command, "version": version}
    stored: dict[str, Any] = {"command": config["command"], "version": config["version"]}
    for name in sorted(request.given - FREE_ON_RESUME):
        said[name], stored[name] = said_and_stored(request, config, name)
    return [
        f"{name} = {said[name]}: the folder was begun with {stored[name]}; leave {name} as it was to resume, "
        "or start a new run with out="
        for name in said
        if said[name] != stored[name]
    ]


def said_and_stored(request: Request, config: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """One name as the command line has it, and as the folder has it."""
    if name in OF_THE_PLAN:
        return request.options[name], config[name]
    if name in request.dimensions:
        return request.dimensions[name], config.get("options", {}).get("dimensions", {}).get(name)
    if name in config.get("options", {}):
        return request.options[name], config["options"][name]
    if name == "shard":
        return request.options[name], config.get("shard")
    if name == "city":
        return city_ref(request, config["city"]["content"]).name, config["city"]["name"]
    if name == "configs":
        return city_ref(request, "").search, tuple(config["city"]["search"])
    by_role = {one["role"]: one for one in reversed(config["scenarios"])}
    point = by_role.get("scenario", by_role.get("base", by_role.get("baseline", {})))
    if name in ("scenario", "baseline"):
        return request.options[name], by_role.get(name, point)["name"].removesuffix(OVERRIDDEN)
    said = request.overrides.get(name, request.options.get(name))
    if name.startswith("record.") and name not in request.overrides:
        said = request.options["record"].get(name.split(".")[1])
    return said, value_at(point["configuration"], name)


def value_at(mapping: Any, path: str) -> Any:
    """The value at a dotted path; a claim about the world stands for its number."""
    for name in path.split("."):
        mapping = mapping.get(name) if isinstance(mapping, Mapping) else None
    return mapping["value"] if isinstance(mapping, Mapping) and "value" in mapping else mapping


OVERRIDDEN = "_with_overrides"  # the scenario's name when it is the baseline's with other decisions


def city_ref(request: Request, content_hash: str) -> CityRef:
    """The city of a request, in words that mean the same from any working directory."""
    name, configs = request.options["city"], request.options["configs"]
    place = Path(name).expanduser()
    search = (str(Path(configs).expanduser().resolve()),) if configs else ()
    return CityRef(str(place.resolve()) if place.is_dir() else name, content_hash, search)


# ---- ending ----------------------------------------------------------------------------------------------------


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """Writes manifest.json, the last file: where it stands, all others are whole."""
    part = folder / ".manifest.json.part"
    text = json.dumps(facts | {"libraries": libraries()}, indent=2, ensure_ascii=False, default=str)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(folder / "manifest.json")


def libraries() -> dict[str, str]:
    """Versions of Python and of the libraries that results rest on."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def code_revision() -> str | None:
    """The revision of the code, if it runs from a git checkout."""
    here = Path(__file__).resolve().parent.parent
    if not (here / ".git").exists():
        return None
    try:
        call = ["git", "-C", str(here), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
        return subprocess.run(call, capture_output=True, text=True, timeout=10, check=True).stdout.strip() or None
    except (OSError, subprocess.SubprocessError):
        return None


def digests(folder: Path) -> dict[str, str]:
    """Checksums of a folder's tables, by file."""
    return {path.name: file_digest(path) for path in sorted(folder.glob("*.parquet")) if not path.name.startswith(".")}


def file_digest(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def damaged_tables(folder: Path, manifest: Mapping[str, Any] | None = None) -> list[str]:
    """Tables that are no longer what the manifest says, or gone."""
    told = (stored_manifest(folder) if manifest is None else manifest).get("digests", {})
    return [name for name, one in told.items() if not (folder / name).is_file() or file_digest(folder / name) != one]


def check_tables(folder: Path) -> None:
    """Refuse to read damaged tables, which the journal can restore."""
    manifest = stored_manifest(folder)
    command = manifest.get("command", ["fieldcast", "forecast"])[1]
    damaged = [
        f"{folder / name} is damaged or missing; this writes it anew from the finished runs: "
        f"fieldcast {command} {shlex.quote(f'resume={folder}')}"
        for name in damaged_tables(folder, manifest)
    ]
    if damaged:
        raise InputError(damaged)


def stored_manifest(folder: Path) -> dict[str, Any]:
    """A folder's manifest; empty where there is none that can be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def finished_runs(folder: Path) -> int:
    """How many runs a finished folder holds; 0 where one is missing, or a file, or where a table is damaged."""
    manifest = stored_manifest(folder)
    whole = all((folder / name).exists() for name in manifest.get("files", ["manifest.json"]))
    whole = whole and not damaged_tables(folder, manifest)
    runs = manifest.get("runs", {})
    return int(runs["done"]) if whole and runs.get("done") == runs.get("planned") else 0
