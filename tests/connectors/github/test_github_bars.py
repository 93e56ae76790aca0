"""What looking at a repository costs: one small answer when nothing changed, and a page for each hundred changes; and what a check
of the configuration costs."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import pytest
from github_stage import Mirror, Stage, row
from github_stage import project as roadmap

Make = Callable[..., Stage]
WEB = "lumen/web"


def bytes_of_the_last_answer(site: Stage) -> int:
    """Asks once more what was asked last, byte by byte, and counts what comes back: status, headers and body."""
    request = site.http.calls[-1].request
    query = urlencode([(name, value) for name, values in request.query.items() for value in values])
    headers = {**request.headers, "connection": "close"}
    lines = [
        f"{request.method} {request.path}?{query} HTTP/1.1",
        *(f"{name}: {text}" for name, text in headers.items()),
    ]
    place = urlsplit(site.simulator.url)
    count = 0
    with socket.create_connection((place.hostname, place.port), timeout=5) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while piece := wire.recv(65_536):
            count += len(piece)
    return count


@pytest.mark.parametrize("issues", [100, 2_500])
def test_a_quiet_repository_costs_one_small_answer_and_no_quota_however_large_it_is(stage: Make, issues: int) -> None:
    site = stage([row(WEB, n) for n in range(1, issues + 1)])
    mirror, connector = Mirror(), site.connector()
    mirror.take(connector.pull(None))
    site.clock.tick(60)
    mirror.take(connector.pull(mirror.cursor))
    left = site.wire.answers[-1].headers["x-ratelimit-remaining"]
    site.wire.clear()
    mirror.take(connector.pull(mirror.cursor))
    (answer,) = site.wire.answers
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (304, left)
    assert bytes_of_the_last_answer(site) <= 600
    assert site.http.calls[-1].reply is not None and site.http.calls[-1].reply.status == 304


@pytest.mark.parametrize("issues", [40, 80, 1_200])
@pytest.mark.parametrize("edits", [1, 20, 35])
def test_edits_of_others_cost_a_page_for_each_hundred_and_none_is_missed(stage: Make, issues: int, edits: int) -> None:
    """And those at the boundary, which are looked at again; hour after hour."""
    site = stage([row(WEB, n) for n in range(1, issues + 1)])
    mirror, connector = Mirror(), site.connector()
    mirror.take(connector.pull(None))
    asked, shown = 0, 0
    for hour in range(6):
        site.clock.tick(3_600)
        mirror.take(connector.pull(mirror.cursor))
        for number in range(1, edits + 1):
            site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": f"Edited {number} {hour}"})
        site.clock.tick(5)
        site.wire.clear()
        read = sum(len(page.issues) for page in mirror.take(connector.pull(mirror.cursor)))
        for number in range(1, edits + 1):
            assert mirror.by_key(f"{WEB}#{number}").title == f"Edited {number} {hour}"
        asked, shown = asked + len(site.wire.calls), shown + -(-read // 100)
    assert asked <= shown + 1


@pytest.mark.parametrize("edits", [60, 99, 250])
def test_many_edits_cost_a_page_for_each_hundred(stage: Make, edits: int) -> None:
    site = stage([row(WEB, n) for n in range(1, 1_201)])
    mirror, connector = Mirror(), site.connector()
    mirror.take(connector.pull(None))
    site.clock.tick(3_600)
    mirror.take(connector.pull(mirror.cursor))
    for number in range(1, edits + 1):
        site.person("PATCH", f"/repos/{WEB}/issues/{number}", {"title": f"Edited {number}"})
    site.clock.tick(5)
    site.wire.clear()
    read = sum(len(page.issues) for page in mirror.take(connector.pull(mirror.cursor)))
    assert {mirror.by_key(f"{WEB}#{n}").title for n in range(1, edits + 1)} == {
        f"Edited {n}" for n in range(1, edits + 1)
    }
    assert read <= edits + 10
    assert len(site.wire.calls) == -(-read // 100)


@pytest.mark.parametrize(("repositories", "project"), [(1, None), (2, None), (2, "lumen/7")])
def test_a_check_of_the_configuration_costs_what_the_readme_says(
    stage: Make, repositories: int, project: str | None
) -> None:
    names = [WEB, "lumen/api"][:repositories]
    site = stage([row(name, 1) for name in names], projects=[roadmap([(WEB, 1)])])
    site.wire.clear()
    site.connector(write=("Score",) if project else (), project=project, repositories=names).describe()
    assert len(site.wire.calls) == 1 + repositories + (project is not None)
