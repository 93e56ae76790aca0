"""The wheel and the source distribution hold what a user needs: both connectors, the migrations, the demo's configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

FILES_AND_KINDS = """
import syncd, syncd_jira
from syncd.connector.registry import connectors
print(syncd.__file__, syncd_jira.__file__, *sorted(connectors()))
"""
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dist/ with a wheel that was built from the source distribution, without network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


def test_the_wheel_holds_both_connectors_and_the_demo(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "syncd/py.typed",
        "syncd/cli/main.py",
        "syncd/store/migrations/versions/v0001_first.py",
        "syncd/demo/config/syncd.yaml",
        "syncd_jira/__init__.py",
        "syncd_github/simulator/schema.graphql",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_an_installed_wheel_runs_and_finds_its_connectors(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    said = subprocess.run(
        [sys.executable, "-c", FILES_AND_KINDS],
        check=True, capture_output=True, text=True, env=environment, cwd=tmp_path,
    ).stdout.split()  # fmt: skip
    assert said[0].startswith(str(site)) and said[1].startswith(str(site))
    assert {"github", "jira"} <= set(said[2:])
    demo = subprocess.run(
        [sys.executable, "-m", "syncd", "demo", "--once", "--json"],
        check=False, capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert demo.returncode == 0, demo.stderr[-2000:]


def test_the_source_distribution_holds_no_local_state(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = ["/".join(name.split("/")[1:]) for name in tar.getnames()]
    assert "config/syncd.yaml" in names and "Makefile" in names and "tests/house.py" in names
    assert not [name for name in names if name.startswith((".venv", "var/", ".git/"))]
