"""The demo's trackers as processes: found, killed, continued, begun anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from syncd.demo import site
from syncd.demo.site import SiteError


def labels(addresses: site.Addresses, key: str) -> list[str]:
    url = f"{addresses.jira_url}/rest/api/3/issue/{key}?fields=labels"
    found: list[str] = requests.get(url, auth=("", site.TOKEN), timeout=9).json()["fields"]["labels"]
    return found


def silent(url: str) -> bool:
    try:
        requests.get(url, timeout=2)
    except requests.RequestException:
        return True
    return False


def test_a_second_terminal_finds_the_demo_until_it_ends(tmp_path: Path, small_config: Path) -> None:
    with site.start(tmp_path / "demo") as running:
        found = site.find(tmp_path / "demo")
        assert found.environment == running.environment
        assert set(found.environment) == {
            "DEMO_JIRA_URL",
            "DEMO_JIRA_EMAIL",
            "DEMO_JIRA_TOKEN",
            "DEMO_GITHUB_URL",
            "DEMO_GITHUB_TOKEN",
        }
        assert found.state == running.state == tmp_path / "demo"
        assert found.person().vote("PAY-1").startswith("voted for PAY-1")
        assert running.running
        overlaid = running.overlay(small_config)
        assert "projects:\n      [PAY, SHOP]" in (overlaid / "syncd.yaml").read_text(encoding="utf-8")
        (overlaid / "notes.txt").write_text("what somebody tries", encoding="utf-8")
        assert (running.overlay(small_config) / "notes.txt").exists()
        (small_config / "more.txt").write_text("new", encoding="utf-8")
        assert not (running.overlay(small_config) / "notes.txt").exists()
        with pytest.raises(SiteError, match=r"runs in .* already"):
            site.start(tmp_path / "demo", fresh=True)
        assert not silent(found.jira_url)
    assert silent(found.jira_url)
    assert silent(found.github_url)
    running.close()
    with pytest.raises(SiteError, match="start one with `syncd demo`"):
        site.find(tmp_path / "demo")


@pytest.mark.slow
def test_a_killed_demo_goes_on_where_it_was_and_fresh_begins_anew(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    code = "import sys, time; from pathlib import Path; from syncd.demo import site\n"
    code += "site.start(Path(sys.argv[1])); print('up', flush=True); time.sleep(60)"
    first = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"up\n"
    addresses = site.find(folder)
    addresses.person().set_horizon("PAY-7")
    changed = labels(addresses, "PAY-7")
    assert "roadmap/now" in changed
    world = (folder / "world" / "jira.jsonl").read_bytes()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    deadline = time.monotonic() + 10
    while not (silent(addresses.jira_url) and silent(addresses.github_url)):
        assert time.monotonic() < deadline, "the simulators outlived their demo"
        time.sleep(0.1)
    with pytest.raises(SiteError, match="has ended"):
        site.find(folder)
    with site.start(folder, seed=99) as second:
        assert labels(second.addresses, "PAY-7") == changed
        assert (folder / "world" / "jira.jsonl").read_bytes() == world
    (folder / "notes.txt").write_text("kept by somebody", encoding="utf-8")
    with site.start(folder, fresh=True) as third:
        assert "roadmap/now" not in labels(third.addresses, "PAY-7")
        assert (folder / "notes.txt").exists()


def test_real_data_live_in_a_folder_of_their_own(tmp_path: Path, small_config: Path) -> None:
    jira = tmp_path / "ours.jsonl"
    issue = {"id": "1", "key": "OLD-1", "fields": {"summary": "Kept from 2009", "status": {"name": "Open"}}}
    jira.write_text(json.dumps(issue) + "\n", encoding="utf-8")
    folder = tmp_path / "demo"
    with site.start(folder, jira=[jira]) as running:
        assert running.state == folder / f"data-{site.digest([jira])}"
        assert running.addresses.places.projects == ("OLD",)
        assert set(running.addresses.places.repositories) == {"lumen/web", "lumen/api", "lumen/mobile"}
        overlaid = running.overlay(small_config)
        assert overlaid == running.state / "config"
        assert "[OLD]" in (overlaid / "syncd.yaml").read_text(encoding="utf-8")
        assert site.find(folder).places == running.addresses.places
        assert "Kept from 2009" in site.find(folder).person().vote("OLD-1")
    assert not (folder / "jira").exists()


def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"there is no file .*nowhere"):
        site.start(tmp_path / "demo", jira=[tmp_path / "nowhere.jsonl"])
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(SiteError, match="holds no GitHub issue"):
        site.start(tmp_path / "demo", github=[empty])
    with pytest.raises(SiteError, match="no demo runs in"):
        site.find(tmp_path / "demo")


def test_a_simulator_that_dies_at_start_is_quoted(tmp_path: Path) -> None:
    """Its state folder is taken by a file."""
    broken = tmp_path / "demo" / "jira"
    broken.mkdir(parents=True)
    (broken / "journal.jsonl").mkdir()
    with pytest.raises(SiteError, match=r"the jira simulator did not start: .*; try again with --fresh"):
        site.start(tmp_path / "demo")
