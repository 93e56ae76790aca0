"""Everything is started at once after a power cut: a daemon waits for its database, and hears meanwhile that it is to stop."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

import postgres
from cli.running_demo import Shop
from engine.running import eventually


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        number: int = door.getsockname()[1]
        return number


def forward(port: int, url: str) -> socket.socket:
    """From now on the server of `url` listens on this port, too."""
    to = make_url(url)
    folder = str(to.query["host"]) if "host" in to.query else None

    def carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)

    def let_in() -> None:
        with suppress(OSError):
            while True:
                here, _ = door.accept()
                if folder is not None:
                    there = socket.socket(socket.AF_UNIX)
                    there.connect(f"{folder}/.s.PGSQL.{to.port or 5432}")
                else:
                    there = socket.create_connection((to.host or "127.0.0.1", to.port or 5432))
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    door = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=let_in, daemon=True).start()
    return door


def daemon(shop: Shop, store: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "syncd", "--config", str(shop.config), "run"],
            env={**shop.environment, "SYNCD_STORE": store}, cwd=shop.folder, stderr=out, stdout=out,
        )  # fmt: skip


@pytest.mark.slow
def test_a_database_that_comes_late_is_waited_for(postgresql: postgres.Server, shop: Shop, tmp_path: Path) -> None:
    log, port = tmp_path / "log", free_port()
    with postgresql.database() as url:
        named = make_url(url)
        late = named.difference_update_query(["host"]).set(host="127.0.0.1", port=port)
        store = late.render_as_string(hide_password=False)
        process = daemon(shop, store, log)
        eventually(lambda: '"the store does not answer yet"' in log.read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0, "it was told to stop while it waited"
        process = daemon(shop, store, log)
        eventually(lambda: '"the store does not answer yet"' in log.read_text())
        door = forward(port, url)
        try:
            eventually(lambda: '"started"' in log.read_text())
            process.terminate()
            assert process.wait(20) == 0
        finally:
            process.kill()
            door.close()
        postgres.wait_until_alone(url)


def test_what_no_waiting_cures_is_told_at_once_in_the_form_of_the_log(shop: Shop, tmp_path: Path) -> None:
    shop.edit("syncd.yaml", "sources:", "sauces:")
    said = shop.syncd("run", SYNCD_LOG_FORMAT="json")
    (line,) = said.err.splitlines()
    told = json.loads(line)
    assert said.code == 2 and told["exit_code"] == 2 and told["level"] == "critical"
    assert told["event"] == "ended with an error" and "sauces" in told["error"]
    assert shop.syncd("run", SYNCD_LOG_FORMAT="text").err.startswith("error: ")
