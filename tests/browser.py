"""A real browser for tests of pages: Chromium where the machine has one, else a clear reason to skip."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


def chromium() -> str:
    """Where Chromium is, from CHROMIUM or the path; skips the test where there is none."""
    found = os.environ.get("CHROMIUM") or next((place for name in NAMES if (place := shutil.which(name))), None)
    if not found:
        pytest.skip("no Chromium on this machine: install one (apt-get install chromium) or name it in CHROMIUM")
    return found


@contextmanager
def browser() -> Iterator[Any]:
    """A headless browser with a profile of its own."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (it is in the dev extras)"
    )
    place = chromium()
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=place, args=list(SWITCHES))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(page_file: Path, width: int, height: int = 900, media: str = "screen") -> Iterator[tuple[Any, list[str]]]:
    """A page in a window of this size, and all that it complains about or asks of the network."""
    with browser() as started:
        page = started.new_page(viewport={"width": width, "height": height})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: complaints.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None,
        )
        page.emulate_media(media=media)
        page.goto(page_file.as_uri(), wait_until="load")
        yield page, complaints
