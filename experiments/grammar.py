"""Splits the words of a command line into PATH, options and overrides, and tells what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.options import LITERAL, OPTIONS, Command, option_mistake

KEY = re.compile(r"[A-Za-z_][\w.\-\[\]]*")
INTEGER, DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)"), re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
WORD = re.compile(r"[A-Za-z/][A-Za-z0-9_/.\-]*")
NO_WORDS = ("null", "true", "false", "nan", "inf")
SHORT = {"scheme": "department.scheme.name"}  # what may be said in a word
OUTSIDE_COMMAND = "does not belong to this command"


@dataclass
class Words:
    """What a command line says, and the mistakes in it."""

    path: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)  # several values for one parameter, as they were written
    mistakes: list[str] = field(default_factory=list)


def split(name: str, command: Command, words: Sequence[str]) -> Words:
    """Read the words after the command's name."""
    said = Words()
    seen: dict[str, str] = {}
    for word in _without_dashed_values(words):
        if _is_path(command, said.path, word):
            said.path.append(word)
        elif "=" not in word or word.startswith(("-", "~")):
            said.mistakes.append(_bad_word(name, command, word))
        else:
            _read_pair(name, command, word, said, seen)
    said.mistakes += _path_mistakes(name, command, said.path)
    return said


# ---- PATH -----------------------------------------------------------------------------------------------------------


def _without_dashed_values(words: Sequence[str]) -> list[str]:
    """Drop the value after a `--key`, for the message about the key says it all."""
    dashed = [word.startswith("--") and "=" not in word for word in words]
    return [word for i, word in enumerate(words) if not (i and dashed[i - 1] and "=" not in word and word[:1] != "-")]


def _is_path(command: Command, path: list[str], word: str) -> bool:
    """True when a word stands where the command takes a PATH; an option's `key=value` is none, unless it exists."""
    if word.startswith("-"):
        return False
    if command.takes:
        return not path and ("=" not in word or (word.partition("=")[0] not in OPTIONS and Path(word).exists()))
    if not command.forms:
        return False
    if not path:
        return "=" not in word
    most = command.forms.get(path[0], (0, 0, ""))[1]
    return len(path) <= most and (word.partition("=")[0] not in OPTIONS or Path(word).exists())


def _path_mistakes(name: str, command: Command, path: list[str]) -> list[str]:
    if command.takes:
        return [] if path else [f"fieldcast {name} needs {command.takes}; write fieldcast {name} {command.takes}"]
    if not command.forms:
        return []
    forms = " or ".join(f"fieldcast {name} {form} {most}".strip() for form, (_, _, most) in command.forms.items())
    if not path:
        return [f"fieldcast {name} needs a word more; write {forms}"]
    if path[0] not in command.forms:
        return [f"'{path[0]}' is no word of fieldcast {name}; write {forms}"]
    least, _, shown = command.forms[path[0]]
    return [f"fieldcast {name} {path[0]} needs {shown}"] if len(path) - 1 < least else []


def _bad_word(name: str, command: Command, word: str) -> str:
    """A word that is neither PATH nor key=value."""
    if word.startswith("~"):
        return f"'{word}' is refused: nothing can be deleted; give the key another value instead"
    if word.startswith("-"):
        key, _, value = word.lstrip("-").partition("=")
        return f"'{word}' is not how options are given; write {key.replace('-', '_')}={value or 'VALUE'}"
    known = f"an option is given as {word}=VALUE" if word in OPTIONS else "options are given as key=value"
    takes = "takes no PATH" if not command.forms and not command.takes else "takes no further PATH"
    return f"'{word}' is one word too many: fieldcast {name} {takes}, and {known}; put quotes around spaces"


# ---- key=value ------------------------------------------------------------------------------------------------------


def _read_pair(name: str, command: Command, word: str, said: Words, seen: dict[str, str]) -> None:
    key, _, text = word.partition("=")
    key = SHORT.get(key, key) if command.scenarios else key
    problem = _key_mistake(name, command, key, text)
    if not problem and key in seen:
        problem = f"'{key}' is given twice, as {seen[key]} and as {word}; keep one"
    seen[key] = word
    if problem:
        said.mistakes.append(problem)
        return
    option = OPTIONS.get(key)
    if option is None and command.sweeps and is_several(key, text):
        said.dimensions[key] = text
        return
    try:
        value = text if key in LITERAL else _value(key, text, option.kind if option else "")
    except ValueError as error:
        said.mistakes.append(str(error))
        return
    problem = f"{key}= has no value; give one, or leave the word out" if value == "" else ""
    if option:
        problem = problem or option_mistake(option, value)
    if problem:
        said.mistakes.append(problem)
    elif option and option.kind != "run":
        said.options[key] = value
    else:
        said.overrides[key] = value


def _value(key: str, text: str, kind: str) -> Any:
    """The value of an option or override; ValueError with the remedy where it cannot be read."""
    if kind == "names":
        bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        return [name.strip() for name in bare.split(",")]
    if kind == "sets" and not text.startswith("{"):
        return text  # a file
    return parse_value(key, text, name=kind == "word")


def _key_mistake(name: str, command: Command, key: str, text: str) -> str:
    if not key:
        return f"'={text}' has no name before the equals sign; write key=value"
    if key.startswith("+"):
        bare = key.lstrip("+")
        remedy = _key_mistake(name, command, bare, text) or f"write {bare}={text}"
        return f"'{key}' is refused: a configuration has a fixed set of names; {remedy}"
    if key in command.options:
        return ""
    if key in OPTIONS:
        return f"'{key}' {OUTSIDE_COMMAND}; fieldcast {name} takes {', '.join(command.options)}"
    if not command.scenarios:
        return f"unknown option '{key}'; {_nearest(key, command.options)}"
    return "" if _is_parameter(key) else _unknown_key(key, command)


def _is_parameter(key: str) -> bool:
    from sim.parameters import override_mistake

    return bool(KEY.fullmatch(key)) and not override_mistake(key)


def _unknown_key(key: str, command: Command) -> str:
    from sim.parameters import known_paths, override_mistake

    if "." in key and KEY.fullmatch(key):
        return override_mistake(key)
    if re.search(r"[/@:]", key):
        return f"unknown option '{key}'; a scenario is chosen as scenario=NAME, a parameter set as section.name=value"
    return f"unknown option '{key}'; {_nearest(key, [*command.options, *known_paths()])}"


def _nearest(key: str, known: Iterable[str]) -> str:
    from sim.nodes import closest

    return closest(key, dict.fromkeys(known))


def plain_value(text: str) -> Any:
    """What Hydra's grammar reads from a plain number, a truth, a word or a path, without reading the grammar itself,
    a sixth of a second; None for everything else."""
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    if text in ("true", "false"):
        return text == "true"
    return text if WORD.fullmatch(text) and text.lower() not in NO_WORDS else None


def is_several(key: str, text: str) -> bool:
    """Whether Hydra's grammar reads several values, or a range of them."""
    if plain_value(text) is not None:
        return False
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return bool(OverridesParser.create().parse_override(f"{key}={text}").is_sweep_override())
    except HydraException:
        return False


def parse_value(key: str, text: str, name: bool = False) -> Any:
    """The value as Hydra's grammar reads it; several values or an unreadable one raise ValueError with the remedy."""
    plain = plain_value(text)
    if plain is not None:
        return text if name and not isinstance(plain, str) else plain
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = OverridesParser.create().parse_override(f"key={text}")
    except HydraException:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        remedy = f"put double quotes around the value and single ones around the word: '{key}=\"{quoted}\"'"
        raise ValueError(f"{key}={text} cannot be read; if it is text, {remedy}") from None
    if parsed.is_sweep_override():
        raise ValueError(f"{key}={text} gives several values where one is needed; run the command once for each")
    value = parsed.value()
    return text if name and isinstance(value, bool | int | float) else value
