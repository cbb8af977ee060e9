"""Runs on a Dask or Ray cluster: the one at an address, or a local one for the time of the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from importlib import import_module
from itertools import islice
from typing import Any

from sim.errors import InputError

Work = Callable[[Any], bytes]


def on_dask(work: Work, tasks: Iterable[Any], workers: int, address: str | None) -> Iterator[bytes]:
    """The payloads as they come; Dask itself repeats what a dead worker had."""
    import joblib

    distributed = extra("dask", "distributed")
    local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    cluster = nullcontext(address) if address else distributed.LocalCluster(**local)
    with cluster as place, distributed.Client(place), joblib.parallel_config("dask", wait_for_workers_timeout=60):
        yield from joblib.Parallel(n_jobs=-1, return_as="generator_unordered", batch_size=1)(
            joblib.delayed(work)(task) for task in tasks
        )


def on_ray(work: Work, tasks: Iterable[Any], workers: int, address: str | None) -> Iterator[bytes]:
    """The payloads as they come; Ray itself repeats what a dead worker had.

    Its backend for joblib gives results all at once, so tasks are handed to Ray, a few more than are under way.
    """
    ray = extra("ray", "ray")
    local = {} if address else {"num_cpus": workers, "include_dashboard": False}
    ray.init(address=address, log_to_driver=False, **local)
    try:
        remote, left = ray.remote(max_retries=3)(work), iter(tasks)
        ahead = 2 * max(int(ray.cluster_resources().get("CPU", workers)), 1)
        pending = [remote.remote(task) for task in islice(left, ahead)]
        while pending:
            done, pending = ray.wait(pending, num_returns=1)
            pending += [remote.remote(task) for task in islice(left, 1)]
            yield ray.get(done[0])
    finally:
        ray.shutdown()


def check_engine(engine: str) -> None:
    """Refuse an engine whose library is not there, before a folder is begun for it."""
    needed = {"dask": ("distributed",), "ray": ("ray",)}
    for module in needed.get(engine, ()):
        extra(engine, module)


def extra(name: str, module: str) -> Any:
    """A library of an extra, or the way to get it."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"engine = {name} needs {module}; install it with: pip install 'fieldcast[{name}]'") from None
