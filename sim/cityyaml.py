"""YAML of a city's folder, read safely: plain keys, texts, numbers and lists, no tags and no references."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from sim.findings import Findings

YAML_LIMIT = 200_000  # bytes; some pages of text, and read in a second or two
NUMBER_LIMIT = 40  # characters of a number
REMEDY = "plain keys, texts, numbers and lists only"


class SafeLoader(yaml.SafeLoader):
    """YAML without tags and anchors, no key twice, no number of endless length."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.constructor.ConstructorError(None, None, "an anchor or alias", event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.constructor.ConstructorError(None, None, f"the tag {event.tag[:60]}", event.start_mark)
        node: Any = super().compose_node(parent, index)
        number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
        if number and len(node.value) > NUMBER_LIMIT:
            message = f"a number of {len(node.value):,} characters"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        times = Counter(key for key in keys if isinstance(key, str | int))
        for (key_node, _), key in zip(node.value, keys, strict=True):
            if not isinstance(key, str | int) or times[key] > 1:
                problem = f"the key {str(key)[:60]!r} twice or no plain text"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, findings: Findings) -> Any:
    """Plain mappings, lists, texts and numbers; None after a mistake."""
    if path.stat().st_size > YAML_LIMIT:
        message = f"is larger than {YAML_LIMIT // 1000} kB"
        findings.error(path.name, message, remedy="it should hold a page of plain text")
        return None
    try:
        return yaml.load(path.read_bytes(), SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError, OverflowError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        row = mark.line + 1 if mark else None
        findings.error(path.name, f"cannot be read: {problem}", row=row, remedy=REMEDY)
        return None
