"""Measures reach the open internet and what an operator listed, and nothing else: judged by the address connected to."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from metrics_server import Metrics, Page, serving
from pydantic import SecretStr

from syncd.config.rules.measures import WebAddress
from syncd.engine.measuring.addresses import Address, Allowed
from syncd.engine.measuring.failed import Failed
from syncd.engine.measuring.fetch import Bounds, Fetcher


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    with serving() as running:
        yield running


def to(ip: str) -> list[Address]:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return [Address(family, ip, 443)]


def get(url: str, *listed: str, bounds: Bounds | None = None, **headers: str) -> bytes:
    secrets = {name.replace("_", "-"): SecretStr(value) for name, value in headers.items()}
    return Fetcher(Allowed(listed), bounds=bounds).get(WebAddress(url, secrets))


CLOSED = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2001:db8::1",
]  # fmt: skip
OPEN = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("ip", CLOSED)
def test_no_name_leads_into_a_network_that_is_not_open(ip: str) -> None:
    allowed = Allowed(resolve=lambda host, port: to(ip))
    with pytest.raises(Failed, match=r"not on the open internet.*measures: \{allow: \[metrics\.example\.com\]\}"):
        allowed.addresses("metrics.example.com", 443)


@pytest.mark.parametrize("ip", OPEN)
def test_the_open_internet_may_be_asked(ip: str) -> None:
    assert Allowed(resolve=lambda host, port: to(ip)).addresses("metrics.example.com", 443) == to(ip)


@pytest.mark.parametrize(
    ("listed", "ip", "good"),
    [
        ("10.0.0.0/8", "10.9.9.9", True),
        ("10.0.0.0/8", "192.168.1.1", False),
        ("192.168.1.7", "192.168.1.7", True),
        ("Metrics.example.com", "10.9.9.9", True),
        ("other.example.com", "10.9.9.9", False),
        ("10.0.0.0/8", "::ffff:10.1.1.1", True),
        ("fd00::/8", "fd00::7", True),
        ("::/0", "::ffff:127.0.0.1", False),
    ],
)
def test_what_is_listed_may_be_asked_and_nothing_besides(listed: str, ip: str, good: bool) -> None:
    allowed = Allowed([listed], resolve=lambda host, port: to(ip))
    if good:
        assert allowed.addresses("metrics.example.com.", 443) == to(ip)
    else:
        with pytest.raises(Failed):
            allowed.addresses("metrics.example.com", 443)


def test_of_several_addresses_only_the_open_ones_are_used() -> None:
    allowed = Allowed(resolve=lambda host, port: [*to("127.0.0.1"), *to("1.1.1.1")])
    assert allowed.addresses("metrics.example.com", 443) == to("1.1.1.1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_this_machine_is_connected_to(metrics: Metrics, host: str) -> None:
    with pytest.raises(Failed):
        get(f"http://{host}:{metrics.port}/")
    assert metrics.asked == []


def test_a_name_that_resolves_to_something_else_later_gets_nowhere(metrics: Metrics) -> None:
    """The first answer is good and far away, all later ones are this machine: only the judged one is connected to."""
    answers = [to("192.0.2.1")]  # for documentation: nobody is there

    def rebinding(host: str, port: int) -> list[Address]:
        return answers.pop(0) if answers else [Address(socket.AF_INET, "127.0.0.1", metrics.port)]

    allowed = Allowed(["192.0.2.0/24"], resolve=rebinding)
    with pytest.raises(Failed):
        Fetcher(allowed, bounds=Bounds(seconds=0.4)).get(WebAddress(f"http://rebind.example:{metrics.port}/", {}))
    assert metrics.asked == []


def test_a_listed_address_is_asked_with_its_headers(metrics: Metrics) -> None:
    metrics.pages["/a"] = Page(b'{"x": 1}')
    assert get(f"{metrics.url}/a?b=c", "127.0.0.0/8", X_Key="sesame") == b'{"x": 1}'
    path, headers = metrics.asked[0]
    assert (path, headers["x-key"], headers["host"]) == ("/a?b=c", "sesame", f"127.0.0.1:{metrics.port}")


def test_a_redirect_is_told_and_not_followed(metrics: Metrics) -> None:
    metrics.pages["/a"] = Page(b"", 302, {"Location": f"{metrics.url}/b?token=sesame"})
    with pytest.raises(Failed, match=r"sends on to 127\.0\.0\.1, and redirects are not followed") as caught:
        get(f"{metrics.url}/a", "127.0.0.1")
    assert len(metrics.asked) == 1
    assert "sesame" not in str(caught.value)


def test_a_large_answer_is_cut_off(metrics: Metrics) -> None:
    metrics.pages["/a"] = Page(b"1" * 20_000)
    with pytest.raises(Failed, match="more than 10 kB"):
        get(f"{metrics.url}/a", "127.0.0.1", bounds=Bounds(largest=10_000))


def test_an_answer_that_drips_ends_in_time(metrics: Metrics) -> None:
    metrics.pages["/a"] = Page(b"1" * 1000, drip=0.05)
    began = time.monotonic()
    with pytest.raises(Failed, match=r"within 0\.5 seconds"):
        get(f"{metrics.url}/a", "127.0.0.1", bounds=Bounds(seconds=0.5))
    assert time.monotonic() - began < 2


def test_a_server_that_never_answers_ends_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for scheme in ("http", "https"):  # https: not even a handshake
            began = time.monotonic()
            with pytest.raises(Failed, match=r"within 0\.3 seconds"):
                get(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/", "127.0.0.1", bounds=Bounds(seconds=0.3))
            assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://no-such-host.invalid/", "the name no-such-host.invalid cannot be resolved"),
        ("http://127.0.0.1:1/", "127.0.0.1 cannot be asked"),
    ],
)
def test_what_cannot_be_reached_is_a_sentence(url: str, said: str) -> None:
    with pytest.raises(Failed, match=said):
        get(url, "127.0.0.1", bounds=Bounds(seconds=5))


def test_another_status_is_no_answer(metrics: Metrics) -> None:
    with pytest.raises(Failed, match=r"127\.0\.0\.1 answered 404"):
        get(f"{metrics.url}/nowhere", "127.0.0.1")
