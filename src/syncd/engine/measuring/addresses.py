"""Which addresses measures and messages may connect to: the open internet, and what an operator listed.

The rule is applied to the very address that is connected to, after names are resolved, so that a name which resolves to
something else the second time gets nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from syncd.engine.measuring.failed import Failed

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192")))
"""Of clouds, besides those that are link-local."""


@dataclass(frozen=True, slots=True)
class Address:
    family: socket.AddressFamily
    ip: str
    port: int


Resolve = Callable[[str, int], list[Address]]


def resolve(host: str, port: int) -> list[Address]:
    """What the system's resolver says. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [Address(family, str(where[0]), int(where[1])) for family, _, _, _, where in found]


class Allowed:
    """`listed` are hosts, addresses and networks."""

    own_authority = "see measures: {ca: FILE}"
    """How to trust certificates of one's own."""

    def __init__(self, listed: Iterable[str] = (), resolve: Resolve = resolve) -> None:
        self._hosts: set[str] = set()
        self._networks: list[Network] = []
        self._resolve = resolve
        for one in listed:
            try:
                self._networks.append(ipaddress.ip_network(one, strict=False))
            except ValueError:
                self._hosts.add(_plain(one))

    def addresses(self, host: str, port: int) -> list[Address]:
        """Where it may connect to for this host, at least one. Raises Failed."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Failed(f"{self.named(host)} cannot be resolved ({reason})") from None
        good = [address for address in found if self._may(host, address.ip)]
        if not good:
            where = ", ".join(dict.fromkeys(address.ip for address in found)) or "nowhere"
            raise Failed(f"{self.called(host)} is {where}, which is not on the open internet; {self.otherwise(host)}")
        return good

    def called(self, host: str) -> str:
        """Its name in sentences."""
        return host

    def named(self, host: str) -> str:
        """What cannot be resolved, in sentences."""
        return f"the name {host}"

    def otherwise(self, host: str) -> str:
        """How to let it be asked all the same."""
        return f"if measures may ask it, add to syncd.yaml: measures: {{allow: [{host}]}}"

    def _may(self, host: str, text: str) -> bool:
        if _plain(host) in self._hosts:
            return True
        try:
            ip = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return all(self._listed(one) or is_open(one) for one in (ip, *inner(ip)))

    def _listed(self, ip: IP) -> bool:
        return any(ip.version == network.version and ip in network for network in self._networks)


def inner(ip: IP) -> tuple[IP, ...]:
    """The IPv4 address that an IPv6 address stands for, in any of the ways in which one may."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ()
    found: list[IP] = [one for one in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if one is not None]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return tuple(found)


def is_open(ip: IP) -> bool:
    """On the open internet: not private, loopback, link-local, shared, reserved, multicast, nor a cloud's metadata."""
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped is not None or ip in _NAT64):
        return True  # the address inside is judged
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False  # private before there were unique local addresses; Python takes them for global
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _METADATA


def _plain(host: str) -> str:
    return host.casefold().rstrip(".")
