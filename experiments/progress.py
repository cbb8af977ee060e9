"""How far the runs are: a bar on a terminal, a line now and then in the log of a job that nobody watches."""

from __future__ import annotations

import sys
import time

from experiments.journal import Finished

LINE_EVERY_SECONDS = 60.0


class Progress:
    """Runs done, pace, time left and failures, on stderr; silent when `quiet`."""

    def __init__(self, total: int, done: int = 0, quiet: bool = False):
        self.total, self.done, self.failed, self.new = total, done, 0, 0
        self.watched = sys.stderr.isatty()
        self.quiet = quiet
        self.begun = self.told = time.monotonic()

    def __enter__(self) -> Progress:
        from tqdm import tqdm

        self.bar = tqdm(
            total=self.total,
            initial=self.done,
            disable=self.quiet or not self.watched,
            file=sys.stderr,
            unit=" runs",
            desc="runs",
            dynamic_ncols=True,
            bar_format="{desc} {n_fmt}/{total_fmt} |{bar}| {elapsed} gone, {remaining} left{postfix}",
        )
        return self

    def tell(self, finished: Finished) -> None:
        """One more run has ended."""
        self.new += 1
        self.failed += finished.status == "failed"
        self.bar.set_postfix_str(", ".join(self.pace_and_failures()), refresh=False)
        self.bar.update(1)
        now = time.monotonic()
        if not self.quiet and not self.watched and now - self.told >= LINE_EVERY_SECONDS:
            self.told = now
            print(self.line(now - self.begun), file=sys.stderr, flush=True)

    def pace_and_failures(self) -> list[str]:
        """How many runs an hour end, and how many failed."""
        pace = f"{3600 * self.new / max(time.monotonic() - self.begun, 1e-9):,.0f} runs an hour".replace(",", " ")
        return [pace] + [f"{self.failed} failed"] * bool(self.failed)

    def line(self, seconds: float) -> str:
        """The bar in words, after so many seconds."""
        from experiments.probe import spoken_time

        done = self.done + self.new
        left = spoken_time((self.total - done) * seconds / self.new)
        return ", ".join([f"runs {done}/{self.total}", f"{left} left", *self.pace_and_failures()])

    def __exit__(self, *_: object) -> None:
        self.bar.close()
