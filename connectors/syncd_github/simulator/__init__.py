"""An honest local GitHub: issues by REST, Projects v2 by GraphQL, for the demo, tests and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syncd_github.simulator.server import GitHubSimulator


def start(folder: Path, files: Sequence[Path]) -> GitHubSimulator:
    """Serves what the files hold, with its journal in the folder."""
    return GitHubSimulator(folder, files)


__all__ = ["GitHubSimulator", "start"]
