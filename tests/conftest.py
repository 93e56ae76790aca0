"""Where tests find each other's makers, and the shared reference data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the vendors' descriptions and real tracker data; skips where it is absent."""
    folder = Path(os.environ.get("SYNCD_SHARED", HERE.parent.parent / "shared"))
    if not (folder / "specs").is_dir():
        pytest.skip(f"the vendors' descriptions are not at {folder}; name their folder in SYNCD_SHARED")
    return folder
