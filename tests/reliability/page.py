"""The tables of docs/reliability.md, made anew from those that the proofs have left."""

from __future__ import annotations

from pathlib import Path

from experiments.motivationpage import MARK, table_of

DOCS = Path(__file__).parents[2] / "docs"
PAGE, TABLES = DOCS / "reliability.md", DOCS / "tables" / "reliability"


def rewritten(page: str, folder: Path = TABLES) -> str:
    """The page with every table that is there; what stands for one that is not stays."""
    return MARK.sub(
        lambda mark: (
            f"<!-- table {mark[1]} -->\n{table_of(mark[1], folder)}<!-- end -->"
            if (folder / f"{mark[1]}.csv").exists()
            else mark[0]
        ),
        page,
    )
