"""How far the runs are, on the terminal only."""

from __future__ import annotations

import sys

from experiments.journal import Finished


class Progress:
    """A bar on stderr with runs done, time left and failures; silent when nobody watches."""

    def __init__(self, total: int, done: int = 0, quiet: bool = False):
        self.total, self.done, self.failed = total, done, 0
        self.off = quiet or not sys.stderr.isatty()

    def __enter__(self) -> Progress:
        from tqdm import tqdm

        self.bar = tqdm(
            total=self.total,
            initial=self.done,
            disable=self.off,
            file=sys.stderr,
            unit="run",
            desc="runs",
            dynamic_ncols=True,
            bar_format="{desc} {n_fmt}/{total_fmt} |{bar}| {elapsed} gone, {remaining} left{postfix}",
        )
        return self

    def tell(self, finished: Finished) -> None:
        """One more run has ended."""
        if finished.status == "failed":
            self.failed += 1
            self.bar.set_postfix_str(f"{self.failed} failed", refresh=False)
        self.bar.update(1)

    def __exit__(self, *_: object) -> None:
        self.bar.close()
