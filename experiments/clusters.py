"""Runs on a Dask or Ray cluster through joblib: one at an address, or a local one for the time of the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from importlib import import_module
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
    """The payloads as they come."""
    import joblib

    ray = extra("ray", "ray")
    extra("ray", "ray.util.joblib").register_ray()
    local = {} if address else {"num_cpus": workers, "include_dashboard": False}
    ray.init(address=address, **local)
    try:
        with joblib.parallel_config("ray"):
            yield from joblib.Parallel(n_jobs=-1, return_as="generator_unordered", batch_size=1)(
                joblib.delayed(work)(task) for task in tasks
            )
    finally:
        ray.shutdown()


def extra(name: str, module: str) -> Any:
    """A library of an extra, or the way to get it."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"engine = {name} needs {module}; install it with: pip install 'fieldcast[{name}]'") from None
