"""Where the daemon listens, and what of that may stand in a file."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
import requests

from engine.paper_world import PaperWorld, backlog
from syncd.config.load import ConfigError, load
from syncd.config.text.syncd import host_and_port
from syncd.connector.registry import connectors
from syncd.testing.paper import PaperTracker
from syncd.web.server import ListenError, serving

SYNCD = """
sources:
  jira:
    url: https://lumen.atlassian.net
    email: syncd@lumen.example
    token: {env: TOKEN}
    projects: [PAY]
    webhook: WEBHOOK
"""
SCORING = "facts: {value: {default: 3}, effort: {default: 1}}\nscore: {framework: value_effort}\n"


@pytest.mark.parametrize(
    ("address", "parts"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:80", ("::1", 80)), ("syncd.example:0", ("syncd.example", 0))],
)
def test_an_address_has_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert host_and_port(address) == parts


@pytest.mark.parametrize("address", ["8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "http://x:80"])
def test_anything_else_is_told_with_an_example(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, "{secret: {env: HOOK}}", SYNCD_LISTEN=address)
    assert "SYNCD_LISTEN" in str(told.value) and "127.0.0.1:8080" in str(told.value)


def read(folder: Path, webhook: str, **environment: str) -> object:
    (folder / "syncd.yaml").write_text(SYNCD.replace("WEBHOOK", webhook), encoding="utf-8")
    (folder / "scoring.yaml").write_text(SCORING, encoding="utf-8")
    return load(folder, {"TOKEN": "t", "HOOK": "what it signs with", **environment}, connectors())


def test_nothing_is_served_unless_it_is_asked_for(tmp_path: Path) -> None:
    with PaperWorld(tmp_path, {"paper": backlog(PaperTracker())}).opened() as world, serving(world) as url:
        assert url is None
        assert not any(thread.name == "web" for thread in threading.enumerate())


@pytest.mark.parametrize(
    "webhook", ["{secret: hunter2hunter2}", "{path: hunter2hunter2hunter2}", "{secret: [hunter2]}"]
)
def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path, webhook: str) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, webhook)
    assert "hunter2" not in str(told.value)


def test_a_short_secret_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        read(tmp_path, "{secret: {env: HOOK}}", HOOK="hunter2")
    assert "hunter2" not in str(told.value) and "webhook" in str(told.value)


def test_it_listens_while_the_block_runs_and_frees_the_port_after_it(tmp_path: Path) -> None:
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    port = free_port()
    config = tmp_path / "config" / "syncd.yaml"
    config.write_text(f"listen: 127.0.0.1:{port}\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    with paper.opened() as world:
        for _ in range(2):
            with serving(world) as url:
                assert url == f"http://127.0.0.1:{port}"
                assert requests.post(f"{url}/webhooks/paper", b"{}", timeout=5).status_code == 404
                assert requests.get(f"{url}/webhooks/paper", timeout=5).status_code == 405
                with pytest.raises(ListenError, match="already in use"), serving(world):
                    pass
            with pytest.raises(requests.ConnectionError):
                requests.post(f"{url}/webhooks/paper", b"{}", timeout=5)


def test_no_answer_waits_for_an_acknowledgement(tmp_path: Path) -> None:
    """Which takes 40 ms; on a busy machine the quickest of many tells."""
    paper = PaperWorld(tmp_path, {"paper": backlog(PaperTracker())})
    config = tmp_path / "config" / "syncd.yaml"
    config.write_text("listen: 127.0.0.1:0\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    with paper.opened() as world, serving(world) as url, requests.Session() as sender:
        seconds = []
        for _ in range(30):
            began = time.perf_counter()
            assert sender.post(f"{url}/webhooks/nobody", b"{}", timeout=5).text
            seconds.append(time.perf_counter() - began)
    assert min(seconds[5:]) < 0.03


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
