"""When the disk is full, the folder goes, or a file is damaged: a clear word, and nothing finished is lost."""

from __future__ import annotations

import resource
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from experiments import job
from experiments.cli import main
from experiments.folder import check_tables
from experiments.journal import Journal
from experiments.mishaps import alone_in, refusal
from sim.errors import InputError
from tests.reliability.bench import tables
from tests.unit.test_forecast import city as city  # the tiny city as a folder

WORDS = ("department.reps=1,2", "months=1", "warmup=0", "replications=2", "engine=serial", "quiet=true")


def sweep(*words):
    return main(["sweep", *words])


def begin(city, out, *words):
    return sweep(f"city={city}", f"out={out}", *WORDS, *words)


@pytest.fixture(scope="module")
def whole(city, tmp_path_factory):
    """An unbroken sweep."""
    out = tmp_path_factory.mktemp("runs") / "whole"
    assert begin(city, out) == 0
    return out


@contextmanager
def no_more_room():
    """A way to fill the disk: no file grows beyond so many bytes from then on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def disk(tmp_path):
    """A disk in memory, where one may be mounted, and a way to mount it otherwise."""

    def mount(*words):
        return subprocess.run(["mount", *words, str(place)], capture_output=True).returncode == 0

    place = tmp_path / "disk"
    place.mkdir()
    if not shutil.which("mount") or not mount("-t", "tmpfs", "-o", "size=50m", "none"):
        pytest.skip("no disk can be mounted here")
    try:
        yield place, lambda how: mount("-o", f"remount,{how}")
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True)


@pytest.fixture
def after_runs(monkeypatch):
    """Does something once so many runs are in the journal."""

    def arrange(number, deed):
        append = Journal.append

        def then(journal, payload):
            finished = append(journal, payload)
            if len(journal.done()) == number:
                deed(journal)
            return finished

        monkeypatch.setattr(Journal, "append", then)

    return arrange


def test_a_full_disk_is_told_and_what_is_finished_is_kept(city, whole, tmp_path, capsys, after_runs):
    with no_more_room() as from_now_on:
        after_runs(3, lambda journal: from_now_on(journal.path.stat().st_size + 50))  # within the fourth run
        assert begin(city, tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "File too large; 3 finished runs are kept" in said
    assert f"fieldcast sweep resume={tmp_path / 'out'}" in said and "Traceback" not in said
    with Journal(tmp_path / "out" / "journal.bin") as kept:
        assert len(kept.done()) == 3 and kept.lost_frames == 0
    assert sweep(f"resume={tmp_path / 'out'}", "quiet=true") == 0
    assert tables(tmp_path / "out") == tables(whole)


def test_a_small_disk_fills_and_once_there_is_room_the_sweep_goes_on(city, whole, disk, capsys):
    place, mount = disk
    sizes = {path.name: path.stat().st_size for path in whole.iterdir() if path.is_file()}
    page = 4096  # tmpfs gives room by pages, and some to folders
    room = sizes["plan.parquet"] + sizes["config.yaml"] + sizes["journal.bin"] // 2 + 4 * page
    assert mount(f"size={room // page * page}")
    assert begin(city, place / "out") == 2
    said = capsys.readouterr().err
    assert "No space left on device; " in said and "finished runs are kept" in said
    with Journal(place / "out" / "journal.bin") as kept:
        assert 0 < len(kept.done()) < 6 and kept.lost_frames == 0
    assert mount("size=50m")
    assert sweep(f"resume={place / 'out'}", "quiet=true") == 0
    assert tables(place / "out") == tables(whole)


def test_a_read_only_disk_is_told_to_who_begins_and_to_who_resumes(city, whole, disk, capsys):
    place, mount = disk
    shutil.copytree(whole, place / "out")
    (place / "out" / "manifest.json").unlink()
    assert mount("ro")
    assert begin(city, place / "new") == 2
    assert f"out = {place / 'new'}: cannot be written (Read-only file system); give another" in capsys.readouterr().err
    assert sweep(f"resume={place / 'out'}") == 2
    assert f"{place / 'out'}: cannot be written (Read-only file system); make it writable" in capsys.readouterr().err
    assert mount("rw")
    assert sweep(f"resume={place / 'out'}", "quiet=true") == 0
    assert tables(place / "out") == tables(whole)


def test_a_disk_that_is_full_at_the_final_tables_loses_no_run(city, whole, tmp_path, capsys, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("experiments.tables.write_finals", no_room)
        assert begin(city, tmp_path / "out") == 2
    assert "No space left on device; 6 finished runs are kept" in capsys.readouterr().err
    assert sweep(f"resume={tmp_path / 'out'}", "quiet=true") == 0
    assert tables(tmp_path / "out") == tables(whole)


@pytest.mark.parametrize("runs", [1, 6])
def test_runs_of_a_folder_deleted_meanwhile_are_saved_beside_it(city, whole, tmp_path, capsys, after_runs, runs):
    after_runs(runs, lambda journal: shutil.rmtree(journal.path.parent))
    assert begin(city, tmp_path / "out") == 2
    said, saved = capsys.readouterr().err, tmp_path / "out_saved"
    assert f"was deleted or moved while runs were written into it; its {runs} finished runs are kept in {saved}" in said
    assert not (tmp_path / "out").exists()
    assert sweep(f"resume={saved}", "quiet=true") == 0
    assert tables(saved) == tables(whole)


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(whole, tmp_path, capsys, monkeypatch):
    def refuse(_):
        raise OSError(30, "Read-only file system")

    shutil.copytree(whole, tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    monkeypatch.setattr(Journal, "_take_lock", refuse)
    assert sweep(f"resume={tmp_path / 'out'}") == 2
    assert f"{tmp_path / 'out'}: cannot be written (Read-only file system)" in capsys.readouterr().err


def test_a_damaged_table_is_named_to_its_readers_and_written_anew_by_a_resumption(whole, tmp_path, capsys):
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    damaged = bytearray((out / "kpis.parquet").read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    (out / "kpis.parquet").write_bytes(damaged)
    assert main(["sensitivity", str(out)]) == 2
    assert f"{out / 'kpis.parquet'} is damaged or missing" in capsys.readouterr().err
    assert sweep(f"resume={out}", "quiet=true") == 0
    check_tables(out)
    assert tables(out) == tables(whole)


def test_the_half_of_a_table_that_a_killed_writer_left_is_written_over(whole, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "manifest.json").unlink()
    (out / "monthly.parquet").rename(out / ".monthly.parquet.part")
    (out / ".monthly.parquet.part").write_bytes(b"PAR1 and nothing more")
    assert sweep(f"resume={out}", "quiet=true") == 0
    assert tables(out) == tables(whole) and not list(out.glob(".*.part"))


def test_a_damaged_plan_is_told(whole, tmp_path, capsys):
    shutil.copytree(whole, tmp_path / "out")
    (tmp_path / "out" / "plan.parquet").write_bytes(b"PAR1 and nothing more")
    assert sweep(f"resume={tmp_path / 'out'}") == 2
    assert "its plan.parquet is missing or cannot be read; start again with out=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folder", "said"),
    [("nowhere", "is no folder; give the folder"), ("empty", "is missing"), ("other", "is not the configuration")],
)
def test_a_wrong_folder_is_not_resumed(tmp_path, capsys, folder, said):
    (tmp_path / "other").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "other" / "config.yaml").write_text("name: a city\n")
    assert sweep(f"resume={tmp_path / folder}") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists() and not (tmp_path / "other" / "journal.bin").exists()


def test_a_folder_of_another_command_is_refused_by_name(whole, capsys):
    assert main(["compare", f"resume={whole}"]) == 2
    assert "command = compare: the folder was begun with sweep" in capsys.readouterr().err


def test_a_system_s_refusal_without_a_text_is_told_by_its_name():
    assert refusal(OSError("Couldn't deserialize")) == "Couldn't deserialize"
    assert refusal(PermissionError(13, "Permission denied", "/x/monthly.parquet")) == (
        "Permission denied (monthly.parquet)"
    )
    assert refusal(TimeoutError()) == "TimeoutError"


def test_work_alone_in_a_folder_says_how_to_go_on_whatever_stops_it(tmp_path, capsys):
    line = f"fieldcast optimise resume={tmp_path}"

    def stopped(error):
        raise error

    assert alone_in(tmp_path, "optimise", "trials", lambda: 0) == 0
    assert alone_in(tmp_path, "optimise", "trials", lambda: stopped(KeyboardInterrupt())) == 130
    assert f"finished trials are kept. To go on:\n  {line}" in capsys.readouterr().err
    with pytest.raises(InputError, match="No space left on device; finished trials are kept") as told:
        alone_in(tmp_path, "optimise", "trials", lambda: stopped(OSError(28, "No space left on device")))
    assert told.value.messages[0].endswith(line)
    with pytest.raises(InputError, match="is in use by another process"):
        alone_in(tmp_path, "x", "runs", lambda: alone_in(tmp_path, "optimise", "trials", lambda: 0))


def test_nothing_is_said_of_other_mistakes(tmp_path):
    with pytest.raises(InputError, match=r"^a mistake$"), job.runs_kept(None, None):
        raise InputError("a mistake")
