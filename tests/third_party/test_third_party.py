"""A stranger's connector, built as a wheel and installed, is found by its entry point and works in real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "syncd_csv"
ROWS = """id,title,state,labels,created,updated,Score,Size,Owner
1,Faster search,open,team-a,2026-01-05T09:00:00+00:00,2026-01-05T09:00:00+00:00,,8,ann
2,Fix the logo,open,"team-a urgent",2026-01-06T09:00:00+00:00,2026-01-06T09:00:00+00:00,,1,"bob, or carl"
3,Export,open,,2026-01-07T09:00:00+00:00,2026-01-07T09:00:00+00:00,,2,ann
4,Old work,done,,2026-01-08T09:00:00+00:00,2026-01-08T09:00:00+00:00,,3,ann
"""
SCORING = {
    "facts": {"value": {"default": 8}, "size": {"team": {"field": "Size"}, "required": True}},
    "score": {"framework": "value_effort", "inputs": {"effort": "size"}},
    "horizons": {"now": {"capacity": "1 items"}, "later": {}},
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built package in it, as `pip install syncd-csv` would leave it."""
    folder = tmp_path_factory.mktemp("third_party")
    shutil.copytree(PACKAGE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), "source"], folder
    )
    (wheel,) = (folder / "dist").glob("syncd_csv-*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    run([*pip, "--target", str(folder / "site"), str(wheel)], folder)
    return folder / "site"


def run(command: list[str], folder: Path, site: Path | None = None, expect: int = 0) -> str:
    """Runs a command to its end; what it printed."""
    paths = [str(site)] if site is not None else []
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1", "COLUMNS": "160"}
    ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == expect, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A folder with a team's file and a configuration for it."""
    config = tmp_path / "config"
    config.mkdir()
    (tmp_path / "team.csv").write_text(ROWS, encoding="utf-8")
    write = {"score": {"field": "Score"}, "horizon": {"label": "roadmap-"}, "order": True}
    numbers = {"numbers": ["Score", "Size"]}
    source = {"kind": "csv", "file": str(tmp_path / "team.csv"), "mode": "auto", "write": write, **numbers}
    syncd = {"store": f"sqlite:///{tmp_path / 'syncd.db'}", "sources": {"team": source}}
    (config / "syncd.yaml").write_text(json.dumps(syncd), encoding="utf-8")
    (config / "scoring.yaml").write_text(json.dumps(SCORING), encoding="utf-8")
    return tmp_path


def test_a_strangers_package_passes_its_own_conformance_test(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE / "pyproject.toml", tmp_path)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "temp"), "tests"]
    told = run(command, tmp_path, installed)
    assert "TestCsv: Platinum" in told


def test_syncd_checks_plans_and_writes_a_strangers_tracker(installed: Path, team: Path) -> None:
    syncd = [sys.executable, "-m", "syncd", "--config", str(team / "config")]
    assert "CSV file" in run([*syncd, "check"], team, installed)
    assert "ROW-2" in run([*syncd, "plan"], team, installed)
    assert (team / "team.csv").read_text(encoding="utf-8") == ROWS, "a plan writes nothing"
    run([*syncd, "apply", "--yes"], team, installed)
    lines = (team / "team.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["id", "2", "3", "1", "4"]
    assert "roadmap-now team-a urgent" in lines[1]
    assert lines[1].endswith('"bob, or carl"')
    assert "nothing to write" in run([*syncd, "apply", "--yes"], team, installed)


def test_without_the_package_the_kind_is_unknown_and_the_message_says_what_is_installed(team: Path) -> None:
    command = [sys.executable, "-m", "syncd", "--config", str(team / "config"), "check"]
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    ended = subprocess.run(command, cwd=team, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "there is no connector for the kind 'csv'" in ended.stderr
    assert "github or jira" in ended.stderr
