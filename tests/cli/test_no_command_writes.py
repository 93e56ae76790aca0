"""A dry run cannot write, whatever the command: in mode observe, under a hold and with --dry-run nothing that changes
anything reaches a tracker. The commands come from the parser; what arrived is judged as the trackers see it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import httpx
import pytest

from cli.every_command import KINDS, TRIED, WRITES, Trackers, complain, every_command
from syncd.cli.session import opened
from syncd.engine.cycle import Cycle
from web.page_house import Visitor, routes


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trackers]:
    """Trackers that syncd has written to, so that there is much to write again, to take back and to eject."""
    trackers = Trackers(tmp_path_factory.mktemp("trackers"))
    try:
        first = trackers.syncd("apply", "--yes")
        assert first.exit_code == 0, first.output
        seen = trackers.arrived()
        assert all(sum(one.startswith(kind) for one in seen) > 10 for kind in KINDS), "what writes is seen here"
        yield trackers
    finally:
        trackers.close()


def filled(trackers: Trackers, arguments: str) -> list[str]:
    with opened(trackers.config, write=False, environ=trackers.environ) as world:
        found = (world.store.plans.latest(name) for name in world.sources)
        digest = next(one.waiting_digest or one.digest for one in found if one is not None and not one.plan.empty)
        run = next(run.run for run in world.store.runs.last(200) if dict(run.summary).get("jira", {}).get("applied"))  # type: ignore[attr-defined]
    known = {"digest": digest, "run": run, "key": "PAY-128", "other": "SHOP-74", "pinned": "SHOP-74"}
    return [part.format(folder=trackers.folder, **known) for part in arguments.split()]


def try_all(trackers: Trackers) -> list[str]:
    """Every command with all its arguments; what was wrong, in a sentence each."""
    wrong: list[str] = []
    for name, tried in TRIED.items():
        for arguments in tried:
            said = trackers.syncd(*name.split(), *filled(trackers, arguments))
            wrong += [f"syncd {name} {arguments}: {one}" for one in trackers.arrived()]
            wrong += [one for one in [complain(name, arguments, said)] if one is not None]
    return wrong


def test_every_command_of_the_parser_is_tried_or_named_with_the_reason_why_not() -> None:
    there = dict(every_command())
    assert there.keys() == TRIED.keys() | WRITES.keys(), "give the new command arguments in every_command.py"
    dry = {name for name, command in there.items() if any("--dry-run" in option.opts for option in command.params)}
    assert dry == {name for name, tried in TRIED.items() if any("--dry-run" in one for one in tried)}
    for name in ("undo", "eject"):
        assert all("--dry-run" in one for one in TRIED[name])
    assert isinstance(there["demo"], click.Group)


def test_in_mode_observe_no_command_and_no_page_writes(written: Trackers) -> None:
    written.people()
    written.edit("syncd.yaml", "mode: auto", "mode: observe")
    try:
        assert try_all(written) == []
        assert pages(written) == []
    finally:
        written.edit("syncd.yaml", "mode: observe", "mode: auto")


def test_under_a_hold_no_command_writes(written: Trackers) -> None:
    written.people()
    written.syncd("hold", "--by", "anna")
    assert try_all(written) == []
    written.syncd("hold", "--by", "anna")
    with opened(written.config, write=True, environ=written.environ) as world:
        ours = world.store.sources.get("jira").instance
        world.store.sources.set("jira", instance="another")
    taken = written.syncd("takeover", "jira")
    assert taken.exit_code == 1 and "held by anna" in taken.output and written.arrived() == []
    with opened(written.config, write=True, environ=written.environ) as world:
        world.store.sources.set("jira", instance=ours)
    written.syncd("resume")
    written.syncd("apply", "--yes")
    assert written.arrived() != [], "there was something to write all the time"


def pages(trackers: Trackers) -> list[str]:
    """Every route of what `syncd run` serves: pages, API, what-if, and the deeds, which leave letters."""
    wrong: list[str] = []
    with opened(trackers.config, write=True, environ=trackers.environ) as world:
        Cycle(world).run(write=True)
        visitor = Visitor(world)
        tried = 0
        for method in ("GET", "POST"):
            for path in routes(visitor.app, method):
                if path.endswith("/events"):
                    continue  # it never ends, and tells what the others do
                answer = ask(visitor, method, path)
                tried += answer.status_code < 400
                wrong += [f"{method} {path}: {one}" for one in trackers.arrived()]
                wrong += [f"{method} {path}: {answer.status_code}"] if answer.status_code >= 500 else []
        assert tried > 30, tried
    return wrong


def ask(visitor: Visitor, method: str, path: str) -> httpx.Response:
    known = {"source": "jira", "name": "jira", "key": "PAY-128", "run": "none", "digest": "0" * 12, "path": "x"}
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    body = {"digest": "0" * 12, "by": "Eve", "key": "PAY-128", "framework": "ice", "because": "x"}
    if method == "GET":
        return visitor.get(path)
    if path.startswith(("/api", "/webhooks")):
        return visitor.ask("POST", path, content=json.dumps(body))
    return visitor.post(path, body)
