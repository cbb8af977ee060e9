"""Composes a scenario from the configuration files and the overrides of a command line, and has it checked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from experiments.grammar import split
from experiments.options import OPTIONS, Command
from sim import parameters as checking
from sim.compensation import SCHEMES, bind, written
from sim.errors import InputError, nearest
from sim.parameters import Parameters
from sim.shipped import load, scheme_file, scheme_names

GROUPS = ("scenario", "scheme", "world")
# These hold for the scenario and the baseline alike: the world, when the decision falls, and the length of the run.
SHARED = ("world", "calendar", "situation", *checking.RUN_FIELDS)


class Request:
    """One command line, read and checked."""

    def __init__(self, command: str, path: list[str], options: dict[str, Any], overrides: dict[str, Any]):
        self.command = command
        self.path = path
        self.given: frozenset[str] = frozenset([*options, *overrides])
        self.options = {**_defaults(), **options}
        self.overrides = overrides
        self.words: list[str] = []
        self.dimensions: dict[str, str] = {}
        self._configs = configs_of(self.options["configs"])
        self._out: Path | None = None

    def parameters(
        self, scenario_name: str | None, baseline: bool = False, more: Mapping[str, Any] | None = None
    ) -> tuple[Parameters, dict[str, Any]]:
        """A scenario with the overrides that concern it: typed, and as the full mapping it was checked from.

        None is the configuration without a scenario; `more` are overrides of one design point.
        """
        if not baseline:
            return self._configs.parameters(scenario_name, {**self.overrides, **(more or {})})
        shared = {path: value for path, value in self.overrides.items() if path.split(".")[0] in SHARED}
        situation = self._configs.situation(self.options.get("scenario"))
        return self._configs.parameters(scenario_name, {**situation, **shared})

    def out_folder(self) -> Path:
        """The folder for the results, not made here; one that is filled when first asked for is refused."""
        if self.options["resume"]:
            return at_home(self.options["resume"])
        if self._out is None:
            given = self.options["out"]
            folder = at_home(given) if given else _new_folder(self.command)
            refuse_filled(folder)
            self._out = folder
        return self._out


def _defaults() -> dict[str, Any]:
    plain = {name: option.default for name, option in OPTIONS.items() if not name.startswith("record.")}
    return {**plain, "record": checking.Record().model_dump()}


def _new_folder(command: str) -> Path:
    """`runs/<date>_<time>_<command>`, numbered on when two start in one second."""
    stem = f"{time.strftime('%Y-%m-%d_%H%M%S')}_{command}"
    tries = (Path("runs") / (stem if number == 1 else f"{stem}_{number}") for number in range(1, 10_000))
    return next(folder for folder in tries if not folder.exists())


def at_home(place: str) -> Path:
    """A folder as given, with a leading `~` read as the user's home, which shells do not do after a `=`."""
    return Path(os.path.expanduser(place))  # noqa: PTH111 (pathlib fails at a `~name` that is no user)


def refuse_filled(folder: Path) -> None:
    """Refuse a place where results would be mixed with something else."""
    if folder.is_dir():
        if any(folder.iterdir()):
            raise InputError(f"out={folder} exists and is not empty; give a new folder, or empty this one")
    elif folder.exists():
        raise InputError(f"out={folder} is a file; give a new folder")
    elif any(parent.exists() and not parent.is_dir() for parent in folder.parents):
        raise InputError(f"out={folder} lies below a file; give a new folder")


# ---- reading a command line -----------------------------------------------------------------------------------------


def read(name: str, command: Command, words: Sequence[str]) -> Request:
    """The request of a command line, or an InputError with all its mistakes."""
    said = split(name, command, words)
    mistakes = said.mistakes + _folder_mistakes(said.options)
    if not _collected(lambda: configs_of(said.options.get("configs")), mistakes):
        # Without the folder nothing more can be said about scenarios.
        raise InputError(mistakes)
    usual = {key: value for key, value in command.defaults.items() if OPTIONS[key].kind == "run"}
    request = Request(name, said.path, {**command.defaults, **said.options}, {**usual, **said.overrides})
    request.given = frozenset([*said.options, *said.overrides, *said.dimensions])
    request.dimensions = said.dimensions
    request.words = list(words)
    if command.scenarios and request.given != {"resume"}:
        for option in command.scenarios:
            _check_scenario(request, option, mistakes)
    if mistakes:
        raise InputError(list(dict.fromkeys(mistakes)))
    return request


def _check_scenario(request: Request, option: str, mistakes: list[str]) -> None:
    found = _collected(lambda: request.parameters(request.options[option], baseline=option == "baseline"), mistakes)
    if not found:
        # The scenario may be what is wrong; the overrides are read all the same.
        _collected(lambda: request.parameters(None), mistakes)
    elif option == "scenario":
        parameters = found[0]
        request.options |= {name: getattr(parameters, name) for name in checking.RUN_FIELDS if name != "record"}
        request.options["record"] = parameters.record.model_dump()


def _collected(attempt: Callable[[], Any], mistakes: list[str]) -> Any:
    """What the attempt gives, or None with its mistakes collected."""
    try:
        return attempt()
    except InputError as error:
        mistakes += error.messages
        return None


def _folder_mistakes(options: Mapping[str, Any]) -> list[str]:
    mistakes: list[str] = []
    if options.get("out"):
        _collected(lambda: refuse_filled(at_home(options["out"])), mistakes)
    if options.get("resume") and not at_home(options["resume"]).is_dir():
        mistakes.append(f"resume={options['resume']} is no folder; give the folder of the run that was stopped")
    if options.get("resume") and options.get("out"):
        mistakes.append("out and resume exclude each other: a resumed run goes on in its own folder; leave out= out")
    return mistakes


# ---- the configuration files ----------------------------------------------------------------------------------------


def compose_scenario(name: str, configs: str | None, overrides: Mapping[str, Any]) -> Parameters:
    """The parameters of a scenario with overrides, for use from Python."""
    return configs_of(configs).parameters(name, overrides)[0]


def configs_of(folder: str | None) -> Configs:
    """The configuration groups; the built-in ones are composed once a process, for they do not change."""
    return Configs(folder) if folder else _built_in()


@cache
def _built_in() -> Configs:
    return Configs(None)


class Configs:
    """The built-in configuration groups, and before them a user's own folder."""

    def __init__(self, folder: str | None):
        self.folder = at_home(folder).resolve() if folder else None
        self._composed: dict[str, dict[str, Any]] = {}
        if self.folder:
            _check_folder(self.folder, str(folder))

    def parameters(self, name: str | None, overrides: Mapping[str, Any]) -> tuple[Parameters, dict[str, Any]]:
        """A scenario with overrides, checked; the mistakes of the files and of the overrides are told together."""
        mapping, mistakes = self._scenario(name)
        mapping, more = checking.try_apply(mapping, overrides)
        mistakes += more
        if not mistakes:
            mapping = _collected(lambda: with_scheme(mapping, self.folder), mistakes) or mapping
        checked = _collected(lambda: checking.check(mapping), mistakes)
        if mistakes:
            raise InputError(mistakes)
        return checked, mapping

    def situation(self, name: str | None) -> dict[str, Any]:
        """Where the operator stands at the start of a scenario, as overrides: its baseline begins there too."""
        mapping, _ = self._scenario(name)
        section = mapping.get("situation")
        return {f"situation.{key}": value for key, value in section.items()} if isinstance(section, dict) else {}

    def _scenario(self, name: str | None) -> tuple[dict[str, Any], list[str]]:
        """The full mapping of a scenario; bare claims of its files are back in the nodes of the world they change."""
        base = checking.defaults(self.folder)
        if name is None:
            return base, []
        composed = self._compose(name)
        mistakes = []
        if "scenario" in composed:
            mistakes.append(f"scenario '{name}' must begin with the line '# @package _global_'")
        for option in checking.RUN_FIELDS:
            if composed.get(option) != base.get(option):
                mistakes.append(
                    f"scenario '{name}' sets {option}, which belongs to the whole run; give it as {option}=..."
                )
        mapping, more = checking.settle({key: composed[key] for key in composed if key != "scenario"}, base)
        return mapping, mistakes + more

    def _compose(self, name: str) -> dict[str, Any]:
        if name not in self._composed and not self.folder:
            # What Hydra would make of a plain file of ours, in a hundredth of the time; a test holds the two together.
            plain = _plain_scenario(name)
            if plain is not None:
                self._composed[name] = _laid_over(checking.defaults(), plain)
        if name not in self._composed:
            with _hydra(self.folder) as options:
                if name not in options:
                    raise InputError(f"unknown scenario '{name}'; {_listed(name, options)}")
                self._composed[name] = _composed(name, self.folder)
        return self._composed[name]


def with_scheme(mapping: dict[str, Any], own: Path | None) -> dict[str, Any]:
    """The mapping with the pay scheme's function and all its terms, checked against what the scheme takes."""
    department = mapping.get("department")
    given = department.get("scheme") if isinstance(department, dict) else None
    if not isinstance(department, dict) or not isinstance(given, dict):
        return mapping
    found = scheme_file(str(given.get("name")), own)
    if found is None and given.get("kind"):
        found = str(given["kind"]), {}  # resolved before
    if found is None:
        names = scheme_names(own)
        raise InputError(
            f"department.scheme.name = {given.get('name')} is no pay scheme; {_listed(str(given.get('name')), names)}"
        )
    terms = given.get("terms") or {}
    if not isinstance(terms, dict):
        raise InputError(f"department.scheme.terms = {terms!r} must be a section, such as {{base: 5000}}")
    kind = str(given.get("kind") or found[0])
    scheme = bind(kind, (found[1] if kind == found[0] else {}) | terms)
    resolved = given | {"kind": kind, "terms": written(scheme)}
    return mapping | {"department": department | {"scheme": resolved}}


def _plain_scenario(name: str) -> dict[str, Any] | None:
    """What a shipped scenario says, where its file neither builds on another nor interpolates."""
    folder = resources.files("configs").joinpath("scenario")
    file = next((file for file in folder.iterdir() if file.name == f"{name}.yaml"), None)
    content = (load(file) or {}) if file else {"defaults": []}
    return None if "defaults" in content or "${" in str(content) else content


def _laid_over(base: Any, top: Any) -> Any:
    """The mapping with another laid over it, name by name."""
    if not (isinstance(base, dict) and isinstance(top, dict)):
        return top
    return base | {key: _laid_over(base.get(key), value) for key, value in top.items()}


def _listed(name: str, options: list[str]) -> str:
    listed = "known: " + ", ".join(options)
    hint = nearest(name, options)
    return listed if hint.startswith("known") else f"{hint} {listed}"


@contextmanager
def _hydra(folder: Path | None) -> Iterator[list[str]]:
    """Hydra with the user's folder before the built-in groups; gives the names of the scenarios."""
    from hydra import initialize_config_module
    from hydra.core.global_hydra import GlobalHydra

    with initialize_config_module("configs", version_base="1.3"):
        loader: Any = GlobalHydra.instance().config_loader()
        if folder:
            search = loader.get_search_path()
            search.prepend("user", f"file://{folder}", "main")
            loader.repository.initialize_sources(search)
        yield loader.get_group_options("scenario")


def _composed(name: str, folder: Path | None) -> dict[str, Any]:
    from hydra import compose
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        config = compose("config", overrides=[f"scenario={name}"])
        plain: Any = OmegaConf.to_container(config, resolve=True)
    except RecursionError:
        raise InputError(f"scenario '{name}' builds on itself; look at the defaults lists of its file") from None
    except yaml.YAMLError as error:
        raise InputError(f"scenario '{name}'{_place(error)}; correct the YAML") from None
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        where = f" with configs={folder}" if folder else ""
        raise InputError(f"scenario '{name}' cannot be composed{where}: {reason}") from None
    return plain


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark else ""
    return f"{line}: {getattr(error, 'problem', None) or 'cannot be read'}"


# ---- a user's folder ------------------------------------------------------------------------------------------------


def _check_folder(folder: Path, shown: str) -> None:
    """Refuse a folder that is none, holds no group, or holds files that cannot be read."""
    if not folder.is_dir():
        raise InputError(f"configs={shown} is no folder; give one with the sub-folders {' or '.join(GROUPS)}")
    found = [group for group in GROUPS if (folder / group).is_dir()]
    if not found and not (folder / "config.yaml").is_file():
        inside = sorted(path.name for path in folder.iterdir() if path.is_dir())
        hint = nearest(inside[0], GROUPS) if inside else f"put your files into {' or '.join(GROUPS)}"
        raise InputError(f"configs={shown} holds neither {' nor '.join(GROUPS)}; {hint}")
    files = [(file, group) for group in found for file in _files(folder / group)]
    files += [(folder / "config.yaml", "")] if (folder / "config.yaml").is_file() else []
    mistakes = [mistake for file, group in files for mistake in _file_mistakes(file, group)]
    if mistakes:
        raise InputError(mistakes)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _file_mistakes(file: Path, group: str) -> list[str]:
    if file.suffix != ".yaml":
        return [f"{file} is left unread; name it {file.stem}.yaml"] if file.suffix == ".yml" else []
    parts = list(checking.World.model_fields)
    if group == "world" and file.stem not in parts:
        return [f"{file}: the world has no part '{file.stem}'; {nearest(file.stem, parts)}"]
    try:
        content = load(file)
    except UnicodeDecodeError:
        return [f"{file} is not written in UTF-8; save it as UTF-8"]
    except yaml.YAMLError as error:
        return [f"{file}{_place(error)}; correct the YAML"]
    if content is not None and not isinstance(content, dict):
        return [f"{file} must hold names with values, as 'telemarketing: {{telemarketers: 4}}'"]
    return [f"{file}: {mistake}" for mistake in _scheme_mistakes(content or {})] if group == "scheme" else []


def _scheme_mistakes(content: Mapping[str, Any]) -> list[str]:
    """What is wrong with a pay scheme's own file."""
    keys = ("kind", "terms")
    unknown = [f"unknown key '{key}'; {nearest(str(key), keys)}" for key in content if key not in keys]
    if "kind" not in content:
        return [*unknown, f"no kind; write kind: with one of {', '.join(sorted(SCHEMES))}"]
    _collected(lambda: bind(content["kind"], content.get("terms")), unknown)
    return unknown
