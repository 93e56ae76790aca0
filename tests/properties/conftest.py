"""The nightly profile: every law on twenty times as many cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import settings
from scale import scaled

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        law = getattr(item, "obj", None)
        own = getattr(law, "_hypothesis_internal_use_settings", None)
        if own is not None and item.path.is_relative_to(HERE):
            law._hypothesis_internal_use_settings = settings(own, max_examples=scaled(own.max_examples))
