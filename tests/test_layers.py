"""Imports run downhill and in no circle; the model knows no configuration tool and no plot."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
# From the floor up; a room may use its own floor and those below.
FLOORS = (
    "errors memory later boxing numbalight nearby mesalight quantiles nodes shipped findings draws held dates workdays "
    "part departmentclaims world decisions parameters",
    "citytable citybooks cityyaml cityfiles cityoperators cityrows citydoctor cityhistory cityreasons cityplan "
    "premises territory city citymake peers bills callprofile queueing "
    "compensation situation given",
    "awareness choice reps learning attraction recruiting stages territories team incentives conduct payroll",
    "state",
    "atrest cohorts tenants outbound standstill opening ledger orders scene telephone recollections record foundation",
    "fielddays observation collector crm doors competitors offers reactions pricenews advertising timing credit",
    "steps",
    "agents testsale plans books staffing",
    "behaviour",
    "department",
    "fieldforce",
    "kept saving",
    "market",
    "experiments",
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms.split()}
BARRED = {"hydra", "omegaconf", "matplotlib", "pandas"}


def room_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[0] if parts[0] == "experiments" else parts[1] if parts[0] == "sim" and len(parts) > 1 else ""


def statements(tree: ast.AST):
    """Every statement, but for what stands under TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from statements(node)


def imported(nodes) -> set[str]:
    """Dotted names of what these statements import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def files() -> dict[str, ast.Module]:
    """Every module of the model and the experiments, by its dotted name."""
    found = [path for folder in ("sim", "experiments") for path in (ROOT / folder).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text()) for path in found}


def test_every_room_has_its_floor():
    homeless = {room_of(name) for name in files()} - set(FLOOR) - {"", "__init__"}
    assert not homeless, f"give these rooms a place in FLOORS: {sorted(homeless)}"


def test_imports_run_downhill():
    up = [
        f"{name} reaches up to {used}"
        for name, tree in files().items()
        for used in imported(statements(tree))
        if FLOOR.get(room_of(name), len(FLOORS)) < FLOOR.get(room_of(used), -1)
    ]
    assert not up


def test_imports_run_in_no_circle():
    known = files()
    graph = {}
    for name, tree in known.items():
        used = imported(statements(tree))
        graph[name] = {one for one in (*used, *(dotted.rpartition(".")[0] for dotted in used)) if one in known} - {name}
    TopologicalSorter(graph).prepare()


def test_the_model_knows_no_configuration_tool_and_no_plot():
    barred = [(name, used) for name, tree in files().items() for used in imported(tree.body) if name.startswith("sim.")]
    assert not [(name, used) for name, used in barred if used.split(".")[0] in BARRED]
