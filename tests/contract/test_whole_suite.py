"""What passes between connectors and simulators in a whole run of the tests is checked, and what does not fit fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.testing.record import VARIABLE

TESTS = Path(__file__).resolve().parent.parent
PASSES = """
import requests
from syncd.testing.httpsim import HttpSimulator, Reply

def test_it():
    server = HttpSimulator(lambda request: Reply({status}, {answer}))
    requests.request({method!r}, server.url + {path!r}, json={sent}, timeout=5)
    server.close()
"""
REFUSED = {"status": 410, "answer": {"errorMessages": ["gone"], "errors": {}}}
SEARCH = {"method": "POST", "path": "/rest/api/2/search/jql"}
FITS = {"issues": [], "isLast": True}


def run(folder: Path, shared: Path, *more: str, **exchange: object) -> tuple[int, str]:
    """A run of the tests whose only test passes, whatever was exchanged in it; its exit code and what it said."""
    (folder / "test_one.py").write_text(PASSES.format(**exchange), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE and "PYTEST" not in name}
    environment |= {"PYTHONPATH": str(TESTS), "SYNCD_SHARED": str(shared)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", *more, str(folder)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("exchange", "says"),
    [
        ({**SEARCH, "sent": {"jql": "x"}, "status": 200, "answer": {"issues": [{"id": 5}]}}, "5 is not of type"),
        ({**SEARCH, "sent": {"jql": "x", "startAt": 0}, "status": 200, "answer": FITS}, "startAt"),
        ({"method": "GET", "path": "/rest/agile/1.0/board/1/issue", "sent": None, "status": 200, "answer": {}}, "deprecated"),
        ({"method": "GET", "path": "/rest/agile/1.0/board/1/issue", "sent": None, **REFUSED}, "deprecated"),
        ({"method": "GET", "path": "/repos/a/b/none", "sent": None, "status": 200, "answer": {}}, "no such operation"),
        (
            {"method": "POST", "path": "/graphql", "sent": {"query": "{ viewr { id } }"}, "status": 200, "answer": {"data": None}},
            "viewr",
        ),
    ],
    ids=["answer", "request", "deprecated", "deprecated and refused", "unknown", "graphql"],
)  # fmt: skip
def test_what_does_not_fit_fails_a_run_in_which_every_test_passes(
    tmp_path: Path, shared: Path, exchange: dict[str, object], says: str
) -> None:
    code, said = run(tmp_path, shared, **exchange)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert says in said


def test_what_does_not_fit_fails_a_run_on_several_processes(tmp_path: Path, shared: Path) -> None:
    answer = {"issues": [{"id": 5}]}
    code, said = run(tmp_path, shared, "-n", "1", **SEARCH, sent={"jql": "x"}, status=200, answer=answer)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 do not fit" in said


def test_what_fits_passes(tmp_path: Path, shared: Path) -> None:
    code, said = run(tmp_path, shared, **SEARCH, sent={"jql": "x"}, status=200, answer=FITS)
    assert (code, "0 do not fit" in said) == (0, True)
