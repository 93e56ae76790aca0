"""Simulated sites for tests, and a check of every request that the connector sent to one of them.

The connector speaks version 2 of the API, the people in tests version 3, so that the two can be told apart.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.jira.jira_world import JiraWorld, issues
from contract.vendor_jira import Described

Build = Callable[..., JiraWorld]


SENT = "/rest/api/2/"


@pytest.fixture(scope="session")
def described() -> Described | None:
    """Atlassian's description of Cloud; None where the shared data is absent."""
    shared = Path(os.environ.get("SYNCD_SHARED", Path(__file__).resolve().parents[4] / "shared"))
    file = shared / "specs" / "jira-cloud-platform-v3.json"
    return Described(file) if file.exists() else None


def misfits(world: JiraWorld, described: Described) -> list[str]:
    """What was sent to a Cloud site and does not fit, each kind of request once."""
    gateway = world.gateway.removeprefix(world.jira.url)
    seen: set[tuple[object, ...]] = set()
    found: list[str] = []
    for exchange in world.jira.http.calls:
        request = replace(exchange.request, path=exchange.request.path.removeprefix(gateway))
        if not request.path.startswith(SENT):
            continue
        body = request.json()
        kind = (request.method, request.path, *sorted(body or ()), *sorted(request.query))
        if kind not in seen:
            seen.add(kind)
            found += described.faults(replace(exchange, request=request, reply=None))
    return found


@pytest.fixture
def build(tmp_path: Path, described: Described | None) -> Iterator[Build]:
    """Builds worlds and takes them down again."""
    built: list[JiraWorld] = []

    def make(lines: Any = None, **site: Any) -> JiraWorld:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        world = JiraWorld(folder, issues(5) if lines is None else lines, **site)
        built.append(world)
        return world

    yield make
    for world in built:
        world.close()
    if described is not None:
        assert [fault for world in built if world.jira.site.cloud for fault in misfits(world, described)] == []


@pytest.fixture
def world(build: Build) -> JiraWorld:
    """Five issues of the project PAY on Jira Cloud."""
    return build()
