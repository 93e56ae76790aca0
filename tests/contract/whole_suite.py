"""Everything that the connectors sent and the simulators answered during a test run, held against the vendors' descriptions.

`tests/conftest.py` has every simulator of the run keep samples and asks `faults` at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from contract import vendor_github, vendor_jira
from syncd.testing.exchange import Exchange
from syncd.testing.record import kind_of, read

ENOUGH = 3
"""Of each kind of exchange."""
GATEWAY = re.compile(r"^/ex/jira/[^/]+")
_UNDESCRIBED = re.compile(
    r"^/rest/api/2/(search|project)$"  # Data Center alone; no description of it is at hand
    r"|^/rest/api/[23]/serverInfo$"
    r"|^/(oauth|_edge|user$|app|rate_limit|installation/token$)|^/rest/webhooks/"
)


def faults(folder: Path, specs: Path) -> tuple[list[str], int]:
    """Sentences about what does not fit, without repeats, and how many exchanges were held against a description."""
    platform = vendor_jira.Described(specs / "jira-cloud-platform-v3.json")
    software = vendor_jira.Described(specs / "jira-cloud-software.json")
    github = vendor_github.Described(specs)
    found: dict[str, None] = {}
    checked = 0
    for exchange in _samples(folder):
        path = exchange.request.path
        described = software if path.startswith("/rest/agile/") else platform if path.startswith("/rest/") else github
        checked += 1
        told = described.faults(exchange)
        # A refused request is somebody's test of refusing, but what is deprecated nobody should ask for, even in vain.
        refused = exchange.reply is not None and exchange.reply.status >= 400
        found.update(dict.fromkeys(fault for fault in told if not refused or "deprecated" in fault))
    return list(found), checked


def _samples(folder: Path) -> Iterator[Exchange]:
    """A few of each kind."""
    seen: Counter[object] = Counter()
    for file in sorted(folder.glob("*.jsonl")):
        for exchange in read(file):
            path = GATEWAY.sub("", exchange.request.path)
            if _UNDESCRIBED.search(path) or exchange.reply is None:
                continue
            kind = kind_of(exchange.request, exchange.reply)
            seen[kind] += 1
            if seen[kind] <= ENOUGH:
                request = exchange.request
                yield Exchange(
                    type(request)(request.method, path, request.query, request.headers, request.body), exchange.reply
                )
