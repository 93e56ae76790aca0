"""Several repositories at a time: the same issues, sooner; a thread and a client each; the first error ends all."""

from __future__ import annotations

import threading
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github_stage import Mirror, Wire, row

from syncd.connector.errors import Locked, Transient
from syncd.testing.httpsim import Fault, Reply

NAMES = [f"lumen/part{n}" for n in range(6)]


class Busy(Wire):
    """Remembers how many requests were on their way at once, and by how many threads."""

    def __init__(self):
        super().__init__()
        self.flying = self.most = 0
        self.threads = set()
        self.lock = threading.Lock()

    def before(self, call):
        super().before(call)
        with self.lock:
            self.flying += 1
            self.most = max(self.most, self.flying)
            self.threads.add(threading.get_ident())

    def after(self, call, answer):
        super().after(call, answer)
        with self.lock:
            self.flying -= 1


@pytest.fixture
def site(stage):
    made = stage([row(name, n) for name in NAMES for n in range(1, 231)])
    made.http.latency = 0.05
    return made


def test_a_first_look_from_far_away_is_the_same_and_sooner(site):
    mirrors = []
    for concurrency in (1, 4):
        wire, mirror = Busy(), Mirror()
        mirror.take(site.connector(concurrency=concurrency, wire=wire).pull(None))
        mirrors.append(mirror)
        assert wire.most == concurrency
    assert mirrors[0].issues == mirrors[1].issues
    assert len(mirrors[1].issues) == 6 * 230


def test_a_quiet_look_is_one_after_another_and_one_request_a_repository(site):
    mirror, wire = Mirror(), Busy()
    mirror.take(site.connector().pull(None))
    mirror.take(site.connector().pull(mirror.cursor))
    mirror.take(site.connector(wire=wire).pull(mirror.cursor))
    assert [answer.status for answer in wire.answers] == [304] * 6
    assert wire.most == 1


def test_where_the_way_is_short_nothing_is_split(stage):
    site = stage([row(name, n) for name in NAMES for n in range(1, 31)])
    wire = Busy()
    Mirror().take(site.connector(wire=wire).pull(None))
    assert len(wire.threads) == 1


def test_one_repository_that_fails_ends_the_look_and_what_was_stored_stays(site):
    mirror = Mirror()
    site.http.faults.append(Fault(lambda r: r.path.endswith("/issues") and "after" not in r.query, Reply(502), times=1))
    with pytest.raises(Transient):
        mirror.take(site.connector().pull(None))
    assert not [thread for thread in threading.enumerate() if thread.name == "github-reader"]
    mirror.take(site.connector().pull(mirror.cursor))
    assert len(mirror.issues) == 6 * 230


@pytest.mark.parametrize("broken_after", [1, 4, 9])
def test_a_pull_that_breaks_off_anywhere_goes_on_from_its_last_cursor_and_misses_nothing(stage, broken_after):
    site = stage([row(name, n) for name in NAMES[:3] for n in range(1, 331)], largest_numbered=100)
    site.http.latency = 0.04
    mirror = Mirror()
    pages = site.connector().pull(None)
    for _ in range(broken_after):
        time.sleep(0.1)  # the readers run ahead of what is stored
        mirror.save(next(pages))
    pages.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "github-reader"]
    site.http.latency = 0
    mirror.take(site.connector().pull(mirror.cursor))
    assert len(mirror.issues) == 3 * 330


def test_threads_share_an_apps_token(stage):
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    site = stage([row(name, n) for name in NAMES for n in range(1, 4)], app={"id": 42, "installation": 77})
    site.http.latency = 0.05
    wire, mirror = Busy(), Mirror()
    app = {"id": 42, "installation": 77, "key": key.decode()}
    mirror.take(site.connector(token=None, app=app, wire=wire).pull(None))
    assert (wire.most, site.simulator.access.minted, len(mirror.issues)) == (4, 1, 18)


def test_a_gate_that_shuts_in_one_thread_ends_all(site):
    wire = Busy()
    wire.forbid = lambda call: Locked("stopped") if len(wire.calls) > 9 else None
    with pytest.raises(Locked, match="stopped"):
        Mirror().take(site.connector(wire=wire).pull(None))
    assert not [thread for thread in threading.enumerate() if thread.name == "github-reader"]
