"""How many cases the laws are tried on: a few hundred in `make test`, twenty times as many with HYPOTHESIS_PROFILE=nightly."""

from __future__ import annotations

import os

NIGHTLY = 20


def scaled(examples: int) -> int:
    return examples * NIGHTLY if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else examples
