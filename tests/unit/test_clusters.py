"""Runs go to a cluster that is there already; an engine whose library or cluster is missing is refused at once."""

from __future__ import annotations

import sys

import pytest

from experiments import clusters
from experiments.cli import main
from tests.reliability.bench import tables
from tests.unit.test_forecast import city as city  # the tiny city as a folder


def test_an_engine_without_its_library_says_how_to_get_it(city, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["sweep", f"city={city}", f"out={tmp_path / 'out'}", "department.reps=1,2", "engine=ray"]) == 2
    assert "engine = ray needs ray; install it with: pip install 'fieldcast[ray]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


RUN = ("department.reps=1,2", "months=1", "warmup=0", "replications=2", "quiet=true")


def test_a_cluster_that_is_there_already_leaves_the_same_bytes_and_goes_on(city, tmp_path):
    distributed = pytest.importorskip("distributed")
    local = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(**local, host="tcp://127.0.0.1") as cluster:
        address = f"engine_address={cluster.scheduler_address}"
        assert main(["sweep", f"city={city}", f"out={tmp_path / 'there'}", *RUN, "engine=dask", address]) == 0
        assert cluster.scheduler_info["workers"]
    assert main(["sweep", f"city={city}", f"out={tmp_path / 'here'}", *RUN, "engine=serial"]) == 0
    assert tables(tmp_path / "there") == tables(tmp_path / "here")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("engine=dask", "engine_address=tcp://127.0.0.1:1"), "no Dask cluster answers there"),
        (("engine=dask", "engine_address=nonsense"), "no Dask cluster answers there (missing port number"),
        (("engine=serial", "engine_address=tcp://127.0.0.1:1"), "engine_address belongs to engine=dask"),
    ],
)
def test_an_address_without_a_cluster_is_refused_before_anything_runs(city, tmp_path, capsys, monkeypatch, words, said):
    pytest.importorskip("distributed")
    monkeypatch.setattr(clusters, "REACH_SECONDS", 1)
    assert main(["sweep", f"city={city}", f"out={tmp_path / 'out'}", *RUN, *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
