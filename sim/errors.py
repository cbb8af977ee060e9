"""Mistakes of the input, told as help: file or key, value, what is allowed, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """One or more mistakes in what the user gave; each message stands for itself."""

    def __init__(self, messages: str | Iterable[str]):
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        super().__init__("\n".join(self.messages))


def nearest(name: str, known: Iterable[str]) -> str:
    """A clause that names the closest known word, or lists what is known when nothing is close."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(sorted(known)[:12]) + (", ..." if len(known) > 12 else "")
