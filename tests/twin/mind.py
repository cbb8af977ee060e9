"""What one business knows of one operator and feels about it; stocks are kept in the product's steps."""

from __future__ import annotations

from math import exp
from typing import Any

MEMORY_UNIT, PERSUASION_UNIT, FATIGUE_UNIT = 1 / 65535, 1 / 4096, 1 / 16


def remembered(value: float, idle_days: float, hold_days: float, rate: float) -> float:
    """A stock after some idle days: full during the hold, then fading exponentially."""
    if value == 0.0 or idle_days <= hold_days:
        return value
    return value * exp(-rate * (idle_days - hold_days))


class Impression:
    """Memory, persuasion and fatigue as they were at the last contact."""

    __slots__ = ("day", "fatigue", "memory", "persuasion")

    def __init__(self, memory: float = 0.0, persuasion: float = 0.0, fatigue: float = 0.0, day: int = -16000):
        self.memory, self.persuasion, self.fatigue, self.day = memory, persuasion, fatigue, day

    def awareness(self, ambient: float, today: int, fading: Any) -> float:
        """Awareness of the operator, whose presence reaches the business with `ambient`."""
        known = remembered(self.memory, today - self.day, fading.hold_days, fading.memory)
        return 1.0 - exp(-ambient) * (1.0 - known)

    def goodwill(self, today: int, fading: Any) -> float:
        """Persuasion today."""
        return remembered(self.persuasion, today - self.day, 0.0, fading.persuasion)

    def weariness(self, today: int, fading: Any) -> float:
        """Fatigue today."""
        return remembered(self.fatigue, today - self.day, 0.0, fading.fatigue)

    def meet(self, today: int, fading: Any, recall: float, persuasion: float = 0.0, fatigue: float = 0.0) -> None:
        """One contact; the stocks are dated back by the days of the hold that are over for old and new together."""
        idle = today - self.day
        memory = remembered(self.memory, idle, fading.hold_days, fading.memory)
        added = (1.0 - memory) * recall
        over = 0
        if memory > 0.0 and idle > 0:
            over = round(memory / (memory + added) * min(idle, fading.hold_days))
        goodwill = (persuasion + self.goodwill(today, fading)) * exp(fading.persuasion * over)
        tired = (fatigue + self.weariness(today, fading)) * exp(fading.fatigue * over)
        self.memory = round((memory + added) / MEMORY_UNIT) * MEMORY_UNIT
        self.persuasion = round(min(max(goodwill, -7.9), 7.9) / PERSUASION_UNIT) * PERSUASION_UNIT
        self.fatigue = round(min(tired, 15.9) / FATIGUE_UNIT) * FATIGUE_UNIT
        self.day = today - over
