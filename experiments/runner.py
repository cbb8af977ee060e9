"""Runs the model many times: a plan of design points x seeds, in processes, each finished run at once journalled."""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments import clusters, kernels
from experiments.journal import Finished, Journal, pack, read_head
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.city import City
    from sim.parameters import Parameters

TRIES_ALONE = 3  # a run whose worker dies this often when it runs alone is recorded as failed
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
NOT_NUMBERS = ("record", "check")


# ---- the plan --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DesignPoint:
    """One setting of all parameters, under the name of its scenario."""

    name: str
    parameters: Parameters
    mapping: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)  # dotted name: value, of the parameters that a design varies

    @cached_property
    def numbers_digest(self) -> str:
        """A hash of everything in the parameters that changes results."""
        from sim.parameters import numbers

        plain = {key: value for key, value in numbers(self.parameters).items() if key not in NOT_NUMBERS}
        return digest_of(plain)


@dataclass(frozen=True)
class CityRef:
    """Where a worker finds the city, and what must be in it."""

    name: str
    content_hash: str
    search: tuple[str, ...] = ()

    def load(self) -> City:
        """Reads the city and refuses one that is no longer what the plan was made for."""
        from sim.city import load_city

        city = load_city(self.name, [Path(folder) for folder in self.search])
        if city.content_hash != self.content_hash:
            raise InputError(f"city = {self.name}: its files changed after the plan was made; start again")
        return city


@dataclass(frozen=True)
class Plan:
    """Design points x replications in their order; replication r has the same seed in every design point."""

    points: tuple[DesignPoint, ...]
    replications: int
    seed: int
    city: CityRef
    version: str
    baseline: int | None = None  # index of the point that the others are compared with
    pairs: tuple[int | None, ...] = ()  # of each point, where points have several baselines
    used: int | None = None  # replications that were needed, where a stopping rule ended the runs
    own_seeds: bool = False  # no two runs share a seed, as a bank of simulations wants it
    drawn: tuple[DesignPoint, ...] = ()  # of each run, where replications have values of their own (swept.with_draws)

    def __len__(self) -> int:
        return len(self.points) * self.replications

    @property
    def positions(self) -> list[int]:
        """The runs in their order; with a stopping rule, those that it asked for."""
        used = self.replications if self.used is None else self.used
        return [position for position in range(len(self)) if position % self.replications < used]

    @cached_property
    def places(self) -> dict[str, int]:
        """The index of each design point by its name."""
        return {point.name: index for index, point in enumerate(self.points)}

    def point_of(self, position: int) -> DesignPoint:
        """The design point of a run."""
        return self.drawn[position] if self.drawn else self.points[position // self.replications]

    def seed_of(self, position: int) -> int:
        """The seed of a run: the same for every design point, so that runs are paired; or its own."""
        return replication_seed(self.seed, position if self.own_seeds else position % self.replications)

    def pair_of(self, position: int) -> int | None:
        """The baseline's run with the same seed, or nothing for the baseline itself."""
        point, replication = divmod(position, self.replications)
        baseline = self.pairs[point] if self.pairs else self.baseline
        if baseline is None or point == baseline:
            return None
        return baseline * self.replications + replication

    def keys(self, position: int) -> dict[str, Any]:
        """What stands in front of every row of a run."""
        point = self.point_of(position)
        return {
            "run_id": run_id(point.numbers_digest, self.city.content_hash, self.version, self.seed_of(position)),
            "scenario": point.name,
            "replication": position % self.replications,
        }


@lru_cache(maxsize=200_000)
def replication_seed(seed: int, replication: int) -> int:
    """A 63-bit seed for one replication, by spawn key, so that more replications leave the first ones as they are."""
    import numpy as np

    state = np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(1, np.uint64)
    return int(state[0]) >> 1


def run_id(numbers_digest: str, city_hash: str, version: str, seed: int) -> str:
    """The name of a run: a hash of what changes its numbers and of nothing else."""
    return digest_of([numbers_digest, city_hash, version, seed])


def digest_of(plain: Any) -> str:
    """Twenty hexadecimal digits of plain data."""
    return blake2b(json.dumps(plain, sort_keys=True, default=str).encode(), digest_size=10).hexdigest()


# ---- one run, in a worker --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """All that a worker needs for one run."""

    position: int
    run_id: str
    seed: int
    point: DesignPoint
    city: CityRef
    build: Callable[[Parameters, City, int], Any]

    def light(self) -> Task:
        """The task as it is sent to a worker: with its parameters and without what only the parent needs."""
        return replace(self, point=DesignPoint(self.point.name, self.point.parameters, {}))


def make_market(parameters: Parameters, city: City, seed: int) -> Any:
    """The market of one run."""
    from sim.market import Market

    return Market(parameters, city, seed)


_cities: dict[str, Any] = {}  # the one city of this process, by content: reading it for every run would cost half a run


def keep_city(ref: CityRef, city: Any) -> None:
    """Keeps a loaded city for the runs of this process."""
    _cities.clear()
    _cities[ref.content_hash] = city


def city_of(ref: CityRef) -> Any:
    """The city of a run, read at the first run of this process."""
    if ref.content_hash not in _cities:
        keep_city(ref, ref.load())
    return _cities[ref.content_hash]


def one_run(task: Task) -> bytes:
    """One market from its first day to its last, as a payload of the journal; a failure is a result too."""
    finished = Finished(task.position, task.run_id)
    wall, cpu = time.perf_counter(), time.process_time()
    tables: dict[str, Any] = {}
    try:
        tables, finished.extra = run_tables(task)
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        finished.status = "failed"
        finished.error = one_line(error)
        finished.traceback = traceback.format_exc()
    finished.seconds = time.perf_counter() - wall
    finished.cpu_seconds = time.process_time() - cpu
    return pack(finished, tables)


def run_tables(task: Task) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """The tables of one run as Arrow, and the kinds of the columns beyond the contract."""
    from experiments.columns import to_arrow

    market = task.build(task.point.parameters, city_of(task.city), task.seed)
    market.run()
    converted = {name: to_arrow(name, columns) for name, columns in market.tables().items()}
    return {name: table for name, (table, _) in converted.items()}, {
        name: extra for name, (_, extra) in converted.items()
    }


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an error is a Ctrl-C, or what a library's compiled code made of one: numba and numpy both do."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def one_line(error: BaseException) -> str:
    """An error in one line, short enough for a table."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


# ---- engines ---------------------------------------------------------------------------------------------------


def serial(tasks: list[Task], _workers: int, _address: str | None = None) -> Iterator[bytes]:
    """One run after the other in this process."""
    for task in tasks:
        yield one_run(task)


def processes(tasks: list[Task], workers: int, _address: str | None = None) -> Iterator[bytes]:
    """Runs in worker processes; when one dies, the runs that were under way are done alone and the rest goes on."""
    from joblib.externals.loky.process_executor import BrokenProcessPool

    left = {task.position: task for task in tasks}
    while left:
        if len(left) == 1:
            yield alone(*left.values())
            return
        under_way: dict[int, Task] = {}
        try:
            for payload in batch(list(left.values()), workers, under_way):
                position = read_head(payload).position
                del left[position], under_way[position]
                yield payload
        except BrokenProcessPool:
            for task in under_way.values():
                yield alone(task)
                del left[task.position]
            stop_workers()  # joblib makes a pool of its own kind for the rest


def batch(tasks: list[Task], workers: int, under_way: dict[int, Task]) -> Iterator[bytes]:
    """The payloads of a batch as they come, with a note of which runs have been handed out."""
    import joblib

    def handed_out() -> Iterator[Any]:
        for task in tasks:
            under_way[task.position] = task
            yield joblib.delayed(in_worker)(task.light())

    with joblib.parallel_config("loky", n_jobs=min(workers, len(tasks)), inner_max_num_threads=1):
        yield from joblib.Parallel(return_as="generator_unordered", batch_size=1)(handed_out())


def alone(task: Task) -> bytes:
    """A run in a worker of its own, a bounded number of times: whoever kills its worker here is the culprit."""
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import BrokenProcessPool

    for _ in range(TRIES_ALONE):
        try:
            return get_reusable_executor(max_workers=1, env=ONE_THREAD).submit(in_worker, task.light()).result()
        except BrokenProcessPool:
            continue
    message = f"its worker process was killed {TRIES_ALONE} times (out of memory?); try fewer workers or a smaller city"
    return pack(Finished(task.position, task.run_id, status="failed", error=message), {})


def in_worker(task: Task) -> bytes:
    """A run in a worker process, which leaves Ctrl-C to its parent and spares the collector what lives long."""
    import gc
    import signal

    from sim.memory import collect_seldom

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    follow_parent()
    payload = one_run(task)
    gc.collect()
    gc.freeze()
    return payload


@cache
def follow_parent() -> None:
    """Lets this worker end soon after its parent has been killed, instead of waiting for work that never comes."""
    import threading

    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def stop_workers() -> None:
    """Ends the worker processes at once."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor(max_workers=1).shutdown(wait=True, kill_workers=True)


ENGINES: dict[str, Callable[[list[Task], int, str | None], Iterator[bytes]]] = {
    "processes": processes,
    "serial": serial,
    "dask": lambda tasks, *where: clusters.on_dask(one_run, (task.light() for task in tasks), *where),
    "ray": lambda tasks, *where: clusters.on_ray(one_run, (task.light() for task in tasks), *where),
}
LOCAL = ("processes", "serial")  # the others compile where they run


def goes_out(engine: str, workers: int) -> bool:
    """Whether runs leave this process."""
    return engine not in LOCAL or (engine == "processes" and workers > 1)


def payloads(tasks: list[Task], engine: str, workers: int, address: str | None = None) -> Iterator[bytes]:
    """The tasks' payloads as they end; where kernels must be compiled, the last task goes first and alone."""
    in_parallel = goes_out(engine, workers)
    if tasks and engine in LOCAL and not kernels.at_hand():
        *tasks, first = tasks
        payload = alone(first) if in_parallel else one_run(first)
        if in_parallel:
            stop_workers()  # joblib makes a pool of its own kind for the others
        if read_head(payload).status == "done":
            kernels.keep()
        yield payload
    yield from ENGINES[engine if in_parallel else "serial"](tasks, workers, address)


def payloads_of(plan: Plan, engine: str, workers: int, address: str | None = None) -> Iterator[tuple[Finished, bytes]]:
    """All runs of a plan as they end, kept nowhere: for trials whose tables nobody wants."""
    for payload in payloads(tasks_of(plan, range(len(plan))), engine, workers, address):
        yield read_head(payload), payload


# ---- carrying out ----------------------------------------------------------------------------------------------


def tasks_left(plan: Plan, journal: Journal, build: Callable[..., Any] = make_market) -> list[Task]:
    """The runs that the journal lacks; a failed one is tried again."""
    done = journal.done()
    return tasks_of(plan, (position for position in plan.positions if position not in done), build)


def tasks_of(plan: Plan, positions: Iterable[int], build: Callable[..., Any] = make_market) -> list[Task]:
    """Runs of a plan as tasks."""
    return [
        Task(
            position,
            plan.keys(position)["run_id"],
            plan.seed_of(position),
            plan.point_of(position),
            plan.city,
            build,
        )
        for position in positions
    ]


def carry_out(
    tasks: list[Task],
    journal: Journal,
    *,
    engine: str = "processes",
    workers: int = 2,
    fail_fast: bool = False,
    address: str | None = None,
    tell: Callable[[Finished], None] = lambda finished: None,
) -> bool:
    """Runs the tasks into the journal; says whether all of them were tried."""
    in_parallel = engine == "processes" and workers > 1
    try:
        for payload in payloads(tasks, engine, workers, address):
            finished = journal.append(payload)
            tell(finished)
            if fail_fast and finished.status == "failed":
                break
        else:
            return True
    except BaseException:
        if in_parallel:
            stop_workers()
        raise
    if in_parallel:
        stop_workers()
    return False


def failures(plan: Plan, journal: Journal) -> list[tuple[dict[str, Any], str]]:
    """The keys and the error of every run that failed."""
    positions = [position for position in plan.positions if journal.status.get(position) == "failed"]
    return [(plan.keys(position), journal.finished(position).error) for position in positions]
