"""Where tests find each other's makers, and the shared reference data."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from syncd.testing.record import VARIABLE

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import postgres  # noqa: E402 - found by the line above

SHARED = Path(os.environ.get("SYNCD_SHARED", HERE.parent.parent / "shared"))
# A change is judged by the same cases each time, on however slow a machine; the nightly run looks for new ones.
settings.register_profile("same", derandomize=os.environ.get("HYPOTHESIS_PROFILE") != "nightly", deadline=None)
settings.load_profile("same")
# `pytest --hypothesis-profile long` looks twenty times as far, in the laws that take their number of examples from the profile.
settings.register_profile("long", max_examples=2_000, deadline=None)
WIRE = pytest.StashKey[tuple[list[str], int]]()


def pytest_configure(config: pytest.Config) -> None:
    """All simulators of the run, also those in child processes, keep samples of what passes."""
    if not hasattr(config, "workerinput") and (SHARED / "specs").is_dir():
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="syncd-wire-")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What passed is held against the vendors' descriptions; a run with a fault has failed."""
    folder = os.environ.get(VARIABLE)
    if hasattr(session.config, "workerinput") or not folder or not any(Path(folder).glob("*.jsonl")):
        return
    from contract import whole_suite

    try:
        found = session.config.stash[WIRE] = whole_suite.faults(Path(folder), SHARED / "specs")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if found[0]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    faults, checked = config.stash.get(WIRE, ([], 0))
    if checked:
        terminalreporter.write_line(
            f"{checked} kinds of exchanges held against the vendors' descriptions, {len(faults)} do not fit"
        )
    for fault in faults:
        terminalreporter.write_line(f"  {fault}", red=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A real PostgreSQL; skips where there is none."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the vendors' descriptions and real tracker data; skips where it is absent."""
    folder = SHARED
    if not (folder / "specs").is_dir():
        pytest.skip(f"the vendors' descriptions are not at {folder}; name their folder in SYNCD_SHARED")
    return folder
