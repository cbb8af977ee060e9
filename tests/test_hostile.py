"""Broken and hostile inputs give a message and no traceback, carry nothing out and never hang."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from experiments.cli import main
from tests.hostile.cases import CASES
from tests.hostile.ground import FILES, archive, book, ground, luck, parts_of
from tests.tiny import tiny_folder

pytestmark = pytest.mark.timeout(60)
FUZZED = 60
ODD = (b"\0", b'"', b"\xff", b";;;", b"\n\n", b"{[", b"&", b"-1e999", b"\xef\xbb\xbf")


def imported(folder: Path, out: Path) -> int:
    """The exit code of an import; an exception would be a traceback."""
    return main(["city", "import", str(folder / "import.yaml"), f"out={out}"])


def test_the_sound_folder_is_imported(tmp_path: Path) -> None:
    assert imported(ground(tmp_path / "in"), tmp_path / "out") == 0


def test_there_are_a_hundred_and_fifty_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_input_is_refused_with_a_message(name: str, tmp_path: Path, monkeypatch, capsys) -> None:
    spoil, expected = CASES[name]
    folder = ground(tmp_path / "in")
    monkeypatch.chdir(folder)
    spoil(folder)
    assert imported(folder, tmp_path / "out") == 2
    said = "".join(capsys.readouterr())
    assert expected in said, said[:3000]
    assert ("ERROR" in said or "error:" in said) and len(said) < 100_000
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.rglob("*canary*"))


def spoil_by_luck(path: Path, luck: random.Random) -> None:
    """Some bytes of a file changed, lost, doubled or put in."""
    raw = bytearray(path.read_bytes())
    for _ in range(luck.choice((1, 3, 30))):
        place = luck.randrange(len(raw))
        what = luck.randrange(4)
        if what == 0:
            raw[place] = luck.randrange(256)
        elif what == 1:
            del raw[place : place + luck.choice((1, 10, 500))]
        elif what == 2:
            raw[place:place] = luck.choice(
                (b"\0", b'"', b"\xff", b";;;", b"\n\n", b"{[", b"&", b"-1e999", b"\xef\xbb\xbf")
            )
        else:
            raw[place:place] = raw[max(place - 200, 0) : place]
        raw = raw or bytearray(b" ")
    path.write_bytes(bytes(raw))


@pytest.mark.parametrize("seed", range(FUZZED))
def test_a_file_with_bytes_changed_by_luck_is_read_or_refused(seed: int, tmp_path: Path, capsys) -> None:
    folder = ground(tmp_path / "in")
    spoil_by_luck(folder / FILES[seed % len(FILES)], random.Random(seed))
    code = imported(folder, tmp_path / "out")
    said = "".join(capsys.readouterr())
    assert code in (0, 2) and (code == 0) == (tmp_path / "out").exists()
    assert code == 0 or "ERROR" in said


@pytest.mark.parametrize("seed", range(FUZZED))
def test_a_city_with_bytes_changed_by_luck_is_used_or_refused(seed: int, tmp_path: Path, capsys) -> None:
    folder = tiny_folder(tmp_path)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    spoil_by_luck(files[seed % len(files)], random.Random(1000 + seed))
    code = main(["city", "check", str(folder)])
    said = "".join(capsys.readouterr())
    assert code in (0, 2) and (code == 2) == ("ERROR" in said.replace(" 0 ERROR", ""))


MONTHS = [["month", "churn"], ["2025-01", 3], ["2025-02", 4], ["2025-03", 5]]
HISTORIES = {
    "luck": ("h.csv", luck(5000)),
    "nothing": ("h.csv", b""),
    "zeros": ("h.parquet", b"\0" * 5000),
    "a web page": ("h.csv", b"<html>"),
    "no workbook": ("h.xlsx", luck(5000)),
    "a bomb": ("h.xlsx", archive({**parts_of(book(MONTHS)), "xl/x.bin": b"\0" * 50_000_000})),
    "a formula": ("h.xlsx", book([*MONTHS[:3], ["2025-03", "=1+1"]])),
    "a month in words": ("h.xlsx", book([*MONTHS[:3], ["March", 5]])),
    "two months": ("h.xlsx", book(MONTHS[:3])),
    "less than nobody": ("h.xlsx", book([*MONTHS[:3], ["2025-03", -5]])),
    "a cell of ten million letters": ("h.csv", b"month,churn\n2025-01," + b"9" * 10_000_000 + b"\n"),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_cannot_be_is_refused(name: str, tmp_path: Path, capsys) -> None:
    (tmp_path / "city").mkdir()
    folder = tiny_folder(tmp_path / "city")
    file, raw = HISTORIES[name]
    (tmp_path / file).write_bytes(raw)
    assert main(["calibrate", f"city={folder}", f"history={tmp_path / file}", f"out={tmp_path / 'out'}"]) == 2
    assert "error: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
