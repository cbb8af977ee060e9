"""One proof from the command line: `python -m tests.reliability kills number=200`."""

from __future__ import annotations

import csv
import inspect
import sys

from tests.reliability.engines import engines
from tests.reliability.kills import kills
from tests.reliability.page import PAGE, TABLES, rewritten
from tests.reliability.pairing import pairing
from tests.reliability.throughput import throughput

PROOFS = {proof.__name__: proof for proof in (kills, engines, throughput, pairing)}


def main(words: list[str]) -> int:
    """Carry out a proof, print its table, and write it down: as a file and in the page."""
    if not words or words[0] not in PROOFS:
        print(__doc__, *(f"  {name}{inspect.signature(proof)}" for name, proof in PROOFS.items()), sep="\n")
        return 2
    rows = PROOFS[words[0]](**{name: int(value) for name, value in (word.split("=") for word in words[1:])})
    TABLES.mkdir(parents=True, exist_ok=True)
    with (TABLES / f"{words[0]}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    PAGE.write_text(rewritten(PAGE.read_text("utf-8")), encoding="utf-8")
    for row in rows:
        print(", ".join(f"{name} {value}" for name, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
