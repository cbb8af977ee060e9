"""Runs on a Dask or Ray cluster: the one at an address, or a local one for the time of the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from importlib import import_module
from itertools import islice
from typing import Any

from sim.errors import InputError

Work = Callable[[Any], bytes]

REACH_SECONDS = 10  # in which a cluster must answer


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
    try:
        ray.init(address=address, log_to_driver=False, **local)
    except (OSError, ValueError, RuntimeError) as error:
        raise unreached("Ray", address, error) from None
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


def check_engine(engine: str, address: str | None = None) -> None:
    """Refuse an engine whose library or cluster is not there, before a folder is begun for it."""
    needed = {"dask": ("distributed",), "ray": ("ray",)}
    for module in needed.get(engine, ()):
        extra(engine, module)
    if address and engine not in needed:
        raise InputError(f"engine_address belongs to engine=dask and engine=ray; engine={engine} runs here")
    if address and engine == "dask":
        reach_dask(address)


def reach_dask(address: str) -> None:
    """Refuse an address at which no scheduler answers."""
    import logging

    import distributed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        with distributed.Client(address, timeout=REACH_SECONDS):
            return
    except (OSError, ValueError) as error:
        raise unreached("Dask", address, error) from None


def unreached(name: str, address: str | None, error: BaseException) -> InputError:
    """What is said where a cluster does not answer."""
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    if not address:
        return InputError(f"engine = {name.lower()}: no local cluster could be started ({reason})")
    return InputError(
        f"engine_address = {address}: no {name} cluster answers there ({reason}); give the address of its scheduler, "
        "or leave engine_address out for a local one"
    )


def extra(name: str, module: str) -> Any:
    """A library of an extra, or the way to get it."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"engine = {name} needs {module}; install it with: pip install 'fieldcast[{name}]'") from None
