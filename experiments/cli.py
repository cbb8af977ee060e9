"""The front door: reads a command line, runs its command and turns what happens into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from experiments.options import ALL, MAKING, OPTIONS, RUNS, Command

COMMANDS = {
    "forecast": Command(
        module="experiments.forecast",
        line="run a scenario beside the baseline: tables, figures, verdict",
        examples=(
            "fieldcast forecast",
            "fieldcast forecast department.reps=12 scenario=new_entrant",
            "fieldcast forecast scenario=telemarketing",
            "fieldcast forecast scenario=competitor_tariff months=36 replications=40 out=runs/tariff",
            "fieldcast forecast telemarketing.telemarketers=6 world.needs.renewal_factor=6",
            "fieldcast forecast city=/data/mytown configs=/data/ours scenario=spring 'out=results, spring'",
            "fieldcast forecast scenario=mixed attribution=true",
            "fieldcast forecast posterior=runs/fitted replications=40",
            "fieldcast forecast resume=runs/tariff",
        ),
        options=(*ALL, *RUNS, "attribution", "posterior"),
        forms={},
        scenarios=("scenario", "baseline"),
    ),
    "compare": Command(
        module="experiments.compare",
        line="run scenarios, pay schemes or sets of overrides side by side: differences, odds, verdict",
        examples=(
            "fieldcast compare scenarios=passive,active,mixed",
            "fieldcast compare schemes=fixed,commission,quota_bonus months=12",
            "fieldcast compare schemes=quota_bonus,commission equal_cost=true replications=10",
            "fieldcast compare 'sets={few:{department.reps:3},many:{department.reps:12}}' baseline=passive",
            "fieldcast compare resume=runs/schemes",
        ),
        options=(*ALL, *RUNS, "scenarios", "schemes", "sets", "equal_cost", "until.kpi", "until.half_width"),
        forms={},
        scenarios=("scenario",),
        defaults={"baseline": None},
    ),
    "sweep": Command(
        module="experiments.sweep",
        line="run a design over any parameters: grid, zip, list, lhs, sobol, morris",
        examples=(
            "fieldcast sweep department.reps=2,4,8 department.doors=sweep,expected_value replications=10",
            "fieldcast sweep design=lhs points=200 'vary=world.field.*,world.needs.renewal_factor' baselines=each",
            "fieldcast sweep design=sobol points=64 'department.reps=interval(2,12)' vary=world.field.woken_months",
            "fieldcast sweep design=morris trajectories=20 'vary=world.*' months=12 dry_run=true",
            "fieldcast sweep department.reps=2,4,8 until.kpi=customers until.half_width=15 replications=100",
            "fieldcast sweep department.reps=2,4,8 shard=2/8 out=runs/part2",
            "fieldcast sweep merge=runs/part1,runs/part2 out=runs/whole",
        ),
        options=(
            *(*ALL, *RUNS, "design", "points", "trajectories", "vary", "table", "sets", "baselines"),
            *("until.kpi", "until.half_width", "dry_run", "shard", "merge"),
        ),
        forms={},
        scenarios=("scenario", "baseline"),
        defaults=dict.fromkeys(("record.zones", "record.reps", "record.ledger", "record.events"), False),
        sweeps=True,
    ),
    "optimise": Command(
        module="experiments.optimise",
        line="the best department under constraints: front of margin against risk, robust choice",
        examples=(
            "fieldcast optimise 'department.reps=interval(2,12)' department.doors=sweep,expected_value trials=60",
            "fieldcast optimise 'department.reps=interval(2,12)' 'department.buyout_share=interval(0,1)' "
            "'under=cost<=400000,inbound_wait_minutes<=1.5' scenarios=active,competitor_tariff replications=8",
            "fieldcast optimise resume=runs/best trials=120",
        ),
        options=(
            *(*ALL, "scenario", "baseline", "scenarios", "months", "warmup", "replications", "workers", "engine"),
            *("engine_address", "resume", "trials", "under"),
        ),
        forms={},
        scenarios=("scenario", "baseline"),
        defaults={"replications": 6, "scenarios": None},
        sweeps=True,
    ),
    "sensitivity": Command(
        module="experiments.sensitivity",
        line="what moves an outcome of a finished sweep: Morris, Sobol indices, tornado",
        examples=(
            "fieldcast sensitivity runs/morris",
            "fieldcast sensitivity runs/sobol kpis=difference_customers,customers@12 out=runs/answers",
        ),
        options=("out", "quiet", "kpis"),
        forms={},
        takes="DIR",
    ),
    "discover": Command(
        module="experiments.discover",
        line="where in a finished sweep something happens, as boxes of parameters in sentences",
        examples=(
            "fieldcast discover runs/lhs 'where=difference_cumulative_margin@24<0'",
            "fieldcast discover runs/lhs 'where=customers>=1200' baseline_kpis=gross_adds,awareness",
        ),
        options=("out", "quiet", "where", "baseline_kpis"),
        forms={},
        takes="DIR",
    ),
    "city": Command(
        module="experiments.city",
        line="own data in: templates, import, check; show a city, or make a synthetic one",
        examples=(
            "fieldcast city template /data/templates",
            "fieldcast city import /data/client/import.yaml out=/data/mytown",
            "fieldcast city check /data/mytown",
            "fieldcast city show melbourne out=runs/melbourne",
            "fieldcast city make out=/data/capital preset=polish_regional_capital population=250000 seed=3",
            "fieldcast city make out=/data/town preset=small_town 'premises={industrial:0.3,street_level:0.46}'",
        ),
        options=(*ALL, "findings", *MAKING),
        forms={
            "template": (1, 1, "DIR"),
            "import": (1, 1, "MAPPING"),
            "check": (1, 1, "DIR"),
            "show": (0, 1, "[CITY]"),
            "make": (0, 0, ""),
        },
    ),
    "report": Command(
        module="experiments.report.command",
        line="make a proposal (HTML, PDF, XLSX) from a finished forecast or comparison",
        examples=(
            "fieldcast report runs/active 'client=Telco Ltd'",
            "fieldcast report runs/active language=pl 'client=Łódź Telekom' template=/data/our_look out=reports/lodz",
            "fieldcast report runs/active sweep=runs/grid validation=runs/card calibration=runs/fitted",
        ),
        options=(
            "out",
            "quiet",
            "client",
            "language",
            "template",
            "scenario",
            "levels",
            "sweep",
            "validation",
            "calibration",
        ),
        forms={},
        takes="DIR",
        defaults={"scenario": None},
    ),
    "figures": Command(
        module="experiments.report.drawing",
        line="draw every picture of a finished folder: page or slide, English or Polish, PNG, SVG, PDF, GIF",
        examples=(
            "fieldcast figures runs/active",
            "fieldcast figures runs/active language=pl size=slide formats=png,pdf",
            "fieldcast figures runs/active only=waterfall,map_share,months_share levels=50,80,95 out=pictures",
            "fieldcast figures runs/grid only=heat_map,tornado",
        ),
        options=("out", "quiet", "language", "size", "formats", "only", "levels", "scenario", "sweep"),
        forms={},
        takes="DIR",
        defaults={"scenario": None},
    ),
    "calibrate": Command(
        module="experiments.calibration.command",
        line="fit a few parameters to a history; what it pins down and what stays an assumption",
        examples=(
            "fieldcast calibrate history=melbourne_synthetic",
            "fieldcast calibrate city=/data/mytown points=400 out=runs/fitted",
            "fieldcast calibrate city=/data/mytown 'history=/data/last year.xlsx' 'weights={churn:0.5}'",
            "fieldcast calibrate history=melbourne_synthetic "
            "fit=world.needs.shopping_rate_per_month,world.needs.renewal_factor,situation.focal_share:0.1:0.3",
            "fieldcast calibrate resume=runs/fitted",
        ),
        options=(
            *(*ALL, "scenario", "history", "fit", "points", "replications", "draws", "weights"),
            *("workers", "engine", "engine_address", "fail_fast", "resume"),
        ),
        forms={},
        scenarios=("scenario",),
        defaults={"scenario": "passive", "replications": 2},
    ),
    "backtest": Command(
        module="experiments.calibration.backtest",
        line="calibrate on the first months of a history, forecast the rest, and score it beside simple methods",
        examples=(
            "fieldcast backtest history=melbourne_synthetic holdout=6",
            "fieldcast backtest city=/data/mytown points=400 out=runs/tested",
            "fieldcast backtest resume=runs/tested",
        ),
        options=(
            *(*ALL, "scenario", "history", "holdout", "fit", "points", "replications", "draws", "weights"),
            *("workers", "engine", "engine_address", "fail_fast", "resume"),
        ),
        forms={},
        scenarios=("scenario",),
        defaults={"scenario": "passive", "replications": 2},
    ),
    "validate": Command(
        module="experiments.validate",
        line="the validation card: known regularities of real markets beside what the model gives",
        examples=(
            "fieldcast validate",
            "fieldcast validate facts=T3,T9",
            "fieldcast validate effort=full out=runs/card",
            "fieldcast validate resume=runs/card",
        ),
        options=("out", "seed", "quiet", "configs", "facts", "effort", "workers", "resume"),
        forms={},
    ),
    "pilot": Command(
        module="experiments.pilot",
        line="the test sale on plots of each premises type, and how large it must be",
        examples=(
            "fieldcast pilot",
            "fieldcast pilot plots=2 weeks=4 payback=18",
            "fieldcast pilot scenario=new_entrant worlds=100 out=runs/pilot",
        ),
        options=(*ALL, "scenario", "plots", "weeks", "worlds", "payback"),
        forms={},
        scenarios=("scenario",),
    ),
    "benchmark": Command(
        module="experiments.benchmark",
        line="speed and memory on this machine, beside a twin in pure Mesa",
        examples=(
            "fieldcast benchmark",
            "fieldcast benchmark cities=1000,20000 out=runs/speed",
            "fieldcast benchmark quick=true",
        ),
        options=("out", "seed", "quiet", "cities", "quick"),
        forms={},
    ),
    "parameters": Command(
        module="experiments.book",
        line="print the parameter book: every number with its range, source and meaning",
        examples=(
            "fieldcast parameters",
            "fieldcast parameters format=csv > parameters.csv",
            "fieldcast parameters scenario=telemarketing format=md",
        ),
        options=(*ALL, "scenario", "format"),
        forms={},
        scenarios=("scenario",),
        defaults={"scenario": "passive"},
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `fieldcast` with these words; 0 done, 1 some runs failed, 2 the input is wrong, 130 stopped by the user."""
    from sim.errors import InputError
    from sim.memory import collect_seldom

    collect_seldom()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        sys.stdout.flush()
        return code
    except InputError as error:
        for message in error.messages:
            print(f"error: {message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone (`| head`); what it wanted it has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(words: list[str]) -> int:
    if not words:
        print(help_text(), file=sys.stderr)
        return 2
    name, rest = words[0], words[1:]
    if name in ("--help", "-h", "--version"):
        print(_version() if name == "--version" else help_text())
        return 0
    if name not in COMMANDS:
        return _unknown_command(name)
    if any(word in ("--help", "-h") for word in rest):
        print(command_help(name))
        return 0
    from experiments.compose import read

    request = read(name, COMMANDS[name], rest)
    return int(import_module(COMMANDS[name].module).run(request))


def _unknown_command(name: str) -> int:
    from sim.errors import InputError, nearest

    raise InputError(f"unknown command '{name}'; {nearest(name, COMMANDS)} See fieldcast --help")


def _version() -> str:
    from experiments import __version__

    return f"fieldcast {__version__}"


# ---- help -----------------------------------------------------------------------------------------------------------


def help_text() -> str:
    """What `fieldcast --help` prints."""
    lines = [
        "fieldcast COMMAND [PATH] [key=value ...]",
        "",
        "What active selling does to a city's telecom B2B market.",
        "",
    ]
    for name, command in COMMANDS.items():
        lines += [f"  {name:<12} {command.line}", f"  {'':<12}   {command.examples[0]}"]
    lines += ["", "fieldcast COMMAND --help shows a command's options; fieldcast --version the version."]
    return "\n".join(lines)


def command_help(name: str) -> str:
    """What `fieldcast COMMAND --help` prints."""
    command = COMMANDS[name]
    forms = [f"fieldcast {name} {form} {most} [key=value ...]" for form, (_, _, most) in command.forms.items()]
    takes = f"{command.takes} " if command.takes else ""
    lines = [*(forms or [f"fieldcast {name} {takes}[key=value ...]"]), "", f"  {command.line}", "", "Options"]
    for option in map(OPTIONS.__getitem__, command.options):
        value = command.defaults.get(option.name, option.default)
        default = "" if value is None else f" ({str(value).lower() if isinstance(value, bool) else value})"
        lines.append(f"  {option.name + '=':<16}{option.meaning}{default}")
    if command.scenarios:
        lines += ["", "Any parameter can be set too, by the dotted name that fieldcast parameters lists."]
    lines += ["", "Examples", *(f"  {example}" for example in command.examples)]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
