"""What all tests share: repeatable property tests, and a configuration to change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from sim.parameters import defaults

settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("repeatable")


@pytest.fixture
def mapping() -> dict[str, Any]:
    """The configuration as shipped, free to be broken."""
    return defaults()
