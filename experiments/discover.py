"""`fieldcast discover DIR`: where in a finished sweep something happens, as boxes of parameters said in sentences."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.finished import Sweep, means, open_sweep, split
from experiments.prim import Box, Limit, find_boxes
from experiments.wording import condition_said, input_said, verb
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.compose import Request

Array = np.ndarray[Any, Any]

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
CONDITION = re.compile(r"\s*([\w@-]+?)\s*(<=|>=|<|>)\s*(-?[\d.]+(?:[eE][-+]?\d+)?)\s*$")
HEAD = ("box", "cases", "coverage", "density", "parameter", "low", "high", "words", "chance")


def run(request: Request) -> int:
    """Find boxes, say them, and write them down; returns the exit code."""
    from experiments.compose import at_home
    from experiments.style import save_numbers

    sweep = open_sweep(Path(at_home(request.path[0])))
    name, sign, bound = condition(request.options["where"])
    share = share_of_runs(sweep.outcome(name), sign, bound)
    columns = inputs(sweep, split(request.options["baseline_kpis"]))
    there = np.isfinite(share)
    if not there.any():
        raise InputError(f"no run of {sweep.folder} has a number for {name}; look at runs.parquet for failures")
    boxes = find_boxes({path: column[there] for path, column in columns.items()}, share[there])
    folder = request.out_folder() if "out" in request.given else sweep.folder / "discovery"
    said = sentences(boxes, name, sign, bound, share[there], sweep.failed)
    save_numbers(folder, "boxes", HEAD, rows_of(boxes))
    (folder / "boxes.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
    draw(sweep, columns, share, boxes, condition_said(name, sign, bound), folder)
    print("\n".join(said))
    print(f"\nBoxes: {folder}/ (boxes.txt, boxes.png, data/boxes.csv)")
    return 0


def condition(text: str | None) -> tuple[str, str, float]:
    """The outcome, the sign and the bound of `where=`."""
    match = CONDITION.match(text or "")
    if not match:
        raise InputError(
            f"where={text or ''} is no condition; write an outcome, a sign and a number, as "
            "where='difference_cumulative_margin@24<0', where='customers>=1200'"
        )
    return match[1], match[2], float(match[3])


def share_of_runs(cells: Array, sign: str, bound: float) -> Array:
    """The share of each point's runs that fulfil the condition (points,), not-a-number where all failed."""
    return means(np.where(np.isfinite(cells), SIGNS[sign](cells, bound), np.nan))


def inputs(sweep: Sweep, baseline_kpis: list[str]) -> dict[str, Array]:
    """What boxes may be made of: the swept parameters, sets under the name `set`, and KPIs of the baseline."""
    found = {}
    for path, values in sweep.values.items():
        mine = [values[i] for i in sweep.swept]
        if any(value is None for value in mine):
            continue  # left as it is at some points: nothing to compare
        words = any(isinstance(value, str | bool) for value in mine)
        column = np.array([str(value) if words else value for value in mine], dtype=object if words else float)
        if len(set(column.tolist())) > 1:
            found[path] = column
    if len(set(sweep.stems)) > 1:
        found["set"] = np.array(sweep.stems, dtype=object)
    for name in baseline_kpis:
        found[f"baseline_{name}"] = means(sweep.outcome(f"baseline_{name}"))
    if not found:
        raise InputError(f"{sweep.folder} varies nothing that all its points set; boxes need a parameter that varies")
    return found


# ---- words and pictures --------------------------------------------------------------------------------------------


def sentences(boxes: list[Box], name: str, sign: str, bound: float, share: Array, failed: int) -> list[str]:
    """What was found, a sentence a box."""
    what = condition_said(name, sign, bound)
    said = [f"{what[0].upper()}{what[1:]} in {share.mean():.0%} of the runs of {len(share)} design points."]
    if failed:
        said[0] += f" {failed} runs failed and are left out."
    if not boxes:
        said.append("No box of parameters tells where: what was found would come about by chance as well.")
    for number, box in enumerate(boxes, 1):
        first = "Most of all" if number == 1 else "Beyond that"
        where = " and ".join(limit_said(path, limit) for path, limit in box.limits.items())
        said.append(
            f"{first}, {what} where {where}: {box.density:.0%} of the runs there are such (density), "
            f"and they are {box.coverage:.0%} of all such runs (coverage); {box.cases} design points."
        )
    return said


def limit_said(path: str, limit: Limit) -> str:
    """A limit in words."""
    what = input_said(path)
    which = verb(what)
    if limit.words:
        return f"{what} {which} {' or '.join(limit.words)}"
    if np.isfinite(limit.low) and np.isfinite(limit.high):
        ends = "" if limit.low == limit.high else f"between {limit.low:.4g} and "
        return f"{what} {which} {ends}{limit.high:.4g}"
    return f"{what} {which} {'at least' if np.isfinite(limit.low) else 'at most'} {finite(limit):.4g}"


def finite(limit: Limit) -> float:
    """The one end that is set."""
    return limit.low if np.isfinite(limit.low) else limit.high


def rows_of(boxes: list[Box]) -> list[tuple[Any, ...]]:
    """A row for each limit of each box."""
    return [
        (
            *(number, box.cases, box.coverage, box.density, path),
            *(
                limit.low if np.isfinite(limit.low) else float("nan"),
                limit.high if np.isfinite(limit.high) else float("nan"),
            ),
            *("|".join(limit.words), box.chance[path]),
        )
        for number, box in enumerate(boxes, 1)
        for path, limit in box.limits.items()
    ]


def draw(sweep: Sweep, columns: dict[str, Array], share: Array, boxes: list[Box], what: str, folder: Path) -> None:
    """All design points over the first box's first two limits, the box as a frame."""
    from matplotlib.patches import Rectangle

    from experiments.style import BASELINE, INK, SCENARIO, frame, house_style, margins, new_figure, save

    numeric = [path for path in (boxes[0].limits if boxes else columns) if columns[path].dtype != object]
    numeric += [path for path in columns if columns[path].dtype != object and path not in numeric]
    if len(numeric) < 2:
        return
    across, up = columns[numeric[0]], columns[numeric[1]]
    footer = f"{len(share)} design points of {sweep.folder.name}; a point is the darker, the more of its runs are such."
    with house_style():
        figure = new_figure()
        axes = figure.subplots(1, 1, gridspec_kw=margins(figure, footer))
        for chosen, colour in ((share < 0.5, BASELINE), (share >= 0.5, SCENARIO)):
            axes.scatter(across[chosen], up[chosen], s=22, color=colour, alpha=0.7, linewidths=0)
        if boxes:
            (left, right), (low, high) = (
                edges(boxes[0].limits.get(path, Limit()), columns[path]) for path in numeric[:2]
            )
            frame_of_box = Rectangle((left, low), right - left, high - low, fill=False, edgecolor=INK, linewidth=1.6)
            axes.add_patch(frame_of_box)
        axes.set_xlabel(numeric[0])
        axes.set_ylabel(numeric[1])
        title = f"{boxes[0].density:.0%} inside the box, {np.nanmean(share):.0%} overall" if boxes else "No box found"
        frame(figure, title, what, footer)
        save(figure, folder, "boxes")


def edges(limit: Limit, column: Array) -> tuple[float, float]:
    """Where a box ends in a picture: its limits, or the ends of what was tried."""
    return max(limit.low, float(np.nanmin(column))), min(limit.high, float(np.nanmax(column)))
