"""The common room of the commands: what a folder was begun with is found again, and files come with the folder."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from experiments.folder import begin_folder, changed, config_of
from experiments.job import Job, whole_pairs
from tests.unit.test_runner import plan_of


def test_a_commands_own_options_are_kept_and_a_change_is_refused_by_name():
    config = config_of(plan_of(), "compare", {"schemes": ["fixed", "commission"]})
    request = SimpleNamespace(
        command="compare", given={"schemes"}, options={"schemes": ["fixed"]}, overrides={}, dimensions={}
    )
    [message] = changed(request, config, "0.1.0")
    assert message.startswith("schemes = ['fixed']: the folder was begun with ['fixed', 'commission']")
    request.options["schemes"] = ["fixed", "commission"]
    assert not changed(request, config, "0.1.0")


def test_files_of_a_plan_stand_in_the_folder_from_the_first_moment(tmp_path):
    begin_folder(plan_of(), tmp_path / "out", {"command": "compare"}, {"search.csv": "factor\n"})
    assert (tmp_path / "out" / "search.csv").read_text() == "factor\n"


def test_the_line_that_resumes_names_command_and_folder():
    job = Job(SimpleNamespace(command="compare"), plan_of(), "runs/my run", SimpleNamespace(), {})
    assert job.resume_line == "fieldcast compare 'resume=runs/my run'"


@pytest.mark.parametrize(("done", "pairs"), [({0, 1, 3}, 1), ({0, 1, 2, 3, 4, 5}, 3), ({0, 1}, 0)])
def test_a_pair_is_whole_when_both_its_runs_are_done(done, pairs):
    assert whole_pairs(plan_of(3), SimpleNamespace(done=lambda: done), 1) == pairs
